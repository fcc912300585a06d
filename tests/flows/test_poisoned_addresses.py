"""One address that Zoom will not take, and weather, stop nobody else."""

from datetime import timedelta

import pytest

from tests.builders import an_attendee
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import (
    at_zoom,
    attend,
    in_zoom,
    look,
    rows,
    twin,
)
from tests.flows.registrants import adds, guests, refuse, sync, sync_until_quiet
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee, ZoomStanding
from zoom_bridge.flows import hosting, registering
from zoom_bridge.simulator import guest_list
from zoom_bridge.simulator.faults import RetryAfter
from zoom_bridge.simulator.world import World

pytestmark = pytest.mark.usefixtures("patient_zoom")


def on_zooms_panel(world: World) -> Attendee:
    """Somebody whom Zoom does not take as a registrant, and of whom we do not know why."""
    petra = an_attendee(email="petra@example.org")
    guest_list.add_panelists(world, in_zoom(world)[0].id, [{"name": "Petra Podium", "email": petra.email}])
    return petra


def test_one_poisoned_address_does_not_stop_the_others(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Zoom refuses the whole call, because somebody made one of them a panelist there."""
    petra = on_zooms_panel(world)
    attend(bridge, event, *guests(14), petra, BEN)

    sync(bridge)

    stuck = look(bridge, event, petra)
    assert len(at_zoom(world)) == 15
    assert stuck.gave_up_at == clock()
    assert "invited as a panelist" in (stuck.last_error or "")
    assert stuck.zoom_standing is ZoomStanding.STUCK
    assert sync(bridge) == 0


def test_one_poisoned_address_stops_nobody_even_at_zooms_speed_limit(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Ten calls a second: trying thirty people one by one takes several rounds, and of the three times a day that
    Zoom may be asked for somebody, innocents need no more than two."""
    world.quotas.plan = "pro"
    attend(bridge, event, *guests(29), on_zooms_panel(world))

    while due := [row.due_at for row in rows(bridge, "registrations") if row.due_at]:
        # Whoever waits comes back together.
        clock.set(max(max(due), clock()))
        sync(bridge)

    assert len(at_zoom(world)) == 29
    spent = [
        world.quotas.spent_today("registration", str(twin(bridge, event).zoom_id), one) for one in at_zoom(world)
    ]
    assert max(spent) == 2


def test_one_persons_daily_limit_does_not_stop_the_others(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Zoom takes an address three times a day; somebody who comes and goes must not take thirty others along."""
    (anna,) = attend(bridge, event, ANNA)
    for _ in range(3):
        sync(bridge)
        registering.cancel(bridge.db, anna.key, clock.advance(minutes=1))
        sync(bridge)
        registering.come_back(bridge.db, anna.key, clock.advance(minutes=1))
    attend(bridge, event, *guests(10))

    sync(bridge)

    assert len(at_zoom(world)) == 10
    waiting = look(bridge, event, ANNA)
    assert waiting.gave_up_at is None
    assert waiting.due_at is not None
    assert waiting.due_at.date() == clock().date() + timedelta(days=1)
    sync_until_quiet(bridge, clock, hours=24)
    assert ANNA.email in at_zoom(world)


def test_a_daily_limit_of_the_whole_account_is_not_tried_person_by_person(
    bridge: Bridge, event: Event, world: World
) -> None:
    attend(bridge, event, *guests(30))
    world.faults.too_many(RetryAfter.DAILY, path="/batch_registrants", times=None)

    sync(bridge)

    assert adds(bridge) <= 4
    assert all(row.gave_up_at is None and row.due_at.day == 2 for row in rows(bridge, "registrations"))


def test_somebody_whom_zoom_will_not_take_off_does_not_stop_the_others(
    bridge: Bridge, event: Event, world: World
) -> None:
    people = attend(bridge, event, ANNA, BEN)
    sync(bridge)
    for person in people:
        registering.cancel(bridge.db, person.key, bridge.clock())
    attend(bridge, event, CHIARA)
    refuse(bridge, f"DELETE .*/registrants/{look(bridge, event, ANNA).registrant_id}")

    sync(bridge)

    assert at_zoom(world) == [ANNA.email, CHIARA.email]
    assert look(bridge, event, ANNA).gave_up_at is not None
    assert look(bridge, event, BEN).zoom_standing is ZoomStanding.REMOVED


def test_a_full_webinar_is_said_so_and_the_place_is_kept_here(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    world.faults.full()

    sync(bridge)

    anna = look(bridge, event, ANNA)
    assert anna.active
    assert anna.zoom_standing is ZoomStanding.STUCK
    assert "limit for this webinar" in (anna.last_error or "")
    world.faults.clear()
    hosting.sync_again(bridge.db, event.id, clock())
    sync(bridge)
    assert at_zoom(world) == [ANNA.email]


def test_zoom_being_down_burns_nobody_and_everybody_arrives_afterwards(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, *guests(40))
    world.faults.down()
    end = clock() + timedelta(hours=1)
    while clock() < end:
        sync(bridge)
        clock.advance(minutes=3)
    world.faults.clear()

    sync_until_quiet(bridge, clock)

    assert len(at_zoom(world)) == 40
    assert max(
        in_zoom(world)[0].registrants.values(), key=lambda one: one.created_at
    ).created_at <= end + timedelta(minutes=6)
