"""Doors are tried on one database; flows, store and stories are tried on both. Doors that read or count much say
`pytestmark = pytest.mark.either_database`: their tests are dealt out to the two, and each is run on both with
ZOOM_BRIDGE_TESTS_WHOLE=1."""

import os
import zlib
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from zoom_bridge.store.database import Database

BOTH = ("sqlite", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "db" in metafunc.fixturenames and any(metafunc.definition.iter_markers("either_database")):
        whole = os.environ.get("ZOOM_BRIDGE_TESTS_WHOLE")
        dealt = zlib.crc32(metafunc.definition.nodeid.encode()) % len(BOTH)
        metafunc.parametrize("db", BOTH if whole else [BOTH[dealt]], indirect=True)


@pytest.fixture
def db(request: pytest.FixtureRequest) -> "Database":
    chosen = getattr(request, "param", BOTH[0])
    database: Database = request.getfixturevalue("sqlite_db" if chosen == BOTH[0] else "postgres_db")
    return database
