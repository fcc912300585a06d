"""python -m benchmarks [line …]: the whole scoreboard, or some of its lines."""

from benchmarks import (
    attendance,
    burst,
    cold_start,
    letters,
    memory,
    million,
    pages,
    registrations,
    storm,
    sync,
    webhooks,
)
from benchmarks.command import run

SCRIPTS = (registrations, burst, pages, webhooks, letters, sync, memory, cold_start, million, attendance, storm)

if __name__ == "__main__":
    run(*(script.measure for script in SCRIPTS), names=[script.__name__.rpartition(".")[2] for script in SCRIPTS])
