"""What the client makes of bad answers: one Failure each, in words for people, never with HTML, addresses, tokens."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from tests.clock import Clock
from tests.zoom.stage import API, a_request, a_webinar
from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers
from zoom_bridge.zoom.answers import Answer, WebinarGone, failure, saying
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.payloads import Person

WEBINARS = f"{API}/users/olga/webinars"
BATCH = f"{API}/webinars/1/batch_registrants"
ONE = f"{API}/webinars/1"
ANNA = Person(email="anna@example.org", first_name="Anna", last_name="Albers")
GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body>secret.internal.example.org</body></html>"


def failed_create(zoom: ZoomClient) -> Failure:
    with pytest.raises(Failure) as failed:
        zoom.create_webinar("olga", a_request())
    return failed.value


def failed_add(zoom: ZoomClient) -> Failure:
    with pytest.raises(Failure) as failed:
        zoom.add_registrants("1", [ANNA])
    return failed.value


def failed_get(zoom: ZoomClient) -> Failure:
    with pytest.raises(Failure) as failed:
        zoom.get_webinar("1")
    return failed.value


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_fault_of_zooms_leaves_the_outcome_of_a_write_unknown(
    zoom: ZoomClient, network: responses.RequestsMock, status: int
) -> None:
    network.post(WEBINARS, status=status, json={"code": 500, "message": "Internal error"})
    network.post(BATCH, status=status, json={"code": 500, "message": "Internal error"})
    network.get(ONE, status=status, json={"code": 500, "message": "Internal error"})

    create, add, get = failed_create(zoom), failed_add(zoom), failed_get(zoom)

    assert (create.outcome_unknown, add.outcome_unknown, get.outcome_unknown) == (True, True, False)
    assert not any(failure.permanent or failure.systemic for failure in (create, add, get))
    assert create.status == status
    assert create.message == "Zoom has a fault. Zoom says: Internal error"


def test_a_fault_may_name_its_end(zoom: ZoomClient, network: responses.RequestsMock, clock: Clock) -> None:
    network.get(ONE, status=503, headers={"Retry-After": "120"})

    assert failed_get(zoom).not_before == clock() + timedelta(seconds=120)


@pytest.mark.parametrize("status", [500, 502, 503])
def test_the_page_of_a_gateway_is_a_fault_and_is_not_shown(
    zoom: ZoomClient, network: responses.RequestsMock, status: int
) -> None:
    network.post(WEBINARS, status=status, body=GATEWAY, content_type="text/html")

    create = failed_create(zoom)

    assert create.outcome_unknown
    assert create.message == "Zoom has a fault."


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/html", GATEWAY),
        ("text/html", '{"id": 1}'),
        ("text/plain", '{"id": 1}'),
        ("application/json", GATEWAY),
        ("application/json", ""),
        ("application/json", '{"id": 95000000001, "topic": "Gute Nach'),
        ("application/json", "[]"),
        ("application/json", "null"),
        ("application/json", '{"topic": "an answer without an id"}'),
        ("application/json", '{"id": 1e999}'),
        ("application/json", b'{"id": "\xff"}'),
        ("application/json", "[" * 20_000),
    ],
)
def test_a_yes_that_cannot_be_read_leaves_the_outcome_of_a_write_unknown(
    zoom: ZoomClient, network: responses.RequestsMock, content_type: str, body: str | bytes
) -> None:
    network.post(WEBINARS, status=201, body=body, content_type=content_type)
    network.post(BATCH, status=201, body=body, content_type=content_type)
    network.get(ONE, status=200, body=body, content_type=content_type)

    create, add, get = failed_create(zoom), failed_add(zoom), failed_get(zoom)

    assert (create.outcome_unknown, add.outcome_unknown, get.outcome_unknown) == (True, True, False)
    assert create.message == add.message == get.message == answers.UNREADABLE
    assert not create.permanent


def test_an_answer_to_adding_that_holds_nobody_leaves_the_outcome_unknown(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    network.post(BATCH, status=201, json={"registrants": [None]})

    assert failed_add(zoom).outcome_unknown


@pytest.mark.parametrize(
    ("status", "code", "message", "sentence"),
    [
        (400, 200, "Webinar plan is missing. You must subscribe to the webinar plan.", answers.NO_LICENCE),
        (400, 200, "No permission.", answers.REFUSED),
        (404, 1001, "User does not exist: olga.", answers.NO_HOST),
        (400, 1010, "User does not belong to this account.", answers.NO_HOST),
        (400, 300, "Validation Failed.", answers.WRONG),
        (400, 3000, "Something new.", answers.REFUSED),
        (400, 3038, "Webinar is over.", answers.OVER),
        (400, 3043, "Webinar has reached maximum attendee capacity.", answers.NO_ROOM),
        (400, 99999, "A code nobody has heard of.", answers.REFUSED),
    ],
)
def test_a_no_of_zooms_is_for_good_and_says_why(
    zoom: ZoomClient, network: responses.RequestsMock, status: int, code: int, message: str, sentence: str
) -> None:
    network.post(WEBINARS, status=status, json={"code": code, "message": message})

    create = failed_create(zoom)

    assert create.permanent
    assert not create.systemic
    assert not create.outcome_unknown
    assert (create.status, create.code) == (status, code)
    assert create.message == f"{sentence}{answers.SAYS}{message}"


def test_a_mistake_names_the_fields_that_zoom_names(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    errors = [{"field": "settings.approval_type", "message": "Invalid field."}, "nonsense", None]
    network.post(WEBINARS, status=400, json={"code": 300, "message": "Validation Failed.", "errors": errors})

    assert failed_create(zoom).message.endswith("Validation Failed. settings.approval_type: Invalid field.")


def test_a_webinar_that_is_gone_is_told_apart(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.patch(ONE, status=404, json={"code": 3001, "message": "Webinar does not exist: 1."})

    with pytest.raises(WebinarGone) as gone:
        zoom.update_webinar("1", a_request())

    assert gone.value.permanent
    assert gone.value.message == answers.GONE


@pytest.mark.parametrize("status", [400, 401, 403])
def test_missing_scopes_are_named_and_concern_everything(
    zoom: ZoomClient, network: responses.RequestsMock, status: int
) -> None:
    scopes = "webinar:write:webinar, webinar:write:webinar:admin, webinar:write:webinar:master"
    message = f"Invalid access token, does not contain scopes:[{scopes}]."
    network.post(WEBINARS, status=status, json={"code": 4711, "message": message})

    create = failed_create(zoom)

    assert create.permanent
    assert create.systemic
    assert scopes in create.message


@pytest.mark.parametrize("status", [403, 404, 408, 413])
def test_a_no_of_somebody_on_the_way_is_not_for_good(
    zoom: ZoomClient, network: responses.RequestsMock, status: int
) -> None:
    network.post(WEBINARS, status=status, body=GATEWAY, content_type="text/html")

    create = failed_create(zoom)

    assert not create.permanent
    assert not create.outcome_unknown
    assert create.message == answers.NOT_NOW


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed_and_the_token_not_sent_on(
    zoom: ZoomClient, network: responses.RequestsMock, status: int
) -> None:
    network.post(WEBINARS, status=status, headers={"Location": "https://mallory.example.org/"})
    network.post("https://mallory.example.org/", json=a_webinar())
    network.get("https://mallory.example.org/", json=a_webinar())

    create = failed_create(zoom)

    assert create.systemic
    assert not any("mallory" in call.request.url for call in network.calls)


def test_too_many_requests_are_not_for_good_and_nothing_was_written(
    zoom: ZoomClient, network: responses.RequestsMock, clock: Clock
) -> None:
    clock.set(datetime(2026, 11, 23, 14, 30, tzinfo=UTC))
    headers = {"x-ratelimit-type": "Daily-limit", "retry-after": "2026-11-24T00:00:00Z"}
    message = "You have exceeded the daily rate limit of (3) for the registrant (anna@example.org)."
    network.post(BATCH, status=429, json={"code": 429, "message": message}, headers=headers)

    add = failed_add(zoom)

    assert add.not_before == datetime(2026, 11, 24, tzinfo=UTC)
    assert not add.permanent
    assert not add.outcome_unknown
    assert "anna" not in add.message


def test_too_many_requests_without_any_words_are_a_second(
    zoom: ZoomClient, network: responses.RequestsMock, clock: Clock
) -> None:
    network.get(ONE, status=429, body=GATEWAY, content_type="text/html")

    wait = failed_get(zoom).not_before

    assert wait is not None
    assert timedelta(seconds=1) <= wait - clock() <= timedelta(seconds=2)


def test_what_zoom_says_is_made_fit_to_be_shown() -> None:
    said = saying(
        "No\r\n\x1b[31m <b onclick=x>way</b>, olga@example.org\u202e \x00: eyJhbGciOiJIUzUxMiIsInYiOiIyLjAiLCJraWQiOiI8S0"
        "lEPiJ9.eyJ2ZXIiOjcsImF1aWQiOiJh <script"
    )

    assert said == "No [31m way, … : …"
    assert len(saying("word " * 500)) <= 200


@given(st.text())
def test_whatever_zoom_says_is_one_printable_line(words: str) -> None:
    said = saying(words)

    assert len(said) <= 200
    assert said.isprintable()
    assert "@" not in said or said.count("@") <= words.count("@")


@given(
    status=st.integers(300, 599), body=st.binary(), kind=st.sampled_from(["application/json", "text/html", ""]),
    as_told=st.booleans(), code=st.none() | st.integers() | st.text(), unrepeatable=st.booleans(),
)  # fmt: skip
def test_every_answer_that_is_not_a_yes_is_a_failure_with_a_sentence(
    status: int, body: bytes, kind: str, as_told: bool, code: object, unrepeatable: bool
) -> None:
    told = json.dumps({"code": code, "message": [1], "errors": code}).encode() if as_told else body

    result = failure(Answer(status, {"Content-Type": kind}, told), Clock()(), unrepeatable=unrepeatable)

    assert result.message.partition(answers.SAYS)[0] in answers.SENTENCES
    assert result.status == status
    assert result.outcome_unknown == (unrepeatable and status >= 500)
