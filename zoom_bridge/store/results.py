"""Figures of events whose people are forgotten."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.result import Place, Result, keep, kept
from zoom_bridge.store import evening_tables, registrations, tables

_TABLE, _E, _R = evening_tables.results, tables.events, tables.registrations


def places(connection: Connection, event_id: int) -> list[Place]:
    """Everybody who registered, in as few columns as will do."""
    seated = _R.c.confirmed_at.is_not(None) & _R.c.cancelled_at.is_(None)
    query = select(
        _R.c.id, _R.c.created_at, _R.c.source, seated, _R.c.cancelled_at.is_not(None), and_(*registrations.WAITING),
        _R.c.email == "", _R.c.email_key,
    )  # fmt: skip
    return [Place(*row) for row in connection.execute(query.where(_R.c.event_id == event_id))]


def find(connection: Connection, event: Event) -> Result | None:
    """Those of the event as it ended last; one that was moved since has none any more."""
    return find_all(connection, [event]).get(event.id)


def find_all(connection: Connection, events: Iterable[Event]) -> dict[int, Result]:
    """Of several events, by their ids."""
    ends = {event.id: event.ends_at for event in events}
    rows = connection.execute(select(_TABLE).where(_TABLE.c.event_id.in_(ends)))
    return {row.event_id: kept(row.figures) for row in rows if row.ends_at == ends[row.event_id]}


def put(connection: Connection, event: Event, figures: Result) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.event_id == event.id))
    connection.execute(insert(_TABLE).values(event_id=event.id, ends_at=event.ends_at, figures=keep(figures)))


def years(connection: Connection, now: datetime, zone: str) -> list[int]:
    """In which events were held, the last one first."""
    query = select(_E.c.starts_at).where(_held(now))
    return sorted({at.astimezone(ZoneInfo(zone)).year for at in connection.execute(query).scalars()}, reverse=True)


def events_between(connection: Connection, since: datetime, until: datetime, now: datetime) -> list[Event]:
    """What was held then, the first one first; without partners and panelists, whom no list names."""
    query = select(_E).where(_held(now), _E.c.starts_at >= since, _E.c.starts_at < until)
    rows = connection.execute(query.order_by(_E.c.starts_at, _E.c.id)).mappings()
    return [Event(**row) for row in rows]


def _held(now: datetime) -> ColumnElement[bool]:
    return _E.c.published_at.is_not(None) & _E.c.cancelled_at.is_(None) & (_E.c.ends_at <= now)
