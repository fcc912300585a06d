"""What the pretend Zoom remembers between two starts."""

import json
from datetime import timedelta
from pathlib import Path

from tests.simulator.conftest import ANNA, BEN, HOST, SETTINGS, WEBINAR
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.world import World


def test_what_happened_is_there_after_another_start(tmp_path: Path, clock) -> None:
    path = tmp_path / "zoom.json"
    world = World(SETTINGS, clock, path)
    webinar = world.create_webinar(HOST, WEBINAR | {"topic": "Gute Nachbarschaft – ♥"})
    anna = world.register(webinar.id, **ANNA)
    world.change_status(webinar.id, "cancel", world.register(webinar.id, **BEN).id)
    world.start(webinar.id)
    stay = world.join(webinar.id, anna.id)
    token = world.new_token()
    world.save()

    again = World(SETTINGS, clock, path)

    assert again.webinars == world.webinars
    assert again.outgoing == world.outgoing
    assert again.knows_token(token)
    again.leave(webinar.id, stay.user_id, at=clock() + timedelta(minutes=1))
    again.end(webinar.id)
    assert again.webinars[webinar.id].held[0].stays[1].left_at == clock() + timedelta(minutes=1)


def test_polls_dates_and_recordings_are_there_after_another_start(tmp_path: Path, clock) -> None:
    path = tmp_path / "zoom.json"
    world = World(SETTINGS, clock, path)
    settings = {"approval_type": 0, "registration_type": 3, "auto_recording": "cloud"}
    recurring = {"type": 9, "recurrence": {"type": 2, "end_times": 3}, "settings": settings}
    webinar = world.create_webinar(HOST, WEBINAR | recurring)
    poll = world.create_poll(webinar.id, {"questions": [{"name": "Wo?", "answers": ["Nord", "Süd"]}]})
    world.start(webinar.id)
    stay = world.join(webinar.id, world.register(webinar.id, **ANNA).id)
    world.answer_poll(webinar.id, poll.id, stay)
    asked = world.ask(webinar.id, stay, "Kommt der Bus?")
    world.answer(webinar.id, asked.id, "Ja.")
    world.end(webinar.id)
    world.answer_survey(webinar.id, stay, {"Wie war es?": "Gut"})
    world.save()

    again = World(SETTINGS, clock, path)

    assert again.webinars == world.webinars
    assert again.webinars[webinar.id].held[0].recording


def test_saving_replaces_the_file_in_one_step_and_only_when_something_changed(tmp_path: Path, clock) -> None:
    path = tmp_path / "zoom.json"
    world = World(SETTINGS, clock, path)

    world.save_if_changed()
    untouched = path.exists()
    world.create_webinar(HOST, WEBINAR)
    world.save_if_changed()

    assert untouched is False
    assert [file.name for file in tmp_path.iterdir()] == ["zoom.json"]
    assert path.stat().st_mode & 0o077 == 0
    assert json.loads(path.read_text())["format"] == 1
    assert world.changed is False


def test_stopping_the_sender_saves(tmp_path: Path, clock) -> None:
    path = tmp_path / "zoom.json"
    world = World(SETTINGS, clock, path)
    sender = WebhookSender(world, lambda url, body, headers: 204)
    sender.start()

    world.create_webinar(HOST, WEBINAR)
    sender.stop()

    assert len(World.load(path, SETTINGS, clock).webinars) == 1
