"""The organiser's pages: the list of events, and one event at a glance with its buttons. The other doors behind the
same sign-in have files of their own: the event's form, its people, its attendance, its letters, and the settings."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.refusals import NotFound, NotPublishable
from zoom_bridge.domain.wall_time import wall_of
from zoom_bridge.domain.webinar import WebinarStanding
from zoom_bridge.flows import hosting
from zoom_bridge.store import notices, overviews, registrations, reminders, webinars
from zoom_bridge.store.overviews import EventLine
from zoom_bridge.web import attendance_desk, backstage, event_form, instance_settings, outbox_desk, people
from zoom_bridge.web.banner import banner
from zoom_bridge.web.context import bridge, now, say, say_n, speech
from zoom_bridge.web.headers import policy
from zoom_bridge.web.in_words import differing_in_words, failure_in_words, webinar_in_words
from zoom_bridge.web.mail_plan import MailPlan

bp = Blueprint("organiser", __name__, url_prefix="/organiser")
bp.before_request(backstage.only_organisers)
for door in (event_form, people, attendance_desk, outbox_desk, instance_settings):
    bp.register_blueprint(door.bp)

_NEEDS_ATTENTION = {WebinarStanding.LATE, WebinarStanding.STUCK, WebinarStanding.GONE}


@bp.app_context_processor
def about_organiser() -> dict[str, object]:
    return {"me": backstage.me}


@bp.get("/")
def events() -> str:
    with bridge().db.reading() as connection:
        lines = [
            (line, banner(line.event, line.registered, now(), speech()), _attention(connection, line))
            for line in overviews.list_events(connection)
        ]
        missing = notices.missing(connection)
    coming = [shown for shown in reversed(lines) if shown[0].event.ends_at > now()]
    past = [shown for shown in lines if shown[0].event.ends_at <= now()]
    return render_template("organiser/events.html", coming=coming, past=past, missing=missing)


def _attention(connection: Connection, line: EventLine) -> list[str]:
    """What of an event waits for a person. Past and cancelled ones rest."""
    event = line.event
    if event.ends_at <= now() or event.cancelled_at:
        return []
    said = []
    if line.webinar and line.webinar.standing(event.revision, cancelled=False) in _NEEDS_ATTENTION:
        said.append(webinar_in_words(event, line.webinar, speech()).words)
    numbers = overviews.numbers(connection, event.id)
    if numbers.waits_for_approval:
        said.append(
            say_n("%(n)s waits for your approval", "%(n)s wait for your approval", numbers.waits_for_approval)
        )
    if numbers.stuck:
        said.append(say_n("%(n)s registration needs a look", "%(n)s registrations need a look", numbers.stuck))
    gave_up = sum(letter.gave_up for letter in overviews.letters(connection, event.id))
    if gave_up:
        said.append(say_n("%(n)s e-mail could not be sent", "%(n)s e-mails could not be sent", gave_up))
    return said


@bp.get(f"/events/<{backstage.KEY}:event_id>")
def event(event_id: int) -> ResponseReturnValue:
    page = make_response(render_template("organiser/event.html", **_about(event_id)))
    # "Start as host" is a form that answers with Zoom's address.
    page.headers["Content-Security-Policy"] = policy(form_action=f"'self' {_zoom_origins()}")
    return page


def _about(event_id: int) -> dict[str, object]:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        numbers = overviews.numbers(connection, event_id)
        webinar = webinars.find_by_event(connection, event_id)
        plan = MailPlan(
            event,
            overviews.letters(connection, event_id),
            reminders.list_for_event(connection, event_id),
            overviews.skip_reasons(connection, event_id),
            numbers.registered,
            now(),
            speech(),
        )
        stuck = [
            (message, person, failure_in_words(message.last_error, speech()))
            for message, person in overviews.stuck_letters(connection, event_id)
        ]
        missing = notices.missing(connection)
    return {
        "event": event,
        "wording": event.wording(speech().language),
        "banner": banner(event, numbers.registered, now(), speech()),
        "numbers": numbers,
        "people_error": failure_in_words(numbers.last_error, speech()) if numbers.last_error else "",
        "webinar": webinar,
        "twin": webinar_in_words(event, webinar, speech()),
        "gone": webinar is not None and webinar.gone_at is not None and not event.cancelled_at,
        "differing": differing_in_words(webinar, speech()),
        "plan": plan.steps(),
        "stuck": stuck,
        "missing": missing,
        "startable": _startable(event, webinar is not None and bool(webinar.zoom_id)),
        "days_left": (event.starts_wall.date() - wall_of(now(), event.timezone).date()).days,
        "public_address": bridge().links.event(event.slug),
    }


def _startable(event: Event, at_zoom: bool) -> bool:
    return at_zoom and not event.cancelled_at and now() < event.doors_close_at


def _zoom_origins() -> str:
    """Zoom's own addresses; a pretend Zoom on this machine has another."""
    parts = urlsplit(bridge().settings.zoom.api_url)
    return f"https: {parts.scheme}://{parts.netloc}"


@bp.post(f"/events/<{backstage.KEY}:event_id>/publish")
def publish(event_id: int) -> ResponseReturnValue:
    event = backstage.read_event(event_id)
    if event.starts_at <= now():
        flash(say("This event's start has passed. Please choose a new date, then publish."), "care")
        return _back(event_id)
    try:
        hosting.publish_event(bridge().db, event_id, now())
        flash(say("The event is published."), "good")
    except NotPublishable:
        flash(say("The event is not published yet. Something is missing, see below."), "care")
    return _back(event_id)


@bp.post(f"/events/<{backstage.KEY}:event_id>/sync")
def sync(event_id: int) -> ResponseReturnValue:
    hosting.sync_again(bridge().db, event_id, now())
    flash(say("Everything that waits is compared with Zoom now. Please load this page again in a moment."), "good")
    return _back(event_id)


@bp.post(f"/events/<{backstage.KEY}:event_id>/recreate")
def recreate(event_id: int) -> ResponseReturnValue:
    hosting.recreate_webinar(bridge().db, event_id, now())
    flash(say("The webinar is being set up anew."), "good")
    return _back(event_id)


@bp.post(f"/events/<{backstage.KEY}:event_id>/start")
def start(event_id: int) -> ResponseReturnValue:
    """The one request that asks Zoom: the host's link is fetched when wanted, and never kept."""
    event = backstage.read_event(event_id)
    try:
        return redirect(hosting.start_url(bridge().db, bridge().zoom, event_id), 303)
    except NotFound:
        sentence = say("There is no webinar at Zoom yet.")
    except Failure as failure:
        sentence = failure_in_words(failure.message, speech())
    return render_template("organiser/not_started.html", event=event, sentence=sentence), 502


@bp.get(f"/events/<{backstage.KEY}:event_id>/cancel")
def ask_to_cancel(event_id: int) -> ResponseReturnValue:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        letters = registrations.seats_taken(connection, event_id) if event.public and now() < event.ends_at else 0
    if event.cancelled_at:
        return _back(event_id)
    return render_template("organiser/cancelling.html", event=event, letters=letters)


@bp.post(f"/events/<{backstage.KEY}:event_id>/cancel")
def cancel(event_id: int) -> ResponseReturnValue:
    hosting.cancel_event(bridge().db, event_id, now())
    flash(say("The event is cancelled."), "good")
    return _back(event_id)


def _back(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.event", event_id=event_id), 303)
