"""APScheduler, and only as a clock: every tick asks the database what is due. Nothing is kept in its job store, so
several schedulers side by side are harmless, and what fell due while all were down is done at the next tick."""

import logging
import threading
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from jobs.timetable import TIMETABLE, Job
from zoom_bridge.bridge import Bridge, system_clock
from zoom_bridge.store import runs
from zoom_bridge.store.database import DatabaseUnavailable

log = logging.getLogger(__name__)

#: A job that found nothing to do says so this often, not at every tick.
SAY_IDLE_EVERY = timedelta(seconds=30)


class Clockwork:
    """Runs the timetable in threads of its own until it is stopped."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._stop = threading.Event()
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

    def stop(self) -> None:
        """The row in hand is finished, claims are given back, then the threads end."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)

    def _tick(self, job: Job) -> None:
        try:
            done = job.run(self._bridge, self._stop)
            self._say(job, done)
        except DatabaseUnavailable as error:
            log.error("%s: the database is not available: %s", job.name, error)
        except Exception:
            log.exception("%s ended unexpectedly", job.name)

    def _say(self, job: Job, done: int) -> None:
        """Write down that the job ran, unless it is in trouble or said so a moment ago."""
        now = self._bridge.clock()
        said = self._said.get(job.name)
        if not done and said and now < said + SAY_IDLE_EVERY:
            return
        with self._bridge.db.transaction() as connection:
            run = runs.find(connection, job.name)
            if run is None or run.paused_until is None or (done and now >= run.paused_until):
                runs.record(connection, job.name, done, now)
        self._said[job.name] = now
