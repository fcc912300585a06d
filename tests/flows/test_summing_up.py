"""Figures are kept before people are forgotten: once, as they were, and of the event as it was held."""

from datetime import timedelta

from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import attend, current, rows, run
from tests.flows.test_forgetting import an_evening, forget
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import fold
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.result import Result
from zoom_bridge.flows import summing_up
from zoom_bridge.simulator.world import World
from zoom_bridge.store import sightings, tables


def figures(bridge: Bridge, event: Event, clock: Clock) -> Result:
    with bridge.db.reading() as connection:
        room = fold(sightings.list_for_event(connection, event.id))
        return summing_up.figures(connection, current(bridge, event), room, clock())


def test_the_figures_are_those_from_before_also_when_forgetting_took_several_attempts(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    an_evening(bridge, event, world, clock)
    before = figures(bridge, event, clock)
    clock.set(event.forget_at)
    world.faults.fail(500, "DELETE", "/registrants/*", times=1)
    forget(bridge)
    assert len(rows(bridge, "registrations")) == 2
    forget(bridge)

    assert rows(bridge, "registrations") == []
    assert figures(bridge, event, clock) == before
    assert (before.registered, before.came, before.guests) == (2, 2, before.there - 2)


def test_an_event_that_is_held_anew_has_new_figures(bridge: Bridge, event: Event, clock: Clock) -> None:
    attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants")
    clock.set(event.forget_at)
    forget(bridge)
    assert figures(bridge, event, clock).registered == 2

    with bridge.db.transaction() as connection:
        moved = event.ends_at + timedelta(days=365)
        connection.execute(tables.events.update().values(ends_at=moved, forget_at=moved + timedelta(days=30)))

    assert figures(bridge, event, clock).registered == 0
