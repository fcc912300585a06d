"""The pretend Zoom's moods: each does to a request what its name says, and to no other."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from tests.simulator.conftest import ANNA, HOST, WEBINAR, Caller
from zoom_bridge.listening import Listener
from zoom_bridge.simulator.faults import RetryAfter
from zoom_bridge.simulator.records import Webinar
from zoom_bridge.simulator.world import World


def _create(zoom: Caller) -> requests.Response:
    return zoom("POST", f"/users/{HOST}/webinars", WEBINAR)


def test_a_lost_answer_leaves_the_webinar_behind(zoom: Caller, world: World) -> None:
    world.faults.lose_answer("POST", "/webinars")

    with pytest.raises(requests.ConnectionError):
        _create(zoom)
    again = _create(zoom)

    assert again.status_code == 201
    assert len(world.webinars) == 2


def test_a_lost_request_leaves_nothing(zoom: Caller, world: World) -> None:
    world.faults.lose_request("POST", "/webinars")

    with pytest.raises(requests.ConnectionError):
        _create(zoom)

    assert not world.webinars


def test_a_fault_strikes_only_what_it_names(zoom: Caller, world: World, webinar: Webinar) -> None:
    fault = world.faults.fail(500, "POST", "/registrants", times=2)

    spared = [zoom("GET", f"/webinars/{webinar.id}/registrants"), _create(zoom)]
    struck = [zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA) for _ in range(3)]

    assert [answer.status_code for answer in spared] == [200, 201]
    assert [answer.status_code for answer in struck] == [500, 500, 201]
    assert fault.times == 0
    assert not world.faults.holding()


def test_down_means_everything_until_the_weather_clears(zoom: Caller, world: World) -> None:
    world.faults.down()

    down = [zoom.ask_token().status_code, _create(zoom).status_code]
    world.faults.clear()
    up = [zoom.ask_token().status_code, _create(zoom).status_code]

    assert (down, up) == ([503, 503], [200, 201])


def test_cut_off_means_no_answer_at_all(zoom: Caller, world: World) -> None:
    world.faults.down(cut=True)

    with pytest.raises(requests.ConnectionError):
        zoom.ask_token()


@pytest.mark.parametrize(
    ("how", "value"),
    [
        (RetryAfter.NOTHING, None),
        (RetryAfter.SECONDS, "30"),
        (RetryAfter.ISO, "2026-09-01T08:00:30Z"),
        (RetryAfter.HTTP_DATE, "Tue, 01 Sep 2026 08:00:30 GMT"),
        (RetryAfter.DAILY, "2026-09-02T00:00:00Z"),
        (RetryAfter.NONSENSE, "soon"),
    ],
)
def test_too_many_says_when_to_come_back_in_many_ways(
    zoom: Caller, world: World, how: RetryAfter, value: str | None
) -> None:
    world.faults.too_many(how, seconds=30)

    answer = _create(zoom)

    assert answer.status_code == 429
    assert answer.headers.get("Retry-After") == value
    assert not world.webinars


@pytest.mark.parametrize("status", [200, 502])
def test_a_page_comes_where_json_should(zoom: Caller, world: World, status: int) -> None:
    world.faults.answer_with_a_page(status)

    answer = _create(zoom)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert not world.webinars


def test_broken_json_is_done_all_the_same(zoom: Caller, world: World) -> None:
    world.faults.break_json()

    answer = _create(zoom)

    assert answer.status_code == 201
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert len(world.webinars) == 1


def test_a_request_can_be_done_twice(zoom: Caller, world: World) -> None:
    world.faults.do_twice("POST", "/webinars")

    answer = _create(zoom)

    assert answer.status_code == 201
    assert len(world.webinars) == 2


def test_ids_can_be_text_and_fields_can_be_strange(zoom: Caller, world: World) -> None:
    world.faults.text_ids()
    text = _create(zoom).json()
    world.faults.clear()
    world.faults.strange_fields()
    strange = _create(zoom).json()

    assert isinstance(text["id"], str)
    assert isinstance(strange["id"], int)
    assert strange["zz_null"] is None
    assert "zz_new" in strange["settings"]


def test_a_redirect_leads_elsewhere(zoom: Caller, world: World, webinar: Webinar) -> None:
    world.faults.redirect()

    answer = zoom.session.get(
        f"https://zoom.example.org/v2/webinars/{webinar.id}",
        headers={"Authorization": f"Bearer {zoom.token}"},
        allow_redirects=False,
    )

    assert answer.status_code == 302
    assert "elsewhere" in answer.headers["Location"]


def test_what_happens_inside_zoom_has_switches_too(zoom: Caller, world: World, webinar: Webinar) -> None:
    world.faults.no_licence()
    world.faults.full()

    created, added = _create(zoom), zoom("POST", f"/webinars/{webinar.id}/registrants", ANNA)

    assert [created.json()["code"], added.json()["code"]] == [200, 3000]


def test_a_stale_list_does_not_show_the_newest(zoom: Caller, world: World, webinar: Webinar, clock) -> None:
    world.faults.stale_lists(60)

    early = zoom("GET", f"/users/{HOST}/webinars").json()["webinars"]
    clock.advance(seconds=60)
    late = zoom("GET", f"/users/{HOST}/webinars").json()["webinars"]

    assert (len(early), len(late)) == (0, 1)


def test_a_page_can_get_lost_on_the_way_through_a_list(zoom: Caller, world: World) -> None:
    for _ in range(2):
        _create(zoom)
    token = zoom("GET", f"/users/{HOST}/webinars", page_size=1).json()["next_page_token"]
    world.faults.lose_page()

    lost = zoom("GET", f"/users/{HOST}/webinars", page_size=1, next_page_token=token)

    assert (lost.status_code, lost.json()["code"]) == (400, 300)


def test_the_control_pages_stay_fair_in_any_weather(app, world: World) -> None:
    world.faults.down()

    answer = app.test_client().get("/")

    assert answer.status_code == 200


@pytest.fixture
def over_the_wire(app, zoom: Caller) -> Iterator[str]:
    listener = Listener(app, "127.0.0.1", 0, threads=2)
    listener.start()
    yield f"http://127.0.0.1:{listener.port}/v2/users/{HOST}/webinars"
    listener.stop()


def test_over_a_real_line_the_answer_is_cut_after_the_deed(over_the_wire: str, zoom: Caller, world: World) -> None:
    headers = {"Authorization": f"Bearer {zoom.token}"}
    world.faults.lose_answer("POST", "/webinars")

    with pytest.raises(requests.ConnectionError):
        requests.post(over_the_wire, json=WEBINAR, headers=headers, timeout=5)

    assert len(world.webinars) == 1


def test_something_is_being_done_to_it_already(zoom: Caller, world: World, webinar: Webinar) -> None:
    world.faults.at_the_same_time("PATCH", "/webinars/*")

    refused = zoom("PATCH", f"/webinars/{webinar.id}", {"topic": "x"})
    later = zoom("PATCH", f"/webinars/{webinar.id}", {"topic": "x"})

    assert (refused.status_code, "concurrent" in refused.json()["message"]) == (429, True)
    assert "Retry-After" not in refused.headers
    assert later.status_code == 204


def test_a_secret_that_is_no_longer_good(zoom: Caller, world: World, webinar: Webinar) -> None:
    world.faults.wrong_secret()

    refused = zoom.ask_token()
    token_still_good = zoom("GET", f"/webinars/{webinar.id}")
    world.faults.clear()

    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")
    assert token_still_good.status_code == 200
    assert zoom.ask_token().status_code == 200


def test_answers_are_dated_and_the_date_can_be_wrong(zoom: Caller, world: World, webinar: Webinar) -> None:
    right = zoom("GET", f"/webinars/{webinar.id}").headers["Date"]
    world.faults.wrong_clock(timedelta(minutes=10))
    wrong = zoom("GET", f"/webinars/{webinar.id}").headers["Date"]

    assert (right, wrong) == ("Tue, 01 Sep 2026 08:00:00 GMT", "Tue, 01 Sep 2026 08:10:00 GMT")
