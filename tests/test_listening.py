"""Starting and stopping in the middle of requests, again and again: nobody is cut off in the middle of an answer, no
thread stumbles, and the port is free afterwards."""

import http.client
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import pytest
import requests

from zoom_bridge.listening import Listener

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LOOPBACK = "127.0.0.1"
PAGE = b"<p>Guten Tag</p>" * 20_000


@pytest.fixture
def stumbles(caplog: pytest.LogCaptureFixture) -> Iterator[list[object]]:
    """What went wrong in any thread: must stay empty. waitress itself says in the log what it caught."""
    seen: list[object] = []
    before, threading.excepthook = threading.excepthook, seen.append
    yield seen
    threading.excepthook = before
    seen.extend(record for record in caplog.records if record.levelname in {"ERROR", "CRITICAL"})
    assert not seen


def page(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]


def ask_until_closed(port: int, answers: list[int]) -> None:
    """One kept-alive line, one request after another; what was begun to be answered must arrive whole."""
    line = http.client.HTTPConnection(LOOPBACK, port, timeout=10)
    try:
        while True:
            line.request("GET", "/")
            answer = line.getresponse()
            answers.append(len(answer.read()))
    except (ConnectionError, http.client.RemoteDisconnected):
        return
    finally:
        line.close()


def test_it_starts_and_stops_fifty_times_under_requests_and_no_thread_stumbles(stumbles: list[object]) -> None:
    answers: list[int] = []

    for _ in range(50):
        listener = Listener(page, LOOPBACK, 0, threads=2)
        listener.start()
        visitors = [threading.Thread(target=ask_until_closed, args=(listener.port, answers)) for _ in range(3)]
        for visitor in visitors:
            visitor.start()
        time.sleep(0.01)
        listener.stop()
        assert not listener.is_alive()
        for visitor in visitors:
            visitor.join(10)
        assert not any(visitor.is_alive() for visitor in visitors)

    assert len(answers) >= 50, "there were requests to be in the middle of"
    assert set(answers) == {len(PAGE)}


def test_the_request_in_hand_is_finished_and_answered(stumbles: list[object]) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        begun.set()
        go_on.wait(10)
        return page(environ, start_response)

    listener = Listener(slow, LOOPBACK, 0, threads=1)
    listener.start()
    answers: list[int] = []
    visitor = threading.Thread(target=ask_until_closed, args=(listener.port, answers))
    visitor.start()
    assert begun.wait(10)
    stopping = threading.Thread(target=listener.stop)
    stopping.start()
    wait_until_closed(listener.port)

    go_on.set()
    stopping.join(10)
    visitor.join(10)

    assert answers == [len(PAGE)]
    assert not listener.is_alive()


def wait_until_closed(port: int) -> None:
    """Nobody else gets in as soon as it is asked to stop, not only when the last request is finished."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except ConnectionError:
            return
        time.sleep(0.01)
    raise AssertionError("it still lets people in")


def test_a_line_that_a_browser_keeps_open_holds_nobody_up(stumbles: list[object]) -> None:
    listener = Listener(page, LOOPBACK, 0)
    listener.start()
    with requests.Session() as browser:
        assert browser.get(f"http://{LOOPBACK}:{listener.port}/", timeout=10).status_code == 200
        before = time.monotonic()

        listener.stop()

        assert time.monotonic() - before < 2


@pytest.fixture
def two_addresses(monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A name with two addresses, as localhost has them on most machines (127.0.0.1 and ::1), but not on all."""
    addresses = (LOOPBACK, "127.0.0.2")
    ask = socket.getaddrinfo

    def two(host: str, port: int, *more: int, **named: int) -> list[tuple]:
        names = addresses if host == "two.example.org" else (host,)
        return [answer for name in names for answer in ask(name, port, *more, **named)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    return addresses


def test_a_host_with_several_addresses_is_listened_at_on_each(
    stumbles: list[object], two_addresses: tuple[str, str]
) -> None:
    with socket.create_server(("127.0.0.2", 0)) as probe:
        port = int(probe.getsockname()[1])
    for _ in range(2):
        listener = Listener(page, "two.example.org", port)
        listener.start()

        answers = [requests.get(f"http://{one}:{port}/", timeout=10).status_code for one in two_addresses]
        listener.stop()

        assert answers == [200, 200]
        assert listener.port == port
        assert not listener.is_alive()
        for one in two_addresses:
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection((one, port), timeout=1)


def test_a_taken_port_is_refused_and_nothing_is_left_open() -> None:
    with socket.create_server((LOOPBACK, 0)) as taken, pytest.raises(OSError, match="in use"):
        Listener(page, LOOPBACK, taken.getsockname()[1])


def test_it_can_be_stopped_twice_and_before_it_was_started(stumbles: list[object]) -> None:
    listener = Listener(page, LOOPBACK, 0)
    port = listener.port

    listener.stop()
    listener.stop()

    again = Listener(page, LOOPBACK, port)
    again.start()
    assert requests.get(f"http://{LOOPBACK}:{port}/", timeout=10).status_code == 200
    again.stop()
