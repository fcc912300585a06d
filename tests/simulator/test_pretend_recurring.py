"""Recurring webinars of the pretend Zoom: their dates, and who comes to which."""

import json
from typing import Any

import pytest

from tests.simulator.conftest import ANNA, BEN, HOST, WEBINAR, Caller
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World

WEEKLY = {"type": 2, "repeat_interval": 1, "weekly_days": "2,4", "end_times": 4}


def _recurring(world: World, recurrence: dict[str, Any] = WEEKLY, registration_type: int = 3) -> Webinar:
    settings = {"approval_type": 0, "registration_type": registration_type}
    webinar = world.create_webinar(HOST, WEBINAR | {"type": 9, "recurrence": recurrence, "settings": settings})
    world.outgoing.clear()
    return webinar


@pytest.mark.parametrize(
    ("recurrence", "days"),
    [
        ({"type": 1, "repeat_interval": 2, "end_times": 3}, ["09-07", "09-09", "09-11"]),
        (WEEKLY, ["09-07", "09-09", "09-14", "09-16"]),
        ({"type": 2, "repeat_interval": 2, "end_date_time": "2026-10-05T08:00:00Z"}, ["09-07", "09-21", "10-05"]),
        ({"type": 3, "monthly_day": 31, "end_times": 3}, ["09-30", "10-31", "11-30"]),
        ({"type": 3, "monthly_week": -1, "monthly_week_day": 6, "end_times": 2}, ["09-25", "10-30"]),
        ({"type": 3, "monthly_week": 2, "monthly_week_day": 2, "end_times": 2}, ["09-14", "10-12"]),
    ],
)
def test_dates_are_worked_out_from_the_recurrence(
    zoom: Caller, recurrence: dict[str, Any], days: list[str]
) -> None:
    made = zoom("POST", f"/users/{HOST}/webinars", WEBINAR | {"type": 9, "recurrence": recurrence})

    assert made.status_code == 201
    assert [row["start_time"][5:10] for row in made.json()["occurrences"]] == days
    assert made.json()["recurrence"] == recurrence


def test_ten_in_the_morning_stays_ten_in_the_morning_in_winter(world: World) -> None:
    webinar = _recurring(world, {"type": 3, "end_times": 3})

    assert [date.start_time.hour for date in webinar.dates] == [8, 8, 9]


@pytest.mark.parametrize(
    ("recurrence", "field"),
    [
        (None, "recurrence"),
        ({"type": 4}, "recurrence.type"),
        ({"type": 1, "repeat_interval": 91}, "recurrence.repeat_interval"),
        ({"type": 2, "weekly_days": "8"}, "recurrence.weekly_days"),
        ({"type": 1, "end_times": 61}, "recurrence.end_times"),
        ({"type": 1, "end_date_time": "tomorrow"}, "recurrence.end_date_time"),
        ({"type": 1, "end_date_time": "2026-10-05T08:00:00Z", "end_times": 3}, "recurrence.end_times"),
    ],
)
def test_a_recurrence_that_makes_no_sense_is_refused(zoom: Caller, recurrence: Any, field: str) -> None:
    body = WEBINAR | {"type": 9} | ({"recurrence": recurrence} if recurrence else {})

    answer = zoom("POST", f"/users/{HOST}/webinars", body)

    assert [problem["field"] for problem in answer.json()["errors"]] == [field]


def test_one_date_is_moved_and_another_taken_out(zoom: Caller, world: World) -> None:
    webinar = _recurring(world)
    first, second, *_ = webinar.dates
    path = f"/webinars/{webinar.id}"

    moved = zoom("PATCH", path, {"start_time": "2026-09-08T09:00:00Z", "topic": "x"}, occurrence_id=first.id)
    gone = zoom("DELETE", path, occurrence_id=second.id)
    one = zoom("GET", path, occurrence_id=first.id).json()
    rows = zoom("GET", path).json()["occurrences"]
    again = zoom("DELETE", path, occurrence_id=second.id)

    assert (moved.status_code, gone.status_code, again.status_code) == (204, 204, 400)
    assert (one["start_time"], one["topic"]) == ("2026-09-08T09:00:00Z", WEBINAR["topic"])
    assert [row["status"] for row in rows] == ["available", "deleted", "available", "available"]
    assert [delivery.event for delivery in world.outgoing] == ["webinar.updated", "webinar.deleted"]
    deleted = json.loads(world.outgoing[1].body)["payload"]
    assert deleted["operation"] == "single"
    assert [row["occurrence_id"] for row in deleted["object"]["occurrences"]] == [second.id]


def test_past_dates_are_shown_when_asked_for(zoom: Caller, world: World, clock) -> None:
    webinar = _recurring(world)
    clock.advance(days=10)
    zoom.sign_in()

    coming = zoom("GET", f"/webinars/{webinar.id}").json()["occurrences"]
    all_of_them = zoom("GET", f"/webinars/{webinar.id}", show_previous_occurrences="true").json()["occurrences"]

    assert (len(coming), len(all_of_them)) == (2, 4)


def test_people_choose_dates_and_are_denied_for_one(zoom: Caller, world: World) -> None:
    webinar = _recurring(world)
    first, second, third, _ = (date.id for date in webinar.dates)
    path = f"/webinars/{webinar.id}/registrants"

    anna = zoom("POST", path, ANNA, occurrence_ids=f"{first},{second}").json()
    zoom("POST", path, BEN)
    unknown = zoom("POST", path, ANNA, occurrence_ids="1")
    body = {"action": "cancel", "registrants": [{"id": anna["registrant_id"]}]}
    zoom("PUT", f"{path}/status", body, occurrence_id=second)

    def listed(**query: str) -> list[str]:
        return [row["first_name"] for row in zoom("GET", path, **query).json()["registrants"]]

    assert [row["occurrence_id"] for row in anna["occurrences"]] == [first, second]
    assert listed(occurrence_id=first) == ["Anna", "Ben"]
    assert listed(occurrence_id=second) == ["Ben"]
    assert listed(occurrence_id=second, status="denied") == ["Anna"]
    assert listed(occurrence_id=third) == ["Ben"]
    assert listed() == ["Anna", "Ben"]
    assert (unknown.status_code, unknown.json()["code"]) == (400, 3000)


def test_registering_for_each_date_takes_the_next_one_unless_another_is_named(zoom: Caller, world: World) -> None:
    webinar = _recurring(world, registration_type=2)
    first, second, *_ = (date.id for date in webinar.dates)
    path = f"/webinars/{webinar.id}/registrants"

    one = zoom("POST", path, ANNA).json()
    two = zoom("POST", path, ANNA, occurrence_ids=second).json()
    both = zoom("POST", path, BEN, occurrence_ids=f"{first},{second}")

    assert [row["occurrence_id"] for row in one["occurrences"]] == [first]
    assert [row["occurrence_id"] for row in two["occurrences"]] == [first, second]
    assert one["registrant_id"] == two["registrant_id"]
    assert both.status_code == 400
