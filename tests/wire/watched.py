"""A pretend Zoom that is watched, with a ledger of its own and somebody who calls it as our client does."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask

from tests.clock import Clock
from tests.in_process import in_process_session
from tests.wire.ledger import Ledger
from tests.wire.watching import watch, watch_world
from zoom_bridge import simulator
from zoom_bridge.simulator.records import SimulatorSettings
from zoom_bridge.simulator.server import create_simulator
from zoom_bridge.simulator.world import World
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.oauth import Oauth

ZOOM = "https://zoom.example.org"
HOST = "webinar-1@example.org"


class Watched:
    def __init__(self) -> None:
        self.clock = Clock()
        settings = SimulatorSettings(
            public_url=ZOOM,
            webhook_url="https://events.example.org/zoom/webhooks",
            webhook_secret="webhook-secret",
            account_id="account",
            client_id="client",
            client_secret="client-secret",
        )
        self.ledger = Ledger()
        self.world = watch_world(World(settings, self.clock), self.ledger)
        self.app: Flask = watch(create_simulator(self.world), self.ledger)
        self.session = in_process_session({ZOOM: self.app})
        oauth = Oauth(self.session, ZOOM, "account", "client", "client-secret", self.clock)
        self.client = ZoomClient(self.session, oauth, f"{ZOOM}/v2", self.clock)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """What the API answers, which must be a yes."""
        headers = {"Authorization": f"Bearer {self.world.new_token()}", "User-Agent": "zoom-bridge"}
        answer = self.session.request(method, f"{ZOOM}/v2{path}", json=body, params=query, headers=headers)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def calls(self) -> set[tuple[str, str]]:
        """Every call that this Zoom takes: method and an example of its path."""
        return {
            (method, re.sub(r"<[^>]+>", lambda part: "1" if "number" in part[0] else "x", rule.rule))
            for rule in self.app.url_map.iter_rules()
            for method in rule.methods or ()
            if rule.rule.startswith(("/v2/", "/oauth/")) and method not in ("HEAD", "OPTIONS")
        }


@cache
def webhooks_it_can_send() -> set[str]:
    """By its code: whatever is named like a webhook there."""
    name = re.compile(r"(webinar|meeting|recording|endpoint)\.[a-z_]+")
    (folder,) = map(Path, simulator.__path__)
    return {
        node.value
        for module in folder.glob("*.py")
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and name.fullmatch(node.value)
        # Pages, and settings of a user.
        if not node.value.endswith((".html", "_recording"))
    }
