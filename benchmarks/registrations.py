"""Line 1: complete registrations a second. Eight visitors open the form and send it, one after another; a round ends
when the last letter of confirmation was really handed over. Ours: `serve` and `work` with the pretend Zoom."""

import contextlib
from collections.abc import Callable, Iterator

from benchmarks import floor, postgres, stage
from benchmarks.command import Effort, alternated, run
from benchmarks.mail_sink import MailSink
from benchmarks.programs import load
from benchmarks.scoreboard import Limit, Row
from benchmarks.stage import Stage
from benchmarks.visitors import register

VISITORS = 8
LIMIT = Limit(0.6, half=0.3, at_least=True)


def measure(effort: Effort) -> list[Row]:
    rows = [_row("1", "complete registrations, letter handed over", None, effort)]
    if postgres.binaries():
        with postgres.cluster() as url:
            rows.append(_row("1p", "the same, ours on PostgreSQL", url, effort))
    return rows


def _row(line: str, what: str, database_url: str | None, effort: Effort) -> Row:
    with _ours(effort, database_url) as ours, _floor(effort) as least:
        results = alternated(effort.rounds, ours, least)
    return Row(line, what, "/s", *results, LIMIT)


@contextlib.contextmanager
def _ours(effort: Effort, database_url: str | None) -> Iterator[Callable[[], float]]:
    with (
        MailSink() as sink,
        stage.set_up(sink.port, effort.connections, database_url) as ours,
        ours.serving(),
        ours.working(),
        load() as put_on,
    ):
        yield lambda: _round(put_on, ours, sink, effort)


def _round(put_on: Callable[..., object], ours: Stage, sink: MailSink, effort: Effort) -> float:
    rate = _rate(put_on, ours.port, ours.event.slug, sink, effort)
    ours.wait_until_idle("messages", "registrations")
    return rate


@contextlib.contextmanager
def _floor(effort: Effort) -> Iterator[Callable[[], float]]:
    with MailSink() as sink, floor.set_up(sink.port) as least, least.serving(), load() as put_on:
        yield lambda: _rate(put_on, least.port, "floor", sink, effort)


def _rate(put_on: Callable[..., object], port: int, slug: str, sink: MailSink, effort: Effort) -> float:
    sink.start_over()
    done = put_on(register, port, slug, VISITORS, effort.seconds)
    sink.wait_for(len(done.times))
    return len(done.times) / (max(done.ended_at, sink.last_at) - done.began_at)


if __name__ == "__main__":
    run(measure)
