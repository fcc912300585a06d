"""What Zoom's answers look like: records as the JSON of its API. Ids of webinars are numbers here."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING

from zoom_bridge.simulator.announcements import instant, occurrences
from zoom_bridge.simulator.records import APPROVED, Json, Panelist, Poll, Registrant, Stay, User, Webinar

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

AGENDA_IN_LISTS = 250
# Numbers that nobody has: Germany's and Britain's are set aside for films, the others cannot be given to anybody.
_DIAL_IN = [
    {"country": country, "country_name": name, "city": city, "number": number, "type": kind}
    for country, name, city, number, kind in (
        ("DE", "Germany", "Berlin", "+49 30 23125 100", "toll"),
        ("DE", "Germany", "Frankfurt", "+49 69 90009 100", "toll"),
        ("AT", "Austria", "Vienna", "+43 1 000 0100", "toll"),
        ("CH", "Switzerland", "Zurich", "+41 44 000 01 00", "toll"),
        ("GB", "United Kingdom", "London", "+44 20 7946 0100", "toll"),
        ("GB", "United Kingdom", "", "+44 808 157 0100", "tollfree"),
    )
]


def webinar_answer(world: "World", webinar: Webinar) -> Json:
    answer = webinar_row(world, webinar) | {
        "agenda": webinar.agenda,
        "host_email": world.users[webinar.host_id].email,
        "start_url": world.start_url(webinar),
        "password": webinar.password,
        "encrypted_passcode": webinar.password[::-1],
        "h323_passcode": webinar.password,
        "creation_source": webinar.creation_source,
        "settings": deepcopy(webinar.settings) | {"global_dial_in_numbers": _dial_in(webinar)},
        **webinar.extras,
    }
    if webinar.occurrences:
        answer["occurrences"] = occurrences(webinar)
    if webinar.asks_to_register and world.unconfirmed.registration_url_told:
        answer["registration_url"] = world.registration_url(webinar)
    return answer


def created_webinar_answer(world: "World", webinar: Webinar) -> Json:
    """Right after creating, the confirmation mail stands beside the settings, not among them."""
    answer = webinar_answer(world, webinar)
    answer["registrants_confirmation_email"] = answer["settings"].pop("registrants_confirmation_email")
    return answer


def _dial_in(webinar: Webinar) -> list[Json]:
    """None at all while the telephone is switched off."""
    if webinar.settings["audio"] == "voip":
        return []
    countries = webinar.settings["global_dial_in_countries"]
    return [dict(number) for number in _DIAL_IN if number["country"] in countries]


def webinar_row(world: "World", webinar: Webinar) -> Json:
    """As lists show it: agenda cut, no settings, no start_url."""
    return {
        "uuid": webinar.uuid,
        "id": webinar.id,
        "host_id": webinar.host_id,
        "topic": webinar.topic,
        "agenda": webinar.agenda[:AGENDA_IN_LISTS],
        "type": webinar.type,
        "start_time": instant(webinar.start_time),
        "duration": webinar.duration,
        "timezone": webinar.timezone,
        "created_at": instant(webinar.created_at),
        "join_url": world.generic_join_url(webinar),
        "is_simulive": False,
    }


def registrant_row(world: "World", webinar: Webinar, registrant: Registrant) -> Json:
    """Without a join_url until approved."""
    row = {
        "id": registrant.id,
        "email": registrant.email,
        "first_name": registrant.first_name,
        "last_name": registrant.last_name,
        **registrant.answers,
        "status": registrant.status,
        "create_time": instant(registrant.created_at),
    }
    return row | _link(world, webinar, registrant)


def added_registrant_answer(world: "World", webinar: Webinar, registrant: Registrant) -> Json:
    answer = {
        "id": webinar.id,
        "registrant_id": registrant.id,
        "topic": webinar.topic,
        "start_time": instant(webinar.start_time),
    }
    if webinar.occurrences:
        answer["occurrences"] = [row for row in occurrences(webinar) if registrant.comes_to(row["occurrence_id"])]
    return answer | _link(world, webinar, registrant)


def batch_row(world: "World", webinar: Webinar, registrant: Registrant) -> Json:
    return {"registrant_id": registrant.id, "email": registrant.email} | _link(world, webinar, registrant)


def panelist_row(world: "World", webinar: Webinar, panelist: Panelist) -> Json:
    return {
        "id": panelist.id,
        "name": panelist.name,
        "email": panelist.email,
        "join_url": world.panelist_url(webinar, panelist.tk),
    }


def participant_row(stay: Stay, settled: bool) -> Json:
    """One row for each stay; a rejoin is another one. Not settled: Zoom has not counted the seconds yet."""
    left_at = stay.left_at or stay.joined_at
    return {
        "id": stay.zoom_user_id,
        "user_id": stay.user_id,
        "name": stay.name,
        "user_email": stay.email,
        "join_time": instant(stay.joined_at),
        "leave_time": instant(left_at),
        "duration": int((left_at - stay.joined_at).total_seconds()) if settled else 0,
        "failover": False,
        "status": "in_meeting",
    }


def user_row(user: User) -> Json:
    name = user.email.split("@")[0]
    return {
        "id": user.id,
        "email": user.email,
        "first_name": name,
        "last_name": "",
        "display_name": name,
        "type": 2 if user.licensed else 1,
        "status": "active",
        "timezone": "Europe/Berlin",
        "verified": 1,
    }


def user_answer(user: User, account_id: str) -> Json:
    return user_row(user) | {"language": "de-DE", "account_id": account_id}


def poll_answer(poll: Poll) -> Json:
    return {"id": poll.id, "status": poll.status} | deepcopy(poll.asks)


def user_settings_answer(user: User, changed: Mapping[str, object]) -> Json:
    """The settings that clients ask for; `changed`: those that are otherwise than usual, "section.name" → value."""
    feature: Json = {"meeting_capacity": 100, "webinar": user.licensed, "zoom_events": False}
    if user.licensed:
        feature["webinar_capacity"] = user.capacity
    return {
        "feature": feature,
        "in_meeting": {
            "show_a_join_from_your_browser_link": changed.get(
                "in_meeting.show_a_join_from_your_browser_link", True
            ),
            "webinar_polling": {"enable": changed.get("in_meeting.webinar_polling", True)},
        },
        "recording": {
            "cloud_recording": changed.get("recording.cloud_recording", True),
            "local_recording": changed.get("recording.local_recording", True),
            "auto_recording": "none",
        },
        "schedule_meeting": {"audio_type": changed.get("schedule_meeting.audio_type", "both")},
    }


def user_security_answer(changed: Mapping[str, object]) -> Json:
    name = "only_authenticated_can_join_from_webclient"
    return {"meeting_security": {name: changed.get(f"meeting_security.{name}", False)}}


def user_authentication_answer(changed: Mapping[str, object]) -> Json:
    return {"meeting_authentication": changed.get("meeting_authentication", False), "authentication_options": []}


def page_answer(name: str, rows: Sequence[Json], total: int, size: int, next_token: str) -> Json:
    return {
        "page_count": max(1, -(-total // size)),
        "page_size": size,
        "total_records": total,
        "next_page_token": next_token,
        name: list(rows),
    }


def _link(world: "World", webinar: Webinar, registrant: Registrant) -> Json:
    return {"join_url": world.join_url(webinar, registrant)} if registrant.status == APPROVED else {}
