"""Put up short links, take them down, and count who registers after coming by one. Nothing of it is kept with the
person: what is counted is the link."""

import secrets
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.short_link import KEY_LENGTH, LETTERS
from zoom_bridge.store import dates, events, short_links
from zoom_bridge.store.database import Database


def put_up(db: Database, event_id: int, name: str, now: datetime) -> None:
    with db.transaction() as connection:
        if events.find(connection, event_id) is None:
            raise NotFound
        while not short_links.add(connection, event_id, _new_key(), name, now):
            pass


def take_down(db: Database, event_id: int, link_id: int) -> None:
    """From then on its address leads nowhere, and its count is gone."""
    with db.transaction() as connection:
        short_links.delete_one(connection, event_id, link_id)


def count(connection: Connection, event: Event, came_by: str) -> None:
    """Somebody new registered for this event, or for it and other dates of its series at once. A link to any date of the
    series brought them. Keys that are nobody's count nothing."""
    if came_by:
        ids = dates.ids_of(connection, event.series_id) if event.series_id else [event.id]
        short_links.count(connection, came_by, ids)


def _new_key() -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(KEY_LENGTH))
