"""Zoom's users, as far as they host webinars: who they are, what their licence allows, and which of their settings
concern us. Read from Zoom's JSON without trust (`raw_json.py`); what Zoom does not tell is None."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoom_bridge.zoom import raw_json
from zoom_bridge.zoom.raw_json import Malformed

#: What an account may force upon its users is told by itself, each under the name of an option.
OPTIONS = ("meeting_security", "meeting_authentication")


@dataclass(frozen=True, kw_only=True)
class User:
    """`status`: active, inactive or pending; "" where Zoom does not say."""

    id: str
    email: str = field(repr=False)
    status: str


@dataclass(frozen=True, kw_only=True)
class UserSettings:
    """webinar, capacity  the webinar licence, or Zoom Events', which includes it, and the seats of the larger one
    browser_link       people are offered to join from their browser
    audio              both, telephony, voip or thirdParty
    cloud_recording, local_recording, polls   whether the host may use them at all"""

    webinar: bool | None
    capacity: int | None
    browser_link: bool | None
    audio: str
    cloud_recording: bool | None
    local_recording: bool | None
    polls: bool | None


def read_user(fields: Mapping[str, Any]) -> User:
    if not (user_id := raw_json.ident(fields, "id")):
        raise Malformed("a user without an id")
    return User(
        id=user_id,
        email=raw_json.ident(fields, "email", longest=254),
        status=raw_json.text(fields, "status", 20),
    )


def read_settings(fields: Mapping[str, Any]) -> UserSettings:
    feature = raw_json.section(fields, "feature")
    in_meeting = raw_json.section(fields, "in_meeting")
    recording = raw_json.section(fields, "recording")
    webinar, events = raw_json.flag(feature, "webinar"), raw_json.flag(feature, "zoom_events")
    seats = {
        raw_json.whole(feature, "webinar_capacity") if webinar else None,
        raw_json.whole(feature, "zoom_events_capacity") if events else None,
    }
    return UserSettings(
        webinar=True if webinar or events else webinar,
        capacity=max(filter(None, seats), default=None),
        browser_link=raw_json.flag(in_meeting, "show_a_join_from_your_browser_link"),
        audio=raw_json.text(raw_json.section(fields, "schedule_meeting"), "audio_type", 20),
        cloud_recording=raw_json.flag(recording, "cloud_recording"),
        local_recording=raw_json.flag(recording, "local_recording"),
        polls=raw_json.flag(raw_json.section(in_meeting, "webinar_polling"), "enable"),
    )


def read_security(fields: Mapping[str, Any]) -> bool | None:
    """Whether joining from the browser needs a Zoom account."""
    return raw_json.flag(
        raw_json.section(fields, "meeting_security"), "only_authenticated_can_join_from_webclient"
    )


def read_authentication(fields: Mapping[str, Any]) -> bool | None:
    """Whether joining needs a Zoom account. Zoom tells it alone, or within all such settings."""
    name = "meeting_authentication"
    within = raw_json.section(raw_json.section(fields, "authentication_options"), name)
    return raw_json.flag(within or fields, name)
