"""Places at events: keep one, give the seat, take it back, and the letter that goes with each. Always in the transaction
of a flow that decides who may: `registering.py` for one event, `subscribing.py` for several dates at once.

Where seats are limited there may be a waiting list. Whoever makes a seat free lets the next one move up in the same
transaction, while the event is held: so there is never a free seat while somebody waits, and nobody overtakes."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.refusals import EventFull, NotFound
from zoom_bridge.domain.registration import (
    CONFIRM_WITHIN,
    Attendee,
    Registration,
    Source,
    check_seat,
    email_key,
    key_of_caller,
)
from zoom_bridge.store import dates, events, notices, outbox, registrations


def keep(
    connection: Connection,
    event: Event,
    attendee: Attendee,
    now: datetime,
    source: Source = Source.PAGE,
    party: str = "",
) -> Registration | None:
    """A new registration, without a seat yet; None when the address has one, even if it is a moment old."""
    key = secrets.token_urlsafe(12)
    address_key = email_key(attendee.email) or key_of_caller(key)
    # Who wants no further letters about a series has said so for its other dates as well.
    series = dates.taken_by(connection, event.series_id, address_key) if event.series_id else []
    unsubscribed = [one.registration.unsubscribed_at for one in series if one.registration.unsubscribed_at]
    return registrations.add(
        connection,
        event_id=event.id,
        key=key,
        email=attendee.email,
        email_key=address_key,
        unsubscribed_at=max(unsubscribed, default=None),
        source=source,
        created_at=now,
        confirm_by=now + CONFIRM_WITHIN,
        party=party,
        **told(connection, attendee),
    )


def told(connection: Connection, attendee: Attendee) -> dict[str, Any]:
    """What somebody told us of themselves, and which privacy notice held when they did."""
    return {
        "first_name": attendee.first_name,
        "last_name": attendee.last_name,
        "language": attendee.language,
        "needs": attendee.needs,
        "asks": attendee.asks,
        "answers": attendee.answers,
        "zoom_name": attendee.zoom_name,
        "zoom_email": attendee.zoom_email,
        "privacy_version": notices.privacy_version(connection, attendee.language),
    }


def find_again(connection: Connection, event: Event, attendee: Attendee) -> Registration:
    known = registrations.find_by_email(connection, event.id, email_key(attendee.email))
    known = registrations.lock(connection, known)
    if known is None:
        raise NotFound  # erased in this very moment
    return known


def register_again(
    connection: Connection, event: Event, known: Registration, attendee: Attendee, now: datetime
) -> None:
    """The address is known: the letter it needs is sent again, though not again and again. What a stranger may have
    typed changes nothing of somebody's place."""
    if known.active or known.waiting:
        write_needed(connection, event, known, now)
        return
    if known.cancelled_by not in (None, "self"):
        return
    renew(connection, known, attendee, now, known.party)
    if event.double_opt_in:
        write_again(connection, Kind.PLEASE_CONFIRM, event, known, now)
    else:
        seat_or_wait(connection, event, known, now)


def renew(connection: Connection, known: Registration, attendee: Attendee, now: datetime, party: str) -> None:
    """Who has no seat tells anew who they are, and waits for their confirmation as if they had never been here."""
    registrations.change(
        connection,
        known.id,
        party=party,
        confirm_by=now + CONFIRM_WITHIN,
        confirmed_at=None,
        waiting_since=None,
        cancelled_at=None,
        cancelled_by=None,
        # Who waits for approval at Zoom goes on waiting there until they confirm here.
        source=known.source if known.waits_at_zoom else Source.PAGE,
        **told(connection, attendee),
    )


def seat_or_wait(connection: Connection, event: Event, registration: Registration, now: datetime) -> None:
    """A seat, or a place on the waiting list when there is none. Refuses as `check_seat` does where there is no list."""
    if has_seat_for(connection, event, now):
        seat(connection, event, registration, now)
    else:
        wait(connection, event, registration, now)


def has_seat_for(connection: Connection, event: Event, now: datetime) -> bool:
    """Whether somebody who wants one now gets a seat; False: a place on the waiting list. Refuses when neither."""
    try:
        check_free(connection, event, now)
    except EventFull:
        if not event.waiting_list:
            raise
        return False
    return True


