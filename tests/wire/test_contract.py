"""The contract finds what is wrong, and knows every call of our client and everything the pretend Zoom can say."""

import inspect
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests

from tests.clock import Clock
from tests.in_process import in_process_session
from tests.wire.contract import contract, read
from tests.wire.ledger import Ledger, Report
from tests.wire.watched import HOST, ZOOM, Watched, webhooks_it_can_send
from tests.zoom.stage import a_request
from zoom_bridge.domain.failures import Failure
from zoom_bridge.simulator.announcements import envelope
from zoom_bridge.zoom.client import Action, Status, ZoomClient
from zoom_bridge.zoom.oauth import Oauth
from zoom_bridge.zoom.panelists import Panelist
from zoom_bridge.zoom.payloads import Person, Registrant, WebinarRequest
from zoom_bridge.zoom.polls import WebinarPoll

ANNA = Person(email="anna@example.org", first_name="Anna", last_name="Albers")
WEBINARS = f"/v2/users/{HOST}/webinars"
WEBINAR = "/v2/webinars/95000000001"
STATUS = f"{WEBINAR}/registrants/status"
MADE = {"id": 95000000001, "uuid": "mK3xP0wQT2abc==", "host_id": "hOst1", "type": 5}

#: method, address, body → what is wrong with asking so.
WRONG_REQUESTS = {
    "unknown": ("POST", WEBINARS, {"topic": "A", "colour": "red"}, "colour is no field of Zoom's here"),
    "deeper": ("POST", WEBINARS, {"settings": {"registrants_confirmation_email": False}}, "settings.registrants_confirmation_email is no field"),
    "type": ("PATCH", WEBINAR, {"duration": "90"}, "duration is text '90', not a number"),
    "truth is no number": ("PATCH", WEBINAR, {"duration": True}, "duration is true or false True, not a number"),
    "number is no truth": ("PATCH", WEBINAR, {"settings": {"practice_session": 1}}, "settings.practice_session is a number 1, not true or false"),
    "enum": ("POST", WEBINARS, {"settings": {"audio": "phone"}}, "settings.audio is text 'phone', not 'both'|'telephony'|'voip'|'thirdParty'"),
    "another enum": ("POST", WEBINARS, {"settings": {"approval_type": 3}}, "settings.approval_type is a number 3, not 0|1|2"),
    "zone": ("PATCH", WEBINAR, {"start_time": "2026-09-07T08:00:00+02:00"}, "start_time is text '2026-09-07T08:00:00+02:00', not instant|local"),
    "missing": ("PUT", STATUS, {"registrants": []}, "action is missing"),
    "missing in a list": ("POST", f"{WEBINAR}/batch_registrants", {"registrants": [{"email": "anna@example.org"}]}, "registrants[0].first_name is missing"),
    "null": ("PATCH", WEBINAR, {"topic": None}, "topic is null, not text"),
    "no list": ("PUT", STATUS, {"action": "deny", "registrants": {}}, "registrants is an object, not a list"),
    "query": ("GET", f"{WEBINARS}?page_size=many", None, "page_size is text 'many', not a number"),
    "query's enum": ("GET", f"{WEBINAR}/registrants?status=cancelled", None, "status is text 'cancelled', not"),
    "unknown in the query": ("GET", f"{WEBINAR}?occurrence=1", None, "query: occurrence is no field"),
    "body": ("DELETE", WEBINAR, {"reason": "none"}, "takes no body"),
    "no JSON": ("PATCH", WEBINAR, b"{", "is no JSON"),
    "call": ("POST", f"{WEBINAR}/people", {}, "is no call of Zoom's"),
    "id": ("DELETE", "/v2/webinars/first", None, "is no call of Zoom's"),
    "form": ("POST", "/oauth/token", b"grant_type=password&account_id=1", "grant_type is text 'password'"),
}  # fmt: skip

