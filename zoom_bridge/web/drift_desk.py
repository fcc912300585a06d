"""What somebody changed at Zoom, and the organiser's decision: take it, or put ours back. Where people get letters because
of it, a page asks first. What is different is said by `drift_in_words.py`; noticing and carrying out is
`flows/drifting.py`."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.drift import Drift
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import ChangedMeanwhile, EventCancelled
from zoom_bridge.flows import drifting
from zoom_bridge.store import drifts, hosts, registrations
from zoom_bridge.web import account_choice, backstage
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.drift_in_words import takeable

bp = Blueprint("drift_desk", __name__)


@bp.get(f"/events/<{backstage.KEY}:event_id>/drift/<aspect>/take")
@backstage.needs(Role.EDITOR)
def ask(event_id: int, aspect: str) -> ResponseReturnValue:
    event, found = _read(event_id, aspect)
    draft = drifting.with_zooms(event, found) if found and takeable(event, found, now()) else None
    if found is None or draft is None or event.cancelled_at:
        return _overtaken(event_id)
    with bridge().db.reading() as connection:
        letters = registrations.letters_to_all(connection, event_id) if event.public else 0
        taken = hosts.taken(connection, draft.starts_at, draft.ends_at, event_id).get(event.zoom_host.lower())
    overlap = account_choice.overlap_in_words(event.zoom_host, taken, speech()) if taken else ""
    return render_template(
        "organiser/taking_zooms.html", event=event, draft=draft, found=found, letters=letters, overlap=overlap
    )


@bp.post(f"/events/<{backstage.KEY}:event_id>/drift/<aspect>/take")
@backstage.needs(Role.EDITOR)
def take(event_id: int, aspect: str) -> ResponseReturnValue:
    event, found = _read(event_id, aspect)
    if found is None or not takeable(event, found, now()):
        return _overtaken(event_id)
    try:
        taken = drifting.take(bridge().db, event_id, aspect, request.form.get("zooms", ""), now())
    except (ChangedMeanwhile, EventCancelled):
        taken = False
    if not taken:
        return _overtaken(event_id)
    flash(say("Noted.") if not found.zooms or aspect == "passcode" else say("Zoom's is now yours, too."), "good")
    return _back(event_id)


@bp.post(f"/events/<{backstage.KEY}:event_id>/drift/<aspect>/back")
@backstage.needs(Role.EDITOR)
def put_back(event_id: int, aspect: str) -> ResponseReturnValue:
    event, _ = _read(event_id, aspect)
    drifting.put_back(bridge().db, event.id, aspect, now())
    flash(say("Ours is on its way to Zoom. This takes a few seconds."), "good")
    return _back(event_id)


def _read(event_id: int, aspect: str) -> tuple[Event, Drift | None]:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        return event, drifts.list_for_event(connection, event_id).get(aspect)


def _overtaken(event_id: int) -> ResponseReturnValue:
    flash(say("This has changed meanwhile. Please look once more."), "care")
    return _back(event_id)


def _back(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.event", event_id=event_id, _anchor="drift"), 303)
