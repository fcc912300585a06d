"""What the scripts share: their options, rounds in turn, and the table at the end."""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from benchmarks.scoreboard import Row, as_markdown, as_text

Result = TypeVar("Result")


@dataclass(frozen=True)
class Effort:
    """How many rounds, how long each, and how much at once where a line counts instead of timing."""

    rounds: int = 5
    seconds: float = 10
    letters: int = 10_000
    connections: int = 4
    on_file: int = 1_000_000
    registrants: int = 10_000
    compared: int = 50_000
    people: int = 5_000
    minutes: float = 5


_QUICK = Effort(
    rounds=2,
    seconds=4,
    letters=2_000,
    on_file=100_000,
    registrants=2_000,
    compared=10_000,
    people=1_000,
    minutes=0.5,
)

Measure = Callable[[Effort], list[Row]]


def run(*measures: Measure, names: Sequence[str] = ()) -> None:
    """Measure every line that was asked for and print the table. `names` are those that may be chosen from."""
    parser = argparse.ArgumentParser(description="Ours and its floor, in alternated rounds.")
    if names:
        parser.add_argument("lines", nargs="*", choices=[*names, []], help="default: all of them")
    parser.add_argument("--quick", action="store_true", help="few and short rounds")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="of each round, where a line is measured over time")
    parser.add_argument("--letters", type=int, help="how many letters the outbox holds")
    parser.add_argument("--connections", type=int, help="to the mail server, for ours and the floor")
    parser.add_argument("--on-file", type=int, help="how many registrations the big database holds")
    parser.add_argument("--registrants", type=int, help="how many are brought to Zoom")
    parser.add_argument("--compared", type=int, help="how many are on Zoom's list that is compared with ours")
    parser.add_argument("--people", type=int, help="how many come in the storm; four times as many on PostgreSQL")
    parser.add_argument("--minutes", type=float, help="within how many they come, and go")
    parser.add_argument("--markdown", action="store_true", help="print the table as Markdown")
    asked = vars(parser.parse_args())

    markdown, quick, lines = asked.pop("markdown"), asked.pop("quick"), asked.pop("lines", None)
    given = {name: value for name, value in asked.items() if value is not None}
    effort = replace(_QUICK if quick else Effort(), **given)
    chosen = (
        [measure for measure, name in zip(measures, names, strict=True) if name in lines] if lines else measures
    )
    rows: list[Row] = []
    for measure in chosen:
        rows += measure(effort)
        print(as_text(rows[-1:]).splitlines()[-1], file=sys.stderr)
    print(as_markdown(rows) if markdown else as_text(rows))


def alternated(
    rounds: int, ours: Callable[[], Result], floor: Callable[[], Result]
) -> tuple[list[Result], list[Result]]:
    """Ours and the floor in turn, each going first in every other round."""
    results: tuple[list[Result], list[Result]] = ([], [])
    for n in range(rounds):
        turns = [(results[0], ours), (results[1], floor)]
        for kept, measure in turns if n % 2 == 0 else reversed(turns):
            kept.append(measure())
    return results


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
