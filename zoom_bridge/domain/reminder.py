"""Reminders: which ones an event owes its attendees, when each falls due, and until when it is of use.

The table "due, and useful until" of the README is this module."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.reminder_rule import ReminderRule, Unit
from zoom_bridge.domain.turnout import Turnout
from zoom_bridge.domain.wall_time import days_before

#: After the end it takes Zoom a while to report who was there.
FOLLOW_UP_AFTER = timedelta(hours=1)
FOLLOW_UP_TO = {turnout: Kind(f"follow_up_{turnout}") for turnout in Turnout}
TURNOUT_OF = {kind: turnout for turnout, kind in FOLLOW_UP_TO.items()}


@dataclass(frozen=True)
class Reminder:
    """A due time and a kind. When due, it becomes one letter for each registration.

    rule  the code of the reminder rule it follows, or empty for what follows the event's end
    """

    id: int
    event_id: int
    kind: Kind
    schedule_revision: int
    due_at: datetime | None
    planned_at: datetime
    useful_until: datetime
    queued_at: datetime | None = None
    dropped_at: datetime | None = None
    drop_reason: str | None = None
    rule: str = ""


@dataclass(frozen=True)
class PlannedReminder:
    kind: Kind
    rule: str
    due_at: datetime
    useful_until: datetime


def planned_reminders(event: Event) -> tuple[PlannedReminder, ...]:
    """What this schedule owes, earliest first. "The day before" is wall-clock arithmetic: 10:00 stays 10:00. A reminder
    is of use until the next one comes, which says it all anew: nobody gets two at once, however late the first is."""
    before = sorted((_before(event, rule) for rule in event.reminders), key=lambda one: one.due_at)
    planned = [
        replace(one, useful_until=min(one.useful_until, following.due_at)) if following else one
        for one, following in zip_longest(before, before[1:])
    ]
    planned += [_after(event, Turnout(name)) for name in event.follow_ups]
    return tuple(sorted(planned, key=lambda one: one.due_at))


def kind_of(rule: ReminderRule) -> Kind:
    return Kind.DAY_BEFORE if rule.unit is Unit.DAYS else Kind.JOIN_LINK


def _before(event: Event, rule: ReminderRule) -> PlannedReminder:
    if rule.unit is Unit.DAYS:
        due_at = days_before(event.starts_at, event.timezone, rule.amount)
        return PlannedReminder(kind_of(rule), rule.code, due_at, event.starts_at - timedelta(hours=2))
    due_at = event.starts_at - timedelta(**{rule.unit: rule.amount})
    useful_until = event.ends_at - min(timedelta(minutes=15), (event.ends_at - event.starts_at) / 2)
    return PlannedReminder(kind_of(rule), rule.code, due_at, useful_until)


def _after(event: Event, turnout: Turnout) -> PlannedReminder:
    """To one group of people after the end; who is in it, is known when Zoom has reported (`turnout.py`)."""
    kind = FOLLOW_UP_TO[turnout]
    return PlannedReminder(kind, "", event.ends_at + FOLLOW_UP_AFTER, useful_until(kind, event, event.ends_at))


def covered_by_confirmation(reminder_due_at: datetime, confirmed_at: datetime) -> bool:
    """Who registers late gets one letter with all they need: a reminder whose time had come before the
    confirmation is not sent after it."""
    return reminder_due_at <= confirmed_at
