"""Each call waits for its turn, whoever would wait too long is told so, and Zoom's day is not spent to the last."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.clock import Clock
from zoom_bridge.zoom import answers
from zoom_bridge.zoom.answers import Busy
from zoom_bridge.zoom.limits import Label, Reach, reach
from zoom_bridge.zoom.pacing import PLANS, Pace

MIDNIGHT = datetime(2026, 9, 2, tzinfo=UTC)


class Book:
    """A ledger in which the next turn comes `later`, and in which somebody else may write during a sleep."""

    def __init__(self) -> None:
        self.later = timedelta()
        self.held: datetime | None = None
        self.asked: list[tuple[str, timedelta, str, int]] = []

    def book(
        self, queue: str, apart: timedelta, now: datetime, latest: datetime, pool: str, per_day: int
    ) -> datetime:
        self.asked.append((queue, apart, pool, per_day))
        return now + self.later

    def hold(self, queue: str, until: datetime, now: datetime) -> None:
        self.held = until

    def held_until(self, queue: str, now: datetime) -> datetime | None:
        return self.held if self.held and self.held > now else None


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def pace(book: Book, clock: Clock) -> Pace:
    return Pace(book, "pro", clock, sleep=lambda seconds: clock.advance(seconds=seconds) and None)


def soon() -> float:
    return time.monotonic() + 60


def test_whoever_has_to_wait_a_little_waits(book: Book, pace: Pace, clock: Clock) -> None:
    began, book.later = clock(), timedelta(milliseconds=300)

    pace.take(Label.HEAVY, soon())

    assert clock() == began + book.later


def test_whoever_would_have_to_wait_long_is_told_until_when(book: Book, pace: Pace, clock: Clock) -> None:
    book.later = timedelta(seconds=40)

    with pytest.raises(Busy, match=answers.BUSY) as refused:
        pace.take(Label.HEAVY, soon())

    assert refused.value.not_before == clock() + book.later
    assert refused.value.reach is Reach.MOMENT


def test_nobody_waits_beyond_the_end_of_their_time(book: Book, pace: Pace) -> None:
    book.later = timedelta(seconds=5)

    with pytest.raises(Busy):
        pace.take(Label.HEAVY, time.monotonic() + 1)


def test_a_day_that_is_spent_is_said_so_and_many_do_not_come_back_in_step(
    book: Book, pace: Pace, clock: Clock
) -> None:
    book.later = MIDNIGHT - clock()
    comings = set()
    for _ in range(20):
        with pytest.raises(Busy, match=answers.BUSY_TODAY) as refused:
            pace.take(Label.HEAVY, soon())
        comings.add(refused.value.not_before)

    assert len(comings) > 10
    assert all(MIDNIGHT <= coming <= MIDNIGHT + timedelta(minutes=1) for coming in comings)


def test_what_zoom_said_to_another_process_meanwhile_is_heard(book: Book, pace: Pace, clock: Clock) -> None:
    began, book.later = clock(), timedelta(milliseconds=300)
    book.held = began + timedelta(seconds=2)

    pace.take(Label.HEAVY, soon())

    assert clock() >= began + timedelta(seconds=2)


def test_whoever_overslept_asks_for_another_turn(book: Book, clock: Clock) -> None:
    naps = iter([0.5, 0])
    pace = Pace(book, "pro", clock, sleep=lambda seconds: clock.advance(seconds=seconds + next(naps)) and None)
    book.later = timedelta(milliseconds=300)

    pace.take(Label.HEAVY, soon())

    assert len(book.asked) == 2


@pytest.mark.parametrize(("plan", "pool"), [("pro", 30_000), ("business", 60_000)])
def test_heavy_calls_and_those_that_take_much_share_a_pool_whose_last_tenth_is_kept(
    book: Book, clock: Clock, plan: str, pool: int
) -> None:
    pace = Pace(book, plan, clock)
    for label in (Label.HEAVY, Label.RESOURCE_INTENSIVE):
        pace.take(label, soon())
        pace.take(label, soon(), urgent=True)

    assert [asked[2:] for asked in book.asked] == [("heavy", pool * 9 // 10), ("heavy", pool)] * 2


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("label", Label)
def test_no_window_gets_more_than_zoom_takes_even_when_calls_arrive_unevenly(plan: str, label: Label) -> None:
    rate = PLANS[plan][label]

    assert rate.apart * rate.calls >= timedelta(seconds=rate.seconds) * 1.03


PER_PERSON = (
    "You have exceeded the daily rate limit of (3) for Add a webinar registrant API requests for the registrant"
)
PER_HOST = "You have exceeded the daily rate limit (100) of Meeting Create/Update API requests permitted for this particular user."


@pytest.mark.parametrize(
    ("headers", "message", "whose"),
    [
        ({"X-RateLimit-Type": "QPS", "X-RateLimit-Limit": "10"}, "", Reach.MOMENT),
        ({}, "You have reached the maximum per-second rate limit for this API.", Reach.MOMENT),
        ({"X-RateLimit-Type": "Daily-limit", "X-RateLimit-Limit": "30000"}, "", Reach.TODAY),
        ({"X-RateLimit-Type": "Daily-limit"}, "You have reached the maximum daily rate limit.", Reach.TODAY),
        ({"X-RateLimit-Type": "Daily-limit", "X-RateLimit-Limit": "3"}, "", Reach.PERSON),
        ({"X-RateLimit-Type": "Daily-limit", "X-RateLimit-Limit": "10"}, "", Reach.PERSON),
        ({}, PER_PERSON, Reach.PERSON),
        ({"X-RateLimit-Type": "Daily-limit", "X-RateLimit-Limit": "100"}, "", Reach.HOST),
        ({}, PER_HOST, Reach.HOST),
    ],
)
def test_whose_limit_is_reached_is_told_by_its_number_or_in_words(
    headers: dict[str, str], message: str, whose: Reach
) -> None:
    assert reach(headers, message) is whose
