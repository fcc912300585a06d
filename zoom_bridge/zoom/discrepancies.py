"""A webinar as Zoom tells it beside what we ask for, aspect by aspect and as text: what differs, and in what."""

import hashlib
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from zoom_bridge.zoom import payloads
from zoom_bridge.zoom.payloads import Webinar, WebinarRequest

#: The passcode is compared by this mark: nobody else's eyes need it.
_MARK = 16


def compare(request: WebinarRequest, webinar: Webinar) -> dict[str, tuple[str, str]]:
    """Aspect, as Zoom calls it → (what we ask for, what Zoom has). What Zoom does not tell is not in it.

    Zoom accepts some settings and silently leaves them as they were, so only reading back tells."""
    pairs: dict[str, tuple[Any, Any]] = {
        "topic": (_folded(payloads.cut_topic(request.topic)), _folded(webinar.topic)),
        "agenda": (_folded(payloads.cut_agenda(request.agenda)), _folded(webinar.agenda)),
        "start_time": (request.start_time.astimezone(UTC).replace(microsecond=0), webinar.start_time),
        "duration": (request.minutes, webinar.minutes),
        **{name: (value, webinar.settings.get(name)) for name, value in request.settings.items()},
        "registrants_confirmation_email": (False, _confirmation(webinar)),
    }
    return {name: (as_text(ours), as_text(zooms)) for name, (ours, zooms) in pairs.items() if zooms is not None}


def differing(compared: Mapping[str, tuple[str, str]]) -> tuple[str, ...]:
    return tuple(name for name, (ours, zooms) in compared.items() if ours != zooms)


def left_out(wanted: Mapping[str, Any], aspects: Collection[str]) -> dict[str, Any]:
    """A request to change a webinar without these aspects."""
    settings = {name: value for name, value in wanted["settings"].items() if name not in aspects}
    if questions := settings.get("question_and_answer"):
        settings["question_and_answer"] = {name: value for name, value in questions.items() if name not in aspects}
    return {name: value for name, value in wanted.items() if name not in aspects} | {"settings": settings}


def passcode_mark(webinar: Webinar) -> str:
    """Another one when the passcode changes, and the join links with it."""
    return hashlib.sha256(webinar.password.encode()).hexdigest()[:_MARK]


def as_text(value: Any) -> str:
    """ "true" and "false", numbers in digits, instants as ISO 8601."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _confirmation(webinar: Webinar) -> bool | None:
    """Zoom sends it only while the registrants' notifications are on as a whole."""
    wanted = webinar.settings.get("registrants_confirmation_email")
    return None if wanted is None else bool(wanted and webinar.settings.get("registrants_email_notification"))


def _folded(words: str) -> str:
    return " ".join(words.split())
