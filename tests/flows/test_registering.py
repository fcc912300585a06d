"""Registering: one registration for an address, one letter, and not one seat too many."""

from datetime import timedelta

import pytest

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, MALLORY
from tests.clock import Clock
from tests.flows.deeds import attend, count, look, rows
from tests.flows.people import arrange, at_once, kinds, register
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import (
    EventCancelled,
    EventFull,
    EventOver,
    NotFound,
    RegistrationClosed,
    RegistrationNotOpen,
    RegistrationRefused,
)
from zoom_bridge.domain.registration import Standing
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import registrations


def test_who_registers_has_no_seat_before_they_confirm(bridge: Bridge, event: Event) -> None:
    register(bridge, event)

    anna = look(bridge, event, ANNA)
    assert anna.standing is Standing.UNCONFIRMED
    assert count(bridge, event) == 0
    assert anna.due_at is None, "Zoom need not know yet"
    assert kinds(bridge, event) == ["please_confirm"]
    assert anna.privacy_version == 1


def test_without_double_opt_in_the_seat_countsat_once(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, double_opt_in=False)

    register(bridge, event)

    assert look(bridge, event, ANNA).standing is Standing.REGISTERED
    assert kinds(bridge, event) == ["confirmation"]


def test_nobody_registers_for_what_is_not_there(bridge: Bridge, event: Event) -> None:
    draft = hosting.create_event(bridge.db, a_draft(title_de="Noch geheim"), bridge.clock())

    for slug in ("nowhere", draft.slug):
        with pytest.raises(NotFound):
            registering.register(bridge.db, slug, ANNA, bridge.clock())


def test_registering_is_refused_with_the_reason(bridge: Bridge, event: Event, clock: Clock) -> None:
    now = clock()
    arrange(bridge, event, opens_at=now + timedelta(hours=1))
    with pytest.raises(RegistrationNotOpen):
        register(bridge, event)
    arrange(bridge, event, closes_at=now)
    with pytest.raises(RegistrationClosed):
        register(bridge, event)
    arrange(bridge, event)
    clock.set(event.ends_at)
    with pytest.raises(EventOver):
        register(bridge, event)
    clock.set(now)
    hosting.cancel_event(bridge.db, event.id, now)
    with pytest.raises(EventCancelled):
        register(bridge, event)


