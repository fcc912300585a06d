"""The points on which nobody knows what Zoom does: each of them is a switch, and every switch does something."""

import json
from dataclasses import fields
from datetime import timedelta

import pytest

from tests.simulator.conftest import ANNA, BEN, HOST, Caller
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.unconfirmed import Unconfirmed
from zoom_bridge.simulator.world import World


def test_every_point_names_its_question_in_both_languages_and_its_usual_answer_first() -> None:
    for point in fields(Unconfirmed):
        choices = [value for value, _, _ in point.metadata["choices"]]
        assert point.metadata["german"].endswith("?")
        assert point.metadata["english"].endswith("?")
        assert point.default in choices
        assert len(choices) > 1


def test_a_denied_address_may_be_an_error_wait_or_stay_denied(
    zoom: Caller, world: World, webinar: Webinar
) -> None:
    anna = world.register(webinar.id, **ANNA)
    answers = []
    for choice in ("error", "silent", "pending"):
        world.change_status(webinar.id, "cancel", anna.id)
        world.unconfirmed.denied_again = choice
        answer = zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA)
        answers.append((answer.status_code, "join_url" in answer.json(), anna.status))

    assert answers == [(400, False, "denied"), (201, False, "denied"), (201, False, "pending")]


def test_tokens_and_their_errors(zoom: Caller, world: World, webinar: Webinar, clock) -> None:
    world.unconfirmed.wrong_secret_status = 401
    world.unconfirmed.expired_access_says = "expired"
    world.unconfirmed.new_token_ends_the_old = True
    old = zoom.token

    wrong = zoom.ask_token(secret="wrong")
    zoom.sign_in()
    new, zoom.token = zoom.token, old
    killed = zoom("GET", f"/webinars/{webinar.id}")
    zoom.token = new
    clock.advance(timedelta(hours=1))
    expired = zoom("GET", f"/webinars/{webinar.id}")

    assert wrong.status_code == 401
    assert (killed.status_code, killed.json()["message"]) == (401, "Invalid access token.")
    assert (expired.json()["code"], expired.json()["message"]) == (124, "Access token is expired.")


def test_limits(zoom: Caller, world: World, webinar: Webinar, clock) -> None:
    other = world.create_webinar(HOST, {"settings": {"approval_type": 0}})
    anna, ben = world.register(webinar.id, **ANNA), world.register(webinar.id, **BEN)
    world.unconfirmed.three_adds_over_all_webinars = True
    world.unconfirmed.status_limit_shared = True
    world.unconfirmed.retry_after_per_second = True
    world.unconfirmed.large_page = "error"

    adds = [zoom("POST", f"/webinars/{w.id}/registrants", ANNA).status_code for w in (webinar, other) * 2]
    statuses = []
    for registrant in (anna, ben) * 6:
        body = {"action": "cancel", "registrants": [{"id": registrant.id}]}
        statuses.append(zoom("PUT", f"/webinars/{webinar.id}/registrants/status", body).status_code)
    too_large = zoom("GET", f"/webinars/{webinar.id}/registrants", page_size=301)
    clock.advance(timedelta(seconds=1))
    hurried = [zoom("GET", f"/webinars/{webinar.id}") for _ in range(31)][-1]

    assert adds == [201, 201, 201, 429]
    assert statuses == [204] * 10 + [429] * 2
    assert too_large.status_code == 400
    assert hurried.headers["Retry-After"] == "1"


def test_registrants(zoom: Caller, world: World, webinar: Webinar) -> None:
    world.unconfirmed.names_overwrite = True
    world.unconfirmed.new_link_after_approval = True
    world.unconfirmed.link_ends_with_denial = False
    anna = world.register(webinar.id, **ANNA)
    link = world.join_url(webinar, anna)

    world.register(webinar.id, anna.email, "Anne", "Albers")
    world.change_status(webinar.id, "deny", anna.id)
    world.start(webinar.id)
    inside = world.join(webinar.id, anna.id)
    world.change_status(webinar.id, "approve", anna.id)

    assert anna.name == inside.name == "Anne Albers"
    assert world.join_url(webinar, anna) != link


