"""The API's calls about webinars, their panelists, and the users they belong to."""

from flask import request

from zoom_bridge.simulator import guest_list, objections, rooms, schedule, shapes, validation
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
    return page_of(world, "webinars", webinars, lambda webinar: shapes.webinar_row(world, webinar), of=of)


def get_webinar(world: World, key: str) -> tuple[int, Json]:
    webinar, _ = webinar_by_key(world, key)
    return 200, shapes.webinar_answer(world, webinar)


def update_webinar(world: World, number: str) -> tuple[int, None]:
    webinar = world.webinar(webinar_number(number))
    body = json_body()
    world.quotas.spend_change(webinar.host_id)
    schedule.update(world, webinar.id, body)
    return 204, None


def delete_webinar(world: World, number: str) -> tuple[int, None]:
    schedule.delete(world, webinar_number(number))
    return 204, None


def end_webinar(world: World, number: str) -> tuple[int, None]:
    webinar_id = webinar_number(number)
    if json_body().get("action") != "end":
        raise objections.invalid([("action", "Invalid field.")])
    rooms.end(world, webinar_id)
    return 204, None


def list_panelists(world: World, number: str) -> tuple[int, Json]:
    webinar = world.webinar(webinar_number(number))
    rows = [shapes.panelist_row(world, webinar, panelist) for panelist in webinar.panelists.values()]
    return 200, {"total_records": len(rows), "panelists": rows}


def add_panelists(world: World, number: str) -> tuple[int, Json]:
    """The answer has no links; they are in the list."""
    webinar_id = webinar_number(number)
    world.webinar(webinar_id)
    guest_list.add_panelists(world, webinar_id, validation.check_panelists(json_body()))
    return 201, {"id": str(webinar_id), "updated_at": world.now().strftime("%Y-%m-%dT%H:%M:%SZ")}


def remove_panelists(world: World, number: str) -> tuple[int, None]:
    world.webinar(webinar_number(number)).panelists.clear()
    world.changed = True
    return 204, None


def remove_panelist(world: World, number: str, panelist: str) -> tuple[int, None]:
    guest_list.remove_panelist(world, webinar_number(number), panelist)
    return 204, None


def get_user(world: World, user: str) -> tuple[int, Json]:
    return 200, shapes.user_answer(world.user(user), world.settings.account_id)


def get_user_settings(world: World, user: str) -> tuple[int, Json]:
    return 200, shapes.user_settings_answer(world.user(user))


def get_user_token(world: World, user: str) -> tuple[int, Json]:
    if request.args.get("type", "token") not in ("token", "zak", "onbehalf"):
        raise objections.invalid([("type", "Invalid field.")])
    return 200, {"token": world.new_zak(world.user(user).id)}


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
    Route("GET", "/webinars/<number>/panelists", Label.MEDIUM, "webinar:read:list_panelists", list_panelists),
    Route("POST", "/webinars/<number>/panelists", Label.MEDIUM, "webinar:write:panelist", add_panelists),
    Route("DELETE", "/webinars/<number>/panelists", Label.LIGHT, "webinar:delete:panelist", remove_panelists),
    Route(
        "DELETE",
        "/webinars/<number>/panelists/<panelist>",
        Label.LIGHT,
        "webinar:delete:panelist",
        remove_panelist,
    ),
    Route("GET", "/users/<user>", Label.NONE, "user:read:user", get_user),
    Route("GET", "/users/<user>/settings", Label.NONE, "user:read:settings", get_user_settings),
    Route("GET", "/users/<user>/token", Label.NONE, "user:read:token", get_user_token),
)
