"""Addresses, answers and a server of raw bytes for the tests of this room."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from zoom_bridge.zoom.payloads import WebinarRequest

API = "https://api.zoom.example.org/v2"
OAUTH = "https://zoom.example.org"

Act = Callable[[socket.socket], None]


def a_token(token: str = "token-1", **changes: Any) -> dict[str, Any]:
    return {
        "access_token": token,
        "token_type": "bearer",
        "expires_in": 3599,
        "scope": "webinar:write:webinar:admin",
        "api_url": "https://api.zoom.us",
    } | changes


def a_request(**changes: Any) -> WebinarRequest:
    usual = {
        "topic": "Gute Nachbarschaft",
        "agenda": "Was wir lernen können.",
        "start_time": datetime(2026, 9, 7, 8, tzinfo=UTC),
        "minutes": 90,
        "timezone": "Europe/Berlin",
    }
    return WebinarRequest(**usual | changes)


def a_webinar(number: int = 95000000001, **changes: Any) -> dict[str, Any]:
    return {
        "id": number,
        "uuid": "mK3xP0wQT2abc==",
        "host_id": "hOst1",
        "topic": "Gute Nachbarschaft",
        "start_time": "2026-09-07T08:00:00Z",
        "duration": 90,
        "created_at": "2026-09-01T08:00:00Z",
        "join_url": f"https://zoom.example.org/j/{number}",
    } | changes


def an_answer(body: bytes, status: str = "200 OK", length: int | None = None) -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length or len(body)}\r\n\r\n"
    return head.encode() + body


@contextmanager
def a_server(*acts: Act) -> Iterator[str]:
    """A server on a free port of this machine that reads each request and then does as told, one act for each
    connection, the last one again and again. Gives its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    waiting = list(acts)

    def serve() -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                act = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                threading.Thread(target=play, args=(line, act), daemon=True).start()

    def play(line: socket.socket, act: Act) -> None:
        with line, suppress(OSError):
            read_request(line)
            act(line)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # Wakes the thread that waits in accept.
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def read_request(line: socket.socket) -> bytes:
    """Head and body, as far as its length says."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = line.recv(65_536)
        if not piece:
            raise ConnectionError
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    lengths = [row.partition(b":")[2] for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")]
    missing = int(lengths[0]) - len(body) if lengths else 0
    while missing > 0:
        piece = line.recv(65_536)
        missing -= len(piece) or missing
        received += piece
    return received
