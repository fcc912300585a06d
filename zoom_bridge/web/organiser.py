"""The organiser's pages: the list of events, and one event at a glance with its buttons. The other doors behind the
same sign-in have files of their own: the event's form, its people, its attendance, its letters, and the settings."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.refusals import NotFound, NotPublishable
from zoom_bridge.flows import hosting, shifting
from zoom_bridge.store import (
    agendas,
    drifts,
    hosts,
    notices,
    overviews,
    panel_seats,
    registrations,
    results,
    runs,
    webinars,
)
from zoom_bridge.store.agendas import AgendaLine
from zoom_bridge.web import (
    account_choice,
    aftermath_desk,
    attendance_desk,
    attention,
    autosave,
    backstage,
    body_settings,
    certificate_desk,
    circular_desk,
    circular_form,
    drift_desk,
    drift_in_words,
    event_desk,
    event_form,
    figures_desk,
    held_desk,
    host_desk,
    inbox_desk,
    instance_settings,
    letter_desk,
    letter_wording,
    link_desk,
    my_account,
    outbox_desk,
    panel_desk,
    people,
    reception,
    review_desk,
    series_desk,
    service_state,
    team_desk,
    wishes,
    year_desk,
)
from zoom_bridge.web.banner import banner
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.delivery_in_words import unheard
from zoom_bridge.web.in_words import failure_in_words, webinar_in_words
from zoom_bridge.web.mail_plan import read_plan
from zoom_bridge.web.next_step import Phase, countdown, phase

bp = Blueprint("organiser", __name__, url_prefix="/organiser")
for door in (
    event_form,
    drift_desk,
    host_desk,
    held_desk,
    autosave,
    people,
    reception,
    wishes,
    series_desk,
    event_desk,
    aftermath_desk,
    figures_desk,
    year_desk,
    attendance_desk,
    certificate_desk,
    review_desk,
    outbox_desk,
    panel_desk,
    letter_desk,
    letter_wording,
    link_desk,
    circular_form,
    circular_desk,
    instance_settings,
    body_settings,
    service_state,
    inbox_desk,
    team_desk,
    my_account,
):
    bp.register_blueprint(door.bp)

_LAST_PAGE = 100_000
#: Of so many coming events the first page says what waits for a person.
_MOST = 500
#: So many events stand on the first page besides what is next, and so many that are over; all have pages of their own.
_NEXT, _LATEST = 25, 10


@bp.get("/")
@backstage.needs(Role.RECEPTION)
def events() -> str:
    """A fixed number of statements, however many events there are."""
    with bridge().db.reading() as connection:
        coming = agendas.list_coming(connection, now(), size=_MOST)
        past = agendas.list_past(connection, now(), size=_LATEST + 1)
        jobs = runs.list_all(connection)
        missing = notices.missing(connection)
        accounts = hosts.by_email(connection)
        silent = [
            (line.event, silence[0])
            for line in coming
            if (silence := unheard(connection, line.event, line.webinar, now(), speech()))
        ]
    settings = (
        url_for("organiser.instance_settings.show") if backstage.may("organiser.instance_settings.show") else ""
    )
    happening = [line for line in coming if phase(line.event, now()) in {Phase.DAY, Phase.RUNNING}]
    following = happening or [line for line in coming if not line.event.cancelled_at][:1]
    shown = {line.event.id for line in following}
    later = [line for line in coming if line.event.id not in shown]
    return render_template(
        "organiser/events.html",
        happening=any(phase(line.event, now()) is Phase.RUNNING for line in happening),
        next=[_row(line) for line in following],
        attention=[
            *attention.of_the_house(jobs, settings, speech()),
            *attention.of_silence(silent, speech()),
            *(one for line in coming for one in attention.of_an_event(line, accounts, now(), speech())),
            *attention.of_the_rooms(review_desk.recently_doubtful([*coming, *past[:_LATEST]]), speech()),
        ],
        coming=[_row(line) for line in later[:_NEXT]],
        more_coming=len(later) > _NEXT,
        past=[_row(line) for line in past[:_LATEST]],
        more_past=len(past) > _LATEST,
        missing=missing,
    )


@bp.get("/coming")
@backstage.needs(Role.RECEPTION)
def coming_events() -> str:
    return _list(agendas.list_coming, agendas.count_coming, "organiser/coming_events.html")


@bp.get("/past")
@backstage.needs(Role.RECEPTION)
def past_events() -> str:
    with bridge().db.reading() as connection:
        years = results.years(connection, now(), backstage.HOUSE_ZONE)
    return _list(agendas.list_past, agendas.count_past, "organiser/past_events.html", years=years)


def _list(
    read: Callable[[Connection, datetime, int], list[AgendaLine]],
    count: Callable[[Connection, datetime], int],
    template: str,
    **more: object,
) -> str:
    page = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    with bridge().db.reading() as connection:
        lines = read(connection, now(), page)
        total = count(connection, now())
    pages = max(1, -(-total // agendas.PAGE_SIZE))
    return render_template(
        template, rows=[_row(line) for line in lines], page=page, pages=pages, total=total, **more
    )


def _row(line: AgendaLine) -> dict[str, object]:
    event = line.event
    return {
        "event": event,
        "numbers": line.numbers,
        "twin": webinar_in_words(event, line.webinar, speech()),
        "banner": banner(event, line.numbers.registered, now(), speech()),
        "phase": phase(event, now()),
        "countdown": countdown(event, now(), speech()),
    }


@bp.get(f"/events/<{backstage.KEY}:event_id>")
@backstage.needs(Role.RECEPTION)
def event(event_id: int) -> ResponseReturnValue:
    return event_desk.lets_zoom_answer(make_response(render_template("organiser/event.html", **_about(event_id))))


def _about(event_id: int) -> dict[str, object]:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        numbers = overviews.numbers(connection, event_id)
        webinar = webinars.find_by_event(connection, event_id)
        plan = read_plan(connection, event, numbers.registered, now(), speech())
        missing = notices.missing(connection)
        panel = panel_desk.panel_of(connection, event)
        found = list(drifts.list_for_event(connection, event_id).values()) if not event.cancelled_at else []
        host = hosts.find_by_email(connection, event.zoom_host)
        silence = unheard(connection, event, webinar, now(), speech())
    over = bool(event.cancelled_at) or event.ends_at <= now()
    gone = webinar is not None and webinar.gone_at is not None and not event.cancelled_at
    twin = webinar_in_words(event, webinar, speech())
    if gone and drift_in_words.converted(found):
        twin = replace(twin, words=say("The webinar was converted into a meeting at Zoom"))
    return {
        "event": event,
        "wording": event.wording(speech().language),
        "banner": banner(event, numbers.registered, now(), speech()),
        "phase": phase(event, now()),
        "countdown": countdown(event, now(), speech()),
        "numbers": numbers,
        "people_error": failure_in_words(numbers.last_error, speech()) if numbers.last_error else "",
        "webinar": webinar,
        "twin": twin,
        "gone": gone,
        "differences": [] if gone else drift_in_words.differences(event, found, now(), speech()),
        "too_small": "" if over else account_choice.too_small(event, numbers.registered, host, speech()),
        "letters": plan.glance(),
        "missing": missing,
        "panel": panel,
        "unheard": silence,
        "startable": event_desk.startable(event, webinar, now()),
        "doubts": review_desk.number_open(event) if over else 0,
        "public_address": bridge().links.event(event.slug),
    }


@bp.post(f"/events/<{backstage.KEY}:event_id>/publish")
@backstage.needs(Role.EDITOR)
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


@bp.post(f"/events/<{backstage.KEY}:event_id>/shifted")
@backstage.needs(Role.EDITOR)
def shift_seen(event_id: int) -> ResponseReturnValue:
    backstage.read_event(event_id)
    shifting.mark_seen(bridge().db, event_id)
    return _back(event_id)


@bp.post(f"/events/<{backstage.KEY}:event_id>/sync")
@backstage.needs(Role.EDITOR)
def sync(event_id: int) -> ResponseReturnValue:
    hosting.sync_again(bridge().db, event_id, now())
    flash(say("Everything that waits is compared with Zoom now. Please load this page again in a moment."), "good")
    return _back(event_id)


@bp.post(f"/events/<{backstage.KEY}:event_id>/recreate")
@backstage.needs(Role.EDITOR)
def recreate(event_id: int) -> ResponseReturnValue:
    hosting.recreate_webinar(bridge().db, event_id, now())
    flash(say("The webinar is being set up anew."), "good")
    return _back(event_id)


@bp.post(f"/events/<{backstage.KEY}:event_id>/start")
@backstage.needs(Role.EDITOR)
def start(event_id: int) -> ResponseReturnValue:
    """One of the two requests that ask Zoom (the other ends the webinar): the host's link is fetched when wanted, and
    never kept."""
    event = backstage.read_event(event_id)
    try:
        return redirect(hosting.start_url(bridge().db, bridge().zoom, event_id), 303)
    except NotFound:
        sentence = say("There is no webinar at Zoom yet.")
    except Failure as failure:
        sentence = failure_in_words(failure.message, speech())
    return render_template("organiser/not_started.html", event=event, sentence=sentence), 502


@bp.get(f"/events/<{backstage.KEY}:event_id>/cancel")
@backstage.needs(Role.EDITOR)
def ask_to_cancel(event_id: int) -> ResponseReturnValue:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        told = registrations.letters_to_all(connection, event_id) + panel_seats.letters_to_all(
            connection, event_id
        )
        letters = told if event.public and now() < event.ends_at else 0
    if event.cancelled_at:
        return _back(event_id)
    return render_template("organiser/cancelling.html", event=event, letters=letters)


@bp.post(f"/events/<{backstage.KEY}:event_id>/cancel")
@backstage.needs(Role.EDITOR)
def cancel(event_id: int) -> ResponseReturnValue:
    hosting.cancel_event(bridge().db, event_id, now())
    flash(say("The event is cancelled."), "good")
    return _back(event_id)


def _back(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.event", event_id=event_id), 303)
