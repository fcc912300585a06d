"""The API's calls about what is over: sittings, and who was in them."""

from flask import request

from zoom_bridge.simulator import objections, shapes
from zoom_bridge.simulator.announcements import instant
from zoom_bridge.simulator.desks import Route, page_of, webinar_by_key, webinar_number
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import Json, Sitting, Stay
from zoom_bridge.simulator.world import World


def report_participants(world: World, key: str) -> tuple[int, Json]:
    return _participants(world, key, request.args.get("include_fields") == "registrant_id")


def past_participants(world: World, key: str) -> tuple[int, Json]:
    return _participants(world, key, with_registrant=True)


def past_instances(world: World, number: str) -> tuple[int, Json]:
    webinar = world.webinar(webinar_number(number))
    return 200, {
        "webinars": [{"uuid": sitting.uuid, "start_time": instant(sitting.started_at)} for sitting in webinar.held]
    }


def _participants(world: World, key: str, with_registrant: bool) -> tuple[int, Json]:
    """Of the sitting with that uuid, or by number of the latest one that is over."""
    sitting = _sitting(world, key)
    thin = world.faults.meets(Kind.THIN_REPORT)
    stays = sitting.stays[::2] if thin else sitting.stays

    def row(stay: Stay) -> Json:
        return shapes.participant_row(stay, with_registrant, settled=not thin)

    return page_of(world, "participants", stays, row, of=f"participants {sitting.uuid}")


def _sitting(world: World, key: str) -> Sitting:
    webinar, uuid = webinar_by_key(world, key)
    held = [sitting for sitting in webinar.held if uuid in ("", sitting.uuid)]
    if not held:
        raise objections.not_ended()
    return held[-1]


ROUTES = (
    Route(
        "GET",
        "/report/webinars/<path:key>/participants",
        Label.HEAVY,
        "report:read:list_webinar_participants",
        report_participants,
    ),
    Route(
        "GET",
        "/past_webinars/<path:key>/participants",
        Label.MEDIUM,
        "webinar:read:list_past_participants",
        past_participants,
    ),
    Route(
        "GET", "/past_webinars/<number>/instances", Label.LIGHT, "webinar:read:list_past_instances", past_instances
    ),
)
