"""Who may come: registrants, and panelists. Known addresses get the same registrant again, denied ones stay denied,
and only removing lets an address start anew."""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from zoom_bridge.simulator import announcements, objections, recurring
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.records import APPROVED, DENIED, PENDING, Json, Panelist, Registrant, User, Webinar

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

PANELISTS = 100
_KEPT_ANSWERS = (
    "address", "city", "state", "zip", "country", "phone", "comments", "custom_questions", "industry", "job_title",
    "no_of_employees", "org", "purchasing_time_frame", "role_in_purchase_process", "language",
)  # fmt: skip
_EVENTS = {
    "approve": "webinar.registration_approved",
    "deny": "webinar.registration_denied",
    "cancel": "webinar.registration_cancelled",
}


def add(
    world: "World",
    webinar_id: int,
    person: Json,
    at: datetime | None = None,
    *,
    approve: bool = False,
    occurrence_ids: str = "",
    by_api: bool = False,
) -> Registrant:
    webinar = world.webinar(webinar_id)
    chosen = recurring.chosen(webinar, occurrence_ids, at or world.now())
    adding = _Adding(approve=approve, full_code=objections.FULL_ON_ADD, by_api=by_api, chosen=chosen)
    return _add_all(world, webinar, [person], at, adding)[0]


def add_batch(
    world: "World", webinar_id: int, people: list[Json], at: datetime | None = None, *, approve: bool = False
) -> list[Registrant]:
    """All of them or none."""
    webinar = world.webinar(webinar_id)
    if webinar.type != 5:
        raise objections.bad_request("Batch registration is only for webinars of type 5.")
    adding = _Adding(approve=approve, full_code=objections.FULL_ON_BATCH, by_api=True)
    return _add_all(world, webinar, people, at, adding)


def change_status(
    world: "World",
    webinar_id: int,
    action: str,
    entries: Iterable[Json],
    at: datetime | None = None,
    operator: User | None = None,
    occurrence_id: str = "",
) -> None:
    """Entries name a registrant by id, or else by address; unknown ones are passed over in silence. Cancelled and
    denied are the same status, and both can be approved again. occurrence_id: for that date only."""
    webinar = world.webinar(webinar_id)
    if occurrence_id:
        recurring.occurrence(webinar, occurrence_id)
    if not webinar.asks_to_register:
        raise objections.registration_is_off(300)
    wanted = DENIED if action in ("deny", "cancel") else APPROVED
    chosen = [registrant for entry in entries if (registrant := _find(webinar, entry))]
    moving = [registrant for registrant in chosen if registrant.status_at(occurrence_id) != wanted]
    if wanted == APPROVED:
        _must_have_room(world, webinar, len(moving), objections.FULL_ON_STATUS)
    for registrant in moving:
        if wanted == APPROVED and registrant.status == DENIED and world.unconfirmed.new_link_after_approval:
            registrant.tk = _new_tk()
        if occurrence_id:
            registrant.statuses[occurrence_id] = wanted
        else:
            registrant.status = wanted
            registrant.statuses.clear()
        join_url = world.join_url(webinar, registrant) if wanted == APPROVED else None
        thing = announcements.registration(webinar, registrant, join_url, full=False)
        world.announce(_EVENTS[action], webinar, thing, at, operator=operator or world.users[webinar.host_id])


def remove(world: "World", webinar_id: int, registrant_id: str, at: datetime | None = None) -> None:
    """Gone without a trace; the webhook says cancelled, and cannot be told apart from a denial."""
    webinar = world.webinar(webinar_id)
    registrant = webinar.registrants.get(registrant_id)
    if registrant is None:
        raise objections.no_such_registrant(3000)
    webinar.remove_registrant(registrant)
    thing = announcements.registration(webinar, registrant, None, full=False)
    world.announce("webinar.registration_cancelled", webinar, thing, at, operator=world.users[webinar.host_id])


def add_panelists(world: "World", webinar_id: int, people: Iterable[Json]) -> None:
    webinar = world.webinar(webinar_id)
    known = {panelist.email.lower(): panelist for panelist in webinar.panelists.values()}
    people = list(people)
    if len({*known, *(person["email"].lower() for person in people)}) > PANELISTS:
        raise objections.too_many_panelists(PANELISTS)
    for person in people:
        if found := known.get(person["email"].lower()):
            found.name = person["name"]
            continue
        panelist = Panelist(id=world.new_id(), name=person["name"], email=person["email"], tk=_new_tk())
        webinar.panelists[panelist.id] = known[panelist.email.lower()] = panelist
    world.changed = True


