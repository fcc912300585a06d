"""What Zoom accepts in a request body. Each check names the field and says what is wrong with it; unknown fields are
ignored, as Zoom does."""

import re
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

from zoom_bridge.simulator import form_rules, objections, recurring
from zoom_bridge.simulator.records import Json

BATCH = 30
TOPIC, AGENDA, EMAIL, NAME = 200, 2000, 128, 64

_EMAIL = re.compile(r"[^@\s<>,;:\"()\[\]]+@[^@\s<>,;:\"()\[\]]+\.[^@\s.<>,;:\"()\[\]]+")
_START = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?")
_PASSWORD = re.compile(r"[A-Za-z0-9@\-_*!]{0,10}")

Problem = tuple[str, str]
_INVALID = "Invalid field."

_SWITCHES = (
    "allow_multiple_devices",
    "alternative_host_update_polls",
    "close_registration",
    "email_in_attendee_report",
    "enable_session_branding",
    "enforce_login",
    "hd_video",
    "hd_video_for_attendees",
    "host_video",
    "meeting_authentication",
    "notify_registrants",
    "on_demand",
    "panelist_authentication",
    "panelists_invitation_email_notification",
    "panelists_video",
    "post_webinar_survey",
    "practice_session",
    "registrants_confirmation_email",
    "registrants_email_notification",
    "send_1080p_video_to_attendees",
    "show_share_button",
)
_TEXTS = ("alternative_hosts", "contact_name", "survey_url")
_Q_AND_A = (
    "allow_anonymous_questions",
    "allow_auto_reply",
    "allow_submit_questions",
    "attendees_can_comment",
    "attendees_can_upvote",
    "enable",
)
_CHOICES: dict[str, tuple[object, ...]] = {
    "approval_type": (0, 1, 2),
    "registration_type": (1, 2, 3),
    "audio": ("both", "telephony", "voip", "thirdParty"),
    "auto_recording": ("local", "cloud", "none"),
    # Codes of its own: Japanese and Korean begin with the country, Turkish is written in two ways.
    "email_language": (
        "en-US", "de-DE", "es-ES", "fr-FR", "id-ID", "it-IT", "jp-JP", "ko-KO", "nl-NL", "pl-PL", "pt-PT", "ru-RU",
        "sv-SE", "tr-TR", "Tr-TR", "vi-VN", "zh-CN", "zh-TW",
    ),
}  # fmt: skip
_TIMED_MAILS = (
    "attendees_and_panelists_reminder_email_notification",
    "follow_up_absentees_email_notification",
    "follow_up_attendees_email_notification",
)


def check_webinar(body: Json, *, new: bool = False) -> None:
    problems = [*_webinar_problems(body), *_settings_problems(body.get("settings"))]
    if new and body.get("type") == 9 and not body.get("recurrence"):
        problems.append(("recurrence", "This field is required."))
    if body.get("recurrence") is not None:
        problems += recurring.problems(body["recurrence"])
    if problems:
        raise objections.invalid(problems)


def check_person(body: Json) -> None:
    problems = list(_person_problems(body, ""))
    if problems:
        raise objections.invalid(problems)


def check_batch(body: Json) -> list[Json]:
    people = body.get("registrants")
    if not isinstance(people, list) or not people:
        raise objections.invalid([("registrants", "This field is required.")])
    if len(people) > BATCH:
        raise objections.invalid([("registrants", f"The maximum number of registrants is {BATCH}.")])
    problems: list[Problem] = []
    for number, person in enumerate(people):
        if isinstance(person, dict):
            problems += _person_problems(person, f"registrants[{number}].")
        else:
            problems.append((f"registrants[{number}]", _INVALID))
    if problems:
        raise objections.invalid(problems)
    return people


