"""A forecast: how long it takes until letters have left, from what waits before them, how fast letters left lately,
and how many the mail server takes in an hour."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

#: A longer gap between two letters means that there was nothing to send.
_BUSY = timedelta(seconds=10)
#: Fewer letters in a row than this say nothing about the pace.
_ENOUGH = 20
#: What a mail server far away takes for one letter, while nothing was measured: rather too long than too short.
_GUESSED = timedelta(seconds=1)


class Basis(StrEnum):
    """What a forecast rests on."""

    LIMIT = "limit"
    MEASURED = "measured"
    GUESSED = "guessed"


@dataclass(frozen=True)
class Forecast:
    """`takes` is rounded up to whole minutes, and beyond two hours to whole hours."""

    takes: timedelta
    basis: Basis


def forecast(letters: int, ahead: int, sent: Sequence[datetime], connections: int, most_per_hour: int) -> Forecast:
    """`sent`: when the last letters were handed over, in order. `most_per_hour`: 0 means no limit."""
    measured = _apart(sent)
    apart = measured or _GUESSED / connections
    basis = Basis.MEASURED if measured else Basis.GUESSED
    if most_per_hour and timedelta(hours=1) / most_per_hour > apart:
        apart, basis = timedelta(hours=1) / most_per_hour, Basis.LIMIT
    return Forecast(_rounded(apart * (ahead + letters)), basis)


def _apart(sent: Sequence[datetime]) -> timedelta | None:
    """The mean gap between two letters while there was something to send; None when too few left in a row."""
    gaps = [gap for earlier, later in pairwise(sent) if (gap := later - earlier) <= _BUSY]
    return sum(gaps, timedelta()) / len(gaps) if len(gaps) >= _ENOUGH else None


def _rounded(span: timedelta) -> timedelta:
    minutes = max(1, math.ceil(span / timedelta(minutes=1)))
    return timedelta(minutes=minutes) if minutes <= 120 else timedelta(hours=math.ceil(minutes / 60))
