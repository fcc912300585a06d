"""Webinars of the pretend Zoom: created, read, changed, deleted, listed; their panelists; their hosts."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.simulator.conftest import HOST, WEBINAR, Caller
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World


def test_a_created_webinar_is_answered_in_full(zoom: Caller) -> None:
    answer = zoom("POST", f"/users/{HOST}/webinars", WEBINAR)

    body = answer.json()
    assert answer.status_code == 201
    assert len(str(body["id"])) == 11
    assert body["id"] > 2**31
    assert body["start_time"] == "2026-09-07T08:00:00Z"
    assert body["host_email"] == HOST
    assert body["settings"]["approval_type"] == 0
    assert body["registrants_confirmation_email"] is True
    assert "zak=" in body["start_url"]


def test_without_settings_a_webinar_asks_for_no_registration(zoom: Caller) -> None:
    answer = zoom("POST", f"/users/{HOST}/webinars", {})

    assert answer.json()["settings"]["approval_type"] == 2
    assert "registration_url" not in answer.json()


def test_a_start_without_z_is_local_time(zoom: Caller) -> None:
    body = WEBINAR | {"start_time": "2026-09-07T10:00:00"}

    answer = zoom("POST", f"/users/{HOST}/webinars", body)

    assert answer.json()["start_time"] == "2026-09-07T08:00:00Z"


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("topic", {"topic": "x" * 201}),
        ("agenda", {"agenda": "x" * 2001}),
        ("type", {"type": 4}),
        ("duration", {"duration": "90"}),
        ("start_time", {"start_time": "2026-09-07T10:00:00+02:00"}),
        ("start_time", {"start_time": "2026-13-07T10:00:00Z"}),
        ("timezone", {"timezone": "Berlin"}),
        ("password", {"password": "ümlaut"}),
        ("settings", {"settings": []}),
        ("settings.approval_type", {"settings": {"approval_type": 3}}),
        ("settings.practice_session", {"settings": {"practice_session": "yes"}}),
        ("settings.registrants_restrict_number", {"settings": {"registrants_restrict_number": 20_001}}),
        ("settings.alternative_hosts", {"settings": {"alternative_hosts": "mallory@example.org"}}),
    ],
)
def test_what_zoom_does_not_accept_is_named(zoom: Caller, field: str, body: dict[str, Any]) -> None:
    answer = zoom("POST", f"/users/{HOST}/webinars", body)

    assert (answer.status_code, answer.json()["code"]) == (400, 300)
    assert answer.json()["message"] == "Validation Failed."
    assert [error["field"] for error in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("body", [[], "text", None, 5])
def test_a_body_that_is_no_object_is_refused(zoom: Caller, body: Any) -> None:
    answer = zoom("POST", f"/users/{HOST}/webinars", body)

    assert (answer.status_code, answer.json()["code"]) == (400, 300)


def test_a_host_without_licence_gets_no_webinar(zoom: Caller) -> None:
    answer = zoom("POST", "/users/reception@example.org/webinars", WEBINAR)

    assert (answer.status_code, answer.json()["code"]) == (400, 200)
    assert answer.json()["message"].startswith("Webinar plan is missing.")


@pytest.mark.parametrize("user", ["nobody@example.org", "me"])
def test_an_unknown_host_does_not_exist(zoom: Caller, user: str) -> None:
    answer = zoom("POST", f"/users/{user}/webinars", WEBINAR)

    assert (answer.status_code, answer.json()["code"]) == (404, 1001)


def test_settings_tell_who_has_a_licence_and_how_large(zoom: Caller) -> None:
    licensed = zoom("GET", f"/users/{HOST}/settings").json()["feature"]
    other = zoom("GET", "/users/reception@example.org/settings").json()["feature"]

    assert (licensed["webinar"], licensed["webinar_capacity"]) == (True, 500)
    assert other["webinar"] is False
    assert zoom("GET", f"/users/{HOST}/token", type="zak").json()["token"]


def test_a_patch_answers_nothing_and_changes_only_what_it_names(zoom: Caller, webinar: Webinar) -> None:
    body = {"topic": "Verschoben", "settings": {"registrants_confirmation_email": False}}

    answer = zoom("PATCH", f"/webinars/{webinar.id}", body)

    after = zoom("GET", f"/webinars/{webinar.id}").json()
    assert (answer.status_code, answer.content) == (204, b"")
    assert after["topic"] == "Verschoben"
    assert after["settings"]["registrants_confirmation_email"] is False
    assert after["settings"]["approval_type"] == 0
    assert after["start_time"] == "2026-09-07T08:00:00Z"


def test_questions_and_answers_are_switched_and_the_rest_of_their_setting_stays(
    zoom: Caller, webinar: Webinar
) -> None:
    path = f"/webinars/{webinar.id}"
    before = zoom("GET", path).json()["settings"]["question_and_answer"]

    answer = zoom("PATCH", path, {"settings": {"question_and_answer": {"enable": False}}})
    nonsense = zoom("PATCH", path, {"settings": {"question_and_answer": {"enable": "no"}}})

    after = zoom("GET", path).json()["settings"]["question_and_answer"]
    assert (answer.status_code, nonsense.status_code) == (204, 400)
    assert (before["enable"], after["enable"]) == (True, False)
    assert after | {"enable": True} == before


def test_a_webinar_names_the_numbers_to_dial_of_its_countries_and_a_passcode_of_digits(
    zoom: Caller, webinar: Webinar
) -> None:
    path = f"/webinars/{webinar.id}"

    told = zoom("GET", path).json()
    zoom("PATCH", path, {"settings": {"global_dial_in_countries": ["AT"]}})
    austrian = zoom("GET", path).json()["settings"]["global_dial_in_numbers"]
    zoom("PATCH", path, {"settings": {"audio": "voip"}})
    silent = zoom("GET", path).json()["settings"]["global_dial_in_numbers"]

    numbers = told["settings"]["global_dial_in_numbers"]
    assert {number["country"] for number in numbers} == {"DE", "AT", "CH", "GB"}
    assert {number["type"] for number in numbers} == {"toll", "tollfree"}
    assert {frozenset(number) for number in numbers} == {
        frozenset({"country", "country_name", "city", "number", "type"})
    }
    assert told["password"].isdigit()
    assert {number["country"] for number in austrian} == {"AT"}
    assert silent == []


def test_creating_does_not_know_the_confirmation_mail(zoom: Caller) -> None:
    body = WEBINAR | {"settings": {"approval_type": 0, "registrants_confirmation_email": False}}

    created = zoom("POST", f"/users/{HOST}/webinars", body).json()

    read = zoom("GET", f"/webinars/{created['id']}").json()
    assert read["settings"]["registrants_confirmation_email"] is True


def test_recurring_webinars_ignore_a_change_of_the_approval_type(zoom: Caller, world: World) -> None:
    webinar = world.create_webinar(HOST, WEBINAR | {"type": 6})

    answer = zoom("PATCH", f"/webinars/{webinar.id}", {"settings": {"approval_type": 1}})

    assert answer.status_code == 204
    assert zoom("GET", f"/webinars/{webinar.id}").json()["settings"]["approval_type"] == 0


def test_a_deleted_webinar_does_not_exist(zoom: Caller, webinar: Webinar) -> None:
    first, second = zoom("DELETE", f"/webinars/{webinar.id}"), zoom("DELETE", f"/webinars/{webinar.id}")

    assert first.status_code == 204
    for answer in (second, zoom("GET", f"/webinars/{webinar.id}"), zoom("PATCH", f"/webinars/{webinar.id}", {})):
        assert (answer.status_code, answer.json()["code"]) == (404, 3001)


def test_lists_cut_the_agenda_and_show_no_settings(zoom: Caller, world: World) -> None:
    world.create_webinar(HOST, WEBINAR | {"agenda": "x" * 300})

    (row,) = zoom("GET", f"/users/{HOST}/webinars").json()["webinars"]

    assert len(row["agenda"]) == 250
    assert "settings" not in row
    assert "start_url" not in row


def test_pages_follow_one_another_and_every_webinar_is_on_one(zoom: Caller, world: World) -> None:
    ids = {world.create_webinar(HOST, WEBINAR).id for _ in range(7)}

    seen: list[int] = []
    token, sizes = None, []
    while token != "":
        page = zoom("GET", f"/users/{HOST}/webinars", page_size=3, next_page_token=token).json()
        seen += [row["id"] for row in page["webinars"]]
        sizes.append(len(page["webinars"]))
        token = page["next_page_token"]

    assert sizes == [3, 3, 1]
    assert len(seen) == 7
    assert set(seen) == ids


def test_a_page_token_lives_for_fifteen_minutes_and_for_its_own_list(zoom: Caller, world: World, clock) -> None:
    for _ in range(2):
        webinar = world.create_webinar(HOST, WEBINAR)
    token = zoom("GET", f"/users/{HOST}/webinars", page_size=1).json()["next_page_token"]

    elsewhere = zoom("GET", f"/webinars/{webinar.id}/registrants", next_page_token=token)
    clock.advance(timedelta(minutes=15))
    late = zoom("GET", f"/users/{HOST}/webinars", page_size=1, next_page_token=token)

    for answer in (elsewhere, late):
        assert (answer.status_code, answer.json()["code"]) == (400, 300)
        assert answer.json()["message"] == "The next page token is invalid or expired."


def test_what_is_long_over_leaves_the_list(zoom: Caller, webinar: Webinar, clock) -> None:
    clock.set(webinar.scheduled_end + timedelta(days=1))
    zoom.sign_in()
    upcoming = zoom("GET", f"/users/{HOST}/webinars", type="upcoming").json()["webinars"]
    scheduled = zoom("GET", f"/users/{HOST}/webinars").json()["webinars"]

    clock.advance(timedelta(days=31))
    zoom.sign_in()
    later = zoom("GET", f"/users/{HOST}/webinars").json()["webinars"]

    assert (len(upcoming), len(scheduled), len(later)) == (0, 1, 0)


def test_panelists_are_added_listed_and_removed(zoom: Caller, webinar: Webinar) -> None:
    path = f"/webinars/{webinar.id}/panelists"

    added = zoom("POST", path, {"panelists": [{"name": "Petra Podium", "email": "petra@example.org"}]})
    listed = zoom("GET", path).json()
    removed = zoom("DELETE", f"{path}/{listed['panelists'][0]['id']}")

    assert added.status_code == 201
    assert "panelists" not in added.json()
    assert [(row["name"], "tk=" in row["join_url"]) for row in listed["panelists"]] == [("Petra Podium", True)]
    assert removed.status_code == 204
    assert zoom("GET", path).json()["total_records"] == 0


def test_a_webinar_is_found_by_its_uuid_only_when_that_is_encoded_as_zoom_wants_it(
    zoom: Caller, webinar: Webinar
) -> None:
    plain, slash, double = "ab/cd+ef==", "/abcdef==", "ab//cdef=="

    def found(uuid: str, times: int) -> int:
        webinar.uuid = key = uuid
        for _ in range(times):
            key = quote(key, safe="")
        return zoom("GET", f"/webinars/{key}").status_code

    assert [found(uuid, 2) for uuid in (plain, slash, double)] == [200, 200, 200]
    assert found(plain, 1) == 200
    assert found(slash, 1) in (400, 404)
    assert found(double, 1) in (400, 404)
