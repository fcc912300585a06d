"""Lines 7 and 8: registrants, against the limits of a plan at Zoom.

7: so many wait, and two `work` processes bring them up. The floor is what the plan allows: full calls, and as many in a
second as Zoom takes; the pretend Zoom must not be what takes the time. 8: Zoom's list of so many is compared with ours.
The floor is a plain loop that reads the pages one after another, as fast as Zoom allows."""

import contextlib
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from sqlalchemy import bindparam, select, update

from benchmarks import past, stage
from benchmarks.command import Effort, run
from benchmarks.programs import LOOPBACK, Program, free_port, running, wait_until
from benchmarks.scoreboard import Limit, Row
from benchmarks.stage import Stage
from jobs.timetable import TIMETABLE
from zoom_bridge.bridge import system_clock
from zoom_bridge.config import load_settings
from zoom_bridge.domain.look import LookKind
from zoom_bridge.store import looks, runs, tables, twin_tables

WORKERS = 2
TOGETHER = 30
#: Heavy and Medium calls that Zoom takes in a second: https://developers.zoom.us/docs/api/rate-limits/
PLANS = {"pro": (10, 20), "business": (40, 60)}
PAGE = 300
Take = Callable[[list[dict[str, Any]]], None]
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Push:
    """One round of line 7. calls: all that were made; again: people who were asked for more than once; cpu: of ours in
    milliseconds for each person; pretending: the share of the time in which the pretend Zoom was at work."""

    calls: int
    seconds: float
    again: int
    cpu: float
    pretending: float


def measure(effort: Effort) -> list[Row]:
    return [*_push(effort, "pro"), *_push(effort, "business"), *_compare(effort)]


def _push(effort: Effort, plan: str) -> list[Row]:
    rounds = [_one_push(effort.registrants, plan) for _ in range(effort.rounds)]
    calls = math.ceil(effort.registrants / TOGETHER)
    what = f"{effort.registrants:,} registrants to Zoom, {plan.capitalize()}, {WORKERS} workers"
    least = [float(calls)] * len(rounds), [calls / PLANS[plan][0]] * len(rounds)
    again = [float(one.again) for one in rounds]
    return [
        Row("7", f"{what}: calls", "", [float(one.calls) for one in rounds], least[0], Limit(1.05, half=1.2)),
        Row("7", f"{what}: time", "s", [one.seconds for one in rounds], least[1], Limit(1.2, half=2)),
        Row("7", f"{what}: sent twice", "", again, [], Limit(0, half=0, of="ours")),
        Row("7", f"{what}: own CPU for each", "ms", [one.cpu for one in rounds], [], Limit(2, half=4, of="ours")),
        Row(
            "7", f"{what}: Zoom's own share", "", [one.pretending for one in rounds], [], Limit(0.7, 1, of="ours")
        ),
    ]


def _one_push(people: int, plan: str) -> Push:
    with _staged(plan) as (ours, zoom):
        past.fill_in(ours.db, ours.event, people, system_clock(), letters_wait=False, zoom_waits=True)
        past.settle(ours.db)
        zoom.start_over()
        with ours.running("work") as one, ours.running("work") as other:
            ours.wait_until_idle("registrations")
            cpu = _cpu(one) + _cpu(other)
        asked = zoom.asked()
    added = sum(asked["asked_for"].values())
    if added != people:
        raise RuntimeError(f"{added} people arrived instead of {people}")
    made = sum(number for call, number in asked["calls"].items() if not call.startswith("POST token"))
    again = sum(number for times, number in asked["asked_for"].items() if int(times) > 1)
    lasted, busy = (asked[name]["POST batch_registrants"] for name in ("lasted", "busy"))
    return Push(made, lasted, again, cpu / people * 1000, busy / lasted)


def _compare(effort: Effort) -> list[Row]:
    ours_took: list[float] = []
    floor_took: list[float] = []
    grown: list[float] = []
    with _staged("pro") as (ours, zoom):
        zoom.fill_in(effort.compared)
        past.fill_in(ours.db, ours.event, effort.compared, system_clock(), letters_wait=False)
        _learn(ours)
        past.settle(ours.db)
        for _ in range(effort.rounds):
            time.sleep(1)
            floor_took.append(_read_pages(ours))
            time.sleep(1)
            zoom.start_over()
            began = system_clock()
            with ours.running("work") as worker:
                wait_until(lambda began=began: _ticks(ours, began), "all jobs to have run")
                at_rest = _megabytes(worker)
                _look(ours, began)
                wait_until(lambda began=began: _looked(ours, began), "the comparison", 300)
                grown.append(_megabytes(worker, most=True) - at_rest)
            ours_took.append(zoom.asked()["lasted"]["GET registrants"])
    what = f"{effort.compared:,} registrants compared, Pro"
    # Of it, 16 MB may be SQLite's own memory of pages.
    return [
        Row("8", f"{what}: time", "s", ours_took, floor_took, Limit(1.1, half=1.5)),
        Row("8", f"{what}: memory that it takes", "MB", grown, [], Limit(30, half=60, of="ours", unit=" MB")),
    ]


