"""A pretend Zoom with one webinar, and a caller that holds a token."""

from dataclasses import dataclass
from typing import Any

import pytest
import requests
from flask import Flask

from tests.clock import Clock
from tests.in_process import in_process_session
from tests.wire.watching import watch, watch_world
from zoom_bridge.simulator.records import SimulatorSettings, Webinar
from zoom_bridge.simulator.server import create_simulator
from zoom_bridge.simulator.world import World

ZOOM = "https://zoom.example.org"
HOST = "webinar-1@example.org"
WEBINAR = {
    "topic": "Gute Nachbarschaft",
    "start_time": "2026-09-07T08:00:00Z",
    "duration": 90,
    "timezone": "Europe/Berlin",
    "settings": {"approval_type": 0},
}
ANNA = {"email": "anna@example.org", "first_name": "Anna", "last_name": "Albers"}
BEN = {"email": "ben@example.org", "first_name": "Ben", "last_name": "Brandt"}
CHIARA = {"email": "chiara@example.org", "first_name": "Chiara", "last_name": "Conti"}

SETTINGS = SimulatorSettings(
    public_url=ZOOM,
    webhook_url="https://events.example.org/zoom/webhooks",
    webhook_secret="webhook-secret",
    account_id="account",
    client_id="client",
    client_secret="client-secret",
)


@dataclass
class Caller:
    """Calls the API the way a client does, and shows the whole answer."""

    session: requests.Session
    token: str = ""

    def ask_token(self, secret: str = "client-secret", **form: str) -> requests.Response:
        data = {"grant_type": "account_credentials", "account_id": "account"} | form
        return self.session.post(f"{ZOOM}/oauth/token", data=data, auth=("client", secret))

    def sign_in(self) -> None:
        self.token = self.ask_token().json()["access_token"]

    def __call__(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.session.request(method, f"{ZOOM}/v2{path}", json=body, params=query, headers=headers)


@pytest.fixture
def world(clock: Clock) -> World:
    return watch_world(World(SETTINGS, clock))


@pytest.fixture
def app(world: World) -> Flask:
    return watch(create_simulator(world))


@pytest.fixture
def zoom(app: Flask) -> Caller:
    caller = Caller(in_process_session({ZOOM: app}))
    caller.sign_in()
    return caller


@pytest.fixture
def webinar(world: World) -> Webinar:
    webinar = world.create_webinar(HOST, WEBINAR)
    world.outgoing.clear()
    return webinar
