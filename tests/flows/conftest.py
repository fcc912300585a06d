"""A pretend Zoom that has the event already."""

from typing import Any

import pytest

from tests.cast import ANNA, BEN
from tests.flows.deeds import attend, in_zoom, run
from tests.flows.evenings import deliver
from tests.flows.registrants import clear
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.simulator.world import World


@pytest.fixture
def webinar(bridge: Bridge, event: Event, world: World) -> Any:
    """At Zoom, with Anna and Ben on the list; what Zoom told of that is applied."""
    attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants")
    deliver(bridge, world)
    return in_zoom(world)[0]


@pytest.fixture
def patient_zoom(bridge: Bridge, event: Event, world: World) -> None:
    """Zoom has the event already, and is in no hurry to say "too many"."""
    world.quotas.plan = "unlimited"
    run(bridge, "sync_webinars")
    clear(bridge)
