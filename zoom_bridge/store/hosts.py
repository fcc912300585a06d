"""The pool of hosts: Zoom users whom our webinars can belong to, and which events they are taken by."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.host import SET_UP, Host
from zoom_bridge.store import tables, twin_tables

_TABLE = twin_tables.hosts
_COLUMNS = [_TABLE.c[field.name] for field in fields(Host)]


@dataclass(frozen=True)
class Taken:
    """An event that takes a host at some time, set-up included."""

    event_id: int
    title: str
    starts_at: datetime
    ends_at: datetime
    timezone: str


def list_all(connection: Connection) -> list[Host]:
    """In the order in which they joined the pool."""
    rows = connection.execute(select(*_COLUMNS).order_by(_TABLE.c.id)).mappings()
    return [Host(**row) for row in rows]


def by_email(connection: Connection) -> dict[str, Host]:
    return {host.email: host for host in list_all(connection)}


def find(connection: Connection, host_id: int) -> Host | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == host_id)).mappings().first()
    return Host(**row) if row else None


def find_by_email(connection: Connection, email: str) -> Host | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.email == email.lower())).mappings().first()
    return Host(**row) if row else None


def add(connection: Connection, email: str, now: datetime) -> bool:
    """Zoom is asked about them at once. False when they are in the pool already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(_TABLE).values(email=email.lower(), due_at=now)
    kept = connection.execute(
        statement.on_conflict_do_nothing(index_elements=["email"]).returning(_TABLE.c.id)
    ).first()
    return kept is not None


def remove(connection: Connection, host_id: int) -> None:
    """Their events keep them."""
    connection.execute(delete(_TABLE).where(_TABLE.c.id == host_id))


def make_due(connection: Connection, host_id: int, now: datetime) -> None:
    connection.execute(
        update(_TABLE).where(_TABLE.c.id == host_id).values(due_at=now, attempts=0, gave_up_at=None)
    )


def taken(
    connection: Connection, starts_at: datetime, ends_at: datetime, but: int | None = None
) -> dict[str, Taken]:
    """Host, in small letters → the first event that takes them around this time, set-up before and after counted for
    both events. `but`: the event that is being planned."""
    e = tables.events
    gap = 2 * SET_UP
    query = (
        select(e)
        .where(e.c.cancelled_at.is_(None), e.c.starts_at < ends_at + gap, e.c.ends_at > starts_at - gap)
        .order_by(e.c.starts_at.desc(), e.c.id.desc())
    )
    found = {}
    for row in connection.execute(query):
        if row.id != but:
            title = row.title_de or row.title_en
            found[row.zoom_host.lower()] = Taken(row.id, title, row.starts_at, row.ends_at, row.timezone)
    return found


def events_of(connection: Connection, email: str, now: datetime) -> Iterable[int]:
    """Their events that are still to come."""
    e = tables.events
    query = select(e.c.id).where(func.lower(e.c.zoom_host) == email, e.c.cancelled_at.is_(None), e.c.ends_at > now)
    return list(connection.execute(query).scalars())
