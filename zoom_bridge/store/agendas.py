"""What the organisers' first page shows: events that come and events that are over, each with its webinar and its
numbers. As many statements for five hundred events as for one."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from zoom_bridge.domain.event import DOORS_CLOSE_AFTER, Event
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.store import drifts, overviews, returns, tables
from zoom_bridge.store.overviews import Numbers

PAGE_SIZE = 25

_E, _M, _R = tables.events, tables.messages, tables.registrations
_TWIN = [tables.webinars.c[field.name] for field in fields(TwinWebinar)]


@dataclass(frozen=True)
class AgendaLine:
    """An event without its partners and panelists, whom no list names. `given_up`: letters that could not be sent;
    `unreached`: people whose last letter came back; `drifts`: what was changed at Zoom and waits for a decision."""

    event: Event
    webinar: TwinWebinar | None
    numbers: Numbers
    given_up: int
    unreached: int
    drifts: int


def list_coming(connection: Connection, now: datetime, page: int = 1, size: int = PAGE_SIZE) -> list[AgendaLine]:
    """What is not over yet, the next start first. Evenings run late, so it stays here as long as people find in."""
    return _page(connection, ~_over(now), page, size, _E.c.starts_at, _E.c.id)


def list_past(connection: Connection, now: datetime, page: int = 1, size: int = PAGE_SIZE) -> list[AgendaLine]:
    """What is over, the latest first."""
    return _page(connection, _over(now), page, size, _E.c.starts_at.desc(), _E.c.id)


def count_coming(connection: Connection, now: datetime) -> int:
    return _count(connection, ~_over(now))


def count_past(connection: Connection, now: datetime) -> int:
    return _count(connection, _over(now))


def list_series(connection: Connection, series_id: int) -> list[AgendaLine]:
    """All dates of a series, the first one first."""
    query = select(_E).where(_E.c.series_id == series_id).order_by(_E.c.starts_at, _E.c.id)
    return _lines(connection, [Event(**row) for row in connection.execute(query).mappings()])


def _over(now: datetime) -> ColumnElement[bool]:
    return _E.c.ends_at <= now - DOORS_CLOSE_AFTER


def _count(connection: Connection, where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(_E).where(where)).scalar_one()


def _page(
    connection: Connection, where: ColumnElement[bool], page: int, size: int, *order: Any
) -> list[AgendaLine]:
    query = select(_E).where(where).order_by(*order).limit(size).offset((page - 1) * size)
    return _lines(connection, [Event(**row) for row in connection.execute(query).mappings()])


def _lines(connection: Connection, found: list[Event]) -> list[AgendaLine]:
    ids = [event.id for event in found]
    twins = _twins(connection, ids)
    numbers = overviews.numbers_of(connection, ids)
    in_trouble = _letters_in_trouble(connection, ids)
    changed = drifts.count_open(connection, ids)
    return [
        AgendaLine(
            event,
            twins.get(event.id),
            numbers.get(event.id, Numbers()),
            *in_trouble.get(event.id, (0, 0)),
            changed.get(event.id, 0),
        )
        for event in found
    ]


def _twins(connection: Connection, ids: Iterable[int]) -> dict[int, TwinWebinar]:
    rows = connection.execute(select(*_TWIN).where(tables.webinars.c.event_id.in_(ids))).mappings()
    return {row["event_id"]: TwinWebinar(**row) for row in rows}


def _letters_in_trouble(connection: Connection, ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Event → (letters that could not be sent, people whom our last letter did not reach)."""
    given_up = _M.c.gave_up_at.is_not(None) & _M.c.registration_id.is_not(None)
    query = (
        select(
            _M.c.event_id,
            func.count(case((given_up, _M.c.id))),
            func.count(func.distinct(case((returns.UNREACHED & _R.c.cancelled_at.is_(None), _R.c.id)))),
        )
        .outerjoin(_R, _R.c.id == _M.c.registration_id)
        .where(_M.c.event_id.in_(ids), given_up | _M.c.bounced_at.is_not(None))
        .group_by(_M.c.event_id)
    )
    return {event_id: (stuck, unreached) for event_id, stuck, unreached in connection.execute(query)}
