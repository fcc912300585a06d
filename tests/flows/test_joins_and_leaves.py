"""Joins and leaves, told in whatever order and number, give the same room."""

import json
import random
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import a_draft
from tests.cast import ANNA, CHIARA
from tests.clock import NOW, Clock
from tests.flows.deeds import announce, look, rows, run
from tests.flows.evenings import MINUTE, deliver, hold, minutes, outcomes, room
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import Room
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import hosting, receiving
from zoom_bridge.simulator.world import World
from zoom_bridge.store import webinars


def test_joins_and_leaves_become_minutes_in_the_room(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)
    deliver(bridge, world)

    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 50, "Ben Brandt": 50, "Gast": 10}
    found = room(bridge, event)
    assert (found.started_at, found.ended_at) == (event.starts_at, clock())


def test_who_is_in_the_room_is_known_while_it_runs(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    clock.set(event.starts_at)
    world.start(webinar.id)
    world.join(webinar.id, next(one.id for one in webinar.registrants.values() if one.email == ANNA.email))
    clock.advance(minutes=5)
    deliver(bridge, world)

    anna = next(one for one in room(bridge, event).attendances if one.registration_id)
    assert room(bridge, event).running
    assert anna.present
    assert anna.registration_id == look(bridge, event, ANNA).id
    assert anna.matched_by == "registrant_id"


@pytest.mark.parametrize(
    "disorder",
    [
        lambda told: told * 2,
        lambda told: told[::-1],
        lambda told: random.Random(1).sample(told * 3, len(told) * 3),
    ],
    ids=["doubled", "backwards", "tripled and shuffled"],
)
def test_the_room_is_the_same_however_the_news_arrive(
    bridge: Bridge,
    event: Event,
    world: World,
    webinar: Any,
    clock: Clock,
    disorder: Callable[[list[Any]], list[Any]],
) -> None:
    hold(bridge, event, world, webinar, clock)

    deliver(bridge, world, disorder)

    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 50, "Ben Brandt": 50, "Gast": 10}
    assert not room(bridge, event).running


def test_a_copy_with_another_body_changes_nothing(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)
    bodies = [(delivery.event, json.loads(delivery.body)) for delivery in world.outgoing]
    deliver(bridge, world)
    before = room(bridge, event)

    for name, body in bodies:
        body["payload"]["object"]["zz_new"] = 1
        receiving.keep(bridge.db, name, json.dumps(body).encode(), bridge.clock())
    run(bridge, "apply_webhooks")

    assert room(bridge, event) == before


def test_news_that_arrived_in_pieces_over_days_give_the_same_room(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)
    told = list(world.outgoing)
    world.outgoing.clear()

    for delivery in reversed(told):
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), clock())
        run(bridge, "apply_webhooks")
        clock.advance(hours=3)

    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 50, "Ben Brandt": 50, "Gast": 10}


def test_the_webinar_ends_before_the_last_leave_is_told(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)

    deliver(bridge, world, lambda told: [one for one in told if not one.event.endswith("participant_left")])

    assert minutes(bridge, event)["Ben Brandt"] == 50, "closed by the end of the webinar"
    assert not room(bridge, event).running


def test_a_webinar_started_again_has_a_second_sitting_and_counts_together(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)
    anna = next(one.id for one in webinar.registrants.values() if one.email == ANNA.email)
    clock.advance(minutes=5)
    world.start(webinar.id)
    world.join(webinar.id, anna)
    clock.advance(minutes=5)
    world.end(webinar.id)

    deliver(bridge, world, lambda told: random.Random(2).sample(told, len(told)))

    assert minutes(bridge, event)["Anna Albers"] == 55
    assert len({row.sitting for row in rows(bridge, "reports")}) == 2, "each has a report of its own"


def test_a_rehearsal_is_not_the_event(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    clock.set(event.starts_at - timedelta(minutes=30))
    world.start(webinar.id, practice=True)
    clock.advance(minutes=20)
    world.end(webinar.id)

    deliver(bridge, world, lambda told: told[::-1])

    assert room(bridge, event) == Room((), None, None, final=False)
    assert rows(bridge, "reports") == []


def test_somebody_seen_before_zoom_told_that_they_registered_is_recognised(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    clock.set(event.starts_at)
    registrant = world.register(webinar.id, CHIARA.email, "Chiara", "Conti", approve=True)
    world.start(webinar.id)
    world.join(webinar.id, registrant.id)

    deliver(bridge, world, lambda told: told[::-1])

    chiara = look(bridge, event, CHIARA)
    assert chiara.id in {one.registration_id for one in room(bridge, event).attendances}


@pytest.mark.parametrize("name", ["webinar.participant_joined", "webinar.started", "webinar.ended"])
def test_what_names_no_sitting_is_ignored(bridge: Bridge, event: Event, webinar: Any, name: str) -> None:
    participant = {"user_id": "1", "user_name": "Anna"}

    announce(bridge, name, str(webinar.id), NOW, participant=participant)
    run(bridge, "apply_webhooks")

    assert outcomes(bridge)[-1] == "without a sitting"
    assert rows(bridge, "sightings") == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["anna", "ben", "gast"]), st.sampled_from(["join", "leave"]), st.integers(0, 90)),
    max_size=12,
)


@given(STEPS, st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_evening_gives_the_same_room_in_any_order_and_number(
    bridge: Bridge, steps: list[tuple[str, str, int]], dice: random.Random
) -> None:
    told = [("webinar.started", 0, None), ("webinar.ended", 90, None)]
    stays: dict[str, str] = {}
    for n, (who, what, minute) in enumerate(sorted(steps, key=lambda step: step[2])):
        if what == "join":
            stays[who] = f"{who}-{n}"
        told.append((f"webinar.participant_{'joined' if what == 'join' else 'left'}", minute, stays.get(who, who)))
    in_order, shuffled = _told(bridge, told), _told(bridge, dice.sample(told * 2, len(told) * 2))

    def people(found: Room) -> list[Any]:
        return sorted((one.name, one.visits) for one in found.attendances)

    assert people(in_order) == people(shuffled)
    assert (in_order.started_at, in_order.ended_at) == (shuffled.started_at, shuffled.ended_at)


def _told(bridge: Bridge, told: list[tuple[str, int, str | None]]) -> Room:
    """An event of its own, of which Zoom tells this, in this order; who was there."""
    event = hosting.create_event(bridge.db, a_draft(), NOW)
    zoom_id = str(uuid.uuid4().int)[:11]
    with bridge.db.transaction() as connection:
        kept = webinars.find_by_event(connection, event.id)
        assert kept is not None
        webinars.adopt(connection, kept.id, zoom_id, "host@example.org")
    for name, minute, stay in told:
        at = NOW + minute * MINUTE
        participant = stay and {"user_id": stay, "user_name": stay.partition("-")[0]}
        announce(bridge, name, zoom_id, at, uuid=f"sitting-{event.id}", participant=participant)
    run(bridge, "apply_webhooks")
    return room(bridge, event)
