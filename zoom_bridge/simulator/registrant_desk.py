"""The API's calls about registrants, and about what Zoom's own form asks them."""

from flask import request

from zoom_bridge.simulator import form_rules, guest_list, objections, recurring, shapes, validation
from zoom_bridge.simulator.desks import Route, json_body, page_of, webinar_number
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import APPROVED, DENIED, PENDING, Json, Registrant, Webinar
from zoom_bridge.simulator.world import World


def add_registrant(world: World, number: str) -> tuple[int, Json]:
    """A known address gets the same registrant again; it counts against its three a day all the same."""
    webinar = world.webinar(webinar_number(number))
    person = json_body()
    validation.check_person(person)
    form_rules.check_required(webinar.questions, person)
    world.quotas.spend_registrations(webinar.id, [person["email"]])
    approve = world.unconfirmed.auto_approve_alone and person.get("auto_approve") is True
    registrant = guest_list.add(
        world,
        webinar.id,
        person,
        approve=approve,
        occurrence_ids=request.args.get("occurrence_ids", ""),
        by_api=True,
    )
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
    date = _occurrence(webinar)
    stale = world.faults.meets(Kind.STALE_LISTS)
    registrants = [
        registrant
        for registrant in webinar.registrants.values()
        if registrant.status_at(date) == status
        and (not date or registrant.comes_to(date))
        and (not stale or (world.now() - registrant.created_at).total_seconds() >= stale.seconds)
    ]

    def row(registrant: Registrant) -> Json:
        return shapes.registrant_row(world, webinar, registrant)

    return page_of(world, "registrants", registrants, row, of=f"registrants {webinar.id} {status} {date}")


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
    guest_list.change_status(world, webinar.id, body["action"], entries, occurrence_id=_occurrence(webinar))
    return 204, None


def get_questions(world: World, number: str) -> tuple[int, Json]:
    return 200, form_rules.NO_QUESTIONS | world.webinar(webinar_number(number)).questions


def change_questions(world: World, number: str) -> tuple[int, None]:
    webinar = world.webinar(webinar_number(number))
    if not webinar.asks_to_register:
        raise objections.registration_is_off()
    webinar.questions = webinar.questions | form_rules.check_questions(json_body())
    world.changed = True
    return 204, None


def _occurrence(webinar: Webinar) -> str:
    """The date that was asked for; empty: the webinar as a whole."""
    wanted = request.args.get("occurrence_id", "")
    return recurring.occurrence(webinar, wanted).id if wanted else ""


_ALL = "/webinars/<number>/registrants"
ROUTES = (
    Route("POST", _ALL, Label.LIGHT, "webinar:write:registrant", add_registrant),
    Route("GET", _ALL, Label.MEDIUM, "webinar:read:list_registrants", list_registrants),
    Route(
        "POST", "/webinars/<number>/batch_registrants", Label.HEAVY, "webinar:write:batch_registrants", add_batch
    ),
    Route("GET", f"{_ALL}/questions", Label.LIGHT, "webinar:read:list_registration_questions", get_questions),
    Route("PATCH", f"{_ALL}/questions", Label.LIGHT, "webinar:update:registration_question", change_questions),
    Route("PUT", f"{_ALL}/status", Label.MEDIUM, "webinar:update:registrant_status", change_status),
    Route("GET", f"{_ALL}/<registrant>", Label.LIGHT, "webinar:read:registrant", get_registrant),
    Route("DELETE", f"{_ALL}/<registrant>", Label.LIGHT, "webinar:delete:registrant", delete_registrant),
)
