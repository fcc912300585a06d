"""New rules for a time zone: an event stays at its time on the wall, which is another instant then.

Zoom and the reminders follow. Attendees are not written to, because what they were told is as true as it was."""

import logging
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from zoom_bridge.domain.reminder import planned_reminders
from zoom_bridge.domain.wall_time import instant_by_todays_rules, look_up_rules_anew
from zoom_bridge.store import events, outbox, reminders, webinars
from zoom_bridge.store.database import Database

log = logging.getLogger(__name__)


def shift_events(db: Database, now: datetime) -> int:
    """Compute the instants of all coming events anew; returns how many are others now."""
    look_up_rules_anew()
    with db.reading() as connection:
        coming = events.list_to_come(connection, now)
    return sum(_shift_event(db, event_id, now) for event_id in coming)


def mark_seen(db: Database, event_id: int) -> None:
    """An organiser knows of it."""
    with db.transaction() as connection:
        events.mark_shift_seen(connection, event_id)


def _shift_event(db: Database, event_id: int, now: datetime) -> bool:
    """The schedule gets a new number, with which calendar entries learn of it; whatever is about it goes along, so
    that nothing is out of date and nothing is planned twice."""
    with db.transaction() as connection:
        before = events.lock(connection, event_id)
        if before is None or before.cancelled_at:
            return False
        try:
            starts_at = instant_by_todays_rules(before.starts_wall, before.timezone, before.starts_at)
            ends_at = instant_by_todays_rules(before.ends_wall, before.timezone, before.ends_at)
        except ZoneInfoNotFoundError:
            log.error("event %s: nobody knows the time zone %s any more", event_id, before.timezone)
            return False
        if (starts_at, ends_at) == (before.starts_at, before.ends_at) or ends_at <= starts_at:
            return False
        events.shift(connection, before, starts_at, ends_at)
        event = events.find(connection, event_id) or before
        numbers = before.schedule_revision, event.schedule_revision
        outbox.shift(connection, event_id, *numbers)
        reminders.shift(connection, event_id, *numbers, planned_reminders(event))
        webinars.make_due(connection, event_id, now)
        log.info("event %s: the rules of %s are others now", event_id, event.timezone)
        return True
