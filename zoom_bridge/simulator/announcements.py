"""What Zoom tells about each change: the payloads of its webhooks, field by field as its type declarations have them.
`object.id` is text in what happens inside a sitting and a number everywhere else."""

from datetime import datetime
from typing import Any

from zoom_bridge.simulator.records import Json, Occurrence, Registrant, Sitting, Stay, Webinar


def instant(at: datetime | None) -> str:
    """Zoom's way to write a time: UTC, whole seconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def envelope(event: str, at: datetime, account_id: str, thing: Json, operator: tuple[str, str] | None) -> Json:
    payload: Json = {"account_id": account_id}
    if operator:
        payload["operator"], payload["operator_id"] = operator
    payload["object"] = thing
    return {"event": event, "event_ts": milliseconds(at), "payload": payload}


def created(webinar: Webinar, join_url: str) -> Json:
    recurring: Json = {}
    if webinar.occurrences:
        recurring = {"occurrences": occurrences(webinar), "recurrence": webinar.extras["recurrence"]}
    return (
        _scheduled(webinar)
        | recurring
        | {
            "join_url": join_url,
            "password": webinar.password,
            "creation_source": webinar.creation_source,
            "settings": {"use_pmi": False, "alternative_hosts": webinar.settings["alternative_hosts"]},
        }
    )


def deleted(webinar: Webinar, occurrence: Occurrence | None = None) -> Json:
    """The whole webinar, or one date of it."""
    thing = _scheduled(webinar)
    if occurrence:
        thing["occurrences"] = [{"occurrence_id": occurrence.id, "start_time": instant(occurrence.start_time)}]
    return thing


def converted(webinar: Webinar) -> Json:
    """Now it is a meeting: 2 scheduled, 3 recurring without fixed time, 8 with."""
    return _scheduled(webinar) | {"type": {5: 2, 6: 3, 9: 8}[webinar.type]}


def occurrences(webinar: Webinar) -> list[Json]:
    return [
        {
            "occurrence_id": occurrence.id,
            "start_time": instant(occurrence.start_time),
            "duration": occurrence.duration,
            "status": "deleted" if occurrence.deleted else "available",
        }
        for occurrence in webinar.occurrences
    ]


# Of the settings, webinar.updated knows only these.
_SETTINGS_TOLD = (
    "host_video", "panelists_video", "practice_session", "approval_type", "registration_type", "audio",
    "auto_recording", "enforce_login", "meeting_authentication", "authentication_option", "authentication_name",
    "authentication_domains", "language_interpretation", "sign_language_interpretation",
    "allow_host_control_participant_mute_state", "email_in_attendee_report",
)  # fmt: skip


def updated(webinar: Webinar, now: Json, before: Json, registration_url: str) -> tuple[Json, Json]:
    """The object and the old object: ids, and of the rest only what changed and the webhook knows."""
    now, before = _told(now), _told(before)
    new: Json = {"uuid": webinar.uuid, "id": webinar.id, "host_id": webinar.host_id} | now
    if registration_url:
        new["registration_url"] = registration_url
    return new, {"id": webinar.id} | before


def started(webinar: Webinar, sitting: Sitting) -> Json:
    return _sitting(webinar, sitting)


def ended(webinar: Webinar, sitting: Sitting) -> Json:
    thing = _sitting(webinar, sitting) | {"end_time": instant(sitting.ended_at)}
    if sitting.practice:
        thing["practice_session"] = True
    return thing


def participant_joined(webinar: Webinar, sitting: Sitting, stay: Stay) -> Json:
    participant = _participant(stay) | {"join_time": instant(stay.joined_at)}
    return _sitting(webinar, sitting) | {"participant": participant}


def participant_left(webinar: Webinar, sitting: Sitting, stay: Stay, reason: str) -> Json:
    words = f"{stay.name} left the meeting. Reason : {reason}"
    participant = _participant(stay) | {"leave_time": instant(stay.left_at), "leave_reason": words}
    return _sitting(webinar, sitting) | {"participant": participant}


def participant_bound(webinar: Webinar, sitting: Sitting, stay: Stay, bound: Stay) -> Json:
    """One of both is a telephone call, the other is whose it is."""
    call = stay if stay.device == "phone" else bound
    participant = {
        "user_id": stay.user_id,
        "bind_user_id": bound.user_id,
        "user_name": stay.name,
        "id": stay.zoom_user_id,
        "participant_uuid": stay.participant_uuid,
        "bind_participant_uuid": bound.participant_uuid,
        "registrant_id": stay.registrant_id,
        "phone_number": hidden_number(call),
        "join_time": instant(stay.joined_at),
    }
    return _sitting(webinar, sitting) | {"participant": participant}


def registration(webinar: Webinar, registrant: Registrant, join_url: str | None, full: bool) -> Json:
    """full: with status and all the answers, as registration_created has them."""
    person: Json = {
        "id": registrant.id,
        "first_name": registrant.first_name,
        "last_name": registrant.last_name,
        "email": registrant.email,
    }
    if full:
        person |= registrant.answers | {"status": registrant.status}
    if join_url is not None:
        person["join_url"] = join_url
    thing = _scheduled(webinar)
    if webinar.occurrences:
        chosen = [date for date in webinar.dates if registrant.comes_to(date.id)]
        thing["occurrences"] = [
            {"occurrence_id": date.id, "start_time": instant(date.start_time)} for date in chosen
        ]
    return thing | {"registrant": person}


def _told(changes: Json) -> Json:
    known = {name: value for name, value in changes.get("settings", {}).items() if name in _SETTINGS_TOLD}
    others = {name: value for name, value in changes.items() if name != "settings"}
    return others | ({"settings": known} if known else {})


def _scheduled(webinar: Webinar) -> Json:
    return {
        "uuid": webinar.uuid,
        "id": webinar.id,
        "host_id": webinar.host_id,
        "topic": webinar.topic,
        "type": webinar.type,
        "start_time": instant(webinar.start_time),
        "duration": webinar.duration,
        "timezone": webinar.timezone,
    }


def _sitting(webinar: Webinar, sitting: Sitting) -> Json:
    actual: dict[str, Any] = {
        "id": str(webinar.id),
        "uuid": sitting.uuid,
        "start_time": instant(sitting.started_at),
    }
    return _scheduled(webinar) | actual


def _participant(stay: Stay) -> Json:
    person: Json = {
        "user_id": stay.user_id,
        "user_name": stay.name,
        "id": stay.zoom_user_id,
        "participant_user_id": stay.zoom_user_id,
        "participant_uuid": stay.participant_uuid,
        "email": stay.email,
        "registrant_id": stay.registrant_id,
    }
    if stay.customer_key:
        person["customer_key"] = stay.customer_key
    if stay.device == "phone":
        person["phone_number"] = hidden_number(stay)
    return person


def hidden_number(stay: Stay) -> str:
    """Whoever dials in is known by a number, of which Zoom shows the beginning and the end."""
    return f"+4930****{int(stay.user_id) // 1024 % 100:02}"
