"""Confirming, and what organisers decide about people from Zoom's own form."""

from datetime import timedelta

import pytest

from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import at_zoom, attend, count, in_zoom, look, run
from tests.flows.people import arrange, at_once, kinds, register
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
)
from zoom_bridge.domain.registration import Attendee, Standing
from zoom_bridge.flows import hosting, receiving, registering
from zoom_bridge.simulator.world import World


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

    at_once(8, lambda n: registering.confirm(bridge.db, key, bridge.clock()))

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
