"""Turn one due reminder into letters."""

from datetime import datetime

from zoom_bridge.domain.message import FOLLOW_UPS, Kind
from zoom_bridge.domain.reminder import Reminder
from zoom_bridge.flows import following_up, restoring, seating
from zoom_bridge.store import claims, events, mail_tables, outbox, panel_seats, registrations, reminders
from zoom_bridge.store.database import Database


def queue_reminder(db: Database, reminder_id: int, claim: str, now: datetime) -> None:
    """One letter for everybody who had a seat, or was on the panel, when the reminder fell due; who came later got all they need with
    their confirmation. A reminder that is of no use any more is dropped, visibly."""
    with db.transaction() as connection:
        reminder = reminders.find(connection, reminder_id)
        # Held, so that nobody moves, cancels or switches off between our look and our letters.
        event = events.hold(connection, reminder.event_id) if reminder else None
        reminder = reminders.find(connection, reminder_id)
        if reminder is None or event is None or reminder.dropped_at:
            return
        siblings = reminders.list_for_event(connection, event.id)
        reason = (
            "not_published"
            if not event.public
            else "cancelled"
            if event.cancelled_at
            else _out_of_date(reminder, event.schedule_revision, siblings, now)
        )
        if reason:
            claims.finish(
                connection, mail_tables.reminders, reminder.id, claim, dropped_at=now, drop_reason=reason
            )
        elif reminder.kind in FOLLOW_UPS:
            following_up.queue_follow_up(connection, event, reminder, claim, now)
        elif claims.finish(connection, mail_tables.reminders, reminder.id, claim, queued_at=now):
            outbox.queue(
                connection,
                reminder.kind,
                registrations.confirmed_ids(connection, event.id, reminder.planned_at),
                event_id=event.id,
                schedule_revision=event.schedule_revision,
                useful_until=reminder.useful_until,
                now=now,
                occasion=reminder.rule,
                reminder_id=reminder.id,
            )
            known = [
                seat
                for seat in panel_seats.list_for_event(connection, event.id)
                if seat.active and seat.created_at <= reminder.planned_at
            ]
            seating.write_to_panel(
                connection,
                Kind.PANEL_REMINDER,
                event,
                known,
                now,
                until=reminder.useful_until,
                occasion=f"{reminder.kind}{reminder.rule}",
            )
        of_it = frozenset({reminder.kind, Kind.PANEL_REMINDER})
        restoring.hold_what_became_of(connection, reminder.planned_at, event.id, of_it, now)


def _out_of_date(
    reminder: Reminder, schedule_revision: int, siblings: list[Reminder], now: datetime
) -> str | None:
    if reminder.schedule_revision != schedule_revision:
        return "moved"
    if now >= reminder.useful_until:
        return "expired"
    newer_is_due = any(
        other.schedule_revision == schedule_revision
        and reminder.planned_at < other.planned_at <= now < other.useful_until
        and other.dropped_at is None
        for other in siblings
    )
    return "newer" if newer_is_due else None
