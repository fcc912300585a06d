"""Zoom's rate limits, as the pretend Zoom keeps them."""

from datetime import timedelta

import pytest

from tests.simulator.conftest import ANNA, BEN, HOST, SETTINGS, Caller
from zoom_bridge.simulator.quotas import Label, Quotas
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World


def test_the_thirty_first_light_call_of_a_second_is_too_many(zoom: Caller, webinar: Webinar, clock) -> None:
    answers = [zoom("GET", f"/webinars/{webinar.id}") for _ in range(31)]
    clock.advance(timedelta(seconds=1))
    later = zoom("GET", f"/webinars/{webinar.id}")

    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    refused = answers[-1]
    assert refused.json()["code"] == 429
    assert refused.headers["X-RateLimit-Category"] == "Light"
    assert refused.headers["X-RateLimit-Type"] == "QPS"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert "Retry-After" not in refused.headers
    assert later.status_code == 200


def test_labels_are_counted_apart(zoom: Caller, webinar: Webinar) -> None:
    for _ in range(10):
        zoom("POST", f"/webinars/{webinar.id}/batch_registrants", {"registrants": []})

    heavy = zoom("POST", f"/webinars/{webinar.id}/batch_registrants", {"registrants": []})
    medium = zoom("GET", f"/webinars/{webinar.id}/registrants")

    assert (heavy.status_code, medium.status_code) == (429, 200)


def test_a_host_creates_and_changes_a_hundred_times_a_day(zoom: Caller, webinar: Webinar, clock) -> None:
    for _ in range(100):
        assert zoom("PATCH", f"/webinars/{webinar.id}", {"topic": "x"}).status_code == 204
        clock.advance(timedelta(seconds=1))

    refused = zoom("POST", f"/users/{HOST}/webinars", {})
    other_host = zoom("POST", "/users/webinar-2@example.org/webinars", {})
    clock.set(clock().replace(hour=0, minute=0, second=0) + timedelta(days=1))
    zoom.sign_in()
    tomorrow = zoom("POST", f"/users/{HOST}/webinars", {})

    assert refused.status_code == 429
    assert refused.headers["X-RateLimit-Type"] == "Daily-limit"
    assert refused.headers["Retry-After"] == "2026-09-02T00:00:00Z"
    assert (other_host.status_code, tomorrow.status_code) == (201, 201)


def test_one_address_is_registered_three_times_a_day_and_no_more(zoom: Caller, webinar: Webinar) -> None:
    path = f"/webinars/{webinar.id}"
    for _ in range(2):
        zoom("POST", f"{path}/registrants", ANNA)
    zoom("POST", f"{path}/batch_registrants", {"registrants": [ANNA]})

    alone = zoom("POST", f"{path}/registrants", ANNA)
    batch = zoom("POST", f"{path}/batch_registrants", {"registrants": [BEN, ANNA]})

    assert alone.status_code == batch.status_code == 429
    assert alone.headers["X-RateLimit-Limit"] == "3"
    assert ANNA["email"] in alone.json()["message"]
    assert webinar.registrant_by_email(BEN["email"]) is None


def test_a_status_changes_ten_times_a_day_and_no_more(zoom: Caller, world: World, webinar: Webinar) -> None:
    registrant = world.register(webinar.id, **ANNA)
    body = {"action": "cancel", "registrants": [{"id": registrant.id}]}

    statuses = [zoom("PUT", f"/webinars/{webinar.id}/registrants/status", body).status_code for _ in range(11)]

    assert statuses == [204] * 10 + [429]


def test_the_daily_pool_of_heavy_calls_runs_dry(clock) -> None:
    quotas = Quotas("free", clock)
    for _ in range(1000):
        quotas.spend_label(Label.HEAVY)
        clock.advance(timedelta(seconds=1))

    with pytest.raises(Exception, match="daily rate limit") as refused:
        quotas.spend_label(Label.HEAVY)

    assert refused.value.headers["Retry-After"] == "2026-09-02T00:00:00Z"


def test_the_intensive_are_counted_by_the_minute_and_share_the_pool_of_the_heavy(clock) -> None:
    quotas = Quotas("pro", clock)
    for _ in range(10):
        quotas.spend_label(Label.INTENSIVE)
    clock.advance(timedelta(seconds=59))
    with pytest.raises(Exception, match="per-second"):
        quotas.spend_label(Label.INTENSIVE)
    clock.advance(timedelta(seconds=1))
    headers = quotas.spend_label(Label.INTENSIVE)

    for _ in range(30_000 - 11):
        quotas.spend_label(Label.HEAVY)
        clock.advance(timedelta(seconds=0.5))
    with pytest.raises(Exception, match="daily rate limit"):
        quotas.spend_label(Label.HEAVY)

    assert headers["X-RateLimit-Category"] == "Resource-intensive"


def test_without_a_plan_no_label_is_limited(clock) -> None:
    quotas = Quotas("unlimited", clock)

    headers = [quotas.spend_label(Label.LIGHT) for _ in range(1000)]

    assert headers == [{}] * 1000
    assert SETTINGS.plan == "pro"
