"""The webinar: how far Zoom knows the event as it is now."""

from typing import Any

import pytest

from tests.builders import a_webinar
from tests.clock import NOW
from zoom_bridge.domain.webinar import DialIn, WebinarStanding, by_country


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({"synced_revision": 3}, WebinarStanding.IN_LINE),
        ({"synced_revision": 2}, WebinarStanding.WAITS),
        ({"synced_revision": 0, "zoom_id": None}, WebinarStanding.WAITS),
        ({"synced_revision": 2, "last_error": "503"}, WebinarStanding.LATE),
        ({"synced_revision": 3, "last_error": "503, some time ago"}, WebinarStanding.IN_LINE),
        ({"synced_revision": 2, "last_error": "no licence", "gave_up_at": NOW}, WebinarStanding.STUCK),
        ({"synced_revision": 3, "gone_at": NOW}, WebinarStanding.GONE),
        ({"synced_revision": 2, "gone_at": NOW, "gave_up_at": NOW}, WebinarStanding.GONE),
    ],
)
def test_how_far_zoom_knows_the_event(changes: dict[str, Any], standing: WebinarStanding) -> None:
    assert a_webinar(**changes).standing(revision=3, cancelled=False) is standing


def test_the_webinar_of_a_cancelled_event_is_removed_once_zoom_knows() -> None:
    assert a_webinar(synced_revision=2).standing(revision=3, cancelled=True) is WebinarStanding.WAITS
    assert a_webinar(synced_revision=3).standing(revision=3, cancelled=True) is WebinarStanding.REMOVED


def test_numbers_of_our_readers_countries_come_first_and_free_ones_lead() -> None:
    numbers = [
        DialIn("US", "+1 1"),
        DialIn("CH", "+41 1"),
        DialIn("DE", "+49 1"),
        DialIn("BE", "+32 1"),
        DialIn("DE", "+49 800", free=True),
    ]

    grouped = [(country, [one.number for one in found]) for country, found in by_country(numbers)]

    assert grouped == [
        ("DE", ["+49 800", "+49 1"]),
        ("CH", ["+41 1"]),
        ("BE", ["+32 1"]),
        ("US", ["+1 1"]),
    ]
    assert by_country([]) == []


@pytest.mark.parametrize(
    ("zoom_id", "number"),
    [("81234567890", "812 3456 7890"), ("8123456789", "812 345 6789"), ("123", "123"), (None, "")],
)
def test_zooms_number_is_written_in_groups(zoom_id: str | None, number: str) -> None:
    assert a_webinar(zoom_id=zoom_id).number == number
