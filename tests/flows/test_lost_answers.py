"""When Zoom's answer gets lost, nobody is added twice and nobody is left behind."""

import pytest

from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import (
    asked,
    at_zoom,
    attend,
    in_zoom,
    kill_during,
    look,
    rows,
)
from tests.flows.registrants import ADDING, adds, forget_in_answer, guests, sync, sync_until_quiet
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import ZoomStanding
from zoom_bridge.flows import registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import claims

pytestmark = pytest.mark.usefixtures("patient_zoom")


@pytest.mark.parametrize("mishap", ["lose_answer", "break_json", "truncate"])
def test_after_a_lost_answer_links_are_taken_from_the_list_without_asking_again(
    bridge: Bridge, event: Event, world: World, clock: Clock, mishap: str
) -> None:
    attend(bridge, event, ANNA, BEN)
    getattr(world.faults, mishap)("POST", "/batch_registrants")

    sync_until_quiet(bridge, clock)

    assert adds(bridge) == 1
    assert at_zoom(world) == [ANNA.email, BEN.email]
    for person in (ANNA, BEN):
        kept = look(bridge, event, person)
        assert kept.join_url
        assert kept.asked_zoom_at is None
        assert kept.zoom_standing is ZoomStanding.IN_LINE


@pytest.mark.parametrize("mishap", ["lose_request", "fail"])
def test_after_a_lost_request_the_list_is_read_and_then_asked_again(
    bridge: Bridge, event: Event, world: World, clock: Clock, mishap: str
) -> None:
    attend(bridge, event, ANNA)
    kind = {"lose_request": world.faults.lose_request, "fail": lambda m, p: world.faults.fail(500, m, p)}[mishap]
    kind("POST", "/batch_registrants")

    sync_until_quiet(bridge, clock)

    assert asked(bridge) == ["POST batch_registrants", *["GET registrants"] * 3, "POST batch_registrants"]
    assert at_zoom(world) == [ANNA.email]


@pytest.mark.parametrize("before", [True, False])
def test_a_worker_killed_around_the_call_adds_nobody_twice(
    bridge: Bridge, event: Event, world: World, clock: Clock, before: bool
) -> None:
    attend(bridge, event, *guests(5))
    kill_during(bridge, ADDING, lambda: sync(bridge), before=before)

    clock.advance(claims.LEASE)
    sync_until_quiet(bridge, clock)

    (webinar,) = in_zoom(world)
    assert len(webinar.registrants) == 5
    assert all(person.registrant_id in webinar.registrants for person in rows(bridge, "registrations"))
    assert len(asked(bridge)) == (5 if before else 2)


def test_half_an_answer_is_completed_from_the_list(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Zoom takes everybody and tells only of some."""
    attend(bridge, event, ANNA, BEN)
    forget_in_answer(bridge, BEN)

    sync_until_quiet(bridge, clock)

    assert adds(bridge) == 1
    assert look(bridge, event, BEN).join_url


def test_a_list_that_cannot_be_read_decides_nothing(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    world.faults.lose_answer("POST", "/batch_registrants")
    world.faults.fail(500, "GET", "/registrants", times=4)

    sync_until_quiet(bridge, clock)

    assert adds(bridge) == 1
    assert look(bridge, event, ANNA).join_url


def test_who_cancelled_while_nobody_knew_whether_they_were_added_is_taken_off_the_list(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    world.faults.lose_answer("POST", "/batch_registrants")
    sync(bridge)

    registering.cancel(bridge.db, anna.key, clock())
    sync_until_quiet(bridge, clock)

    assert in_zoom(world)[0].registrants == {}
    assert look(bridge, event, ANNA).zoom_standing is ZoomStanding.REMOVED


def test_who_cancelled_is_taken_off_even_when_zooms_list_is_behind(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    world.faults.lose_answer("POST", "/batch_registrants")
    world.faults.stale_lists(seconds=55)
    sync(bridge)

    registering.cancel(bridge.db, anna.key, clock())
    sync_until_quiet(bridge, clock)

    assert in_zoom(world)[0].registrants == {}
