"""The whole house on ports of this machine, for a real browser: our pages, the pretend Zoom, a mail catcher with its
mailbox page, and twins of our pages that are out of order. Its clock stands still until it is set.

It knows nothing of pytest, because the gallery is made without. What is played in it is in `repertoire.py`."""

import threading
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from jobs.timetable import TIMETABLE
from tests.clock import Clock
from tests.wire.watching import watch, watch_world
from zoom_bridge.bridge import Bridge, assemble
from zoom_bridge.config import settings_from
from zoom_bridge.listening import Listener
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.simulator.records import SimulatorSettings
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.server import create_simulator
from zoom_bridge.simulator.world import World
from zoom_bridge.store.database import Database
from zoom_bridge.web.app import create_app
from zoom_bridge.web.mailbox import create_mailbox

LOOPBACK = "127.0.0.1"
ZOOM_HOST = "webinar-1@example.org"

#: The houses that people see. The last two are ours as well, with a page that breaks and without their database.
HOUSES = ("web", "zoom", "mailbox", "broken", "unreachable")


class Port:
    """Serves an app on a free port. The address is known before there is an app, because settings need it."""

    def __init__(self) -> None:
        self.app: Any = None
        self._listener = Listener(self._answer, LOOPBACK, 0)
        self.address = f"http://{LOOPBACK}:{self._listener.port}"
        self._listener.start()

    def _answer(self, environ: Any, start_response: Any) -> Any:
        return self.app(environ, start_response)

    def close(self) -> None:
        self._listener.stop()


@dataclass
class Playhouse:
    """`with Playhouse(folder) as house:` – everything is there when it begins and gone when it ends."""

    folder: Path
    clock: Clock = field(default_factory=Clock)

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.ports = {name: Port() for name in HOUSES}
        self.catcher = MailCatcher(self.folder / "letters")
        self.catcher.start()
        self.world = watch_world(World(self._simulator_settings(), self.clock))
        self.sender = WebhookSender(self.world, seed=1)
        self.bridge = self._assembled()
        self.bridge.db.create_all()
        self._lost = Database(f"sqlite:///{self.folder / 'no such folder' / 'bridge.db'}")
        self.apps = {
            "web": create_app(self.bridge),
            "zoom": watch(create_simulator(self.world)),
            "mailbox": create_mailbox(self.catcher),
            "broken": create_app(self.bridge),
            "unreachable": create_app(replace(self.bridge, db=self._lost)),
        }
        self.apps["web"].config["GLANCE_GOOD_FOR"] = 0
        self.apps["broken"].add_url_rule("/breaks", "breaks", _breaks)
        for name, app in self.apps.items():
            self.ports[name].app = app
        return self

    def __exit__(self, *_: object) -> None:
        for port in self.ports.values():
            port.close()
        self.sender.stop()
        self.bridge.post.close()
        self.bridge.db.dispose()
        self._lost.dispose()
        self.catcher.stop()

    def address(self, house: str = "web") -> str:
        return self.ports[house].address

    def at(self, instant: datetime) -> datetime:
        return self.clock.set(instant)

    def work(self) -> None:
        """Every job runs, and every webhook arrives, until nothing is due any more by the clock."""
        for _ in range(20):
            if not self.sender.deliver_due() + sum(job.run(self.bridge, threading.Event()) for job in TIMETABLE):
                return
        raise AssertionError("there is always something due")

    def _assembled(self) -> Bridge:
        zoom = self.address("zoom")
        settings = settings_from(
            {
                "web": {
                    "base_url": self.address(),
                    "secret_key": "a secret of the playhouse, long enough for all",
                },
                "database": {"url": f"sqlite:///{self.folder / 'bridge.db'}"},
                "zoom": {
                    "oauth_url": zoom,
                    "api_url": f"{zoom}/v2",
                    "account_id": "account",
                    "client_id": "client",
                    "client_secret": "client-secret",
                    "webhook_secret": "webhook-secret",
                    "host": ZOOM_HOST,
                },
                "mail": {
                    "host": LOOPBACK,
                    "port": self.catcher.port,
                    "security": "none",
                    "sender": "events@example.org",
                },
            }
        )
        bridge = assemble(settings, self.clock)
        return replace(bridge, zoom=bridge.zoom.unpaced())

    def _simulator_settings(self) -> SimulatorSettings:
        return SimulatorSettings(
            public_url=self.address("zoom"),
            webhook_url=f"{self.address()}/zoom/webhooks",
            webhook_secret="webhook-secret",
            account_id="account",
            client_id="client",
            client_secret="client-secret",
        )


def _breaks() -> str:
    raise RuntimeError("this page breaks, so that its visitors see what they see then")
