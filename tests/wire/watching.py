"""Watches the pretend Zoom while tests use it: what our client asks, what Zoom answers and what it tells by itself is
held against the contract. A layer around a simulator's app sees each exchange, below the weather: what a mood does to
an answer is not Zoom's fault. Whoever else speaks to the simulator may ask nonsense; the answer must be right even so."""

import functools
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tests.wire.contract import contract
from tests.wire.ledger import LEDGER, Ledger

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

#: Who knows what Zoom wants: our client, and Zoom's own library.
_VERSED = ("zoom-bridge", "rivet/")
_OF_THE_API = ("/v2/", "/oauth/")


def watch(app: Any, ledger: Ledger = LEDGER) -> Any:
    """The simulator, watched. It is changed in place and given back."""
    weather = app.wsgi_app
    weather._app = _Watched(weather._app, ledger)
    return app


def watch_world(world: "World", ledger: Ledger = LEDGER) -> "World":
    """The same for what this Zoom tells by itself, as it goes into the queue of webhooks."""
    enqueue = world.enqueue

    @functools.wraps(enqueue)
    def watched(event: str, webinar_id: int | None, message: dict[str, Any], *more: Any, **named: Any) -> None:
        ledger.note("webhooks", event, contract().wrong_in_webhook(message))
        enqueue(event, webinar_id, message, *more, **named)

    world.enqueue = watched  # type: ignore[method-assign]
    return world


def watch_post(post: Callable[..., Any], ledger: Ledger = LEDGER) -> Callable[..., Any]:
    """The same for the question whether an address is ours, which goes out without a queue."""

    def watched(url: str, body: bytes, headers: Mapping[str, str]) -> Any:
        if b"endpoint.url_validation" in body:
            ledger.note("webhooks", "endpoint.url_validation", contract().wrong_in_webhook(json.loads(body)))
        return post(url, body, headers)

    return watched


class _Watched:
    def __init__(self, app: Any, ledger: Ledger) -> None:
        self._app = app
        self._ledger = ledger

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(_OF_THE_API):
            return self._app(environ, start_response)
        method = environ["REQUEST_METHOD"]
        asked = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        started: list[Any] = []

        def start(status: str, headers: Any, *more: Any) -> Any:
            started[:] = [int(status[:3]), dict(headers)]
            return start_response(status, headers, *more)

        chunks = self._app({**environ, "wsgi.input": io.BytesIO(asked)}, start)
        try:
            body = b"".join(chunks)
        finally:
            if close := getattr(chunks, "close", None):
                close()
        # On the line the path is Latin-1 in disguise.
        path = path.encode("latin-1").decode(errors="replace")
        status, headers = started
        wrongs = contract().wrong_in_answer(method, path, status, body)
        if "x-zm-trackingid" not in {name.lower() for name in headers}:
            wrongs.append(f"{method} {path}, answer {status}: has no x-zm-trackingid")
        if environ.get("HTTP_USER_AGENT", "").startswith(_VERSED):
            wrongs += contract().wrong_in_request(method, path, environ.get("QUERY_STRING", ""), asked)
        call = contract().find(method, path) if status < 400 else None
        self._ledger.note("exchanges", call.name if call else "", wrongs)
        return [body]
