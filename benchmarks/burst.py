"""Line 2: a burst of registrations. Sixteen people have the form open and send it at once, again and again; how long
do all but one in a hundred wait? The floor is a service with a single writer thread."""

from benchmarks import floor, stage
from benchmarks.command import Effort, alternated, percentile, run
from benchmarks.mail_sink import MailSink
from benchmarks.programs import load
from benchmarks.scoreboard import Limit, Row
from benchmarks.visitors import burst

CONNECTIONS = 16


def measure(effort: Effort) -> list[Row]:
    with (
        MailSink() as sink,
        stage.set_up(sink.port, effort.connections) as ours,
        ours.serving(),
        ours.working(),
        floor.set_up(sink.port, writer="single") as least,
        least.serving(),
        load() as put_on,
    ):

        def p99_of_ours() -> float:
            done = put_on(burst, ours.port, ours.event.slug, CONNECTIONS, effort.seconds)
            ours.wait_until_idle("messages", "registrations")
            return _p99(done.times)

        def p99_of_floor() -> float:
            return _p99(put_on(burst, least.port, "floor", CONNECTIONS, effort.seconds).times)

        results = alternated(effort.rounds, p99_of_ours, p99_of_floor)
    return [Row("2", "a burst of registrations, 16 connections, p99", "ms", *results, Limit(2, half=4))]


def _p99(seconds: list[float]) -> float:
    return percentile(seconds, 0.99) * 1000


if __name__ == "__main__":
    run(measure)
