"""What the desk of the day looks at every few seconds: one statement that says whether anything changed, and, when it
did, who has a place and who has clicked, in as few columns as will do."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, case, func, select, true

from zoom_bridge.store import evening_tables, tables, twin_tables

_D, _P = evening_tables.decisions, twin_tables.panel_seats
_E, _S, _R, _M, _W = tables.events, tables.sightings, tables.registrations, tables.messages, tables.webinars
_SEATED = _R.c.confirmed_at.is_not(None) & _R.c.cancelled_at.is_(None)


@dataclass(frozen=True)
class Pulse:
    """When two are the same, nothing that the desk shows has changed. `seen` tells of the sightings and of all
    by which they are understood, so that who is in the room is computed anew when it has to be."""

    seen: tuple[object, ...]
    others: tuple[object, ...]


class Guest(NamedTuple):
    """Somebody who registered. active: they have a place."""

    id: int
    first_name: str
    last_name: str
    email: str
    first_clicked_at: datetime | None
    active: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def pulse(connection: Connection, event_id: int, clicked_before: datetime, failed_since: datetime) -> Pulse | None:
    """None when there is no such event."""
    seen = (
        select(
            func.count(), func.max(_S.c.id), func.count(_S.c.registration_id), func.sum(_S.c.registration_id),
            func.count(func.nullif(_S.c.name, "")),
        )
        .where(_S.c.event_id == event_id)
        .subquery()
    )  # fmt: skip
    decided = select(func.count(), func.max(_D.c.decided_at)).where(_D.c.event_id == event_id).subquery()
    panel = select(func.count(_P.c.withdrawn_at), func.max(_P.c.id)).where(_P.c.event_id == event_id).subquery()
    staff = select(func.count(), func.max(tables.organisers.c.id)).subquery()
    known = (
        select(func.count(), _count(_SEATED), func.sum(_R.c.revision), func.count(_R.c.registrant_id))
        .where(_R.c.event_id == event_id)
        .subquery()
    )
    people = (
        select(
            _count(_SEATED & (_R.c.first_clicked_at <= clicked_before)),
            _count(_R.c.synced_revision < _R.c.revision),
            _count(_R.c.gave_up_at.is_not(None)),
        )
        .where(_R.c.event_id == event_id)
        .subquery()
    )
    letters = (
        select(func.count(), func.max(_M.c.id))
        .where(_M.c.event_id == event_id, _M.c.gave_up_at >= failed_since)
        .subquery()
    )
    of_the_room = (*seen.c, *decided.c, *panel.c, *staff.c, *known.c, _E.c.revision)
    query = (
        select(
            *of_the_room, *people.c, *letters.c, _E.c.published_at, _W.c.zoom_id, _W.c.synced_revision, _W.c.gone_at, _W.c.gave_up_at,
            _W.c.last_error, _W.c.dial_in, _W.c.passcode,
        )
        .select_from(_E)
        .join(seen, true())
        .join(decided, true())
        .join(panel, true())
        .join(staff, true())
        .join(known, true())
        .join(people, true())
        .join(letters, true())
        .outerjoin(_W, _W.c.event_id == _E.c.id)
        .where(_E.c.id == event_id)
    )  # fmt: skip
    row = connection.execute(query).one_or_none()
    return Pulse(tuple(row[: len(of_the_room)]), tuple(row[len(of_the_room) :])) if row else None


def guests(connection: Connection, event_id: int) -> list[Guest]:
    """Everybody with a place, by name."""
    return [one for one in everybody(connection, event_id) if one.active]


def everybody(connection: Connection, event_id: int) -> list[Guest]:
    """Everybody who registered, whatever became of it, by name."""
    query = (
        select(_R.c.id, _R.c.first_name, _R.c.last_name, _R.c.email, _R.c.first_clicked_at, _SEATED)
        .where(_R.c.event_id == event_id)
        .order_by(_R.c.last_name, _R.c.first_name, _R.c.id)
    )
    return [Guest(*row) for row in connection.execute(query)]


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
