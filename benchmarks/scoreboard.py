"""The rows of the table: what was measured of ours and of the floor, round by round, and what is aimed at."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Limit:
    """What to reach. `of` says what is compared with it: the ratio of ours to the floor, or ours by itself.
    `half` is what to reach first."""

    value: float
    half: float
    at_least: bool = False
    of: str = "ratio"
    unit: str = ""

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {in_digits(self.value)}{self.unit}"

    def reached(self, value: float) -> str:
        beyond = value.__ge__ if self.at_least else value.__le__
        return "yes" if beyond(self.value) else "half" if beyond(self.half) else "no"


@dataclass(frozen=True)
class Row:
    """One line of the table. `ours` and `floor` hold a value for each round; a floor may be missing."""

    line: str
    what: str
    unit: str
    ours: Sequence[float]
    floor: Sequence[float]
    limit: Limit

    @property
    def ratios(self) -> list[float]:
        return [ours / floor for ours, floor in zip(self.ours, self.floor, strict=False)]

    @property
    def reached(self) -> str:
        return self.limit.reached(median(self.ratios if self.limit.of == "ratio" else self.ours))

    def cells(self) -> list[str]:
        return [
            self.line,
            self.what,
            f"{_spread(self.ours)} {self.unit}".strip(),
            f"{_spread(self.floor)} {self.unit}".strip() if self.floor else "–",
            _spread(self.ratios) if self.floor else "–",
            str(self.limit),
            self.reached,
        ]


HEADINGS = ["#", "line", "ours", "floor", "ratio", "limit", "reached"]


def as_text(rows: Sequence[Row]) -> str:
    table = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(cells[n]) for cells in table) for n in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip() for cells in table
    )


def as_markdown(rows: Sequence[Row]) -> str:
    table = [HEADINGS, ["---"] * len(HEADINGS), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in table)


def in_digits(value: float) -> str:
    """Three digits, as many as such a measurement is good for."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _spread(values: Sequence[float]) -> str:
    """The median, and between which values it lies."""
    middle = in_digits(median(values))
    return f"{middle} ({in_digits(min(values))}–{in_digits(max(values))})" if len(values) > 1 else middle
