"""May this process believe its clock? One that leaps, against the time that passes by itself, is believed again when
another clock agrees with it or, when no other can be asked, after ten minutes; and at once when it leaps back.

Until then everything that could do harm at the wrong time waits, and says why. That a machine slept is such a leap as
well, and is told apart by asking Zoom."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from zoom_bridge.bridge import Bridge
from zoom_bridge.flows import mending
from zoom_bridge.store import runs

log = logging.getLogger(__name__)

#: The name under which it is written down how it goes.
WATCH_CLOCK = "watch_clock"
#: Less than this is no leap, and no contradiction.
LEAP = timedelta(hours=1)
#: When no other clock can be asked.
PATIENCE = timedelta(minutes=10)

# Both are among web/in_words.py's, in the reader's language.
LEAPT = "The clock of this machine has leapt by more than an hour. E-mails and reminders wait until another clock agrees with it, at most for ten minutes."
WRONG = "The clock of this machine is wrong. E-mails and reminders wait until it is right again. Zoom says that now it is"


class Timekeeper:
    """`passed` counts seconds that pass, whatever anybody does to the clock."""

    def __init__(self, bridge: Bridge, passed: Callable[[], float] = time.monotonic) -> None:
        self._bridge = bridge
        self._passed = passed
        self._lock = threading.Lock()
        self._right, self._then = bridge.clock(), passed()
        self._by_zoom = False
        self._doubt_since: float | None = None
        self._furthest = self._right
        self._asked = False
        self._alarmed: bool | None = None

    def steady(self) -> bool:
        """Whether the clock shows what it should by now. Cheap enough to be asked before each letter."""
        return self._look()[0]

    def now(self) -> datetime:
        """The clock for whoever acts by it: in doubt it tells what it should show, so that what is under way is
        finished by the time at which it began."""
        return self._look()[1]

    def watch(self) -> None:
        """Called every few seconds: at first, and in doubt, another clock is asked; what comes of it is said."""
        if not self.steady() or not self._asked:
            told = self._bridge.zoom.tell_time()
            self._asked = True
            with self._lock:
                self._learn(told)
        if self.steady():
            self._calm()
        else:
            self._alarm()

    def _look(self) -> tuple[bool, datetime]:
        with self._lock:
            wall, passed = self._bridge.clock(), self._passed()
            expected = self._expected(passed)
            self._furthest = max(self._furthest, wall)
            if abs(wall - expected) <= LEAP:
                self._right, self._then = wall, passed
                self._by_zoom, self._doubt_since = False, None
                return True, wall
            if self._doubt_since is None:
                self._doubt_since = passed
            return False, expected

    def _learn(self, told: datetime | None) -> None:
        passed = self._passed()
        if told:
            self._right, self._then, self._by_zoom = told, passed, True
        elif self._patience_is_over(passed):
            self._right, self._then = self._bridge.clock(), passed

    def _patience_is_over(self, passed: float) -> bool:
        if self._doubt_since is None or self._by_zoom:
            return False
        return passed - self._doubt_since >= PATIENCE.total_seconds()

    def _expected(self, passed: float) -> datetime:
        return self._right + timedelta(seconds=passed - self._then)

    def _calm(self) -> None:
        now = self._bridge.clock()
        if self._furthest > now + LEAP:
            mending.mend(self._bridge.db, now, self._furthest)
            self._furthest = now
        if self._alarmed is False:
            return
        with self._bridge.db.transaction() as connection:
            # One of another process that did not live to see the end of it goes as well.
            run = runs.find(connection, WATCH_CLOCK)
            if run and run.failed_since:
                runs.record(connection, WATCH_CLOCK, 0, now)
        self._alarmed = False

    def _alarm(self) -> None:
        with self._lock:
            expected = self._expected(self._passed())
            error = f"{WRONG}: {expected:%Y-%m-%d, %H:%M} UTC" if self._by_zoom else LEAPT
        if not self._alarmed:
            log.error("%s", error)
        self._alarmed = True
        with self._bridge.db.transaction() as connection:
            runs.record_trouble(connection, WATCH_CLOCK, error, expected, alarm=True, now=expected)


class Brake(threading.Event):
    """Says "stop" when the process is asked to, and as long as its clock is not believed."""

    def __init__(self, stop: threading.Event, timekeeper: Timekeeper) -> None:
        super().__init__()
        self._stop = stop
        self._timekeeper = timekeeper

    def is_set(self) -> bool:
        return self._stop.is_set() or not self._timekeeper.steady()

    def wait(self, timeout: float | None = None) -> bool:
        return self._stop.wait(timeout) or self.is_set()
