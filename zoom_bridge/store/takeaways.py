"""What Zoom has of sittings that are over: which is still to be fetched, and what came."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.takeaway import Takeaway, TakeawayKind
from zoom_bridge.store import tables, twin_tables

_TABLE = twin_tables.takeaways
_COLUMNS = [_TABLE.c[field.name] for field in fields(Takeaway)]


def find(connection: Connection, takeaway_id: int) -> Takeaway | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == takeaway_id)).mappings().first()
    return _takeaway(row) if row else None


def list_for_event(connection: Connection, event_id: int) -> list[Takeaway]:
    """In the order of the sittings."""
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id).order_by(_TABLE.c.id)
    return [_takeaway(row) for row in connection.execute(query).mappings()]


def ended_at(connection: Connection, sitting: str) -> datetime | None:
    """When the sitting ended, as the report that is owed of it knows."""
    r = tables.reports
    found: datetime | None = connection.execute(select(r.c.ended_at).where(r.c.sitting == sitting)).scalar()
    return found


def owe(connection: Connection, event_id: int, sitting: str, kind: TakeawayKind, due_at: datetime) -> None:
    """It is to be fetched. Told twice, it is owed once."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(_TABLE)
        .values(event_id=event_id, sitting=sitting, kind=kind, due_at=due_at)
        .on_conflict_do_nothing(index_elements=["sitting", "kind"])
    )


def make_due(connection: Connection, sitting: str, kind: TakeawayKind, now: datetime) -> None:
    """Zoom says that there is something new."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.sitting == sitting, _TABLE.c.kind == kind)
        .values(due_at=now, attempts=0, gave_up_at=None)
    )


def forget(connection: Connection, event_id: int) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.event_id == event_id))


def _takeaway(row: RowMapping) -> Takeaway:
    values: dict[str, Any] = dict(row)
    return Takeaway(**values | {"kind": TakeawayKind(values["kind"])})
