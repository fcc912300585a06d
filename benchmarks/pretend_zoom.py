"""The pretend Zoom to measure against: it tells nobody what happens, and counts what it is asked. As a program of its
own; `/asked` tells the counts."""

import argparse
import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from benchmarks.programs import LOOPBACK
from zoom_bridge.config import load_settings
from zoom_bridge.listening import Listener
from zoom_bridge.simulator.records import SimulatorSettings
from zoom_bridge.simulator.server import create_simulator
from zoom_bridge.simulator.world import World


class Counting:
    """Around the application: how often which call was made and how it was answered, and between which instants."""

    def __init__(self, app: Callable[..., Iterable[bytes]], world: World) -> None:
        self._app = app
        self._world = world
        self._lock = threading.Lock()
        self.start_over()

    def start_over(self) -> None:
        self.calls: Counter[str] = Counter()
        self.began: dict[str, float] = {}
        self.ended: dict[str, float] = {}
        self.busy: dict[str, float] = defaultdict(float)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path in ("/asked", "/start-over", "/fill-in"):
            answer = json.dumps(self._asked()).encode()
            if path == "/start-over":
                self.start_over()
            elif path == "/fill-in":
                self._fill_in(int(environ["QUERY_STRING"]))
            start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(answer)))])
            return [answer]
        began, statuses = time.monotonic(), []

        def started(status: str, *rest: Any) -> Any:
            statuses.append(status[:3])
            return start_response(status, *rest)

        body = b"".join(self._app(environ, started))
        ended = time.monotonic()
        with self._lock:
            kind = f"{environ['REQUEST_METHOD']} {path.rpartition('/')[2]}"
            self.calls[f"{kind} {statuses[0]}"] += 1
            self.began.setdefault(kind, began)
            self.ended[kind] = ended
            self.busy[kind] += ended - began
        return [body]

    def _fill_in(self, people: int) -> None:
        """So many are on the list of the first webinar."""
        with self._world.lock:
            first = next(iter(self._world.webinars.values()))
            for n in range(1, people + 1):
                self._world.register(first.id, f"ben-{n}@example.org", "Ben", f"Brandt {n}", approve=True)

    def _asked(self) -> dict[str, Any]:
        spent = [
            self._world.quotas.spent_today("registration", str(webinar.id), one.email.lower())
            for webinar in self._world.webinars.values()
            for one in webinar.registrants.values()
        ]
        lasted = {kind: self.ended[kind] - self.began[kind] for kind in self.began}
        return {"calls": self.calls, "lasted": lasted, "busy": self.busy, "asked_for": Counter(spent)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--plan", required=True)
    asked = parser.parse_args()
    zoom = load_settings(asked.config).zoom
    world = World(
        SimulatorSettings(
            public_url=f"http://{LOOPBACK}:{asked.port}",
            webhook_url="",
            webhook_secret=zoom.webhook_secret.get_secret_value(),
            account_id=zoom.account_id,
            client_id=zoom.client_id,
            client_secret=zoom.client_secret.get_secret_value(),
            plan=asked.plan,
            capacity=50_000,
        )
    )
    Listener(Counting(create_simulator(world), world), LOOPBACK, asked.port, threads=24).start()
    threading.Event().wait()


if __name__ == "__main__":
    main()
