"""Zoom's participant reports: which are still to be fetched, and how many rows the last look gave."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.store import tables


@dataclass(frozen=True)
class Report:
    id: int
    event_id: int
    sitting: str
    ended_at: datetime
    rows: int | None
    fetched_at: datetime | None
    due_at: datetime | None
    attempts: int
    last_error: str | None
    gave_up_at: datetime | None


_COLUMNS = [tables.reports.c[field.name] for field in fields(Report)]


def find(connection: Connection, report_id: int) -> Report | None:
    row = connection.execute(select(*_COLUMNS).where(tables.reports.c.id == report_id)).mappings().first()
    return Report(**row) if row else None


def list_for_event(connection: Connection, event_id: int) -> list[Report]:
    query = select(*_COLUMNS).where(tables.reports.c.event_id == event_id).order_by(tables.reports.c.id)
    return [Report(**row) for row in connection.execute(query).mappings()]


def owe(connection: Connection, event_id: int, sitting: str, *, ended_at: datetime, due_at: datetime) -> None:
    """Zoom's report of this sitting is to be fetched."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(tables.reports)
        .values(event_id=event_id, sitting=sitting, ended_at=ended_at, due_at=due_at)
        .on_conflict_do_nothing(index_elements=["sitting"])
    )


def look_again(connection: Connection, report_id: int, due_at: datetime) -> None:
    connection.execute(update(tables.reports).where(tables.reports.c.id == report_id).values(due_at=due_at))


def give_up(connection: Connection, report_id: int, now: datetime, reason: str) -> None:
    """There is none, and none is to be expected any more."""
    values = {"gave_up_at": now, "last_error": reason}
    connection.execute(update(tables.reports).where(tables.reports.c.id == report_id).values(**values))


def find_given_up(connection: Connection, event_id: int) -> Report | None:
    return next((one for one in list_for_event(connection, event_id) if one.gave_up_at), None)
