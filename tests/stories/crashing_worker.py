"""A worker that kills itself at a named point, as if the power failed there. Run as a program, by tests only.

    crashing_worker.py --config FILE [--jobs send_mail,…|upgrade] [--die MODULE:NAME:before|after[:N]]
                       [--lease SECONDS]

It does what is due, again and again, until nothing is, and ends with 0. With --die, the N-th call of that function or
method kills the process with SIGKILL, before the call or after it.

While nothing is due, but something will be within the hour, its clock jumps there, so that nobody has to wait: a row
that a dead worker holds is free when the lease is over. With --lease, leases are short and the time is the real one:
several of these workers can then be alive at once."""

import argparse
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select

from jobs.timetable import TIMETABLE
from zoom_bridge.bridge import Bridge, assemble
from zoom_bridge.config import load_settings
from zoom_bridge.store import claims, mail_tables, migrations, tables

#: What is due later than this, such as a reminder, is left to others.
LOOKS_AHEAD = timedelta(hours=1)
#: More rounds than any of the stories needs.
MOST_ROUNDS = 500

#: The jobs by name, each with the rows it works through.
ROWS: dict[str, Table] = {
    "apply_webhooks": tables.deliveries,
    "send_mail": tables.messages,
    "sync_registrants": tables.registrations,
    "sync_webinars": tables.webinars,
    "queue_reminders": mail_tables.reminders,
    "reconcile_attendance": tables.reports,
}


class JumpingClock:
    """The real time, or ahead of it."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def jump_to(self, instant: datetime) -> None:
        self._ahead = max(self._ahead, instant - datetime.now(UTC))


class PatientClock(JumpingClock):
    """The real time. It does not jump; whoever asks it to has to wait a little."""

    def jump_to(self, instant: datetime) -> None:
        time.sleep(0.02)


def work(bridge: Bridge, clock: JumpingClock, names: Sequence[str]) -> None:
    """Until nothing is due for these jobs. The bridge has that clock."""
    jobs = [job for job in TIMETABLE if job.name in names]
    for _ in range(MOST_ROUNDS):
        done = sum(job.run(bridge, threading.Event()) for job in jobs)
        instant = next_due(bridge, names)
        if instant is None or instant > clock() + LOOKS_AHEAD:
            return
        if not done:
            clock.jump_to(instant)
    raise SystemExit(f"there is always something due for {names}")


def next_due(bridge: Bridge, names: Sequence[str]) -> datetime | None:
    """When the next row can be worked on: due, free of others, and its job not pausing."""
    instants: list[datetime] = []
    runs = tables.runs
    with bridge.db.reading() as connection:
        for name in names:
            table = ROWS[name]
            query = select(func.min(table.c.due_at), table.c.claimed_until).where(table.c.due_at.is_not(None))
            pause = connection.execute(select(runs.c.paused_until).where(runs.c.job == name)).scalar()
            found = connection.execute(query.group_by(table.c.claimed_until))
            instants += [max(filter(None, (*row, pause))) for row in found]
    return min(instants, default=None)


def set_trap(point: str) -> None:
    """Wrap what the point names, so that its N-th call is the end. "Line.send" is the method of a class."""
    module_name, path, moment, *number = point.split(":")
    owner: Any = importlib.import_module(module_name)
    *classes, name = path.split(".")
    for class_name in classes:
        owner = getattr(owner, class_name)
    function: Callable[..., Any] = getattr(owner, name)
    fatal, calls = int(number[0]) if number else 1, count(1)

    @wraps(function)
    def trapped(*args: Any, **kwargs: Any) -> Any:
        this = next(calls) == fatal
        if this and moment == "before":
            die()
        result = function(*args, **kwargs)
        if this and moment == "after":
            die()
        return result

    setattr(owner, name, trapped)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--jobs", default=",".join(ROWS))
    parser.add_argument("--die")
    parser.add_argument("--lease", type=float)
    asked = parser.parse_args()
    clock = PatientClock() if asked.lease else JumpingClock()
    if asked.lease:
        claims.LEASE = timedelta(seconds=asked.lease)
    bridge = assemble(load_settings(asked.config), clock)
    if asked.die:
        set_trap(asked.die)
    if asked.jobs == "upgrade":
        migrations.upgrade(bridge.db)
        return
    work(bridge, clock, asked.jobs.split(","))
    bridge.post.close()


if __name__ == "__main__":
    sys.exit(main())
