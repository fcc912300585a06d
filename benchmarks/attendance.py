"""Lines 12 to 14: an evening with 10,000 attendees and 60,000 sightings, its attendance on the organiser's page and as
files. First look: Zoom has just told something new, so everything is computed anew. The files have one row a person;
their memory is what `serve` needs on top of what it needed before, at its highest. There is no floor."""

import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import func, insert, select, update

from benchmarks import past, stage
from benchmarks.command import Effort, run
from benchmarks.programs import LOOPBACK, Program, family, free_port
from benchmarks.scoreboard import Limit, Row
from zoom_bridge.bridge import system_clock
from zoom_bridge.domain.attendance import Fact, Match, Teller
from zoom_bridge.store import tables
from zoom_bridge.store.database import Database

PEOPLE, MORE = 10_000, 60_000
_AT_ONCE = 20_000


def measure(effort: Effort) -> list[Row]:
    with stage.set_up(mail_port=free_port()) as ours:
        starts_at = be_over(ours.db, ours.event.id)
        past.fill_in(ours.db, ours.event, PEOPLE, system_clock(), letters_wait=False)
        told = show_up(ours.db, ours.event.id, starts_at)
        past.settle(ours.db)
        with ours.serving() as server:
            organiser = Organiser(ours)
            page = f"/organiser/events/{ours.event.id}/attendance"
            first, again, files = [], [], {"csv": [], "xlsx": []}
            for n in range(effort.rounds):
                news(ours.db, ours.event.id, n)
                first.append(organiser.look(page))
                again.append(organiser.look(page))
                for form, times in files.items():
                    times.append(organiser.look(f"{page}.{form}"))
            grown = {form: _growth(server, organiser, f"{page}.{form}") for form in files}
        people = f"/organiser/events/{ours.event.id}/people.xlsx"
        with ours.serving() as server:
            few = _growth(server, organiser, people)
        past.fill_in(ours.db, ours.event, MORE - PEOPLE, system_clock(), letters_wait=False)
        with ours.serving() as server:
            many = _growth(server, organiser, people)
    what = f"{PEOPLE:,} attendees, {told:,} sightings"
    soon, later = (Limit(seconds, half=2 * seconds, of="ours", unit=" s") for seconds in (0.5, 5))
    flat = Limit(20, half=40, of="ours", unit=" MB")
    return [
        Row("12", f"attendance page, {what}: first look", "s", first, [], soon),
        Row("12", "the same, looked at again", "s", again, [], soon),
        Row("13", "attendance as CSV", "s", files["csv"], [], later),
        Row("13", "attendance as XLSX", "s", files["xlsx"], [], later),
        Row("14", "memory on top, for the CSV", "MB", [grown["csv"]], [], flat),
        Row("14", "memory on top, for the XLSX", "MB", [grown["xlsx"]], [], flat),
        Row("14", f"memory on top, for an XLSX of {PEOPLE:,} people", "MB", [few], [], flat),
        Row("14", f"memory on top, for an XLSX of {MORE:,} people", "MB", [many], [], flat),
    ]


class Organiser:
    """Somebody who is signed in and looks at pages."""

    def __init__(self, ours: stage.Stage) -> None:
        self._port = ours.port
        self._cookie = ""
        invite = [*map(str, ours.command("invite")), "olga@example.org", "--name", "Olga Osterkamp"]
        said = subprocess.run(invite, capture_output=True, check=True, text=True).stdout
        link = re.search(r"http\S+", said)
        assert link, said
        path = urlsplit(link[0]).path
        token = re.search(rb'name="csrf_token"[^>]*value="([^"]+)"', self._ask("GET", path))
        assert token, "the page behind the sign-in link has a form"
        self._ask("POST", path, urlencode({"csrf_token": token[1].decode()}), status=303)

    def look(self, path: str) -> float:
        """How long until everything was there."""
        began = time.perf_counter()
        self._ask("GET", path)
        return time.perf_counter() - began

    def read(self, path: str) -> bytes:
        return self._ask("GET", path)

    def _ask(self, method: str, path: str, body: str | None = None, status: int = 200) -> bytes:
        headers = {
            "Cookie": self._cookie,
            "Accept-Language": "de",
            "Referer": f"http://{LOOPBACK}:{self._port}{path}",
        }
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection(LOOPBACK, self._port, timeout=120)
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        if answer.status != status:
            raise RuntimeError(f"{path}: {answer.status}")
        self._cookie = (answer.getheader("Set-Cookie") or self._cookie).partition(";")[0]
        return content


