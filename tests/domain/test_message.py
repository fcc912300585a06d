"""Letters: until when they are of use, and why one must not leave any more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import a_message, a_registration, an_event
from tests.clock import NOW
from zoom_bridge.domain.message import LETTING_IN, TO_PANEL, Kind, Skip, reason_to_skip, useful_until

STARTS, ENDS = datetime(2026, 9, 7, 8, 0, tzinfo=UTC), datetime(2026, 9, 7, 9, 30, tzinfo=UTC)

TO_ATTENDEES = [kind for kind in Kind if kind not in LETTING_IN | TO_PANEL]
ABOUT_A_DATE = [Kind.CONFIRMATION, Kind.DAY_BEFORE, Kind.JOIN_LINK, Kind.MOVED]

UNTOUCHED: dict[str, Any] = {}
UNCONFIRMED: dict[str, Any] = {"confirmed_at": None, "confirm_by": NOW + timedelta(hours=72)}
SELF_CANCELLED: dict[str, Any] = {"cancelled_at": NOW, "cancelled_by": "self"}


@pytest.mark.parametrize(
    ("kind", "instant"),
    [
        (Kind.PLEASE_CONFIRM, NOW + timedelta(hours=72)),
        (Kind.CONFIRMATION, ENDS),
        (Kind.MOVED, STARTS),
        (Kind.CANCELLED, STARTS + timedelta(days=1)),
        (Kind.GOODBYE, STARTS + timedelta(days=1)),
        (Kind.FOLLOW_UP_PHONE, ENDS + timedelta(days=7)),
    ],
)
def test_a_letter_is_useful_until(kind: Kind, instant: datetime) -> None:
    assert useful_until(kind, an_event(), NOW) == instant


@pytest.mark.parametrize("kind", TO_ATTENDEES)
def test_no_letter_leaves_after_its_time(kind: Kind) -> None:
    message = a_message(kind, useful_until=NOW)

    assert reason_to_skip(message, an_event(), a_registration(), NOW) is Skip.EXPIRED


@pytest.mark.parametrize(
    ("kind", "event", "registration", "reason"),
    [
        # All is as it was when the letter was decided on.
        (Kind.PLEASE_CONFIRM, {}, UNCONFIRMED, None),
        (Kind.CONFIRMATION, {}, UNTOUCHED, None),
        (Kind.DAY_BEFORE, {}, UNTOUCHED, None),
        (Kind.JOIN_LINK, {}, UNTOUCHED, None),
        (Kind.MOVED, {}, UNTOUCHED, None),
        (Kind.CANCELLED, {"cancelled_at": NOW}, UNTOUCHED, None),
        (Kind.GOODBYE, {}, SELF_CANCELLED, None),
        # Confirmed already, so nothing is asked any more.
        (Kind.PLEASE_CONFIRM, {}, UNTOUCHED, Skip.SUPERSEDED),
        # Wants no letters but those that belong to the registration.
        (Kind.FOLLOW_UP_ABSENT, {}, {"unsubscribed_at": NOW}, Skip.UNSUBSCRIBED),
        (Kind.CONFIRMATION, {}, {"unsubscribed_at": NOW}, None),
        # Came back after cancelling.
        (Kind.GOODBYE, {}, UNTOUCHED, Skip.SUPERSEDED),
        # The person has cancelled since.
        (Kind.PLEASE_CONFIRM, {}, SELF_CANCELLED, Skip.REGISTRATION_CANCELLED),
        (Kind.CONFIRMATION, {}, SELF_CANCELLED, Skip.REGISTRATION_CANCELLED),
        (Kind.DAY_BEFORE, {}, SELF_CANCELLED, Skip.REGISTRATION_CANCELLED),
        (Kind.JOIN_LINK, {}, SELF_CANCELLED, Skip.REGISTRATION_CANCELLED),
        (Kind.MOVED, {}, SELF_CANCELLED, Skip.REGISTRATION_CANCELLED),
        # Cancelled, registered again, and not confirmed yet: no seat that a letter could be about.
        (Kind.CONFIRMATION, {}, UNCONFIRMED, Skip.SUPERSEDED),
        (Kind.MOVED, {}, UNCONFIRMED, Skip.SUPERSEDED),
        (Kind.CIRCULAR, {}, UNCONFIRMED, Skip.REGISTRATION_CANCELLED),
        # The event has been cancelled since.
        (Kind.PLEASE_CONFIRM, {"cancelled_at": NOW}, UNCONFIRMED, Skip.EVENT_CANCELLED),
        (Kind.CONFIRMATION, {"cancelled_at": NOW}, UNTOUCHED, Skip.EVENT_CANCELLED),
        (Kind.DAY_BEFORE, {"cancelled_at": NOW}, UNTOUCHED, Skip.EVENT_CANCELLED),
        (Kind.JOIN_LINK, {"cancelled_at": NOW}, UNTOUCHED, Skip.EVENT_CANCELLED),
        (Kind.MOVED, {"cancelled_at": NOW}, UNTOUCHED, Skip.EVENT_CANCELLED),
        (Kind.GOODBYE, {"cancelled_at": NOW}, SELF_CANCELLED, Skip.EVENT_CANCELLED),
        # The event has moved since. Who is asked to confirm, or has left, hears nothing wrong by the older letter.
        (Kind.PLEASE_CONFIRM, {"schedule_revision": 2}, UNCONFIRMED, None),
        (Kind.GOODBYE, {"schedule_revision": 2}, SELF_CANCELLED, None),
        *((kind, {"schedule_revision": 2}, UNTOUCHED, Skip.SUPERSEDED) for kind in ABOUT_A_DATE),
    ],
)
def test_why_a_letter_does_not_leave(
    kind: Kind, event: dict[str, Any], registration: dict[str, Any], reason: Skip | None
) -> None:
    assert reason_to_skip(a_message(kind), an_event(**event), a_registration(**registration), NOW) is reason


@pytest.mark.parametrize("kind", TO_ATTENDEES)
def test_nothing_but_the_cancellation_leaves_once_an_event_is_cancelled(kind: Kind) -> None:
    event = an_event(cancelled_at=NOW)

    leaves = reason_to_skip(a_message(kind), event, a_registration(), NOW) is None

    assert leaves == (kind is Kind.CANCELLED)
