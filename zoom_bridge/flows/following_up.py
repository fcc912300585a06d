"""Write to an event's people afterwards: one of four letters, by whether they were there. When that is due is planned
with the reminders; `reminding.py` looks whether it still is."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import FOLLOW_UPS
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.reminder import TURNOUT_OF, Reminder
from zoom_bridge.domain.turnout import Turnout, turnouts
from zoom_bridge.flows.attending import LOOK_AGAIN, STOP_LOOKING, settled
from zoom_bridge.store import claims, mail_tables, outbox, registrations, reminders, sightings

WAITS_FOR_REPORT = "Zoom's report of who was there is still to come."
#: Nobody was seen: nobody told us, or nobody came.
NOBODY_SEEN = "nobody_seen"
#: In the key of all four letters: to one person goes one of them.
_ONE_OF = "follow_up"


def queue_follow_up(connection: Connection, event: Event, reminder: Reminder, claim: str, now: datetime) -> None:
    """One letter for each person in the group, and none for who had one of another group.

    1. As long as Zoom's report may still change who was there, it waits, a day at most.
    2. Where nobody at all was seen, nobody is told that they were missed.
    3. Who is in the group is decided now.
    4. Who had one about this evening, before somebody corrected when it ended, has no second one."""
    table = mail_tables.reminders
    room = sightings.room(connection, event.id)
    if now < event.ends_at + STOP_LOOKING and not settled(connection, event, room):
        claims.postpone(connection, table, reminder.id, claim, now + LOOK_AGAIN, WAITS_FOR_REPORT, counted=False)
        return
    people = registrations.list_for_event(connection, event.id)
    groups = turnouts(event, room, people)
    if not groups:
        claims.finish(connection, table, reminder.id, claim, dropped_at=now, drop_reason=NOBODY_SEEN)
    elif claims.finish(connection, table, reminder.id, claim, queued_at=now):
        _queue(connection, event, reminder, groups, people, now)


def follow_decision(connection: Connection, event: Event, now: datetime) -> None:
    """Somebody decided who was there: letters that have not left follow, those that have cannot be called back.

    A letter of a group that somebody is not in (any more) is taken back, and where the letters of their group are
    written already, they get theirs."""
    planned = reminders.list_for_event(connection, event.id)
    written = [one for one in planned if one.kind in FOLLOW_UPS and one.queued_at and now < one.useful_until]
    if not written:
        return
    people = registrations.list_for_event(connection, event.id)
    groups = turnouts(event, sightings.room(connection, event.id), people)
    waiting = outbox.waiting(connection, FOLLOW_UPS, event.id, now)
    wrong = [one.id for one in waiting if groups.get(one.registration_id or 0) is not TURNOUT_OF[one.kind]]
    outbox.take_back(connection, wrong)
    for reminder in written:
        if reminder.schedule_revision == event.schedule_revision:
            _queue(connection, event, reminder, groups, people, now)


def _queue(
    connection: Connection,
    event: Event,
    reminder: Reminder,
    groups: Mapping[int, Turnout],
    people: Iterable[Registration],
    now: datetime,
) -> None:
    group = TURNOUT_OF[reminder.kind]
    had = outbox.sent_since(connection, FOLLOW_UPS, event.id, event.starts_at)
    outbox.queue(
        connection,
        reminder.kind,
        [
            person.id
            for person in people
            if groups.get(person.id) is group and not person.by_phone_only and person.id not in had
        ],
        event_id=event.id,
        schedule_revision=event.schedule_revision,
        useful_until=reminder.useful_until,
        now=now,
        reminder_id=reminder.id,
        one_of=_ONE_OF,
    )
