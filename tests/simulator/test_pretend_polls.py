"""Polls, questions of the audience, and what is there when a webinar is over, as the pretend Zoom answers."""

from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import ANNA, BEN, CHIARA, HOST, Caller
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World

POLL = {
    "title": "Nachbarschaft",
    "questions": [
        {"name": "Wo wohnen Sie?", "type": "single", "answers": ["Nord", "Süd"]},
        {"name": "Was fehlt?", "type": "multiple", "answers": ["Bänke", "Bäume", "Licht"]},
    ],
}


@pytest.fixture
def poll(zoom: Caller, webinar: Webinar) -> str:
    return zoom("POST", f"/webinars/{webinar.id}/polls", POLL).json()["id"]


def test_a_poll_is_made_read_changed_and_deleted(zoom: Caller, webinar: Webinar) -> None:
    path = f"/webinars/{webinar.id}/polls"

    made = zoom("POST", path, POLL)
    one = f"{path}/{made.json()['id']}"
    changed = zoom("PUT", one, POLL | {"title": "Umfrage", "anonymous": True})
    read = zoom("GET", one).json()
    listed = zoom("GET", path).json()
    deleted = zoom("DELETE", one)

    assert (made.status_code, made.json()["status"], made.json()["poll_type"]) == (201, "notstart", 1)
    assert (changed.status_code, read["title"], read["anonymous"]) == (204, "Umfrage", True)
    assert (listed["total_records"], listed["polls"]) == (1, [read])
    assert (deleted.status_code, zoom("GET", one).status_code) == (204, 404)


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("title", {"title": "x" * 65}),
        ("poll_type", {"poll_type": 4}),
        ("anonymous", {"anonymous": "no"}),
        ("questions", {"questions": []}),
        ("questions[0].name", {"questions": [{"type": "single", "answers": ["a", "b"]}]}),
        ("questions[0].answers", {"questions": [{"name": "?", "type": "single", "answers": ["a"]}]}),
        ("questions[0].answers", {"questions": [{"name": "?", "type": "single", "answers": list("abcdefghijk")}]}),
        ("questions[0].type", {"questions": [{"name": "?", "type": "rating_scale"}]}),
        (
            "questions[0].prompts",
            {"poll_type": 2, "questions": [{"name": "?", "type": "matching", "answers": ["a", "b"]}]},
        ),
    ],
)
def test_a_poll_that_zoom_would_not_take_is_refused(
    zoom: Caller, webinar: Webinar, field: str, change: dict[str, Any]
) -> None:
    answer = zoom("POST", f"/webinars/{webinar.id}/polls", POLL | change)

    assert (answer.status_code, answer.json()["code"]) == (400, 300)
    assert [problem["field"] for problem in answer.json()["errors"]] == [field]


def test_a_poll_that_has_begun_is_not_changed_any_more(
    zoom: Caller, world: World, webinar: Webinar, poll: str
) -> None:
    world.start(webinar.id)
    world.open_poll(webinar.id, poll)

    answer = zoom("PUT", f"/webinars/{webinar.id}/polls/{poll}", POLL)

    assert (answer.status_code, answer.json()["code"]) == (400, 3000)


def test_votes_and_questions_stand_in_the_reports(
    zoom: Caller, world: World, webinar: Webinar, poll: str, clock
) -> None:
    world.start(webinar.id)
    anna = world.join(webinar.id, world.register(webinar.id, **ANNA).id)
    ben = world.join(webinar.id, world.register(webinar.id, **BEN).id)
    world.answer_poll(webinar.id, poll, anna, ["Nord", "Bänke;Licht"])
    asked = world.ask(webinar.id, ben, "Kommt der Bus?")
    world.ask(webinar.id, anna, "Und wann?", anonymous=True)
    world.answer(webinar.id, asked.id, "Ja.")
    early = zoom("GET", f"/past_webinars/{webinar.id}/polls")
    clock.advance(timedelta(hours=1))
    world.end(webinar.id)

    zoom.sign_in()
    past, report = (
        zoom("GET", f"{path}/{webinar.id}/polls").json() for path in ("/past_webinars", "/report/webinars")
    )
    questions = zoom("GET", f"/report/webinars/{webinar.id}/qa").json()["questions"]
    short = zoom("GET", f"/past_webinars/{webinar.id}/qa").json()["questions"]

    assert (early.status_code, early.json()["code"]) == (404, 3001)
    for found in (past, report):
        details = found["questions"][0]["question_details"]
        assert [(d["question"], d["answer"]) for d in details] == [
            ("Wo wohnen Sie?", "Nord"),
            ("Was fehlt?", "Bänke;Licht"),
        ]
    assert report["questions"][0]["email"] == ANNA["email"]
    assert {q["name"]: q["question_details"][0]["question_status"] for q in questions} == {
        "Anonymous Attendee": "open",
        "Ben Brandt": "answered",
    }
    assert short[1]["question_details"] == [{"question": "Kommt der Bus?", "answer": "Ja."}]
    assert zoom("GET", f"/webinars/{webinar.id}/polls/{poll}").json()["status"] == "ended"


