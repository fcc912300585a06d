"""The API's calls about registrants."""

from flask import request

from zoom_bridge.simulator import guest_list, objections, shapes, validation
from zoom_bridge.simulator.desks import Route, json_body, page_of, webinar_number
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import APPROVED, DENIED, PENDING, Json, Registrant
from zoom_bridge.simulator.world import World


def add_registrant(world: World, number: str) -> tuple[int, Json]:
    """A known address gets the same registrant again; it counts against its three a day all the same."""
    webinar = world.webinar(webinar_number(number))
    person = json_body()
    validation.check_person(person)
    world.quotas.spend_registrations(webinar.id, [person["email"]])
    registrant = guest_list.add(world, webinar.id, person)
    return 201, shapes.added_registrant_answer(world, webinar, registrant)


def add_batch(world: World, number: str) -> tuple[int, Json]:
    webinar = world.webinar(webinar_number(number))
    body = json_body()
    people = validation.check_batch(body)
    world.quotas.spend_registrations(webinar.id, [person["email"] for person in people])
    registrants = guest_list.add_batch(world, webinar.id, people, approve=body.get("auto_approve") is True)
    return 201, {"registrants": [shapes.batch_row(world, webinar, registrant) for registrant in registrants]}


def list_registrants(world: World, number: str) -> tuple[int, Json]:
    """Approved ones, unless another status is asked for."""
    webinar = world.webinar(webinar_number(number))
    status = request.args.get("status", APPROVED)
    if status not in (APPROVED, PENDING, DENIED):
        raise objections.invalid([("status", "Invalid field.")])
    stale = world.faults.meets(Kind.STALE_LISTS)
    registrants = [
        registrant
        for registrant in webinar.with_status(status)
        if not stale or (world.now() - registrant.created_at).total_seconds() >= stale.seconds
    ]

    def row(registrant: Registrant) -> Json:
        return shapes.registrant_row(world, webinar, registrant)

    return page_of(world, "registrants", registrants, row, of=f"registrants {webinar.id} {status}")


def get_registrant(world: World, number: str, registrant: str) -> tuple[int, Json]:
    webinar = world.webinar(webinar_number(number))
    found = webinar.registrants.get(registrant)
    if found is None:
        raise objections.no_such_registrant()
    return 200, shapes.registrant_row(world, webinar, found)


def delete_registrant(world: World, number: str, registrant: str) -> tuple[int, None]:
    guest_list.remove(world, webinar_number(number), registrant)
    return 204, None


def change_status(world: World, number: str) -> tuple[int, None]:
    webinar = world.webinar(webinar_number(number))
    body = json_body()
    entries = validation.check_status_change(body)
    ids = [str(entry.get("id") or entry.get("email")) for entry in entries]
    world.quotas.spend_status_changes(webinar.id, ids)
    guest_list.change_status(world, webinar.id, body["action"], entries)
    return 204, None


_ALL = "/webinars/<number>/registrants"
ROUTES = (
    Route("POST", _ALL, Label.LIGHT, "webinar:write:registrant", add_registrant),
    Route("GET", _ALL, Label.MEDIUM, "webinar:read:list_registrants", list_registrants),
    Route(
        "POST", "/webinars/<number>/batch_registrants", Label.HEAVY, "webinar:write:batch_registrants", add_batch
    ),
    Route("PUT", f"{_ALL}/status", Label.MEDIUM, "webinar:update:registrant_status", change_status),
    Route("GET", f"{_ALL}/<registrant>", Label.LIGHT, "webinar:read:registrant", get_registrant),
    Route("DELETE", f"{_ALL}/<registrant>", Label.LIGHT, "webinar:delete:registrant", delete_registrant),
)
