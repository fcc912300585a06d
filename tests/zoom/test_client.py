"""What the client asks of Zoom, call by call, and what it makes of good answers."""

import json

import pytest
import responses
from responses import matchers

from tests.zoom.stage import API, OAUTH, a_request, a_token, a_webinar
from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.payloads import Person, Registrant

ANNA = Person(email="anna@example.org", first_name="Anna", last_name="Albers")
BEN = Person(email="Ben@example.org", first_name="Ben", last_name="Brandt")


def asked(network: responses.RequestsMock, position: int = -1) -> dict[str, object]:
    body = network.calls[position].request.body
    assert body is not None
    asked_for: dict[str, object] = json.loads(body)
    return asked_for


def test_a_webinar_is_created_for_its_host(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.post(f"{API}/users/olga%2Bzoom%40example.org/webinars", status=201, json=a_webinar())

    webinar = zoom.create_webinar("olga+zoom@example.org", a_request())

    assert webinar.id == "95000000001"
    assert asked(network) == a_request().to_create()
    assert network.calls[-1].request.headers["Authorization"] == "Bearer token-1"


def test_a_webinar_is_read_changed_and_ended(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.get(f"{API}/webinars/95000000001", json=a_webinar(topic="Andere"))
    network.patch(f"{API}/webinars/95000000001", status=204)
    network.put(f"{API}/webinars/95000000001/status", status=200)

    webinar = zoom.get_webinar("95000000001")
    zoom.update_webinar("95000000001", a_request())
    updated = asked(network)
    zoom.end_webinar("95000000001")

    assert webinar.topic == "Andere"
    assert updated == a_request().to_update()
    assert asked(network) == {"action": "end"}


def test_the_start_url_is_fetched_when_it_is_asked_for(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    start_url = "https://zoom.example.org/s/95000000001?zak=abc"
    network.get(f"{API}/webinars/95000000001", json=a_webinar(start_url=start_url))

    assert zoom.get_start_url("95000000001") == start_url


@pytest.mark.parametrize("start_url", [None, "", "javascript:alert(1)", 7])
def test_without_a_start_url_there_is_a_failure(
    zoom: ZoomClient, network: responses.RequestsMock, start_url: object
) -> None:
    network.get(f"{API}/webinars/95000000001", json=a_webinar(start_url=start_url))

    with pytest.raises(Failure):
        zoom.get_start_url("95000000001")


def test_people_are_added_together_and_let_in(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    answer = {
        "registrants": [
            {"registrant_id": "a1", "email": "anna@example.org", "join_url": "https://zoom.example.org/w/1?tk=a"},
            {"registrant_id": "b1", "email": "ben@example.org", "join_url": "https://zoom.example.org/w/1?tk=b"},
        ]
    }
    network.post(f"{API}/webinars/95000000001/batch_registrants", status=201, json=answer)

    anna, ben = zoom.add_registrants("95000000001", [ANNA, BEN])

    assert asked(network) == {"auto_approve": True, "registrants": [ANNA.to_wire(), BEN.to_wire()]}
    assert (anna.id, anna.join_url, anna.first_name) == ("a1", "https://zoom.example.org/w/1?tk=a", "Anna")
    assert (ben.id, ben.last_name) == ("b1", "Brandt")


def test_somebody_who_is_at_zoom_already_comes_back_with_the_same_join_url(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    known = {"registrant_id": "a1", "email": "anna@example.org", "join_url": "https://zoom.example.org/w/1?tk=a"}
    network.post(f"{API}/webinars/95000000001/batch_registrants", status=201, json={"registrants": [known]})

    first = zoom.add_registrants("95000000001", [ANNA])
    second = zoom.add_registrants("95000000001", [ANNA])

    assert first == second


def test_whom_zoom_leaves_out_is_not_in_our_answer(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    known = {"registrant_id": "a1", "email": "anna@example.org", "join_url": None}
    network.post(f"{API}/webinars/95000000001/batch_registrants", status=201, json={"registrants": [known]})

    added = zoom.add_registrants("95000000001", [ANNA, BEN])

    assert [(registrant.id, registrant.join_url) for registrant in added] == [("a1", None)]


def test_zoom_takes_thirty_people_in_a_call_and_is_not_bothered_with_none(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    with pytest.raises(ValueError, match="30"):
        zoom.add_registrants("95000000001", [ANNA] * 31)
    with pytest.raises(ValueError, match="30"):
        zoom.change_status("95000000001", "approve", [Registrant(id="a", email="")] * 31)

    assert zoom.add_registrants("95000000001", []) == []
    zoom.change_status("95000000001", "approve", [])
    assert len(network.calls) == 0


def test_the_status_of_many_is_changed_in_one_call(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.put(f"{API}/webinars/95000000001/registrants/status", status=204)

    zoom.change_status("95000000001", "cancel", [Registrant(id="a1", email="anna@example.org")])

    assert asked(network) == {"action": "cancel", "registrants": [{"id": "a1", "email": "anna@example.org"}]}


def test_a_registrant_is_found_or_not(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.get(f"{API}/webinars/95000000001/registrants/a1", json={"id": "a1", "email": "x", "status": "denied"})
    missing = {"code": 3079, "message": "This registrant does not exist."}
    network.get(f"{API}/webinars/95000000001/registrants/b1", status=400, json=missing)

    anna = zoom.find_registrant("95000000001", "a1")
    ben = zoom.find_registrant("95000000001", "b1")

    assert anna is not None
    assert anna.status == "denied"
    assert ben is None


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (204, None),
        (400, {"code": 3000, "message": "Registrant not found."}),
        (404, {"code": 3001, "message": "Webinar does not exist."}),
    ],
)
def test_a_registrant_who_is_gone_already_counts_as_deleted(
    zoom: ZoomClient, network: responses.RequestsMock, status: int, answer: object
) -> None:
    network.delete(f"{API}/webinars/95000000001/registrants/a1", status=status, json=answer)

    zoom.delete_registrant("95000000001", "a1")

    assert len(network.calls) == 2


@pytest.mark.parametrize(
    ("status", "answer"), [(204, None), (404, {"code": 3001, "message": "Webinar does not exist."})]
)
def test_a_webinar_that_is_gone_already_counts_as_deleted(
    zoom: ZoomClient, network: responses.RequestsMock, status: int, answer: object
) -> None:
    network.delete(f"{API}/webinars/95000000001", status=status, json=answer)

    zoom.delete_webinar("95000000001")

    assert len(network.calls) == 2


@pytest.mark.parametrize(("status", "answer"), [(400, {"code": 300, "message": "x"}), (502, None), (404, None)])
def test_a_refused_deletion_is_a_failure(
    zoom: ZoomClient, network: responses.RequestsMock, status: int, answer: object
) -> None:
    network.delete(f"{API}/webinars/95000000001", status=status, json=answer)
    network.delete(f"{API}/webinars/95000000001/registrants/a1", status=status, json=answer)

    with pytest.raises(Failure):
        zoom.delete_webinar("95000000001")
    with pytest.raises(Failure):
        zoom.delete_registrant("95000000001", "a1")


@pytest.mark.parametrize(
    ("uuid", "path"),
    [
        ("mK3xP0wQT2abc==", "mK3xP0wQT2abc%3D%3D"),
        ("mK3/xP0w+T2abc==", "mK3%2FxP0w%2BT2abc%3D%3D"),
        ("/mK3xP0wQT2abc==", "%252FmK3xP0wQT2abc%253D%253D"),
        ("mK3//P0wQT2abc==", "mK3%252F%252FP0wQT2abc%253D%253D"),
    ],
)
def test_a_report_is_asked_for_by_the_sittings_uuid(
    zoom: ZoomClient, network: responses.RequestsMock, uuid: str, path: str
) -> None:
    stay = {
        "user_id": "1",
        "name": "Anna",
        "registrant_id": "a1",
        "join_time": "2026-09-07T08:02:03Z",
        "duration": 7,
    }
    network.get(
        f"{API}/report/webinars/{path}/participants",
        json={"participants": [stay], "next_page_token": ""},
        match=[matchers.query_param_matcher({"include_fields": "registrant_id", "page_size": "300"})],
    )

    (participant,) = zoom.report_participants(uuid)

    assert (participant.user_id, participant.registrant_id, participant.seconds) == ("1", "a1", 7)
    assert network.calls[-1].request.url.split("?")[0] == f"{API}/report/webinars/{path}/participants"


def test_a_report_that_is_not_there_yet_is_worth_another_attempt(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    missing = {"code": 3001, "message": "Webinar ID is invalid or not end."}
    network.get(f"{API}/report/webinars/mK3x%3D%3D/participants", status=404, json=missing)

    with pytest.raises(Failure) as failed:
        zoom.report_participants("mK3x==")

    assert not failed.value.permanent
    assert type(failed.value) is Failure


@pytest.mark.parametrize("value", ["", ".", "..", "..."])
def test_an_id_that_would_lead_to_another_address_is_not_asked_for(
    zoom: ZoomClient, network: responses.RequestsMock, value: str
) -> None:
    with pytest.raises(Failure) as failed:
        zoom.get_webinar(value)

    assert failed.value.permanent
    assert len(network.calls) == 0


def test_no_cookie_and_no_netrc_of_this_machine_takes_part(
    zoom: ZoomClient, network: responses.RequestsMock, tmp_path, monkeypatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine api.zoom.example.org login mallory password forged\n")
    monkeypatch.setenv("NETRC", str(netrc))
    network.get(f"{API}/webinars/1", json=a_webinar())

    zoom.get_webinar("1")

    assert network.calls[-1].request.headers["Authorization"] == "Bearer token-1"


def test_what_is_logged_names_no_host_no_attendee_and_no_token(
    zoom: ZoomClient, network: responses.RequestsMock, caplog
) -> None:
    caplog.set_level("DEBUG", logger="zoom_bridge")
    headers = {"x-zm-trackingid": "v=2.0;clid=us06;rid=WEB_1"}
    refusal = {"code": 300, "message": "olga@example.org is wrong"}
    network.post(f"{API}/users/olga%40example.org/webinars", status=400, json=refusal, headers=headers)

    with pytest.raises(Failure):
        zoom.create_webinar("olga@example.org", a_request())

    assert "rid=WEB_1" in caplog.text
    assert "400" in caplog.text
    assert "olga" not in caplog.text
    assert "token-1" not in caplog.text


def test_the_token_is_fetched_once_for_many_calls(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.get(f"{API}/webinars/1", json=a_webinar())

    for _ in range(3):
        zoom.get_webinar("1")

    assert [call.request.url for call in network.calls].count(f"{OAUTH}/oauth/token") == 1


def test_an_expired_token_is_renewed_and_the_call_repeated_once(
    zoom: ZoomClient, network: responses.RequestsMock
) -> None:
    expired = {"code": 124, "message": "Access token is expired."}
    network.replace(responses.POST, f"{OAUTH}/oauth/token", json=a_token("token-1"))
    network.post(f"{API}/users/olga/webinars", status=401, json=expired)
    network.post(f"{API}/users/olga/webinars", status=201, json=a_webinar())
    network.post(f"{OAUTH}/oauth/token", json=a_token("token-2"))

    webinar = zoom.create_webinar("olga", a_request())

    assert webinar.id == "95000000001"
    assert network.calls[-1].request.headers["Authorization"] == "Bearer token-2"
    assert len(network.calls) == 4


def test_a_token_refused_twice_is_a_systemic_failure(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    network.get(f"{API}/webinars/1", status=401, json={"code": 124, "message": "Invalid access token."})

    with pytest.raises(Failure) as failed:
        zoom.get_webinar("1")

    assert failed.value.systemic
    assert not failed.value.permanent
    assert (failed.value.status, failed.value.code) == (401, 124)
    assert [call.request.url for call in network.calls].count(f"{API}/webinars/1") == 2


def test_a_page_with_a_yes_on_it_is_not_zooms_yes(zoom: ZoomClient, network: responses.RequestsMock) -> None:
    page = {"body": "<html>Welcome</html>", "content_type": "text/html", "status": 200}
    network.delete(f"{API}/webinars/95000000001/registrants/a1", **page)

    with pytest.raises(Failure) as refused:
        zoom.delete_registrant("95000000001", "a1")

    assert not refused.value.permanent
