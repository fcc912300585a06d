"""Register, confirm, approve, cancel, come back; and what the join link leads to.

Registering gives the same answer for new and known addresses: nobody finds out who else is coming."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.question import still_kept
from zoom_bridge.domain.refusals import LinkExpired, NotAllowed, NotFound, TooManyRequests
from zoom_bridge.domain.registration import (
    CONFIRM_WITHIN,
    Attendee,
    Door,
    Registration,
    Source,
    Standing,
    check_ahead,
    check_registering,
    check_seat,
    door,
    email_key,
    key_of_caller,
)
from zoom_bridge.flows import allowing
from zoom_bridge.store import events, notices, outbox, registrations
from zoom_bridge.store.database import Database


def register(
    db: Database, slug: str, attendee: Attendee, now: datetime, allowances: Iterable[Allowance] = ()
) -> None:
    """Give the person a seat, or write to them how to confirm it. Refusals say why there is none; `allowances` are
    those that a stranger spends with it."""
    with db.transaction() as connection:
        allowing.spend(connection, allowances, now)
        event = events.hold_by_slug(connection, slug)
        if event is None:
            raise NotFound
        check_registering(event, _seats_taken(connection, event), now)
        registration = _keep(connection, event, attendee, now)
        if registration is None:
            _again(connection, event, _known(connection, event, attendee), attendee, now)
        elif event.double_opt_in:
            _write(connection, Kind.PLEASE_CONFIRM, event, registration, now)
        else:
            _seat(connection, event, registration, now)


def confirm(db: Database, key: str, now: datetime) -> Registration:
    """The button in the please-confirm letter: now the seat counts. Pressing it twice is pressing it once."""
    with db.transaction() as connection:
        registration, event = _held(connection, registrations.find_by_key(connection, key))
        if registration.active:
            return registration
        if registration.cancelled_at or not registration.may_confirm(now):
            raise LinkExpired
        _check_seat(connection, event, now)
        _seat(connection, event, registration, now)
        return registration


def cancel(db: Database, key: str, now: datetime, by: str = "self") -> None:
    """Give the seat back; Zoom learns of it, and the calendar entry goes with the letter."""
    with db.transaction() as connection:
        registration, event = _held(connection, registrations.find_by_key(connection, key))
        _cancel(connection, event, registration, now, by)


def cancel_by_organiser(db: Database, registration_id: int, now: datetime) -> None:
    with db.transaction() as connection:
        registration, event = _held(connection, registrations.find(connection, registration_id))
        _cancel(connection, event, registration, now, "organiser")


def come_back(db: Database, key: str, now: datetime) -> None:
    """Undo one's own cancellation, as long as there is a seat. Whoever was taken off the list by others asks them."""
    with db.transaction() as connection:
        registration, event = _held(connection, registrations.find_by_key(connection, key))
        if registration.active:
            return
        if registration.cancelled_at is None:
            raise LinkExpired
        if registration.cancelled_by != "self":
            raise NotAllowed
        check_registering(event, _seats_taken(connection, event), now)
        _seat(connection, event, registration, now)


def send_link_again(
    db: Database, slug: str, email: str, now: datetime, allowances: Iterable[Allowance] = ()
) -> None:
    """Somebody lost their link. If they are registered, they get the letter that leads on from where they stand; in
    any case the answer is the same. Refuses only what is refused to everybody."""
    with db.transaction() as connection:
        allowing.spend(connection, allowances, now)
        event = events.hold_by_slug(connection, slug)
        if event is None or not event.public:
            raise NotFound
        check_ahead(event, now)
        known = registrations.find_by_email(connection, event.id, email_key(email))
        known = registrations.lock(connection, known)
        if known and known.cancelled_by == "self":
            _write_again(connection, Kind.GOODBYE, event, known, now)
        elif known and not known.cancelled_at and not known.waits_at_zoom:
            _write_needed(connection, event, known, now)


