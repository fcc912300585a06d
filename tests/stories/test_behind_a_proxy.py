"""The pages behind a proxy, under each of the servers that bring them to people."""

import http.client
import re
from contextlib import closing
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.stories.processes import LOOPBACK, Processes, free_port, write_config

pytestmark = pytest.mark.processes

#: One more than a network may ask for in a quarter of an hour.
TOO_OFTEN = 31


@pytest.mark.parametrize("command", ["run", "serve"])
def test_a_trusted_proxy_says_whom_the_limits_are_for_and_nobody_else_says_anything(
    command: str, processes: Processes, tmp_path: Path
) -> None:
    port = free_port()
    config = write_config(
        tmp_path,
        f"sqlite:///{tmp_path / 'bridge.db'}",
        web_port=port,
        zoom_port=free_port(),
        smtp_port=free_port(),
    )
    processes.run("upgrade", "db", "upgrade", "--config", config)
    processes.start("pages", command, "--config", config, ZOOM_BRIDGE__WEB__TRUSTED_PROXIES="1")
    processes.wait_for_port(port)

    def ask(method: str, path: str, body: str = "", **headers: str) -> tuple[int, str, str]:
        with closing(http.client.HTTPConnection(LOOPBACK, port, timeout=30)) as proxy:
            proxy.request(method, path, body, {"Content-Type": "application/x-www-form-urlencoded"} | headers)
            with proxy.getresponse() as answer:
                return (
                    answer.status,
                    answer.read().decode(),
                    answer.headers.get("Set-Cookie", "").partition(";")[0],
                )

    # Somebody who asks very often is told to wait; others are not.
    _, page, cookie = ask("GET", "/sign-in")
    token = unescape(str(re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]))

    def sign_in(n: int, network: str) -> int:
        body = urlencode({"csrf_token": token, "email": f"guest{n}@example.org"})
        return ask("POST", "/sign-in", body, **{"Cookie": cookie, "X-Forwarded-For": network})[0]

    answers = [sign_in(n, "203.0.113.9") for n in range(TOO_OFTEN)]
    assert answers == [303] * (TOO_OFTEN - 1) + [429]
    assert sign_in(TOO_OFTEN, "203.0.113.10") == 303

    # A header cannot put another host before our links.
    status, page, _ = ask("GET", "//evil.example.org/", SCRIPT_NAME="//evil.example.org")
    assert status == 404
    assert 'href="//' not in page
