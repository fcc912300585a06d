"""The pages of one registration, behind a link that is its key: confirm, wait, try out, join, calendar, cancel, come
back. What we keep of somebody, and what they may change of it, is in `my_data.py`.

GET never changes anything, because mail scanners open every link."""

from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.certificate import Certificate
from zoom_bridge.domain.registration import Door, Standing, insiders
from zoom_bridge.domain.trailer import trailer_of
from zoom_bridge.domain.webinar import DialIn, by_country
from zoom_bridge.flows import certifying, registering, subscribing
from zoom_bridge.mail import ical
from zoom_bridge.paper import press
from zoom_bridge.store import certificates, panel_seats, webinars
from zoom_bridge.web.announcement import described
from zoom_bridge.web.archive import as_pdf
from zoom_bridge.web.calendar_links import calendar_links
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.device import recognise
from zoom_bridge.web.keyholder import (
    Place,
    about,
    find_place,
    find_place_to_confirm,
    keep_private,
    personal_page,
)
from zoom_bridge.web.public import calendar_answer

bp = Blueprint("personal", __name__)
keep_private(bp)


@dataclass(frozen=True)
class Telephone:
    """How to listen by telephone: numbers by country in the reader's language, and what to key in."""

    countries: tuple[tuple[str, tuple[DialIn, ...]], ...]
    number: str
    passcode: str


@dataclass(frozen=True)
class OwnWay:
    """Hosts and panelists come in by links of their own; a panelist's page has theirs."""

    panel_page: str


@bp.get("/z/<token>")
def page(token: str) -> ResponseReturnValue:
    place = find_place(token)
    if place.registration.standing is Standing.REGISTERED:
        return render_template("personal/page.html", **about(place), **_ways_in(place))
    template = {
        Standing.UNCONFIRMED: "personal/unconfirmed.html",
        Standing.WAITS_FOR_APPROVAL: "personal/waits_for_approval.html",
        Standing.WAITING_LIST: "personal/waiting.html",
        Standing.CANCELLED: "personal/cancelled.html",
    }[place.registration.standing]
    return render_template(template, **about(place))


@bp.get("/z/<token>/check")
def check(token: str) -> ResponseReturnValue:
    """Try everything out beforehand: the browser, the sound, and Zoom itself."""
    place = find_place(token)
    device = recognise(request.user_agent.string)
    return render_template("personal/check.html", **about(place), device=device)


@bp.post("/z/<token>/join")
def join(token: str) -> ResponseReturnValue:
    place = find_place(token)
    _, join_url = registering.join(bridge().db, place.registration.key, now())
    if join_url is None:
        # Too early, over, cancelled, or Zoom is just learning of this person: the page says which.
        return redirect(url_for("personal.page", token=token), 303)
    return redirect(join_url, 303)


@bp.get("/z/<token>/calendar.ics")
def calendar(token: str) -> ResponseReturnValue:
    place = find_place(token)
    gone = place.event.cancelled_at or place.registration.cancelled_at
    if not gone and not place.registration.active:
        # Nothing for the calendar yet, and no telephone number through which somebody without a seat comes in.
        return redirect(url_for("personal.page", token=token), 303)
    method = "CANCEL" if gone else "PUBLISH"
    with bridge().db.reading() as connection:
        twin = webinars.find_by_event(connection, place.event.id)
    file = ical.calendar_file(
        place.event,
        place.registration,
        bridge().links,
        bridge().settings.mail.sender,
        speech().language,
        now(),
        method,
        twin.phone_way if twin and not gone else None,
    )
    return calendar_answer(file, method)


@bp.get("/z/<token>/certificate.pdf")
def certificate(token: str) -> ResponseReturnValue:
    """The certificate of who was there, as it was issued."""
    place = find_place(token)
    with bridge().db.reading() as connection:
        found = certificates.find_holding(connection, place.registration.id)
        printing = certifying.printing(connection, place.event)
    if found is None or not press.available() or not _may_be_shown(place, found):
        return redirect(url_for("personal.page", token=token), 303)
    return as_pdf(printing.sheet(bridge().links, place.registration, found), found.language)