def test_a_known_address_is_one_registration_however_it_is_spelled(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    clock.advance(minutes=5)

    register(bridge, event, an_attendee(email="ANNA@Example.org", first_name="Mallory"))

    assert [row.email for row in rows(bridge, "registrations")] == [ANNA.email]
    assert look(bridge, event, ANNA).first_name == "Anna", "nobody renames somebody who has a seat"
    assert kinds(bridge, event) == ["please_confirm", "confirmation", "confirmation"]


def test_who_registers_again_before_confirming_gets_the_letter_again_and_may_correct_the_name(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    register(bridge, event)
    clock.advance(hours=70)

    register(bridge, event, an_attendee(last_name="Albers-Adler", language="en"))

    anna = look(bridge, event, ANNA)
    assert (anna.last_name, anna.language) == ("Albers-Adler", "en")
    assert anna.confirm_by == clock() + timedelta(hours=72)
    assert kinds(bridge, event) == ["please_confirm", "please_confirm"]


def test_a_button_pressed_twice_writes_one_letter(bridge: Bridge, event: Event, clock: Clock) -> None:
    register(bridge, event)
    clock.advance(seconds=2)

    register(bridge, event)

    assert kinds(bridge, event) == ["please_confirm"]


def test_the_same_letter_leaves_three_times_an_hour_at_most(bridge: Bridge, event: Event, clock: Clock) -> None:
    for _ in range(30):
        register(bridge, event)
        clock.advance(minutes=1, seconds=50)
    within_the_hour = len(kinds(bridge, event))
    clock.advance(hours=1)
    register(bridge, event)

    assert within_the_hour == 3
    assert len(kinds(bridge, event)) == 4


def test_many_who_register_the_same_address_at_once_make_one_registration(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, double_opt_in=False)

    at_once(8, lambda n: register(bridge, event))

    anna = look(bridge, event, ANNA)
    assert len(rows(bridge, "registrations")) == 1
    assert anna.revision == 1
    assert kinds(bridge, event) == ["confirmation"]


def test_what_mallory_types_is_kept_as_it_is(bridge: Bridge, event: Event) -> None:
    register(bridge, event, MALLORY)

    mallory = look(bridge, event, MALLORY)
    assert (mallory.first_name, mallory.last_name) == (MALLORY.first_name, MALLORY.last_name)


def test_forty_who_rush_for_five_seats_get_exactly_five(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, capacity=5, double_opt_in=False)
    refused: list[RegistrationRefused] = []

    def rush(n: int) -> None:
        try:
            register(bridge, event, an_attendee(email=f"guest{n}@example.org"))
        except RegistrationRefused as refusal:
            refused.append(refusal)

    at_once(40, rush)

    assert count(bridge, event) == 5
    assert len(refused) == 35
    assert all(isinstance(refusal, EventFull) for refusal in refused)
    assert len(rows(bridge, "registrations")) == 5
    assert len(rows(bridge, "messages")) == 5


def test_forty_who_confirm_at_once_get_exactly_five_seats(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, capacity=5)
    people = [an_attendee(email=f"guest{n}@example.org") for n in range(40)]
    for person in people:
        register(bridge, event, person)
    keys = [look(bridge, event, person).key for person in people]
    refused = []

    def rush(n: int) -> None:
        try:
            registering.confirm(bridge.db, keys[n], bridge.clock())
        except EventFull as refusal:
            refused.append(refusal)

    at_once(40, rush)

    assert count(bridge, event) == 5
    assert len(refused) == 35


def test_a_seat_given_back_can_be_taken_by_somebody_else_but_not_by_both(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, capacity=1)
    (anna,) = attend(bridge, event, ANNA)
    with pytest.raises(EventFull):
        register(bridge, event, BEN)

    registering.cancel(bridge.db, anna.key, bridge.clock())
    attend(bridge, event, BEN)

    with pytest.raises(EventFull):
        registering.come_back(bridge.db, anna.key, bridge.clock())
    assert count(bridge, event) == 1


def test_a_full_event_answers_known_and_unknown_addresses_alike(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, capacity=1)
    attend(bridge, event, ANNA)

    for person in (ANNA, BEN):
        with pytest.raises(EventFull):
            register(bridge, event, person)


def test_nobody_slips_past_the_letter_that_calls_the_event_off(bridge: Bridge, event: Event) -> None:
    """Whoever gets a seat while the event is being cancelled is refused, or gets the letter."""
    arrange(bridge, event, double_opt_in=False)

    def act(n: int) -> None:
        try:
            if n == 6:
                hosting.cancel_event(bridge.db, event.id, bridge.clock())
            else:
                register(bridge, event, an_attendee(email=f"guest{n}@example.org"))
        except EventCancelled:
            pass

    at_once(12, act)

    seated = {row.id for row in rows(bridge, "registrations") if row.confirmed_at}
    told = {row.registration_id for row in rows(bridge, "messages", kind="cancelled")}
    assert told == seated


def test_nobody_slips_past_the_letter_that_moves_the_event(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, double_opt_in=False)
    later = event.starts_at + timedelta(days=1)

    def act(n: int) -> None:
        if n == 6:
            times = {"starts_at": later, "ends_at": later + timedelta(hours=1)}
            arrange(bridge, event, double_opt_in=False, **times)
        else:
            register(bridge, event, an_attendee(email=f"guest{n}@example.org"))

    at_once(12, act)

    with bridge.db.reading() as connection:
        seated = set(registrations.confirmed_ids(connection, event.id, bridge.clock()))
    told = {row.registration_id for row in rows(bridge, "messages", schedule_revision=2)}
    assert len(seated) == 11
    assert told == seated
