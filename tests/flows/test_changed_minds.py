"""Who cancels, comes back or is denied during a call to Zoom is where they want to be in the end."""

import pytest

from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import (
    announce,
    at_zoom,
    attend,
    during,
    in_zoom,
    kill_during,
    look,
    run,
    twin,
)
from tests.flows.registrants import ADDING, TAKING_OFF, adds, sync, sync_until_quiet
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import ZoomStanding
from zoom_bridge.flows import hosting, receiving, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import claims

pytestmark = pytest.mark.usefixtures("patient_zoom")


def test_who_cancels_during_the_call_is_taken_off_again(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    anna, _ = attend(bridge, event, ANNA, BEN)
    during(bridge, ADDING, lambda: registering.cancel(bridge.db, anna.key, clock()))

    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == [BEN.email]
    assert look(bridge, event, ANNA).zoom_standing is ZoomStanding.REMOVED


def test_who_comes_back_during_the_call_is_there_in_the_end(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    sync(bridge)
    registering.cancel(bridge.db, anna.key, clock())
    during(bridge, TAKING_OFF, lambda: registering.come_back(bridge.db, anna.key, clock()))

    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == [ANNA.email]
    assert look(bridge, event, ANNA).registrant_id in in_zoom(world)[0].registrants


@pytest.mark.parametrize("before", [True, False])
def test_who_comes_back_after_the_worker_died_over_taking_them_off_is_there_in_the_end(
    bridge: Bridge, event: Event, world: World, clock: Clock, before: bool
) -> None:
    """Whether Zoom took them off nobody knows; their old link may be dead."""
    (anna,) = attend(bridge, event, ANNA)
    sync(bridge)
    registering.cancel(bridge.db, anna.key, clock())
    kill_during(bridge, TAKING_OFF, lambda: sync(bridge), before=before)

    registering.come_back(bridge.db, anna.key, clock())
    clock.advance(claims.LEASE)
    sync_until_quiet(bridge, clock)

    (registrant,) = in_zoom(world)[0].registrants.values()
    kept = look(bridge, event, ANNA)
    assert kept.registrant_id == registrant.id
    assert kept.join_url == world.join_url(in_zoom(world)[0], registrant)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("call", [ADDING, TAKING_OFF])
def test_an_organisers_wish_for_a_new_webinar_during_the_call_leaves_no_dead_links(
    bridge: Bridge, event: Event, world: World, clock: Clock, call: str, before: bool
) -> None:
    anna_and_ben = attend(bridge, event, ANNA, BEN)
    if call == TAKING_OFF:
        sync(bridge)
        registering.cancel(bridge.db, anna_and_ben[1].key, clock())

    def meanwhile() -> None:
        world.delete_webinar(in_zoom(world)[0].id)
        announce(bridge, "webinar.deleted", str(twin(bridge, event).zoom_id), clock())
        run(bridge, "apply_webhooks")
        hosting.recreate_webinar(bridge.db, event.id, clock())

    during(bridge, call, meanwhile, before=before)
    sync(bridge)
    run(bridge, "sync_webinars")
    sync_until_quiet(bridge, clock)

    kept = look(bridge, event, ANNA)
    (webinar,) = in_zoom(world)
    assert kept.registrant_id in webinar.registrants
    assert str(webinar.id) in (kept.join_url or "")
    assert twin(bridge, event).gone_at is None


def test_a_webinar_gone_at_zoom_is_noticed_and_nobody_is_tried_for_ever(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    world.delete_webinar(in_zoom(world)[0].id)

    sync_until_quiet(bridge, clock, hours=24)

    assert twin(bridge, event).gone_at is not None
    assert look(bridge, event, ANNA).zoom_standing is ZoomStanding.STUCK
    assert adds(bridge) == 1


def test_an_organisers_denial_at_zoom_during_the_call_is_noticed(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Anna is added anew while the news of her denial at Zoom is applied: in the end both sides say the same."""
    attend(bridge, event, ANNA)
    (webinar,) = in_zoom(world)

    def meanwhile() -> None:
        (registrant,) = webinar.registrants.values()
        clock.advance(seconds=1)
        world.change_status(webinar.id, "deny", registrant.id)
        for delivery in world.outgoing:
            receiving.keep(bridge.db, delivery.event, delivery.body.encode(), clock())
        run(bridge, "apply_webhooks")

    during(bridge, ADDING, meanwhile)
    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == []
    assert not look(bridge, event, ANNA).active
    assert look(bridge, event, ANNA).join_url is None