def remove_panelist(world: "World", webinar_id: int, key: str) -> None:
    """By id or by address."""
    panelists = world.webinar(webinar_id).panelists
    found = next((p for p in panelists.values() if key in (p.id, p.email)), None)
    if found is None:
        raise objections.Objection(400, 300, f"Panelist does not exist: {key}.")
    del panelists[found.id]
    world.changed = True


@dataclass(frozen=True, kw_only=True)
class _Adding:
    """chosen: of a recurring webinar, the dates; empty: all."""

    approve: bool
    full_code: int
    by_api: bool
    chosen: Sequence[str] = ()


def _add_all(
    world: "World", webinar: Webinar, people: list[Json], at: datetime | None, adding: _Adding
) -> list[Registrant]:
    """1. Everybody is checked. 2. There must be room for all who are new. 3. Only then is anybody written down."""
    now = at or world.now()
    host = world.users[webinar.host_id]
    if not host.licensed:
        raise objections.no_licence()
    if not webinar.asks_to_register:
        raise objections.registration_is_off()
    if webinar.over(now):
        raise objections.webinar_is_over()
    adding = replace(adding, approve=adding.approve or webinar.settings["approval_type"] == 0)
    for person in people:
        _must_be_welcome(world, webinar, host, person["email"])
    if adding.approve:
        wanted = {person["email"].strip().lower() for person in people}
        known = filter(None, map(webinar.registrant_by_email, wanted))
        newcomers = len(wanted) - sum(registrant.status == APPROVED for registrant in known)
        _must_have_room(world, webinar, newcomers, adding.full_code)
    return [_add_one(world, webinar, person, now, adding) for person in people]


def _must_be_welcome(world: "World", webinar: Webinar, host: User, email: str) -> None:
    wanted = email.strip().lower()
    hosts = webinar.settings["alternative_hosts"].replace(";", ",").lower().split(",")
    if wanted == host.email.lower() or wanted in [other.strip() for other in hosts]:
        raise objections.hosts_cannot_register()
    if any(panelist.email.lower() == wanted for panelist in webinar.panelists.values()):
        raise objections.panelists_cannot_register()
    known = webinar.registrant_by_email(email)
    if known and known.status == DENIED and world.unconfirmed.denied_again == "error":
        raise objections.was_denied()


def _must_have_room(world: "World", webinar: Webinar, newcomers: int, code: int) -> None:
    limits = [webinar.settings["registrants_restrict_number"]]
    if world.unconfirmed.capacity_at_registration:
        limits.append(world.users[webinar.host_id].capacity)
    seats = min(filter(None, limits), default=0)
    over = seats and len(webinar.with_status(APPROVED)) + newcomers > seats
    if newcomers and (over or world.faults.meets(Kind.FULL)):
        raise objections.full(code)


def _add_one(world: "World", webinar: Webinar, person: Json, now: datetime, adding: _Adding) -> Registrant:
    known = webinar.registrant_by_email(person["email"])
    if known:
        return _add_again(world, webinar, known, person, now, adding)
    registrant = Registrant(
        id=world.new_id(),
        email=person["email"].strip(),
        first_name=person["first_name"],
        last_name=person.get("last_name") or "",
        status=APPROVED if adding.approve else PENDING,
        created_at=now,
        tk=_new_tk(),
        answers={name: person[name] for name in _KEPT_ANSWERS if name in person},
        occurrence_ids=list(adding.chosen),
    )
    webinar.add_registrant(registrant)
    world.changed = True
    if world.unconfirmed.api_adds_are_told or not adding.by_api:
        nothing = "" if world.unconfirmed.pending_join_url == "empty" else None
        join_url = world.join_url(webinar, registrant) if adding.approve else nothing
        thing = announcements.registration(webinar, registrant, join_url, full=True)
        world.announce("webinar.registration_created", webinar, thing, now)
    return registrant


def _add_again(
    world: "World", webinar: Webinar, known: Registrant, person: Json, now: datetime, adding: _Adding
) -> Registrant:
    """The same registrant, with the same link."""
    world.changed = True
    if world.unconfirmed.names_overwrite:
        known.first_name, known.last_name = person["first_name"], person.get("last_name") or ""
    if known.occurrence_ids and adding.chosen:
        known.occurrence_ids += [date for date in adding.chosen if date not in known.occurrence_ids]
    if known.status == DENIED and world.unconfirmed.denied_again == "pending":
        known.status = PENDING
    elif adding.approve and known.status == PENDING:
        change_status(world, webinar.id, "approve", [{"id": known.id}], now)
    return known


def _find(webinar: Webinar, entry: Json) -> Registrant | None:
    if entry.get("id"):
        return webinar.registrants.get(str(entry["id"]))
    return webinar.registrant_by_email(str(entry.get("email") or ""))


def _new_tk() -> str:
    return f"{secrets.token_urlsafe(24)}.DQ{secrets.token_urlsafe(12)}"
