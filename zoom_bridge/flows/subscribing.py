"""Register for several dates of a series at once, confirm and cancel them together: one act of one person, one
transaction, one letter. What belongs together carries the same party key; see `domain/series.py` for what a letter
tells. The dates are held in the order of their numbers, so nobody waits in a circle."""

import secrets
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.refusals import LinkExpired, NotFound, RegistrationRefused
from zoom_bridge.domain.registration import Attendee, Registration, Standing, check_registering
from zoom_bridge.domain.series import Registering, TakenDate
from zoom_bridge.flows import allowing, placing, signposting
from zoom_bridge.store import dates, events, registrations
from zoom_bridge.store.database import Database

_TO_CONFIRM = {Standing.UNCONFIRMED, Standing.WAITS_FOR_APPROVAL}


def register_for_dates(
    db: Database,
    slug: str,
    wanted: Collection[str],
    attendee: Attendee,
    now: datetime,
    allowances: Iterable[Allowance] = (),
    came_by: str = "",
) -> list[Event]:
    """Give the person a seat at each of these dates (their slugs; all that are to come, where people register once for
    all), or write to them how to confirm them. Returns the dates that could not be had any more; when there is none
    that can, it is refused as for a single event. The answer is the same for new and for known addresses."""
    with db.transaction() as connection:
        allowing.spend(connection, allowances, now)
        free, refused = _free_dates(connection, slug, wanted, now)
        party = secrets.token_urlsafe(12) if len(free) > 1 else ""
        new, again, seated = [], [], []
        for event in free:
            said = _said_to(event, attendee)
            registration = placing.keep(connection, event, said, now, party=party)
            if registration:
                new.append(TakenDate(event, registration))
                continue
            known = placing.find_again(connection, event, said)
            if known.active:
                registrations.change(connection, known.id, party=party or known.party)
                seated.append(TakenDate(event, known))
            elif known.waiting:
                placing.write_needed(connection, event, known, now)
            elif known.cancelled_by in (None, "self"):
                placing.renew(connection, known, said, now, party or known.party)
                again.append(TakenDate(event, known))
        if new:
            signposting.count(connection, new[0].event, came_by)
        if any(one.event.double_opt_in for one in new + again):
            _write_about(connection, Kind.PLEASE_CONFIRM, new, again, now)
        elif new or again:
            new, again = (_seat_where_free(connection, some, now)[0] for some in (new, again))
            _write_about(connection, Kind.CONFIRMATION, new, again, now)
        else:
            _write_about(connection, Kind.CONFIRMATION, [], seated, now)
        return refused


def confirm_together(connection: Connection, registration: Registration, now: datetime) -> Registration:
    """The seats of all dates that were chosen together and are free, and places on the waiting lists of the others.
    Where one was given away meanwhile and there is no list, its registration stays unconfirmed, and the personal page
    says so. Returns the first that has its seat, or else waits for one."""
    together = [
        one for one in _hold_all_of(connection, registration) if one.registration.party == registration.party
    ]
    open_ = [one for one in together if one.registration.standing in _TO_CONFIRM]
    if not open_ and (registration.active or registration.waiting):
        return registration
    good = [one for one in open_ if one.registration.may_confirm(now)]
    if not good:
        raise LinkExpired
    seated, listed, refused = _seat_where_free(connection, good, now)
    if not seated + listed:
        raise refused[0]
    _write_about(connection, Kind.CONFIRMATION, seated, [], now)
    return (seated + listed)[0].registration


def cancel_all(db: Database, key: str, now: datetime) -> None:
    """Give back the seats of all dates of the series that are still to come; one letter. Each waiting list that is left
    has a letter of its own."""
    with db.transaction() as connection:
        registration = registrations.find_by_key(connection, key)
        if registration is None:
            raise NotFound
        given_back = []
        for one in _hold_all_of(connection, registration):
            if one.registration.cancelled_at or now >= one.event.ends_at:
                continue
            if one.registration.waiting:
                placing.take_back(connection, one.event, one.registration, now, "self")
                continue
            registrations.tell_zoom(connection, one.registration, now, cancelled_at=now, cancelled_by="self")
            placing.move_up(connection, one.event, now)
            if one.registration.active and not one.event.cancelled_at:
                given_back.append(one)
        _write_about(connection, Kind.GOODBYE, given_back, [], now)


def _free_dates(
    connection: Connection, slug: str, wanted: Collection[str], now: datetime
) -> tuple[list[Event], list[Event]]:
    """(what can be registered for, what cannot), the first date first."""
    series = dates.find_by_slug(connection, slug)
    if series is None:
        raise NotFound
    free, refused, reasons = [], [], []
    for event_id in dates.ids_of(connection, series.id):
        event = events.hold(connection, event_id)
        if event is None or not event.public:
            continue
        if series.registering is Registering.ONCE:
            if event.cancelled_at or now >= event.ends_at:
                continue
        elif event.slug not in wanted:
            continue
        try:
            check_registering(event, placing.seats_taken(connection, event), now)
            free.append(event)
        except RegistrationRefused as refusal:
            refused.append(event)
            reasons.append(refusal)
    if not free:
        raise reasons[0] if reasons else NotFound
    return sorted(free, key=_start), sorted(refused, key=_start)


def _said_to(event: Event, attendee: Attendee) -> Attendee:
    """Of what somebody said on the form for several dates, what this one asks."""
    keys = {question.key for question in event.questions}
    answers = tuple(answer for answer in attendee.answers if answer.key in keys)
    return replace(attendee, answers=answers, asks=attendee.asks if event.participation else "")


def _start(event: Event) -> tuple[datetime, int]:
    return event.starts_at, event.id


def _hold_all_of(connection: Connection, registration: Registration) -> list[TakenDate]:
    """Every date of the series that this address is registered for, held; the first date first."""
    event = events.find(connection, registration.event_id)
    if event is None or event.series_id is None:
        raise NotFound
    taken = dates.taken_by(connection, event.series_id, registration.email_key)
    held = [
        TakenDate(event, found)
        for found, event in (
            placing.held(connection, one.registration) for one in sorted(taken, key=lambda one: one.event.id)
        )
    ]
    return sorted(held, key=lambda one: _start(one.event))


def _seat_where_free(
    connection: Connection, wanted: list[TakenDate], now: datetime
) -> tuple[list[TakenDate], list[TakenDate], list[RegistrationRefused]]:
    """(has a seat now, is on the waiting list now, neither)."""
    seated, listed, refused = [], [], []
    for one in wanted:
        try:
            free = placing.has_seat_for(connection, one.event, now)
        except RegistrationRefused as refusal:
            refused.append(refusal)
            continue
        if free:
            placing.give_seat(connection, one.registration, now)
            seated.append(one)
        else:
            placing.wait(connection, one.event, one.registration, now)
            listed.append(one)
    return seated, listed, refused


def _write_about(
    connection: Connection, kind: Kind, new: list[TakenDate], again: list[TakenDate], now: datetime
) -> None:
    """One letter that tells of all these. Where nothing is new it is written again, though not again and again."""
    if not new + again:
        return
    until = max(useful_until(kind, one.event, now) for one in new + again)
    one = (new or again)[0]
    if new:
        occasion = "" if kind is Kind.PLEASE_CONFIRM else f"v{one.registration.revision + 1}"
        placing.write(connection, kind, one.event, one.registration, now, occasion=occasion, until=until)
    else:
        placing.write_again(connection, kind, one.event, one.registration, now, until)
