"""Line 16: everybody comes within some minutes, and goes within as many; Zoom tells of each, at random moments, whether we
keep up or not. `work` applies it meanwhile, and somebody watches the desk of the day. A delivery's time runs from the
moment at which Zoom had something to tell, so one that stands in a queue counts. Nothing may be lost, and what the desk
shows is compared with how many were in the room by then. First on SQLite with one web process; then, where PostgreSQL is
installed, four times as many people with two."""

import asyncio
import hashlib
import json
import random
import re
import threading
import time
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise

from sqlalchemy import func, select

from benchmarks import past, postgres, stage
from benchmarks.attendance import Organiser
from benchmarks.command import Effort, percentile, run
from benchmarks.programs import free_port, load
from benchmarks.scoreboard import Limit, Row
from benchmarks.visitors import Browser
from benchmarks.zoom_posts import body, post_once
from zoom_bridge.bridge import system_clock
from zoom_bridge.store import tables

#: Lines that Zoom holds open to us.
LINES = 48
#: As often as static/desk.js asks.
LOOK_EVERY = 2.5
#: Zoom gives up what is answered later, in seconds.
ZOOM_WAITS = 3.0


@dataclass
class Storm:
    """By the machine's monotonic clock: when each came and went. `times`: until each of the deliveries was acknowledged,
    in seconds from its moment; `again`: how many answers were no acknowledgement."""

    came: list[float] = field(default_factory=list)
    went: list[float] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)
    again: int = 0


def measure(effort: Effort) -> list[Row]:
    rows = _storm("SQLite, 1 process", effort.people, effort.minutes, None)
    if postgres.binaries():
        with postgres.cluster() as url:
            rows += _storm("PostgreSQL, 2 processes", effort.people * 4, effort.minutes, url)
    return rows


def _storm(where: str, people: int, minutes: float, url: str | None) -> list[Row]:
    with stage.set_up(free_port(), database_url=url) as ours, ours.working(), load() as put_on:
        past.fill_in(ours.db, ours.event, people, system_clock(), letters_wait=False)
        past.settle(ours.db)
        with ours.serving(), _watched(Organiser(ours), ours.event.id) as looks:
            storm: Storm = put_on(blow, ours.port, ours.webhook_secret, ours.webinar_id(), people, minutes * 60)
            ended_at = time.monotonic()
            ours.wait_until_idle("deliveries")
            applied_after = time.monotonic() - ended_at
            time.sleep(2 * LOOK_EVERY)
        _check(ours, storm, people)
    what = f"{people:,} come and go within {minutes:g} minutes each, {where}"
    return [
        Row("16", f"{what}: p99", "ms", [1000 * percentile(storm.times, 0.99)], [], _most(1000, " ms")),
        Row("16", "the slowest", "ms", [1000 * max(storm.times)], [], _most(1000 * ZOOM_WAITS, " ms")),
        Row("16", "asked for once more", "", [storm.again], [], _most(0)),
        Row("16", "how far the desk was behind", "s", [_behind(looks, storm)], [], _most(5, " s")),
        Row("16", "all applied after", "s", [applied_after], [], _most(5, " s")),
    ]


def _most(value: float, unit: str = "") -> Limit:
    return Limit(value, half=2 * value, of="ours", unit=unit)


def blow(port: int, secret: str, webinar: str, people: int, seconds: float) -> Storm:
    return asyncio.run(_blow(port, secret, webinar, people, seconds))


async def _blow(port: int, secret: str, webinar: str, people: int, seconds: float) -> Storm:
    storm, dice = Storm(), random.Random(5)
    began = time.monotonic() + 0.5
    storm.came = sorted(began + dice.random() * seconds for _ in range(people))
    storm.went = sorted(began + seconds + dice.random() * seconds for _ in range(people))
    told = iter(
        [(began, "started", 0)]
        + [(at, "participant_joined", n) for n, at in enumerate(storm.came, 1)]
        + [(at, "participant_left", n) for n, at in enumerate(storm.went, 1)]
    )

    async def line() -> None:
        with Browser(port) as browser:
            for at, name, n in told:
                await asyncio.sleep(max(at - time.monotonic(), 0))
                person = (f"stay-{n}", f"webinar.{name}", f"registrant-{n}", f"ben-{n}@example.org")
                delivery = body(webinar, *person)
                while not await post_once(browser, secret, delivery):
                    storm.again += 1
                    await asyncio.sleep(0.1)
                storm.times.append(time.monotonic() - at)
                storm.kept.add(hashlib.sha256(delivery).hexdigest())

    await asyncio.gather(*(line() for _ in range(LINES)))
    return storm


@contextmanager
def _watched(organiser: Organiser, event_id: int) -> Iterator[list[tuple[float, int]]]:
    """(when, how many are in the room now), as somebody sees it who has the desk open."""
    looks: list[tuple[float, int]] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(LOOK_EVERY):
            parts = json.loads(organiser.read(f"/organiser/events/{event_id}/desk/live"))["parts"]
            shown = re.search(r"figures giant.*?<dd>([\d.]+)</dd>", parts["live-numbers"], re.DOTALL)
            looks.append((time.monotonic(), int(shown[1].replace(".", "")) if shown else 0))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield looks
    finally:
        over.set()
        watcher.join()


def _behind(looks: Sequence[tuple[float, int]], storm: Storm) -> float:
    """How old a number was at most while it stood on the screen, which is until the next one came."""
    worst = 0.0
    for (_, shown), (until, _) in pairwise(looks):
        came, went = bisect_right(storm.came, until), bisect_right(storm.went, until)
        if not went and came > shown:
            worst = max(worst, until - storm.came[shown])
        elif went and came - went < shown:
            worst = max(worst, until - storm.went[came - shown])
    return worst


def _check(ours: stage.Stage, storm: Storm, people: int) -> None:
    """What was acknowledged is there, and all of it was understood."""
    c, seen = tables.sightings.c, select(func.count()).select_from(tables.sightings)
    with ours.db.reading() as connection:
        kept = set(connection.execute(select(tables.deliveries.c.digest)).scalars())
        facts = {fact: connection.execute(seen.where(c.fact == fact)).scalar_one() for fact in ("joined", "left")}
    if lost := storm.kept - kept:
        raise RuntimeError(f"{len(lost)} acknowledged webhooks are lost")
    if facts != {"joined": people, "left": people}:
        raise RuntimeError(f"not everything was applied: {facts}")


if __name__ == "__main__":
    run(measure)
