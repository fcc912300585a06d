"""What was asked for how often, shared by all processes: in fixed windows, or within any hour."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Executable, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.store import tables

_TABLE = tables.allowances


def spend(connection: Connection, name: str, per: timedelta, now: datetime) -> int:
    """Count one more and return how many it is in this window."""
    seconds = int(per.total_seconds())
    window = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, UTC)
    row = {"name": name[:120], "window_starts_at": window, "used": 1}
    return int(connection.execute(_counting(connection.dialect.name), row).scalar_one())


@cache
def _counting(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return (
        insert(_TABLE)
        .on_conflict_do_update(index_elements=["name", "window_starts_at"], set_={"used": _TABLE.c.used + 1})
        .returning(_TABLE.c.used)
    )


#: An hour is looked at minute by minute, and the minute that it cuts through counts whole.
_MINUTE = timedelta(minutes=1)
_HOUR = timedelta(hours=1) + _MINUTE
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Room:
    """How many more there may be; when there are none, `until` is when the next may be."""

    left: int
    until: datetime | None


def room(connection: Connection, name: str, an_hour: int, now: datetime) -> Room:
    """How many more make `an_hour` within any hour."""
    query = select(_TABLE.c.window_starts_at, _TABLE.c.used).where(
        _TABLE.c.name == name, _TABLE.c.window_starts_at > now - _HOUR, _TABLE.c.window_starts_at <= now
    )
    used = [row for row in connection.execute(query.order_by(_TABLE.c.window_starts_at)) if row.used > 0]
    left = max(0, an_hour - sum(row.used for row in used))
    return Room(left, None if left or not used else used[0].window_starts_at + _HOUR)


def book(connection: Connection, name: str, wanted: int, an_hour: int, now: datetime) -> int:
    """So many of those wanted may be, and are counted. Whoever asks meanwhile waits for the end of the transaction."""
    # One row that all of them write, so that no two count at once.
    _count(connection, name, _EVER, 0)
    booked = min(wanted, room(connection, name, an_hour, now).left)
    give_back(connection, name, -booked, now)
    return booked


def give_back(connection: Connection, name: str, count: int, now: datetime) -> None:
    """Of what was booked, so many were not needed."""
    if count:
        _count(connection, name, now.replace(second=0, microsecond=0), -count)


def _count(connection: Connection, name: str, window: datetime, count: int) -> None:
    row = {"name": name, "window_starts_at": window, "used": count}
    connection.execute(_adding(connection.dialect.name), row)


@cache
def _adding(dialect: str) -> Executable:
    insert = (postgresql.insert if dialect == "postgresql" else sqlite.insert)(_TABLE)
    changed = {"used": _TABLE.c.used + insert.excluded.used}
    return insert.on_conflict_do_update(index_elements=["name", "window_starts_at"], set_=changed)


def delete_old(connection: Connection, before: datetime) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.window_starts_at < before))
