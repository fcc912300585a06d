"""Deliveries that were turned away at the door, counted by the hour and the reason. Nothing else of them is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.store.evening_tables import rejections

_TABLE = rejections


@dataclass(frozen=True)
class Rejected:
    """How many were turned away for this reason, and when the last one was."""

    reason: str
    count: int
    last_at: datetime


def add(connection: Connection, counts: Mapping[tuple[datetime, str], int], last_at: datetime) -> None:
    """In one order for all processes, which could otherwise wait for one another."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    for (hour, reason), count in sorted(counts.items()):
        row = {"hour": hour, "reason": reason, "count": count, "last_at": last_at}
        more = {"count": _TABLE.c.count + count, "last_at": last_at}
        statement = dialect.insert(_TABLE).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=["hour", "reason"], set_=more))


def list_since(connection: Connection, hour: datetime) -> list[Rejected]:
    """By reason, the most frequent first."""
    count = func.sum(_TABLE.c.count)
    query = (
        select(_TABLE.c.reason, count, func.max(_TABLE.c.last_at))
        .where(_TABLE.c.hour >= hour)
        .group_by(_TABLE.c.reason)
        .order_by(count.desc(), _TABLE.c.reason)
    )
    return [Rejected(reason, int(n), last_at) for reason, n, last_at in connection.execute(query)]


def last_at(connection: Connection) -> datetime | None:
    """When one was last turned away."""
    return connection.execute(select(func.max(_TABLE.c.last_at))).scalar()


def delete_old(connection: Connection, before: datetime) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.hour < before))
