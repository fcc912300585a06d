"""Links that put an event's date into a calendar on the web. They lead to somebody else, and only when they are
clicked. The personal link is a key, and stays out of them: what goes along is what everybody may know."""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote, urlencode

from zoom_bridge.domain.event import Event
from zoom_bridge.i18n import Speech
from zoom_bridge.links import Links

#: Some of them take a text that is longer than this for an attack.
_LONGEST_DETAILS = 500


@dataclass(frozen=True)
class CalendarLink:
    name: str
    address: str


def calendar_links(event: Event, links: Links, speech: Speech) -> list[CalendarLink]:
    title = event.wording(speech.language).title
    place = links.event(event.slug, speech.language)
    details = _details(event, links, speech)
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{_compact(event.starts_at)}/{_compact(event.ends_at)}",
        "details": details,
        "location": place,
    }
    microsoft = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": _spelled(event.starts_at),
        "enddt": _spelled(event.ends_at),
        "body": details,
        "location": place,
    }
    return [
        CalendarLink("Google", _address("https://calendar.google.com/calendar/render", google)),
        CalendarLink("Outlook.com", _address("https://outlook.live.com/calendar/0/deeplink/compose", microsoft)),
        CalendarLink("Office 365", _address("https://outlook.office.com/calendar/0/deeplink/compose", microsoft)),
    ]


def _details(event: Event, links: Links, speech: Speech) -> str:
    lines = [
        speech.say("Your personal link is in our e‑mail. If you cannot find it, we send it again:"),
        links.page(f"/e/{event.slug}/link", speech.language),
    ]
    if event.help_phone:
        lines += ["", speech.say("Help: %(phone)s", phone=event.help_phone)]
    return "\n".join(lines)[:_LONGEST_DETAILS]


def _address(base: str, values: dict[str, str]) -> str:
    # Outlook shows a plus as a plus: spaces are written as %20.
    return f"{base}?{urlencode(values, quote_via=quote)}"


def _compact(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _spelled(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
