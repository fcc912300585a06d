"""The shapes of charts: where bars, columns, curve and labels stand, from the rows of the table that says the same.
`charts.html` draws them on pages, `result_sheet.py` on paper."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

#: The plot, in pixels from the top of the picture: above it is room for the highest label, below for those of the axis.
TOP, HEIGHT = 28, 200
#: The curve is drawn in a field so wide, which is stretched to the width there is.
WIDE = 1000
#: Between columns, as a share of the room for each; and how wide one is at the most, in per cent of the picture.
_GAP, _WIDEST = 0.3, 8
_MOST_LINES = 4


class Form(StrEnum):
    """BARS lie in the table itself. COLUMNS stand beside each other, a CURVE goes on until the next row."""

    BARS = "bars"
    COLUMNS = "columns"
    CURVE = "curve"


@dataclass(frozen=True)
class Row:
    """One line of the table. number: as it is said; value: as it is drawn. at: with a curve, how far along, 0 to 1.
    ours: the label is of ours, not in whatever language somebody wrote. hidden: so few that their number is not told."""

    label: str
    number: str
    value: int
    at: float = 0
    ours: bool = True
    hidden: bool = False


@dataclass(frozen=True)
class Tick:
    """A label below the axis; at and end as a share of the width."""

    label: str
    at: float

    @property
    def anchor(self) -> str:
        return _anchor(self.at) if len(self.label) > 2 else "middle"


@dataclass(frozen=True)
class Chart:
    """says: what there is to see, in a sentence. note: said where it is highest."""

    form: Form
    title: str
    head: tuple[str, str]
    rows: tuple[Row, ...]
    says: str = ""
    note: str = ""
    ticks: tuple[Tick, ...] = ()

    @property
    def most(self) -> int:
        return max((row.value for row in self.rows), default=0)

    @property
    def step(self) -> int:
        """From one line of the grid to the next: 1, 2 or 5, 10, 20 or 50 and so on."""
        unit = 1
        while self.most > 5 * unit * _MOST_LINES:
            unit *= 10
        return next(unit * digit for digit in (1, 2, 5) if self.most <= unit * digit * _MOST_LINES)

    @property
    def top(self) -> int:
        """What the plot's upper edge stands for."""
        return max(self.step * -(-self.most // self.step), 1)

    @property
    def lines(self) -> list[tuple[int, float]]:
        """The lines of the grid: number and distance from the top."""
        return [(number, self.y(number)) for number in range(self.step, self.top + 1, self.step)]

    def width(self, row: Row) -> float:
        """Of a bar, in per cent."""
        return round(100 * row.value / (self.most or 1), 1)

    def y(self, value: float) -> float:
        return round(TOP + HEIGHT * (1 - value / self.top), 1)

    @property
    def columns(self) -> list[tuple[float, float, float, float]]:
        """x and width in per cent, y and height in pixels: (x, y, width, height)."""
        each = 100 / max(len(self.rows), 1)
        width = min(each * (1 - _GAP), _WIDEST)
        return [
            (
                round(each * (place + 0.5) - width / 2, 2),
                self.y(row.value),
                round(width, 2),
                round(TOP + HEIGHT - self.y(row.value), 1),
            )
            for place, row in enumerate(self.rows)
        ]

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Of the curve: each row's number holds until the next one. x from 0 to `WIDE`, y from 0 to `HEIGHT`."""
        points = [(round(row.at * WIDE, 1), round(self.y(row.value) - TOP, 1)) for row in self.rows]
        found = points[:1]
        for (_, y), (next_x, next_y) in pairwise(points):
            found += [(next_x, y), (next_x, next_y)]
        return found

    @property
    def curve(self) -> str:
        """The same as a path."""
        return _path(self.corners)

    @property
    def under(self) -> str:
        """And what is below it."""
        corners = self.corners
        if not corners:
            return ""
        (first, _), (last, _) = corners[0], corners[-1]
        return _path([(first, HEIGHT), *corners, (last, HEIGHT)]) + "z"

    @property
    def highest(self) -> tuple[float, float, str]:
        """Where the note stands: x in per cent, y in pixels, and to which side it is set."""
        place = max(range(len(self.rows)), key=lambda place: self.rows[place].value)
        at = self.rows[place].at if self.form is Form.CURVE else (place + 0.5) / len(self.rows)
        return round(100 * at, 2), self.y(self.rows[place].value) - 8, _anchor(at)


def _path(corners: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{x:g} {y:g}" for x, y in corners) if corners else ""


def _anchor(at: float) -> str:
    """A label near an edge does not hang over it."""
    return "start" if at < 0.15 else "end" if at > 0.85 else "middle"
