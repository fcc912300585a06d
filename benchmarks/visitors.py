"""The load: visitors who open the form and send it, as a browser does, over connections that stay open.

Runs in a process of its own (`programs.load`) and is light, so that it is not what is measured."""

import asyncio
import itertools
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from benchmarks.programs import LOOPBACK

#: Who fills the form in faster than this is taken for a robot. Everybody here has had it open for so long.
A_PERSONS_TIME = 3.2

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(rb"\r\nset-cookie: *([^;\r]+)", re.IGNORECASE)
_HIDDEN = re.compile(rb'name="(csrf_token|opened)" value="([^"]*)"')


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes


class Browser:
    """One connection, opened again when it was closed. What fails raises OSError or EOFError, and is not repeated."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {LOOPBACK}:{self.port}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        if method == "POST":
            lines.append(f"Content-Length: {len(body)}")
        try:
            reader, writer = await self._connected()
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            answer = Answer(int(head[9:12]), head, await reader.readexactly(int(length[1]) if length else 0))
        except (OSError, EOFError):
            self.close()
            raise
        if b"\r\nconnection: close" in head.lower():
            self.close()
        return answer

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
            self._streams = None

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is None or self._streams[0].at_eof():
            self.close()
            self._streams = await asyncio.open_connection(LOOPBACK, self.port)
        return self._streams

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass
class Load:
    """When it began and ended on the machine's monotonic clock, and what every single piece of it took."""

    began_at: float = field(default_factory=time.monotonic)
    ended_at: float = 0.0
    times: list[float] = field(default_factory=list)


def register(port: int, slug: str, visitors: int, seconds: float) -> Load:
    """Complete registrations, form and all, one after another."""
    return asyncio.run(_register(port, slug, visitors, seconds, form_each_time=True))


def burst(port: int, slug: str, visitors: int, seconds: float) -> Load:
    """Everybody has the form open; now they all send it. Of each, only the sending is timed."""
    return asyncio.run(_register(port, slug, visitors, seconds, form_each_time=False))


def look(port: int, path: str, visitors: int, seconds: float) -> Load:
    """Look at a page again and again."""
    return asyncio.run(_look(port, path, visitors, seconds))


async def _register(port: int, slug: str, visitors: int, seconds: float, form_each_time: bool) -> Load:
    path = f"/e/{slug}/register"
    with Browser(port) as browser:
        opened = _hidden(await browser.ask("GET", path)).get("opened", "")
    await asyncio.sleep(A_PERSONS_TIME)
    load, people = Load(), _people()

    async def visitor() -> None:
        with Browser(port) as browser:
            form = await _open_form(browser, path) if not form_each_time else {}
            while time.monotonic() < load.began_at + seconds:
                began = time.monotonic()
                fields = (await _open_form(browser, path) if form_each_time else form) | next(people)
                await _send_form(browser, path, fields | {"opened": opened})
                load.times.append(time.monotonic() - began)

    await asyncio.gather(*(visitor() for _ in range(visitors)))
    load.ended_at = time.monotonic()
    return load


async def _open_form(browser: Browser, path: str) -> dict[str, str]:
    page = await browser.ask("GET", path, Accept_Language="de")
    if page.status != 200:
        raise RuntimeError(f"the form: {page.status}")
    cookie = _COOKIE.search(page.head)
    return _hidden(page) | {"cookie": cookie[1].decode() if cookie else ""}


async def _send_form(browser: Browser, path: str, fields: dict[str, str]) -> None:
    cookie, network = fields.pop("cookie"), fields.pop("network")
    answer = await browser.ask(
        "POST",
        path,
        urlencode(fields).encode(),
        Content_Type="application/x-www-form-urlencoded",
        Origin=f"http://{LOOPBACK}:{browser.port}",
        Accept_Language="de",
        Cookie=cookie,
        X_Forwarded_For=network,
    )
    if answer.status != 303:
        raise RuntimeError(f"registering: {answer.status}")


async def _look(port: int, path: str, visitors: int, seconds: float) -> Load:
    load = Load()

    async def visitor() -> None:
        with Browser(port) as browser:
            while (began := time.monotonic()) < load.began_at + seconds:
                page = await browser.ask("GET", path, Accept_Language="de")
                if page.status != 200:
                    raise RuntimeError(f"{path}: {page.status}")
                load.times.append(time.monotonic() - began)

    await asyncio.gather(*(visitor() for _ in range(visitors)))
    load.ended_at = time.monotonic()
    return load


def _hidden(page: Answer) -> dict[str, str]:
    return {name.decode(): value.decode() for name, value in _HIDDEN.findall(page.body)}


def _people() -> Iterator[dict[str, str]]:
    """Everybody has an address of their own and comes from a network of their own."""
    word = secrets.token_hex(4)
    for n in itertools.count():
        yield {
            "first_name": "Anna",
            "last_name": f"Albers {n}",
            "email": f"anna-{word}-{n}@example.org",
            "network": f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}",
        }