def be_over(db: Database, event_id: int) -> datetime:
    """The event was the day before yesterday."""
    starts_at = (system_clock() - timedelta(days=2)).replace(microsecond=0)
    ends_at = starts_at + timedelta(minutes=90)
    with db.transaction() as connection:
        connection.execute(update(tables.events).where(tables.events.c.id == event_id).values(
            starts_at=starts_at, ends_at=ends_at, forget_at=ends_at + timedelta(days=90),
            starts_wall=starts_at.replace(tzinfo=None), ends_wall=ends_at.replace(tzinfo=None),
        ))  # fmt: skip
    return starts_at


def show_up(db: Database, event_id: int, starts_at: datetime) -> int:
    """Everybody was there, every other one twice, as the webhooks told and then the report. How many sightings."""
    with db.reading() as connection:
        of_event = tables.registrations.c.event_id == event_id
        people = connection.execute(select(tables.registrations.c.id).where(of_event)).scalars().all()
    sitting = [
        _sighting(event_id, "", Fact.STARTED, starts_at, Teller.WEBHOOK),
        _sighting(event_id, "", Fact.ENDED, starts_at + timedelta(minutes=92), Teller.WEBHOOK),
    ]
    rows = sitting + [
        _sighting(event_id, f"{teller[0]}{number}-{stay}", fact, starts_at + timedelta(minutes=minute, seconds=n % 60), teller, number)
        for teller in Teller
        for n, number in enumerate(people)
        for stay in range(1 + n % 2)
        for fact, minute in ((Fact.JOINED, 40 * stay + n % 20 - 5), (Fact.LEFT, 40 * stay + 30 + n % 25))
    ]  # fmt: skip
    for first in range(0, len(rows), _AT_ONCE):
        with db.transaction() as connection:
            connection.execute(insert(tables.sightings), rows[first : first + _AT_ONCE])
    return len(rows)


def news(db: Database, event_id: int, n: int) -> None:
    """A guest comes and goes."""
    s = tables.sightings
    with db.transaction() as connection:
        at = connection.execute(select(func.max(s.c.at)).where(s.c.event_id == event_id, s.c.fact == Fact.JOINED))
        joined_at = at.scalar_one()
        for fact, later in ((Fact.JOINED, 0), (Fact.LEFT, 5)):
            guest = _sighting(event_id, f"guest-{n}", fact, joined_at + timedelta(minutes=later), Teller.REPORT)
            connection.execute(insert(s), guest | {"guest": f"Galaxy {n}", "name": f"Galaxy {n}"})


def _sighting(
    event_id: int, participant: str, fact: Fact, at: datetime, teller: Teller, number: int = 0
) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "sitting": "sitting-1",
        "participant": participant,
        "fact": fact,
        "at": at,
        "teller": teller,
        "registration_id": number or None,
        "matched_by": Match.REGISTRANT_ID if number else None,
        "guest": "",
        "name": f"Ben Brandt {number}" if number else "",
        "registrant": f"registrant-{number}" if number else "",
        "email": f"ben-{number}@example.org" if number else "",
    }


def _growth(server: Program, organiser: Organiser, path: str) -> float:
    """In megabytes. The first download fills what is kept for later ones; of the second the most is taken."""
    organiser.look(path)
    before = _private(server)
    with _highest(server) as peaks:
        organiser.look(path)
    return max(peaks) - before


@contextmanager
def _highest(server: Program) -> Iterator[list[float]]:
    seen, done = [_private(server)], threading.Event()

    def watch() -> None:
        while not done.wait(0.01):
            seen.append(_private(server))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        done.set()
        watcher.join()


def _private(server: Program) -> float:
    """What its processes hold for themselves, in megabytes."""
    total = 0
    for pid in family(server.pid):
        found = re.search(r"^RssAnon:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
        total += int(found[1]) if found else 0
    return total / 1024


if __name__ == "__main__":
    run(measure)