def test_the_licence_can_limit_who_registers(zoom: Caller, world: World, webinar: Webinar) -> None:
    world.unconfirmed.capacity_at_registration = True
    world.set_licence(HOST, 1)
    path = f"/webinars/{webinar.id}/registrants"

    answers = [zoom("POST", path, person) for person in (ANNA, BEN)]

    assert [answer.status_code for answer in answers] == [201, 400]
    assert answers[1].json()["code"] == 3000


def test_auto_approve_alone(zoom: Caller, world: World, webinar: Webinar) -> None:
    world.update_webinar(webinar.id, {"settings": {"approval_type": 1}})
    path = f"/webinars/{webinar.id}/registrants"

    waits = world.register(webinar.id, **ANNA)
    world.unconfirmed.auto_approve_alone = True
    webinar.remove_registrant(waits)
    zoom.session.post(
        f"{world.settings.public_url}/v2{path}",
        json=BEN | {"auto_approve": True},
        headers={"Authorization": f"Bearer {zoom.token}"},
    )

    assert webinar.registrant_by_email(BEN["email"]).status == "approved"


def test_webinars(zoom: Caller, world: World, webinar: Webinar) -> None:
    world.unconfirmed.end_status = 200
    world.unconfirmed.me = "owner"
    world.unconfirmed.registration_url_told = False
    world.unconfirmed.passcode_changes_links = False
    world.unconfirmed.alternative_hosts_between = ";"
    anna = world.register(webinar.id, **ANNA)
    link = world.join_url(webinar, anna)
    both = {"alternative_hosts": "webinar-2@example.org,webinar-1@example.org"}
    world.start(webinar.id)

    zoom("PATCH", f"/webinars/{webinar.id}", {"password": "neu", "settings": both})
    ended = zoom("PUT", f"/webinars/{webinar.id}/status", {"action": "end"})
    answer = zoom("GET", f"/webinars/{webinar.id}").json()

    assert ended.status_code == 200
    assert zoom("GET", "/users/me").json()["email"] == HOST
    assert "registration_url" not in answer
    assert answer["settings"]["alternative_hosts"] == "webinar-2@example.org;webinar-1@example.org"
    assert (answer["password"], world.join_url(webinar, anna)) == ("neu", link)


@pytest.mark.parametrize("told", [True, False])
def test_webhooks(zoom: Caller, world: World, webinar: Webinar, told: bool) -> None:
    world.unconfirmed.api_adds_are_told = told
    world.unconfirmed.ended_before_left = True

    zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA)
    world.start(webinar.id)
    world.end(webinar.id)

    events = [json.loads(delivery.body)["event"].removeprefix("webinar.") for delivery in world.outgoing]
    assert events == ["registration_created"] * told + [
        "started",
        "participant_joined",
        "ended",
        "participant_left",
    ]


@pytest.mark.parametrize("by", ["token", "number"])
def test_the_list_of_webinars_may_know_numbers_only(zoom: Caller, world: World, by: str) -> None:
    made = [world.create_webinar(HOST, {"topic": str(number)}).id for number in range(3)]
    world.unconfirmed.webinars_listed_by = by
    path = f"/users/{HOST}/webinars"

    first = zoom("GET", path, page_size=2).json()
    second = zoom("GET", path, page_size=2, page_number=2, next_page_token=first["next_page_token"]).json()
    astray = zoom("GET", path, page_size=2, next_page_token=first["next_page_token"]).json()

    assert sorted(row["id"] for row in first["webinars"] + second["webinars"]) == sorted(made)
    assert second["next_page_token"] == ""
    assert (astray["webinars"] == first["webinars"]) is (by == "number")
