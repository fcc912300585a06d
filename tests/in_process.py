"""Lets a WSGI application of ours answer what `requests` asks: no port, no thread, no waiting."""

import io
from collections.abc import Mapping
from typing import Any
from wsgiref.types import WSGIApplication

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from werkzeug.test import EnvironBuilder, run_wsgi_app

from zoom_bridge.simulator.weather import LOST_HEADER


class InProcess(HTTPAdapter):
    """Mount it on a session: `session.mount("https://zoom.example.org", InProcess(simulator))`."""

    def __init__(self, app: WSGIApplication) -> None:
        super().__init__()
        self.app = app
        self.asked: list[requests.PreparedRequest] = []

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.asked.append(request)
        chunks, status, headers = run_wsgi_app(self.app, _environ(request), buffered=True)
        if LOST_HEADER in headers:
            raise requests.ConnectionError(f"the {headers[LOST_HEADER]} got lost", request=request)
        code, _, reason = status.partition(" ")
        body = io.BytesIO(b"".join(chunks))
        raw = HTTPResponse(body, dict(headers), int(code), reason=reason, preload_content=False)
        return self.build_response(request, raw)


def _environ(request: requests.PreparedRequest) -> Mapping[str, Any]:
    body = request.body or b""
    builder = EnvironBuilder(
        base_url=requests.compat.urljoin(request.url, "/"),
        path=request.path_url.partition("?")[0],
        query_string=request.path_url.partition("?")[2],
        method=request.method,
        headers=list(request.headers.items()),
        input_stream=io.BytesIO(body.encode() if isinstance(body, str) else body),
    )
    return builder.get_environ()


def in_process_session(apps: Mapping[str, WSGIApplication]) -> requests.Session:
    """A session in which each address is answered by its application, and every other by a failure."""
    session = requests.Session()
    session.trust_env = False
    session.adapters.clear()
    for address, app in apps.items():
        session.mount(address, InProcess(app))
    return session