class PretendZoom:
    """The program, and what it counted."""

    def __init__(self, port: int) -> None:
        self._address = f"http://{LOOPBACK}:{port}"

    def asked(self) -> dict[str, Any]:
        told: dict[str, Any] = requests.get(f"{self._address}/asked", timeout=60).json()
        return told

    def start_over(self) -> None:
        requests.get(f"{self._address}/start-over", timeout=60)

    def fill_in(self, people: int) -> None:
        requests.get(f"{self._address}/fill-in?{people}", timeout=600)


@contextlib.contextmanager
def _staged(plan: str) -> Iterator[tuple[Stage, PretendZoom]]:
    """Ours with its webinar, and the pretend Zoom; nobody works."""
    with stage.set_up(free_port(), plan=plan) as ours:
        command = [sys.executable, "-m", "benchmarks.pretend_zoom", "--config", ours.config]
        command += ["--port", ours.zoom_port, "--plan", plan]
        with running(*command, log=ours.folder / "simulate.log") as program:
            program.wait_for_page(ours.zoom_port, "/asked")
            with ours.running("work"):
                wait_until(lambda: ours.count("webinars", "synced_revision > 0") == 1, "the webinar")
            yield ours, PretendZoom(ours.zoom_port)


def _cpu(program: Program) -> float:
    """Seconds of processor that it used so far."""
    fields = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _megabytes(program: Program, *, most: bool = False) -> float:
    name = "VmHWM:" if most else "VmRSS:"
    lines = Path(f"/proc/{program.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def _read_pages(ours: Stage, take: Take | None = None) -> float:
    """Every page of every list, one after another, as fast as Zoom allows. How many seconds it took."""
    address = f"http://{LOOPBACK}:{ours.zoom_port}"
    credentials, webinar_id = _credentials(ours), ours.webinar_id()
    with requests.Session() as session:
        form = {"grant_type": "account_credentials", "account_id": "benchmark"}
        told = session.post(f"{address}/oauth/token", data=form, auth=credentials, timeout=30).json()
        session.headers["Authorization"] = f"Bearer {told['access_token']}"
        session.trust_env = False
        # As much as fits into each of Zoom's seconds, from the beginning of one.
        time.sleep(1 - time.time() % 1)
        began = time.monotonic()
        for status in ("approved", "pending", "denied"):
            query: dict[str, Any] = {"status": status, "page_size": PAGE}
            while True:
                answer = session.get(f"{address}/v2/webinars/{webinar_id}/registrants", params=query, timeout=30)
                if answer.status_code == 429:
                    time.sleep(1 - time.time() % 1)
                    continue
                page = answer.json()
                if take:
                    take(page["registrants"])
                if not page["next_page_token"]:
                    break
                query["next_page_token"] = page["next_page_token"]
        return time.monotonic() - began


def _credentials(ours: Stage) -> tuple[str, str]:
    zoom = load_settings(ours.config).zoom
    return zoom.client_id, zoom.client_secret.get_secret_value()


def _learn(ours: Stage) -> None:
    """Ours know under which id, and with which link, Zoom has them."""
    table = tables.registrations
    learning = (
        update(table)
        .where(table.c.email_key == bindparam("address"))
        .values(registrant_id=bindparam("registrant"), join_url=bindparam("link"))
    )

    def take(page: list[dict[str, Any]]) -> None:
        people = [{"address": one["email"], "registrant": one["id"], "link": one["join_url"]} for one in page]
        if people:
            with ours.db.transaction() as connection:
                connection.execute(learning.where(table.c.event_id == ours.event.id), people)

    _read_pages(ours, take)


def _ticks(ours: Stage, since: datetime) -> bool:
    with ours.db.reading() as connection:
        said = [run for run in runs.list_all(connection) if run.finished_at >= since]
    return {job.name for job in TIMETABLE} <= {run.job for run in said}


def _look(ours: Stage, began: datetime) -> None:
    with ours.db.transaction() as connection:
        looks.make_due(connection, ours.event.id, LookKind.REGISTRANTS, began)


def _looked(ours: Stage, since: datetime) -> bool:
    table = twin_tables.looks
    with ours.db.reading() as connection:
        query = select(table.c.looked_at).where(table.c.kind == LookKind.REGISTRANTS)
        looked_at = connection.execute(query).scalar_one()
    return looked_at is not None and looked_at >= since


if __name__ == "__main__":
    run(measure)
