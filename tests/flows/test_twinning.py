"""A webinar that something on the way made twice is there once in the end."""

from datetime import timedelta

import pytest

from tests.cast import BEN
from tests.clock import Clock
from tests.flows.deeds import drifts, in_zoom, rows, run, twin
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World


@pytest.fixture
def double(bridge: Bridge, event: Event, world: World) -> Webinar:
    """The one of the two that we know nothing of."""
    world.faults.do_twice("POST", "/webinars")
    run(bridge, "sync_webinars")
    (other,) = [one for one in in_zoom(world) if str(one.id) != twin(bridge, event).zoom_id]
    return other


def look(bridge: Bridge, clock: Clock) -> None:
    clock.set(max(rows(bridge, "looks", kind="webinar")[0].due_at, clock()))
    run(bridge, "look_at_webinars")


def test_a_request_that_arrived_twice_leaves_one_webinar(
    bridge: Bridge, event: Event, world: World, double: Webinar, clock: Clock
) -> None:
    before = len(in_zoom(world))

    look(bridge, clock)

    assert before == 2
    assert [str(one.id) for one in in_zoom(world)] == [twin(bridge, event).zoom_id]
    assert drifts(bridge, event) == {}


def test_the_second_webinar_stays_and_is_told_of_while_somebody_is_in_it(
    bridge: Bridge, event: Event, world: World, double: Webinar, clock: Clock
) -> None:
    world.register(double.id, BEN.email, BEN.first_name, BEN.last_name)

    look(bridge, clock)

    assert len(in_zoom(world)) == 2
    assert drifts(bridge, event).keys() == {"doubled"}


def test_a_copy_that_somebody_made_later_is_theirs(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    (ours,) = in_zoom(world)
    clock.advance(minutes=10)
    world.create_webinar(event.zoom_host, {"topic": ours.topic, "agenda": ours.agenda, "duration": 60})

    look(bridge, clock)

    assert len(in_zoom(world)) == 2
    assert drifts(bridge, event) == {}


def test_a_second_webinar_that_zoom_does_not_delete_is_told_of_and_looks_go_on(
    bridge: Bridge, event: Event, world: World, double: Webinar, clock: Clock
) -> None:
    world.faults.fail(400, "DELETE", "/webinars/*")

    look(bridge, clock)

    assert drifts(bridge, event).keys() == {"doubled"}
    assert rows(bridge, "looks", kind="webinar")[0].due_at == clock() + timedelta(hours=6)


def test_twins_that_cannot_be_looked_for_stop_no_look(
    bridge: Bridge, event: Event, world: World, double: Webinar, clock: Clock
) -> None:
    world.faults.fail(400, "GET", "/users/*/webinars", times=None)

    look(bridge, clock)

    assert rows(bridge, "looks", kind="webinar")[0].due_at == clock() + timedelta(hours=6)
