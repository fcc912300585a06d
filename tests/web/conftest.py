"""Doors are tried on one database; flows, store and stories are tried on both."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from zoom_bridge.store.database import Database


@pytest.fixture
def db(sqlite_db: "Database") -> "Database":
    return sqlite_db
