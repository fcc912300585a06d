"""APScheduler, and only as a clock: every tick asks the database what is due. Nothing is kept in its job store, so
several schedulers side by side are harmless, and what fell due while all were down is done at the next tick."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.timekeeper import Brake, Timekeeper
from jobs.timetable import TIMETABLE, Job
from zoom_bridge.bridge import Bridge, system_clock
from zoom_bridge.store import runs
from zoom_bridge.store.database import DatabaseUnavailable

log = logging.getLogger(__name__)

#: A job that found nothing to do says so this often, not at every tick.
SAY_IDLE_EVERY = timedelta(seconds=30)
#: Seconds between two looks at the clock.
WATCH_EVERY = 10


class Clockwork:
    """Runs the timetable in threads of its own until it is stopped. `passed` counts seconds, whatever the clock says."""

    def __init__(self, bridge: Bridge, passed: Callable[[], float] = time.monotonic) -> None:
        self._bridge = bridge
        self._stop = threading.Event()
        self._timekeeper = Timekeeper(bridge, passed)
        self._brake = Brake(self._stop, self._timekeeper)
        self._careful = replace(bridge, clock=self._timekeeper.now)
        self._watcher = threading.Thread(target=self._watch, name="timekeeper", daemon=True)
        self._said: dict[str, datetime] = {}
        # A job that still runs skips its tick; APScheduler would warn each time.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(len(TIMETABLE))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        for job in TIMETABLE:
            self._scheduler.add_job(
                self._tick, "interval", [job], id=job.name, seconds=job.every, next_run_time=system_clock()
            )

    def start(self) -> None:
        self._scheduler.start()
        self._watcher.start()

    def stop(self) -> None:
        """The row in hand is finished, claims are given back, then the threads end."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)
        if self._watcher.is_alive():
            self._watcher.join()

    def _watch(self) -> None:
        """By the time that passes, because APScheduler itself goes by the clock."""
        while True:
            try:
                self._timekeeper.watch()
            except DatabaseUnavailable as error:
                log.error("the clock is watched, but the database is not available: %s", error)
            except Exception:
                log.exception("watching the clock ended unexpectedly")
            self._hurry()
            if self._stop.wait(WATCH_EVERY):
                return

    def _hurry(self) -> None:
        """A clock that was set back must not keep the jobs waiting until it is where it was."""
        for job in TIMETABLE:
            planned = self._scheduler.get_job(job.name)
            latest = system_clock() + timedelta(seconds=job.every + WATCH_EVERY)
            if planned and planned.next_run_time and planned.next_run_time > latest:
                self._scheduler.modify_job(job.name, next_run_time=system_clock())

    def _tick(self, job: Job) -> None:
        bridge, stop = (self._careful, self._brake) if job.by_the_clock else (self._bridge, self._stop)
        if stop.is_set():
            return
        try:
            done = job.run(bridge, stop)
            self._say(job, done)
        except DatabaseUnavailable as error:
            log.error("%s: the database is not available: %s", job.name, error)
        except Exception:
            log.exception("%s ended unexpectedly", job.name)

    def _say(self, job: Job, done: int) -> None:
        """Write down that the job ran, unless it is in trouble or said so a moment ago."""
        now = self._bridge.clock()
        said = self._said.get(job.name)
        if not done and said and abs(now - said) < SAY_IDLE_EVERY:
            return
        with self._bridge.db.transaction() as connection:
            run = runs.find(connection, job.name)
            if run is None or run.paused_until is None or (done and now >= run.paused_until):
                runs.record(connection, job.name, done, now)
        self._said[job.name] = now