#: method, address, status, body → what is wrong with answering so.
WRONG_ANSWERS = {
    "unknown": ("GET", WEBINAR, 200, MADE | {"colour": "red"}, "colour is no field of Zoom's here"),
    "id is text": ("GET", WEBINAR, 200, MADE | {"id": "95000000001"}, "id is text '95000000001', not a number"),
    "missing": ("POST", WEBINARS, 201, {name: MADE[name] for name in ("id", "type", "uuid")}, "host_id is missing"),
    "row": ("GET", WEBINARS, 200, {"webinars": [MADE, MADE | {"type": 2}]}, "webinars[1].type is a number 2, not 5|6|9"),
    "status": ("POST", WEBINARS, 200, MADE, "Zoom answers 201"),
    "body": ("PATCH", WEBINAR, 204, {}, "has a body"),
    "no body": ("GET", WEBINAR, 200, b"", "is no JSON"),
    "problem": ("GET", WEBINAR, 404, {"code": "3001", "message": "Webinar does not exist."}, "code is text '3001'"),
    "half a problem": ("GET", WEBINAR, 400, {"code": 300}, "message is missing"),
    "token problem": ("POST", "/oauth/token", 400, {"code": 124, "message": "No."}, "reason is missing"),
    "call": ("GET", "/v2/rooms", 200, {}, "Zoom has no such call"),
}  # fmt: skip


@pytest.mark.parametrize(("method", "address", "body", "wrong"), WRONG_REQUESTS.values(), ids=WRONG_REQUESTS)
def test_a_wrong_request_is_found(method: str, address: str, body: Any, wrong: str) -> None:
    path, _, query = address.partition("?")

    sentences = contract().wrong_in_request(method, path, query, _bytes(body))

    assert len(sentences) == 1
    assert wrong in sentences[0]


@pytest.mark.parametrize(("method", "path", "status", "body", "wrong"), WRONG_ANSWERS.values(), ids=WRONG_ANSWERS)
def test_a_wrong_answer_is_found(method: str, path: str, status: int, body: Any, wrong: str) -> None:
    sentences = contract().wrong_in_answer(method, path, status, _bytes(body))

    assert wrong in " ".join(sentences)


def test_a_wrong_webhook_is_found() -> None:
    at = datetime(2026, 9, 7, 8, tzinfo=UTC)
    sitting = dict.fromkeys(("uuid", "host_id", "topic", "timezone"), "x")
    sitting |= {"id": "95000000001", "type": 5, "duration": 90, "start_time": "2026-09-07T08:00:00Z"}
    good = envelope("webinar.started", at, "account", sitting, None)
    numbered = envelope("webinar.started", at, "account", sitting | {"id": 95000000001}, None)
    waiting = {"id": "r", "first_name": "Anna", "email": "anna@example.org", "status": "approved"}
    registered = sitting | {"id": 95000000001, "registrant": waiting}

    assert contract().wrong_in_webhook(good) == []
    assert contract().wrong_in_webhook(numbered) == [
        "webhook webinar.started: payload.object.id is a number 95000000001, not text"
    ]
    assert contract().wrong_in_webhook(
        envelope("webinar.registration_created", at, "account", registered, None)
    ) == ["webhook webinar.registration_created: payload.object.registrant.join_url is missing"]
    assert contract().wrong_in_webhook(good | {"event": "webinar.begun"}) == [
        "webinar.begun is no webhook of Zoom's that is described here"
    ]


def test_a_description_that_cannot_be_read_is_refused() -> None:
    for words in ("A = {text name}", "A = {text: name", "A = Unknown", "A = text text"):
        with pytest.raises((AssertionError, KeyError)):
            read(words)


# --- what it covers ---------------------------------------------------------------------------------------------


def knows_only_a_token(environ: Any, start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps({"access_token": "token", "scope": "", "expires_in": 3600}).encode()]


#: What a method of the client is called with here, by the parameter's type, or by its name where that is just text.
USUAL: dict[Any, Any] = {
    WebinarRequest: a_request(),
    Sequence[Person]: [ANNA],
    Sequence[Registrant]: [Registrant(id="r1", email=ANNA.email)],
    Sequence[Panelist]: [Panelist(name="Petra Podium", email="petra@example.org")],
    WebinarPoll: WebinarPoll(question="Wie viele?", choices=("Wenige", "Viele"), several=False, anonymous=True),
    Action: "cancel",
    Status: "denied",
    "host": HOST,
    "email": HOST,
    "webinar_id": "95000000001",
    "registrant_id": "r1",
    "panelist_id": "p1",
    "poll_id": "p1",
    "sitting_uuid": "/mK3//P0wQT2abc==",
}


