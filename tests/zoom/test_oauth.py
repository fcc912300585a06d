"""The token: asked for once, kept until shortly before its end, renewed once for all, and never begged for."""

import base64
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import pytest
import requests
import responses

from tests.clock import Clock
from tests.zoom.stage import OAUTH, a_server, a_token, an_answer
from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers
from zoom_bridge.zoom.oauth import Oauth

TOKEN = f"{OAUTH}/oauth/token"


def soon() -> float:
    return time.monotonic() + 10


def refused(oauth: Oauth) -> Failure:
    with pytest.raises(Failure) as failed:
        oauth.token(soon())
    return failed.value


def test_the_token_is_asked_for_in_the_body_and_with_the_apps_secret(
    oauth: Oauth, network: responses.RequestsMock
) -> None:
    network.post(TOKEN, json=a_token())

    token = oauth.token(soon())

    asked = network.calls[0].request
    assert token == "token-1"
    assert asked.url == TOKEN
    assert parse_qs(asked.body) == {"grant_type": ["account_credentials"], "account_id": ["account-1"]}
    assert asked.headers["Authorization"] == "Basic " + base64.b64encode(b"client-1:secret-1").decode()


def test_the_token_is_kept_until_a_minute_before_its_end(
    oauth: Oauth, network: responses.RequestsMock, clock: Clock
) -> None:
    network.post(TOKEN, json=a_token("token-1", expires_in=3600))
    network.post(TOKEN, json=a_token("token-2"))

    first = oauth.token(soon())
    clock.advance(seconds=3539)
    still = oauth.token(soon())
    clock.advance(seconds=1)
    then = oauth.token(soon())

    assert (first, still, then) == ("token-1", "token-1", "token-2")


@pytest.mark.parametrize("expires_in", ["3599", None, -5, 1e300, "soon"])
def test_an_odd_lifetime_does_not_keep_us_from_working(
    oauth: Oauth, network: responses.RequestsMock, expires_in: object
) -> None:
    network.post(TOKEN, json=a_token(expires_in=expires_in))

    assert oauth.token(soon()) == "token-1"


def test_a_refused_token_is_renewed_and_one_renewed_meanwhile_is_taken(
    oauth: Oauth, network: responses.RequestsMock
) -> None:
    network.post(TOKEN, json=a_token("token-1"))
    network.post(TOKEN, json=a_token("token-2"))
    first = oauth.token(soon())

    renewed = oauth.renew(first, soon())
    taken = oauth.renew(first, soon())

    assert (renewed, taken) == ("token-2", "token-2")
    assert len(network.calls) == 2


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (400, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}),
        (401, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"}),
        (400, {"reason": "Account does not exist", "error": "invalid_request"}),
        (400, {"reason": None, "error": "invalid_client"}),
    ],
)
def test_wrong_credentials_concern_everything_and_are_not_tried_again_for_a_minute(
    oauth: Oauth, network: responses.RequestsMock, clock: Clock, status: int, answer: dict[str, str]
) -> None:
    network.post(TOKEN, status=status, json=answer)

    first, second = refused(oauth), refused(oauth)
    asked_at_once = len(network.calls)
    clock.advance(seconds=60)
    refused(oauth)

    assert first.permanent
    assert first.systemic
    assert first.status == status
    assert first.message.startswith(answers.CREDENTIALS)
    assert first.message.endswith(answer["reason"] or answer["error"])
    assert (second.message, second.not_before) == (first.message, first.not_before)
    assert (asked_at_once, len(network.calls)) == (1, 2)


