"""Line 5: an outbox full of letters, and a mail server that answers at once. Ours: `work`, which reads, composes, sends
and commits each letter by itself. The floor: prepared bytes over as many connections, one command after another."""

import time

from benchmarks import past, plain_post, stage
from benchmarks.command import Effort, alternated, run
from benchmarks.mail_sink import MailSink
from benchmarks.programs import load
from benchmarks.scoreboard import Limit, Row
from zoom_bridge.bridge import system_clock


def measure(effort: Effort) -> list[Row]:
    with MailSink() as sink, stage.set_up(sink.port, effort.connections) as ours, load() as put_on:
        with ours.working():
            pass

        def rate_of_ours() -> float:
            past.forget(ours.db)
            past.fill_in(ours.db, ours.event, effort.letters, system_clock(), letters_wait=True)
            sink.start_over()
            with ours.running("work"):
                sink.wait_for(effort.letters, seconds=600)
                ours.wait_until_idle("messages")
            if sink.count != effort.letters:
                raise RuntimeError(f"{sink.count} letters came instead of {effort.letters}")
            return effort.letters / (sink.last_at - sink.first_at)

        def rate_of_floor() -> float:
            sink.start_over()
            began = time.monotonic()
            put_on(plain_post.send_many, sink.port, effort.letters, effort.connections)
            return effort.letters / (sink.last_at - began)

        results = alternated(effort.rounds, rate_of_ours, rate_of_floor)
    what = f"{effort.letters:,} letters, no delay, {effort.connections} connections"
    return [Row("5", what, "/s", *results, Limit(0.5, half=0.25, at_least=True))]


if __name__ == "__main__":
    run(measure)
