"""Series, and the events that are their dates."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.series import Registering, Series, TakenDate
from zoom_bridge.store import events, tables, twin_tables

_TABLE = twin_tables.series
_COLUMNS = [_TABLE.c[field.name] for field in fields(Series)]
_E, _R = tables.events, tables.registrations


def add(connection: Connection, slug: str, registering: Registering, now: datetime) -> Series | None:
    """A new series; None when another one has this address."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(_TABLE)
        .values(slug=slug, registering=registering, created_at=now)
        .on_conflict_do_nothing(index_elements=["slug"])
        .returning(*_COLUMNS)
    )
    row = connection.execute(statement).mappings().first()
    return _series(row) if row else None


def find(connection: Connection, series_id: int) -> Series | None:
    return _one(connection, _TABLE.c.id == series_id)


def find_by_slug(connection: Connection, slug: str) -> Series | None:
    # PostgreSQL does not even look for what holds a NUL.
    return _one(connection, _TABLE.c.slug == slug) if "\0" not in slug else None


def join(connection: Connection, event_id: int, series_id: int) -> None:
    """From now on the event is a date of the series. Its page says so, so it is a new version of itself."""
    connection.execute(
        update(_E).where(_E.c.id == event_id).values(series_id=series_id, revision=_E.c.revision + 1)
    )


def list_of(connection: Connection, series_id: int) -> list[Event]:
    """All dates, the first one first."""
    query = select(_E).where(_E.c.series_id == series_id).order_by(_E.c.starts_at, _E.c.id)
    return events.whole(connection, connection.execute(query).mappings().all())


def ids_of(connection: Connection, series_id: int) -> list[int]:
    """In the order in which they are held."""
    return list(connection.execute(select(_E.c.id).where(_E.c.series_id == series_id).order_by(_E.c.id)).scalars())


def count(connection: Connection, series_id: int) -> int:
    query = select(func.count()).select_from(_E).where(_E.c.series_id == series_id)
    return int(connection.execute(query).scalar_one())


def taken_by(connection: Connection, series_id: int, email_key: str) -> list[TakenDate]:
    """The dates that this address is registered for, or was, the first one first. Without partners and panelists."""
    query = (
        select(*_labelled("event", _E, Event), *_labelled("registration", _R, Registration))
        .join(_R, _R.c.event_id == _E.c.id)
        .where(_E.c.series_id == series_id, _R.c.email_key == email_key)
        .order_by(_E.c.starts_at, _E.c.id)
    )
    return [
        TakenDate(Event(**_part(row, "event")), Registration(**_part(row, "registration")))
        for row in connection.execute(query).mappings()
    ]


def _labelled(name: str, table: Any, kind: type) -> list[Any]:
    known = {field.name for field in fields(kind)}
    return [column.label(f"{name}__{column.name}") for column in table.c if column.name in known]


def _part(row: Any, name: str) -> dict[str, Any]:
    return {key.removeprefix(f"{name}__"): value for key, value in row.items() if key.startswith(f"{name}__")}


def _one(connection: Connection, where: Any) -> Series | None:
    row = connection.execute(select(*_COLUMNS).where(where)).mappings().first()
    return _series(row) if row else None


def _series(row: Any) -> Series:
    return Series(**dict(row) | {"registering": Registering(row["registering"])})
