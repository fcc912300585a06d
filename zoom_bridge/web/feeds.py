"""The coming events for other programs: a calendar to subscribe to, and a list for other websites.

`GET /events.ics?lang=de` is one calendar with every published event that is not over, moved ones at their new time,
cancelled ones as cancelled until their time has passed.

`GET /events.json` is the same list as JSON; any website may read it from its visitors' browsers. Its fields:

    home               where people read the list
    calendar           the calendar feed
    events             soonest first; each of them has
      id               stays the same
      url              its page
      texts            {"de": {"title", "subtitle", "description"}, "en": …}: the languages there are; plain text
      starts_at, ends_at   ISO 8601 with the offset of its own zone
      timezone         that zone by its IANA name
      minutes          how long it lasts
      state            open, few_seats, full, opens_later, closed, running or cancelled
      moved_from       the start before it was moved, or null
      registration     {"open": true or false, "url"}
      captions, sign_language, plain_language   which of these is offered
      participation    whether the panel takes questions
      host             {"name", "url", "logo"}, where each may be null
      partners         [{"name", "role", "url", "logo"}, …]
      speakers         [{"name", "office", "organisation", "mark", "portrait"}, …]
      image            a picture of it, or null

New fields may join these; none goes without a new address."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, jsonify, url_for

from zoom_bridge import richtext
from zoom_bridge.domain.event import Event
from zoom_bridge.mail import ical
from zoom_bridge.store import events, instances, registrations
from zoom_bridge.web import picture_door
from zoom_bridge.web.banner import may_register
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.headers import same_for_everybody
from zoom_bridge.web.schema_org import of_the_web

bp = Blueprint("feeds", __name__)


@bp.get("/events.ics")
def calendar() -> Response:
    with bridge().db.reading() as connection:
        coming = events.list_coming(connection, now())
        name = instances.get(connection).name
    file = ical.calendar_feed(coming, name or say("Online events"), bridge().links, speech().language, now())
    response = Response(file, mimetype="text/calendar")
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.vary.add("Accept-Language")
    return same_for_everybody(response)


@bp.get("/events.json")
def listing() -> Response:
    with bridge().db.reading() as connection:
        coming = events.list_coming(connection, now())
        taken = registrations.seats_taken_of(connection, [event.id for event in coming])
    links = bridge().links
    response = jsonify(
        home=links.page(),
        calendar=links.page(url_for(".calendar", lang=None)),
        events=[_event(event, taken.get(event.id, 0)) for event in coming],
    )
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return same_for_everybody(response)


def _event(event: Event, taken: int) -> dict[str, Any]:
    page = bridge().links.event(event.slug)
    return {
        "id": event.slug,
        "url": page,
        "texts": {language: _texts(event, language) for language in event.languages},
        "starts_at": _told(event.starts_at, event),
        "ends_at": _told(event.ends_at, event),
        "timezone": event.timezone,
        "minutes": event.minutes,
        "state": str(event.state(now(), taken)),
        "moved_from": _told(event.moved_from, event) if event.moved_from else None,
        "registration": {"open": may_register(event, taken, now()), "url": f"{page}/register"},
        "captions": event.captions,
        "sign_language": event.sign_language,
        "plain_language": event.plain_language,
        "participation": event.participation,
        "host": {
            "name": event.hosted_by or None,
            "url": of_the_web(event.hosted_by_url) or None,
            "logo": picture_door.address(event.hosted_by_logo),
        },
        "partners": [
            {
                "name": partner.name,
                "role": partner.role or None,
                "url": of_the_web(partner.url) or None,
                "logo": picture_door.address(partner.logo),
            }
            for partner in event.partners
        ],
        "speakers": [
            {
                "name": panelist.name,
                "office": panelist.office or None,
                "organisation": panelist.organisation or None,
                "mark": panelist.mark or None,
                "portrait": picture_door.address(panelist.portrait),
            }
            for panelist in event.panelists
        ],
        "image": picture_door.address(event.trailer_picture),
    }


def _texts(event: Event, language: str) -> dict[str, str]:
    wording = event.wording(language)
    return {
        "title": wording.title,
        "subtitle": wording.subtitle,
        "description": richtext.to_text(wording.description),
    }


def _told(instant: datetime, event: Event) -> str:
    return instant.astimezone(ZoneInfo(event.timezone)).isoformat()