def _calls() -> list[str]:
    return [name for name, _ in inspect.getmembers(ZoomClient, inspect.isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("name", _calls())
def test_each_call_of_our_client_is_one_of_zooms(name: str) -> None:
    session, clock = in_process_session({ZOOM: knows_only_a_token}), Clock()
    client = ZoomClient(session, Oauth(session, ZOOM, "account", "client", "secret", clock), f"{ZOOM}/v2", clock)
    method = getattr(client, name)
    parameters = inspect.signature(method).parameters.values()
    needed = [
        one.name if one.annotation is str else one.annotation for one in parameters if one.default is one.empty
    ]

    with suppress(Failure):
        result = method(*(USUAL[one] for one in needed))
        if isinstance(result, Iterator):
            list(result)

    asked = session.adapters[ZOOM].asked
    assert [sentence for request in asked for sentence in _wrong_in(request)] == []
    assert len(asked) > 1 or name in WITHOUT_CALLS


#: Methods that ask for nothing, for nothing but the token, or as a stranger without one.
WITHOUT_CALLS = {"urgently", "unpaced", "scopes", "tell_time"}


def _wrong_in(asked: requests.PreparedRequest) -> list[str]:
    path, _, query = asked.path_url.partition("?")
    body = asked.body or b""
    path = requests.compat.unquote(path)
    return contract().wrong_in_request(
        str(asked.method), path, query, body.encode() if isinstance(body, str) else body
    )


def test_every_call_that_the_pretend_zoom_takes_is_described(watched: Watched) -> None:
    calls = watched.calls()

    assert len(calls) > 30
    assert {pair for pair in calls if contract().find(*pair) is None} == set()


def test_every_webhook_that_the_pretend_zoom_sends_is_described() -> None:
    sent = webhooks_it_can_send()

    assert len(sent) > 10
    assert sent - contract().webhooks.keys() == set()


def test_no_test_makes_a_pretend_zoom_that_nobody_watches() -> None:
    alone = [
        path.name
        for path in Path(__file__).parents[1].rglob("*.py")
        if re.search(r"(?<!watch\()\bcreate_simulator\(", path.read_text(encoding="utf-8"))
    ]

    assert alone == []


# --- how it watches ---------------------------------------------------------------------------------------------


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_what_our_client_and_the_pretend_zoom_say_is_counted_and_right(watched: Watched) -> None:
    watched.client.create_webinar(HOST, a_request())

    assert watched.ledger.take_wrongs() == []
    assert watched.ledger.counted == {"exchanges": 2, "webhooks": 1, "violations": 0}


def test_a_wrong_request_is_our_clients_fault_and_anybody_elses_right(watched: Watched) -> None:
    token = {"Authorization": f"Bearer {watched.world.new_token()}"}

    for agent in ("curl/8", "zoom-bridge"):
        headers = token | {"User-Agent": agent}
        watched.session.get(f"{ZOOM}{WEBINAR}", params={"colour": "red"}, headers=headers)

    assert watched.ledger.take_wrongs() == ["GET /webinars/{uuid}, query: colour is no field of Zoom's here"]


def test_what_the_weather_does_to_an_answer_is_not_zooms_fault(watched: Watched) -> None:
    watched.world.faults.strange_fields()
    watched.world.faults.text_ids()

    with suppress(Failure):
        watched.client.list_webinars(HOST)

    assert watched.ledger.take_wrongs() == []


def test_a_test_with_a_violation_fails_by_name_and_only_once() -> None:
    ledger = Ledger()
    report = Report(ledger)
    ledger.note("exchanges", "", ["GET /webinars/{uuid}, answer 200: colour is no field of Zoom's here"])

    def torn_down() -> None:
        hook = report.pytest_runtest_teardown(None)  # type: ignore[arg-type]
        next(hook)
        with suppress(StopIteration):
            hook.send(None)

    with pytest.raises(pytest.fail.Exception, match="colour is no field"):
        torn_down()
    torn_down()


@pytest.mark.parametrize(("exchanges", "status"), [(0, pytest.ExitCode.TESTS_FAILED), (1, 0)])
def test_a_run_of_all_tests_that_looked_at_nothing_fails(exchanges: int, status: int) -> None:
    report = Report(Ledger())
    report.pytest_testnodedown(
        SimpleNamespace(workeroutput={"wire": {"exchanges": exchanges, "webhooks": 1}}), None
    )
    option = SimpleNamespace(keyword="", markexpr="", collectonly=False)
    whole = SimpleNamespace(
        option=option, args_source=pytest.Config.ArgsSource.TESTPATHS, getoption=lambda *_: False
    )
    session = SimpleNamespace(config=whole, exitstatus=0)

    report.pytest_sessionfinish(session)  # type: ignore[arg-type]

    assert session.exitstatus == status


def _bytes(body: Any) -> bytes:
    if body is None or isinstance(body, bytes):
        return body or b""
    return json.dumps(body).encode()
