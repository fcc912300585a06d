"""How long it takes until letters have left."""

from datetime import timedelta

import pytest

from tests.clock import NOW
from zoom_bridge.domain.forecast import Basis, Forecast, forecast


def left(*gaps: float) -> list:
    """When letters were handed over that left so many seconds after one another."""
    moments = [NOW]
    for gap in gaps:
        moments.append(moments[-1] + timedelta(seconds=gap))
    return moments


@pytest.mark.parametrize(
    ("letters", "ahead", "sent", "connections", "most_per_hour", "minutes", "basis"),
    [
        (3, 0, [], 4, 0, 1, Basis.GUESSED),
        (1200, 0, [], 4, 0, 5, Basis.GUESSED),
        (1200, 1200, [], 4, 0, 10, Basis.GUESSED),
        (1200, 0, left(*[0.5] * 20), 4, 0, 10, Basis.MEASURED),
        # A night without letters in between says nothing of the pace; nor do a few letters.
        (1200, 0, left(*[0.5] * 10, 30_000, *[0.5] * 10), 4, 0, 10, Basis.MEASURED),
        (1200, 0, left(*[0.5] * 19), 4, 0, 5, Basis.GUESSED),
        (500, 0, left(*[0.01] * 50), 4, 500, 60, Basis.LIMIT),
        (1000, 250, left(*[0.01] * 50), 4, 500, 180, Basis.LIMIT),
        # A limit that is higher than what the mail server takes anyway limits nothing.
        (60, 0, left(*[2] * 20), 4, 100_000, 2, Basis.MEASURED),
    ],
)
def test_a_forecast_says_what_it_rests_on(letters, ahead, sent, connections, most_per_hour, minutes, basis):
    expected = Forecast(timedelta(minutes=minutes), basis)

    assert forecast(letters, ahead, sent, connections, most_per_hour) == expected
