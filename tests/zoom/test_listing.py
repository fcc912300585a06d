"""Lists in pages are complete or a Failure, and nobody is in them twice."""

from collections.abc import Sequence
from typing import Any

import pytest
import responses
from responses import matchers

from tests.zoom.stage import API, a_webinar
from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom.client import ZoomClient

REGISTRANTS = f"{API}/webinars/1/registrants"
EXPIRED = {"code": 300, "message": "The next page token is invalid or expired."}


def a_page(people: Sequence[str], token: str = "") -> dict[str, Any]:
    rows = [
        {"id": name, "email": f"{name}@example.org", "join_url": "https://zoom.example.org/w/1"} for name in people
    ]
    return {"page_size": 300, "next_page_token": token, "registrants": rows}


def page_of(token: str | None, status: str = "approved") -> Any:
    query = {"status": status, "page_size": "300"}
    if token:
        query |= {"next_page_token": token}
    return matchers.query_param_matcher(query, strict_match=token is None)


def ids(zoom: ZoomClient) -> list[str]:
    return [registrant.id for registrant in zoom.list_registrants("1")]


def test_all_pages_are_read(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.get(REGISTRANTS, json=a_page(["anna"], "t1"), match=[page_of(None)])
    network.get(REGISTRANTS, json=a_page(["ben"], "t2"), match=[page_of("t1")])
    network.get(REGISTRANTS, json=a_page(["chiara"]), match=[page_of("t2")])

    assert ids(zoom) == ["anna", "ben", "chiara"]


def test_the_status_asked_for_is_told_where_zoom_does_not(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    network.get(REGISTRANTS, json=a_page(["anna"]), match=[page_of(None, "pending")])

    (anna,) = zoom.list_registrants("1", "pending")

    assert anna.status == "pending"


def test_whoever_moved_to_the_next_page_meanwhile_is_in_the_list_once(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    network.get(REGISTRANTS, json=a_page(["anna", "ben"], "t1"), match=[page_of(None)])
    network.get(REGISTRANTS, json=a_page(["ben", "chiara"]), match=[page_of("t1")])

    assert ids(zoom) == ["anna", "ben", "chiara"]


def test_a_forgotten_place_means_once_more_from_the_first_page(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    network.get(REGISTRANTS, json=a_page(["mallory", "anna"], "t1"), match=[page_of(None)])
    network.get(REGISTRANTS, status=400, json=EXPIRED, match=[page_of("t1")])
    network.get(REGISTRANTS, json=a_page(["anna"], "t2"), match=[page_of(None)])
    network.get(REGISTRANTS, json=a_page(["ben"]), match=[page_of("t2")])

    assert ids(zoom) == ["anna", "ben"]


def test_a_place_forgotten_twice_is_a_failure_worth_another_attempt(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    network.get(REGISTRANTS, json=a_page(["anna"], "t1"), match=[page_of(None)])
    network.get(REGISTRANTS, status=400, json=EXPIRED, match=[page_of("t1")])

    with pytest.raises(Failure) as failed:
        zoom.list_registrants("1")

    assert not failed.value.permanent


def test_a_mistake_on_the_first_page_is_not_a_forgotten_place(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    network.get(REGISTRANTS, status=400, json={"code": 300, "message": "Invalid webinar id."})

    with pytest.raises(Failure) as failed:
        zoom.list_registrants("1")

    assert failed.value.permanent


@pytest.mark.parametrize(
    "second",
    [
        {"status": 500, "json": {"code": 500, "message": "x"}},
        {"status": 429, "json": {"code": 429, "message": "x"}},
        {"status": 200, "body": "<html>", "content_type": "text/html"},
        {"status": 200, "json": {"registrants": None}},
        {"status": 200, "json": {}},
        {"status": 200, "json": {"registrants": [{"email": "nobody@example.org"}]}},
        {"status": 200, "json": a_page(["anna"], "t1")},
        {"status": 200, "json": a_page([], "t2")},
    ],
)
def test_half_a_list_is_never_given(
    zoom: ZoomClient, network: responses.RequestsMock, second: dict[str, Any]
) -> None:
    network.get(REGISTRANTS, json=a_page(["anna"], "t1"), match=[page_of(None)])
    network.get(REGISTRANTS, **second, match=[page_of("t1")])

    with pytest.raises(Failure) as failed:
        zoom.list_registrants("1")

    assert not failed.value.permanent


def test_an_empty_list_is_a_list(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.get(REGISTRANTS, json=a_page([]))

    assert ids(zoom) == []


def test_the_hosts_webinars_are_listed_by_token_and_by_number(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    usual = {"type": "scheduled", "page_size": "300"}
    network.get(
        f"{API}/users/olga%40example.org/webinars",
        json={"next_page_token": "t1", "webinars": [a_webinar(1), a_webinar(2)]},
        match=[matchers.query_param_matcher(usual)],
    )
    network.get(
        f"{API}/users/olga%40example.org/webinars",
        json={"next_page_token": "", "webinars": [a_webinar(2), a_webinar(3)]},
        match=[matchers.query_param_matcher(usual | {"next_page_token": "t1", "page_number": "2"})],
    )

    webinars = zoom.list_webinars("olga@example.org")

    assert [webinar.id for webinar in webinars] == ["1", "2", "3"]
    assert webinars[0].created_at is not None
