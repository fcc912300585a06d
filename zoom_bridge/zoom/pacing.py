"""Calls keep within Zoom's limits by themselves: each waits for its turn before it sets out, and all processes stand in
the same queues. What the limits are is here; the queues and counts are kept by a ledger that is handed in, because
Zoom's room knows no database."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom.answers import Busy
from zoom_bridge.zoom.limits import Label, Reach, spread

#: Turns are a little further apart than Zoom asks for: what leaves evenly arrives unevenly, and Zoom counts arrivals.
EASE = 1.04
#: Who would have to wait longer for a turn comes back another time, and lets others go on meanwhile.
PATIENCE = timedelta(seconds=10)
#: A turn is missed by so much; then it may be somebody else's already.
LATE = timedelta(milliseconds=40)
#: The last tenth of what Zoom takes in a day is kept for events that run or are about to.
RESERVE = 0.1
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Rate:
    """So many calls in so many seconds; `pool` names what they draw on together for the day, if that is limited."""

    calls: int
    seconds: int = 1
    pool: str = ""
    per_day: int = 0

    @property
    def apart(self) -> timedelta:
        return timedelta(seconds=self.seconds) / self.calls * EASE

    def today(self, *, urgent: bool) -> int:
        """How many calls a day may take."""
        return self.per_day if urgent else self.per_day - int(self.per_day * RESERVE)


# https://developers.zoom.us/docs/api/rate-limits/
PLANS: Mapping[str, Mapping[Label, Rate]] = {
    "free": {
        Label.LIGHT: Rate(4, pool="light", per_day=6_000),
        Label.MEDIUM: Rate(2, pool="medium", per_day=2_000),
        Label.HEAVY: Rate(1, pool="heavy", per_day=1_000),
        Label.RESOURCE_INTENSIVE: Rate(10, 60, pool="resource-intensive", per_day=30_000),
    },
    "pro": {
        Label.LIGHT: Rate(30),
        Label.MEDIUM: Rate(20),
        Label.HEAVY: Rate(10, pool="heavy", per_day=30_000),
        Label.RESOURCE_INTENSIVE: Rate(10, 60, pool="heavy", per_day=30_000),
    },
    "business": {
        Label.LIGHT: Rate(80),
        Label.MEDIUM: Rate(60),
        Label.HEAVY: Rate(40, pool="heavy", per_day=60_000),
        Label.RESOURCE_INTENSIVE: Rate(20, 60, pool="heavy", per_day=60_000),
    },
}


class Ledger(Protocol):
    """Kept where all processes see it (`store/budgets.py`)."""

    def book(
        self, queue: str, apart: timedelta, now: datetime, latest: datetime, pool: str, per_day: int
    ) -> datetime:
        """The next turn in the queue. Nothing is booked when it comes after `latest`."""
        ...

    def hold(self, queue: str, until: datetime, now: datetime) -> None:
        """Nobody in this queue has a turn before then."""
        ...

    def held_until(self, queue: str, now: datetime) -> datetime | None: ...


class Pace:
    """Shared by all threads of a process."""

    def __init__(
        self,
        ledger: Ledger,
        plan: str,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ledger = ledger
        self._rates = PLANS[plan]
        self._clock = clock
        self._sleep = sleep

    def take(self, label: Label, until: float, *, urgent: bool = False) -> None:
        """Waits for a turn, until `until` of time.monotonic() at most, or raises Busy. Whoever slept asks for another one
        when it was too long, or when Zoom told another process meanwhile to wait."""
        rate = self._rates[label]
        now = self._clock()
        latest = now + min(timedelta(seconds=max(until - time.monotonic(), 0)), PATIENCE)
        while True:
            turn = self._ledger.book(label, rate.apart, now, latest, rate.pool, rate.today(urgent=urgent))
            if turn > latest:
                raise _busy(turn, now)
            if turn <= now:
                return
            self._sleep((turn - now).total_seconds())
            now = self._clock()
            if now <= turn + LATE and not self._ledger.held_until(label, now):
                return

    def heed(self, label: Label, failure: Failure) -> bool:
        """What Zoom said to one, all keep: no such call before the instant it named, unless it meant one host or one
        person. True when it is so near that whoever was refused may ask for another turn at once."""
        reach = failure.reach if isinstance(failure, Busy) else None
        if failure.not_before is None or reach in (Reach.HOST, Reach.PERSON):
            return False
        now = self._clock()
        self._ledger.hold(label, failure.not_before, now)
        return reach is not None and failure.not_before <= now + PATIENCE


def _busy(turn: datetime, now: datetime) -> Busy:
    """Many rows wait for the same instant: what is long is spread a little, so that they do not come back in step."""
    reach = Reach.TODAY if turn.date() > now.date() else Reach.MOMENT
    return Busy(reach, turn + spread(_MINUTE) if turn - now > _MINUTE else turn)
