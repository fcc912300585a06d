"""Line 9: memory of web, jobs and mail together, at rest and after load. Shared pages count in parts (PSS), so the sum
is what the machine really gives. The floor is the least service with its mail thread."""

import re
import time
from pathlib import Path

from benchmarks import floor, stage
from benchmarks.command import Effort, run
from benchmarks.mail_sink import MailSink
from benchmarks.programs import Program, family, load
from benchmarks.scoreboard import Limit, Row
from benchmarks.visitors import look, register

LIMIT = Limit(150, half=300, of="ours", unit=" MB")
VISITORS = 8


def measure(effort: Effort) -> list[Row]:
    return [*_apart(effort), *_in_one(effort)]


def _apart(effort: Effort) -> list[Row]:
    with (
        MailSink() as sink,
        stage.set_up(sink.port) as ours,
        ours.serving() as web,
        ours.working() as jobs,
        floor.set_up(sink.port) as least,
        least.serving() as service,
        load() as put_on,
    ):
        put_on(look, ours.port, ours.event_page, VISITORS, 0.2)
        at_rest = _megabytes(web, jobs), _megabytes(service)
        put_on(register, ours.port, ours.event.slug, VISITORS, effort.seconds)
        put_on(register, least.port, "floor", VISITORS, effort.seconds)
        ours.wait_until_idle("messages", "registrations")
        after = _megabytes(web, jobs), _megabytes(service)
    return [
        Row("9", "memory at rest: serve and work", "MB", [at_rest[0]], [at_rest[1]], LIMIT),
        Row("9", "memory after load: serve and work", "MB", [after[0]], [after[1]], LIMIT),
    ]


def _in_one(effort: Effort) -> list[Row]:
    with (
        MailSink() as sink,
        stage.set_up(sink.port) as ours,
        ours.running("simulate"),
        ours.running("run") as everything,
        load() as put_on,
    ):
        everything.wait_for_page(ours.port, ours.event_page)
        time.sleep(1)
        at_rest = _megabytes(everything)
        put_on(register, ours.port, ours.event.slug, VISITORS, effort.seconds)
        ours.wait_until_idle("messages", "registrations")
        after = _megabytes(everything)
    return [
        Row("9", "memory at rest: run, all in one process", "MB", [at_rest], [], LIMIT),
        Row("9", "memory after load: run, all in one process", "MB", [after], [], LIMIT),
    ]


def _megabytes(*programs: Program) -> float:
    return sum(_share(pid) for program in programs for pid in family(program.pid)) / 1024


def _share(pid: int) -> int:
    """The process's proportional set size in kilobytes."""
    found = re.search(r"^Pss: +(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text(), re.MULTILINE)
    return int(found[1]) if found else 0


if __name__ == "__main__":
    run(measure)
