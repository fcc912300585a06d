"""Reminders by due time: one row per event, kind and schedule."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, insert, select, tuple_, update

from zoom_bridge.domain.message import FOLLOW_UPS, Kind
from zoom_bridge.domain.reminder import PlannedReminder, Reminder
from zoom_bridge.store import mail_tables

_TABLE = mail_tables.reminders
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
        (reminder.kind, reminder.rule): reminder
        for reminder in list_for_event(connection, event_id)
        if reminder.schedule_revision == schedule_revision
    }
    for one in planned:
        known = kept.get((one.kind, one.rule))
        if known and known.planned_at == one.due_at and known.drop_reason != SWITCHED_OFF:
            if known.useful_until != one.useful_until:
                _change(connection, known.id, useful_until=one.useful_until)
            continue
        # A follow-up that is wanted only after the end is still of use.
        late = one.kind in FOLLOW_UPS and now < one.useful_until
        past = one.due_at <= now and not late
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
                    event_id=event_id,
                    kind=one.kind,
                    rule=one.rule,
                    schedule_revision=schedule_revision,
                    **times,
                )
            )
        else:
            _change(connection, known.id, **times)


def shift(
    connection: Connection,
    event_id: int,
    before: int,
    after: int,
    planned: tuple[PlannedReminder, ...],
) -> None:
    """The schedule is the same with a new number and, for what has not become letters yet, with new times. What falls
    due in the past by them is due now: nobody is told anything that would replace it."""
    of_schedule = (_TABLE.c.event_id == event_id) & (_TABLE.c.schedule_revision == before)
    connection.execute(update(_TABLE).where(of_schedule).values(schedule_revision=after))
    for one in planned:
        connection.execute(
            update(_TABLE)
            .where(
                _TABLE.c.event_id == event_id,
                _TABLE.c.schedule_revision == after,
                _TABLE.c.kind == one.kind,
                _TABLE.c.rule == one.rule,
                _TABLE.c.queued_at.is_(None),
                _TABLE.c.dropped_at.is_(None),
            )
            .values(due_at=one.due_at, planned_at=one.due_at, useful_until=one.useful_until)
        )


def _change(connection: Connection, reminder_id: int, **values: datetime | str | None) -> None:
    """Unless it has become letters."""
    connection.execute(
        update(_TABLE).where(_TABLE.c.id == reminder_id, _TABLE.c.queued_at.is_(None)).values(**values)
    )


def drop(connection: Connection, event_id: int, now: datetime, reason: str) -> None:
    """What has not become letters yet no longer will."""
    _drop(connection, _TABLE.c.event_id == event_id, now, reason)


def drop_outdated(
    connection: Connection,
    event_id: int,
    schedule_revision: int,
    wanted: Collection[tuple[Kind, str]],
    now: datetime,
) -> None:
    """Of this schedule only the wanted ones stay, by kind and rule; of older ones nothing."""
    of_event = _TABLE.c.event_id == event_id
    _drop(connection, of_event & (_TABLE.c.schedule_revision != schedule_revision), now, "moved")
    unwanted = tuple_(_TABLE.c.kind, _TABLE.c.rule).not_in(list(wanted))
    _drop(connection, of_event & unwanted, now, SWITCHED_OFF)


def _drop(connection: Connection, which: ColumnElement[bool], now: datetime, reason: str) -> None:
    connection.execute(
        update(_TABLE)
        .where(which, _TABLE.c.queued_at.is_(None), _TABLE.c.dropped_at.is_(None))
        .values(due_at=None, dropped_at=now, drop_reason=reason)
    )


def _reminder(row: object) -> Reminder:
    values = dict(row)  # type: ignore[call-overload]
    return Reminder(**values | {"kind": Kind(values["kind"])})
