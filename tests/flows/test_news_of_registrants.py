"""What happens on Zoom's list of registrants reaches ours, late news included."""

import json
import random
import threading
from typing import Any

import pytest

from tests.cast import ANNA, CHIARA
from tests.clock import NOW, Clock
from tests.flows.deeds import announce, attend, count, letters, look, rows, run
from tests.flows.evenings import deliver
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Standing
from zoom_bridge.flows import receiving, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import registrations


def test_our_own_adds_are_told_back_to_us_and_change_nothing(bridge: Bridge, event: Event, world: World) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    before = look(bridge, event, ANNA)

    deliver(bridge, world)

    assert look(bridge, event, ANNA) == before
    assert len(rows(bridge, "registrations")) == 1


def test_a_lost_answer_is_told_by_the_webhook(bridge: Bridge, event: Event, world: World) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars")
    world.faults.lose_answer("POST", "/batch_registrants")
    run(bridge, "sync_registrants")

    deliver(bridge, world)

    assert look(bridge, event, ANNA).join_url


def test_who_registers_at_zoom_waits_here_and_who_is_approved_there_has_a_seat_and_a_letter(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    registrant = world.register(webinar.id, CHIARA.email, "Chiara", "Conti")
    deliver(bridge, world)
    waiting = look(bridge, event, CHIARA)
    world.change_status(webinar.id, "approve", registrant.id, clock.advance(hours=1))
    deliver(bridge, world)

    chiara = look(bridge, event, CHIARA)
    assert waiting.standing is Standing.WAITS_FOR_APPROVAL
    assert chiara.standing is Standing.REGISTERED
    assert chiara.join_url
    assert chiara.due_at is None, "Zoom knows already"
    assert [kind for kind, _ in letters(bridge, chiara)] == ["confirmation"]


@pytest.mark.parametrize("action", ["cancel", "deny"])
def test_who_is_taken_off_the_list_at_zoom_loses_the_seat_here(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock, action: str
) -> None:
    anna = look(bridge, event, ANNA)

    world.change_status(webinar.id, action, str(anna.registrant_id), clock.advance(hours=1))
    deliver(bridge, world)

    gone = look(bridge, event, ANNA)
    assert (gone.cancelled_by, gone.join_url, gone.due_at) == ("zoom", None, None)
    assert count(bridge, event) == 1


def test_late_news_of_a_cancellation_does_not_undo_a_come_back(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    anna = look(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, clock.advance(minutes=1))
    run(bridge, "sync_registrants")
    registering.come_back(bridge.db, anna.key, clock.advance(minutes=1))
    run(bridge, "sync_registrants")
    clock.advance(hours=1)

    deliver(bridge, world, lambda told: told[::-1])

    back = look(bridge, event, ANNA)
    assert back.active
    assert back.join_url
    assert back.registrant_id in webinar.registrants


def test_late_news_of_a_denial_does_not_undo_an_organisers_approval(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    anna = look(bridge, event, ANNA)
    world.change_status(webinar.id, "deny", str(anna.registrant_id), clock.advance(minutes=1))
    denial = [(one.event, json.loads(one.body)) for one in world.outgoing]
    deliver(bridge, world)
    registering.approve(bridge.db, anna.id, clock.advance(minutes=1))
    for name, body in denial:
        body["payload"]["zz_copy"] = True
        receiving.keep(bridge.db, name, json.dumps(body).encode(), clock())

    run(bridge, "apply_webhooks")
    run(bridge, "sync_registrants")

    assert look(bridge, event, ANNA).active
    assert look(bridge, event, ANNA).join_url


@pytest.mark.parametrize("seed", range(4))
def test_denied_and_approved_again_at_zoom_ends_with_a_seat_in_any_order(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock, seed: int
) -> None:
    anna = str(look(bridge, event, ANNA).registrant_id)
    world.change_status(webinar.id, "deny", anna, clock.advance(minutes=1))
    world.change_status(webinar.id, "approve", anna, clock.advance(minutes=1))

    deliver(bridge, world, lambda told: random.Random(seed).sample(told, len(told)))

    assert look(bridge, event, ANNA).active
    assert look(bridge, event, ANNA).join_url


@pytest.mark.parametrize("seed", range(6))
def test_registered_approved_and_cancelled_at_zoom_ends_cancelled_in_any_order(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock, seed: int
) -> None:
    registrant = world.register(webinar.id, CHIARA.email, "Chiara", "Conti")
    world.change_status(webinar.id, "approve", registrant.id, clock.advance(minutes=1))
    world.change_status(webinar.id, "cancel", registrant.id, clock.advance(minutes=1))

    deliver(bridge, world, lambda told: random.Random(seed).sample(told, len(told)))
    clock.advance(minutes=1)
    run(bridge, "apply_webhooks")

    assert look(bridge, event, CHIARA).standing is Standing.CANCELLED


def test_news_of_somebody_unknown_is_waited_for_and_then_forgotten(
    bridge: Bridge, event: Event, webinar: Any, clock: Clock
) -> None:
    registrant = {"id": "somebody", "email": "stranger@example.org", "first_name": "Stranger"}
    announce(bridge, "webinar.registration_cancelled", str(webinar.id), clock(), registrant=registrant)

    run(bridge, "apply_webhooks")
    waiting = rows(bridge, "deliveries")[-1]
    clock.advance(minutes=11)
    run(bridge, "apply_webhooks")

    given_up = rows(bridge, "deliveries")[-1]
    assert waiting.due_at is not None
    assert (given_up.outcome, given_up.body, given_up.due_at) == ("somebody unknown", b"", None)
    assert len(rows(bridge, "registrations")) == 2


def test_two_deliveries_about_the_same_newcomer_at_once_lose_neither(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    """One worker is about to commit that Chiara registered when another one applies that she was approved."""
    registrant = world.register(webinar.id, CHIARA.email, "Chiara", "Conti")
    world.outgoing.clear()
    world.change_status(webinar.id, "approve", registrant.id, clock.advance(minutes=1))
    other = threading.Thread(target=deliver, args=(bridge, world))

    with bridge.db.transaction() as connection:
        registrations.add(
            connection,
            event_id=event.id,
            key="k",
            email=CHIARA.email,
            email_key=CHIARA.email,
            language="de",
            first_name="Chiara",
            last_name="Conti",
            source="zoom",
            created_at=NOW,
            registrant_id=registrant.id,
            revision=1,
            synced_revision=1,
            synced_at=NOW,
        )
        other.start()
        other.join(0.3)
    other.join()

    assert look(bridge, event, CHIARA).standing is Standing.REGISTERED
