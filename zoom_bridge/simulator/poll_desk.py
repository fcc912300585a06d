"""The API's calls about the polls of a webinar."""

from flask import request

from zoom_bridge.simulator import objections, poll_rules, shapes
from zoom_bridge.simulator.desks import Route, json_body, webinar_number
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import Json, Poll, Webinar
from zoom_bridge.simulator.world import World


def list_polls(world: World, number: str) -> tuple[int, Json]:
    polls = list(world.webinar(webinar_number(number)).polls.values())
    if (anonymous := request.args.get("anonymous")) is not None:
        polls = [poll for poll in polls if poll.asks["anonymous"] is (anonymous.lower() == "true")]
    return 200, {"total_records": len(polls), "polls": [shapes.poll_answer(poll) for poll in polls]}


def create_poll(world: World, number: str) -> tuple[int, Json]:
    webinar = world.webinar(webinar_number(number))
    if not world.users[webinar.host_id].polls:
        raise objections.polls_are_off()
    return 201, shapes.poll_answer(world.create_poll(webinar.id, json_body()))


def get_poll(world: World, number: str, poll: str) -> tuple[int, Json]:
    return 200, shapes.poll_answer(_poll(world.webinar(webinar_number(number)), poll))


def update_poll(world: World, number: str, poll: str) -> tuple[int, None]:
    """The whole poll is written anew, as PUT says."""
    found = _poll(world.webinar(webinar_number(number)), poll)
    asks = poll_rules.check(json_body())
    _must_not_have_begun(found)
    found.asks = asks
    world.changed = True
    return 204, None


def delete_poll(world: World, number: str, poll: str) -> tuple[int, None]:
    webinar = world.webinar(webinar_number(number))
    found = _poll(webinar, poll)
    _must_not_have_begun(found)
    del webinar.polls[found.id]
    world.changed = True
    return 204, None


def _poll(webinar: Webinar, poll_id: str) -> Poll:
    if poll_id not in webinar.polls:
        raise objections.no_such_poll(poll_id)
    return webinar.polls[poll_id]


def _must_not_have_begun(poll: Poll) -> None:
    if poll.status != "notstart":
        raise objections.poll_has_begun()


_ALL, _ONE = "/webinars/<number>/polls", "/webinars/<number>/polls/<poll>"
ROUTES = (
    Route("GET", _ALL, Label.LIGHT, "webinar:read:list_polls", list_polls),
    Route("POST", _ALL, Label.LIGHT, "webinar:write:poll", create_poll),
    Route("GET", _ONE, Label.LIGHT, "webinar:read:poll", get_poll),
    Route("PUT", _ONE, Label.LIGHT, "webinar:update:poll", update_poll),
    Route("DELETE", _ONE, Label.LIGHT, "webinar:delete:poll", delete_poll),
)
