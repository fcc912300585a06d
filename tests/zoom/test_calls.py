"""Broken networks: what has certainly not happened, what may have, and that no call outlives its deadline."""

import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
import responses
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NameResolutionError

from tests.clock import Clock
from tests.zoom.stage import API, OAUTH, Act, a_request, a_server, a_webinar, an_answer, read_request
from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers, calls
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.oauth import Oauth

WEBINARS = f"{API}/users/olga/webinars"


def failed_create(zoom: ZoomClient) -> Failure:
    with pytest.raises(Failure) as failed:
        zoom.create_webinar("olga", a_request())
    return failed.value


def failed_get(zoom: ZoomClient) -> Failure:
    with pytest.raises(Failure) as failed:
        zoom.get_webinar("1")
    return failed.value


class ReadyToken(Oauth):
    """Has a token already, so that every connection in a test is one to the API."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(requests.Session(), OAUTH, "account-1", "client-1", "secret-1", clock)

    def token(self, until: float) -> str:
        return "token-1"


@pytest.fixture
def zoom_at(clock: Clock) -> Callable[..., ZoomClient]:
    def client(url: str, deadline: float = 5) -> ZoomClient:
        return ZoomClient(calls.new_session(), ReadyToken(clock), url, clock, deadline=deadline)

    return client


def reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half(line: socket.socket) -> None:
    line.sendall(an_answer(b'{"id": 95000000001, "topic": "Gu', length=500))


def close(line: socket.socket) -> None:
    pass


def garble(line: socket.socket) -> None:
    line.sendall(b"\x00\xff\xfe no http at all\r\n\r\n")


@pytest.mark.parametrize("act", [reset, half, close, garble])
def test_a_line_that_breaks_after_the_write_leaves_its_outcome_unknown(
    zoom_at: Callable[..., ZoomClient], act: Act
) -> None:
    with a_server(act) as url:
        create, get = failed_create(zoom_at(url)), failed_get(zoom_at(url))

    assert (create.outcome_unknown, get.outcome_unknown) == (True, False)
    assert not create.permanent
    assert create.message == answers.NO_ANSWER


def test_a_write_is_sent_once_however_the_line_breaks(zoom_at: Callable[..., ZoomClient]) -> None:
    connections: list[socket.socket] = []

    def count(line: socket.socket) -> None:
        connections.append(line)

    with a_server(count) as url:
        failed_create(zoom_at(url))
        time.sleep(0.2)

    assert len(connections) == 1


def test_a_refused_connection_has_certainly_not_written(zoom_at: Callable[..., ZoomClient]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    create = failed_create(zoom_at(f"http://127.0.0.1:{port}"))

    assert not create.outcome_unknown
    assert not create.permanent
    assert create.message == answers.UNREACHABLE


@pytest.mark.parametrize(
    ("error", "unknown"),
    [
        (
            requests.ConnectionError(
                MaxRetryError(
                    HTTPConnectionPool("x"), "/", NameResolutionError("x", None, socket.gaierror())  # type: ignore[arg-type]
                )
            ),
            False,
        ),
        (requests.ConnectTimeout(), False),
        (requests.exceptions.InvalidURL("no host"), False),
        (requests.exceptions.ProxyError("no proxy"), False),
        (requests.ReadTimeout(), True),
        (requests.ConnectionError(ConnectionResetError()), True),
        (requests.exceptions.ChunkedEncodingError(), True),
        (requests.exceptions.ContentDecodingError(), True),
        (requests.exceptions.SSLError(ssl.SSLError("bad record")), True),
        (OSError(), True),
    ],
)  # fmt: skip
def test_only_what_breaks_before_sending_leaves_no_doubt(
    zoom: ZoomClient, network: responses.RequestsMock, error: Exception, unknown: bool
) -> None:
    network.post(WEBINARS, body=error)

    create = failed_create(zoom)

    assert create.outcome_unknown is unknown
    assert not create.permanent
    assert create.message in answers.SENTENCES


def drip(head: bytes, stop: threading.Event) -> Act:
    def act(line: socket.socket) -> None:
        line.sendall(head)
        while not stop.wait(0.05):
            line.sendall(b" ")

    return act


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["status line", "header", "body with length", "body without length", "chunks"],
)
def test_an_answer_that_drips_in_is_given_up_at_the_deadline(
    zoom_at: Callable[..., ZoomClient], head: bytes
) -> None:
    stop = threading.Event()

    with a_server(drip(head, stop)) as url:
        begin = time.monotonic()
        create = failed_create(zoom_at(url, deadline=0.6))
        took = time.monotonic() - begin
        stop.set()

    assert took < 1.5
    assert create.outcome_unknown
    assert create.message == answers.NO_ANSWER


def test_silence_is_given_up_at_the_deadline(zoom_at: Callable[..., ZoomClient]) -> None:
    stop = threading.Event()

    with a_server(lambda line: stop.wait(10) and None) as url:
        begin = time.monotonic()
        create = failed_create(zoom_at(url, deadline=0.5))
        took = time.monotonic() - begin
        stop.set()

    assert took < 1.5
    assert create.outcome_unknown


def test_the_token_counts_towards_the_deadline(clock: Clock) -> None:
    stop = threading.Event()

    with a_server(lambda line: stop.wait(10) and None) as url:
        oauth = Oauth(calls.new_session(), url, "account-1", "client-1", "secret-1", clock)
        zoom = ZoomClient(calls.new_session(), oauth, url, clock, deadline=0.5)
        begin = time.monotonic()
        create = failed_create(zoom)
        took = time.monotonic() - begin
        stop.set()

    assert took < 1.5
    assert not create.outcome_unknown


def test_a_slow_answer_in_time_is_a_good_answer(zoom_at: Callable[..., ZoomClient]) -> None:
    def slowly(line: socket.socket) -> None:
        answer = an_answer(b'{"id": 95000000001}')
        for start in range(0, len(answer), 30):
            line.sendall(answer[start : start + 30])
            time.sleep(0.02)

    with a_server(slowly) as url:
        assert zoom_at(url).get_webinar("1").id == "95000000001"


def test_a_kept_connection_is_used_again(zoom_at: Callable[..., ZoomClient]) -> None:
    connections: list[socket.socket] = []

    def twice(line: socket.socket) -> None:
        connections.append(line)
        line.sendall(an_answer(b'{"id": 1}'))
        read_request(line)
        line.sendall(an_answer(b'{"id": 2}'))

    with a_server(twice) as url:
        zoom = zoom_at(url)
        found = [zoom.get_webinar("1").id, zoom.get_webinar("2").id]

    assert found == ["1", "2"]
    assert len(connections) == 1


def test_an_answer_without_end_is_given_up_for_its_size(
    zoom_at: Callable[..., ZoomClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "_LARGEST", 100_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"

    def flood(line: socket.socket) -> None:
        line.sendall(head)
        while True:
            line.sendall(b" " * 65_536)

    with a_server(flood) as url:
        get = failed_get(zoom_at(url))

    assert get.message == answers.UNREADABLE


@pytest.mark.skipif(not shutil.which("openssl"), reason="needs openssl to make a certificate")
def test_a_certificate_that_is_not_valid_is_refused(
    zoom_at: Callable[..., ZoomClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    heard: list[bytes] = []

    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            for _ in range(2):
                line, _ = listener.accept()
                try:
                    with context.wrap_socket(line, server_side=True) as secured:
                        heard.append(read_request(secured))
                        secured.sendall(an_answer(b'{"id": 1}'))
                except OSError:
                    line.close()

        server = threading.Thread(target=serve, daemon=True)
        server.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}"
        create = failed_create(zoom_at(url))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        trusted = zoom_at(url).get_webinar("1")
        server.join(5)

    assert create.systemic
    assert not create.outcome_unknown
    assert create.message == answers.CERTIFICATE
    assert trusted.id == "1"
    assert len(heard) == 1


def test_a_session_that_does_not_verify_is_not_believed(
    zoom: ZoomClient, network: responses.RequestsMock, clock: Clock
) -> None:
    seen: list[object] = []
    session = requests.Session()
    session.verify = False
    send = session.send
    session.send = lambda request, **options: seen.append(options["verify"]) or send(request, **options)  # type: ignore[method-assign,func-returns-value]
    network.get(f"{API}/webinars/1", json=a_webinar())

    ZoomClient(session, ReadyToken(clock), API, clock).get_webinar("1")

    assert seen
    assert all(seen)


def test_an_expired_token_while_many_work_is_renewed_once(clock: Clock) -> None:
    tokens_given: list[str] = []
    lock = threading.Lock()

    def act(line: socket.socket) -> None:
        with lock:
            tokens_given.append(f"token-{len(tokens_given) + 1}")
            token = tokens_given[-1]
        time.sleep(0.1)
        line.sendall(an_answer(f'{{"access_token": "{token}", "expires_in": 3600}}'.encode()))

    with a_server(act) as oauth_url, responses.RequestsMock(assert_all_requests_are_fired=False) as network:
        network.add_passthru(oauth_url)

        def api(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
            good = request.headers["Authorization"] == "Bearer token-2"
            return (
                (200, {}, '{"id": 1}')
                if good
                else (401, {}, '{"code": 124, "message": "Access token is expired."}')
            )

        network.add_callback(responses.GET, f"{API}/webinars/1", api, content_type="application/json")
        oauth = Oauth(calls.new_session(), oauth_url, "account-1", "client-1", "secret-1", clock)
        zoom = ZoomClient(calls.new_session(), oauth, API, clock)
        results: list[str] = []
        workers = [threading.Thread(target=lambda: results.append(zoom.get_webinar("1").id)) for _ in range(6)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()

    assert results == ["1"] * 6
    assert tokens_given == ["token-1", "token-2"]
