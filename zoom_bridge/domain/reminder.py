"""Reminders: which ones an event owes its attendees, when each falls due, and until when it is of use.

The table "due, and useful until" of the README is this module."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.wall_time import days_before


@dataclass(frozen=True)
class Reminder:
    """A due time and a kind. When due, it becomes one letter for each registration."""

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


@dataclass(frozen=True)
class PlannedReminder:
    kind: Kind
    due_at: datetime
    useful_until: datetime


def planned_reminders(event: Event) -> tuple[PlannedReminder, ...]:
    """What this schedule owes, earliest first. "The day before" is wall-clock arithmetic: 10:00 stays 10:00."""
    planned = []
    if event.remind_day_before:
        planned.append(
            PlannedReminder(
                Kind.DAY_BEFORE,
                days_before(event.starts_at, event.timezone, 1),
                event.starts_at - timedelta(hours=2),
            )
        )
    if event.remind_hour_before:
        planned.append(
            PlannedReminder(
                Kind.JOIN_LINK,
                event.starts_at - timedelta(hours=1),
                event.ends_at - min(timedelta(minutes=15), (event.ends_at - event.starts_at) / 2),
            )
        )
    return tuple(planned)


def covered_by_confirmation(reminder_due_at: datetime, confirmed_at: datetime) -> bool:
    """Who registers late gets one letter with all they need: a reminder whose time had come before the
    confirmation is not sent after it."""
    return reminder_due_at <= confirmed_at
