"""What happens while a webinar runs: it starts, people join and leave, it ends. Every step can be told as of a past
time, to stage a webinar that is already over."""

import secrets
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from zoom_bridge.simulator import announcements, audience, cloud, objections
from zoom_bridge.simulator.records import APPROVED, Sitting, Stay, Webinar

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

_FIRST_USER_ID, _NEXT_USER_ID = 16_778_240, 1024


def start(world: "World", webinar_id: int, at: datetime | None = None, *, practice: bool = False) -> Sitting:
    """The host comes in with it. Starting a practice session for real ends the practice, a sitting of its own;
    starting what runs already changes nothing."""
    webinar = world.webinar(webinar_id)
    sitting = webinar.running
    if sitting and (practice or not sitting.practice):
        return sitting
    if sitting:
        end(world, webinar_id, at)
    sitting = Sitting(uuid=world.new_uuid(), practice=practice, started_at=at or world.now())
    webinar.sittings.append(sitting)
    webinar.uuid = sitting.uuid
    world.announce("webinar.started", webinar, announcements.started(webinar, sitting), at)
    host = world.users[webinar.host_id]
    stay = _stay(sitting, host.email.split("@")[0], host.email, "", host.id, "computer", sitting.started_at)
    _come_in(world, webinar, sitting, stay)
    return sitting


def join(
    world: "World",
    webinar_id: int,
    who: str | None,
    at: datetime | None = None,
    *,
    device: str = "computer",
    name: str = "",
    email: str = "",
    customer_key: str = "",
) -> Stay:
    """who: a registrant's or panelist's id or tk; None for a guest. Coming again on the same device ends the stay
    before; another device is a second stay at the same time.

    name          what the others in the room read; of whom Zoom knows, another than their own
    customer_key  what a page with Zoom's SDK says about them"""
    webinar = world.webinar(webinar_id)
    sitting = webinar.running
    if sitting is None or (sitting.practice and not _panelist(webinar, who)):
        raise objections.not_running()
    if len(sitting.present) > world.users[webinar.host_id].capacity:
        raise objections.full(objections.FULL_ON_ADD)
    now = at or world.now()
    stay = _recognised(world, webinar, sitting, who, device, now) if who else None
    if who and stay is None:
        raise objections.no_such_registrant()
    if stay is None:
        stay = _stay(sitting, "Guest", email, "", "", device, now)
        if device == "phone":
            stay.name = announcements.hidden_number(stay)
    stay.name, stay.customer_key = name or stay.name, customer_key
    for other in sitting.present:
        if stay.email and (other.email, other.device) == (stay.email, stay.device):
            _go_out(world, webinar, sitting, other, now, "left the meeting")
    _come_in(world, webinar, sitting, stay)
    return stay


def leave(world: "World", webinar_id: int, participant: Stay | str, at: datetime | None = None) -> None:
    """participant: what `join` returned, or its user_id. Who has left already stays away."""
    webinar = world.webinar(webinar_id)
    sitting = webinar.running
    if sitting is None:
        return
    user_id = participant if isinstance(participant, str) else participant.user_id
    for stay in sitting.present:
        if stay.user_id == user_id:
            _go_out(world, webinar, sitting, stay, at or world.now(), "left the meeting")


def bind(world: "World", webinar_id: int, call: Stay | str, whose: Stay | str, at: datetime | None = None) -> None:
    """The telephone call is that person's, who says so by a number keyed in. Both stay what they are in the report."""
    webinar = world.webinar(webinar_id)
    sitting = webinar.running
    if sitting is None:
        raise objections.not_running()
    phone, person = (_present(sitting, one) for one in (call, whose))
    if phone.device != "phone" or person.device == "phone":
        raise objections.bad_request("Only a telephone call can be bound, and only to somebody in the room.")
    if world.unconfirmed.bind_user_id_is == "call":
        thing = announcements.participant_bound(webinar, sitting, person, phone)
    else:
        thing = announcements.participant_bound(webinar, sitting, phone, person)
    world.announce("webinar.participant_bind", webinar, thing, at)


def _present(sitting: Sitting, who: Stay | str) -> Stay:
    user_id = who if isinstance(who, str) else who.user_id
    for stay in sitting.present:
        if stay.user_id == user_id:
            return stay
    raise objections.no_such_registrant()


def end(world: "World", webinar_id: int, at: datetime | None = None) -> None:
    """Everybody goes out, then the sitting ends. From then on the webinar has another uuid."""
    webinar = world.webinar(webinar_id)
    sitting = webinar.running
    if sitting is None:
        return
    now = at or world.now()
    present = sitting.present
    sitting.ended_at = now
    audience.end_polls(webinar)
    if world.unconfirmed.ended_before_left:
        world.announce("webinar.ended", webinar, announcements.ended(webinar, sitting), now)
    for stay in present:
        _go_out(world, webinar, sitting, stay, now, "Host ended the meeting.")
    if not world.unconfirmed.ended_before_left:
        world.announce("webinar.ended", webinar, announcements.ended(webinar, sitting), now)
    cloud.record(world, webinar, sitting, now)
    webinar.uuid = world.new_uuid()


def _panelist(webinar: Webinar, who: str | None) -> bool:
    return any(who in (panelist.id, panelist.tk) for panelist in webinar.panelists.values())


def _recognised(
    world: "World", webinar: Webinar, sitting: Sitting, who: str, device: str, now: datetime
) -> Stay | None:
    for registrant in webinar.registrants.values():
        let_in = registrant.status == APPROVED or not world.unconfirmed.link_ends_with_denial
        if let_in and who in (registrant.id, registrant.tk):
            return _stay(sitting, registrant.name, registrant.email, registrant.id, "", device, now)
    for panelist in webinar.panelists.values():
        if who in (panelist.id, panelist.tk):
            return _stay(sitting, panelist.name, panelist.email, "", "", device, now)
    return None


def _stay(
    sitting: Sitting, name: str, email: str, registrant_id: str, zoom_user_id: str, device: str, now: datetime
) -> Stay:
    return Stay(
        user_id=str(_FIRST_USER_ID + _NEXT_USER_ID * len(sitting.stays)),
        participant_uuid=str(uuid.UUID(bytes=secrets.token_bytes(16), version=4)).upper(),
        name=name,
        email=email,
        registrant_id=registrant_id,
        zoom_user_id=zoom_user_id,
        device=device,
        joined_at=now,
    )


def _come_in(world: "World", webinar: Webinar, sitting: Sitting, stay: Stay) -> None:
    sitting.stays.append(stay)
    thing = announcements.participant_joined(webinar, sitting, stay)
    world.announce("webinar.participant_joined", webinar, thing, stay.joined_at)


def _go_out(world: "World", webinar: Webinar, sitting: Sitting, stay: Stay, now: datetime, reason: str) -> None:
    stay.left_at = now
    thing = announcements.participant_left(webinar, sitting, stay, reason)
    world.announce("webinar.participant_left", webinar, thing, now)
