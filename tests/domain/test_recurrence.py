"""When the dates of a series are."""

from datetime import UTC, date, datetime, time

import pytest

from tests.builders import a_draft
from zoom_bridge.domain.recurrence import MOST_DATES, Rhythm, Start, days, on_day, with_texts_of
from zoom_bridge.domain.refusals import WallTimeDoubled, WallTimeMissing

MONDAY = date(2026, 9, 7)


def test_every_second_week_is_on_the_same_weekday() -> None:
    found = days(MONDAY, Rhythm.WEEKLY, every=2, dates=3)

    assert found == [MONDAY, date(2026, 9, 21), date(2026, 10, 5)]


def test_the_last_day_may_be_a_date_itself() -> None:
    assert days(MONDAY, Rhythm.WEEKLY, until=date(2026, 9, 21))[-1] == date(2026, 9, 21)
    assert days(MONDAY, Rhythm.WEEKLY, until=date(2026, 9, 20))[-1] == date(2026, 9, 14)


def test_a_day_that_a_month_does_not_have_is_left_out() -> None:
    found = days(date(2026, 12, 31), Rhythm.MONTHLY_DAY, dates=4)

    assert found == [date(2026, 12, 31), date(2027, 1, 31), date(2027, 3, 31), date(2027, 5, 31)]


def test_the_second_tuesday_stays_the_second_tuesday() -> None:
    found = days(date(2026, 12, 8), Rhythm.MONTHLY_WEEKDAY, dates=3)

    assert found == [date(2026, 12, 8), date(2027, 1, 12), date(2027, 2, 9)]


def test_the_fifth_weekday_of_a_month_means_the_last_one() -> None:
    found = days(date(2026, 9, 29), Rhythm.MONTHLY_WEEKDAY, dates=3)

    assert found == [date(2026, 9, 29), date(2026, 10, 27), date(2026, 11, 24)]


def test_an_endless_series_stops_one_above_the_most() -> None:
    for rhythm in (Rhythm.WEEKLY, Rhythm.MONTHLY_DAY, Rhythm.MONTHLY_WEEKDAY):
        assert len(days(MONDAY, rhythm)) == MOST_DATES + 1


def test_the_hour_on_the_wall_stays_when_the_clocks_change() -> None:
    summer = a_draft(closes_at=datetime(2026, 9, 6, 16, 0, tzinfo=UTC), recording_url="https://film.example.org")

    winter = on_day(summer, Start(date(2026, 11, 2)))

    assert summer.starts_at == datetime(2026, 9, 7, 8, 0, tzinfo=UTC)
    assert winter.starts_at == datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
    assert winter.ends_wall == datetime(2026, 11, 2, 11, 30)
    assert winter.closes_at == datetime(2026, 11, 1, 17, 0, tzinfo=UTC)
    assert winter.recording_url == "", "the recording is of that evening"


def test_a_date_may_have_a_time_of_its_own() -> None:
    evening = on_day(a_draft(), Start(date(2026, 9, 14), time(19, 0)))

    assert (evening.starts_wall, evening.ends_wall) == (
        datetime(2026, 9, 14, 19, 0),
        datetime(2026, 9, 14, 20, 30),
    )


def test_an_hour_that_a_day_does_not_have_or_has_twice_is_refused() -> None:
    with pytest.raises(WallTimeMissing):
        on_day(a_draft(), Start(date(2027, 3, 28), time(2, 30)))
    with pytest.raises(WallTimeDoubled):
        on_day(a_draft(), Start(date(2026, 10, 25), time(2, 30)))


def test_a_date_takes_over_texts_and_settings_and_keeps_its_day_and_host() -> None:
    own = a_draft(
        starts_wall=datetime(2026, 9, 14, 18, 0), ends_wall=datetime(2026, 9, 14, 19, 0), zoom_host="b@example.org"
    )
    other = a_draft(title_de="Anders", capacity=7, thanks_de="Danke", zoom_host="a@example.org")

    changed = with_texts_of(own, other)

    assert (changed.title_de, changed.capacity) == ("Anders", 7)
    assert (changed.starts_wall, changed.zoom_host, changed.thanks_de) == (own.starts_wall, "b@example.org", "")