def change_details(db: Database, key: str, attendee: Attendee) -> None:
    """What somebody says of themselves from now on; the address stays. Zoom keeps the name under which it first heard
    of them: there it could only be changed by taking them off the list."""
    with db.transaction() as connection:
        registration, event = _held(connection, registrations.find_by_key(connection, key))
        if registration.cancelled_at:
            raise NotAllowed
        registrations.change(
            connection,
            registration.id,
            first_name=attendee.first_name,
            last_name=attendee.last_name,
            language=attendee.language,
            needs=attendee.needs,
            asks=attendee.asks,
            answers=still_kept(registration.answers, attendee.answers, event.questions),
        )


def approve(db: Database, registration_id: int, now: datetime) -> None:
    """Let in somebody who registered in Zoom's own form and waits there, or who was taken off the list by an
    organiser or at Zoom. Nobody is brought back against their own will, or before they confirmed."""
    with db.transaction() as connection:
        registration, event = _held(connection, registrations.find(connection, registration_id))
        if registration.active:
            return
        if not registration.waits_at_zoom and registration.cancelled_by in (None, "self"):
            raise NotAllowed
        _check_seat(connection, event, now)
        _seat(connection, event, registration, now)


def add_caller(db: Database, event_id: int, attendee: Attendee, now: datetime) -> Registration | None:
    """Somebody asked the reception for a place, mostly by telephone: it is theirs at once, without a letter to answer,
    and whether or not registering is open. Without an address they come by telephone: no letters, nothing at Zoom.
    None when this address has a place already. Refuses as `check_seat` does: cancelled, over, full."""
    with db.transaction() as connection:
        event = events.hold(connection, event_id)
        if event is None or not event.public:
            raise NotFound
        caller = _keep(connection, event, attendee, now, Source.ORGANISER)
        if caller is None:
            caller = _known(connection, event, attendee)
            if caller.active:
                return None
            # Who took back their registration, or never confirmed it, asks for the place now.
            registrations.change(connection, caller.id, **_told(connection, attendee), source=Source.ORGANISER)
        _check_seat(connection, event, now)
        _seat(connection, event, caller, now)
        return registrations.find(connection, caller.id)


def resend(db: Database, registration_id: int, now: datetime) -> None:
    """The letter that this person needs, once more, by an organiser's wish: the confirmation, or how to confirm.
    Refuses whoever has no address, cancelled or waits for approval, and a letter that has only just been written
    (TooManyRequests)."""
    with db.transaction() as connection:
        registration, event = _held(connection, registrations.find(connection, registration_id))
        if registration.by_phone_only or registration.standing not in {Standing.REGISTERED, Standing.UNCONFIRMED}:
            raise NotAllowed
        check_ahead(event, now)
        if not _write_needed(connection, event, registration, now):
            raise TooManyRequests


def join(db: Database, key: str, now: datetime) -> tuple[Door, str | None]:
    """Where the join button leads now: Zoom's personal address when the door is open. The first click is
    remembered, so that the desk can tell who clicked and did not arrive."""
    with db.reading() as connection:
        registration = registrations.find_by_key(connection, key)
        event = events.find(connection, registration.event_id) if registration else None
    if registration is None or event is None:
        raise NotFound
    opened = door(event, registration, now)
    if opened is not Door.OPEN:
        return opened, None
    if registration.first_clicked_at is None:
        with db.transaction() as connection:
            registrations.change(connection, registration.id, first_clicked_at=now)
    return opened, registration.join_url


def _keep(
    connection: Connection, event: Event, attendee: Attendee, now: datetime, source: Source = Source.PAGE
) -> Registration | None:
    """A new registration, without a seat yet; None when the address has one, even if it is a moment old."""
    key = secrets.token_urlsafe(12)
    return registrations.add(
        connection,
        event_id=event.id,
        key=key,
        email=attendee.email,
        email_key=email_key(attendee.email) or key_of_caller(key),
        source=source,
        created_at=now,
        confirm_by=now + CONFIRM_WITHIN,
        **_told(connection, attendee),
    )


def _told(connection: Connection, attendee: Attendee) -> dict[str, Any]:
    """What somebody told us of themselves, and which privacy notice held when they did."""
    return {
        "first_name": attendee.first_name,
        "last_name": attendee.last_name,
        "language": attendee.language,
        "needs": attendee.needs,
        "asks": attendee.asks,
        "answers": attendee.answers,
        "privacy_version": notices.privacy_version(connection, attendee.language),
    }


