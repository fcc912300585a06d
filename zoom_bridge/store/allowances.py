"""What was asked for how often: fixed windows, shared by all processes."""

from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Executable, delete
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


def delete_old(connection: Connection, before: datetime) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.window_starts_at < before))
