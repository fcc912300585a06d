"""Whether silence at the door for Zoom means that something is wrong."""

from dataclasses import replace
from datetime import timedelta

from tests.clock import NOW
from zoom_bridge.domain.delivery import Delay, Ears, Silence, delay, silence

MINUTE = timedelta(minutes=1)
STARTS_AT = NOW
#: An evening on which everything is as it should be.
WELL = Ears(
    delivered_at=NOW + 20 * MINUTE,
    refused_at=None,
    waits_since=None,
    heard=True,
    started=True,
    over=False,
    clicked_in_vain=0,
)


def heard(minutes: int, **changes: object) -> Silence | None:
    """What is wrong so many minutes after the start."""
    return silence(STARTS_AT, replace(WELL, **changes), NOW + minutes * MINUTE)


def test_a_quiet_hour_in_which_nobody_comes_or_goes_is_no_silence() -> None:
    assert heard(85) is None


def test_no_word_of_an_event_is_news_five_minutes_after_its_start() -> None:
    assert heard(4, heard=False, started=False) is None
    assert heard(5, heard=False, started=False) is Silence.NOTHING


def test_what_is_turned_away_is_news_until_something_comes_in_again() -> None:
    assert heard(30, refused_at=NOW + 29 * MINUTE) is Silence.REFUSED
    assert heard(30, refused_at=NOW + 29 * MINUTE, delivered_at=None) is Silence.REFUSED
    assert heard(30, refused_at=NOW + 19 * MINUTE) is None
    assert heard(90, refused_at=NOW + 29 * MINUTE) is None


def test_what_comes_in_and_waits_is_news() -> None:
    assert heard(30, waits_since=NOW + 27 * MINUTE) is Silence.STALLED
    assert heard(30, waits_since=NOW + 29 * MINUTE) is None


def test_several_who_clicked_while_nothing_is_told_are_news_and_one_is_not() -> None:
    assert heard(30, clicked_in_vain=2) is Silence.NOBODY
    assert heard(30, clicked_in_vain=1) is None
    assert heard(30, clicked_in_vain=2, started=False) is None
    assert heard(30, clicked_in_vain=2, over=True) is None


def test_a_delay_is_told_by_its_middle_and_its_worst_and_is_never_negative() -> None:
    pairs = [(NOW, NOW + n * MINUTE) for n in (1, 2, 9)] + [(None, NOW), (NOW, None)]

    assert delay(pairs) == Delay(2 * MINUTE, 9 * MINUTE)
    assert delay([(NOW, NOW - MINUTE)]) == Delay(timedelta(), timedelta())
    assert delay([(None, NOW)]) is None
