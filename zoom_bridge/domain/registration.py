"""A registration: an attendee's place at an event. Its registrant is only its twin at Zoom."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zoom_bridge.domain.event import Event, lines_of
from zoom_bridge.domain.question import Answer
from zoom_bridge.domain.refusals import (
    EventCancelled,
    EventFull,
    EventOver,
    NotFound,
    RegistrationClosed,
    RegistrationNotOpen,
)

#: How long somebody has to press the button in the please-confirm letter.
CONFIRM_WITHIN = timedelta(hours=72)
_ALIAS = "guest-"


class Source(StrEnum):
    """Where a registration was made."""

    PAGE = "page"
    ORGANISER = "organiser"
    ZOOM = "zoom"


class Standing(StrEnum):
    """Where a registration stands with us. Derived from times, never stored."""

    UNCONFIRMED = "unconfirmed"
    WAITS_FOR_APPROVAL = "waits_for_approval"
    WAITING_LIST = "waiting_list"
    REGISTERED = "registered"
    CANCELLED = "cancelled"


class ZoomStanding(StrEnum):
    """How far Zoom knows of it. Derived, never stored."""

    NOT_WANTED = "not_wanted"
    WAITS = "waits"
    IN_LINE = "in_line"
    STUCK = "stuck"
    REMOVED = "removed"
    BY_PHONE = "by_phone"


@dataclass(frozen=True)
class Attendee:
    """The person, as they filled in the form. The address is normalised at the door; a caller whom the reception
    adds may have none.

    needs    what they need to take part; erased first
    asks     what they would like to ask the panel
    answers  to the organiser's own questions
    zoom_name, zoom_email   under which they take part, if not under their own
    """

    first_name: str
    last_name: str
    email: str
    language: str = "de"
    needs: str = ""
    asks: str = ""
    answers: tuple[Answer, ...] = ()
    zoom_name: str = ""
    zoom_email: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, kw_only=True)
class Registration:
    """A kept registration.

    key              random, part of the personal link; without our secret it opens nothing
    email            empty for a caller without one: no letters, and nothing of theirs at Zoom
    email_key        the address folded for comparison; one registration per event and email_key
    revision         raised whenever Zoom has to learn something (confirmed, cancelled, back again)
    synced_revision  the revision Zoom agreed to last
    registrant_id, join_url   of the twin at Zoom; join_url is Zoom's, personal, never mailed
    asked_zoom_at    an add that is under way or whose answer got lost: look before asking again
    absent_at        the first complete look at Zoom's list that did not show them, though it should
    zoom_name, zoom_email   what Zoom gets instead of name and address, for who takes part under another name
    waiting_since    confirmed while all seats were taken, and put on the waiting list then; it stays when a seat is theirs
    unsubscribed_at  wants no letters but those that belong to the registration
    party            the same for registrations made at once, for several dates of a series; empty: alone
    """

    id: int
    event_id: int
    key: str
    email: str
    email_key: str
    first_name: str
    last_name: str
    language: str
    source: str
    created_at: datetime
    confirm_by: datetime | None
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str | None
    privacy_version: int | None
    needs: str = ""
    asks: str = ""
    answers: tuple[Answer, ...] = ()
    revision: int
    synced_revision: int
    synced_at: datetime | None
    registrant_id: str | None
    join_url: str | None
    asked_zoom_at: datetime | None
    absent_at: datetime | None = None
    zoom_name: str = ""
    zoom_email: str = ""
    party: str = ""
    waiting_since: datetime | None = None
    unsubscribed_at: datetime | None = None
    first_clicked_at: datetime | None
    due_at: datetime | None
    attempts: int
    last_error: str | None
    gave_up_at: datetime | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def by_phone_only(self) -> bool:
        """A caller without an e-mail address: Zoom knows nothing of them, no letter reaches them."""
        return not self.email

    @property
    def active(self) -> bool:
        """Has a seat."""
        return self.confirmed_at is not None and self.cancelled_at is None

    @property
    def waiting(self) -> bool:
        """On the waiting list: wants a seat, and has said so by the button in the letter, but has none yet."""
        return self.waited and self.cancelled_at is None

    @property
    def waited(self) -> bool:
        """Is on the waiting list, or was until they left it without ever having a seat."""
        return self.waiting_since is not None and self.confirmed_at is None

    @property
    def standing(self) -> Standing:
        if self.cancelled_at:
            return Standing.CANCELLED
        if self.confirmed_at:
            return Standing.REGISTERED
        if self.waiting_since:
            return Standing.WAITING_LIST
        return Standing.WAITS_FOR_APPROVAL if self.source == Source.ZOOM else Standing.UNCONFIRMED

    @property
    def zoom_standing(self) -> ZoomStanding:
        if self.by_phone_only:
            return ZoomStanding.BY_PHONE
        if self.gave_up_at:
            return ZoomStanding.STUCK
        if self.synced_revision < self.revision:
            return ZoomStanding.WAITS
        if self.active:
            return ZoomStanding.IN_LINE
        return ZoomStanding.REMOVED if self.cancelled_at else ZoomStanding.NOT_WANTED

    @property
    def waits_at_zoom(self) -> bool:
        """Registered in Zoom's own form and neither let in nor cancelled."""
        return self.source == Source.ZOOM and self.confirmed_at is None and self.cancelled_at is None

    def may_confirm(self, now: datetime) -> bool:
        return self.confirm_by is None or now < self.confirm_by