def seat(
    connection: Connection, event: Event, registration: Registration, now: datetime, kind: Kind = Kind.CONFIRMATION
) -> None:
    """The seat counts from now on: Zoom is told, and the letter with the calendar entry leaves."""
    give_seat(connection, registration, now)
    write(connection, kind, event, registration, now, occasion=f"v{registration.revision + 1}")


def give_seat(connection: Connection, registration: Registration, now: datetime) -> None:
    """The same without a letter of its own."""
    registrations.tell_zoom(connection, registration, now, confirmed_at=now, cancelled_at=None, cancelled_by=None)


def wait(connection: Connection, event: Event, registration: Registration, now: datetime) -> None:
    """The last on the waiting list, with a letter that says so. Zoom hears nothing of them before they move up."""
    # Who registered in Zoom's own form and left comes back to us, and waits here and not there.
    left_zoom = registration.cancelled_at and registration.source == Source.ZOOM
    here = {"source": Source.PAGE} if left_zoom else {}
    registrations.change(
        connection,
        registration.id,
        waiting_since=now,
        confirmed_at=None,
        cancelled_at=None,
        cancelled_by=None,
        **here,
    )
    write(connection, Kind.WAITING, event, registration, now, occasion=f"{now:%Y%m%dT%H%M%S}")


def move_up(connection: Connection, event: Event, now: datetime) -> None:
    """Whoever has waited longest has each seat that is free now. The event is held."""
    if event.cancelled_at or now >= event.ends_at:
        return
    free = None if event.capacity is None else event.capacity - seats_taken(connection, event)
    if free is None or free > 0:
        for registration in registrations.next_in_line(connection, event.id, free):
            seat(connection, event, registration, now, Kind.MOVED_UP)


def take_back(connection: Connection, event: Event, registration: Registration, now: datetime, by: str) -> None:
    if registration.cancelled_at:
        return
    registrations.tell_zoom(connection, registration, now, cancelled_at=now, cancelled_by=by)
    if (registration.active or registration.waiting) and now < event.ends_at:
        write(connection, Kind.GOODBYE, event, registration, now, occasion=f"v{registration.revision + 1}")
    move_up(connection, event, now)


def check_free(connection: Connection, event: Event, now: datetime) -> None:
    check_seat(event, seats_taken(connection, event), now)


def seats_taken(connection: Connection, event: Event) -> int:
    """Counted while the event is held, so that the last seat is given away once; not counted where there is no limit."""
    return registrations.seats_taken(connection, event.id) if event.capacity is not None else 0


def write_needed(connection: Connection, event: Event, registration: Registration, now: datetime) -> bool:
    """Once more the letter that leads on from where they stand: the confirmation, that they are on the waiting list, or
    how to confirm, for which they have their time again. False when it has been written often enough."""
    if registration.active:
        return write_again(connection, Kind.CONFIRMATION, event, registration, now)
    if registration.waiting:
        return write_again(connection, Kind.WAITING, event, registration, now)
    registrations.change(connection, registration.id, confirm_by=now + CONFIRM_WITHIN)
    return write_again(connection, Kind.PLEASE_CONFIRM, event, registration, now)


def write_again(
    connection: Connection,
    kind: Kind,
    event: Event,
    registration: Registration,
    now: datetime,
    until: datetime | None = None,
) -> bool:
    if not outbox.may_write_again(connection, registration.id, kind, now):
        return False
    write(connection, kind, event, registration, now, occasion=f"again-{now:%Y%m%dT%H%M%S}", until=until)
    return True


def write(
    connection: Connection,
    kind: Kind,
    event: Event,
    registration: Registration,
    now: datetime,
    occasion: str = "",
    until: datetime | None = None,
) -> None:
    """`until`: how long the letter is useful, where that does not depend on this event alone."""
    if registration.by_phone_only:
        return
    outbox.queue(
        connection,
        kind,
        [registration.id],
        event_id=event.id,
        schedule_revision=event.schedule_revision,
        useful_until=until or useful_until(kind, event, now),
        now=now,
        occasion=occasion,
    )


def held(connection: Connection, registration: Registration | None) -> tuple[Registration, Event]:
    """Both as they are now, first the event and then the registration: what is decided on them here stays true
    until it is written."""
    event = events.hold(connection, registration.event_id) if registration else None
    registration = registrations.lock(connection, registration)
    if registration is None or event is None:
        raise NotFound
    return registration, event
