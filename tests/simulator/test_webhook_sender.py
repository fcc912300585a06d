"""Webhooks of the pretend Zoom: what they say, how they are signed, when they come again."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from tests.simulator.conftest import ANNA, HOST, SETTINGS, WEBINAR
from zoom_bridge.simulator.faults import Webhooks
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.world import World
from zoom_bridge.zoom.signature import answer_validation, sign


class Receiver:
    """Our end: notes what arrives and answers what it is told to."""

    def __init__(self) -> None:
        self.answers: list[int | Exception] = []
        self.got: list[tuple[dict[str, Any], Mapping[str, str], bytes]] = []

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        assert url == SETTINGS.webhook_url
        self.got.append((json.loads(body), headers, body))
        answer = self.answers.pop(0) if self.answers else 204
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def events(self) -> list[str]:
        return [message["event"].removeprefix("webinar.") for message, _, _ in self.got]

    @property
    def objects(self) -> list[dict[str, Any]]:
        return [message["payload"]["object"] for message, _, _ in self.got]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
def sender(world: World, receiver: Receiver) -> WebhookSender:
    return WebhookSender(world, receiver, seed=1)


def test_deliveries_are_signed_as_zoom_signs_them(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver
) -> None:
    world.start(webinar.id)

    sender.deliver_due()

    _, headers, body = receiver.got[0]
    timestamp = headers["x-zm-request-timestamp"]
    assert timestamp == "1788249600"
    assert headers["x-zm-signature"] == sign(SETTINGS.webhook_secret, timestamp, body)
    assert headers["User-Agent"] == "Zoom Marketplace/1.0a"
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert headers["x-zm-request-id"]


def test_a_whole_evening_is_told(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver, clock
) -> None:
    anna = world.register(webinar.id, **ANNA)
    sitting = world.start(webinar.id)
    stay = world.join(webinar.id, anna.id)
    clock.advance(timedelta(minutes=5))
    world.leave(webinar.id, stay)
    world.end(webinar.id)

    sender.deliver_due()

    assert receiver.events == [
        "registration_created",
        "started",
        "participant_joined",
        "participant_joined",
        "participant_left",
        "participant_left",
        "ended",
    ]
    registered, started, _, joined, left, _, ended = receiver.objects
    assert registered["id"] == webinar.id
    assert registered["registrant"]["status"] == "approved"
    assert registered["registrant"]["join_url"] == world.join_url(webinar, anna)
    assert (started["id"], started["uuid"]) == (str(webinar.id), sitting.uuid)
    assert started["start_time"] == "2026-09-01T08:00:00Z"
    assert joined["participant"]["registrant_id"] == left["participant"]["registrant_id"] == anna.id
    assert joined["participant"]["user_id"] == left["participant"]["user_id"]
    assert joined["participant"]["join_time"] == "2026-09-01T08:00:00Z"
    assert left["participant"]["leave_time"] == "2026-09-01T08:05:00Z"
    assert ended["end_time"] == "2026-09-01T08:05:00Z"
    assert "practice_session" not in ended


def test_changes_to_the_webinar_are_told_with_what_was_before(
    world: World, sender: WebhookSender, receiver: Receiver
) -> None:
    webinar = world.create_webinar(HOST, WEBINAR)
    world.update_webinar(webinar.id, {"topic": "Verschoben", "duration": 90})
    world.update_webinar(webinar.id, {"topic": "Verschoben"})
    world.delete_webinar(webinar.id)

    sender.deliver_due()

    assert receiver.events == ["created", "updated", "deleted"]
    created, updated, deleted = (message["payload"] for message, _, _ in receiver.got)
    assert created["operator"] == HOST
    assert created["object"]["creation_source"] == "open_api"
    assert updated["object"]["topic"] == "Verschoben"
    assert "duration" not in updated["object"]
    assert updated["old_object"] == {"id": webinar.id, "topic": "Gute Nachbarschaft"}
    assert updated["time_stamp"] == 1788249600000
    assert deleted["object"]["id"] == webinar.id


def test_what_happens_to_a_registrant_is_told(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver
) -> None:
    world.update_webinar(webinar.id, {"settings": {"approval_type": 1}})
    anna = world.register(webinar.id, **ANNA)
    for action in ("approve", "deny", "approve", "cancel", "cancel"):
        world.change_status(webinar.id, action, anna.id)
    world.remove_registrant(webinar.id, anna.id)

    sender.deliver_due()

    assert receiver.events[1:] == [
        "registration_created",
        "registration_approved",
        "registration_denied",
        "registration_approved",
        "registration_cancelled",
        "registration_cancelled",
    ]
    people = [thing["registrant"] for thing in receiver.objects[1:]]
    assert (people[0]["status"], people[0]["join_url"]) == ("pending", "")
    assert ["join_url" in person for person in people] == [True, True, False, True, False, False]


def test_the_end_of_practice_says_that_it_was_practice(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver
) -> None:
    world.start(webinar.id, practice=True)
    world.start(webinar.id)

    sender.deliver_due()

    ended = receiver.objects[receiver.events.index("ended")]
    assert ended["practice_session"] is True


def test_the_past_is_told_with_its_own_times_and_signed_now(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver, clock
) -> None:
    clock.advance(timedelta(days=10))

    world.start(webinar.id, at=webinar.start_time)
    world.end(webinar.id, at=webinar.scheduled_end)
    sender.deliver_due()

    started, headers, _ = receiver.got[0]
    assert started["event_ts"] == int(webinar.start_time.timestamp() * 1000)
    assert headers["x-zm-request-timestamp"] == str(int(clock().timestamp()))
    assert receiver.objects[-1]["end_time"] == "2026-09-07T09:30:00Z"


@pytest.mark.parametrize("trouble", [500, 503, OSError("refused"), TimeoutError()])
def test_a_failing_receiver_is_tried_four_times(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver, clock, trouble: int | Exception
) -> None:
    receiver.answers = [trouble] * 8
    world.delete_webinar(webinar.id)

    attempts = [sender.deliver_due()]
    for minutes in (5, 20, 60, 600):
        clock.advance(timedelta(minutes=minutes, seconds=-1))
        early = sender.deliver_due()
        clock.advance(timedelta(seconds=1))
        attempts.append(early * 100 + sender.deliver_due())

    assert attempts == [1, 1, 1, 1, 0]
    assert len({body for _, _, body in receiver.got}) == 1
    assert world.log[-1].remark == "given up"
    assert world.log[-1].attempt == 4


@pytest.mark.parametrize("status", [301, 400, 401, 404, 429])
def test_what_got_3xx_or_4xx_is_never_sent_again(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver, clock, status: int
) -> None:
    receiver.answers = [status]
    world.delete_webinar(webinar.id)

    sender.deliver_due()
    clock.advance(timedelta(hours=2))
    sender.deliver_due()

    assert len(receiver.got) == 1
    assert not world.outgoing


def test_retries_can_be_shrunk_for_a_trial(clock, receiver: Receiver) -> None:
    from dataclasses import replace

    world = World(replace(SETTINGS, retry_scale=1 / 60), clock)
    world.create_webinar(HOST, WEBINAR)
    sender = WebhookSender(world, receiver)
    receiver.answers = [500]

    sender.deliver_due()
    clock.advance(timedelta(seconds=5))
    sender.deliver_due()

    assert len(receiver.got) == 2


def test_doubled_means_twice_the_same_body(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver
) -> None:
    world.faults.webhooks(Webhooks.DOUBLED)
    world.start(webinar.id)

    sender.deliver_due()

    bodies = [body for _, _, body in receiver.got]
    assert len(bodies) == 4
    assert len(set(bodies)) == 2


def test_shuffled_means_another_order_and_nothing_missing(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver
) -> None:
    world.faults.webhooks(Webhooks.SHUFFLED)
    world.start(webinar.id)
    for number in range(9):
        world.join(webinar.id, name=f"Guest {number}")
    in_order = [delivery.body for delivery in world.outgoing]

    sender.deliver_due()

    arrived = [body.decode() for _, _, body in receiver.got]
    assert sorted(arrived) == sorted(in_order)
    assert arrived != in_order


def test_late_and_held_wait_and_dropped_never_comes(
    world: World, webinar: Webinar, sender: WebhookSender, receiver: Receiver, clock
) -> None:
    world.faults.webhooks(Webhooks.LATE)
    world.start(webinar.id)
    late = sender.deliver_due()
    clock.advance(world.faults.late_by)
    in_time = sender.deliver_due()

    world.faults.webhooks(Webhooks.HELD)
    world.join(webinar.id, name="iPad")
    held = sender.deliver_due()
    world.faults.webhooks()
    released = sender.deliver_due()

    world.faults.webhooks(Webhooks.DROPPED)
    world.end(webinar.id)
    world.faults.webhooks()
    dropped = sender.deliver_due()

    assert (late, in_time, held, released, dropped) == (0, 2, 0, 1, 0)
    assert world.log[-1].remark == "dropped"


@pytest.mark.parametrize(("secret", "good"), [("webhook-secret", True), ("another", False)])
def test_the_receiver_is_asked_whether_it_knows_the_secret(world: World, secret: str, good: bool) -> None:
    def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        message = json.loads(body)
        assert message["event"] == "endpoint.url_validation"
        return 200, json.dumps(answer_validation(secret, message["payload"]["plainToken"])).encode()

    asked = WebhookSender(world, post).ask_whether_ours()

    assert asked is good
    assert world.log[-1].remark == ("validated" if good else "not validated")


@pytest.mark.parametrize(
    "answer", [(404, b""), (200, b"<html>"), (200, b"[]"), (200, b'{"encryptedToken": "\xc3\xa4"}')]
)
def test_any_other_answer_to_that_question_is_no(world: World, answer: tuple[int, bytes]) -> None:
    asked = WebhookSender(world, lambda url, body, headers: answer).ask_whether_ours()

    assert asked is False


def test_the_thread_sends_by_itself_and_stops_at_once(world: World, webinar: Webinar, receiver: Receiver) -> None:
    import time

    sender = WebhookSender(world, receiver)
    world.start(webinar.id)

    sender.start()
    deadline = time.monotonic() + 5
    while len(receiver.got) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    sender.stop()

    # The question whether the address is ours comes first.
    assert [message["event"] for message, _, _ in receiver.got] == [
        "endpoint.url_validation",
        "webinar.started",
        "webinar.participant_joined",
    ]