def email_key(email: str) -> str:
    """The address as it is compared: two spellings of one mailbox are one registration."""
    return email.strip().casefold()


def insiders(event: Event) -> set[str]:
    """The addresses, as they are compared, of those who come in by links of their own: hosts and panelists. Zoom does
    not take them as registrants."""
    hosts = (event.zoom_host, *lines_of(event.alternative_hosts))
    return {email_key(address) for address in (*hosts, *(one.email for one in event.panelists)) if address}


def new_alias(domain: str) -> str:
    """An address at our domain that tells nothing of whose it is."""
    return f"{_ALIAS}{secrets.token_hex(8)}@{domain}"


def is_alias(address_key: str) -> bool:
    """Whether it may be one of ours."""
    return address_key.startswith(_ALIAS)


def key_of_caller(key: str) -> str:
    """What stands for the address of a caller without one: two of them are two people."""
    return f"caller:{key}"


class Door(StrEnum):
    """What the join button leads to now."""

    TOO_EARLY = "too_early"
    OPEN = "open"
    NOT_READY = "not_ready"
    OVER = "over"
    CANCELLED = "cancelled"


def door(event: Event, registration: Registration, now: datetime) -> Door:
    """Whether this person's join link leads into the room now."""
    if event.cancelled_at or not registration.active:
        return Door.CANCELLED
    if now >= event.doors_close_at:
        return Door.OVER
    if now < event.doors_open_at:
        return Door.TOO_EARLY
    return Door.OPEN if registration.join_url or registration.by_phone_only else Door.NOT_READY


def check_ahead(event: Event, now: datetime) -> None:
    """Whether there is still something to come to."""
    if event.cancelled_at:
        raise EventCancelled
    if now >= event.ends_at:
        raise EventOver


def check_seat(event: Event, seats_taken: int, now: datetime) -> None:
    """Whether somebody who registered in time, or whom the organiser adds, can still have a seat."""
    check_ahead(event, now)
    if event.full(seats_taken):
        raise EventFull


def check_registering(event: Event, seats_taken: int, now: datetime) -> None:
    """Accept, or refuse with the reason. Registering stays open while the event runs, unless the organiser
    closed it earlier, and when all seats are taken it does where there is a waiting list."""
    if not event.public:
        raise NotFound
    check_ahead(event, now)  # over is said before closed, which it is as well
    if event.opens_at and now < event.opens_at:
        raise RegistrationNotOpen
    if event.closes_at and now >= event.closes_at:
        raise RegistrationClosed
    if not event.waiting_list:
        check_seat(event, seats_taken, now)
