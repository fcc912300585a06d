"""Reading what Zoom tells by itself: tolerant of what is missing or unknown, deaf to what is not a delivery."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom_bridge.zoom.payloads import Malformed, Webhook, parse_webhook


def a_delivery(event: str = "webinar.participant_joined", **described: Any) -> dict[str, Any]:
    return {
        "event": event,
        "event_ts": 1788854523456,
        "payload": {
            "account_id": "lQ4Kq2Q8T2mXabcdEFGHij",
            "object": {
                "id": "95000000001",
                "uuid": "/mK3xP0wQT2+abc==",
                "host_id": "hOst1",
                "topic": "Gute Nachbarschaft",
                "type": 5,
                "start_time": "2026-09-08T08:00:00Z",
                "duration": 90,
                "timezone": "Europe/Berlin",
                **described,
            },
        },
    }


def anna_joins(**changes: Any) -> dict[str, Any]:
    return {
        "user_id": "16778240",
        "user_name": "Anna Albers",
        "id": "",
        "participant_user_id": "",
        "participant_uuid": "55555AAAiAAAAAiAiAiiAii",
        "join_time": "2026-09-08T08:02:03Z",
        "email": "anna@example.org",
        "registrant_id": "aAbBcC",
        "phone_number": "",
        "customer_key": "",
        **changes,
    }


def parsed(delivery: object) -> Webhook:
    return parse_webhook(json.dumps(delivery).encode())


def test_a_join_tells_which_webinar_which_sitting_and_when() -> None:
    webhook = parsed(a_delivery(participant=anna_joins()))

    assert webhook.name == "webinar.participant_joined"
    assert webhook.at == datetime(2026, 9, 8, 8, 2, 3, 456000, tzinfo=UTC)
    assert webhook.account_id == "lQ4Kq2Q8T2mXabcdEFGHij"
    assert (webhook.webinar_id, webhook.sitting) == ("95000000001", "/mK3xP0wQT2+abc==")
    assert webhook.started_at == datetime(2026, 9, 8, 8, tzinfo=UTC)


def test_a_join_tells_who_came() -> None:
    anna = parsed(a_delivery(participant=anna_joins())).read_participant()

    assert anna is not None
    assert (anna.user_id, anna.name, anna.email) == ("16778240", "Anna Albers", "anna@example.org")
    assert (anna.registrant_id, anna.participant_user_id, anna.phone_number) == ("aAbBcC", "", "")
    assert anna.join_time == datetime(2026, 9, 8, 8, 2, 3, tzinfo=UTC)
    assert anna.leave_time is None


def test_a_leave_tells_who_left() -> None:
    left = {"user_id": 16778240, "email": None, "leave_time": "2026-09-08T09:31:00+00:00", "leave_reason": "left"}

    anna = parsed(a_delivery("webinar.participant_left", participant=left)).read_participant()

    assert anna is not None
    assert (anna.user_id, anna.email, anna.registrant_id) == ("16778240", "", "")
    assert anna.leave_time == datetime(2026, 9, 8, 9, 31, tzinfo=UTC)


@pytest.mark.parametrize("webinar_id", [95000000001, "95000000001", 95000000001.0, " 95000000001 "])
def test_the_webinars_id_is_text_whatever_it_was_on_the_wire(webinar_id: object) -> None:
    assert parsed(a_delivery(id=webinar_id)).webinar_id == "95000000001"


@pytest.mark.parametrize("instant", [1788854523456, "1788854523456", 1788854523456.0])
def test_the_instant_may_be_a_number_or_text(instant: object) -> None:
    webhook = parsed(a_delivery() | {"event_ts": instant})

    assert webhook.at == datetime(2026, 9, 8, 8, 2, 3, 456000, tzinfo=UTC)


def test_nulls_and_unknown_fields_are_passed_over() -> None:
    delivery = a_delivery(
        participant=dict.fromkeys(anna_joins(), None) | {"mood": ["fine"]}, novelty={"deep": [1]}
    )

    somebody = parsed(delivery | {"download_token": "x"}).read_participant()

    assert somebody is not None
    assert (somebody.user_id, somebody.name, somebody.join_time) == ("", "", None)


def test_a_delivery_without_an_object_is_still_one() -> None:
    webhook = parsed({"event": "app_deauthorized", "event_ts": 1788854523456, "payload": {"account_id": 7}})

    assert (webhook.webinar_id, webhook.sitting, webhook.object) == ("", "", {})
    assert (webhook.account_id, webhook.participant, webhook.read_participant()) == ("7", None, None)


def test_zooms_question_carries_a_token() -> None:
    question = {
        "event": "endpoint.url_validation",
        "event_ts": 1788854523456,
        "payload": {"plainToken": "qgg8vlvZRS6U"},
    }

    assert parsed(question).plain_token == "qgg8vlvZRS6U"


def test_the_end_of_a_practice_session_is_not_the_end_of_the_webinar() -> None:
    practised = parsed(a_delivery("webinar.ended", end_time="2026-09-08T07:55:00Z", practice_session=True))
    held = parsed(a_delivery("webinar.ended", end_time="2026-09-08T09:35:00Z"))

    assert practised.practice
    assert not held.practice
    assert held.ended_at == datetime(2026, 9, 8, 9, 35, tzinfo=UTC)


def test_a_registration_made_at_zoom_is_read_as_a_registrant() -> None:
    registrant = {
        "id": "xYz", "first_name": "Ben", "last_name": "Brandt", "email": "ben@example.org",
        "status": "pending", "join_url": "",
    }  # fmt: skip

    ben = parsed(a_delivery("webinar.registration_created", registrant=registrant)).read_registrant()

    assert ben is not None
    assert (ben.id, ben.email, ben.status, ben.join_url) == ("xYz", "ben@example.org", "pending", None)


def test_a_registrant_without_an_id_is_nobody() -> None:
    webhook = parsed(a_delivery("webinar.registration_created", registrant={"email": "ben@example.org"}))

    assert webhook.read_registrant() is None


def test_who_joined_does_not_show_in_logs() -> None:
    webhook = parsed(a_delivery(participant=anna_joins(), registrant={"id": "x", "email": "anna@example.org"}))

    shown = f"{webhook!r} {webhook.read_participant()!r} {webhook.read_registrant()!r}"

    assert "Anna" not in shown
    assert "anna@" not in shown


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"{",
        b"null",
        b"[]",
        b'[{"event":"webinar.started"}]',
        b'"webinar.started"',
        b"17",
        b"{}",
        b'{"event":null,"event_ts":1,"payload":{}}',
        b'{"event":["webinar.started"],"event_ts":1,"payload":{}}',
        b'{"event":"' + b"x" * 101 + b'","event_ts":1,"payload":{}}',
        b'{"event":"webinar.started","payload":{}}',
        b'{"event":"webinar.started","event_ts":"soon","payload":{}}',
        b'{"event":"webinar.started","event_ts":true,"payload":{}}',
        b'{"event":"webinar.started","event_ts":-1,"payload":{}}',
        b'{"event":"webinar.started","event_ts":0,"payload":{}}',
        b'{"event":"webinar.started","event_ts":1e999,"payload":{}}',
        b'{"event":"webinar.started","event_ts":NaN,"payload":{}}',
        b'{"event":"webinar.started","event_ts":1e300,"payload":{}}',
        b'{"event":"webinar.started","event_ts":' + b"9" * 400 + b',"payload":{}}',
        b'{"event":"webinar.started","event_ts":' + b"9" * 5000 + b',"payload":{}}',
        b'{"event":"webinar.started","event_ts":1,"payload":[]}',
        b'{"event":"webinar.started","event_ts":1,"payload":"x"}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"object":[]}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"object":{"participant":"Anna"}}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"object":{"registrant":[1]}}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"x":"\\u0000"}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"x":[{"\\u0000":1}]}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"x":"\x00"}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"x":"\\ud800"}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"x":1e999}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"x":Infinity}}',
        b'{"event":"webinar.started","event_ts":1,"payload":{"x":"\xfc"}}',
        '{"event":"webinar.started","event_ts":1,"payload":{}}'.encode("utf-16"),
        b'\xef\xbb\xbf{"event":"webinar.started","event_ts":1,"payload":{}}',
        b"[" * 20_000,
        b'{"event":"webinar.started","event_ts":1,"payload":' + b'{"a":' * 20_000 + b"1" + b"}" * 20_000 + b"}",
        b'{"event":"webinar.started","event_ts":1,"payload":{"x":' + b"[" * 500 + b"]" * 500 + b"}}",
        b"event=webinar.started&event_ts=1",
    ],
    ids=range(40),
)
def test_what_is_not_a_delivery_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_webhook(body)


def reads_or_refuses(body: bytes) -> None:
    try:
        webhook = parse_webhook(body)
    except Malformed:
        return
    participant, registrant = webhook.read_participant(), webhook.read_registrant()
    for instant in (webhook.at, webhook.started_at, webhook.ended_at, participant and participant.join_time):
        assert not instant or instant.tzinfo is UTC
    assert len(webhook.webinar_id) <= 32
    assert len(webhook.sitting) <= 64
    assert not participant or (len(participant.user_id) <= 64 and len(participant.name) <= 200)
    assert not registrant or registrant.id


@given(st.binary())
def test_any_bytes_are_read_or_malformed(body: bytes) -> None:
    reads_or_refuses(body)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str)
ANYTHING = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=10)
FIELDS = st.dictionaries(
    st.sampled_from([*anna_joins(), "leave_time", "first_name", "join_url", "status"]), ANYTHING, max_size=6
)
OBJECTS = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("id", "uuid", "start_time", "end_time", "practice_session"), ANYTHING)
    | {"participant": FIELDS | ANYTHING, "registrant": FIELDS | ANYTHING},
)


@given(described=OBJECTS, instant=ANYTHING, account_id=ANYTHING)
def test_any_json_in_the_shape_of_a_delivery_is_read_or_malformed(
    described: dict[str, Any], instant: object, account_id: object
) -> None:
    delivery = {
        "event": "webinar.participant_joined",
        "event_ts": instant,
        "payload": {"account_id": account_id, "object": described},
    }

    reads_or_refuses(json.dumps(delivery).encode())
    reads_or_refuses(json.dumps(delivery | {"event_ts": 1788854523456}).encode())
