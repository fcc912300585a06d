"""Register, confirm, approve, cancel, come back; and what the join link leads to.

Registering gives the same answer for new and known addresses: nobody finds out who else is coming."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.refusals import LinkExpired, NotAllowed, NotFound
from zoom_bridge.domain.registration import (
    CONFIRM_WITHIN,
    Attendee,
    Door,
    Registration,
    Source,
    check_registering,
    check_seat,
    door,
    email_key,
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


def _keep(connection: Connection, event: Event, attendee: Attendee, now: datetime) -> Registration | None:
    """A new registration, without a seat yet; None when the address has one, even if it is a moment old."""
    return registrations.add(
        connection,
        event_id=event.id,
        key=secrets.token_urlsafe(12),
        email=attendee.email,
        email_key=email_key(attendee.email),
        first_name=attendee.first_name,
        last_name=attendee.last_name,
        language=attendee.language,
        source=Source.PAGE,
        created_at=now,
        confirm_by=now + CONFIRM_WITHIN,
        privacy_version=notices.privacy_version(connection, attendee.language),
    )


def _known(connection: Connection, event: Event, attendee: Attendee) -> Registration:
    known = registrations.find_by_email(connection, event.id, email_key(attendee.email))
    known = registrations.lock(connection, known)
    if known is None:
        raise NotFound  # erased in this very moment
    return known


def _again(connection: Connection, event: Event, known: Registration, attendee: Attendee, now: datetime) -> None:
    """The address is known: the letter it needs is sent again, though not again and again."""
    if known.active:
        _write_again(connection, Kind.CONFIRMATION, event, known, now)
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
        privacy_version=notices.privacy_version(connection, attendee.language),
        first_name=attendee.first_name,
        last_name=attendee.last_name,
        language=attendee.language,
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


def _write_again(
    connection: Connection, kind: Kind, event: Event, registration: Registration, now: datetime
) -> None:
    if outbox.may_write_again(connection, registration.id, kind, now):
        _write(connection, kind, event, registration, now, occasion=f"again-{now:%Y%m%dT%H%M%S}")


def _write(
    connection: Connection,
    kind: Kind,
    event: Event,
    registration: Registration,
    now: datetime,
    occasion: str = "",
) -> None:
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
