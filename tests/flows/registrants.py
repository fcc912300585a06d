"""Bringing people to the pretend Zoom, and standing in its way."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from werkzeug.test import run_wsgi_app

from tests.builders import an_attendee
from tests.clock import Clock
from tests.flows.deeds import (
    asked,
    in_zoom,
    rows,
    run,
)
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import receiving
from zoom_bridge.simulator.world import World

ADDING, LETTING_IN, TAKING_OFF = "POST .*/batch_registrants", "PUT .*/status", "DELETE .*/registrants/.*"


def guests(number: int) -> list[Attendee]:
    return [an_attendee(email=f"guest{n}@example.org", first_name=f"Guest{n}") for n in range(number)]


def sync(bridge: Bridge) -> int:
    return run(bridge, "sync_registrants")


def sync_until_quiet(bridge: Bridge, clock: Clock, hours: float = 1) -> None:
    end = clock() + timedelta(hours=hours)
    while due := [row.due_at for row in rows(bridge, "registrations") if row.due_at and row.due_at <= end]:
        clock.set(max(min(due), clock()))
        sync(bridge)


def clear(bridge: Bridge) -> None:
    (network,) = bridge.zoom._session.adapters.values()
    network.asked.clear()


def adds(bridge: Bridge) -> int:
    return asked(bridge).count("POST batch_registrants")


def from_zooms_form(bridge: Bridge, world: World, person: Attendee) -> str:
    (webinar,) = in_zoom(world)
    world.outgoing.clear()
    registrant = world.register(webinar.id, person.email, person.first_name, person.last_name)
    for delivery in world.outgoing:
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), bridge.clock())
    run(bridge, "apply_webhooks")
    return registrant.id


def refuse(bridge: Bridge, call: str) -> None:
    """Zoom refuses this call for good."""
    _interpose(
        bridge, call, lambda answer: b'{"code": 300, "message": "This cannot be done."}', status="400 Bad Request"
    )


def forget_in_answer(bridge: Bridge, person: Attendee) -> None:
    """Zoom's next answer to adding says nothing of this person."""

    def without(answer: bytes) -> bytes:
        told = json.loads(answer)
        told["registrants"] = [one for one in told["registrants"] if one["email"] != person.email]
        return json.dumps(told).encode()

    _interpose(bridge, ADDING, without)


def _interpose(bridge: Bridge, call: str, change: Callable[[bytes], bytes], status: str | None = None) -> None:
    (network,) = bridge.zoom._session.adapters.values()
    usual = network.app

    def changed(environ: Any, start_response: Any) -> Any:
        if not re.fullmatch(call, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"):
            return usual(environ, start_response)
        if status:
            start_response(status, [("Content-Type", "application/json")])
            return [change(b"")]
        body, code, headers = run_wsgi_app(usual, environ, buffered=True)
        answer = change(b"".join(body))
        headers["Content-Length"] = str(len(answer))
        start_response(code, list(headers))
        return [answer]

    network.app = changed