@bp.get("/z/<token>/cancel")
def ask_to_cancel(token: str) -> ResponseReturnValue:
    place = find_place(token)
    if place.registration.cancelled_at:
        return redirect(url_for("personal.page", token=token), 303)
    return render_template("personal/cancel.html", **about(place))


@bp.post("/z/<token>/cancel")
def cancel(token: str) -> ResponseReturnValue:
    key = find_place(token).registration.key
    if request.form.get("which") == "all":
        subscribing.cancel_all(bridge().db, key, now())
    else:
        registering.cancel(bridge().db, key, now())
    return redirect(url_for("personal.page", token=token), 303)


@bp.post("/z/<token>/return")
def come_back(token: str) -> ResponseReturnValue:
    registering.come_back(bridge().db, find_place(token).registration.key, now())
    return redirect(url_for("personal.page", token=token), 303)


@bp.get("/confirm/<token>")
def ask_to_confirm(token: str) -> ResponseReturnValue:
    place = find_place_to_confirm(token)
    registration = place.registration
    if (registration.active or registration.waiting) and not place.to_confirm:
        return redirect(personal_page(registration), 303)
    good = bool(place.to_confirm) or (registration.cancelled_at is None and registration.may_confirm(now()))
    answer = render_template("personal/confirm.html", confirm_token=token, good=good, **about(place))
    return make_response(answer, 200 if good else 410)


@bp.post("/confirm/<token>")
def confirm(token: str) -> ResponseReturnValue:
    place = find_place_to_confirm(token)
    return redirect(personal_page(registering.confirm(bridge().db, place.registration.key, now())), 303)


def _ways_in(place: Place) -> dict[str, object]:
    event = place.event
    over = place.door in {Door.OVER, Door.CANCELLED}
    return {
        "telephone": None if over else _telephone(place),
        "calendars": calendar_links(event, bridge().links, speech()),
        "recording": trailer_of(event.recording_url),
        "own_way": _own_way(place),
        "thanks": described(event.wording(speech().language).thanks, heading_level=3),
        "countdown": _countdown_words(),
        "certificate": _certificate(place) if over else None,
    }


def _own_way(place: Place) -> OwnWay | None:
    if place.registration.email_key not in insiders(place.event):
        return None
    with bridge().db.reading() as connection:
        seats = panel_seats.list_for_event(connection, place.event.id)
    theirs = [one for one in seats if one.email_key == place.registration.email_key and one.withdrawn_at is None]
    return OwnWay(bridge().links.panel(theirs[0].key) if theirs else "")


def _certificate(place: Place) -> Certificate | None:
    """The one that they can download."""
    with bridge().db.reading() as connection:
        found = certificates.find_holding(connection, place.registration.id)
    return found if found and press.available() and _may_be_shown(place, found) else None


def _may_be_shown(place: Place, found: Certificate) -> bool:
    return certifying.may_be_shown(bridge().links, place.event, place.registration, found)


def _countdown_words() -> dict[str, object]:
    """What static/countdown.js says."""
    return {
        "left": say("… until you can enter"),
        "day": [say("day"), say("days")],
        "hour": [say("hour"), say("hours")],
        "minute": [say("minute"), say("minutes")],
        "second": [say("second"), say("seconds")],
        "open": say("You can enter now."),
        "enter": say("Come in"),
        "pause": say("Stop the countdown"),
        "go": say("Count down again"),
    }


def _telephone(place: Place) -> Telephone | None:
    with bridge().db.reading() as connection:
        twin = webinars.find_by_event(connection, place.event.id)
    if twin is None or twin.gone_at or not twin.zoom_id or not twin.dial_in:
        return None
    countries = tuple((speech().country(code), numbers) for code, numbers in by_country(twin.dial_in))
    return Telephone(countries, twin.number, twin.passcode)