def test_corrected_credentials_are_good_again_after_the_minute(
    oauth: Oauth, network: responses.RequestsMock, clock: Clock
) -> None:
    network.post(
        TOKEN, status=400, json={"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
    )
    network.post(TOKEN, json=a_token())

    refused(oauth)
    clock.advance(seconds=60)

    assert oauth.token(soon()) == "token-1"


@pytest.mark.parametrize("status", [500, 502, 503, 400, 403, 404])
def test_a_page_of_a_gateway_is_weather_and_tried_again_at_once(
    oauth: Oauth, network: responses.RequestsMock, status: int
) -> None:
    network.post(TOKEN, status=status, body="<html>Bad gateway</html>", content_type="text/html")
    network.post(TOKEN, json=a_token())

    failure = refused(oauth)

    assert not failure.permanent
    assert not failure.systemic
    assert not failure.outcome_unknown
    assert "<" not in failure.message
    assert oauth.token(soon()) == "token-1"


@pytest.mark.parametrize(
    "answer",
    [{}, {"access_token": ""}, {"access_token": "two words"}, {"access_token": "a\r\nb"}, {"access_token": []}],
)
def test_an_answer_without_a_token_is_weather(
    oauth: Oauth, network: responses.RequestsMock, answer: dict[str, object]
) -> None:
    network.post(TOKEN, json=answer)

    assert refused(oauth).message == answers.UNREADABLE


def test_a_redirect_does_not_carry_our_secret_elsewhere(oauth: Oauth, network: responses.RequestsMock) -> None:
    network.post(TOKEN, status=307, headers={"Location": "https://mallory.example.org/"})
    network.post("https://mallory.example.org/", json=a_token())

    refused(oauth)

    assert len(network.calls) == 1


def test_neither_token_nor_secret_are_logged(oauth: Oauth, network: responses.RequestsMock, caplog) -> None:
    caplog.set_level("DEBUG", logger="zoom_bridge")
    network.post(
        TOKEN, status=400, json={"reason": "Invalid client_id or client_secret", "error": "invalid_client"}
    )

    refused(oauth)

    assert "400" in caplog.text
    assert "secret-1" not in caplog.text + repr(vars(oauth).keys())
    assert "client-1" not in caplog.text


def test_many_threads_ask_for_a_token_once(clock: Clock) -> None:
    asked: list[float] = []

    def answer(line) -> None:
        asked.append(time.monotonic())
        time.sleep(0.2)
        line.sendall(an_answer(b'{"access_token": "token-1", "expires_in": 3600}'))

    with a_server(answer) as url, ThreadPoolExecutor(8) as threads:
        oauth = Oauth(requests.Session(), url, "account-1", "client-1", "secret-1", clock)
        tokens = list(threads.map(lambda _: oauth.token(soon()), range(8)))

    assert set(tokens) == {"token-1"}
    assert len(asked) == 1


def test_many_threads_share_one_failure(clock: Clock) -> None:
    asked: list[float] = []
    together = threading.Barrier(8)

    def answer(line) -> None:
        asked.append(time.monotonic())
        time.sleep(0.3)
        line.sendall(an_answer(b"{}", "503 Unavailable"))

    def ask(_: int) -> Failure:
        together.wait()
        return refused(oauth)

    with a_server(answer) as url, ThreadPoolExecutor(8) as threads:
        oauth = Oauth(requests.Session(), url, "account-1", "client-1", "secret-1", clock)
        failures = list(threads.map(ask, range(8)))

    assert {failure.status for failure in failures} == {503}
    assert len(set(map(id, failures))) == 8
    assert len(asked) == 1


def test_waiting_for_another_threads_token_ends_with_the_deadline(clock: Clock) -> None:
    release = threading.Event()

    with a_server(lambda line: release.wait(10) and None) as url, ThreadPoolExecutor(2) as threads:
        oauth = Oauth(requests.Session(), url, "account-1", "client-1", "secret-1", clock)
        slow = threads.submit(oauth.token, time.monotonic() + 1.5)
        time.sleep(0.2)
        with pytest.raises(Failure) as failed:
            oauth.token(time.monotonic() + 0.3)
        release.set()

        assert failed.value.message == answers.NO_ANSWER
        assert isinstance(slow.exception(), Failure)


def test_zoom_is_not_asked_for_a_token_before_it_wants_to_be(
    oauth: Oauth, network: responses.RequestsMock, clock: Clock
) -> None:
    network.post(f"{OAUTH}/oauth/token", status=429, headers={"Retry-After": "90"})
    network.post(f"{OAUTH}/oauth/token", json=a_token())
    for seconds in (0, 30, 59):
        clock.advance(seconds=seconds)
        with pytest.raises(Failure):
            oauth.token(time.monotonic() + 30)

    clock.advance(seconds=1)

    assert oauth.token(time.monotonic() + 30) == "token-1"
    assert len(network.calls) == 2
