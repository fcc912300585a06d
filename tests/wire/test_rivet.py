"""Zoom's own library (npm's @zoom/rivet) is a client of the pretend Zoom, and its receiver takes the pretend Zoom's
webhooks. Node, npm and its registry must be at hand; the library is put into pytest's cache."""

import fcntl
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.clock import Clock
from tests.conftest import need
from tests.wire.ledger import Ledger
from tests.wire.watching import watch, watch_world
from zoom_bridge.listening import Listener
from zoom_bridge.simulator.records import SimulatorSettings
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.server import create_simulator
from zoom_bridge.simulator.world import World

RIVET = "@zoom/rivet@0.4.0"
#: A registry that does not answer must not hold up the tests.
PATIENCE = ("--fetch-retries=0", "--fetch-timeout=15000")
SCRIPT = Path(__file__).with_name("rivet.mjs")
HOST = "webinar-1@example.org"
LOOPBACK = "127.0.0.1"


@pytest.fixture(scope="session")
def library(pytestconfig: pytest.Config) -> Path:
    """A folder in which Node finds the library, and the script beside it."""
    need("rivet", shutil.which("node") and (npm := shutil.which("npm")))
    cache = pytestconfig.cache
    assert cache is not None
    folder = cache.mkdir("rivet")
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "done").exists():
            (folder / "package.json").write_text('{"private": true}')
            command = [npm, "install", RIVET, "--no-audit", "--no-fund", "--ignore-scripts", *PATIENCE]
            try:
                put = subprocess.run(command, cwd=folder, capture_output=True, timeout=45, check=False)
            except subprocess.TimeoutExpired:
                put = None
            need("rivet", put and put.returncode == 0)
            (folder / "done").touch()
        shutil.copy(SCRIPT, folder)
    return folder


class Rivet:
    """The library in a process of its own. It ends by itself after two minutes, whatever happens."""

    def __init__(self, folder: Path, world: World) -> None:
        settings = world.settings
        told = {
            "zoom": settings.public_url,
            "host": HOST,
            "accountId": settings.account_id,
            "clientId": settings.client_id,
            "clientSecret": settings.client_secret,
            "webhookSecret": settings.webhook_secret,
        }
        self.process = subprocess.Popen(
            ["node", str(folder / SCRIPT.name), json.dumps(told)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.receiver = f"http://{LOOPBACK}:{self._answer()['receiver']}/zoom/events"

    def __call__(self, act: str) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write(f"{act}\n")
        self.process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self.process.stdout
        assert self.process.stderr
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        told: dict[str, Any] = json.loads(line)
        return told

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """The library knows Zoom best: what it asks is held against our contract as well."""
    ledger = Ledger()
    yield ledger
    assert not ledger.take_wrongs()


@pytest.fixture
def world(ledger: Ledger, clock: Clock) -> Iterator[World]:
    """A pretend Zoom on a port of this machine."""
    world = World(
        SimulatorSettings(
            public_url="",
            webhook_url="http://nobody.example.org",
            webhook_secret="webhook-secret",
            account_id="account",
            client_id="client",
            client_secret="client-secret",
        ),
        clock,
    )
    listener = Listener(watch(create_simulator(watch_world(world, ledger)), ledger), LOOPBACK, 0)
    listener.start()
    world.settings = replace(world.settings, public_url=f"http://{LOOPBACK}:{listener.port}")
    yield world
    listener.stop()


@pytest.fixture
def rivet(library: Path, world: World) -> Iterator[Rivet]:
    rivet = Rivet(library, world)
    yield rivet
    rivet.end()


def test_zooms_own_library_works_with_the_pretend_zoom(rivet: Rivet, world: World, ledger: Ledger) -> None:
    prepared = rivet("prepare")
    registered = rivet("register")
    webinar_id = prepared["id"]
    world.start(webinar_id)
    world.join(webinar_id, registered["ben"])
    world.end(webinar_id)
    told = rivet("report")

    assert prepared == {
        "statuses": [201, 204],
        "tracked": True,
        "id": webinar_id,
        "topic": "Gute Nachbarn",
        "listed": [webinar_id],
    }
    assert registered == {
        "statuses": [201, 201, 204, 204],
        "approved": ["Anna", "Ben"],
        "denied": ["Chiara"],
        "panel": ["Petra Podium"],
        "ben": registered["ben"],
    }
    assert [name for name, _ in told["present"]][-1:] == ["Ben Brandt"]
    assert told["refused"].startswith("[404/3001]")
    assert ledger.counted["exchanges"] >= 14


def test_the_receiver_of_zooms_own_library_takes_the_webhooks(rivet: Rivet, world: World) -> None:
    webinar_id = rivet("prepare")["id"]
    ben = rivet("register")["ben"]
    sender = WebhookSender(world, _post)
    world.settings = replace(world.settings, webhook_url=rivet.receiver)
    world.outgoing.clear()

    asked = sender.ask_whether_ours()
    world.register(webinar_id, "dora@example.org", "Dora", "Dörn")
    world.start(webinar_id)
    world.join(webinar_id, ben)
    world.end(webinar_id)
    attempts = sender.deliver_due()
    heard = rivet("report")["heard"]
    sender.stop()

    assert asked is True
    assert attempts >= 5
    assert {note.status for note in world.log} == {200}
    assert [one["event"] for one in heard][:1] == ["webinar.registration_created"]
    assert heard[0]["object"]["registrant"]["last_name"] == "Dörn"
    assert {one["event"] for one in heard} == {
        "webinar.registration_created",
        "webinar.participant_joined",
        "webinar.ended",
    }
    assert {str(one["object"]["id"]) for one in heard} == {str(webinar_id)}


def _post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
    """More patient than Zoom, for slow machines."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(url, data=body, headers=headers, timeout=60)
    return answer.status_code, answer.content
