"""The API's calls about the panelists of a webinar."""

from zoom_bridge.simulator import guest_list, shapes, validation
from zoom_bridge.simulator.desks import Route, json_body, webinar_number
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import Json
from zoom_bridge.simulator.world import World


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


_ALL = "/webinars/<number>/panelists"
ROUTES = (
    Route("GET", _ALL, Label.MEDIUM, "webinar:read:list_panelists", list_panelists),
    Route("POST", _ALL, Label.MEDIUM, "webinar:write:panelist", add_panelists),
    Route("DELETE", _ALL, Label.LIGHT, "webinar:delete:panelist", remove_panelists),
    Route("DELETE", f"{_ALL}/<panelist>", Label.LIGHT, "webinar:delete:panelist", remove_panelist),
)
