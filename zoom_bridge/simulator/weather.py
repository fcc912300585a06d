"""What a fault does to a request: a WSGI layer around the pretend Zoom's API. The control pages stay fair.

When the line is to be cut, the socket is closed where the server lets us reach it. Where there is none (a test that
calls the app within its process), the caller finds the header X-Zoom-Bridge-Lost and raises the error itself."""

import io
import json
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any

from zoom_bridge.simulator.announcements import instant
from zoom_bridge.simulator.faults import Fault, Faults, Kind, RetryAfter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Also known to the tests: "request" or "answer", whichever got lost.
LOST_HEADER = "X-Zoom-Bridge-Lost"
PAGE = b"<html><head><title>%s</title></head><body><center><h1>%s</h1></center><hr><center>nginx</center></body></html>"


class Weather:
    def __init__(
        self,
        app: "WSGIApplication",
        faults: Faults,
        now: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._app = app
        self._faults = faults
        self._now = now
        self._sleep = sleep

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        fault = self._faults.strike(method, path) if path.startswith(("/v2/", "/oauth/")) else None
        if fault is None:
            return self._app(environ, start_response)
        return self._struck(fault, environ).send(start_response)

    def _struck(self, fault: Fault, environ: "WSGIEnvironment") -> "_Answer":
        match fault.kind:
            case Kind.STATUS:
                return _json(fault.status, {"code": fault.status, "message": "Internal error."})
            case Kind.DOWN:
                return _json(503, {"code": 503, "message": "Service is temporarily unavailable."})
            case Kind.BAD_GATEWAY_PAGE | Kind.OK_PAGE:
                return _page(fault.status)
            case Kind.TOO_MANY:
                return self._too_many(fault)
            case Kind.AT_THE_SAME_TIME:
                words = "Too many concurrent requests. A request to change this resource is being carried out."
                return _json(429, {"code": 429, "message": words})
            case Kind.UNAUTHORISED:
                return _json(401, {"code": 124, "message": "Access token is expired."})
            case Kind.REDIRECT:
                return _Answer("302 Found", [("Location", "https://elsewhere.example.org/v2/")], b"")
            case Kind.REQUEST_LOST | Kind.CUT_OFF:
                return _cut(environ, "request")
            case Kind.SLOW:
                self._sleep(fault.seconds)
        return self._tampered(fault, environ)

    def _tampered(self, fault: Fault, environ: "WSGIEnvironment") -> "_Answer":
        """Carried out, and then something happens to the answer."""
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length)
        answer = _run(self._app, environ, body)
        match fault.kind:
            case Kind.TWICE:
                return _run(self._app, environ, body)
            case Kind.ANSWER_LOST:
                return _cut(environ, "answer")
            case Kind.BROKEN_JSON:
                return answer.with_body(answer.body[:-1] + b",}")
            case Kind.TRUNCATED:
                return answer.with_body(answer.body[: len(answer.body) // 2], keep_length=True)
            case Kind.STRANGE_FIELDS:
                return answer.with_json(_with_strange_fields)
            case Kind.TEXT_IDS:
                return answer.with_json(_with_text_ids)
            case Kind.DRIP:
                answer.pause = lambda: self._sleep(fault.seconds)
        return answer

    def _too_many(self, fault: Fault) -> "_Answer":
        later = self._now() + timedelta(seconds=fault.seconds)
        midnight = self._now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        headers = {
            RetryAfter.NOTHING: "",
            RetryAfter.SECONDS: str(int(fault.seconds)),
            RetryAfter.ISO: instant(later),
            RetryAfter.HTTP_DATE: format_datetime(later.astimezone(UTC), usegmt=True),
            RetryAfter.DAILY: instant(midnight),
            RetryAfter.NONSENSE: "soon",
        }
        daily = fault.retry_after is RetryAfter.DAILY
        words = (
            "daily rate limit for this API. Refer to the response header for details on when you can make another "
            "request."
            if daily
            else "per-second rate limit for this API. Try again later."
        )
        answer = _json(429, {"code": 429, "message": f"You have reached the maximum {words}"})
        answer.headers.append(("X-RateLimit-Type", "Daily-limit" if daily else "QPS"))
        if headers[fault.retry_after]:
            answer.headers.append(("Retry-After", headers[fault.retry_after]))
        return answer


class _Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.length = len(body)
        self.pause: Callable[[], None] | None = None

    def with_body(self, body: bytes, keep_length: bool = False) -> "_Answer":
        self.body = body
        self.length = self.length if keep_length else len(body)
        return self

    def with_json(self, change: Callable[[Any], Any]) -> "_Answer":
        if self.body:
            self.with_body(json.dumps(change(json.loads(self.body))).encode())
        return self

    def send(self, start_response: "StartResponse") -> Iterable[bytes]:
        headers = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        if not self.status.startswith("204"):
            headers.append(("Content-Length", str(self.length)))
        start_response(self.status, headers)
        return self._dripping(self.pause) if self.pause else [self.body]

    def _dripping(self, pause: Callable[[], None]) -> Iterator[bytes]:
        for byte in self.body:
            pause()
            yield bytes([byte])


def _run(app: "WSGIApplication", environ: "WSGIEnvironment", body: bytes) -> _Answer:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        started[:] = [status, headers]
        return lambda _: None

    chunks = app({**environ, "wsgi.input": io.BytesIO(body)}, start_response)
    try:
        content = b"".join(chunks)
    finally:
        if close := getattr(chunks, "close", None):
            close()
    return _Answer(started[0], started[1], content)


def _json(status: int, body: dict[str, Any]) -> _Answer:
    return _Answer(
        f"{status} Struck", [("Content-Type", "application/json;charset=UTF-8")], json.dumps(body).encode()
    )


def _page(status: int) -> _Answer:
    title = b"Welcome" if status == 200 else b"%d Bad Gateway" % status
    return _Answer(f"{status} Struck", [("Content-Type", "text/html")], PAGE % (title, title))


def _cut(environ: "WSGIEnvironment", lost: str) -> _Answer:
    if line := _line(environ):
        with suppress(OSError):  # already gone, which is what was wanted
            line.shutdown(socket.SHUT_RDWR)
    return _Answer("200 Lost", [(LOST_HEADER, lost)], b"")


def _line(environ: "WSGIEnvironment") -> socket.socket | None:
    channel = getattr(environ.get("waitress.client_disconnected"), "__self__", None)
    found = environ.get("werkzeug.socket") or environ.get("gunicorn.socket") or getattr(channel, "socket", None)
    return found if isinstance(found, socket.socket) else None


def _with_strange_fields(value: Any) -> Any:
    if isinstance(value, dict):
        known = {name: _with_strange_fields(item) for name, item in value.items()}
        return {"zz_new": {"deep": [1, None]}, **known, "zz_null": None}
    return [_with_strange_fields(item) for item in value] if isinstance(value, list) else value


def _with_text_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: str(item) if name == "id" and isinstance(item, int) else _with_text_ids(item)
            for name, item in value.items()
        }
    return [_with_text_ids(item) for item in value] if isinstance(value, list) else value
