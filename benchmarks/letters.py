"""Lines 5 and 6: an outbox full of letters. Ours is `work`, which reads, composes, sends and commits each letter by
itself.

5: a mail server that answers at once. The floor is prepared bytes over as many connections, one command after another;
beside it, where Django can be imported, its send_messages. 6: a mail server that is 20 ms away. The limit is one letter
for each round trip on each connection; beside it smtplib on as many."""

import time
from pathlib import Path

from benchmarks import django_post, past, plain_post, stage
from benchmarks.command import Effort, alternated, run
from benchmarks.mail_sink import MailSink
from benchmarks.programs import Program, load
from benchmarks.scoreboard import Limit, Row
from benchmarks.stage import Stage
from zoom_bridge.bridge import system_clock

#: Seconds to the far mail server and back, and the connections to it.
AWAY = 0.02
FAR = (4, 16)
#: So many round trips are measured, with one letter or one command in each.
ROUND_TRIPS = 160
#: Letters that memory is compared for: few, and so many times as many as are timed.
FEW, MANY = 1_000, 5


def measure(effort: Effort) -> list[Row]:
    return [*_near(effort), *(row for connections in FAR for row in _far(effort, connections)), *_memory(effort)]


def _near(effort: Effort) -> list[Row]:
    letters, connections = effort.letters, effort.connections
    with MailSink() as sink, stage.set_up(sink.port, connections) as ours, load() as put_on:
        with ours.working():
            pass

        def rate_of_ours() -> float:
            return _rate(ours, sink, letters)

        def rate_of_floor() -> float:
            sink.start_over()
            began = time.monotonic()
            put_on(plain_post.send_many, sink.port, letters, connections)
            return letters / (sink.last_at - began)

        def rate_of_django() -> float:
            sink.start_over()
            put_on(django_post.send_many, sink.port, letters // 5, connections)
            return letters // 5 / (sink.last_at - sink.first_at)

        results = alternated(effort.rounds, rate_of_ours, rate_of_floor)
        beside = alternated(effort.rounds, rate_of_ours, rate_of_django) if django_post.AVAILABLE else None
    what = f"{letters:,} letters, no delay, {connections} connections"
    rows = [Row("5", what, "/s", *results, Limit(0.5, half=0.25, at_least=True))]
    if beside:
        rows.append(Row("5", f"{what}: beside Django", "/s", *beside, Limit(3, half=1.5, at_least=True)))
    return rows


def _far(effort: Effort, connections: int) -> list[Row]:
    letters = ROUND_TRIPS * connections
    with MailSink(AWAY) as sink, stage.set_up(sink.port, connections) as ours, load() as put_on:
        with ours.working():
            pass

        def rate_of_ours() -> float:
            return _rate(ours, sink, letters)

        def rate_of_smtplib() -> float:
            sink.start_over()
            put_on(plain_post.send_many, sink.port, letters // 4, connections)
            return letters // 4 / (sink.last_at - sink.first_at)

        rates, beside = alternated(effort.rounds, rate_of_ours, rate_of_smtplib)
    what = f"{letters:,} letters, 20 ms away, {connections} connections"
    limits = [connections / AWAY] * len(rates)
    return [
        Row("6", f"{what}: beside one a round trip", "/s", rates, limits, Limit(0.8, half=0.5, at_least=True)),
        Row("6", f"{what}: beside smtplib", "/s", rates, beside, Limit(3, half=1.5, at_least=True)),
    ]


def _memory(effort: Effort) -> list[Row]:
    """The most that `work` ever held, with few letters and with many."""
    most: list[float] = []
    with MailSink() as sink, stage.set_up(sink.port, effort.connections) as ours:
        with ours.working():
            pass
        for letters in (FEW, MANY * effort.letters):
            _put_in(ours, sink, letters)
            with ours.running("work") as program:
                sink.wait_for(letters, seconds=1200)
                ours.wait_until_idle("messages")
                most.append(_peak(program))
    what = f"memory of the jobs with {MANY * effort.letters:,} letters, and with {FEW:,}"
    return [Row("5", what, "MB", [most[1]], [most[0]], Limit(1.1, half=1.3))]


def _rate(ours: Stage, sink: MailSink, letters: int) -> float:
    _put_in(ours, sink, letters)
    with ours.running("work"):
        sink.wait_for(letters, seconds=600)
        ours.wait_until_idle("messages")
    if sink.count != letters:
        raise RuntimeError(f"{sink.count} letters came instead of {letters}")
    return letters / (sink.last_at - sink.first_at)


def _put_in(ours: Stage, sink: MailSink, letters: int) -> None:
    past.forget(ours.db)
    past.fill_in(ours.db, ours.event, letters, system_clock(), letters_wait=True)
    sink.start_over()


def _peak(program: Program) -> float:
    lines = Path(f"/proc/{program.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    run(measure)
