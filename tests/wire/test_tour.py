"""Once around the pretend Zoom: every call answers with everything it has to say, and every webhook is sent. All of it
is as Zoom's types have it."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta

import pytest

from tests.wire.contract import contract
from tests.wire.watched import HOST, Watched, webhooks_it_can_send
from tests.wire.watching import watch_post
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.unconfirmed import Unconfirmed
from zoom_bridge.zoom.signature import answer_validation

WEBINAR = {
    "topic": "Gute Nachbarschaft",
    "agenda": "Was wir lernen können.",
    "type": 5,
    "start_time": "2026-09-07T08:00:00Z",
    "duration": 90,
    "timezone": "Europe/Berlin",
    "tracking_fields": [{"field": "Haus", "value": "Stadthaus"}],
    "settings": {
        "approval_type": 1,
        "auto_recording": "cloud",
        "alternative_hosts": "webinar-2@example.org",
        "question_and_answer": {"enable": True, "allow_anonymous_questions": True},
    },
}
WEEKLY = {"type": 2, "repeat_interval": 1, "weekly_days": "2", "end_times": 3}
ANNA = {"email": "anna@example.org", "first_name": "Anna", "last_name": "Albers"}
BEN = {"email": "ben@example.org", "first_name": "Ben", "last_name": "Brandt"}
CHIARA = {"email": "chiara@example.org", "first_name": "Chiara", "last_name": "Conti"}
QUESTIONS = {
    "questions": [{"field_name": "city", "required": True}],
    "custom_questions": [
        {"title": "Woher?", "type": "single_radio", "required": False, "answers": ["Stadt", "Land"]}
    ],
}
POLL = {
    "title": "Nachbarn",
    "poll_type": 1,
    "questions": [{"name": "Wie viele?", "type": "single", "answers": ["Wenige", "Viele"]}],
}
DETAILS = {"city": "Köln", "custom_questions": [{"title": "Woher?", "value": "Stadt"}], "no_of_employees": "1-20"}


@pytest.mark.parametrize("choice", [0, -1], ids=["usual", "otherwise"])
def test_once_around_the_pretend_zoom_everything_is_as_zooms_types_have_it(choice: int) -> None:
    """However it behaves in the points that nobody could confirm."""
    zoom = Watched()
    for point in fields(Unconfirmed):
        setattr(zoom.world.unconfirmed, point.name, point.metadata["choices"][choice][0])
    zoom.client.list_webinars(HOST)
    webinar = _before(zoom)
    _during(zoom, webinar)
    _afterwards(zoom, webinar)
    _recurring(zoom)
    _users(zoom)
    _changes_of_the_host(zoom, webinar)
    _asks_whether_ours(zoom)

    assert zoom.ledger.take_wrongs() == []
    names = {call.name for pair in zoom.calls() if (call := contract().find(*pair))}
    assert names - zoom.ledger.seen == set()
    assert webhooks_it_can_send() - zoom.ledger.seen == set()


def _before(zoom: Watched) -> int:
    made = zoom.call("POST", f"/users/{HOST}/webinars", WEBINAR)
    number, path = made["id"], f"/webinars/{made['id']}"
    zoom.call(
        "PATCH", path, {"topic": "Gute Nachbarn", "settings": {"approval_type": 1, "practice_session": True}}
    )
    zoom.call("PATCH", f"{path}/registrants/questions", QUESTIONS)
    zoom.call("GET", f"{path}/registrants/questions")
    anna = zoom.call("POST", f"{path}/registrants", ANNA | DETAILS)["registrant_id"]
    zoom.call("GET", f"{path}/registrants", status="pending")
    zoom.call("PATCH", f"{path}/registrants/questions", {"questions": [], "custom_questions": []})
    zoom.world.register(number, "dora@example.org", "Dora", "Dorn")
    people = zoom.call("POST", f"{path}/batch_registrants", {"auto_approve": True, "registrants": [BEN, CHIARA]})
    ben, chiara = (one["registrant_id"] for one in people["registrants"])
    for action, who in (("approve", anna), ("cancel", ben), ("approve", ben), ("deny", chiara)):
        zoom.call("PUT", f"{path}/registrants/status", {"action": action, "registrants": [{"id": who}]})
    zoom.call("GET", f"{path}/registrants/{anna}")
    zoom.call("GET", f"{path}/registrants", page_size=300)
    zoom.call("DELETE", f"{path}/registrants/{chiara}")
    petra, paul = ({"name": name, "email": f"{name.lower()}@example.org"} for name in ("Petra", "Paul"))
    zoom.call("POST", f"{path}/panelists", {"panelists": [petra, paul]})
    panel = zoom.call("GET", f"{path}/panelists")["panelists"]
    zoom.call("DELETE", f"{path}/panelists/{panel[0]['id']}")
    zoom.call("DELETE", f"{path}/panelists")
    poll, other = (zoom.call("POST", f"{path}/polls", POLL)["id"] for _ in range(2))
    zoom.call("PUT", f"{path}/polls/{poll}", POLL | {"title": "Nachbarschaft"})
    zoom.call("GET", f"{path}/polls/{poll}")
    zoom.call("DELETE", f"{path}/polls/{other}")
    zoom.call("GET", f"{path}/polls")
    zoom.call("GET", path)
    zoom.call("GET", f"/users/{HOST}/webinars", type="scheduled", page_size=300)
    return int(number)


def _during(zoom: Watched, number: int) -> None:
    """A rehearsal, then the evening: Ben comes, leaves and comes back, somebody rings, Anna stays away."""
    world, path = zoom.world, f"/webinars/{number}"
    ben = next(one for one in zoom.call("GET", f"{path}/registrants")["registrants"] if one["first_name"] == "Ben")
    world.start(number, practice=True)
    world.end(number)
    zoom.clock.advance(minutes=5)
    world.start(number)
    world.join(number, ben["id"])
    zoom.clock.advance(minutes=5)
    world.leave(number, ben["id"])
    stay = world.join(number, ben["id"], name="Benni")
    world.bind(number, world.join(number, device="phone"), stay)
    world.join(number, name="Anna", email=ANNA["email"], customer_key="a-key-of-ours")
    (poll,) = zoom.call("GET", f"{path}/polls")["polls"]
    world.open_poll(number, poll["id"])
    zoom.call("GET", f"{path}/polls/{poll['id']}")
    world.answer_poll(number, poll["id"], stay, ["Viele"])
    asked = world.ask(number, stay, "Und danach?")
    world.answer(number, asked.id, "Kaffee.")
    world.ask(number, stay, "Wer fragt?", anonymous=True)
    zoom.clock.advance(minutes=30)
    zoom.call("PUT", f"{path}/status", {"action": "end"})


def _afterwards(zoom: Watched, number: int) -> None:
    zoom.clock.advance(hours=2)
    (sitting,) = zoom.call("GET", f"/past_webinars/{number}/instances")["webinars"]
    assert sitting["uuid"]
    assert zoom.call("GET", f"/report/webinars/{number}/participants", include_fields="registrant_id")[
        "participants"
    ]
    assert zoom.call("GET", f"/past_webinars/{number}/participants")["participants"]
    assert zoom.call("GET", f"/past_webinars/{number}/absentees")["registrants"]
    for part in ("polls", "qa"):
        assert zoom.call("GET", f"/report/webinars/{number}/{part}")["questions"]
        assert zoom.call("GET", f"/past_webinars/{number}/{part}")["questions"]
    zoom.world.answer_survey(number, BEN["email"], {"Wie war es?": "Gut"})
    assert zoom.call("GET", f"/report/webinars/{number}/survey")["survey_answers"]
    zoom.call("GET", f"/report/webinars/{number}")
    recorded = zoom.call("GET", f"/meetings/{number}/recordings", include_fields="download_access_token", ttl=600)
    assert recorded["recording_files"]


def _recurring(zoom: Watched) -> None:
    made = zoom.call("POST", f"/users/{HOST}/webinars", WEBINAR | {"type": 9, "recurrence": WEEKLY})
    path = f"/webinars/{made['id']}"
    first, *_, last = (one["occurrence_id"] for one in made["occurrences"])
    zoom.call("PATCH", path, {"duration": 60}, occurrence_id=first)
    zoom.call("POST", f"{path}/registrants", ANNA, occurrence_ids=first)
    zoom.call("DELETE", path, occurrence_id=last)
    zoom.call("GET", path, show_previous_occurrences="true")
    endless = zoom.call(
        "POST", f"/users/{HOST}/webinars", {"topic": "Immer", "type": 6, "settings": {"approval_type": 0}}
    )
    zoom.call("POST", f"/webinars/{endless['id']}/registrants", BEN)
    zoom.call("GET", f"/webinars/{endless['id']}")
    zoom.call("GET", f"/users/{HOST}/webinars")
    zoom.call("DELETE", f"/webinars/{endless['id']}")


def _users(zoom: Watched) -> None:
    zoom.call("GET", "/users", status="active", page_size=300)
    zoom.call("GET", f"/users/{HOST}")
    zoom.call("GET", f"/users/{HOST}/settings")
    for option in ("meeting_security", "meeting_authentication", "recording_authentication"):
        zoom.call("GET", f"/users/{HOST}/settings", option=option)
    zoom.call("GET", f"/users/{HOST}/token", type="zak", ttl=7200)


def _changes_of_the_host(zoom: Watched, number: int) -> None:
    """In the portal: mails on again, a webinar becomes a meeting, and one is deleted."""
    zoom.world.switch_mails_on(number)
    zoom.call("DELETE", f"/webinars/{number}", cancel_webinar_reminder="false")
    other = zoom.call("POST", f"/users/{HOST}/webinars", WEBINAR)["id"]
    zoom.world.convert_to_meeting(other)


def _asks_whether_ours(zoom: Watched) -> None:
    def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        message = json.loads(body)
        return 200, json.dumps(answer_validation("webhook-secret", message["payload"]["plainToken"])).encode()

    zoom.clock.advance(timedelta(hours=72))
    assert WebhookSender(zoom.world, watch_post(post, zoom.ledger)).ask_whether_ours()
