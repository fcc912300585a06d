"""Line 10: from the command to the first page. `serve` beside the floor's service; the trial from nothing, and with
its data there already."""

import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from benchmarks import floor, stage
from benchmarks.command import Effort, alternated, run
from benchmarks.programs import Program, free_port, running
from benchmarks.scoreboard import Limit, Row
from benchmarks.stage import ZOOM_BRIDGE

TRIAL = Limit(3, half=6, of="ours", unit=" s")


def measure(effort: Effort) -> list[Row]:
    with stage.set_up(mail_port=free_port()) as ours, floor.set_up() as least:
        starts = alternated(effort.rounds, lambda: _seconds(ours.serving), lambda: _seconds(least.serving))
    with tempfile.TemporaryDirectory(prefix="zoom-bridge-trial-") as folder:
        new = [_trial(Path(folder) / str(n)) for n in range(effort.rounds)]
        again = [_trial(Path(folder) / str(n)) for n in range(effort.rounds)]
    return [
        Row("10", "cold start of serve to the first page", "s", *starts, Limit(2, half=4)),
        Row("10", "cold start of the trial, its data there", "s", again, [], TRIAL),
        Row("10", "cold start of the trial, from nothing", "s", new, [], TRIAL),
    ]


def _seconds(serving: Callable[[], AbstractContextManager[Program]]) -> float:
    began = time.monotonic()
    with serving():
        return time.monotonic() - began


def _trial(folder: Path) -> float:
    began, port = time.monotonic(), free_port()
    with running(ZOOM_BRIDGE, "run", "--data", folder, "--port", port, log=folder.with_suffix(".log")) as program:
        program.wait_for_page(port, "/")
        return time.monotonic() - began


if __name__ == "__main__":
    run(measure)
