"""The pages about the pretend Zoom as a whole, and what people do there past everybody who only speaks its API."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.simulator.conftest import ANNA, BEN, HOST, Caller
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World

POLL = {"title": "Wo?", "questions": [{"name": "Wo wohnen Sie?", "answers": ["Nord", "Süd"]}]}


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def _press(browser: FlaskClient, webinar: Webinar, button: str, **fields: object) -> TestResponse:
    return browser.post(f"/control/webinars/{webinar.id}/{button}", data=fields, follow_redirects=True)


def _told(world: World) -> list[str]:
    return [json.loads(delivery.body)["event"] for delivery in world.outgoing]


def test_the_audience_votes_and_asks(browser: FlaskClient, world: World, webinar: Webinar) -> None:
    poll = world.create_poll(webinar.id, POLL)
    world.start(webinar.id)
    stays = [world.join(webinar.id, world.register(webinar.id, **person).id) for person in (ANNA, BEN)]

    _press(browser, webinar, "open-poll", poll=poll.id)
    _press(browser, webinar, "vote", poll=poll.id)
    page = _press(browser, webinar, "ask", participant=stays[0].user_id, question="Kommt der Bus?")
    (asked,) = webinar.running.asked
    answered = _press(browser, webinar, "answer", question=asked.id, text="Ja.")

    assert [(vote.name, vote.answer) for vote in webinar.running.votes] == [
        ("Anna Albers", "Nord"),
        ("Ben Brandt", "Süd"),
    ]
    assert "Kommt der Bus?" in page.text
    assert "Ja." in answered.text

    _press(browser, webinar, "end")
    surveyed = [_press(browser, webinar, "survey") for _ in range(2)][-1]
    (sitting,) = webinar.held
    assert {vote.name for vote in sitting.survey} == {"Anna Albers", "Ben Brandt"}
    assert f"answers to the survey: {len(sitting.survey)}" in surveyed.text


def test_somebody_changes_passcode_registration_and_recording_in_the_portal(
    browser: FlaskClient, webinar: Webinar
) -> None:
    fields = {"topic": "x", "start": "2026-09-08T10:00", "duration": 60, "password": "neu"}

    _press(browser, webinar, "change", **fields, approval_type=1, auto_recording="cloud")
    refused = _press(browser, webinar, "change", **fields | {"password": "zu lang für Zoom"})

    assert (webinar.password, webinar.settings["approval_type"]) == ("neu", 1)
    assert webinar.settings["auto_recording"] == "cloud"
    assert refused.status_code == 400


def test_zooms_mails_are_switched_on_again(browser: FlaskClient, world: World, webinar: Webinar) -> None:
    off = {"registrants_email_notification": False, "registrants_confirmation_email": False}
    world.update_webinar(webinar.id, {"settings": off})
    world.outgoing.clear()

    _press(browser, webinar, "mails-on")

    assert webinar.settings["registrants_email_notification"] is True
    assert webinar.settings["registrants_confirmation_email"] is True
    assert _told(world) == ["webinar.updated"]


def test_a_webinar_that_became_a_meeting_is_none_any_more(
    browser: FlaskClient, world: World, webinar: Webinar, zoom: Caller
) -> None:
    page = _press(browser, webinar, "convert")

    answer = zoom("GET", f"/webinars/{webinar.id}")
    told = json.loads(world.outgoing[-1].body)
    assert "now a meeting" in page.text
    assert (answer.status_code, answer.json()["code"]) == (404, 3001)
    assert (told["event"], told["payload"]["object"]["type"]) == ("webinar.converted_to_meeting", 2)


def test_who_cancels_by_zooms_mail_may_come_back(browser: FlaskClient, world: World, webinar: Webinar) -> None:
    anna = world.register(webinar.id, **ANNA)

    _press(browser, webinar, "cancel-by-mail", registrant=anna.id)

    assert anna.id not in webinar.registrants
    assert world.register(webinar.id, **ANNA).status == "approved"
    assert "webinar.registration_cancelled" in _told(world)


def test_the_account_takes_licences_and_people_away(
    browser: FlaskClient, world: World, webinar: Webinar, zoom: Caller
) -> None:
    user = world.users[webinar.host_id]
    browser.post("/control/account/licence", data={"user": user.id, "capacity": "1000"})
    larger = zoom("GET", f"/users/{HOST}/settings").json()["feature"]
    browser.post("/control/account/licence", data={"user": user.id, "capacity": "0"})
    without = zoom("GET", f"/users/{HOST}/settings").json()["feature"]
    refused = zoom("PATCH", f"/webinars/{webinar.id}", {"topic": "x"})
    page = browser.post("/control/account/remove", data={"user": user.id}, follow_redirects=True)

    assert (larger["webinar"], larger["webinar_capacity"]) == (True, 1000)
    assert (without["webinar"], "webinar_capacity" in without) == (False, False)
    assert (refused.status_code, refused.json()["code"]) == (400, 200)
    assert HOST not in page.text
    assert (zoom("GET", f"/users/{HOST}").json()["code"], bool(webinar.deleted_at)) == (1001, True)
    assert browser.post("/control/account/licence", data={"user": "nobody"}).status_code == 404


def test_the_clock_is_turned_forward_only(browser: FlaskClient, world: World, clock) -> None:
    page = browser.post("/control/clock/forward", data={"minutes": "1530"}, follow_redirects=True).text

    assert world.now() - clock() == timedelta(minutes=1530)
    assert "1 day, 1 hour, 30 minutes" in page
    assert "signed with the common one" in page
    for minutes in ("-5", "0", "nonsense", "9999999"):
        assert browser.post("/control/clock/forward", data={"minutes": minutes}).status_code == 400


def test_open_questions_are_settled_by_buttons(browser: FlaskClient, world: World) -> None:
    browser.post("/control/unconfirmed/denied_again", data={"value": "pending"})
    browser.post("/control/unconfirmed/names_overwrite", data={"value": "True"})
    browser.post("/control/unconfirmed/wrong_secret_status", data={"value": "401"})
    page = browser.get("/control/unconfirmed").text

    assert (world.unconfirmed.denied_again, world.unconfirmed.names_overwrite) == ("pending", True)
    assert world.unconfirmed.wrong_secret_status == 401
    assert "Does registering again overwrite the name?" in page
    assert browser.post("/control/unconfirmed/denied_again", data={"value": "x"}).status_code == 404
    assert browser.post("/control/unconfirmed/nonsense", data={"value": "True"}).status_code == 404


def test_a_disabled_subscription_is_enabled_by_hand(browser: FlaskClient, world: World) -> None:
    world.subscription_disabled, world.validations_failed = True, 6
    before = browser.get("/control/deliveries").text

    browser.post("/control/deliveries/enable")

    assert "disabled the subscription" in before
    assert not world.subscription_disabled
    assert world.validation_due_at == world.now()
