"""A worker that kills itself at a named point, as if the power failed there. Run as a program, by tests only.

    crashing_worker.py --config FILE [--jobs send_mail,…] [--die MODULE:NAME:before|after[:N]] [--later SECONDS]

It does what is due, again and again, until nothing is, and ends with 0. With --die, the N-th call of that function or
method kills the process with SIGKILL, before the call or after it. With --later, its clock is ahead: what somebody
else left claimed has lapsed for it.

While nothing is due but something will be within the hour, its clock jumps there, so that nobody has to wait."""

import argparse
import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from jobs.timetable import TIMETABLE, Job
from zoom_bridge.bridge import Bridge, assemble
from zoom_bridge.config import load_settings
from zoom_bridge.store import tables

#: What is due later than this, such as a reminder, is left to others.
LOOKS_AHEAD = timedelta(hours=1)
_WORKED = [table for table in tables.metadata.sorted_tables if "claimed_until" in table.c]


class JumpingClock:
    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def jump_to(self, instant: datetime) -> None:
        self.ahead = max(self.ahead, instant - datetime.now(UTC))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


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


def work(bridge: Bridge, clock: JumpingClock, jobs: list[Job]) -> None:
    for _ in range(200):
        done = sum(job.run(bridge, threading.Event()) for job in jobs)
        instant = next_due(bridge)
        if instant is None or instant > clock() + LOOKS_AHEAD:
            return
        if not done:
            clock.jump_to(instant)
    raise SystemExit("there is always something due")


def next_due(bridge: Bridge) -> datetime | None:
    """When the next row can be worked on. A row that somebody holds is free when their lease is over."""
    instants = []
    with bridge.db.reading() as connection:
        for table in _WORKED:
            rows = connection.execute(
                select(func.min(table.c.due_at), table.c.claimed_until)
                .where(table.c.due_at.is_not(None))
                .group_by(table.c.claimed_until)
            )
            instants += [max(filter(None, row)) for row in rows]
        paused = connection.execute(select(func.max(tables.runs.c.paused_until))).scalar()
    if not instants:
        return None
    return max(min(instants), paused) if paused else min(instants)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--jobs", default=",".join(job.name for job in TIMETABLE))
    parser.add_argument("--die")
    parser.add_argument("--later", type=float, default=0)
    asked = parser.parse_args()
    clock = JumpingClock(timedelta(seconds=asked.later))
    bridge = assemble(load_settings(asked.config), clock)
    if asked.die:
        set_trap(asked.die)
    wanted = asked.jobs.split(",")
    work(bridge, clock, [job for job in TIMETABLE if job.name in wanted])
    bridge.post.close()


if __name__ == "__main__":
    sys.exit(main())
