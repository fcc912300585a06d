"""The pages on which one plays everybody else, and those that Zoom's links lead to."""

import json
import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.simulator.conftest import ANNA, BEN, HOST
from zoom_bridge.simulator.faults import Webhooks
from zoom_bridge.simulator.records import Registrant, Webinar
from zoom_bridge.simulator.world import World


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def anna(world: World, webinar: Webinar) -> Registrant:
    return world.register(webinar.id, **ANNA)


def _here(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def _press(browser: FlaskClient, webinar: Webinar, button: str, **fields: object) -> TestResponse:
    return browser.post(f"/control/webinars/{webinar.id}/{button}", data=fields, follow_redirects=True)


def test_every_page_says_that_it_is_not_the_real_zoom(
    browser: FlaskClient, world: World, anna: Registrant
) -> None:
    (webinar,) = world.webinars.values()
    pages = [
        "/",
        f"/control/webinars/{webinar.id}",
        "/control/moods",
        "/control/deliveries",
        _here(world.join_url(webinar, anna)),
        _here(world.registration_url(webinar)),
        _here(world.start_url(webinar)),
    ]

    for page in pages:
        answer = browser.get(page)
        assert answer.status_code == 200, page
        assert "This is not the real Zoom." in answer.text
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_an_evening_is_played_with_buttons(browser: FlaskClient, webinar: Webinar, anna: Registrant) -> None:
    _press(browser, webinar, "start")
    _press(browser, webinar, "joins", registrant=anna.id)
    _press(browser, webinar, "joins-again", registrant=anna.id)
    _press(browser, webinar, "guest", name="iPad")
    page = _press(browser, webinar, "phone")

    sitting = webinar.running
    assert sitting is not None
    *others, caller = [stay.name for stay in sitting.present]
    assert others == ["webinar-1", "Anna Albers", "Anna Albers", "iPad"]
    assert re.fullmatch(r"\+4930\*{4}\d\d", caller)
    assert "iPad" in page.text

    _press(browser, webinar, "leaves", participant=sitting.present[1].user_id)
    assert len(sitting.present) == 4

    page = _press(browser, webinar, "end")
    assert sitting.ended_at
    assert "Held" in page.text


def test_everybody_who_dials_in_is_known_by_a_number_of_their_own_and_nothing_else(
    browser: FlaskClient, world: World, webinar: Webinar
) -> None:
    sitting = world.start(webinar.id)

    page = _press(browser, webinar, "phone")
    page = _press(browser, webinar, "phone")

    told = [json.loads(delivery.body)["payload"]["object"].get("participant") for delivery in world.outgoing]
    first, second = [person for person in told if person and "phone_number" in person]
    assert first["phone_number"] != second["phone_number"]
    for person in (first, second):
        assert person["user_name"] == person["phone_number"]
        assert (person["email"], person["registrant_id"], person["id"]) == ("", "", "")
        assert person["phone_number"] in page.text
    assert len(sitting.present) == 3


def test_somebody_works_in_zooms_portal(browser: FlaskClient, webinar: Webinar, anna: Registrant) -> None:
    _press(browser, webinar, "deny", registrant=anna.id)
    assert anna.status == "denied"

    _press(browser, webinar, "approve", registrant=anna.id)
    assert anna.status == "approved"

    _press(browser, webinar, "registers", **BEN)
    assert webinar.registrant_by_email(BEN["email"])

    _press(browser, webinar, "remove", registrant=anna.id)
    assert anna.id not in webinar.registrants

    _press(browser, webinar, "change", topic="Verschoben", start="2026-09-08T10:00", duration="60")
    assert (webinar.topic, webinar.duration) == ("Verschoben", 60)
    assert webinar.start_time.isoformat() == "2026-09-08T08:00:00+00:00"

    page = _press(browser, webinar, "delete")
    assert webinar.deleted_at
    assert "deleted" in page.text


def test_what_zooms_rules_forbid_is_said_on_a_page(browser: FlaskClient, webinar: Webinar) -> None:
    not_running = _press(browser, webinar, "guest", name="iPad")
    not_a_person = _press(browser, webinar, "registers", email="nonsense")
    not_a_time = _press(browser, webinar, "change", topic="x", start="soon", duration="60")

    for answer in (not_running, not_a_person, not_a_time):
        assert answer.status_code == 400
        assert "Zoom refuses" in answer.text


def test_looking_changes_nothing(browser: FlaskClient, webinar: Webinar) -> None:
    for button in ("start", "delete"):
        assert browser.get(f"/control/webinars/{webinar.id}/{button}").status_code == 405

    assert webinar.running is None
    assert webinar.deleted_at is None


def test_another_site_presses_no_buttons(browser: FlaskClient, webinar: Webinar) -> None:
    path = f"/control/webinars/{webinar.id}/start"

    foreign = browser.post(path, headers={"Origin": "https://mallory.example.org"})
    own = browser.post(path, headers={"Origin": "http://localhost"})

    assert (foreign.status_code, own.status_code) == (403, 303)


def test_names_are_shown_literally(browser: FlaskClient, world: World, webinar: Webinar) -> None:
    world.register(webinar.id, "mallory@example.org", '"><script>alert(1)</script>')

    page = browser.get(f"/control/webinars/{webinar.id}").text

    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_moods_are_switched_and_cleared(browser: FlaskClient, world: World) -> None:
    for mood in ("down", "lose_create", "too_many", "slow", "full"):
        assert browser.post(f"/control/moods/{mood}").status_code == 303
    browser.post("/control/moods/webhooks", data={"mood": ["held", "doubled", "nonsense"]})

    page = browser.get("/control/moods").text
    assert len(world.faults.holding()) == 5
    assert world.faults.moods == {Webhooks.HELD, Webhooks.DOUBLED}
    assert "answer_lost" in page

    browser.post("/control/moods/clear")
    assert not world.faults.holding()
    assert not world.faults.moods
    assert browser.post("/control/moods/nonsense").status_code == 404


def test_waiting_webhooks_can_be_sent_now(browser: FlaskClient, world: World, webinar: Webinar, clock) -> None:
    world.faults.webhooks(Webhooks.HELD, Webhooks.LATE)
    world.start(webinar.id)

    page = browser.post("/control/deliveries/now", follow_redirects=True).text

    assert world.faults.moods == {Webhooks.LATE}
    assert all(delivery.due_at == clock() for delivery in world.outgoing)
    assert "webinar.started" in page


def test_a_join_url_leads_through_the_waiting_room_into_the_webinar(
    browser: FlaskClient, world: World, webinar: Webinar, anna: Registrant
) -> None:
    link = _here(world.join_url(webinar, anna))

    assert "Waiting for the host" in browser.get(link).text
    early = browser.post(f"/w/{webinar.id}/join", data={"tk": anna.tk}, follow_redirects=True)
    assert "Waiting for the host" in early.text

    sitting = world.start(webinar.id)
    assert "Join now" in browser.get(link).text
    inside = browser.post(f"/w/{webinar.id}/join", data={"tk": anna.tk}, follow_redirects=True)
    assert "You are in the webinar." in inside.text
    assert [stay.registrant_id for stay in sitting.present] == ["", anna.id]

    browser.post(f"/w/{webinar.id}/join", data={"tk": anna.tk})
    assert len(sitting.present) == 2

    outside = browser.post(f"/w/{webinar.id}/leave", data={"tk": anna.tk}, follow_redirects=True)
    assert "Join now" in outside.text
    assert [stay.registrant_id for stay in sitting.present] == [""]


def test_the_waiting_room_speaks_german(
    browser: FlaskClient, world: World, webinar: Webinar, anna: Registrant
) -> None:
    page = browser.get(
        _here(world.join_url(webinar, anna)), headers={"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}
    )

    assert "Der Host hat das Webinar noch nicht gestartet." in page.text
    assert '<html lang="de">' in page.text


def test_a_link_that_no_longer_holds_leads_to_zooms_own_form(
    browser: FlaskClient, world: World, webinar: Webinar, anna: Registrant
) -> None:
    link = _here(world.join_url(webinar, anna))
    world.change_status(webinar.id, "cancel", anna.id)

    for address in (link, f"/w/{webinar.id}", f"/w/{webinar.id}?tk=nonsense", f"/w/{webinar.id}?tk="):
        answer = browser.get(address)
        assert answer.status_code == 302
        assert answer.location.startswith(f"/webinar/register/{webinar.page}")


def test_zooms_own_form_registers(browser: FlaskClient, world: World, webinar: Webinar) -> None:
    form = f"/webinar/register/{webinar.page}"

    wrong = browser.post(form, data=BEN | {"email": "ben"})
    at_once = browser.post(form, data=BEN)
    world.update_webinar(webinar.id, {"settings": {"approval_type": 1}})
    by_hand = browser.post(form, data=ANNA)

    assert (wrong.status_code, "Validation Failed." in wrong.text) == (400, True)
    assert 'value="Brandt"' in wrong.text
    assert "You are registered." in at_once.text
    assert "waits to be approved" in by_hand.text
    assert [r.status for r in webinar.registrants.values()] == ["approved", "pending"]


def test_a_webinar_without_registration_lets_in_whoever_says_a_name(browser: FlaskClient, world: World) -> None:
    webinar = world.create_webinar(HOST, {"topic": "offen"})
    sitting = world.start(webinar.id)

    inside = browser.post(f"/w/{webinar.id}/join", data={"name": "Ben"}, follow_redirects=True)

    assert "You are in the webinar." in inside.text
    assert [stay.name for stay in sitting.present] == ["webinar-1", "Ben"]


def test_the_start_url_makes_a_host_for_two_hours(
    browser: FlaskClient, world: World, webinar: Webinar, clock
) -> None:
    link = _here(world.start_url(webinar))
    zak = link.partition("zak=")[2]

    browser.post(f"/s/{webinar.id}", data={"zak": zak, "does": "practice"})
    assert webinar.running.practice
    browser.post(f"/s/{webinar.id}", data={"zak": zak, "does": "start"})
    assert not webinar.running.practice
    browser.post(f"/s/{webinar.id}", data={"zak": zak, "does": "end"})
    assert webinar.running is None

    clock.advance(hours=2)
    assert browser.get(link).status_code == 401
    assert browser.post(f"/s/{webinar.id}", data={"zak": zak, "does": "start"}).status_code == 401
    assert webinar.running is None


def test_a_webinar_that_is_gone_has_no_pages(browser: FlaskClient, world: World, webinar: Webinar) -> None:
    world.delete_webinar(webinar.id)

    for page in (
        f"/w/{webinar.id}",
        f"/s/{webinar.id}",
        f"/webinar/register/{webinar.page}",
        "/control/webinars/1",
    ):
        assert browser.get(page).status_code == 404
