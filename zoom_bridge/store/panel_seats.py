"""Panelists with an address, and their places at Zoom."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update
from sqlalchemy import delete as delete_from

from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.store import tables, twin_tables

_TABLE = twin_tables.panel_seats
_COLUMNS = [_TABLE.c[field.name] for field in fields(PanelSeat)]
_AGAIN = {"attempts": 0, "gave_up_at": None}


def find(connection: Connection, seat_id: int) -> PanelSeat | None:
    return next(iter(_many(connection, _TABLE.c.id == seat_id)), None)


def find_by_key(connection: Connection, key: str) -> PanelSeat | None:
    # PostgreSQL does not even look for what holds a NUL.
    return next(iter(_many(connection, _TABLE.c.key == key)), None) if "\0" not in key else None


def list_some(connection: Connection, ids: Sequence[int]) -> list[PanelSeat]:
    return _many(connection, _TABLE.c.id.in_(ids))


def list_for_event(connection: Connection, event_id: int) -> list[PanelSeat]:
    """Withdrawn ones as well."""
    return _many(connection, _TABLE.c.event_id == event_id)


def email_keys(connection: Connection, event_id: int) -> set[str]:
    """Addresses of those on the panel, folded for comparison: Zoom does not take them as registrants."""
    query = select(_TABLE.c.email_key).where(_TABLE.c.event_id == event_id, _TABLE.c.withdrawn_at.is_(None))
    return set(connection.execute(query).scalars())


def letters_to_all(connection: Connection, event_id: int) -> int:
    """How many letters a letter to the whole panel is."""
    return len(email_keys(connection, event_id))


def add(connection: Connection, now: datetime, **values: Any) -> PanelSeat:
    """A new seat, due for sync."""
    kept = connection.execute(
        insert(_TABLE).values(created_at=now, due_at=now, **values).returning(*_COLUMNS)
    ).mappings()
    return PanelSeat(**kept.one())


def change(connection: Connection, seat_id: int, **values: Any) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.id == seat_id).values(**values))


def tell_zoom(connection: Connection, seat: PanelSeat, now: datetime, **values: Any) -> PanelSeat:
    """Change the seat and make it due for sync; the seat as it is now."""
    changed = connection.execute(
        update(_TABLE)
        .where(_TABLE.c.id == seat.id)
        .values(revision=_TABLE.c.revision + 1, due_at=now, **_AGAIN, **values)
        .returning(*_COLUMNS)
    ).mappings()
    return PanelSeat(**changed.one())


def make_due(connection: Connection, event_id: int, now: datetime) -> None:
    """Everybody on the panel whom Zoom does not know as they are now is tried again at once."""
    behind = (_TABLE.c.event_id == event_id) & (_TABLE.c.synced_revision < _TABLE.c.revision)
    connection.execute(update(_TABLE).where(behind).values(due_at=now, **_AGAIN))


def forget_twins(connection: Connection, event_id: int, now: datetime) -> None:
    """The webinar is gone and another will be made: who is on the panel has to be brought there."""
    of_event = _TABLE.c.event_id == event_id
    gone = {"panelist_id": None, "join_url": None, "asked_zoom_at": None, "synced_at": None, "last_error": None}
    connection.execute(
        update(_TABLE).where(of_event).values(**gone, **_AGAIN, synced_revision=_TABLE.c.revision, due_at=None)
    )
    on_panel = of_event & _TABLE.c.withdrawn_at.is_(None)
    connection.execute(update(_TABLE).where(on_panel).values(due_at=now, revision=_TABLE.c.revision + 1))


def mark_asked(connection: Connection, ids: Iterable[int], now: datetime | None) -> None:
    """An add of these people is under way (or, with None, it is known how it ended)."""
    connection.execute(update(_TABLE).where(_TABLE.c.id.in_(list(ids))).values(asked_zoom_at=now))


def delete_for_event(connection: Connection, event_id: int) -> None:
    """Their letters go with them; the speakers' names stay on the event's page, without addresses."""
    connection.execute(delete_from(_TABLE).where(_TABLE.c.event_id == event_id))
    speakers = update(tables.panelists).where(tables.panelists.c.event_id == event_id)
    connection.execute(speakers.values(email=""))


def _many(connection: Connection, where: ColumnElement[bool]) -> list[PanelSeat]:
    rows = connection.execute(select(*_COLUMNS).where(where).order_by(_TABLE.c.id)).mappings()
    return [PanelSeat(**row) for row in rows]
