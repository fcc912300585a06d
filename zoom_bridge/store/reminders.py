"""Reminders by due time: one row per event, kind and schedule."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, update

from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.reminder import PlannedReminder, Reminder
from zoom_bridge.store import tables

_TABLE = tables.reminders
_COLUMNS = [_TABLE.c[field.name] for field in fields(Reminder)]

#: The reason on a reminder that the organiser does not want any more; wanted again, it comes back.
SWITCHED_OFF = "switched_off"


def find(connection: Connection, reminder_id: int) -> Reminder | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == reminder_id)).mappings().first()
    return _reminder(row) if row else None


def list_for_event(connection: Connection, event_id: int) -> list[Reminder]:
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id).order_by(_TABLE.c.planned_at, _TABLE.c.id)
    return [_reminder(row) for row in connection.execute(query).mappings()]


def plan(
    connection: Connection,
    event_id: int,
    schedule_revision: int,
    planned: tuple[PlannedReminder, ...],
    now: datetime,
) -> None:
    """Keep what this schedule owes. Planning the same schedule again changes the times, not the number, and leaves
    alone what is due already: a corrected word must not cost anybody their reminder. A reminder whose time is past
    when it is planned is kept as dropped: whoever is told of the date now needs no reminder."""
    kept = {
        reminder.kind: reminder
        for reminder in list_for_event(connection, event_id)
        if reminder.schedule_revision == schedule_revision
    }
    for one in planned:
        known = kept.get(one.kind)
        if known and known.planned_at == one.due_at and known.drop_reason != SWITCHED_OFF:
            continue
        past = one.due_at <= now
        times = {
            "due_at": None if past else one.due_at,
            "planned_at": one.due_at,
            "useful_until": one.useful_until,
            "dropped_at": now if past else None,
            "drop_reason": "past" if past else None,
        }
        if known is None:
            connection.execute(
                insert(_TABLE).values(
                    event_id=event_id, kind=one.kind, schedule_revision=schedule_revision, **times
                )
            )
        else:
            connection.execute(
                update(_TABLE).where(_TABLE.c.id == known.id, _TABLE.c.queued_at.is_(None)).values(**times)
            )


def drop(connection: Connection, event_id: int, now: datetime, reason: str) -> None:
    """What has not become letters yet no longer will."""
    _drop(connection, _TABLE.c.event_id == event_id, now, reason)


def drop_outdated(
    connection: Connection, event_id: int, schedule_revision: int, wanted: Collection[Kind], now: datetime
) -> None:
    """Of this schedule only the wanted kinds stay, of older ones nothing."""
    of_event = _TABLE.c.event_id == event_id
    _drop(connection, of_event & (_TABLE.c.schedule_revision != schedule_revision), now, "moved")
    _drop(connection, of_event & _TABLE.c.kind.not_in(wanted), now, SWITCHED_OFF)


def _drop(connection: Connection, which: ColumnElement[bool], now: datetime, reason: str) -> None:
    connection.execute(
        update(_TABLE)
        .where(which, _TABLE.c.queued_at.is_(None), _TABLE.c.dropped_at.is_(None))
        .values(due_at=None, dropped_at=now, drop_reason=reason)
    )


def _reminder(row: object) -> Reminder:
    values = dict(row)  # type: ignore[call-overload]
    return Reminder(**values | {"kind": Kind(values["kind"])})
