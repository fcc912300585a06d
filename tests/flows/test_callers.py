"""Callers: people whom the reception adds, with an e-mail address or without one."""

from datetime import timedelta

import pytest

from tests.builders import an_attendee
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import at_zoom, attend, count, letters, look, rows, run
from tests.flows.people import arrange, at_once, kinds, register
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.question import Answer
from zoom_bridge.domain.refusals import (
    EventCancelled,
    EventFull,
    EventOver,
    NotAllowed,
    NotFound,
    TooManyRequests,
)
from zoom_bridge.domain.registration import Door, Registration, Source, Standing, ZoomStanding
from zoom_bridge.flows import hosting, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import overviews, registrations

CALLER = an_attendee(first_name="Carla", last_name="Claus", email="", needs="Schriftsprache")


def add(bridge: Bridge, event: Event, person=CALLER) -> Registration | None:
    return registering.add_caller(bridge.db, event.id, person, bridge.clock())


def as_kept(bridge: Bridge, registration: Registration) -> Registration:
    with bridge.db.reading() as connection:
        kept = registrations.find(connection, registration.id)
    assert kept
    return kept


def test_a_caller_with_an_address_is_in_at_once_and_gets_the_confirmation(
    bridge: Bridge, event: Event, world: World
) -> None:
    anna = add(bridge, event, ANNA)

    assert anna
    assert (anna.source, anna.standing) == (Source.ORGANISER, Standing.REGISTERED)
    assert kinds(bridge, event) == ["confirmation"]
    run(bridge, "sync_webinars", "sync_registrants")
    assert at_zoom(world) == [ANNA.email]


def test_a_caller_without_an_address_has_a_seat_and_what_they_said_is_kept(bridge: Bridge, event: Event) -> None:
    said = an_attendee(email="", needs="Gebärdensprache", answers=(Answer("q1", "Woher?", ("Celle",)),))

    caller = add(bridge, event, said)

    assert caller
    kept = as_kept(bridge, caller)
    assert (kept.email, kept.email_key) == ("", f"caller:{kept.key}")
    assert (kept.needs, kept.answers) == (said.needs, said.answers)
    assert count(bridge, event) == 1


def test_two_callers_without_an_address_are_two_people(bridge: Bridge, event: Event) -> None:
    first, second = add(bridge, event), add(bridge, event)

    assert first
    assert second
    assert first.id != second.id
    assert count(bridge, event) == 2


def test_who_has_a_place_already_is_not_added_again(bridge: Bridge, event: Event) -> None:
    attend(bridge, event, ANNA)

    again = add(bridge, event, an_attendee(first_name="Mallory"))

    assert again is None
    assert look(bridge, event, ANNA).first_name == "Anna"
    assert len(rows(bridge, "registrations")) == 1


def test_who_never_confirmed_or_cancelled_may_ask_the_reception(bridge: Bridge, event: Event) -> None:
    register(bridge, event)
    (ben,) = attend(bridge, event, BEN)
    registering.cancel(bridge.db, ben.key, bridge.clock())

    for person in (ANNA, BEN):
        add(bridge, event, person)

    assert look(bridge, event, ANNA).standing is Standing.REGISTERED
    assert look(bridge, event, BEN).standing is Standing.REGISTERED
    assert kinds(bridge, event, ANNA)[-1] == "confirmation"


def test_who_took_part_under_another_name_and_asks_for_their_place_again_keeps_that_name(
    bridge: Bridge, event: Event, world: World
) -> None:
    hidden = an_attendee(zoom_name="Die mit dem Hut", zoom_email="guest-1@alias.example.org")
    (anna,) = attend(bridge, event, hidden)
    registering.cancel(bridge.db, anna.key, bridge.clock())

    assert add(bridge, event, ANNA)

    run(bridge, "sync_webinars", "sync_registrants")
    assert at_zoom(world) == ["guest-1@alias.example.org"]


def test_the_reception_gives_away_no_seat_too_many(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, capacity=3)
    refused: list[EventFull] = []

    def ring(n: int) -> None:
        try:
            add(bridge, event)
        except EventFull as refusal:
            refused.append(refusal)

    at_once(8, ring)

    assert count(bridge, event) == 3
    assert len(refused) == 5
    assert len(rows(bridge, "registrations")) == 3


