"""Line 11: a million registrations on file, against a thousand. They belong to twenty events; visitors register for one
of these and look at its page. Here both sides are ours: the floor is the service whose database is nearly empty."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from statistics import median

from benchmarks import past, stage
from benchmarks.command import Effort, alternated, run
from benchmarks.programs import free_port, load
from benchmarks.scoreboard import Limit, Row
from benchmarks.visitors import look, register
from zoom_bridge.bridge import system_clock
from zoom_bridge.flows import hosting

EVENTS = 20
FEW = 1_000
VISITORS = 8


@dataclass(frozen=True)
class Round:
    rate: float
    p50: float


def measure(effort: Effort) -> list[Row]:
    with _filled(effort.on_file, effort) as many, _filled(FEW, effort) as few:
        with_many, with_few = alternated(effort.rounds, many, few)
    rates = [one.rate for one in with_many], [one.rate for one in with_few]
    pages = [one.p50 for one in with_many], [one.p50 for one in with_few]
    what = f"{effort.on_file:,} registrations on file against {FEW:,}"
    return [
        Row("11", f"{what}: registrations", "/s", *rates, Limit(0.9, half=0.8, at_least=True)),
        Row("11", f"{what}: event page, p50", "ms", *pages, Limit(1.1, half=1.2)),
    ]


@contextlib.contextmanager
def _filled(people: int, effort: Effort) -> Iterator[Callable[[], Round]]:
    # As many places as a webinar at Zoom can have; so they are counted.
    with stage.set_up(mail_port=free_port(), capacity=100_000) as ours, load() as put_on:
        now = system_clock()
        draft = replace(stage.draft(now, 100_000), title_de="Eine andere Veranstaltung")
        others = [hosting.create_event(ours.db, draft, now) for _ in range(EVENTS - 1)]
        for event in (ours.event, *others):
            past.fill_in(ours.db, event, people // EVENTS, now, letters_wait=False)
        past.settle(ours.db)
        with ours.serving():

            def one_round() -> Round:
                done = put_on(register, ours.port, ours.event.slug, VISITORS, effort.seconds)
                seen = put_on(look, ours.port, ours.event_page, 1, effort.seconds / 2)
                return Round(len(done.times) / (done.ended_at - done.began_at), median(seen.times) * 1000)

            yield one_round


if __name__ == "__main__":
    run(measure)
