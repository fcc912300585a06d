"""Wall-clock times and the instants they mean."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom_bridge.domain.refusals import WallTimeDoubled, WallTimeMissing, WallTimeRefused
from zoom_bridge.domain.wall_time import days_before, instant_of, wall_of

#: Whole hours, half hours, changes of half an hour, at midnight, the wrong way round, of a whole day, and none.
ZONES = [
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "America/Havana",
    "Europe/Dublin",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Antarctica/Troll",
    "UTC",
]

zones = st.sampled_from(ZONES)
walls = st.datetimes(datetime(2005, 1, 1), datetime(2037, 12, 31)).map(
    lambda wall: wall.replace(microsecond=0, fold=0)
)
instants = walls.map(lambda wall: wall.replace(tzinfo=UTC))


def near_a_change(zone: str) -> list[datetime]:
    """Walls around every change of the clocks from 2024 to 2027, in steps of ten minutes."""
    tz, found = ZoneInfo(zone), []
    day = datetime(2024, 1, 1, tzinfo=UTC)
    while day.year < 2027:
        if day.astimezone(tz).utcoffset() != (day + timedelta(days=1)).astimezone(tz).utcoffset():
            found += [wall_of(day, zone) + timedelta(minutes=10 * step) for step in range(150)]
        day += timedelta(days=1)
    return found


def instants_showing(wall: datetime, zone: str) -> list[datetime]:
    """The oracle: try every offset there is and keep the instants at which the clocks show this wall time."""
    candidates = {wall.replace(tzinfo=UTC) - timedelta(minutes=15 * quarter) for quarter in range(-56, 61)}
    return sorted(instant for instant in candidates if wall_of(instant, zone) == wall)


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        (datetime(2020, 9, 7, 10, 0), datetime(2020, 9, 7, 8, 0, tzinfo=UTC)),
        (datetime(2020, 12, 7, 10, 0), datetime(2020, 12, 7, 9, 0, tzinfo=UTC)),
        (datetime(2026, 3, 29, 1, 59), datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        (datetime(2026, 3, 29, 3, 0), datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 1, 59), datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        (datetime(2026, 10, 25, 3, 0), datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
    ],
)
def test_a_wall_time_in_berlin_means_an_instant(wall: datetime, instant: datetime) -> None:
    assert instant_of(wall, "Europe/Berlin") == instant


@pytest.mark.parametrize("second", [None, False, True])
@pytest.mark.parametrize("minute", [0, 30, 59])
def test_the_hour_that_the_clocks_skip_is_refused(minute: int, second: bool | None) -> None:
    with pytest.raises(WallTimeMissing):
        instant_of(datetime(2026, 3, 29, 2, minute), "Europe/Berlin", second)


@pytest.mark.parametrize("minute", [0, 30, 59])
def test_the_hour_that_comes_twice_is_asked_about(minute: int) -> None:
    with pytest.raises(WallTimeDoubled):
        instant_of(datetime(2026, 10, 25, 2, minute), "Europe/Berlin")


def test_the_answer_chooses_between_the_two_instants() -> None:
    wall = datetime(2026, 10, 25, 2, 30)

    first = instant_of(wall, "Europe/Berlin", second=False)
    second = instant_of(wall, "Europe/Berlin", second=True)

    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert second == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("second", [None, False, True])
def test_the_answer_is_of_no_account_at_other_times(second: bool | None) -> None:
    assert instant_of(datetime(2026, 7, 1, 2, 30), "Europe/Berlin", second) == datetime(
        2026, 7, 1, 0, 30, tzinfo=UTC
    )


def test_a_day_that_was_skipped_does_not_exist() -> None:
    with pytest.raises(WallTimeMissing):
        instant_of(datetime(2011, 12, 30, 12, 0), "Pacific/Apia")


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_the_clocks_the_oracle_agrees(zone: str) -> None:
    for wall in near_a_change(zone):
        expected = instants_showing(wall, zone)
        try:
            found = [instant_of(wall, zone)]
        except WallTimeMissing:
            found = []
        except WallTimeDoubled:
            found = [instant_of(wall, zone, second=False), instant_of(wall, zone, second=True)]
        assert found == expected, (wall, zone)


@given(walls, zones)
def test_a_wall_time_that_is_accepted_is_shown_again(wall: datetime, zone: str) -> None:
    try:
        instant = instant_of(wall, zone)
    except WallTimeRefused:
        return

    assert wall_of(instant, zone) == wall
    assert instant.tzinfo is UTC


@given(instants, zones)
def test_every_instant_can_be_said_as_a_wall_time(instant: datetime, zone: str) -> None:
    wall = wall_of(instant, zone)

    assert instant in (instant_of(wall, zone, second=False), instant_of(wall, zone, second=True))
    assert wall.tzinfo is None


@pytest.mark.parametrize(
    ("starts", "before"),
    [
        # In spring 10.00 is 23 hours after 10.00 of the day before, in autumn 25.
        (datetime(2026, 3, 29, 10, 0), datetime(2026, 3, 28, 9, 0, tzinfo=UTC)),
        (datetime(2026, 3, 30, 10, 0), datetime(2026, 3, 29, 8, 0, tzinfo=UTC)),
        (datetime(2026, 10, 25, 10, 0), datetime(2026, 10, 24, 8, 0, tzinfo=UTC)),
        (datetime(2026, 10, 26, 10, 0), datetime(2026, 10, 25, 9, 0, tzinfo=UTC)),
        # 02.30 is missing the day before, and comes twice the day before.
        (datetime(2026, 3, 30, 2, 30), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 26, 2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # Over the end of a month and of a year.
        (datetime(2028, 3, 1, 10, 0), datetime(2028, 2, 29, 9, 0, tzinfo=UTC)),
        (datetime(2027, 1, 1, 0, 30), datetime(2026, 12, 30, 23, 30, tzinfo=UTC)),
    ],
)
def test_the_day_before_keeps_the_hour_on_the_wall(starts: datetime, before: datetime) -> None:
    assert days_before(instant_of(starts, "Europe/Berlin"), "Europe/Berlin", 1) == before


@given(instants, zones, st.integers(0, 30))
def test_days_before_is_about_that_many_days_earlier(instant: datetime, zone: str, days: int) -> None:
    earlier = days_before(instant, zone, days)

    assert abs(instant - earlier - timedelta(days=days)) <= timedelta(hours=25 if zone == "Pacific/Apia" else 3)


@given(instants, zones, st.integers(0, 30))
def test_days_before_shows_the_same_hour_unless_the_clocks_skip_it(
    instant: datetime, zone: str, days: int
) -> None:
    wanted = wall_of(instant, zone) - timedelta(days=days)

    shown = wall_of(days_before(instant, zone, days), zone)

    assert shown == wanted or (shown > wanted and not instants_showing(wanted, zone))
