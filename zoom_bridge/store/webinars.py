"""The webinar of each event: what Zoom knows, and a create that is under way."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.store import tables

_COLUMNS = [tables.webinars.c[field.name] for field in fields(TwinWebinar)]


def find(connection: Connection, webinar_id: int) -> TwinWebinar | None:
    return _one(connection, tables.webinars.c.id == webinar_id)


def find_by_event(connection: Connection, event_id: int) -> TwinWebinar | None:
    return _one(connection, tables.webinars.c.event_id == event_id)


def find_by_zoom_id(connection: Connection, zoom_id: str) -> TwinWebinar | None:
    return _one(connection, tables.webinars.c.zoom_id == zoom_id)


def add(connection: Connection, event_id: int, now: datetime) -> None:
    connection.execute(insert(tables.webinars).values(event_id=event_id, due_at=now, differing=""))


def make_due(connection: Connection, event_id: int, now: datetime) -> None:
    """There is something to tell Zoom; earlier failures do not count against it."""
    connection.execute(
        update(tables.webinars)
        .where(tables.webinars.c.event_id == event_id)
        .values(due_at=now, attempts=0, gave_up_at=None)
    )


def forget_twin(connection: Connection, webinar_id: int, now: datetime) -> None:
    """There is no webinar at Zoom any more, and there shall be a new one."""
    connection.execute(
        update(tables.webinars)
        .where(tables.webinars.c.id == webinar_id)
        .values(
            zoom_id=None,
            host=None,
            synced_revision=0,
            asked_zoom_at=None,
            absent_at=None,
            gone_at=None,
            differing="",
            dial_in=(),
            passcode="",
            due_at=now,
            attempts=0,
            gave_up_at=None,
        )
    )


def adopt(connection: Connection, webinar_id: int, zoom_id: str, host: str) -> bool:
    """The event's webinar is there. False when it has another one already."""
    adopted = connection.execute(
        update(tables.webinars)
        .where(tables.webinars.c.id == webinar_id, tables.webinars.c.zoom_id.is_(None))
        .values(zoom_id=zoom_id, host=host, asked_zoom_at=None, absent_at=None, gone_at=None)
    )
    return adopted.rowcount == 1


def mark_gone(connection: Connection, webinar_id: int, zoom_id: str, now: datetime) -> None:
    """Zoom does not know this webinar any more; what replaced it meanwhile is another one."""
    connection.execute(
        update(tables.webinars)
        .where(tables.webinars.c.id == webinar_id, tables.webinars.c.zoom_id == zoom_id)
        .values(gone_at=now)
    )


def note(connection: Connection, webinar_id: int, **values: Any) -> None:
    """Write down what we learned, without touching the claim."""
    connection.execute(update(tables.webinars).where(tables.webinars.c.id == webinar_id).values(**values))


def _one(connection: Connection, where: Any) -> TwinWebinar | None:
    row = connection.execute(select(*_COLUMNS).where(where)).mappings().first()
    return TwinWebinar(**row) if row else None