def test_who_never_came_is_an_absentee(zoom: Caller, world: World, webinar: Webinar) -> None:
    anna, _ben = world.register(webinar.id, **ANNA), world.register(webinar.id, **BEN)
    denied = world.register(webinar.id, **CHIARA)
    world.change_status(webinar.id, "deny", denied.id)
    world.start(webinar.id)
    world.join(webinar.id, anna.id)
    world.end(webinar.id)

    absent = zoom("GET", f"/past_webinars/{webinar.id}/absentees").json()["registrants"]
    detail = zoom("GET", f"/report/webinars/{webinar.id}").json()

    assert [row["email"] for row in absent] == [BEN["email"]]
    assert (detail["participants_count"], detail["user_email"]) == (2, HOST)


def test_reports_reach_back_a_year(zoom: Caller, world: World, webinar: Webinar, clock) -> None:
    world.start(webinar.id)
    world.end(webinar.id)
    clock.advance(timedelta(days=366))
    zoom.sign_in()

    answer = zoom("GET", f"/report/webinars/{webinar.id}")

    assert (answer.status_code, answer.json()["code"]) == (400, 12702)


def test_a_webinar_that_records_in_the_cloud_has_a_recording_when_it_is_over(
    zoom: Caller, world: World, webinar: Webinar, clock
) -> None:
    zoom("PATCH", f"/webinars/{webinar.id}", {"settings": {"auto_recording": "cloud"}})
    world.start(webinar.id)
    clock.advance(timedelta(minutes=30))
    before = zoom("GET", f"/meetings/{webinar.id}/recordings")
    world.end(webinar.id)

    answer = zoom("GET", f"/meetings/{webinar.id}/recordings", include_fields="download_access_token").json()
    address = answer["recording_files"][0]["download_url"]
    told = [delivery.body for delivery in world.outgoing if delivery.event == "recording.completed"]

    assert (before.status_code, before.json()["code"]) == (404, 3301)
    assert [file["file_type"] for file in answer["recording_files"]] == ["MP4", "M4A"]
    assert (answer["duration"], answer["recording_count"]) == (30, 2)
    assert zoom.session.get(address).status_code == 401
    film = zoom.session.get(address, params={"access_token": answer["download_access_token"]})
    assert webinar.topic in film.text
    assert zoom.session.get(answer["recording_files"][0]["play_url"]).status_code == 200
    assert len(told) == 1
    assert '"download_token":' in told[0].split('"payload"')[1].rpartition("}")[0]


def test_a_recording_can_take_its_time(zoom: Caller, world: World, webinar: Webinar, clock) -> None:
    world.update_webinar(webinar.id, {"settings": {"auto_recording": "cloud"}})
    world.faults.slow_recordings(seconds=600)
    world.start(webinar.id)
    world.end(webinar.id)

    early = zoom("GET", f"/meetings/{webinar.id}/recordings").status_code
    due_at = next(delivery.due_at for delivery in world.outgoing if delivery.event == "recording.completed")
    clock.advance(timedelta(minutes=10))

    assert (early, zoom("GET", f"/meetings/{webinar.id}/recordings").status_code) == (404, 200)
    assert due_at == clock()


def test_the_users_of_the_account_are_listed_in_pages(zoom: Caller) -> None:
    first = zoom("GET", "/users", page_size=2).json()
    second = zoom("GET", "/users", page_size=2, next_page_token=first["next_page_token"]).json()

    assert [user["email"] for user in first["users"] + second["users"]] == [
        HOST,
        "webinar-2@example.org",
        "reception@example.org",
    ]
    assert [user["type"] for user in first["users"] + second["users"]] == [2, 2, 1]
