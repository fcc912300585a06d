"""What is otherwise at Zoom than we asked for, by event and aspect."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from zoom_bridge.domain.drift import Drift
from zoom_bridge.store import twin_tables

_TABLE = twin_tables.drifts
_COLUMNS = [_TABLE.c[field.name] for field in fields(Drift)]


def list_for_event(connection: Connection, event_id: int) -> dict[str, Drift]:
    """By aspect, in the order in which they were found."""
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id).order_by(_TABLE.c.found_at, _TABLE.c.aspect)
    return {row["aspect"]: Drift(**row) for row in connection.execute(query).mappings()}


def count_open(connection: Connection, event_ids: Iterable[int]) -> dict[int, int]:
    """Event → how many wait for a decision; events without any are not in it."""
    query = (
        select(_TABLE.c.event_id, func.count())
        .where(_TABLE.c.event_id.in_(event_ids), _TABLE.c.accepted_at.is_(None))
        .group_by(_TABLE.c.event_id)
    )
    return {event_id: n for event_id, n in connection.execute(query)}  # noqa: C416 (rows are no pairs to mypy)


def replace_all(
    connection: Connection, event_id: int, known: Mapping[str, Drift], found: Mapping[str, Drift]
) -> None:
    """Keep what was found in place of what was known."""
    for aspect, drift in found.items():
        if drift != known.get(aspect):
            put(connection, drift)
    for aspect in known.keys() - found.keys():
        drop(connection, event_id, aspect)


def put(connection: Connection, drift: Drift) -> None:
    values = asdict(drift)
    where = (_TABLE.c.event_id == drift.event_id, _TABLE.c.aspect == drift.aspect)
    if connection.execute(update(_TABLE).where(*where).values(values)).rowcount == 0:
        connection.execute(insert(_TABLE).values(values))


def accept(connection: Connection, event_id: int, aspect: str, zooms: str, now: datetime) -> bool:
    """False when Zoom has something else again by now."""
    where = (_TABLE.c.event_id == event_id, _TABLE.c.aspect == aspect, _TABLE.c.zooms == zooms)
    return connection.execute(update(_TABLE).where(*where).values(accepted_at=now)).rowcount == 1


def drop(connection: Connection, event_id: int, aspect: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.event_id == event_id, _TABLE.c.aspect == aspect))


def forget(connection: Connection, event_id: int) -> None:
    """There is no webinar any more in which anything could differ."""
    connection.execute(delete(_TABLE).where(_TABLE.c.event_id == event_id))
