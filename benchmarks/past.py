"""Rows that are there already: people who registered, letters that wait or have left. Written in bulk, past the
flows, with the columns that the flows would fill in."""

import itertools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text

from zoom_bridge.domain.event import Event
from zoom_bridge.store import tables
from zoom_bridge.store.database import Database

_AT_ONCE = 5_000


def fill_in(
    db: Database, event: Event, people: int, now: datetime, *, letters_wait: bool, zoom_waits: bool = False
) -> None:
    """So many registrations, each with its confirmation, waiting or sent; Zoom knows of them all, or of none yet."""
    with db.reading() as connection:
        first = 1 + max(
            connection.execute(select(table.c.id).order_by(table.c.id.desc()).limit(1)).scalar() or 0
            for table in (tables.registrations, tables.messages)
        )
    numbers = iter(range(first, first + people))
    while chunk := list(itertools.islice(numbers, _AT_ONCE)):
        with db.transaction() as connection:
            connection.execute(insert(tables.registrations), list(_registrations(chunk, event, now, zoom_waits)))
            connection.execute(insert(tables.messages), list(_messages(chunk, event, now, letters_wait)))


def forget(db: Database) -> None:
    """Nobody has registered, nothing has been sent."""
    with db.transaction() as connection:
        for table in (tables.messages, tables.registrations):
            connection.execute(table.delete())


def settle(db: Database) -> None:
    """The planner of queries knows the tables as they are now."""
    with db.transaction() as connection:
        connection.execute(text("ANALYZE"))


def _registrations(numbers: list[int], event: Event, now: datetime, zoom_waits: bool) -> Iterator[dict[str, Any]]:
    for n in numbers:
        known = {
            "synced_revision": 1,
            "synced_at": now - timedelta(days=1),
            "registrant_id": f"registrant-{n}",
            "join_url": f"https://zoom.example.org/w/{n}",
        }
        waits = {"synced_revision": 0, "due_at": now}
        yield {
            "id": n,
            "event_id": event.id,
            "key": f"{n:016d}",
            "email": f"ben-{n}@example.org",
            "email_key": f"ben-{n}@example.org",
            "first_name": "Ben",
            "last_name": f"Brandt {n}",
            "language": "de",
            "source": "page",
            "created_at": now - timedelta(days=1),
            "confirmed_at": now - timedelta(days=1),
            "privacy_version": 1,
            "revision": 1,
            **(waits if zoom_waits else known),
        }


def _messages(numbers: list[int], event: Event, now: datetime, letters_wait: bool) -> Iterator[dict[str, Any]]:
    for n in numbers:
        yield {
            "id": n,
            "unique_key": f"r{n}:confirmation:{event.schedule_revision}:v1",
            "kind": "confirmation",
            "event_id": event.id,
            "registration_id": n,
            "schedule_revision": event.schedule_revision,
            "created_at": now - timedelta(days=1),
            "useful_until": event.ends_at,
            "due_at": now if letters_wait else None,
            "sent_at": None if letters_wait else now - timedelta(days=1),
        }
