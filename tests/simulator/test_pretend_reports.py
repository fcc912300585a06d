"""Sittings of the pretend Zoom, and what is reported of them."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from tests.simulator.conftest import ANNA, BEN, HOST, Caller
from zoom_bridge.simulator.objections import Objection
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World


def _encoded(uuid: str) -> str:
    return quote(quote(uuid, safe=""), safe="")


def test_there_is_no_report_before_the_end(zoom: Caller, world: World, webinar: Webinar) -> None:
    planned = zoom("GET", f"/report/webinars/{webinar.id}/participants")
    sitting = world.start(webinar.id)
    running = zoom("GET", f"/report/webinars/{_encoded(sitting.uuid)}/participants")

    for answer in (planned, running):
        assert (answer.status_code, answer.json()["code"]) == (404, 3001)


def test_the_report_has_a_row_for_each_stay(zoom: Caller, world: World, webinar: Webinar, clock) -> None:
    anna = world.register(webinar.id, **ANNA)
    sitting = world.start(webinar.id)
    stay = world.join(webinar.id, anna.id)
    clock.advance(timedelta(minutes=5))
    world.leave(webinar.id, stay)
    clock.advance(timedelta(minutes=1))
    world.join(webinar.id, anna.tk)
    world.join(webinar.id, name="iPad")
    clock.advance(timedelta(minutes=10))
    world.end(webinar.id)

    path = f"/report/webinars/{_encoded(sitting.uuid)}/participants"
    rows = zoom("GET", path, include_fields="registrant_id").json()["participants"]

    told = [(row["name"], row["user_email"], row["registrant_id"], row["duration"]) for row in rows]
    assert told == [
        ("webinar-1", HOST, "", 960),
        ("Anna Albers", ANNA["email"], anna.id, 300),
        ("Anna Albers", ANNA["email"], anna.id, 600),
        ("iPad", "", "", 600),
    ]
    assert len({row["user_id"] for row in rows}) == 4
    assert "registrant_id" not in zoom("GET", path).json()["participants"][0]


def test_each_sitting_has_its_own_uuid_and_the_number_means_the_latest(
    zoom: Caller, world: World, webinar: Webinar, clock
) -> None:
    planned = webinar.uuid
    uuids = []
    for _ in range(5):
        uuids.append(world.start(webinar.id).uuid)
        clock.advance(timedelta(minutes=1))
        world.end(webinar.id)

    instances = zoom("GET", f"/past_webinars/{webinar.id}/instances").json()["webinars"]
    by_uuid = [zoom("GET", f"/report/webinars/{_encoded(uuid)}/participants").status_code for uuid in uuids]
    latest = zoom("GET", f"/report/webinars/{webinar.id}/participants").json()["participants"][0]

    assert planned not in uuids
    assert [instance["uuid"] for instance in instances] == uuids
    assert by_uuid == [200] * 5
    assert any(uuid.startswith("/") for uuid in uuids)
    assert any("//" in uuid for uuid in uuids)
    assert latest["join_time"] == instances[-1]["start_time"]


def test_practice_is_not_reported_and_lets_nobody_in(zoom: Caller, world: World, webinar: Webinar) -> None:
    anna = world.register(webinar.id, **ANNA)
    practice = world.start(webinar.id, practice=True)

    with pytest.raises(Objection):
        world.join(webinar.id, anna.id)
    live = world.start(webinar.id)
    world.join(webinar.id, anna.id)
    ended = zoom("PUT", f"/webinars/{webinar.id}/status", {"action": "end"})

    assert ended.status_code in (200, 204)
    assert practice.ended_at
    assert live.uuid != practice.uuid
    assert [i["uuid"] for i in zoom("GET", f"/past_webinars/{webinar.id}/instances").json()["webinars"]] == [
        live.uuid
    ]


def test_coming_again_on_the_same_device_ends_the_stay_before_a_second_device_does_not(
    world: World, webinar: Webinar
) -> None:
    anna = world.register(webinar.id, **ANNA)
    sitting = world.start(webinar.id)

    first = world.join(webinar.id, anna.id)
    world.join(webinar.id, anna.id)
    world.join(webinar.id, anna.id, device="tablet")

    assert first.left_at
    assert [stay.device for stay in sitting.present if stay.registrant_id == anna.id] == ["computer", "tablet"]


def test_a_cancelled_registrant_cannot_join_and_who_is_in_stays_in(world: World, webinar: Webinar) -> None:
    anna, ben = world.register(webinar.id, **ANNA), world.register(webinar.id, **BEN)
    sitting = world.start(webinar.id)
    world.join(webinar.id, anna.id)

    world.change_status(webinar.id, "cancel", anna.id)
    world.change_status(webinar.id, "cancel", ben.id)

    with pytest.raises(Objection):
        world.join(webinar.id, ben.tk)
    assert anna.id in [stay.registrant_id for stay in sitting.present]


def test_a_thin_report_is_complete_the_next_time(zoom: Caller, world: World, webinar: Webinar, clock) -> None:
    world.start(webinar.id)
    world.join(webinar.id, name="iPad")
    clock.advance(timedelta(minutes=1))
    world.end(webinar.id)
    world.faults.thin_report()

    first, second = (zoom("GET", f"/report/webinars/{webinar.id}/participants").json() for _ in range(2))

    assert [row["duration"] for row in first["participants"]] == [0]
    assert [row["duration"] for row in second["participants"]] == [60, 60]
