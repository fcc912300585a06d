"""Webinars as they are planned: created, changed, deleted. What happens while one runs is in `rooms.py`."""

import secrets
from copy import deepcopy
from datetime import datetime
from typing import TYPE_CHECKING, Any

from zoom_bridge.simulator import announcements, objections, recurring, validation
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.records import Json, User, Webinar

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World

_NO_TIMED_MAIL = {"enable": False, "type": 0}
DEFAULTS: Json = {
    "host_video": False,
    "panelists_video": False,
    "practice_session": False,
    "hd_video": False,
    "hd_video_for_attendees": False,
    "send_1080p_video_to_attendees": False,
    "approval_type": 2,
    "registration_type": 1,
    "audio": "both",
    "auto_recording": "none",
    "alternative_hosts": "",
    "close_registration": False,
    "show_share_button": True,
    "allow_multiple_devices": False,
    "on_demand": False,
    "contact_name": "",
    "contact_email": "",
    "email_language": "en-US",
    "registrants_restrict_number": 0,
    "registrants_confirmation_email": True,
    "registrants_email_notification": True,
    "attendees_and_panelists_reminder_email_notification": {"enable": True, "type": 1},
    "follow_up_attendees_email_notification": _NO_TIMED_MAIL,
    "follow_up_absentees_email_notification": _NO_TIMED_MAIL,
    "panelists_invitation_email_notification": True,
    "post_webinar_survey": False,
    "question_and_answer": {"enable": True, "allow_anonymous_questions": True, "answer_questions": "all"},
    "meeting_authentication": False,
    "panelist_authentication": False,
    "email_in_attendee_report": False,
    "global_dial_in_countries": ["DE", "AT", "CH", "GB"],
}
# Taken from PATCH only; the create request does not know it.
_ONLY_BY_CHANGE = ("registrants_confirmation_email", "notify_registrants")
_PLAIN_FIELDS = ("topic", "agenda", "duration", "timezone", "password", "type")
_EXTRAS = ("recurrence", "tracking_fields", "template_id")


def create(world: "World", user: str, body: Json, at: datetime | None = None, source: str = "open_api") -> Webinar:
    host = world.user(user)
    if body.get("schedule_for"):
        host = _scheduled_for(world, str(body["schedule_for"]))
    _must_be_licensed(world, host)
    validation.check_webinar(body, new=True)
    wished = {name: value for name, value in (body.get("settings") or {}).items() if name not in _ONLY_BY_CHANGE}
    _check_alternative_hosts(world, wished)
    now = at or world.now()
    timezone = body.get("timezone") or "Europe/Berlin"
    start = body.get("start_time")
    webinar = Webinar(
        id=world.new_webinar_id(),
        uuid=world.new_uuid(),
        page="WN_" + secrets.token_urlsafe(16),
        host_id=host.id,
        type=body.get("type", 5),
        topic=body.get("topic") or "My Webinar",
        agenda=body.get("agenda", ""),
        start_time=validation.parse_start(start, timezone) if start else now.replace(microsecond=0),
        duration=body.get("duration", 60),
        timezone=timezone,
        password=_password(body),
        created_at=now,
        creation_source=source,
        settings=_merged(DEFAULTS, wished),
        extras={name: body[name] for name in _EXTRAS if name in body},
    )
    webinar.link_password = webinar.password
    _lay_out(webinar)
    world.webinars[webinar.id] = webinar
    thing = announcements.created(webinar, world.generic_join_url(webinar))
    world.announce("webinar.created", webinar, thing, now, operator=host)
    return webinar


def update(world: "World", webinar_id: int, body: Json, at: datetime | None = None) -> None:
    """Settings are merged field by field. For recurring webinars without fixed time a change of the approval type is
    answered with 204 and ignored, as by the real one."""
    webinar = world.webinar(webinar_id)
    host = world.users[webinar.host_id]
    _must_be_licensed(world, host)
    validation.check_webinar(body)
    wished = dict(body.get("settings") or {})
    _check_alternative_hosts(world, wished)
    if webinar.type == 6:
        wished.pop("approval_type", None)
    wished.pop("notify_registrants", None)
    before, settings_before = _plain(webinar), deepcopy(webinar.settings)

    for name in _PLAIN_FIELDS:
        if name in body:
            setattr(webinar, name, body[name])
    if body.get("start_time"):
        webinar.start_time = validation.parse_start(body["start_time"], webinar.timezone)
    webinar.extras |= {name: body[name] for name in _EXTRAS if name in body}
    webinar.settings = _merged(webinar.settings, wished)
    if "password" in body and world.unconfirmed.passcode_changes_links:
        webinar.link_password = webinar.password
    if {"start_time", "timezone", "duration", "recurrence", "type"} & body.keys():
        _lay_out(webinar)

    new, old = _difference(_plain(webinar), before), _difference(before, _plain(webinar))
    if settings := _difference(webinar.settings, settings_before):
        new["settings"], old["settings"] = settings, _difference(settings_before, webinar.settings)
    if new:
        thing, old_thing = announcements.updated(webinar, new, old, world.registration_url(webinar))
        world.announce("webinar.updated", webinar, thing, at, operator=host, old=old_thing)


