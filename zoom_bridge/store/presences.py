"""What the desk of the day looks at every few seconds: one statement that says whether anything changed, and, when it
did, who has a place and who has clicked, in as few columns as will do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, select, true

from zoom_bridge.store import tables

_E, _S, _R, _M, _W = tables.events, tables.sightings, tables.registrations, tables.messages, tables.webinars
_SEATED = _R.c.confirmed_at.is_not(None) & _R.c.cancelled_at.is_(None)


@dataclass(frozen=True)
class Pulse:
    """When two are the same, nothing that the desk shows has changed. `seen` tells of the sightings alone, so that
    who is in the room need not be computed anew for somebody who registered."""

    seen: tuple[object, ...]
    others: tuple[object, ...]


@dataclass(frozen=True)
class Guest:
    """Somebody with a place."""

    id: int
    first_name: str
    last_name: str
    email: str
    first_clicked_at: datetime | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def pulse(connection: Connection, event_id: int, clicked_before: datetime, failed_since: datetime) -> Pulse | None:
    """None when there is no such event."""
    seen = (
        select(func.count(), func.max(_S.c.id), func.count(_S.c.registration_id), func.sum(_S.c.registration_id))
        .where(_S.c.event_id == event_id)
        .subquery()
    )
    people = (
        select(
            _count(_SEATED),
            _count(_SEATED & (_R.c.first_clicked_at <= clicked_before)),
            _count(_R.c.synced_revision < _R.c.revision),
            _count(_R.c.gave_up_at.is_not(None)),
            func.sum(_R.c.revision),
        )
        .where(_R.c.event_id == event_id)
        .subquery()
    )
    letters = (
        select(func.count(), func.max(_M.c.id))
        .where(_M.c.event_id == event_id, _M.c.gave_up_at >= failed_since)
        .subquery()
    )
    query = (
        select(
            *seen.c, *people.c, *letters.c,
            _E.c.revision, _E.c.published_at, _W.c.zoom_id, _W.c.synced_revision, _W.c.gone_at, _W.c.gave_up_at,
            _W.c.last_error, _W.c.dial_in, _W.c.passcode,
        )
        .select_from(_E)
        .join(seen, true())
        .join(people, true())
        .join(letters, true())
        .outerjoin(_W, _W.c.event_id == _E.c.id)
        .where(_E.c.id == event_id)
    )  # fmt: skip
    row = connection.execute(query).one_or_none()
    return Pulse(tuple(row[: len(seen.c)]), tuple(row[len(seen.c) :])) if row else None


def guests(connection: Connection, event_id: int) -> list[Guest]:
    """Everybody with a place, by name."""
    query = (
        select(_R.c.id, _R.c.first_name, _R.c.last_name, _R.c.email, _R.c.first_clicked_at)
        .where(_R.c.event_id == event_id, _SEATED)
        .order_by(_R.c.last_name, _R.c.first_name, _R.c.id)
    )
    return [Guest(*row) for row in connection.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
