"""The page of somebody on the panel, behind a link that is its key: when it is, what to have ready, and the way in.

GET never changes anything, because mail scanners open every link."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.panel_seat import PanelSeat, opens_at
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import seating
from zoom_bridge.mail import ical
from zoom_bridge.store import events, panel_seats
from zoom_bridge.web.context import bridge, now, prefer_language, remember_event, speech
from zoom_bridge.web.keyholder import keep_private
from zoom_bridge.web.public import calendar_answer

bp = Blueprint("panelist", __name__)
keep_private(bp)


@dataclass(frozen=True)
class _Place:
    seat: PanelSeat
    event: Event


@bp.get("/panel/<token>")
def page(token: str) -> ResponseReturnValue:
    place = _find(token)
    event = place.event
    return render_template(
        "panelist/page.html",
        token=token,
        seat=place.seat,
        event=event,
        wording=event.wording(speech().language),
        door=place.seat.door(event, now()),
        enters_at=opens_at(event),
        now=now(),
        moved=event.moved_from is not None and not event.cancelled_at and now() < event.ends_at,
    )


@bp.post("/panel/<token>/join")
def join(token: str) -> ResponseReturnValue:
    _, join_url = seating.join(bridge().db, _find(token).seat.key, now())
    # Too early, over, cancelled, or Zoom is just learning of this person: the page says which.
    return redirect(join_url or url_for("panelist.page", token=token), 303)


@bp.get("/panel/<token>/calendar.ics")
def calendar(token: str) -> Response:
    place = _find(token)
    method = ical.CANCEL if place.event.cancelled_at or place.seat.withdrawn_at else ical.PUBLISH
    sender = bridge().settings.mail.sender
    file = ical.panel_file(place.event, place.seat, bridge().links, sender, speech().language, now(), method)
    return calendar_answer(file, method)


def _find(token: str) -> _Place:
    """The seat behind a key. A wrong token costs the same look into the database as a good one."""
    key = bridge().links.key_of_panel(token)
    with bridge().db.reading() as connection:
        seat = panel_seats.find_by_key(connection, key or "")
        event = events.find(connection, seat.event_id) if seat else None
    if seat is None or event is None or not event.public:
        raise NotFound
    prefer_language(seat.language)
    remember_event(event)
    g.join_url = seat.join_url
    return _Place(seat, event)
