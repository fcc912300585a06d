"""The load of webhooks: signed as Zoom signs, some of them sent twice, and again until they are acknowledged."""

import asyncio
import hashlib
import itertools
import json
import secrets
import time
from dataclasses import dataclass, field

from benchmarks.visitors import Browser
from zoom_bridge.zoom.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

#: One delivery in so many comes twice.
DOUBLED = 10
_PATIENCE = 10.0


@dataclass
class Posts:
    """`kept` are the digests of the bodies that were acknowledged, `times` what each acknowledged POST took,
    `pause` the longest time in which nothing was acknowledged."""

    kept: set[str] = field(default_factory=set)
    times: list[float] = field(default_factory=list)
    pause: float = 0.0
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Acknowledged POSTs a second, while there was somebody to acknowledge."""
        return len(self.times) / (self.seconds - self.pause)


def post(port: int, secret: str, webinar: str, connections: int, seconds: float) -> Posts:
    return asyncio.run(_post(port, secret, webinar, connections, seconds))


async def _post(port: int, secret: str, webinar: str, connections: int, seconds: float) -> Posts:
    posts, numbers, word = Posts(), itertools.count(), secrets.token_hex(4)
    began = last = time.monotonic()

    async def line() -> None:
        nonlocal last
        with Browser(port) as browser:
            while time.monotonic() < began + seconds:
                told = body(webinar, f"{word}-{(number := next(numbers))}")
                for _ in range(2 if number % DOUBLED == 0 else 1):
                    posts.times.append(await _until_acknowledged(browser, secret, told))
                    posts.kept.add(hashlib.sha256(told).hexdigest())
                    now = time.monotonic()
                    posts.pause, last = max(posts.pause, now - last), now

    await asyncio.gather(*(line() for _ in range(connections)))
    posts.seconds = time.monotonic() - began
    return posts


async def _until_acknowledged(browser: Browser, secret: str, delivery: bytes) -> float:
    """How long the POST took that was acknowledged. What fails is sent again, as Zoom does, only sooner."""
    deadline = time.monotonic() + _PATIENCE
    while (began := time.monotonic()) < deadline:
        if await post_once(browser, secret, delivery):
            return time.monotonic() - began
        await asyncio.sleep(0.02)
    raise TimeoutError("a webhook was not acknowledged")


async def post_once(browser: Browser, secret: str, delivery: bytes) -> bool:
    """Whether it was acknowledged. What Zoom would not send again is an error."""
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP_HEADER: timestamp,
        SIGNATURE_HEADER: sign(secret, timestamp, delivery),
    }
    try:
        answer = await browser.ask("POST", "/zoom/webhooks", delivery, **headers)
    except (OSError, EOFError):
        return False
    if answer.status != 204 and answer.status < 500:
        raise RuntimeError(f"a webhook was refused: {answer.status}")
    return answer.status == 204


def body(
    webinar: str, person: str, name: str = "webinar.participant_joined", registrant: str = "", email: str = ""
) -> bytes:
    """What Zoom tells of somebody who comes or goes just now."""
    instant = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    told = {
        "event": name,
        "event_ts": int(time.time() * 1000),
        "payload": {
            "account_id": "benchmark",
            "object": {
                "id": webinar,
                "uuid": "4444AAAiAAAAAiAiAiiAii==",
                "host_id": "x1yCzABCDEfg23HiJKl4mN",
                "topic": "Gute Nachbarschaft",
                "type": 5,
                "participant": {
                    "user_id": person,
                    "user_name": f"Anna Albers {person}",
                    "email": email or f"anna-{person}@example.org",
                    "registrant_id": registrant,
                    "participant_uuid": person,
                    "leave_time" if name.endswith("left") else "join_time": instant,
                },
            },
        },
    }
    return json.dumps(told).encode()
