"""Registering, confirming, cancelling, coming back, and where the join button leads."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, CHIARA, MALLORY
from tests.clock import Clock
from tests.flows.deeds import at_zoom, attend, count, in_zoom, letters, look, rows, run
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import (
    EventCancelled,
    EventFull,
    EventOver,
    LinkExpired,
    NotAllowed,
    NotFound,
    RegistrationClosed,
    RegistrationNotOpen,
    RegistrationRefused,
)
from zoom_bridge.domain.registration import Attendee, Door, Standing
from zoom_bridge.flows import hosting, receiving, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import registrations


def register(bridge: Bridge, event: Event, person: Attendee = ANNA) -> None:
    registering.register(bridge.db, event.slug, person, bridge.clock())


def arrange(bridge: Bridge, event: Event, **changes: object) -> None:
    draft = a_draft(**{"zoom_host": event.zoom_host} | changes)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def kinds(bridge: Bridge, event: Event, person: Attendee = ANNA) -> list[str]:
    return [kind for kind, _ in letters(bridge, look(bridge, event, person))]


# --- registering ------------------------------------------------------------------------------------------------


def test_who_registers_has_no_seat_before_they_confirm(bridge: Bridge, event: Event) -> None:
    register(bridge, event)

    anna = look(bridge, event, ANNA)
    assert anna.standing is Standing.UNCONFIRMED
    assert count(bridge, event) == 0
    assert anna.due_at is None, "Zoom need not know yet"
    assert kinds(bridge, event) == ["please_confirm"]
    assert anna.privacy_version == 1


def test_without_double_opt_in_the_seat_counts_at_once(bridge: Bridge, event: Event) -> None:
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

    _at_once(8, lambda n: register(bridge, event))

    anna = look(bridge, event, ANNA)
    assert len(rows(bridge, "registrations")) == 1
    assert anna.revision == 1
    assert kinds(bridge, event) == ["confirmation"]


def test_what_mallory_types_is_kept_as_it_is(bridge: Bridge, event: Event) -> None:
    register(bridge, event, MALLORY)

    mallory = look(bridge, event, MALLORY)
    assert (mallory.first_name, mallory.last_name) == (MALLORY.first_name, MALLORY.last_name)


# --- seats ------------------------------------------------------------------------------------------------------


def test_forty_who_rush_for_five_seats_get_exactly_five(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, capacity=5, double_opt_in=False)
    refused: list[RegistrationRefused] = []

    def rush(n: int) -> None:
        try:
            register(bridge, event, an_attendee(email=f"guest{n}@example.org"))
        except RegistrationRefused as refusal:
            refused.append(refusal)

    _at_once(40, rush)

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

    _at_once(40, rush)

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


# --- confirming -------------------------------------------------------------------------------------------------


def test_confirming_gives_the_seat_tells_zoom_and_sends_the_confirmation(bridge: Bridge, event: Event) -> None:
    register(bridge, event)

    registering.confirm(bridge.db, look(bridge, event, ANNA).key, bridge.clock())

    anna = look(bridge, event, ANNA)
    assert anna.standing is Standing.REGISTERED
    assert anna.due_at == bridge.clock()
    assert kinds(bridge, event) == ["please_confirm", "confirmation"]


def test_confirming_twice_is_confirming_once(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)

    registering.confirm(bridge.db, anna.key, clock.advance(hours=1))

    assert look(bridge, event, ANNA) == anna
    assert kinds(bridge, event) == ["please_confirm", "confirmation"]


def test_many_presses_of_the_confirm_button_at_once_are_one(bridge: Bridge, event: Event) -> None:
    register(bridge, event)
    key = look(bridge, event, ANNA).key

    _at_once(8, lambda n: registering.confirm(bridge.db, key, bridge.clock()))

    assert look(bridge, event, ANNA).revision == 1
    assert kinds(bridge, event) == ["please_confirm", "confirmation"]


def test_after_72_hours_confirming_is_too_late(bridge: Bridge, event: Event, clock: Clock) -> None:
    register(bridge, event)
    key = look(bridge, event, ANNA).key

    clock.advance(hours=72)

    with pytest.raises(LinkExpired):
        registering.confirm(bridge.db, key, clock())
    assert count(bridge, event) == 0


def test_confirming_is_refused_when_the_event_is_full_cancelled_or_over(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    arrange(bridge, event, capacity=1)
    register(bridge, event)
    key = look(bridge, event, ANNA).key
    attend(bridge, event, BEN)
    with pytest.raises(EventFull):
        registering.confirm(bridge.db, key, clock())
    arrange(bridge, event)
    clock.advance(hours=71)
    arrange(bridge, event, starts_at=clock() - timedelta(hours=2), ends_at=clock())
    with pytest.raises(EventOver):
        registering.confirm(bridge.db, key, clock())
    hosting.cancel_event(bridge.db, event.id, clock())
    with pytest.raises(EventCancelled):
        registering.confirm(bridge.db, key, clock())


def test_a_closed_registration_still_lets_those_confirm_who_registered_in_time(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    register(bridge, event)
    arrange(bridge, event, closes_at=clock())

    registering.confirm(bridge.db, look(bridge, event, ANNA).key, clock())

    assert count(bridge, event) == 1


def test_an_unknown_key_opens_nothing(bridge: Bridge, event: Event) -> None:
    for deed in (registering.confirm, registering.cancel, registering.come_back, registering.join):
        with pytest.raises(NotFound):
            deed(bridge.db, "x" * 16, bridge.clock())
    with pytest.raises(NotFound):
        registering.approve(bridge.db, 99, bridge.clock())
    with pytest.raises(NotFound):
        registering.cancel_by_organiser(bridge.db, 99, bridge.clock())


# --- cancelling and coming back ---------------------------------------------------------------------------------


def test_cancelling_frees_the_seat_and_reaches_zoom(
    bridge: Bridge, event: Event, world: World, mailbox: Mailbox
) -> None:
    anna, _ = attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants", "send_mail")

    registering.cancel(bridge.db, anna.key, bridge.clock())
    run(bridge, "sync_registrants", "send_mail")

    assert at_zoom(world) == [BEN.email]
    assert count(bridge, event) == 1
    assert letters(bridge, anna)[-1] == ("goodbye", "sent")
    assert "METHOD:CANCEL" in mailbox.last(ANNA.email).calendar


def test_cancelling_twice_is_cancelling_once(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, clock())
    once = look(bridge, event, ANNA)

    registering.cancel(bridge.db, anna.key, clock.advance(hours=1))
    registering.cancel_by_organiser(bridge.db, anna.id, clock())

    assert look(bridge, event, ANNA) == once
    assert kinds(bridge, event).count("goodbye") == 1


def test_who_cancelled_can_come_back_and_is_brought_to_zoom_again(
    bridge: Bridge, event: Event, world: World
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    registering.cancel(bridge.db, anna.key, bridge.clock())
    run(bridge, "sync_registrants")

    registering.come_back(bridge.db, anna.key, bridge.clock())
    registering.come_back(bridge.db, anna.key, bridge.clock())
    run(bridge, "sync_registrants")

    (registrant,) = in_zoom(world)[0].registrants.values()
    assert look(bridge, event, ANNA).registrant_id == registrant.id
    assert kinds(bridge, event) == ["please_confirm", "confirmation", "goodbye", "confirmation"]


def test_the_goodbye_of_somebody_who_is_back_already_is_not_sent(bridge: Bridge, event: Event) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, bridge.clock())
    registering.come_back(bridge.db, anna.key, bridge.clock())

    run(bridge, "send_mail")

    assert ("goodbye", "superseded") in letters(bridge, anna)


def test_who_was_taken_off_the_list_by_an_organiser_may_not_come_back_by_themselves(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel_by_organiser(bridge.db, anna.id, clock.advance(minutes=10))
    before = kinds(bridge, event)

    with pytest.raises(NotAllowed):
        registering.come_back(bridge.db, anna.key, clock())
    register(bridge, event)

    assert look(bridge, event, ANNA).standing is Standing.CANCELLED
    assert kinds(bridge, event) == before, "the form answers as always, and nothing happens"


def test_who_cancelled_and_registers_anew_confirms_anew(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, clock.advance(minutes=10))

    register(bridge, event)

    again = look(bridge, event, ANNA)
    assert again.standing is Standing.UNCONFIRMED
    assert again.id == anna.id
    assert kinds(bridge, event)[-1] == "please_confirm"
    with pytest.raises(LinkExpired):
        registering.come_back(bridge.db, anna.key, clock())


def test_who_cancelled_and_registers_anew_is_taken_off_zooms_list_until_they_confirm(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    registering.cancel(bridge.db, anna.key, clock.advance(minutes=10))
    register(bridge, event)

    run(bridge, "sync_registrants")
    before = at_zoom(world)
    registering.confirm(bridge.db, anna.key, clock())
    run(bridge, "sync_registrants")

    assert before == []
    assert at_zoom(world) == [ANNA.email]


def test_the_link_in_an_old_letter_confirms_nothing_after_a_cancellation(bridge: Bridge, event: Event) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, bridge.clock())

    with pytest.raises(LinkExpired):
        registering.confirm(bridge.db, anna.key, bridge.clock())


def test_cancel_and_confirm_at_the_same_moment_leave_one_truth(bridge: Bridge, event: Event) -> None:
    for n in range(6):
        person = an_attendee(email=f"guest{n}@example.org")
        register(bridge, event, person)
        key = look(bridge, event, person).key

        def confirm(key: str = key) -> None:
            with suppress(LinkExpired):
                registering.confirm(bridge.db, key, bridge.clock())

        _at_once(2, lambda n, key=key, confirm=confirm: (confirm, _cancel(bridge, key))[n]())

        found = look(bridge, event, person)
        changes = sum(moment is not None for moment in (found.confirmed_at, found.cancelled_at))
        assert found.revision == changes, "each change has a revision of its own"
        assert found.cancelled_at is not None


def _cancel(bridge: Bridge, key: str):
    return lambda: registering.cancel(bridge.db, key, bridge.clock())


# --- from Zoom's own form ---------------------------------------------------------------------------------------


def from_zooms_form(bridge: Bridge, event: Event, world: World, person: Attendee = CHIARA) -> None:
    run(bridge, "sync_webinars")
    (webinar,) = in_zoom(world)
    world.outgoing.clear()
    world.register(webinar.id, person.email, person.first_name, person.last_name)
    for delivery in world.outgoing:
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), bridge.clock())
    run(bridge, "apply_webhooks")


def test_somebody_from_zooms_form_waits_for_approval_and_is_let_in(
    bridge: Bridge, event: Event, world: World, mailbox: Mailbox
) -> None:
    from_zooms_form(bridge, event, world)
    waiting = look(bridge, event, CHIARA)

    registering.approve(bridge.db, waiting.id, bridge.clock())
    registering.approve(bridge.db, waiting.id, bridge.clock())
    run(bridge, "sync_registrants", "send_mail")

    chiara = look(bridge, event, CHIARA)
    assert waiting.standing is Standing.WAITS_FOR_APPROVAL
    assert at_zoom(world) == [CHIARA.email]
    assert chiara.join_url
    assert chiara.registrant_id == waiting.registrant_id
    assert len(mailbox.to(CHIARA.email)) == 1


def test_nobody_is_approved_beyond_the_last_seat(bridge: Bridge, event: Event, world: World) -> None:
    arrange(bridge, event, capacity=1)
    from_zooms_form(bridge, event, world)
    attend(bridge, event, ANNA)

    with pytest.raises(EventFull):
        registering.approve(bridge.db, look(bridge, event, CHIARA).id, bridge.clock())


def test_who_waits_at_zoom_may_confirm_on_our_page_instead(bridge: Bridge, event: Event, world: World) -> None:
    from_zooms_form(bridge, event, world)
    register(bridge, event, CHIARA)
    still = look(bridge, event, CHIARA).standing

    registering.confirm(bridge.db, look(bridge, event, CHIARA).key, bridge.clock())
    run(bridge, "sync_registrants")

    assert still is Standing.WAITS_FOR_APPROVAL, "the organiser can still let them in"
    assert at_zoom(world) == [CHIARA.email]
    assert at_zoom(world, "pending") == []


def test_organisers_approve_nobody_against_their_will(bridge: Bridge, event: Event) -> None:
    register(bridge, event, ANNA)
    (ben,) = attend(bridge, event, BEN)
    registering.cancel(bridge.db, ben.key, bridge.clock())

    for person in (ANNA, BEN):
        with pytest.raises(NotAllowed):
            registering.approve(bridge.db, look(bridge, event, person).id, bridge.clock())


def test_organisers_bring_back_whom_they_took_off_the_list(bridge: Bridge, event: Event) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel_by_organiser(bridge.db, anna.id, bridge.clock())

    registering.approve(bridge.db, anna.id, bridge.clock())

    assert look(bridge, event, ANNA).standing is Standing.REGISTERED


# --- joining ----------------------------------------------------------------------------------------------------


def test_the_join_button_waits_leads_and_closes(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    doors = [registering.join(bridge.db, anna.key, clock())[0]]
    clock.set(event.doors_open_at)
    doors.append(registering.join(bridge.db, anna.key, clock())[0])
    run(bridge, "sync_webinars", "sync_registrants")
    door, join_url = registering.join(bridge.db, anna.key, clock())
    clock.set(event.doors_close_at)
    doors.append(registering.join(bridge.db, anna.key, clock())[0])

    assert doors == [Door.TOO_EARLY, Door.NOT_READY, Door.OVER]
    assert (door, join_url) == (Door.OPEN, look(bridge, event, ANNA).join_url)


def test_the_first_click_is_remembered_and_no_other(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    registering.join(bridge.db, anna.key, clock())
    first = clock.set(event.starts_at)

    registering.join(bridge.db, anna.key, first)
    registering.join(bridge.db, anna.key, clock.advance(minutes=3))

    assert look(bridge, event, ANNA).first_clicked_at == first


def test_who_cancelled_is_not_let_in_from_that_moment(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    clock.set(event.starts_at)
    registering.cancel(bridge.db, anna.key, clock())

    assert registering.join(bridge.db, anna.key, clock()) == (Door.CANCELLED, None)


# --- two things at once -----------------------------------------------------------------------------------------


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

    _at_once(12, act)

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

    _at_once(12, act)

    with bridge.db.reading() as connection:
        seated = set(registrations.confirmed_ids(connection, event.id, bridge.clock()))
    told = {row.registration_id for row in rows(bridge, "messages", schedule_revision=2)}
    assert len(seated) == 11
    assert told == seated


def _at_once(threads: int, act) -> None:
    """Runs act(0), act(1) and so on at the same moment. What goes wrong in a thread fails the test."""
    started = threading.Barrier(threads)
    wrong: list[BaseException] = []

    def begin(n: int) -> None:
        started.wait()
        try:
            act(n)
        except BaseException as error:
            wrong.append(error)

    running = [threading.Thread(target=begin, args=(n,)) for n in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert not wrong, wrong