def check_status_change(body: Json) -> list[Json]:
    """Without `registrants` nothing is asked for, and nothing is wrong: Zoom answers 204 and does nothing."""
    if body.get("action") not in ("approve", "deny", "cancel"):
        raise objections.invalid([("action", _INVALID)])
    entries = body.get("registrants", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise objections.invalid([("registrants", _INVALID)])
    if len(entries) > BATCH:
        raise objections.invalid([("registrants", f"The maximum number of registrants is {BATCH}.")])
    return entries


def check_panelists(body: Json) -> list[Json]:
    people = body.get("panelists")
    if not isinstance(people, list) or not people or not all(isinstance(person, dict) for person in people):
        raise objections.invalid([("panelists", _INVALID)])
    if len(people) > BATCH:
        raise objections.invalid([("panelists", f"The maximum number of panelists is {BATCH}.")])
    problems: list[Problem] = []
    for number, person in enumerate(people):
        if not is_text(person.get("name"), NAME) or not person["name"].strip():
            problems.append((f"panelists[{number}].name", _INVALID))
        if not is_email(person.get("email")):
            problems.append((f"panelists[{number}].email", _INVALID))
    if problems:
        raise objections.invalid(problems)
    return people


def parse_start(text: str, timezone: str) -> datetime:
    """`…Z` is UTC, without it local time in `timezone`. Offsets are not Zoom's way."""
    wall = datetime.strptime(text.removesuffix("Z"), "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    if text.endswith("Z"):
        return wall
    return wall.replace(tzinfo=zoneinfo.ZoneInfo(timezone or "UTC")).astimezone(UTC)


def is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def is_email(value: Any) -> bool:
    return is_text(value, EMAIL) and _EMAIL.fullmatch(value) is not None


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_start(value: Any) -> bool:
    if not isinstance(value, str) or not _START.fullmatch(value):
        return False
    try:
        parse_start(value, "UTC")
    except (ValueError, OverflowError):
        return False
    return True


@cache
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


_FIELDS: dict[str, Callable[[Any], bool]] = {
    "topic": lambda value: is_text(value, TOPIC),
    "agenda": lambda value: is_text(value, AGENDA),
    "type": lambda value: value in (5, 6, 9) and _is_number(value, 5, 9),
    "duration": lambda value: _is_number(value, 0, 24 * 60 * 2),
    "start_time": _is_start,
    "timezone": lambda value: isinstance(value, str) and value in _timezones(),
    "password": lambda value: isinstance(value, str) and _PASSWORD.fullmatch(value) is not None,
    "default_passcode": lambda value: isinstance(value, bool),
    "tracking_fields": lambda value: isinstance(value, list) and all(isinstance(item, dict) for item in value),
    "schedule_for": lambda value: isinstance(value, str),
}


def _webinar_problems(body: Json) -> Iterator[Problem]:
    for name, good in _FIELDS.items():
        if name in body and not good(body[name]):
            yield name, _INVALID


def _settings_problems(settings: Any) -> Iterator[Problem]:
    if settings is None:
        return
    if not isinstance(settings, dict):
        yield "settings", _INVALID
        return
    for name, value in settings.items():
        if not _good_setting(name, value):
            yield f"settings.{name}", _INVALID


def _good_setting(name: str, value: Any) -> bool:
    if name in _SWITCHES:
        return isinstance(value, bool)
    if name in _TEXTS:
        return isinstance(value, str)
    if name in _CHOICES:
        return not isinstance(value, bool) and value in _CHOICES[name]
    if name in _TIMED_MAILS:
        timing = value.get("type", 0) if isinstance(value, dict) else None
        return (
            isinstance(value, dict) and isinstance(value.get("enable", False), bool) and _is_number(timing, 0, 7)
        )
    if name == "registrants_restrict_number":
        return _is_number(value, 0, 20_000)
    if name == "question_and_answer":
        return _good_questions(value)
    if name == "contact_email":
        return value == "" or is_email(value)
    if name == "global_dial_in_countries":
        return isinstance(value, list) and all(isinstance(country, str) for country in value)
    return True


def _good_questions(value: Any) -> bool:
    if not isinstance(value, dict) or not is_text(value.get("auto_reply_text", ""), AGENDA):
        return False
    switches = all(isinstance(value.get(name, False), bool) for name in _Q_AND_A)
    return switches and value.get("answer_questions", "all") in ("only", "all")


def _person_problems(person: Json, prefix: str) -> Iterator[Problem]:
    if not is_email(person.get("email")):
        yield f"{prefix}email", "Invalid email." if person.get("email") else "This field is required."
    first_name = person.get("first_name")
    if not isinstance(first_name, str) or not first_name.strip():
        yield f"{prefix}first_name", "This field is required."
    elif len(first_name) > NAME:
        yield f"{prefix}first_name", f"The maximum length is {NAME}."
    if not is_text(person.get("last_name", ""), NAME):
        yield f"{prefix}last_name", f"The maximum length is {NAME}."
    for name, text in form_rules.problems_of_answers(person):
        yield f"{prefix}{name}", text
