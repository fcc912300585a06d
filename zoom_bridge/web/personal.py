"""The pages of one registration, behind a link that is its key: confirm, wait, join, calendar, cancel, come back, and
what we keep. GET never changes anything, because mail scanners open every link."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, jsonify, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.attendance import fold
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Door, Registration, Standing, door
from zoom_bridge.domain.wall_time import wall_of
from zoom_bridge.flows import registering
from zoom_bridge.mail import ical
from zoom_bridge.store import events, overviews, registrations, sightings
from zoom_bridge.web import guards, headers
from zoom_bridge.web.banner import may_register
from zoom_bridge.web.context import bridge, now, prefer_language, remember_event, speech
from zoom_bridge.web.public import calendar_answer

bp = Blueprint("personal", __name__)


@dataclass(frozen=True)
class Place:
    """One person's place at one event, as their pages see it."""

    token: str
    registration: Registration
    event: Event
    seats_taken: int

    @property
    def door(self) -> Door:
        return door(self.event, self.registration, now())

    @property
    def confirm_token(self) -> str:
        return bridge().links.confirm(self.registration.key).rpartition("/")[2]

    @property
    def may_return(self) -> bool:
        return self.registration.cancelled_by == "self" and may_register(self.event, self.seats_taken, now())


@bp.after_request
def keep_private(response: Response) -> Response:
    # The join button leads on to Zoom, and browsers hold redirects of a form to its policy as well. Zoom sends
    # people on between hosts of its own, so any https address is let through; a pretend Zoom by its own origin.
    join_url = g.get("join_url")
    origin = urlsplit(join_url) if join_url else None
    other = f" {origin.scheme}://{origin.netloc}" if origin and origin.scheme == "http" else ""
    return headers.personal(form_action=f"'self' https:{other}")(response)


@bp.get("/z/<token>")
def page(token: str) -> ResponseReturnValue:
    place = _place(token)
    template = {
        Standing.UNCONFIRMED: "personal/unconfirmed.html",
        Standing.WAITS_FOR_APPROVAL: "personal/waits_for_approval.html",
        Standing.CANCELLED: "personal/cancelled.html",
        Standing.REGISTERED: "personal/page.html",
    }[place.registration.standing]
    return render_template(template, **_about(place))


@bp.post("/z/<token>/join")
@guards.shown_again_by(page)
def join(token: str) -> ResponseReturnValue:
    place = _place(token)
    _, join_url = registering.join(bridge().db, place.registration.key, now())
    if join_url is None:
        # Too early, over, cancelled, or Zoom is just learning of this person: the page says which.
        return redirect(url_for("personal.page", token=token), 303)
    return redirect(join_url, 303)


@bp.get("/z/<token>/calendar.ics")
def calendar(token: str) -> Response:
    place = _place(token)
    gone = place.event.cancelled_at or place.registration.cancelled_at
    method = "CANCEL" if gone else "PUBLISH"
    file = ical.calendar_file(
        place.event,
        place.registration,
        bridge().links,
        bridge().settings.mail.sender,
        speech().language,
        now(),
        method,
    )
    return calendar_answer(file, method)


@bp.get("/z/<token>/cancel")
def ask_to_cancel(token: str) -> ResponseReturnValue:
    place = _place(token)
    if place.registration.cancelled_at:
        return redirect(url_for("personal.page", token=token), 303)
    return render_template("personal/cancel.html", **_about(place))


@bp.post("/z/<token>/cancel")
@guards.shown_again_by(ask_to_cancel)
def cancel(token: str) -> ResponseReturnValue:
    registering.cancel(bridge().db, _place(token).registration.key, now())
    return redirect(url_for("personal.page", token=token), 303)


@bp.post("/z/<token>/return")
@guards.shown_again_by(page)
def come_back(token: str) -> ResponseReturnValue:
    registering.come_back(bridge().db, _place(token).registration.key, now())
    return redirect(url_for("personal.page", token=token), 303)


