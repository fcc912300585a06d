"""Registrations: where they stand, here and at Zoom, and where the join button leads."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.builders import a_registration, an_event
from tests.cast import ANNA
from tests.clock import NOW
from zoom_bridge.domain.registration import Door, Source, Standing, ZoomStanding, door, email_key

STARTS, ENDS = datetime(2026, 9, 7, 8, 0, tzinfo=UTC), datetime(2026, 9, 7, 9, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("changes", "standing", "active"),
    [
        ({}, Standing.REGISTERED, True),
        ({"confirmed_at": None}, Standing.UNCONFIRMED, False),
        ({"confirmed_at": None, "source": Source.ORGANISER}, Standing.UNCONFIRMED, False),
        ({"confirmed_at": None, "source": Source.ZOOM}, Standing.WAITS_FOR_APPROVAL, False),
        ({"source": Source.ZOOM}, Standing.REGISTERED, True),
        ({"cancelled_at": NOW}, Standing.CANCELLED, False),
        ({"cancelled_at": NOW, "confirmed_at": None}, Standing.CANCELLED, False),
    ],
)
def test_where_a_registration_stands(changes: dict[str, Any], standing: Standing, active: bool) -> None:
    registration = a_registration(**changes)

    assert registration.standing is standing
    assert registration.active is active


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, ZoomStanding.IN_LINE),
        ({"revision": 2}, ZoomStanding.WAITS),
        ({"revision": 2, "cancelled_at": NOW}, ZoomStanding.WAITS),
        ({"revision": 2, "gave_up_at": NOW}, ZoomStanding.STUCK),
        ({"cancelled_at": NOW}, ZoomStanding.REMOVED),
        ({"confirmed_at": None, "revision": 0, "synced_revision": 0}, ZoomStanding.NOT_WANTED),
    ],
)
def test_how_far_zoom_knows_of_it(changes: dict[str, Any], standing: ZoomStanding) -> None:
    assert a_registration(**changes).zoom_standing is standing


def test_confirming_is_possible_until_its_time_is_up() -> None:
    registration = a_registration(confirmed_at=None, confirm_by=NOW)

    assert registration.may_confirm(NOW - MOMENT)
    assert not registration.may_confirm(NOW)
    assert a_registration(confirm_by=None).may_confirm(NOW)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW, Door.TOO_EARLY),
        (STARTS - timedelta(minutes=15) - MOMENT, Door.TOO_EARLY),
        (STARTS - timedelta(minutes=15), Door.OPEN),
        (STARTS, Door.OPEN),
        (ENDS, Door.OPEN),
        (ENDS + timedelta(minutes=30) - MOMENT, Door.OPEN),
        (ENDS + timedelta(minutes=30), Door.OVER),
    ],
)
def test_the_door_opens_and_closes(now: datetime, expected: Door) -> None:
    assert door(an_event(), a_registration(), now) is expected


def test_the_door_is_not_ready_while_zoom_has_not_answered() -> None:
    waiting = a_registration(join_url=None, synced_revision=0)

    assert door(an_event(), waiting, STARTS) is Door.NOT_READY
    assert door(an_event(), waiting, NOW) is Door.TOO_EARLY
    assert door(an_event(), waiting, ENDS + timedelta(hours=1)) is Door.OVER


@pytest.mark.parametrize("now", [NOW, STARTS, ENDS + timedelta(days=1)])
@pytest.mark.parametrize(
    ("event", "registration"),
    [({"cancelled_at": NOW}, {}), ({}, {"cancelled_at": NOW}), ({}, {"confirmed_at": None})],
)
def test_nobody_gets_in_without_a_seat(event: dict[str, Any], registration: dict[str, Any], now: datetime) -> None:
    assert door(an_event(**event), a_registration(**registration), now) is Door.CANCELLED


@pytest.mark.parametrize("spelling", ["anna@example.org", " Anna@Example.ORG ", "ANNA@EXAMPLE.ORG"])
def test_two_spellings_of_an_address_are_one_mailbox(spelling: str) -> None:
    assert email_key(spelling) == "anna@example.org"


def test_a_name_may_lack_its_second_half() -> None:
    assert ANNA.name == a_registration(ANNA).name == "Anna Albers"
    assert a_registration(last_name="").name == "Anna"
