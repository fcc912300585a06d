"""Zoom says "too many requests" in several ways; all of them mean an instant before which it wants to be left alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requests.structures import CaseInsensitiveDict

from zoom_bridge.zoom.limits import not_before

NOW = datetime(2026, 11, 23, 14, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, tzinfo=UTC)
PER_SECOND = "You have reached the maximum per-second rate limit for this API. Try again later."
DAILY = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests. You may resume these requests at GMT 00:00:00."


def asked_to_wait(message: str = PER_SECOND, **headers: str) -> timedelta:
    named = CaseInsensitiveDict({name.replace("_", "-"): value for name, value in headers.items()})
    return not_before(named, message, NOW) - NOW


@pytest.mark.parametrize(
    "retry_after",
    [
        "5400",
        "Mon, 23 Nov 2026 16:00:00 GMT",
        "2026-11-23T16:00:00Z",
        "2026-11-23T17:00:00+01:00",
        "2026-11-23T16:00:00",
    ],
)
def test_an_instant_may_be_named_in_seconds_as_http_date_or_as_iso_date(retry_after: str) -> None:
    assert asked_to_wait(retry_after=retry_after) == timedelta(minutes=90)


def test_the_instant_zoom_names_outranks_the_kind_of_limit() -> None:
    assert asked_to_wait(DAILY, RETRY_AFTER="7", x_ratelimit_type="Daily-limit") == timedelta(seconds=7)


@pytest.mark.parametrize(
    "retry_after", ["soon", "-5", "1e400", "nan", "9" * 400, "2026-13-45T99:00:00Z", "Mon, 99 Nov"]
)
def test_what_cannot_be_read_means_a_minute_and_a_little(retry_after: str) -> None:
    wait = asked_to_wait(retry_after=retry_after)

    assert timedelta(seconds=60) <= wait <= timedelta(seconds=120)


def test_without_any_instant_the_limit_per_second_means_a_second() -> None:
    assert asked_to_wait(x_ratelimit_type="QPS") == timedelta(seconds=1)
    assert asked_to_wait("") == timedelta(seconds=1)


@pytest.mark.parametrize(
    ("message", "kind"), [(DAILY, ""), ("", "Daily-limit"), ("", "daily-limit"), (DAILY, "Daily-limit")]
)
def test_a_daily_limit_ends_at_midnight_utc_and_a_little(message: str, kind: str) -> None:
    until = NOW + asked_to_wait(message, X_RateLimit_Type=kind)

    assert MIDNIGHT <= until <= MIDNIGHT + timedelta(minutes=1)


def test_midnight_is_that_of_utc_wherever_the_clock_comes_from() -> None:
    berlin = datetime.fromisoformat("2026-11-24T00:30:00+01:00")

    assert not_before({}, DAILY, berlin) - MIDNIGHT < timedelta(minutes=1)


def test_an_instant_in_the_past_still_means_to_wait_a_second() -> None:
    assert asked_to_wait(retry_after="2026-11-23T14:00:00Z") == timedelta(seconds=1)
    assert asked_to_wait(retry_after="0") == timedelta(seconds=1)


def test_nobody_makes_us_wait_for_a_year() -> None:
    assert asked_to_wait(retry_after="2027-11-23T14:00:00Z") == timedelta(hours=25)
    assert asked_to_wait(retry_after="999999") == timedelta(hours=25)


@given(retry_after=st.text(), message=st.text(), kind=st.text())
def test_whatever_the_answer_says_there_is_an_instant(retry_after: str, message: str, kind: str) -> None:
    wait = asked_to_wait(message, retry_after=retry_after, x_ratelimit_type=kind)

    assert timedelta(seconds=1) <= wait <= timedelta(hours=25)
