"""Create and change an event. The form itself is `forms.py`; what follows from saving it is `flows/hosting.py`."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.refusals import ChangedMeanwhile, NotPublishable
from zoom_bridge.flows import hosting
from zoom_bridge.store import registrations
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.forms import EventForm

bp = Blueprint("event_form", __name__)

#: What belongs to the buttons and not to the event.
_BUTTONS = {"csrf_token", "action", "change", "sure"}


def show_again(event_id: int | None = None) -> ResponseReturnValue:
    """The form with what was typed, when its token did not fit."""
    backstage.me()
    kept = backstage.read_event(event_id) if event_id is not None else None
    return _page(EventForm(speech(), request.form), kept)


@bp.get("/events/new")
def new() -> ResponseReturnValue:
    return _page(EventForm.empty(speech(), bridge().settings.zoom.host or ""), None)


@bp.post("/events/new")
@guards.shown_again_by(show_again)
def create() -> ResponseReturnValue:
    form = EventForm(speech(), request.form)
    if not _saving():
        return _page(form, None)
    draft = form.draft(now(), None, publishing=_publishing())
    if draft is None:
        return _page(form, None), 422
    event = hosting.create_event(bridge().db, draft, now())
    return _saved(event)


@bp.get(f"/events/<{backstage.KEY}:event_id>/edit")
def edit(event_id: int) -> ResponseReturnValue:
    event = backstage.read_event(event_id)
    return _closed(event) or _page(EventForm.of(speech(), event), event)


@bp.post(f"/events/<{backstage.KEY}:event_id>/edit")
@guards.shown_again_by(show_again)
def change(event_id: int) -> ResponseReturnValue:
    kept = backstage.read_event(event_id)
    if closed := _closed(kept):
        return closed
    form = EventForm(speech(), request.form)
    if not _saving():
        return _page(form, kept)
    draft = form.draft(now(), kept, publishing=_publishing())
    if draft is None:
        return _page(form, kept), 422
    if letters := _letters_to_ask_about(kept, draft):
        return _ask(form, kept, draft, letters)
    try:
        return _saved(hosting.change_event(bridge().db, event_id, draft, now(), _seen_revision()))
    except ChangedMeanwhile:
        sentence = say(
            "Somebody else has changed this event meanwhile, and nothing of yours is saved yet. If you save now, what "
            "you see here replaces their changes."
        )
        flash(sentence, "care")
        return _page(form, backstage.read_event(event_id), overtaken=True), 409


def _saving() -> bool:
    return request.form.get("action") in {"save", "publish"} and "change" not in request.form


def _seen_revision() -> int | None:
    """The revision that the form was opened with; it rides in the form."""
    seen = request.form.get("seen", "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None


def _publishing() -> bool:
    return request.form.get("action") == "publish"


def _closed(event: Event) -> ResponseReturnValue | None:
    if event.cancelled_at is None:
        return None
    flash(say("A cancelled event cannot be changed any more."), "care")
    return redirect(url_for("organiser.event", event_id=event.id), 303)


def _saved(event: Event) -> ResponseReturnValue:
    if _publishing():
        try:
            hosting.publish_event(bridge().db, event.id, now())
            flash(say("Saved and published."), "good")
        except NotPublishable:
            # The overview says what is missing and where to write it.
            flash(say("Everything is saved as a draft, but not published yet."), "care")
    else:
        flash(say("Saved."), "good")
    return redirect(url_for("organiser.event", event_id=event.id), 303)


def _letters_to_ask_about(kept: Event, draft: EventDraft) -> int:
    """How many people a new date would be mailed to, unless the organiser has agreed to this very date."""
    moved = (kept.starts_at, kept.ends_at) != (draft.starts_at, draft.ends_at)
    if not moved or not kept.public or request.form.get("sure") == _sure(draft):
        return 0
    with bridge().db.reading() as connection:
        return registrations.seats_taken(connection, kept.id)


def _sure(draft: EventDraft) -> str:
    return f"{draft.starts_at.isoformat()}/{draft.ends_at.isoformat()}"


def _ask(form: EventForm, kept: Event, draft: EventDraft, letters: int) -> ResponseReturnValue:
    carried = [(name, text) for name, text in form.fields.items(multi=True) if name not in _BUTTONS]
    return render_template(
        "organiser/moving.html", event=kept, draft=draft, letters=letters, carried=carried, sure=_sure(draft)
    )


def _page(form: EventForm, kept: Event | None, *, overtaken: bool = False) -> str:
    current = kept.revision if kept else None
    return render_template(
        "organiser/event_form.html",
        form=form,
        event=kept,
        complaints=form.complaints(),
        errors={complaint.field_id: complaint.sentence for complaint in form.complaints()},
        change=request.form.get("change", ""),
        seen=current if overtaken else _seen_revision() or current,
    )
