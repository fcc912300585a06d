"""The API's calls about what is over: sittings, and who was in them."""

from collections.abc import Callable
from datetime import timedelta

from flask import request

from zoom_bridge.simulator import objections, report_shapes, shapes
from zoom_bridge.simulator.announcements import instant
from zoom_bridge.simulator.desks import Route, page_of, webinar_by_key, webinar_number
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import APPROVED, Json, Registrant, Sitting, Stay, Webinar
from zoom_bridge.simulator.world import World

REPORTS_REACH_BACK = timedelta(days=365)


def report_detail(world: World, key: str) -> tuple[int, Json]:
    webinar, sitting = _reported(world, key)
    return 200, report_shapes.detail(world, webinar, sitting)


def report_participants(world: World, key: str) -> tuple[int, Json]:
    _, sitting = _reported(world, key)
    with_registrant = request.args.get("include_fields") == "registrant_id"

    def more(stay: Stay) -> Json:
        account = {"participant_user_id": stay.zoom_user_id}
        account |= {"customer_key": stay.customer_key} if stay.customer_key else {}
        return account | {"registrant_id": stay.registrant_id} if with_registrant else account

    _must_be_ready(world, sitting)
    return _participants(world, sitting, more)


def report_polls(world: World, key: str) -> tuple[int, Json]:
    webinar, sitting = _reported(world, key)
    return 200, report_shapes.polls(webinar, sitting, split_names=True)


def report_questions(world: World, key: str) -> tuple[int, Json]:
    webinar, sitting = _reported(world, key)
    return 200, report_shapes.asked(webinar, sitting, full=True)


def report_survey(world: World, key: str) -> tuple[int, Json]:
    webinar, sitting = _reported(world, key)
    if not sitting.survey and world.unconfirmed.no_survey == "missing":
        raise objections.not_ended()
    if not sitting.survey and world.unconfirmed.no_survey == "disabled":
        raise objections.no_survey()
    return 200, report_shapes.survey(webinar, sitting)


def past_participants(world: World, key: str) -> tuple[int, Json]:
    _, sitting = _past(world, key)
    return _participants(world, sitting, lambda stay: {"registrant_id": stay.registrant_id})


def past_instances(world: World, number: str) -> tuple[int, Json]:
    webinar = world.webinar(webinar_number(number))
    return 200, {
        "webinars": [{"uuid": sitting.uuid, "start_time": instant(sitting.started_at)} for sitting in webinar.held]
    }


def past_polls(world: World, key: str) -> tuple[int, Json]:
    webinar, sitting = _past(world, key)
    return 200, report_shapes.polls(webinar, sitting, split_names=False)


def past_questions(world: World, key: str) -> tuple[int, Json]:
    webinar, sitting = _past(world, key)
    return 200, report_shapes.asked(webinar, sitting, full=False)


def absentees(world: World, key: str) -> tuple[int, Json]:
    """Who was approved and never in the room."""
    webinar, sitting = _past(world, key)
    if not webinar.asks_to_register:
        raise objections.registration_is_off()
    date = request.args.get("occurrence_id", "")
    came = {stay.registrant_id for stay in sitting.stays}
    missing = [
        registrant
        for registrant in webinar.registrants.values()
        if registrant.status_at(date) == APPROVED and registrant.comes_to(date) and registrant.id not in came
    ]

    def row(registrant: Registrant) -> Json:
        return shapes.registrant_row(world, webinar, registrant)

    return page_of(world, "registrants", missing, row, of=f"absentees {sitting.uuid}")


def _must_be_ready(world: World, sitting: Sitting) -> None:
    """Until then Zoom speaks as if the webinar were not over."""
    late = world.faults.meets(Kind.LATE_REPORT)
    if late and sitting.ended_at and world.now() < sitting.ended_at + timedelta(seconds=late.seconds):
        raise objections.not_ended()


def _participants(world: World, sitting: Sitting, more: Callable[[Stay], Json]) -> tuple[int, Json]:
    thin = world.faults.meets(Kind.THIN_REPORT)
    stays = sitting.stays[::2] if thin else sitting.stays

    def row(stay: Stay) -> Json:
        return shapes.participant_row(stay, settled=not thin) | more(stay)

    return page_of(world, "participants", stays, row, of=f"participants {sitting.uuid}", numbered=False)


def _past(world: World, key: str) -> tuple[Webinar, Sitting]:
    """The sitting with that uuid, or by number the latest one that is over."""
    webinar, uuid = webinar_by_key(world, key)
    held = [sitting for sitting in webinar.held if uuid in ("", sitting.uuid)]
    if not held:
        raise objections.not_ended()
    return webinar, held[-1]


def _reported(world: World, key: str) -> tuple[Webinar, Sitting]:
    webinar, sitting = _past(world, key)
    if world.now() - sitting.started_at > REPORTS_REACH_BACK:
        raise objections.too_old()
    return webinar, sitting


_REPORT, _PAST = "/report/webinars/<path:key>", "/past_webinars/<path:key>"
ROUTES = (
    Route("GET", _REPORT, Label.HEAVY, "report:read:webinar", report_detail),
    Route(
        "GET", f"{_REPORT}/participants", Label.HEAVY, "report:read:list_webinar_participants", report_participants
    ),
    Route("GET", f"{_REPORT}/polls", Label.HEAVY, "report:read:list_webinar_polls", report_polls),
    Route("GET", f"{_REPORT}/qa", Label.HEAVY, "report:read:webinar_qna", report_questions),
    Route("GET", f"{_REPORT}/survey", Label.HEAVY, "report:read:webinar_survey", report_survey),
    Route("GET", f"{_PAST}/participants", Label.MEDIUM, "webinar:read:list_past_participants", past_participants),
    Route(
        "GET", "/past_webinars/<number>/instances", Label.LIGHT, "webinar:read:list_past_instances", past_instances
    ),
    Route("GET", f"{_PAST}/absentees", Label.HEAVY, "webinar:read:list_absentees", absentees),
    Route("GET", f"{_PAST}/polls", Label.MEDIUM, "webinar:read:list_past_polls", past_polls),
    Route("GET", f"{_PAST}/qa", Label.MEDIUM, "webinar:read:past_qa", past_questions),
)
