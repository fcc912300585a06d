"""Create and change an event. The form itself is `forms.py`; what is typed and not saved is in `autosave.py`; what follows
from saving is `flows/hosting.py`."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.refusals import ChangedMeanwhile, NotPublishable
from zoom_bridge.domain.reminder_rule import MOST_RULES
from zoom_bridge.flows import hosting
from zoom_bridge.store import events, instances, panel_seats, registrations
from zoom_bridge.store.unsaved_forms import UnsavedForm
from zoom_bridge.web import account_choice, autosave, backstage, event_preview, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.form_pictures import received, received_untrusted, with_pictures_that_are_there
from zoom_bridge.web.form_sections import SECTIONS
from zoom_bridge.web.forms import EventForm, complained
from zoom_bridge.web.headers import policy
from zoom_bridge.web.refilled import fields_of, fields_of_copy, fields_to_begin_with
from zoom_bridge.web.uploads import ACCEPTED

bp = Blueprint("event_form", __name__)

#: Several pictures at once, and every row that there may be.
_LARGEST_FORM = 32 * 1024 * 1024
_MOST_PARTS = 1200


@bp.url_value_preprocessor
def take_pictures(endpoint: str | None, values: dict[str, object] | None) -> None:  # noqa: ARG001
    """Before anything looks into the form."""
    request.max_content_length = _LARGEST_FORM
    request.max_form_parts = _MOST_PARTS


@bp.after_request
def let_the_script_save(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", policy(connect_src="'self'"))
    return response


def show_again(event_id: int | None = None) -> ResponseReturnValue:
    """The form with what was typed, when its token did not fit."""
    kept = backstage.read_event(event_id) if event_id is not None else None
    return _page(_form(received_untrusted()), kept)


@bp.get("/events/new")
@backstage.needs(Role.EDITOR)
def new() -> ResponseReturnValue:
    """Empty, or a copy of another event (?from=…), or what was typed last time (?unsaved)."""
    unsaved = autosave.find(autosave.about_event(None))
    if unsaved:
        return _offered(unsaved, None)
    return _page(_form(_to_begin_with()), None)


@bp.post("/events/new")
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(show_again)
def create() -> ResponseReturnValue:
    form = _form(received())
    if not _asks("save", "publish", "preview"):
        return _page(form, None)
    draft = form.draft(now(), None, publishing=_asks("publish"))
    if draft is None:
        return _page(form, None), 422
    if _asks("preview"):
        return event_preview.page(draft, None, _typed(form))
    copied = autosave.number_of(form.fields.get("copied", ""))
    return _saved(hosting.create_event(bridge().db, draft, now(), copied), autosave.about_event(None))


@bp.get(f"/events/<{backstage.KEY}:event_id>/edit")
@backstage.needs(Role.EDITOR)
def edit(event_id: int) -> ResponseReturnValue:
    event = backstage.read_event(event_id)
    if closed := _closed(event):
        return closed
    unsaved = autosave.find(autosave.about_event(event_id))
    return _offered(unsaved, event) if unsaved else _page(_form(fields_of(event)), event)


@bp.post(f"/events/<{backstage.KEY}:event_id>/edit")
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(show_again)
def change(event_id: int) -> ResponseReturnValue:
    kept = backstage.read_event(event_id)
    if closed := _closed(kept):
        return closed
    form = _form(received())
    if not _asks("save", "publish", "preview"):
        return _page(form, kept)
    draft = form.draft(now(), kept, publishing=_asks("publish"))
    if draft is None:
        return _page(form, kept), 422
    if _asks("preview"):
        return event_preview.page(draft, kept, _typed(form))
    if letters := _letters_to_ask_about(kept, draft):
        return _ask(form, kept, draft, letters)
    try:
        event = hosting.change_event(bridge().db, event_id, draft, now(), _seen_revision(form))
    except ChangedMeanwhile:
        sentence = say(
            "Somebody else has changed this event meanwhile, and nothing of yours is saved yet. If you save now, what "
            "you see here replaces their changes."
        )
        flash(sentence, "care")
        return _page(form, backstage.read_event(event_id), overtaken=True), 409
    return _saved(event, autosave.about_event(event_id))


def _form(fields: "MultiDict[str, str]") -> EventForm:
    return EventForm(speech(), fields, account_choice.read_pool())


def _to_begin_with() -> "MultiDict[str, str]":
    """With several Zoom accounts, the first one that is free."""
    fields = _known_so_far()
    if account_choice.read_pool().has(fields.get("zoom_host", "")):
        fields["zoom_account"] = account_choice.FIRST_FREE
    return fields


def _known_so_far() -> "MultiDict[str, str]":
    if copied := autosave.number_of(request.args.get("from", "")):
        return fields_of_copy(backstage.read_event(copied))
    with bridge().db.reading() as connection:
        latest = events.list_all(connection, limit=1)
        instance = instances.get(connection)
    return fields_to_begin_with(instance, latest[0] if latest else None, bridge().settings.zoom.host or "")


def _offered(unsaved: UnsavedForm, event: Event | None) -> ResponseReturnValue:
    """Asks whether to go on with what was typed, or, when that is wanted, shows it."""
    form = _form(with_pictures_that_are_there(MultiDict(unsaved.fields)))
    if "unsaved" in request.args:
        return _page(form, event)
    title = form.title_de.data or form.title_en.data
    about = autosave.about_event(event.id if event else None)
    return render_template(
        "organiser/unsaved.html",
        event=event,
        about=about,
        title=title,
        saved_at=unsaved.saved_at,
        zone=backstage.HOUSE_ZONE,
        copied=request.args.get("from", ""),
    )


def _asks(*actions: str) -> bool:
    """Whether one of these buttons was pressed, and none that changes rows."""
    return request.form.get("action") in actions and "change" not in request.form


def _typed(form: EventForm) -> tuple[tuple[str, str], ...]:
    return autosave.typed(form.fields)


def _seen_revision(form: EventForm) -> int | None:
    """The revision that the form was opened with; it rides in the form."""
    return autosave.number_of(form.fields.get("seen", ""))


def _closed(event: Event) -> ResponseReturnValue | None:
    if event.cancelled_at is None:
        return None
    flash(say("A cancelled event cannot be changed any more."), "care")
    return redirect(url_for("organiser.event", event_id=event.id), 303)


def _saved(event: Event, about: str) -> ResponseReturnValue:
    autosave.clear(about)
    if _asks("publish"):
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
        panel = panel_seats.letters_to_all(connection, kept.id)
        return registrations.letters_to_all(connection, kept.id) + panel


def _sure(draft: EventDraft) -> str:
    return f"{draft.starts_at.isoformat()}/{draft.ends_at.isoformat()}"


def _ask(form: EventForm, kept: Event, draft: EventDraft, letters: int) -> ResponseReturnValue:
    return render_template(
        "organiser/moving.html", event=kept, draft=draft, letters=letters, carried=_typed(form), sure=_sure(draft)
    )


def _page(form: EventForm, kept: Event | None, *, overtaken: bool = False) -> str:
    current = kept.revision if kept else None
    form.look_at_files()
    complaints = form.complaints()
    return render_template(
        "organiser/event_form.html",
        form=form,
        event=kept,
        sections=[(section, len(form.complaints_in(section))) for section in SECTIONS],
        **complained(complaints),
        # Where the focus goes: to what is wrong, or else to what was changed.
        change="" if complaints else form.fields.get("change", ""),
        seen=current if overtaken else _seen_revision(form) or current,
        about=autosave.about_event(kept.id if kept else None),
        over=kept is not None and kept.ends_at <= now(),
        accepted=ACCEPTED,
        alias_domain=bridge().settings.zoom.alias_domain,
        most_reminders=MOST_RULES,
    )
