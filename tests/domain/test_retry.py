"""After attempt n and this failure: again at T, or give up."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import NOW
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.retry import MAIL, WEBHOOKS, ZOOM, Patience, next_attempt

PATIENCE = Patience(first=timedelta(seconds=10), longest=timedelta(minutes=5), tries=8)

patiences = st.sampled_from([PATIENCE, ZOOM, MAIL, WEBHOOKS])


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 300), (7, 300)]
)
def test_the_wait_doubles_up_to_the_longest(attempts: int, seconds: float) -> None:
    waits = [next_attempt(Failure("weather"), attempts, NOW, PATIENCE) - NOW for _ in range(200)]  # type: ignore[operator]

    assert min(waits) >= timedelta(seconds=seconds / 2)
    assert max(waits) <= timedelta(seconds=seconds)
    assert len(set(waits)) > 100, "many rows must not come back in step"


def test_after_the_last_try_we_give_up() -> None:
    assert next_attempt(Failure("weather"), PATIENCE.tries - 1, NOW, PATIENCE) is not None
    assert next_attempt(Failure("weather"), PATIENCE.tries, NOW, PATIENCE) is None


@given(st.integers(1, 10_000), patiences)
def test_what_is_permanent_is_given_up_at_once(attempts: int, patience: Patience) -> None:
    assert next_attempt(Failure("no such mailbox", permanent=True), attempts, NOW, patience) is None


@given(st.integers(1, 1_000_000), st.booleans(), patiences)
def test_what_concerns_every_row_waits_for_a_person_and_not_for_a_count(
    attempts: int, permanent: bool, patience: Patience
) -> None:
    failure = Failure("wrong password", systemic=True, permanent=permanent)

    again = next_attempt(failure, attempts, NOW, patience)

    assert again is not None
    assert again >= NOW + timedelta(minutes=1), "no more than one try a minute"


@given(st.integers(1, 7), st.integers(-3600, 100_000), st.booleans(), patiences)
def test_a_time_the_other_side_named_is_kept(
    attempts: int, seconds: int, systemic: bool, patience: Patience
) -> None:
    not_before = NOW + timedelta(seconds=seconds)

    again = next_attempt(Failure("slow down", not_before=not_before, systemic=systemic), attempts, NOW, patience)

    assert again is not None
    assert again >= not_before
    assert again > NOW


@given(st.integers(1, 10_000), patiences)
def test_the_wait_is_never_longer_than_the_longest(attempts: int, patience: Patience) -> None:
    again = next_attempt(Failure("weather"), attempts, NOW, patience)

    assert again is None or NOW < again <= NOW + patience.longest
