"""Register, confirm, approve, cancel, come back; and what the join link leads to.

Registering gives the same answer for new and known addresses: nobody finds out who else is coming."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.question import still_kept
from zoom_bridge.domain.refusals import LinkExpired, NotAllowed, NotFound, TooManyRequests
from zoom_bridge.domain.registration import (
    Attendee,
    Door,
    Registration,
    Source,
    Standing,
    check_ahead,
    check_registering,
    door,
    email_key,
)
from zoom_bridge.flows import allowing, placing, signposting, subscribing
from zoom_bridge.store import events, registrations
from zoom_bridge.store.database import Database

_WRITTEN_TO = {Standing.REGISTERED, Standing.WAITING_LIST, Standing.UNCONFIRMED}


def register(
    db: Database,
    slug: str,
    attendee: Attendee,
    now: datetime,
    allowances: Iterable[Allowance] = (),
    came_by: str = "",
) -> None:
    """Give the person a seat, or a place on the waiting list, or write to them how to confirm it. Refusals say why there
    is none; `allowances` are those that a stranger spends with it, `came_by` the key of a short link that is counted
    when they are new here."""
    with db.transaction() as connection:
        allowing.spend(connection, allowances, now)
        event = events.hold_by_slug(connection, slug)
        if event is None:
            raise NotFound
        check_registering(event, placing.seats_taken(connection, event), now)
        registration = placing.keep(connection, event, attendee, now)
        if registration is None:
            placing.register_again(
                connection, event, placing.find_again(connection, event, attendee), attendee, now
            )
            return
        signposting.count(connection, event, came_by)
        if event.double_opt_in:
            placing.write(connection, Kind.PLEASE_CONFIRM, event, registration, now)
        else:
            placing.seat_or_wait(connection, event, registration, now)


def confirm(db: Database, key: str, now: datetime) -> Registration:
    """The button in the please-confirm letter: now the seat counts, and so do those at the other dates that were chosen
    together with it. Where all are taken meanwhile, the waiting list begins now. Pressing it twice is pressing it once.
    Returns the first registration that has its seat."""
    with db.transaction() as connection:
        found = registrations.find_by_key(connection, key)
        if found and found.party:
            return subscribing.confirm_together(connection, found, now)
        registration, event = placing.held(connection, found)
        if registration.active or registration.waiting:
            return registration
        if registration.cancelled_at or not registration.may_confirm(now):
            raise LinkExpired
        placing.seat_or_wait(connection, event, registration, now)
        return registration


def cancel(db: Database, key: str, now: datetime, by: str = "self") -> None:
    """Give the seat back; Zoom learns of it, and the calendar entry goes with the letter."""
    with db.transaction() as connection:
        registration, event = placing.held(connection, registrations.find_by_key(connection, key))
        placing.take_back(connection, event, registration, now, by)


def cancel_by_organiser(db: Database, registration_id: int, now: datetime) -> None:
    with db.transaction() as connection:
        registration, event = placing.held(connection, registrations.find(connection, registration_id))
        placing.take_back(connection, event, registration, now, "organiser")


def come_back(db: Database, key: str, now: datetime) -> None:
    """Undo one's own cancellation, as long as there is a seat, or a waiting list: as the last on it. Whoever was taken
    off the list by others asks them."""
    with db.transaction() as connection:
        registration, event = placing.held(connection, registrations.find_by_key(connection, key))
        if registration.active or registration.waiting:
            return
        if registration.cancelled_at is None:
            raise LinkExpired
        if registration.cancelled_by != "self":
            raise NotAllowed
        check_registering(event, placing.seats_taken(connection, event), now)
        placing.seat_or_wait(connection, event, registration, now)


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
            placing.write_again(connection, Kind.GOODBYE, event, known, now)
        elif known and not known.cancelled_at and (known.waiting or not known.waits_at_zoom):
            placing.write_needed(connection, event, known, now)


def change_details(db: Database, key: str, attendee: Attendee) -> None:
    """What somebody says of themselves from now on; the address stays. Zoom keeps the name under which it first heard
    of them: there it could only be changed by taking them off the list."""
    with db.transaction() as connection:
        registration, event = placing.held(connection, registrations.find_by_key(connection, key))
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
        registration, event = placing.held(connection, registrations.find(connection, registration_id))
        if registration.active:
            return
        if not registration.waits_at_zoom and registration.cancelled_by in (None, "self"):
            raise NotAllowed
        placing.check_free(connection, event, now)
        placing.seat(connection, event, registration, now)


def move_up_by_hand(db: Database, registration_id: int, now: datetime) -> None:
    """An organiser gives somebody on the waiting list a seat now: one more than there are, and past those who have
    waited longer."""
    with db.transaction() as connection:
        registration, event = placing.held(connection, registrations.find(connection, registration_id))
        if registration.active:
            return
        if not registration.waiting:
            raise NotAllowed
        check_ahead(event, now)
        placing.seat(connection, event, registration, now, Kind.MOVED_UP)


def add_caller(db: Database, event_id: int, attendee: Attendee, now: datetime) -> Registration | None:
    """Somebody asked the reception for a place, mostly by telephone: it is theirs at once, without a letter to answer,
    and whether or not registering is open; when all are taken, a place on the waiting list. Without an address they come
    by telephone: no letters, nothing at Zoom, and no waiting list, because nobody could tell them that a place is theirs.
    None when this address has a place already. Refuses as `check_seat` does: cancelled, over, full."""
    with db.transaction() as connection:
        event = events.hold(connection, event_id)
        if event is None or not event.public:
            raise NotFound
        caller = placing.keep(connection, event, attendee, now, Source.ORGANISER)
        if caller is None:
            caller = placing.find_again(connection, event, attendee)
            if caller.active or caller.waiting:
                return None
            # Who took back their registration, or never confirmed it, asks for the place now.
            if caller.confirmed_at:
                # Under the name that they chose: Zoom must not learn the real one.
                attendee = replace(attendee, zoom_name=caller.zoom_name, zoom_email=caller.zoom_email)
            registrations.change(
                connection, caller.id, **placing.told(connection, attendee), source=Source.ORGANISER
            )
        if caller.by_phone_only:
            placing.check_free(connection, event, now)
        placing.seat_or_wait(connection, event, caller, now)
        return registrations.find(connection, caller.id)


def resend(db: Database, registration_id: int, now: datetime) -> None:
    """The letter that this person needs, once more, by an organiser's wish: the confirmation, that they are on the
    waiting list, or how to confirm.
    Refuses whoever has no address, cancelled or waits for approval, and a letter that has only just been written
    (TooManyRequests)."""
    with db.transaction() as connection:
        registration, event = placing.held(connection, registrations.find(connection, registration_id))
        if registration.by_phone_only or registration.standing not in _WRITTEN_TO:
            raise NotAllowed
        check_ahead(event, now)
        if not placing.write_needed(connection, event, registration, now):
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
