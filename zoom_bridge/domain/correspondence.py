"""Correspondence: what goes to one person of an event, computed: the letters they got, those still to come, and those
they do not get, and why. What goes to everybody is told by the reminders themselves, in `reminder.py`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import FOLLOW_UPS, Kind, Message, Skip
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.reminder import Reminder, covered_by_confirmation

#: Dropped for these reasons, a reminder is nobody's business any more: it was never meant for this schedule.
_NOBODYS = {"moved", "switched_off", "cancelled"}


@dataclass(frozen=True)
class Entry:
    """One letter to one person.

    kind    None for a letter after the event, as long as it is open which of them this person gets
    at      when it left, was given up or is planned; None when it waits for the person, or for Zoom's report
    rule    of a reminder: the code of its rule
    letter  as it was written; None while it is not, or never will be
    missed  why it never will be: a `Skip`, or why its reminder was dropped
    """

    kind: Kind | None
    at: datetime | None
    rule: str = ""
    letter: Message | None = None
    missed: str = ""

    @property
    def planned(self) -> bool:
        return self.letter is None and not self.missed


def correspondence(
    event: Event, person: Registration, letters: Sequence[Message], reminders: Sequence[Reminder], now: datetime
) -> tuple[Entry, ...]:
    """In the order of time. What waits for the person to do something stands where now is."""
    rules = {reminder.id: reminder.rule for reminder in reminders}
    written = [Entry(one.kind, _moment(one), rules.get(one.reminder_id or 0, ""), letter=one) for one in letters]
    open_ = not event.cancelled_at and not person.cancelled_at and not person.by_phone_only
    unwritten = _unwritten(event, person, letters, reminders, now) if open_ else ()
    return tuple(sorted([*written, *unwritten], key=lambda entry: entry.at or now))


def _moment(letter: Message) -> datetime:
    return letter.sent_at or letter.skipped_at or letter.gave_up_at or letter.due_at or letter.created_at


def _unwritten(
    event: Event, person: Registration, letters: Sequence[Message], reminders: Sequence[Reminder], now: datetime
) -> Iterator[Entry]:
    if person.waiting:
        # Nothing else goes to them before they have a seat.
        if now < event.ends_at:
            yield Entry(Kind.MOVED_UP, None)
        return
    if person.confirmed_at is None and now < event.ends_at:
        yield Entry(Kind.CONFIRMATION, None)
    became = {letter.reminder_id for letter in letters}
    current = [
        one
        for one in reminders
        if one.schedule_revision == event.schedule_revision
        and one.id not in became
        and one.drop_reason not in _NOBODYS
    ]
    for reminder in current:
        if reminder.kind not in FOLLOW_UPS and (entry := _reminder(reminder, person)):
            yield entry
    follow_ups = [one for one in current if one.kind in FOLLOW_UPS and one.due_at and not one.queued_at]
    if follow_ups and not any(_about_this_evening(letter, event) for letter in letters):
        kinds = {one.kind for one in follow_ups}
        kind = kinds.pop() if len(kinds) == 1 else None
        planned_at = min(one.planned_at for one in follow_ups)
        yield Entry(
            kind,
            planned_at if now < planned_at else None,
            missed=Skip.UNSUBSCRIBED if person.unsubscribed_at else "",
        )


def _about_this_evening(letter: Message, event: Event) -> bool:
    """Whether it is the one that they get after the event."""
    before_a_correction = letter.sent_at is not None and letter.sent_at >= event.starts_at
    planned_now = letter.schedule_revision == event.schedule_revision
    return letter.kind in FOLLOW_UPS and (planned_now or before_a_correction)


def _reminder(reminder: Reminder, person: Registration) -> Entry | None:
    """A reminder that has not become a letter to this person; None when it passed before they could have had one."""
    entry = Entry(reminder.kind, reminder.planned_at, reminder.rule)
    if person.active and person.confirmed_at and covered_by_confirmation(reminder.planned_at, person.confirmed_at):
        return replace(entry, missed=Skip.COVERED)
    if reminder.dropped_at:
        return replace(entry, missed=reminder.drop_reason or "expired")
    return None if reminder.queued_at else entry
