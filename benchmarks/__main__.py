"""python -m benchmarks [line …]: the whole scoreboard, or some of its lines."""

from benchmarks import burst, cold_start, letters, memory, million, pages, registrations, sync, webhooks
from benchmarks.command import run

SCRIPTS = (registrations, burst, pages, webhooks, letters, sync, memory, cold_start, million)

if __name__ == "__main__":
    run(*(script.measure for script in SCRIPTS), names=[script.__name__.rpartition(".")[2] for script in SCRIPTS])
