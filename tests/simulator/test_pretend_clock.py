"""The pretend Zoom's own clock can be turned forward; what is due with it then happens."""

import json
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from tests.simulator.conftest import HOST, SETTINGS, Caller
from zoom_bridge.simulator.faults import Webhooks
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.world import World
from zoom_bridge.zoom.signature import answer_validation, sign

Got = list[tuple[Mapping[str, str], bytes]]


def _sender(world: World, got: Got, status: int = 204) -> WebhookSender:
    def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
        got.append((headers, body))
        return status

    return WebhookSender(world, post)


def test_retries_come_on_its_own_clock(world: World, webinar: Webinar, clock) -> None:
    got: Got = []
    sender = _sender(world, got, status=503)
    world.delete_webinar(webinar.id)

    sent = [sender.deliver_due()]
    for minutes in (5, 20, 60, 600):
        world.turn_forward(timedelta(minutes=minutes))
        sent.append(sender.deliver_due())

    assert sent == [1, 1, 1, 1, 0]
    assert world.now() - clock() == timedelta(minutes=685)


def test_what_it_says_is_dated_by_its_clock_and_signed_by_everybodys(
    world: World, webinar: Webinar, clock
) -> None:
    got: Got = []
    world.turn_forward(timedelta(days=1))
    world.start(webinar.id)

    _sender(world, got).deliver_due()

    headers, body = got[0]
    assert json.loads(body)["event_ts"] == int((clock() + timedelta(days=1)).timestamp() * 1000)
    assert headers["x-zm-request-timestamp"] == str(int(clock().timestamp()))


def test_tokens_and_pages_expire_and_days_begin(zoom: Caller, world: World, webinar: Webinar) -> None:
    for number in range(2):
        world.register(webinar.id, f"guest-{number}@example.org", "Guest")
    path = f"/webinars/{webinar.id}/registrants"
    token = zoom("GET", path, page_size=1).json()["next_page_token"]
    for _ in range(3):
        zoom("POST", path, {"email": "anna@example.org", "first_name": "Anna"})

    world.turn_forward(timedelta(minutes=15))
    stale = zoom("GET", path, page_size=1, next_page_token=token)
    world.turn_forward(timedelta(days=1))
    expired = zoom("GET", path)
    zoom.sign_in()
    tomorrow = zoom("POST", path, {"email": "anna@example.org", "first_name": "Anna"})

    assert (stale.status_code, stale.json()["code"]) == (400, 300)
    assert (expired.status_code, tomorrow.status_code) == (401, 201)


def test_it_never_goes_back_and_is_kept_between_two_starts(clock, tmp_path: Path) -> None:
    path = tmp_path / "zoom.json"
    world = World(SETTINGS, clock, path)
    world.turn_forward(timedelta(hours=3))
    world.save()

    with pytest.raises(ValueError, match="clock"):
        world.turn_forward(timedelta(seconds=-1))
    assert World(SETTINGS, clock, path).now() == clock() + timedelta(hours=3)


def test_the_address_is_validated_every_72_hours_and_the_subscription_ends_after_six_failures(
    world: World,
) -> None:
    knows = True
    asked: list[str] = []

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        message = json.loads(body)
        asked.append(message["event"])
        secret = SETTINGS.webhook_secret if knows else "another"
        return 200, json.dumps(answer_validation(secret, message["payload"]["plainToken"])).encode()

    sender = WebhookSender(world, post)
    sender.ask_when_due()
    sender.ask_when_due()
    knows = False
    remarks = []
    for _ in range(8):
        world.turn_forward(timedelta(hours=72))
        sender.ask_when_due()
        remarks.append(world.log[-1].remark)
    world.create_webinar(HOST, {"topic": "unerhört"})

    assert len(asked) == 7
    assert remarks == [
        "not validated",
        "owner mailed",
        "not validated",
        "owner mailed",
        "not validated",
        "subscription disabled",
        "subscription disabled",
        "subscription disabled",
    ]
    assert not world.outgoing
    assert world.log[-1].remark == "disabled"


def test_whoever_sets_up_an_address_may_try_more_than_six_times(world: World) -> None:
    sender = WebhookSender(world, lambda url, body, headers: (404, b""))

    for _ in range(9):
        sender.ask_when_due()
        world.turn_forward(timedelta(minutes=5))

    assert not world.subscription_disabled


def test_a_retry_may_keep_its_signature_and_change_its_id(world: World, webinar: Webinar, clock) -> None:
    got: Got = []
    sender = _sender(world, got, status=500)
    world.unconfirmed.retries_signed_anew = False
    world.unconfirmed.retries_keep_their_id = False
    world.delete_webinar(webinar.id)

    sender.deliver_due()
    clock.advance(timedelta(minutes=5))
    sender.deliver_due()

    (first, _), (second, _) = got
    assert first["x-zm-request-timestamp"] == second["x-zm-request-timestamp"]
    assert first["x-zm-signature"] == second["x-zm-signature"]
    assert first["x-zm-request-id"] != second["x-zm-request-id"]


def test_moods_make_signatures_nobody_should_believe(world: World, webinar: Webinar, clock) -> None:
    got: Got = []
    sender = _sender(world, got, status=401)
    for mood in (Webhooks.UNSIGNED, Webhooks.FORGED, Webhooks.STALE):
        world.faults.webhooks(mood)
        world.update_webinar(webinar.id, {"topic": mood.value})
        sender.deliver_due()
    world.faults.webhooks()
    world.faults.wrong_clock(timedelta(minutes=10))
    world.update_webinar(webinar.id, {"topic": "zehn Minuten"})
    sender.deliver_due()

    unsigned, forged, stale, ahead = (headers for headers, _ in got)
    assert "x-zm-signature" not in unsigned
    assert forged["x-zm-signature"] != sign(SETTINGS.webhook_secret, forged["x-zm-request-timestamp"], got[1][1])
    assert int(stale["x-zm-request-timestamp"]) == int(clock().timestamp()) - 3 * 3600
    assert int(ahead["x-zm-request-timestamp"]) == int(clock().timestamp()) + 600


def test_moods_make_copies(world: World, webinar: Webinar) -> None:
    copies: dict[Webhooks, Got] = {}
    for mood in (Webhooks.REPLAYED, Webhooks.REWORDED, Webhooks.FOREIGN):
        got: Got = []
        world.faults.webhooks(mood)
        world.update_webinar(webinar.id, {"topic": mood.value})
        _sender(world, got).deliver_due()
        copies[mood] = got
    world.faults.webhooks()
    world.faults.lose_events("webinar.participant_joined")
    world.start(webinar.id)

    (one, body), (two, again) = copies[Webhooks.REPLAYED]
    assert (one["x-zm-request-id"], body) == (two["x-zm-request-id"], again)
    (_, body), (_, again) = copies[Webhooks.REWORDED]
    assert body != again
    assert json.loads(body) == json.loads(again)
    accounts = [json.loads(body)["payload"]["account_id"] for _, body in copies[Webhooks.FOREIGN]]
    assert accounts == ["account", "another-account"]
    assert [delivery.event for delivery in world.outgoing] == ["webinar.started"]


def test_any_bytes_can_be_sent_signed(world: World) -> None:
    got: Got = []

    status = _sender(world, got, status=400).send(b"[", content_type="text/plain", headers={"x-more": "1"})

    headers, body = got[0]
    assert (status, body, headers["Content-Type"], headers["x-more"]) == (400, b"[", "text/plain", "1")
    assert headers["x-zm-signature"] == sign(SETTINGS.webhook_secret, headers["x-zm-request-timestamp"], b"[")
