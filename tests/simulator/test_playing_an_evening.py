"""What makes an evening difficult, by the buttons of the control page: calls, other names, links passed on, and single
webhooks that are late or lost."""

import json
from typing import Any

import pytest
from flask import Flask

from tests.simulator.conftest import ANNA, BEN, Caller
from zoom_bridge.simulator.records import Registrant, Webinar
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.world import World


class Host:
    """Sits at the control page of one webinar, which runs."""

    def __init__(self, app: Flask, world: World, webinar: Webinar) -> None:
        self._browser, self._world, self._webinar = app.test_client(), world, webinar
        world.start(webinar.id)
        world.outgoing.clear()

    def press(self, button: str, status: int = 200, **fields: object) -> str:
        return self._post(f"/control/webinars/{self._webinar.id}/{button}", status, fields)

    def webhooks(self, button: str, **fields: object) -> str:
        return self._post(f"/control/deliveries/{button}", 200, fields)

    def _post(self, path: str, status: int, fields: dict[str, object]) -> str:
        answer = self._browser.post(path, data=fields, follow_redirects=True)
        assert answer.status_code == status, answer.text
        return answer.text

    def told(self) -> list[tuple[str, dict[str, Any]]]:
        """The names of the webhooks on their way, and whom they speak of."""
        messages = [json.loads(delivery.body) for delivery in self._world.outgoing]
        return [
            (message["event"].removeprefix("webinar."), message["payload"]["object"].get("participant", {}))
            for message in messages
        ]


@pytest.fixture
def anna(world: World, webinar: Webinar) -> Registrant:
    return world.register(webinar.id, **ANNA)


@pytest.fixture
def host(app: Flask, world: World, webinar: Webinar, anna: Registrant) -> Host:
    return Host(app, world, webinar)


@pytest.mark.parametrize("means", ["person", "call"])
def test_a_call_is_bound_to_somebody_in_the_room(
    host: Host, world: World, webinar: Webinar, anna: Registrant, means: str
) -> None:
    world.unconfirmed.bind_user_id_is = means
    host.press("joins", registrant=anna.id)
    host.press("phone")
    computer, call = webinar.running.present[1:]

    page = host.press("binds", call=call.user_id, participant=computer.user_id)

    name, said = host.told()[-1]
    assert name == "participant_bind"
    ids = (call.user_id, computer.user_id)
    assert (said["user_id"], said["bind_user_id"]) == (ids if means == "person" else ids[::-1])
    assert said["phone_number"] == call.name
    assert said["registrant_id"] == ("" if means == "person" else anna.id)
    assert "Wessen Anruf" in page
    host.press("binds", status=400, call=computer.user_id, participant=call.user_id)


def test_people_come_under_other_names_and_links_are_passed_on(
    host: Host, webinar: Webinar, anna: Registrant
) -> None:
    host.press("joins", registrant=anna.id)
    host.press("joins-as", who=anna.id, name="Frau A.")
    host.press("joins-as", who=anna.id, name="Ihr Nachbar", second="on")

    present = [(stay.name, stay.registrant_id, stay.device) for stay in webinar.running.present[1:]]
    assert present == [("Frau A.", anna.id, "computer"), ("Ihr Nachbar", anna.id, "second device")]
    assert [said["user_name"] for name, said in host.told() if name == "participant_joined"] == [
        "Anna Albers",
        "Frau A.",
        "Ihr Nachbar",
    ]


def test_a_guest_brings_an_address_or_a_key(host: Host, zoom: Caller, world: World, webinar: Webinar) -> None:
    host.press("guest", name="B. Brandt", email=BEN["email"], key="a-key-of-ours")

    _, said = host.told()[-1]
    world.end(webinar.id)
    rows = zoom("GET", f"/report/webinars/{webinar.id}/participants").json()["participants"]
    assert (said["email"], said["customer_key"], said["registrant_id"]) == (BEN["email"], "a-key-of-ours", "")
    assert [row.get("customer_key") for row in rows] == [None, "a-key-of-ours"]


def test_single_webhooks_are_held_back_let_go_and_lost(
    host: Host, world: World, webinar: Webinar, anna: Registrant
) -> None:
    arrived: list[str] = []

    def receive(_: str, body: bytes, __: object) -> int:
        participant = json.loads(body)["payload"]["object"]["participant"]
        arrived.append(participant["user_name"])
        return 204

    sender = WebhookSender(world, receive)
    host.webhooks("held", event="webinar.participant_joined")
    assert "Wird gleich zurückgehalten" in host.webhooks("lost", event="webinar.participant_left")

    host.press("joins", registrant=anna.id)
    host.press("guest", name="iPad")
    host.press("leaves", participant=webinar.running.present[2].user_id)
    host.press("guest", name="Küche")
    sender.deliver_due()
    assert arrived == ["iPad", "Küche"]

    (late,) = world.outgoing
    assert "Anna Albers" in host.webhooks("let-go", delivery=late.id)
    sender.deliver_due()
    assert arrived == ["iPad", "Küche", "Anna Albers"]

    host.press("guest", name="Flur")
    (doomed,) = world.outgoing
    page = host.webhooks("lose", delivery=doomed.id)
    sender.deliver_due()
    assert arrived == ["iPad", "Küche", "Anna Albers"]
    assert page.count("verloren") >= 2


def test_a_report_that_is_late_is_refused_as_if_the_webinar_went_on(
    zoom: Caller, world: World, webinar: Webinar, clock
) -> None:
    world.faults.late_report(600)
    world.start(webinar.id)
    world.end(webinar.id)
    report = f"/report/webinars/{webinar.id}/participants"

    early = zoom("GET", report)
    clock.advance(minutes=10)
    late = zoom("GET", report)

    assert (early.status_code, early.json()["code"]) == (404, 3001)
    assert late.status_code == 200
