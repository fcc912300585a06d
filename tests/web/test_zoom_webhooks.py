"""Zoom's door."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from zoom_bridge.store import tables
from zoom_bridge.zoom import signature

BASE = "https://events.example.org"
SECRET = "webhook-secret"
JOINED = {"event": "webinar.participant_joined", "event_ts": 1, "payload": {"object": {"id": "1"}}}


@pytest.fixture
def deliver(client: Any, clock: Any) -> Any:
    def send(body: bytes, *, secret: str = SECRET, at: Any = None, **headers: str) -> Any:
        timestamp = str(int((at or clock()).timestamp()))
        signed = {"x-zm-request-timestamp": timestamp, "x-zm-signature": signature.sign(secret, timestamp, body)}
        return client.post(
            "/zoom/webhooks", base_url=BASE, data=body, headers=signed | headers, content_type="application/json"
        )

    return send


def kept(bridge: Any) -> list[Any]:
    with bridge.db.reading() as connection:
        return list(connection.execute(select(tables.deliveries.c.name, tables.deliveries.c.body)))


def test_a_signed_delivery_is_kept_exactly_as_it_arrived(bridge: Any, deliver: Any) -> None:
    body = json.dumps(JOINED, indent=3).encode() + b"\n"

    answer = deliver(body)

    assert (answer.status_code, answer.data) == (204, b"")
    assert kept(bridge) == [("webinar.participant_joined", body)]
    assert "Set-Cookie" not in answer.headers


def test_a_second_copy_is_answered_alike_and_kept_once(bridge: Any, deliver: Any) -> None:
    body = json.dumps(JOINED).encode()

    statuses = [deliver(body).status_code for _ in range(2)]

    assert statuses == [204, 204]
    assert len(kept(bridge)) == 1


def test_an_unknown_kind_is_kept_as_well(bridge: Any, deliver: Any) -> None:
    assert deliver(b'{"event": "webinar.something_new", "payload": {}}').status_code == 204
    assert len(kept(bridge)) == 1


def test_what_mallory_signs_is_refused_and_not_kept(bridge: Any, deliver: Any, clock: Any, client: Any) -> None:
    body = json.dumps(JOINED).encode()

    answers = [
        deliver(body, secret="guessed"),
        deliver(body, **{"x-zm-signature": "v0=ä"}),
        deliver(body, **{"x-zm-request-timestamp": "now"}),
        deliver(body, at=clock() - timedelta(hours=3)),
        client.post("/zoom/webhooks", base_url=BASE, data=body),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert kept(bridge) == []


def test_the_question_whether_we_are_here_is_answered_when_signed(bridge: Any, deliver: Any) -> None:
    question = {"event": "endpoint.url_validation", "payload": {"plainToken": "qgg8vlvZRS6UYooatFL8Aw"}}

    answer = deliver(json.dumps(question).encode())

    assert answer.status_code == 200
    assert answer.json == signature.answer_validation(SECRET, "qgg8vlvZRS6UYooatFL8Aw")
    assert kept(bridge) == []


@pytest.mark.parametrize("token", ["v0:1:{}", "", None, 7, {"a": 1}, "x" * 200])
def test_only_a_token_is_ever_signed(deliver: Any, token: Any) -> None:
    question = {"event": "endpoint.url_validation", "payload": {"plainToken": token}}

    assert deliver(json.dumps(question).encode()).status_code == 400


def test_the_question_is_not_answered_unsigned(deliver: Any) -> None:
    question = {"event": "endpoint.url_validation", "payload": {"plainToken": "abc"}}

    assert deliver(json.dumps(question).encode(), secret="guessed").status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"\xff\xfe", b"[]", b"7", b'"x"', b"{}", b'{"event": 7, "payload": {}}', b'{"event": "x"}',
     b'{"event": "x", "payload": []}', b'{"event": "", "payload": {}}', b"[" * 100_000,
     b'{"event": "' + b"x" * 101 + b'", "payload": {}}'],
)  # fmt: skip
def test_signed_nonsense_is_malformed(bridge: Any, deliver: Any, body: bytes) -> None:
    assert deliver(body).status_code == 400
    assert kept(bridge) == []


def test_too_large_a_delivery_is_refused_unread(bridge: Any, deliver: Any) -> None:
    assert deliver(b"x" * (1024 * 1024 + 1)).status_code == 413
    assert kept(bridge) == []


def test_a_form_is_never_parsed(bridge: Any, client: Any) -> None:
    answer = client.post("/zoom/webhooks", base_url=BASE, data={f"field-{n}": "x" for n in range(2000)})

    assert answer.status_code == 401


def test_what_cannot_be_kept_is_asked_for_again(bridge: Any, deliver: Any) -> None:
    with bridge.db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE deliveries")

    assert deliver(json.dumps(JOINED).encode()).status_code == 503


def test_looking_at_the_address_is_not_a_delivery(client: Any) -> None:
    assert client.get("/zoom/webhooks", base_url=BASE).status_code == 405
