"""Finding an event by the address that somebody typed."""

import pytest

from tests.builders import a_draft
from tests.clock import NOW
from zoom_bridge.flows import hosting
from zoom_bridge.store import events
from zoom_bridge.store.database import Database


@pytest.mark.parametrize("typed", ["gute-nachbarschaft\0", "\0", "", "gute-nachbarschaf_", "%", "x" * 5000, "🙂"])
def test_an_address_that_is_nobodys_finds_nothing(db: Database, typed: str) -> None:
    event = hosting.create_event(db, a_draft(), NOW)

    with db.reading() as connection:
        assert events.find_by_slug(connection, event.slug) == event
        assert events.find_by_slug(connection, typed) is None
