"""Specimens: an event's letter as somebody would get it, to be looked at or to be sent to an organiser as a test. None
of its links is anybody's own: they all lead to the event's public page."""

from dataclasses import replace
from datetime import datetime, timedelta

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.letter_text import LetterText
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.registration import CONFIRM_WITHIN
from zoom_bridge.domain.reminder import planned_reminders
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES
from zoom_bridge.domain.turnout import Turnout
from zoom_bridge.i18n import speech
from zoom_bridge.links import Links
from zoom_bridge.mail.ical import Entry, attendee_address, utc_stamp
from zoom_bridge.mail.letterhead import clean_line
from zoom_bridge.mail.rendering import METHODS, OTHERWISE_WHEN_WAITING, Person, Rendered, moment, nearness, render

_MOVING = {Kind.MOVED, Kind.PANEL_MOVED}
#: Begins the subject of a letter that is only a test.
TEST_MARK = "[Test]"


def example(
    kind: Kind,
    language: str,
    event: Event,
    name: str,
    email: str,
    now: datetime,
    links: Links,
    sender: str,
    own: LetterText | None,
    *,
    waiting: bool = False,
) -> Rendered:
    event, leaves_at = as_if_due(kind, event, now)
    page = links.event(event.slug, language)
    person = Person(
        name=clean_line(name),
        link=page,
        cancel_link=page,
        data_link=page,
        unsubscribe_link=page,
        confirm_link=page,
        confirm_by=_confirm_by(language, event, now),
    )
    entry = Entry(
        uid=f"test-{event.id}@{links.host or 'localhost'}",
        # In a calendar that gets several tests, the newest counts.
        sequence=str(int(now.timestamp()) // 60),
        stamp=utc_stamp(now),
        link=page,
        attendee=attendee_address(email) if kind in METHODS else "",
    )
    near = nearness(event, leaves_at)
    waiting = waiting and kind in OTHERWISE_WHEN_WAITING
    own = None if waiting else own
    return render(kind, language, event, near, person, entry, links, sender, own, waiting=waiting)


def as_if_due(kind: Kind, event: Event, now: datetime) -> tuple[Event, datetime]:
    """The event as it is when this letter is due, and when that is: moved by a week, or called off, if it has to be.
    Letters that follow from what people do leave now, or have left while the event was still to come."""
    event = replace(
        event,
        cancelled_at=_cancelled_at(kind, event, now),
        moved_from=event.moved_from or (event.starts_at - timedelta(days=7) if kind in _MOVING else None),
    )
    usual = planned_reminders(replace(event, reminders=DEFAULT_RULES, follow_ups=tuple(Turnout)))
    planned = {reminder.kind: reminder.due_at for reminder in (*usual, *planned_reminders(event))}
    due_at = planned.get(Kind.DAY_BEFORE if kind is Kind.PANEL_REMINDER else kind)
    if kind is Kind.CERTIFICATE:
        due_at = max(now, event.ends_at)
    return event, due_at or (now if now < event.ends_at else event.created_at)


def _cancelled_at(kind: Kind, event: Event, now: datetime) -> datetime | None:
    if kind is Kind.CIRCULAR:
        return event.cancelled_at
    return (event.cancelled_at or now) if kind in {Kind.CANCELLED, Kind.PANEL_CANCELLED} else None


def _confirm_by(language: str, event: Event, now: datetime) -> str:
    until = (now + CONFIRM_WITHIN).replace(second=0, microsecond=0)
    return moment(speech(language), until, event.timezone)
