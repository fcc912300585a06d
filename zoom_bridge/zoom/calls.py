"""One HTTP call under a deadline, and the one place where broken networks become Failures. What an answer means
is judged in `answers.py`."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from threading import Timer
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError
from urllib3.response import BaseHTTPResponse, HTTPResponse

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom.answers import CERTIFICATE, NO_ANSWER, UNREACHABLE, UNREADABLE, Answer

_CONNECT = 5.0
_FOR_THE_DATE = 5.0
_PIECE = 65_536
_LARGEST = 32 * 1024 * 1024
_USER_AGENT = "zoom-bridge"


def new_session(connections: int = 10) -> requests.Session:
    """A session for Zoom: kept connections, no cookies, no repeats of its own, and heads that come too slowly cut
    off. `connections` are kept for each host."""
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_maxsize=connections)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


def send(
    session: requests.Session,
    method: str,
    url: str,
    *,
    until: float,
    auth: Any,
    unrepeatable: bool = False,
    query: Mapping[str, Any] | None = None,
    json: object = None,
    form: Mapping[str, str] | None = None,
) -> Answer:
    """The answer, whatever its status, or a Failure.

    until         of `time.monotonic()`: the whole call is over by then, however slowly the answer drips in
    auth          always given, so that no .netrc of the machine takes its place
    unrepeatable  a write that must not happen twice: when it may have arrived, its outcome is unknown"""
    left = until - time.monotonic()
    if left <= 0:
        raise Failure(NO_ANSWER)
    try:
        with session.request(
            method,
            url,
            params=query,
            json=json,
            data=form,
            auth=auth,
            headers={"Accept": "application/json", "User-Agent": _USER_AGENT},
            timeout=(min(_CONNECT, left), left),
            allow_redirects=False,
            verify=True,
            stream=True,
        ) as response:
            return Answer(response.status_code, response.headers, body(response, until))
    except (requests.RequestException, HTTPError, OSError) as error:
        raise _failure(error, unrepeatable) from None


def date_of(session: requests.Session, url: str) -> datetime | None:
    """When the other side says that it answered, whatever it answered; None when it says nothing in time."""
    try:
        answer = send(session, "GET", url, until=time.monotonic() + _FOR_THE_DATE, auth=_nobody)
        return parsedate_to_datetime(answer.headers.get("Date", "")).astimezone(UTC)
    except (Failure, ValueError, TypeError, OverflowError):
        return None


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def body(response: requests.Response, until: float) -> bytes:
    """All of it, or an exception when it takes too long or is too much."""
    pieces = bytearray()
    hang_up = response.raw.shutdown if isinstance(response.raw, BaseHTTPResponse) else response.close
    with _after(until - time.monotonic(), hang_up):
        for piece in response.iter_content(_PIECE):
            pieces += piece
            if len(pieces) > _LARGEST:
                raise requests.exceptions.ContentDecodingError("too large")
    if time.monotonic() >= until:
        # A body without a length just seems to end when it is cut off.
        raise requests.Timeout
    return bytes(pieces)


@contextmanager
def _after(seconds: Any, hang_up: Callable[[], None]) -> Iterator[None]:
    """Hangs up when the block takes longer. Time-outs of sockets start anew with every byte, this one does not."""

    def end() -> None:
        with suppress(OSError, ValueError, RuntimeError):
            hang_up()

    timer = Timer(max(seconds, 0), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _failure(error: Exception, unrepeatable: bool) -> Failure:
    """Certificates and refused connections are known before anything is sent; after that, nothing is known."""
    known = list(reasons(error))
    if any(isinstance(reason, ssl.SSLCertVerificationError) for reason in known):
        return Failure(CERTIFICATE, systemic=True)
    if any(isinstance(reason, NewConnectionError | ConnectTimeoutError) for reason in known):
        return Failure(UNREACHABLE)
    if isinstance(error, requests.exceptions.ProxyError | requests.ConnectTimeout | ValueError):
        return Failure(UNREACHABLE)
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return Failure(UNREADABLE, outcome_unknown=unrepeatable)
    return Failure(NO_ANSWER, outcome_unknown=unrepeatable)


def reasons(error: BaseException | None) -> Iterator[BaseException]:
    """The exception and everything wrapped in it: requests and urllib3 pass causes as arguments."""
    seen: list[BaseException] = []
    waiting: list[Any] = [error]
    while waiting:
        reason = waiting.pop()
        if isinstance(reason, BaseException) and not any(reason is known for known in seen):
            seen.append(reason)
            yield reason
            waiting += [*reason.args, getattr(reason, "reason", None), reason.__cause__, reason.__context__]


class _PlainConnection(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        with _after(self.timeout, partial(_shut, self.sock)):
            return super().getresponse()


class _TlsConnection(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        with _after(self.timeout, partial(_shut, self.sock)):
            return super().getresponse()


def _shut(sock: socket.socket) -> None:
    # The plain socket's own method: that of a TLS socket would tidy up under the reading thread's hands.
    socket.socket.shutdown(sock, socket.SHUT_RDWR)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TlsPool}