def _known(connection: Connection, event: Event, attendee: Attendee) -> Registration:
    known = registrations.find_by_email(connection, event.id, email_key(attendee.email))
    known = registrations.lock(connection, known)
    if known is None:
        raise NotFound  # erased in this very moment
    return known


def _again(connection: Connection, event: Event, known: Registration, attendee: Attendee, now: datetime) -> None:
    """The address is known: the letter it needs is sent again, though not again and again. What a stranger may have
    typed changes nothing of somebody's place."""
    if known.active:
        _write_needed(connection, event, known, now)
        return
    if known.cancelled_by not in (None, "self"):
        return
    registrations.change(
        connection,
        known.id,
        confirm_by=now + CONFIRM_WITHIN,
        confirmed_at=None,
        cancelled_at=None,
        cancelled_by=None,
        # Who waits for approval at Zoom goes on waiting there until they confirm here.
        source=known.source if known.waits_at_zoom else Source.PAGE,
        **_told(connection, attendee),
    )
    if event.double_opt_in:
        _write_again(connection, Kind.PLEASE_CONFIRM, event, known, now)
    else:
        _seat(connection, event, known, now)


def _seat(connection: Connection, event: Event, registration: Registration, now: datetime) -> None:
    """The seat counts from now on: Zoom is told, and the confirmation with the calendar entry leaves."""
    registrations.tell_zoom(connection, registration, now, confirmed_at=now, cancelled_at=None, cancelled_by=None)
    _write(connection, Kind.CONFIRMATION, event, registration, now, occasion=f"v{registration.revision + 1}")


def _cancel(connection: Connection, event: Event, registration: Registration, now: datetime, by: str) -> None:
    if registration.cancelled_at:
        return
    had_seat = registration.active
    registrations.tell_zoom(connection, registration, now, cancelled_at=now, cancelled_by=by)
    if had_seat and now < event.ends_at:
        _write(connection, Kind.GOODBYE, event, registration, now, occasion=f"v{registration.revision + 1}")


def _check_seat(connection: Connection, event: Event, now: datetime) -> None:
    check_seat(event, _seats_taken(connection, event), now)


def _seats_taken(connection: Connection, event: Event) -> int:
    """Counted while the event is held, so that the last seat is given away once; not counted where there is no limit."""
    return registrations.seats_taken(connection, event.id) if event.capacity is not None else 0


def _write_needed(connection: Connection, event: Event, registration: Registration, now: datetime) -> bool:
    """Once more the letter that leads on from where they stand: the confirmation, or how to confirm, for which they
    have their time again. False when it has been written often enough."""
    if registration.active:
        return _write_again(connection, Kind.CONFIRMATION, event, registration, now)
    registrations.change(connection, registration.id, confirm_by=now + CONFIRM_WITHIN)
    return _write_again(connection, Kind.PLEASE_CONFIRM, event, registration, now)


def _write_again(
    connection: Connection, kind: Kind, event: Event, registration: Registration, now: datetime
) -> bool:
    if not outbox.may_write_again(connection, registration.id, kind, now):
        return False
    _write(connection, kind, event, registration, now, occasion=f"again-{now:%Y%m%dT%H%M%S}")
    return True


def _write(
    connection: Connection,
    kind: Kind,
    event: Event,
    registration: Registration,
    now: datetime,
    occasion: str = "",
) -> None:
    if registration.by_phone_only:
        return
    outbox.queue(
        connection,
        kind,
        [registration.id],
        event_id=event.id,
        schedule_revision=event.schedule_revision,
        useful_until=useful_until(kind, event, now),
        now=now,
        occasion=occasion,
    )


def _held(connection: Connection, registration: Registration | None) -> tuple[Registration, Event]:
    """Both as they are now, first the event and then the registration: what is decided on them here stays true
    until it is written."""
    event = events.hold(connection, registration.event_id) if registration else None
    registration = registrations.lock(connection, registration)
    if registration is None or event is None:
        raise NotFound
    return registration, event
