"""Bad weather at Zoom, by dice that fall alike for the same seed, and somebody who writes down every call."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy.event import listen

from zoom_bridge.simulator.faults import Fault, Kind, RetryAfter
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.limits import Label

#: How often each of them strikes, in proportion.
_STRIKES = {
    Kind.STATUS: 3,
    Kind.BAD_GATEWAY_PAGE: 2,
    Kind.OK_PAGE: 1,
    Kind.TOO_MANY: 3,
    Kind.AT_THE_SAME_TIME: 1,
    Kind.UNAUTHORISED: 2,
    Kind.REDIRECT: 0.1,
    Kind.DOWN: 2,
    Kind.REQUEST_LOST: 4,
    Kind.ANSWER_LOST: 6,
    Kind.TWICE: 2,
    Kind.BROKEN_JSON: 3,
    Kind.TRUNCATED: 3,
    Kind.STRANGE_FIELDS: 1,
    Kind.TEXT_IDS: 1,
}
_TOO_MANY = tuple(RetryAfter)
#: Zoom gives fewer at a time than it is asked for, so that a list of twenty has pages to be lost.
_SMALL_PAGE = "page_size=7"


class Storm(Fault):
    """Strikes so many of all calls, each time in another way."""

    def __init__(self, dice: random.Random, share: float) -> None:
        super().__init__(kind=Kind.STATUS)
        self.dice = dice
        self.share = share
        self.struck = 0
        self.asked = 0
        self.daily = True

    def strikes(self, method: str, path: str) -> bool:
        self.asked += 1
        if self.dice.random() >= self.share:
            return False
        self.kind = self.dice.choices(list(_STRIKES), list(_STRIKES.values()))[0]
        if self.kind is Kind.TWICE and path.endswith("/webinars"):
            self.kind = Kind.ANSWER_LOST
        self.status = self.dice.choice((500, 502, 503)) if self.kind is not Kind.OK_PAGE else 200
        self.seconds = self.dice.choice((5, 30, 90))
        forms = [form for form in _TOO_MANY if self.daily or form is not RetryAfter.DAILY]
        self.retry_after = self.dice.choice(forms)
        # One day's limit is enough for an evening.
        self.daily = self.daily and not (self.kind is Kind.TOO_MANY and self.retry_after is RetryAfter.DAILY)
        self.struck += 1
        return True


@dataclass(frozen=True)
class Call:
    at: datetime
    label: Label
    named: datetime | None


class Recorder:
    """Sits between the house and Zoom: `network.app = Recorder(network.app, clock)`."""

    def __init__(self, app: Any, clock: Callable[[], datetime]) -> None:
        self.app = app
        self.clock = clock
        self.calls: list[Call] = []

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        label = _label(environ["REQUEST_METHOD"], environ["PATH_INFO"])
        environ = environ | {"QUERY_STRING": environ["QUERY_STRING"].replace("page_size=300", _SMALL_PAGE)}

        def note(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            told = {name.lower(): value for name, value in headers}
            named = _instant(told.get("retry-after", ""), self.clock()) if status.startswith("429") else None
            ones_own = told.get("x-ratelimit-limit") in ("3", "10", "100")
            if environ["PATH_INFO"].startswith("/v2/"):
                self.calls.append(Call(self.clock(), label, None if ones_own else named))
            return start_response(status, headers, *rest)

        return self.app(environ, note)

    def too_early(self) -> int:
        """Calls that came before the instant that Zoom had named to others of their kind."""
        closed: dict[Label, datetime] = {}
        early = 0
        for call in self.calls:
            early += call.at < closed.get(call.label, call.at)
            if call.named:
                closed[call.label] = max(call.named, closed.get(call.label, call.named))
        return early


def _label(method: str, path: str) -> Label:
    """https://developers.zoom.us/docs/api/rate-limits/"""
    if path.endswith("/batch_registrants"):
        return Label.HEAVY
    lists = path.endswith(("/registrants", "/webinars", "/panelists", "/settings"))
    return Label.MEDIUM if path.endswith("/status") or (method == "GET" and lists) else Label.LIGHT


def _instant(retry_after: str, now: datetime) -> datetime | None:
    if retry_after.isdecimal():
        return now + timedelta(seconds=int(retry_after))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return read(retry_after).astimezone(UTC)
        except ValueError:
            continue
    return None


def do_not_wait_for_the_disk(db: Database) -> None:
    """Nobody pulls the plug this evening, and there are thousands of commits."""
    if db.engine.dialect.name == "sqlite":
        listen(db.engine, "checkout", lambda raw, *_: raw.execute("PRAGMA synchronous=OFF") and None)
