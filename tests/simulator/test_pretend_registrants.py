"""Registrants of the pretend Zoom: added, approved, cancelled, denied, removed, listed."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from tests.simulator.conftest import ANNA, BEN, CHIARA, HOST, WEBINAR, Caller
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World


def _webinar(world: World, **settings: Any) -> Webinar:
    return world.create_webinar(HOST, WEBINAR | {"settings": {"approval_type": 0} | settings})


def test_a_registrant_gets_a_personal_link_at_once(zoom: Caller, webinar: Webinar) -> None:
    answer = zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA)

    assert answer.status_code == 201
    assert answer.json()["id"] == webinar.id
    assert f"/w/{webinar.id}?tk=" in answer.json()["join_url"]


def test_a_known_address_gets_the_same_registrant_again(zoom: Caller, webinar: Webinar) -> None:
    first = zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA).json()

    again = zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA | {"email": "ANNA@example.org"}).json()
    batch = zoom("POST", f"/webinars/{webinar.id}/batch_registrants", {"registrants": [ANNA]}).json()

    assert (again["registrant_id"], again["join_url"]) == (first["registrant_id"], first["join_url"])
    assert batch["registrants"][0]["registrant_id"] == first["registrant_id"]


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({"first_name": "Anna"}, "email"),
        (ANNA | {"email": "anna"}, "email"),
        (ANNA | {"email": "a" * 120 + "@example.org"}, "email"),
        ({"email": "anna@example.org"}, "first_name"),
        (ANNA | {"first_name": " "}, "first_name"),
        (ANNA | {"first_name": "a" * 65}, "first_name"),
        (ANNA | {"last_name": "a" * 65}, "last_name"),
    ],
)
def test_a_person_zoom_cannot_take_is_named_field_by_field(
    zoom: Caller, webinar: Webinar, person: dict[str, str], field: str
) -> None:
    alone = zoom("POST", f"/webinars/{webinar.id}/registrants", person)
    batch = zoom("POST", f"/webinars/{webinar.id}/batch_registrants", {"registrants": [BEN, person]})

    assert [error["field"] for error in alone.json()["errors"]] == [field]
    assert [error["field"] for error in batch.json()["errors"]] == [f"registrants[1].{field}"]
    assert not webinar.registrants


def test_without_registration_nobody_can_register(zoom: Caller, world: World) -> None:
    webinar = world.create_webinar(HOST, {"topic": "ohne Anmeldung"})

    alone = zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA)
    status = zoom("PUT", f"/webinars/{webinar.id}/registrants/status", {"action": "approve", "registrants": []})

    assert (alone.status_code, alone.json()["code"]) == (400, 3000)
    assert (status.status_code, status.json()["code"]) == (400, 300)


def test_by_hand_means_no_link_until_approved(zoom: Caller, world: World) -> None:
    webinar = _webinar(world, approval_type=1)
    added = zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA).json()
    rid, path = added["registrant_id"], f"/webinars/{webinar.id}/registrants"

    approved_before = zoom("GET", path).json()["registrants"]
    (pending,) = zoom("GET", path, status="pending").json()["registrants"]
    changed = zoom("PUT", f"{path}/status", {"action": "approve", "registrants": [{"id": rid}]})
    (approved,) = zoom("GET", path).json()["registrants"]

    assert "join_url" not in added
    assert approved_before == []
    assert "join_url" not in pending
    assert (changed.status_code, changed.content) == (204, b"")
    assert approved["join_url"]


def test_a_batch_can_approve_at_once_though_approval_is_by_hand(zoom: Caller, world: World) -> None:
    webinar = _webinar(world, approval_type=1)
    path = f"/webinars/{webinar.id}/batch_registrants"

    waiting = zoom("POST", path, {"registrants": [ANNA]}).json()["registrants"]
    approved = zoom("POST", path, {"auto_approve": True, "registrants": [ANNA, BEN]}).json()["registrants"]

    assert "join_url" not in waiting[0]
    assert waiting[0]["registrant_id"] == approved[0]["registrant_id"]
    assert all(row["join_url"] for row in approved)


def test_thirty_are_a_batch_and_thirty_one_are_not(zoom: Caller, webinar: Webinar) -> None:
    people = [{"email": f"guest-{n}@example.org", "first_name": "Guest"} for n in range(31)]
    path = f"/webinars/{webinar.id}/batch_registrants"

    too_many = zoom("POST", path, {"registrants": people})
    thirty = zoom("POST", path, {"registrants": people[:30]})
    none = zoom("POST", path, {"registrants": []})

    assert (too_many.status_code, too_many.json()["code"]) == (400, 300)
    assert (thirty.status_code, len(thirty.json()["registrants"])) == (201, 30)
    assert none.status_code == 400


def test_a_batch_is_for_single_webinars_only(zoom: Caller, world: World) -> None:
    webinar = world.create_webinar(HOST, WEBINAR | {"type": 9, "recurrence": {"type": 1}})

    answer = zoom("POST", f"/webinars/{webinar.id}/batch_registrants", {"registrants": [ANNA]})

    assert (answer.status_code, answer.json()["code"]) == (400, 300)


@pytest.mark.parametrize("action", ["cancel", "deny"])
def test_a_cancelled_address_stays_denied_until_it_is_approved_again(
    zoom: Caller, webinar: Webinar, action: str
) -> None:
    path = f"/webinars/{webinar.id}/registrants"
    first = zoom("POST", path, ANNA).json()
    entry = {"id": first["registrant_id"], "email": ANNA["email"]}

    zoom("PUT", f"{path}/status", {"action": action, "registrants": [entry]})
    (denied,) = zoom("GET", path, status="denied").json()["registrants"]
    again = zoom("POST", path, ANNA)
    zoom("PUT", f"{path}/status", {"action": "approve", "registrants": [entry]})
    (approved,) = zoom("GET", path).json()["registrants"]

    assert denied["status"] == "denied"
    assert "join_url" not in denied
    assert (again.status_code, again.json()["code"]) == (400, 3000)
    assert (approved["id"], approved["join_url"]) == (first["registrant_id"], first["join_url"])


def test_a_removed_registrant_is_gone_and_can_register_anew(zoom: Caller, webinar: Webinar) -> None:
    path = f"/webinars/{webinar.id}/registrants"
    first = zoom("POST", path, ANNA).json()["registrant_id"]

    removed, again = zoom("DELETE", f"{path}/{first}"), zoom("DELETE", f"{path}/{first}")
    looked = zoom("GET", f"{path}/{first}")
    second = zoom("POST", path, ANNA).json()["registrant_id"]

    assert removed.status_code == 204
    assert (again.status_code, again.json()["code"]) == (400, 3000)
    assert (looked.status_code, looked.json()["code"]) == (400, 3079)
    assert second != first


def test_a_status_change_under_a_wrong_name_does_nothing_and_says_so_to_nobody(
    zoom: Caller, webinar: Webinar
) -> None:
    path = f"/webinars/{webinar.id}/registrants"
    added = zoom("POST", path, ANNA).json()

    answer = zoom("PUT", f"{path}/status", {"action": "cancel", "registrant": [{"id": added["registrant_id"]}]})

    assert answer.status_code == 204
    assert len(zoom("GET", path).json()["registrants"]) == 1


def test_host_alternative_host_and_panelist_cannot_register(zoom: Caller, world: World) -> None:
    webinar = _webinar(world, alternative_hosts="webinar-2@example.org")
    zoom("POST", f"/webinars/{webinar.id}/panelists", {"panelists": [{"name": "Anna", "email": ANNA["email"]}]})

    codes = [
        zoom("POST", f"/webinars/{webinar.id}/registrants", {"email": email, "first_name": "x"}).json()["code"]
        for email in (HOST, "webinar-2@example.org", ANNA["email"])
    ]

    assert codes == [3027, 3027, 3000]


def test_a_full_webinar_says_so_with_three_codes(zoom: Caller, world: World) -> None:
    webinar = _webinar(world, approval_type=1, registrants_restrict_number=1)
    path = f"/webinars/{webinar.id}"
    ids = [world.register(webinar.id, **person).id for person in (ANNA, BEN)]

    status = zoom(
        "PUT", f"{path}/registrants/status", {"action": "approve", "registrants": [{"id": i} for i in ids]}
    )
    world.change_status(webinar.id, "approve", ids[0])
    batch = zoom("POST", f"{path}/batch_registrants", {"auto_approve": True, "registrants": [CHIARA]})
    world.update_webinar(webinar.id, {"settings": {"approval_type": 0}})
    alone = zoom("POST", f"{path}/registrants", CHIARA)

    assert [answer.json()["code"] for answer in (status, batch, alone)] == [3035, 3043, 3000]
    assert {answer.status_code for answer in (status, batch, alone)} == {400}


def test_nobody_registers_for_what_is_over(zoom: Caller, webinar: Webinar, clock) -> None:
    clock.set(webinar.scheduled_end)
    zoom.sign_in()

    answer = zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA)

    assert (answer.status_code, answer.json()["code"]) == (400, 3038)


def test_what_is_over_can_be_staged_with_registrants_of_its_time(world: World, webinar: Webinar, clock) -> None:
    clock.set(webinar.scheduled_end + timedelta(days=3))

    registrant = world.register(webinar.id, **ANNA, at=webinar.start_time - timedelta(days=1))

    assert registrant.created_at < webinar.start_time


def test_registrants_come_in_pages_of_at_most_three_hundred(zoom: Caller, world: World, webinar: Webinar) -> None:
    for number in range(301):
        world.register(webinar.id, f"guest-{number}@example.org", "Guest")

    first = zoom("GET", f"/webinars/{webinar.id}/registrants", page_size=1000).json()
    second = zoom(
        "GET", f"/webinars/{webinar.id}/registrants", page_size=300, next_page_token=first["next_page_token"]
    )

    assert (len(first["registrants"]), first["total_records"]) == (300, 301)
    assert (len(second.json()["registrants"]), second.json()["next_page_token"]) == (1, "")


@pytest.mark.parametrize("path", ["/webinars/12345678901/registrants", "/webinars/12345678901/batch_registrants"])
def test_registering_for_no_webinar_is_not_found(zoom: Caller, path: str) -> None:
    answer = zoom("POST", path, ANNA)

    assert (answer.status_code, answer.json()["code"]) == (404, 3001)


QUESTIONS = {
    "questions": [{"field_name": "city", "required": True}],
    "custom_questions": [
        {"title": "Wie kommen Sie?", "type": "single_dropdown", "answers": ["Bus", "Rad"], "required": True},
        {"title": "Noch etwas?", "type": "short", "required": False},
    ],
}


def test_required_questions_must_be_answered_one_by_one_and_in_zooms_form(
    zoom: Caller, app: Flask, webinar: Webinar
) -> None:
    path = f"/webinars/{webinar.id}/registrants"
    answers = {"city": "Leer", "custom_questions": [{"title": "Wie kommen Sie?", "value": "Rad"}]}

    changed = zoom("PATCH", f"{path}/questions", QUESTIONS)
    silent = zoom("POST", path, ANNA)
    spoken = zoom("POST", path, ANNA | answers)
    batch = zoom("POST", f"/webinars/{webinar.id}/batch_registrants", {"registrants": [BEN]})
    form, browser = f"/webinar/register/{webinar.page}", app.test_client()
    refused = browser.post(form, data=CHIARA | {"city": "Leer"})
    taken = browser.post(form, data=CHIARA | {"city": "Leer", "own-0": "Bus"})

    assert (changed.status_code, zoom("GET", f"{path}/questions").json()) == (204, QUESTIONS)
    assert [problem["field"] for problem in silent.json()["errors"]] == ["city", "custom_questions"]
    assert (spoken.status_code, batch.status_code) == (201, 201)
    assert "Wie kommen Sie?" in browser.get(form).text
    assert (refused.status_code, taken.status_code) == (400, 200)
    assert [webinar.registrant_by_email(p["email"]).answers.get("city") for p in (ANNA, BEN, CHIARA)] == [
        "Leer",
        None,
        "Leer",
    ]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"questions": [{"field_name": "shoe_size"}]}, "questions[0].field_name"),
        ({"custom_questions": [{"title": " ", "type": "short"}]}, "custom_questions[0].title"),
        ({"custom_questions": [{"title": "?", "type": "long"}]}, "custom_questions[0].type"),
        ({"custom_questions": [{"title": "?", "type": "single_radio"}]}, "custom_questions[0].answers"),
    ],
)
def test_questions_zoom_cannot_ask_are_refused(
    zoom: Caller, webinar: Webinar, body: dict[str, Any], field: str
) -> None:
    answer = zoom("PATCH", f"/webinars/{webinar.id}/registrants/questions", body)

    assert field in [problem["field"] for problem in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("no_of_employees", "101-250"),
        ("language", "de"),
        ("phone", 49),
        ("custom_questions", [{"title": "?", "value": "x" * 129}]),
    ],
)
def test_answers_are_of_zooms_kind(zoom: Caller, webinar: Webinar, field: str, value: Any) -> None:
    answer = zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA | {field: value})

    assert [problem["field"] for problem in answer.json()["errors"]] == [field]


def test_alternative_hosts_are_licensed_users_and_cannot_register(zoom: Caller, webinar: Webinar) -> None:
    path = f"/webinars/{webinar.id}"

    unknown = zoom("PATCH", path, {"settings": {"alternative_hosts": "mallory@example.org"}})
    unlicensed = zoom("PATCH", path, {"settings": {"alternative_hosts": "reception@example.org"}})
    taken = zoom("PATCH", path, {"settings": {"alternative_hosts": "WEBINAR-2@example.org"}})
    registers = zoom("POST", f"{path}/registrants", ANNA | {"email": "webinar-2@example.org"})

    for refused in (unknown, unlicensed):
        assert [problem["field"] for problem in refused.json()["errors"]] == ["settings.alternative_hosts"]
    assert taken.status_code == 204
    assert webinar.settings["alternative_hosts"] == "webinar-2@example.org"
    assert (registers.status_code, registers.json()["code"]) == (400, 3027)


def test_a_panel_has_a_hundred_seats(zoom: Caller, webinar: Webinar, clock) -> None:
    path = f"/webinars/{webinar.id}/panelists"
    people = [{"name": f"P {n}", "email": f"p{n}@example.org"} for n in range(101)]

    answers = [zoom("POST", path, {"panelists": people[n : n + 30]}) for n in range(0, 101, 30)]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 400]
    assert answers[-1].json()["code"] == 3000
