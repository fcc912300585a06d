"""Evenings at the pretend Zoom, and what we make of what it tells."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import in_zoom, rows, run
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import Room, fold
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import receiving
from zoom_bridge.simulator.world import World
from zoom_bridge.store import sightings

MINUTE = timedelta(minutes=1)


def deliver(bridge: Bridge, world: World, change: Callable[[list[Any]], list[Any]] = list) -> None:
    """What the pretend Zoom has to tell is kept, in this order, and applied."""
    for delivery in change(world.outgoing):
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), bridge.clock())
    world.outgoing.clear()
    run(bridge, "apply_webhooks")


def begin(bridge: Bridge, event: Event, world: World, clock: Clock) -> tuple[Any, dict[str, str]]:
    """The webinar starts, with everybody registered at the pretend Zoom, and nothing of it is told yet. Returns it, and
    the registrants' numbers by address."""
    run(bridge, "sync_webinars", "sync_registrants", "send_mail")
    world.outgoing.clear()
    (webinar,) = in_zoom(world)
    clock.set(event.starts_at)
    world.start(webinar.id)
    return webinar, {one.email: one.id for one in webinar.registrants.values()}


def room(bridge: Bridge, event: Event) -> Room:
    with bridge.db.reading() as connection:
        return fold(sightings.list_for_event(connection, event.id))


def minutes(bridge: Bridge, event: Event) -> dict[str, float]:
    found = room(bridge, event)
    return {one.name: one.time_present(bridge.clock()) / MINUTE for one in found.attendances}


def outcomes(bridge: Bridge) -> list[str]:
    return [row.outcome for row in rows(bridge, "deliveries")]


def hold(bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock) -> None:
    """An evening: Anna comes, goes and comes again; Ben stays to the end; a guest looks in."""
    ids = {one.email: one.id for one in webinar.registrants.values()}
    clock.set(event.starts_at)
    world.start(webinar.id)
    first = world.join(webinar.id, ids[ANNA.email])
    clock.advance(minutes=10)
    world.join(webinar.id, ids[BEN.email])
    guest = world.join(webinar.id, name="Gast", email="")
    clock.advance(minutes=10)
    world.leave(webinar.id, first)
    world.leave(webinar.id, guest)
    clock.advance(minutes=10)
    world.join(webinar.id, ids[ANNA.email])
    clock.advance(minutes=30)
    world.end(webinar.id)
