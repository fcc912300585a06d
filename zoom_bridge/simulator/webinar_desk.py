"""The API's calls about webinars."""

from flask import request

from zoom_bridge.simulator import objections, recurring, rooms, schedule, shapes
from zoom_bridge.simulator.announcements import instant
from zoom_bridge.simulator.desks import Route, json_body, page_of, webinar_by_key, webinar_number
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import Json, Webinar
from zoom_bridge.simulator.world import World

_DAYS_LISTED = 30


def create_webinar(world: World, user: str) -> tuple[int, Json]:
    body = json_body()
    world.quotas.spend_change(world.user(user).id)
    webinar = schedule.create(world, user, body)
    return 201, shapes.created_webinar_answer(world, webinar)


def list_webinars(world: World, user: str) -> tuple[int, Json]:
    host = world.user(user)
    upcoming = request.args.get("type") == "upcoming"
    stale = world.faults.meets(Kind.STALE_LISTS)
    webinars = [
        webinar
        for webinar in world.webinars.values()
        if webinar.host_id == host.id and _listed(world, webinar, upcoming, stale.seconds if stale else 0)
    ]
    webinars.sort(key=lambda webinar: (webinar.start_time or webinar.created_at, webinar.id))
    of = f"webinars {host.id} {upcoming}"
    return page_of(
        world,
        "webinars",
        webinars,
        lambda webinar: shapes.webinar_row(world, webinar),
        of=of,
        by_token=world.unconfirmed.webinars_listed_by == "token",
    )


def get_webinar(world: World, key: str) -> tuple[int, Json]:
    webinar, _ = webinar_by_key(world, key)
    answer = shapes.webinar_answer(world, webinar)
    if wanted := request.args.get("occurrence_id"):
        occurrence = recurring.occurrence(webinar, wanted)
        answer |= {"start_time": instant(occurrence.start_time), "duration": occurrence.duration}
        answer["agenda"] = occurrence.agenda or webinar.agenda
    elif webinar.occurrences and request.args.get("show_previous_occurrences", "false").lower() != "true":
        coming = [date.id for date in webinar.occurrences if date.end_time > world.now()]
        answer["occurrences"] = [row for row in answer["occurrences"] if row["occurrence_id"] in coming]
    return 200, answer


def update_webinar(world: World, number: str) -> tuple[int, None]:
    webinar = world.webinar(webinar_number(number))
    body = json_body()
    world.quotas.spend_change(webinar.host_id)
    if occurrence := request.args.get("occurrence_id"):
        schedule.update_occurrence(world, webinar.id, occurrence, body)
    else:
        schedule.update(world, webinar.id, body)
    return 204, None


def delete_webinar(world: World, number: str) -> tuple[int, None]:
    webinar_id = webinar_number(number)
    if occurrence := request.args.get("occurrence_id"):
        schedule.delete_occurrence(world, webinar_id, occurrence)
    else:
        schedule.delete(world, webinar_id)
    return 204, None


def end_webinar(world: World, number: str) -> tuple[int, None]:
    webinar_id = webinar_number(number)
    if json_body().get("action") != "end":
        raise objections.invalid([("action", "Invalid field.")])
    rooms.end(world, webinar_id)
    return world.unconfirmed.end_status, None


def _listed(world: World, webinar: Webinar, upcoming: bool, stale_for: float) -> bool:
    end = webinar.scheduled_end
    now = world.now()
    if webinar.deleted_at or (now - webinar.created_at).total_seconds() < stale_for:
        return False
    if end is None or webinar.running:
        return True
    return end >= now if upcoming else (now - end).days < _DAYS_LISTED


ROUTES = (
    Route("POST", "/users/<user>/webinars", Label.LIGHT, "webinar:write:webinar", create_webinar),
    Route("GET", "/users/<user>/webinars", Label.MEDIUM, "webinar:read:list_webinars", list_webinars),
    Route("GET", "/webinars/<path:key>", Label.LIGHT, "webinar:read:webinar", get_webinar),
    Route("PATCH", "/webinars/<number>", Label.LIGHT, "webinar:update:webinar", update_webinar),
    Route("DELETE", "/webinars/<number>", Label.LIGHT, "webinar:delete:webinar", delete_webinar),
    Route("PUT", "/webinars/<number>/status", Label.LIGHT, "webinar:update:status", end_webinar),
)