@bp.get("/z/<token>/data")
def data(token: str) -> ResponseReturnValue:
    return render_template("personal/data.html", **_about(_place(token)))


@bp.get("/z/<token>/data.json")
def data_file(token: str) -> Response:
    place = _place(token)
    registration = place.registration
    with bridge().db.reading() as connection:
        letters = overviews.letters_to(connection, registration.id)
        seen = sightings.list_for_event(connection, registration.event_id)
    room = fold(seen)
    visits = [v for one in room.attendances if one.registration_id == registration.id for v in one.visits]
    moments = {
        "registered_at": registration.created_at,
        "confirmed_at": registration.confirmed_at,
        "cancelled_at": registration.cancelled_at,
        "told_zoom_at": registration.synced_at,
        "first_clicked_at": registration.first_clicked_at,
        "deleted_at_the_latest": place.event.forget_at,
    }
    response = jsonify(
        event={"title": place.event.wording(speech().language).title, "starts_at": _iso(place.event.starts_at)},
        registration={
            "first_name": registration.first_name,
            "last_name": registration.last_name,
            "email": registration.email,
            "language": registration.language,
            "made_through": registration.source,
            "privacy_notice_version": registration.privacy_version,
            "known_to_zoom": registration.registrant_id is not None,
            **{name: _iso(moment) for name, moment in moments.items()},
        },
        letters=[{"kind": kind, "sent_at": _iso(sent_at)} for kind, sent_at in letters],
        visits=[{"came_at": _iso(visit.joined_at), "went_at": _iso(visit.left_at)} for visit in visits],
    )
    response.headers["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


@bp.get("/confirm/<token>")
def ask_to_confirm(token: str) -> ResponseReturnValue:
    place = _place_to_confirm(token)
    registration = place.registration
    if registration.active:
        return redirect(_personal_page(registration), 303)
    good = registration.cancelled_at is None and registration.may_confirm(now())
    answer = render_template("personal/confirm.html", confirm_token=token, good=good, **_about(place))
    return make_response(answer, 200 if good else 410)


@bp.post("/confirm/<token>")
@guards.shown_again_by(ask_to_confirm)
def confirm(token: str) -> ResponseReturnValue:
    place = _place_to_confirm(token)
    registering.confirm(bridge().db, place.registration.key, now())
    return redirect(_personal_page(place.registration), 303)


def _place(token: str) -> Place:
    return _find(token, bridge().links.key_of_personal(token))


def _place_to_confirm(token: str) -> Place:
    return _find(token, bridge().links.key_of_confirm(token))


def _find(token: str, key: str | None) -> Place:
    """The place behind a key. A wrong token costs the same look into the database as a good one."""
    with bridge().db.reading() as connection:
        registration = registrations.find_by_key(connection, key or "")
        event = events.find(connection, registration.event_id) if registration else None
        taken = registrations.seats_taken(connection, event.id) if event else 0
    if registration is None or event is None:
        raise NotFound
    prefer_language(registration.language)
    remember_event(event)
    g.join_url = registration.join_url
    return Place(token, registration, event, taken)


def _personal_page(registration: Registration) -> str:
    return url_for("personal.page", token=bridge().links.personal_token(registration.key))


def _about(place: Place) -> dict[str, object]:
    event = place.event
    return {
        "place": place,
        "registration": place.registration,
        "event": event,
        "wording": event.wording(speech().language),
        "now": now(),
        "minutes_left": _minutes_until(event.starts_at),
        "today": wall_of(event.starts_at, event.timezone).date() == wall_of(now(), event.timezone).date(),
        "moved": event.moved_from is not None and not event.cancelled_at and now() < event.ends_at,
    }


def _minutes_until(instant: datetime) -> int:
    """Whole minutes, rounded up: "1 minute" until the very end. Zero when it is past."""
    return max(0, -int((now() - instant).total_seconds() // 60))


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
