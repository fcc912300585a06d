"""A message: one letter in the outbox, and the rules of when it is still worth sending."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.registration import CONFIRM_WITHIN, Registration


class Kind(StrEnum):
    """A letter, as a kind of mail with its templates. The value is the name of its template folder."""

    PLEASE_CONFIRM = "please_confirm"
    CONFIRMATION = "confirmation"
    DAY_BEFORE = "day_before"
    JOIN_LINK = "join_link"
    MOVED = "moved"
    CANCELLED = "cancelled"
    GOODBYE = "goodbye"
    WAITING = "waiting"
    MOVED_UP = "moved_up"
    FOLLOW_UP_ATTENDED = "follow_up_attended"
    FOLLOW_UP_LEFT_EARLY = "follow_up_left_early"
    FOLLOW_UP_ABSENT = "follow_up_absent"
    FOLLOW_UP_PHONE = "follow_up_phone"
    CERTIFICATE = "certificate"
    CIRCULAR = "circular"
    PANEL_INVITATION = "panel_invitation"
    PANEL_REMINDER = "panel_reminder"
    PANEL_MOVED = "panel_moved"
    PANEL_CANCELLED = "panel_cancelled"
    PANEL_GOODBYE = "panel_goodbye"
    SIGN_IN = "sign_in"
    INVITATION = "invitation"


#: Letters that let an organiser in. All others are about an event, and to attendees or panelists.
LETTING_IN = frozenset({Kind.SIGN_IN, Kind.INVITATION})


#: Letters that are about the way in and little else: of no use while that leads nowhere.
OF_THE_LINK = frozenset({Kind.DAY_BEFORE, Kind.JOIN_LINK, Kind.PANEL_REMINDER})

#: Letters to panelists with an address.
TO_PANEL = frozenset(kind for kind in Kind if kind.startswith("panel_"))


#: After the event, to those who came and those who did not.
FOLLOW_UPS = frozenset(kind for kind in Kind if kind.startswith("follow_up_"))

#: Letters that are not part of a registration itself: whoever does not want them says so with one click.
UNSOLICITED = FOLLOW_UPS | {Kind.CIRCULAR}


#: How long a follow-up, or a circular about an event that is over or off, is still worth reading.
AFTERWARDS = timedelta(days=7)


class Urgency(IntEnum):
    """What leaves first when not everything can leave at once. FIRST: somebody waits for it, or it is the way in."""

    FIRST = 0
    SOON = 1
    LATER = 2


_FIRST = LETTING_IN | {
    Kind.PLEASE_CONFIRM,
    Kind.CONFIRMATION,
    Kind.JOIN_LINK,
    Kind.MOVED_UP,
    Kind.PANEL_INVITATION,
}


def urgency(kind: Kind) -> Urgency:
    if kind in UNSOLICITED or kind is Kind.CERTIFICATE:
        return Urgency.LATER
    return Urgency.FIRST if kind in _FIRST else Urgency.SOON


class Skip(StrEnum):
    """Why a letter was not sent; shown to the organiser in words."""

    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    REGISTRATION_CANCELLED = "registration_cancelled"
    EVENT_CANCELLED = "event_cancelled"
    COVERED = "covered_by_confirmation"
    FORGOTTEN = "forgotten"
    OFF_THE_PANEL = "off_the_panel"
    UNSUBSCRIBED = "unsubscribed"
    STOPPED = "stopped"
    RESTORED = "restored"


@dataclass(frozen=True, kw_only=True)
class Message:
    """One letter to one person. The row says which letter for whom about what; the text is made when it is sent.

    unique_key   a second decision for the same letter is not a second row
    panel_seat_id   of a letter to a panelist
    organiser_id   of a test letter: to whom instead of an attendee
    language     of a test letter, and of one to a panelist
    reminder_id  of a letter that a reminder became
    circular_id  of a letter that a circular became
    held_at      kept back until an organiser says yes: after a backup was restored it may have left before
    doubtful     how many attempts ended without an answer: the letter may have arrived more than once
    bounced_at, bounce_status, bounce   it came back: when, the status as in RFC 3463, and the words
    message_id, dated_at   fixed at the first attempt and used again at every further one
    """

    id: int
    unique_key: str
    kind: Kind
    event_id: int | None
    registration_id: int | None
    sign_in_id: int | None
    schedule_revision: int
    created_at: datetime
    useful_until: datetime
    message_id: str | None
    dated_at: datetime | None
    sent_at: datetime | None
    skipped_at: datetime | None
    skip_reason: str | None
    gave_up_at: datetime | None
    due_at: datetime | None
    attempts: int
    last_error: str | None
    organiser_id: int | None = None
    language: str | None = None
    panel_seat_id: int | None = None
    reminder_id: int | None = None
    circular_id: int | None = None
    held_at: datetime | None = None
    doubtful: int = 0
    bounced_at: datetime | None = None
    bounce_status: str | None = None
    bounce: str | None = None


def useful_until(kind: Kind, event: Event, now: datetime) -> datetime:
    """The last instant at which this letter still tells its reader something."""
    if kind is Kind.PLEASE_CONFIRM:
        return now + CONFIRM_WITHIN
    if kind in {Kind.MOVED, Kind.PANEL_MOVED}:
        return event.starts_at
    if kind in {Kind.CANCELLED, Kind.GOODBYE, Kind.PANEL_CANCELLED, Kind.PANEL_GOODBYE}:
        return event.starts_at + timedelta(days=1)
    if kind in FOLLOW_UPS:
        return event.ends_at + AFTERWARDS
    if kind is Kind.CERTIFICATE:
        return now + AFTERWARDS
    if kind is Kind.CIRCULAR and (event.cancelled_at or now >= event.ends_at):
        return now + AFTERWARDS
    return event.ends_at


def reason_to_skip(message: Message, event: Event, registration: Registration, now: datetime) -> Skip | None:
    """Why this letter must not leave any more; None when it may."""
    if now >= message.useful_until:
        return Skip.EXPIRED
    if message.kind is Kind.CANCELLED:
        return None
    if message.kind is Kind.CIRCULAR:
        return _reason_to_skip_circular(message, event, registration)
    if event.cancelled_at:
        return Skip.EVENT_CANCELLED
    if message.kind is Kind.GOODBYE:
        return None if registration.cancelled_at else Skip.SUPERSEDED
    if registration.cancelled_at:
        return Skip.REGISTRATION_CANCELLED
    if message.kind is Kind.PLEASE_CONFIRM:
        return Skip.SUPERSEDED if registration.confirmed_at or registration.waiting else None
    if not _has_what_it_is_about(registration, message.kind):
        return Skip.SUPERSEDED
    if message.kind is Kind.MOVED and registration.confirmed_at and message.created_at < registration.confirmed_at:
        return Skip.SUPERSEDED  # the letter about the seat told the date
    if message.kind in FOLLOW_UPS and registration.unsubscribed_at:
        return Skip.UNSUBSCRIBED
    if message.schedule_revision != event.schedule_revision and message.kind is not Kind.CERTIFICATE:
        return Skip.SUPERSEDED
    return None


def _reason_to_skip_circular(message: Message, event: Event, registration: Registration) -> Skip | None:
    """What somebody wrote by hand is not out of date because the event moved. Written before the event was cancelled it
    is; people may still be written to afterwards."""
    if registration.unsubscribed_at:
        return Skip.UNSUBSCRIBED
    if event.cancelled_at and message.created_at <= event.cancelled_at:
        return Skip.EVENT_CANCELLED
    return None if registration.active or registration.waiting else Skip.REGISTRATION_CANCELLED


def _has_what_it_is_about(registration: Registration, kind: Kind) -> bool:
    """A seat, or a place on the waiting list. Who cancelled and has yet to confirm anew has neither."""
    if registration.waiting:
        return kind in {Kind.WAITING, Kind.MOVED}
    return registration.active and kind is not Kind.WAITING


def reason_to_skip_for_panel(message: Message, event: Event, seat: PanelSeat, now: datetime) -> Skip | None:
    """The same for a letter to a panelist."""
    if now >= message.useful_until:
        return Skip.EXPIRED
    if message.kind is Kind.PANEL_CANCELLED:
        return None
    if event.cancelled_at:
        return Skip.EVENT_CANCELLED
    if message.kind is Kind.PANEL_GOODBYE:
        return None if seat.withdrawn_at else Skip.SUPERSEDED
    if seat.withdrawn_at:
        return Skip.OFF_THE_PANEL
    return Skip.SUPERSEDED if message.schedule_revision != event.schedule_revision else None