def update_occurrence(world: "World", webinar_id: int, occurrence_id: str, body: Json) -> None:
    """One date of a recurring webinar: its start, duration and agenda. Everything else is passed over."""
    webinar = world.webinar(webinar_id)
    host = world.users[webinar.host_id]
    _must_be_licensed(world, host)
    occurrence = recurring.occurrence(webinar, occurrence_id)
    validation.check_webinar(body)
    before = announcements.occurrences(webinar)
    if body.get("start_time"):
        occurrence.start_time = validation.parse_start(body["start_time"], webinar.timezone)
    occurrence.duration = body.get("duration", occurrence.duration)
    occurrence.agenda = body.get("agenda", occurrence.agenda)
    after = announcements.occurrences(webinar)
    if after != before:
        new = {"occurrences": [row for row in after if row not in before]}
        old = {"occurrences": [row for row in before if row not in after]}
        thing, old_thing = announcements.updated(webinar, new, old, world.registration_url(webinar))
        world.announce("webinar.updated", webinar, thing, operator=host, old=old_thing, scope="single")


def delete_occurrence(world: "World", webinar_id: int, occurrence_id: str) -> None:
    webinar = world.webinar(webinar_id)
    host = world.users[webinar.host_id]
    _must_be_licensed(world, host)
    occurrence = recurring.occurrence(webinar, occurrence_id)
    occurrence.deleted = True
    thing = announcements.deleted(webinar, occurrence)
    world.announce("webinar.deleted", webinar, thing, operator=host, operation="single")


def delete(world: "World", webinar_id: int, at: datetime | None = None) -> None:
    """Who was in the room is out of it; Zoom says only that it is deleted."""
    webinar = world.webinar(webinar_id)
    _must_be_licensed(world, world.users[webinar.host_id])
    erase(world, webinar, at)


def erase(world: "World", webinar: Webinar, at: datetime | None = None) -> None:
    webinar.deleted_at = at or world.now()
    if sitting := webinar.running:
        sitting.ended_at = webinar.deleted_at
        for stay in sitting.present:
            stay.left_at = webinar.deleted_at
    world.announce(
        "webinar.deleted", webinar, announcements.deleted(webinar), at, operator=world.users[webinar.host_id]
    )


def _must_be_licensed(world: "World", host: User) -> None:
    if not host.licensed or world.faults.meets(Kind.NO_LICENCE):
        raise objections.no_licence()


def _scheduled_for(world: "World", key: str) -> User:
    user = world.find_user(key)
    if user is None or not user.licensed:
        raise objections.invalid([("schedule_for", "Invalid field.")])
    return user


def _check_alternative_hosts(world: "World", settings: Json) -> None:
    """By address or id; kept and told by address."""
    if "alternative_hosts" not in settings:
        return
    emails = []
    for key in filter(None, map(str.strip, settings["alternative_hosts"].replace(";", ",").split(","))):
        user = world.find_user(key)
        if user is None or not user.licensed:
            raise objections.invalid([("settings.alternative_hosts", f"Invalid alternative host: {key}.")])
        emails.append(user.email)
    settings["alternative_hosts"] = world.unconfirmed.alternative_hosts_between.join(emails)


def _lay_out(webinar: Webinar) -> None:
    """A recurring webinar's dates, worked out anew; registrants keep their choice where the date is still there."""
    if webinar.type != 9 or webinar.start_time is None:
        webinar.occurrences = []
        return
    recurrence = webinar.extras.get("recurrence") or {"type": recurring.DAILY}
    webinar.occurrences = recurring.occurrences(webinar.start_time, webinar.timezone, webinar.duration, recurrence)


def _password(body: Json) -> str:
    if body.get("password") is not None:
        return str(body["password"])
    return "" if body.get("default_passcode") is False else f"{secrets.randbelow(900_000) + 100_000}"


def _merged(settings: Json, wished: Json) -> Json:
    merged = deepcopy(settings)
    for name, value in wished.items():
        nested = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = {**merged[name], **value} if nested else value
    return merged


def _plain(webinar: Webinar) -> dict[str, Any]:
    plain = {name: getattr(webinar, name) for name in _PLAIN_FIELDS}
    return plain | {"start_time": announcements.instant(webinar.start_time)}


def _difference(these: Json, those: Json) -> Json:
    return {name: value for name, value in these.items() if those.get(name) != value}
