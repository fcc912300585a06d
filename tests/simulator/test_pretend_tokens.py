"""The token endpoint of the pretend Zoom, and what happens without a good token."""

from datetime import timedelta

import pytest

from tests.simulator.conftest import HOST, Caller
from zoom_bridge.simulator.world import World


def test_the_right_secret_gets_a_token_for_an_hour(zoom: Caller) -> None:
    answer = zoom.ask_token()

    assert answer.status_code == 200
    assert answer.json()["token_type"] == "bearer"
    assert answer.json()["expires_in"] == 3600
    assert "webinar:write:webinar:admin" in answer.json()["scope"].split()


@pytest.mark.parametrize(
    ("secret", "form", "error"),
    [
        ("wrong", {}, "invalid_client"),
        ("client-secret", {"grant_type": "password"}, "unsupported_grant_type"),
        ("client-secret", {"account_id": "another"}, "invalid_request"),
    ],
)
def test_token_errors_have_a_shape_of_their_own(
    zoom: Caller, secret: str, form: dict[str, str], error: str
) -> None:
    answer = zoom.ask_token(secret, **form)

    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert set(answer.json()) == {"reason", "error"}


def test_without_a_token_nothing_is_told(zoom: Caller) -> None:
    zoom.token = ""

    answer = zoom("GET", f"/users/{HOST}")

    assert (answer.status_code, answer.json()["code"]) == (401, 124)


def test_a_token_dies_after_an_hour(zoom: Caller, clock) -> None:
    clock.advance(timedelta(hours=1))

    answer = zoom("GET", f"/users/{HOST}")

    assert (answer.status_code, answer.json()["code"]) == (401, 124)


def test_revoked_tokens_are_dead_and_a_new_one_works(zoom: Caller, world: World) -> None:
    world.faults.revoke_tokens()

    before = zoom("GET", f"/users/{HOST}")
    zoom.sign_in()
    after = zoom("GET", f"/users/{HOST}")

    assert (before.status_code, after.status_code) == (401, 200)


def test_a_missing_scope_is_named(zoom: Caller, world: World) -> None:
    world.faults.take_scope("webinar:write:webinar")

    answer = zoom("POST", f"/users/{HOST}/webinars", {})

    assert (answer.status_code, answer.json()["code"]) == (400, 4711)
    assert "webinar:write:webinar:admin" in answer.json()["message"]


def test_every_answer_carries_a_tracking_id(zoom: Caller) -> None:
    good, bad, unknown = zoom("GET", f"/users/{HOST}"), zoom("GET", "/users/nobody"), zoom("GET", "/nothing/here")

    assert all(answer.headers["x-zm-trackingid"].startswith("v=2.0;") for answer in (good, bad, unknown))
    assert (unknown.status_code, unknown.json()["code"]) == (404, 2300)
