"""Events: their states, their texts, their doors."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_draft, an_event
from tests.clock import NOW
from zoom_bridge.domain.event import DOORS_CLOSE_AFTER, DOORS_OPEN_BEFORE, FEW_SEATS, State
from zoom_bridge.domain.refusals import (
    EventCancelled,
    EventFull,
    EventOver,
    NotFound,
    RegistrationClosed,
    RegistrationNotOpen,
    RegistrationRefused,
)
from zoom_bridge.domain.registration import check_registering

STARTS, ENDS = datetime(2026, 9, 7, 8, 0, tzinfo=UTC), datetime(2026, 9, 7, 9, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def test_the_builders_event_is_on_monday_from_ten_to_half_past_eleven() -> None:
    event = an_event()

    assert (event.starts_at, event.ends_at, event.minutes) == (STARTS, ENDS, 90)
    assert event.starts_wall.strftime("%A") == "Monday"


@pytest.mark.parametrize(
    ("now", "state"),
    [
        (NOW, State.OPEN),
        (STARTS - MOMENT, State.OPEN),
        (STARTS, State.RUNNING),
        (ENDS - MOMENT, State.RUNNING),
        (ENDS, State.OVER),
        (ENDS + timedelta(days=400), State.OVER),
    ],
)
def test_a_published_event_opens_runs_and_is_over(now: datetime, state: State) -> None:
    assert an_event().state(now, 0) is state


def test_an_unpublished_event_is_a_draft_at_all_times() -> None:
    draft = an_event(published_at=None)

    assert {draft.state(now, 0) for now in (NOW, STARTS, ENDS)} == {State.DRAFT}
    assert not draft.public


@pytest.mark.parametrize("published_at", [None, NOW])
def test_a_cancelled_event_is_cancelled_at_all_times(published_at: datetime | None) -> None:
    event = an_event(published_at=published_at, cancelled_at=NOW, capacity=1)

    assert {event.state(now, 1) for now in (NOW, STARTS, ENDS)} == {State.CANCELLED}


def test_registration_opens_at_its_instant() -> None:
    event = an_event(opens_at=NOW + timedelta(days=1))

    assert event.state(NOW + timedelta(days=1) - MOMENT, 0) is State.OPENS_LATER
    assert event.state(NOW + timedelta(days=1), 0) is State.OPEN


def test_registration_closes_at_its_instant() -> None:
    event = an_event(closes_at=NOW + timedelta(days=1))

    assert event.state(NOW + timedelta(days=1) - MOMENT, 0) is State.OPEN
    assert event.state(NOW + timedelta(days=1), 0) is State.CLOSED


@pytest.mark.parametrize(
    ("capacity", "seats_taken", "state"),
    [
        (None, 100_000, State.OPEN),
        (100, 0, State.OPEN),
        (100, 100 - FEW_SEATS - 1, State.OPEN),
        (100, 100 - FEW_SEATS, State.FEW_SEATS),
        (100, 99, State.FEW_SEATS),
        (100, 100, State.FULL),
        (100, 101, State.FULL),
        (0, 0, State.FULL),
    ],
)
def test_seats_run_out(capacity: int | None, seats_taken: int, state: State) -> None:
    assert an_event(capacity=capacity).state(NOW, seats_taken) is state


def test_a_closed_registration_is_said_before_a_full_event() -> None:
    event = an_event(closes_at=NOW, capacity=1)

    assert event.state(NOW, 1) is State.CLOSED


REFUSALS: dict[State, type[Exception] | None] = {
    State.DRAFT: NotFound,
    State.CANCELLED: EventCancelled,
    State.OVER: EventOver,
    State.OPENS_LATER: RegistrationNotOpen,
    State.CLOSED: RegistrationClosed,
    State.FULL: EventFull,
    State.FEW_SEATS: None,
    State.OPEN: None,
}

around = st.integers(-10 * 24 * 60, 10 * 24 * 60).map(lambda minutes: STARTS + timedelta(minutes=minutes))


@given(
    now=around,
    published_at=st.none() | st.just(NOW),
    cancelled_at=st.none() | st.just(NOW),
    opens_at=st.none() | around,
    closes_at=st.none() | around,
    capacity=st.none() | st.integers(0, 30),
    seats_taken=st.integers(0, 35),
)
def test_the_page_says_what_the_form_does(
    now: datetime,
    published_at: datetime | None,
    cancelled_at: datetime | None,
    opens_at: datetime | None,
    closes_at: datetime | None,
    capacity: int | None,
    seats_taken: int,
) -> None:
    event = an_event(
        published_at=published_at,
        cancelled_at=cancelled_at,
        opens_at=opens_at,
        closes_at=closes_at,
        capacity=capacity,
    )
    refused: type[Exception] | None = None

    try:
        check_registering(event, seats_taken, now)
    except (NotFound, RegistrationRefused) as refusal:
        refused = type(refusal)

    state = event.state(now, seats_taken)
    if state is State.RUNNING:
        assert refused in {None, RegistrationNotOpen, RegistrationClosed, EventFull}
    elif cancelled_at and not published_at:
        assert refused is NotFound
    else:
        assert refused is REFUSALS[state]


def test_registering_stays_open_while_the_event_runs() -> None:
    check_registering(an_event(), 0, STARTS + timedelta(minutes=30))


def test_registration_closes_when_the_last_seat_is_taken() -> None:
    event = an_event(capacity=2)
    check_registering(event, 1, NOW)

    with pytest.raises(EventFull):
        check_registering(event, 2, NOW)


def test_doors_open_before_the_start_and_close_after_the_end() -> None:
    event = an_event()

    assert event.doors_open_at == STARTS - DOORS_OPEN_BEFORE
    assert event.doors_close_at == ENDS + DOORS_CLOSE_AFTER


def test_texts_come_in_the_readers_language() -> None:
    draft = a_draft()

    assert draft.languages == ("de", "en")
    assert draft.wording("de").title == "Gute Nachbarschaft"
    assert draft.wording("en").title == "Good neighbours"


@pytest.mark.parametrize(("missing", "left"), [("de", "en"), ("en", "de")])
def test_a_missing_language_is_stood_in_for_by_the_other_and_says_so(missing: str, left: str) -> None:
    draft = a_draft(**{f"title_{missing}": ""})

    wording = draft.wording(missing)

    assert wording == draft.wording(left)
    assert wording.language == left


def test_an_event_keeps_everything_that_was_submitted() -> None:
    draft, event = a_draft(capacity=7), an_event(capacity=7)

    assert {name: getattr(event, name) for name in vars(draft)} == vars(draft)