def test_the_reception_adds_people_before_registering_opens_but_not_to_what_is_off(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    arrange(bridge, event, opens_at=clock() + timedelta(hours=1))
    assert add(bridge, event)

    hosting.cancel_event(bridge.db, event.id, clock())
    with pytest.raises(EventCancelled):
        add(bridge, event)
    with pytest.raises(NotFound):
        registering.add_caller(bridge.db, event.id + 1, CALLER, clock())


def test_nobody_is_added_to_what_is_over(bridge: Bridge, event: Event, clock: Clock) -> None:
    clock.set(event.ends_at)

    with pytest.raises(EventOver):
        add(bridge, event)


def test_zoom_never_hears_of_a_caller_without_an_address(bridge: Bridge, event: Event, world: World) -> None:
    caller = add(bridge, event)
    attend(bridge, event, ANNA)
    assert caller

    run(bridge, "sync_webinars", "sync_registrants")
    registering.cancel_by_organiser(bridge.db, caller.id, bridge.clock())
    registering.approve(bridge.db, caller.id, bridge.clock())
    hosting.sync_again(bridge.db, event.id, bridge.clock())
    run(bridge, "sync_registrants")

    assert at_zoom(world) == [ANNA.email]
    kept = as_kept(bridge, caller)
    assert kept.due_at is None
    assert kept.zoom_standing is ZoomStanding.BY_PHONE


def test_a_new_webinar_does_not_ask_for_a_caller_without_an_address(
    bridge: Bridge, event: Event, world: World
) -> None:
    caller = add(bridge, event)
    attend(bridge, event, ANNA)
    assert caller
    run(bridge, "sync_webinars", "sync_registrants")
    with bridge.db.transaction() as connection:
        registrations.forget_twins(connection, event.id, bridge.clock())

    assert as_kept(bridge, caller).due_at is None
    assert look(bridge, event, ANNA).due_at is not None


def test_no_letter_is_written_to_a_caller_without_an_address(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    caller, leaving = add(bridge, event), add(bridge, event)
    attend(bridge, event, ANNA)
    assert caller
    assert leaving

    later = event.starts_at + timedelta(days=1)
    arrange(bridge, event, starts_at=later, ends_at=later + timedelta(hours=1))
    clock.set(later - timedelta(hours=23))
    run(bridge, "queue_reminders")
    clock.set(later - timedelta(minutes=59))
    run(bridge, "queue_reminders")
    registering.cancel(bridge.db, leaving.key, clock())
    hosting.cancel_event(bridge.db, event.id, clock())
    run(bridge, "send_mail")

    with bridge.db.reading() as connection:
        assert registrations.letters_to_all(connection, event.id) == 1
    assert letters(bridge, caller) == letters(bridge, leaving) == []
    assert {"moved", "day_before", "join_link", "cancelled"} <= set(kinds(bridge, event))
    assert {letter.recipient for letter in mailbox.letters} == {ANNA.email}


def test_a_caller_without_an_address_is_counted_apart_from_those_at_zoom(bridge: Bridge, event: Event) -> None:
    add(bridge, event)
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")

    with bridge.db.reading() as connection:
        numbers = overviews.numbers(connection, event.id)
        found = overviews.people(connection, event.id, zoom_standing=ZoomStanding.BY_PHONE)

    assert (numbers.registered, numbers.at_zoom, numbers.by_phone, numbers.waiting) == (2, 1, 1, 0)
    assert [person.first_name for person in found.rows] == ["Carla"]


def test_a_caller_finds_the_door_open_without_a_link_at_zoom(bridge: Bridge, event: Event, clock: Clock) -> None:
    caller = add(bridge, event)
    assert caller
    clock.set(event.starts_at)

    assert registering.join(bridge.db, caller.key, clock()) == (Door.OPEN, None)


def test_the_organiser_sends_the_letter_again_that_somebody_needs(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    register(bridge, event)
    clock.advance(hours=70)
    registering.resend(bridge.db, look(bridge, event, ANNA).id, clock())
    assert kinds(bridge, event) == ["please_confirm", "please_confirm"]
    assert look(bridge, event, ANNA).confirm_by == clock() + timedelta(hours=72), "the letter says so"

    (ben,) = attend(bridge, event, BEN)
    clock.advance(minutes=5)
    registering.resend(bridge.db, ben.id, clock())

    assert kinds(bridge, event, BEN) == ["please_confirm", "confirmation", "confirmation"]


def test_the_same_letter_is_not_sent_again_in_the_same_minute(bridge: Bridge, event: Event, clock: Clock) -> None:
    register(bridge, event)
    clock.advance(seconds=20)

    with pytest.raises(TooManyRequests):
        registering.resend(bridge.db, look(bridge, event, ANNA).id, clock())

    assert kinds(bridge, event) == ["please_confirm"]


def test_no_letter_is_sent_again_to_who_cancelled_or_has_no_address_or_for_what_is_off(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    (anna, ben) = attend(bridge, event, ANNA, BEN)
    caller = add(bridge, event)
    assert caller
    registering.cancel(bridge.db, anna.key, clock())
    clock.advance(minutes=5)

    for person in (anna, caller):
        with pytest.raises(NotAllowed):
            registering.resend(bridge.db, person.id, clock())
    hosting.cancel_event(bridge.db, event.id, clock())
    with pytest.raises(EventCancelled):
        registering.resend(bridge.db, ben.id, clock())
    with pytest.raises(NotFound):
        registering.resend(bridge.db, 10_000, clock())
