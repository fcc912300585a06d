"""The event as search engines and link previews want it told (schema.org, OpenGraph). The place is our page: nobody is
ever led to Zoom from here."""

from typing import Any
from zoneinfo import ZoneInfo

from zoom_bridge import richtext
from zoom_bridge.domain.event import Event, Panelist, Partner, State, Wording
from zoom_bridge.web import picture_door
from zoom_bridge.web.context import bridge

_SUMMARY = 200


def event_data(event: Event, state: State, language: str) -> dict[str, Any]:
    """A schema.org Event. What is not known is left out."""
    wording = event.wording(language)
    zone = ZoneInfo(event.timezone)
    page = bridge().links.event(event.slug, language)
    cancelled, moved = state is State.CANCELLED, event.moved_from
    status = "EventCancelled" if cancelled else "EventRescheduled" if moved else "EventScheduled"
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Event",
        "name": wording.title,
        "description": summary(wording),
        "url": page,
        "startDate": event.starts_at.astimezone(zone).isoformat(),
        "endDate": event.ends_at.astimezone(zone).isoformat(),
        "previousStartDate": moved.astimezone(zone).isoformat() if moved and not cancelled else None,
        "eventStatus": f"https://schema.org/{status}",
        "eventAttendanceMode": "https://schema.org/OnlineEventAttendanceMode",
        "location": {"@type": "VirtualLocation", "url": page},
        "inLanguage": list(event.languages),
        "maximumVirtualAttendeeCapacity": event.capacity,
        "image": image_of(event),
        "organizer": _body(Partner(event.hosted_by, "", event.hosted_by_url, event.hosted_by_logo)),
        "contributor": [_body(partner) for partner in event.partners],
        "performer": [_person(panelist) for panelist in event.panelists],
    }
    return _told(data)


def summary(wording: Wording) -> str:
    """A sentence or two for previews: the subtitle, or else how the description begins."""
    text = wording.subtitle or " ".join(richtext.to_text(wording.description).split())
    if len(text) <= _SUMMARY:
        return text
    return text[:_SUMMARY].rpartition(" ")[0].rstrip(",.;:") + " …"


def image_of(event: Event) -> str | None:
    """The address of the picture that stands for it."""
    return picture_door.address(event.trailer_picture or event.hosted_by_logo)


def of_the_web(url: str) -> str:
    """An address that anybody may follow; empty for whatever else was entered."""
    return url if url.startswith(("https://", "http://")) else ""


def _body(partner: Partner) -> dict[str, Any] | None:
    if not partner.name:
        return None
    return _told(
        {
            "@type": "Organization",
            "name": partner.name,
            "url": of_the_web(partner.url),
            "logo": picture_door.address(partner.logo),
        }
    )


def _person(panelist: Panelist) -> dict[str, Any]:
    return _told(
        {
            "@type": "Person",
            "name": panelist.name,
            "jobTitle": panelist.office,
            "affiliation": _body(Partner(panelist.organisation)),
            "image": picture_door.address(panelist.portrait),
        }
    )


def _told(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value}
