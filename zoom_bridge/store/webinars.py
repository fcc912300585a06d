"""The webinar of each event: what Zoom knows, and a create that is under way."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, or_, select, update

from zoom_bridge.domain.drift import LICENCE
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.store import tables, twin_tables

_COLUMNS = [tables.webinars.c[field.name] for field in fields(TwinWebinar)]


def find(connection: Connection, webinar_id: int) -> TwinWebinar | None:
    return _one(connection, tables.webinars.c.id == webinar_id)


def find_by_event(connection: Connection, event_id: int) -> TwinWebinar | None:
    return _one(connection, tables.webinars.c.event_id == event_id)


def hold(connection: Connection, event_id: int) -> TwinWebinar | None:
    """The same, and nobody else changes it until the end of the transaction. Whoever changes its looks or drifts as
    well takes it first."""
    query = select(*_COLUMNS).where(tables.webinars.c.event_id == event_id).with_for_update(key_share=True)
    row = connection.execute(query).mappings().first()
    return TwinWebinar(**row) if row else None


def find_by_zoom_id(connection: Connection, zoom_id: str) -> TwinWebinar | None:
    return _one(connection, tables.webinars.c.zoom_id == zoom_id)


def add(connection: Connection, event_id: int, now: datetime) -> None:
    connection.execute(insert(tables.webinars).values(event_id=event_id, due_at=now))


def make_due(connection: Connection, event_id: int, now: datetime) -> None:
    """There is something to tell Zoom; earlier failures do not count against it."""
    connection.execute(
        update(tables.webinars)
        .where(tables.webinars.c.event_id == event_id)
        .values(due_at=now, attempts=0, gave_up_at=None)
    )


def forget_twin(connection: Connection, webinar_id: int, now: datetime) -> None:
    """There is no webinar at Zoom any more, and there shall be a new one, in which nothing differs yet."""
    event_id = select(tables.webinars.c.event_id).where(tables.webinars.c.id == webinar_id).scalar_subquery()
    connection.execute(delete(twin_tables.drifts).where(twin_tables.drifts.c.event_id == event_id))
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
            agreed="",
            dial_in=(),
            passcode="",
            poll_ids="",
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


def out_of_reach(connection: Connection, event_id: int) -> bool:
    """Nobody can be let in as things are: it is gone at Zoom, or its host may hold no webinars."""
    w, d = tables.webinars, twin_tables.drifts
    gone = select(w.c.id).where(w.c.event_id == event_id, w.c.gone_at.is_not(None))
    unlicensed = select(d.c.event_id).where(d.c.event_id == event_id, d.c.aspect == LICENCE)
    return bool(connection.execute(select(or_(gone.exists(), unlicensed.exists()))).scalar())


def note(connection: Connection, webinar_id: int, **values: Any) -> None:
    """Write down what we learned, without touching the claim."""
    connection.execute(update(tables.webinars).where(tables.webinars.c.id == webinar_id).values(**values))


def _one(connection: Connection, where: Any) -> TwinWebinar | None:
    row = connection.execute(select(*_COLUMNS).where(where)).mappings().first()
    return TwinWebinar(**row) if row else None
