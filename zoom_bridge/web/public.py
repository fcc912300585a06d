"""Pages for everybody: the list of events, an event's page, its registration form, and what the law wants said.

What belongs to one registration is in `personal.py`."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from zoom_bridge import richtext
from zoom_bridge.domain.event import Event, Wording
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.domain.refusals import NotFound, Refusal
from zoom_bridge.domain.registration import check_registering, email_key
from zoom_bridge.flows import registering
from zoom_bridge.i18n import Speech
from zoom_bridge.mail import ical
from zoom_bridge.store import events, notices, registrations
from zoom_bridge.web import guards
from zoom_bridge.web.banner import Banner, banner, may_register
from zoom_bridge.web.context import bridge, now, remember_event, say, speech
from zoom_bridge.web.headers import same_for_everybody
from zoom_bridge.web.registration_form import RegistrationForm, filled_in_quickly, opening_mark
from zoom_bridge.web.sign_in import find_organiser

bp = Blueprint("public", __name__)

# One mailbox gets few letters from strangers; one network may be a whole office.
_PER_ADDRESS = (5, timedelta(hours=1))
_PER_NETWORK = (300, timedelta(hours=1))
_QUICKLY_PER_NETWORK = (30, timedelta(hours=1))

#: The same description is shown again and again; its key is the text, so it cannot be out of date.
described = lru_cache(maxsize=200)(richtext.to_html)


@bp.get("/")
def coming() -> Response:
    with bridge().db.reading() as connection:
        lines = [
            (event, registrations.seats_taken(connection, event.id))
            for event in events.list_coming(connection, now())
        ]
        over = events.list_past(connection, now())
    shown = [_line(event, taken) for event, taken in lines]
    past = [_line(event, 0) for event in over]
    return same_for_everybody(make_response(render_template("public/coming.html", shown=shown, past=past)))


def _line(event: Event, taken: int) -> tuple[Event, Wording, Banner]:
    return event, event.wording(speech().language), banner(event, taken, now(), speech())


@bp.get("/e/<slug>")
def event_page(slug: str) -> Response:
    event, taken = _find(slug)
    view = _EventView(
        event=event,
        speech=speech(),
        address=request.full_path,
        banner=banner(event, taken, now(), speech()),
        open=may_register(event, taken, now()),
        running=event.starts_at <= now() < event.ends_at,
        moved=event.moved_from is not None and not event.cancelled_at and now() < event.ends_at,
    )
    response = make_response(_rendered_event(view))
    return same_for_everybody(response) if event.public else response


@bp.get("/e/<slug>/register")
def register(slug: str) -> ResponseReturnValue:
    event, taken = _find_public(slug)
    check_registering(event, taken, now())
    page = _rendered_form(_FormView(event=event, speech=speech(), address=request.full_path))
    page = page.replace(_TOKEN, guards.form_token()).replace(_OPENED, opening_mark(_secret(), now()))
    return make_response(page)


def registration_again(slug: str) -> ResponseReturnValue:
    """The form with what was typed, when its token did not fit."""
    event, _ = _find_public(slug)
    return make_response(_form_page(event, RegistrationForm(speech(), request.form)))


@bp.post("/e/<slug>/register")
@guards.shown_again_by(registration_again)
def send_registration(slug: str) -> ResponseReturnValue:
    form = RegistrationForm(speech(), request.form)
    attendee = form.attendee()
    if attendee is None:
        event, taken = _find_public(slug)
        # What is wrong with the event is said before what is wrong with the form.
        check_registering(event, taken, now())
        return make_response(_form_page(event, form), 422)
    quickly = filled_in_quickly(_secret(), form.opened.data or "", now())
    allowances = (
        guards.allowance("register", *_PER_ADDRESS, subject=email_key(attendee.email)),
        *guards.of_network("register", *_PER_NETWORK),
        *(guards.of_network("register quickly", *_QUICKLY_PER_NETWORK) if quickly else ()),
    )
    try:
        registering.register(bridge().db, slug, attendee, now(), allowances)
    except Refusal:
        _find_public(slug)  # the page that says so names it
        raise
    return redirect(url_for("public.registered", slug=slug), 303)


@bp.get("/e/<slug>/registered")
def registered(slug: str) -> Response:
    """The same page for a new address and a known one: nobody finds out who else is coming."""
    event, _ = _find_public(slug)
    return make_response(render_template("public/registered.html", **_about(event)))


@bp.get("/e/<slug>/calendar.ics")
def calendar(slug: str) -> Response:
    event, _ = _find_public(slug)
    file = ical.calendar_file_public(event, bridge().links, speech().language, now())
    return calendar_answer(file)


def calendar_answer(file: bytes, method: str = "PUBLISH") -> Response:
    response = Response(file, mimetype="text/calendar")
    response.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={method}"
    response.headers["Content-Disposition"] = 'attachment; filename="event.ics"'
    return response


@bp.get("/imprint")
def imprint() -> Response:
    return _notice(NoticeKind.IMPRINT, say("Imprint"))


@bp.get("/privacy")
def privacy() -> Response:
    return _notice(NoticeKind.PRIVACY, say("Privacy"))


@bp.get("/accessibility")
def accessibility() -> Response:
    return _notice(NoticeKind.ACCESSIBILITY, say("Accessibility and feedback"))


@bp.get("/help/zoom-in-the-browser")
def zoom_in_the_browser() -> Response:
    return same_for_everybody(make_response(render_template("public/zoom_in_the_browser.html")))


def _notice(kind: NoticeKind, title: str) -> Response:
    with bridge().db.reading() as connection:
        notice = notices.current(connection, kind, speech().language)
    text = described(notice.text, heading_level=2) if notice else Markup("")
    page = render_template("public/notice.html", title=title, notice=notice, text=text)
    return same_for_everybody(make_response(page))


def _find(slug: str) -> tuple[Event, int]:
    """The event and how many seats are taken. A draft exists only for organisers who are signed in."""
    with bridge().db.reading() as connection:
        event = events.find_by_slug(connection, slug)
        taken = registrations.seats_taken(connection, event.id) if event and event.capacity is not None else 0
    if event is None or not (event.public or find_organiser()):
        raise NotFound
    if event.public:
        remember_event(event)
    return event, taken


def _find_public(slug: str) -> tuple[Event, int]:
    event, taken = _find(slug)
    if not event.public:
        raise NotFound
    return event, taken


def _about(event: Event) -> dict[str, object]:
    """What every page about an event shows of it."""
    wording = event.wording(speech().language)
    return {"event": event, "wording": wording, "description": described(wording.description, heading_level=3)}


@dataclass(frozen=True, kw_only=True)
class _View:
    """Everything a page depends on: where two views are equal, their pages are, so each is rendered once. `address`
    is the path with its query, because the language asked for stays in the links."""

    event: Event
    speech: Speech
    address: str


@dataclass(frozen=True, kw_only=True)
class _EventView(_View):
    banner: Banner
    open: bool
    running: bool
    moved: bool


@dataclass(frozen=True, kw_only=True)
class _FormView(_View):
    """The form before anything is typed. What differs from visitor to visitor is put in afterwards."""


_TOKEN, _OPENED = "\ufdd0token\ufdd1", "\ufdd0opened\ufdd1"


@lru_cache(maxsize=200)
def _rendered_event(view: _EventView) -> str:
    return render_template(
        "public/event.html",
        **_about(view.event),
        banner=view.banner,
        open=view.open,
        running=view.running,
        moved=view.moved,
    )


@lru_cache(maxsize=200)
def _rendered_form(view: _FormView) -> str:
    page = _form_page(view.event, RegistrationForm(view.speech), opened=_OPENED)
    return page.replace(guards.form_token(), _TOKEN)


def _form_page(event: Event, form: RegistrationForm, opened: str = "") -> str:
    return render_template(
        "public/register.html",
        **_about(event),
        form=form,
        complaints=form.complaints(),
        errors={complaint.field_id: complaint.sentence for complaint in form.complaints()},
        opened=opened or form.opened.data or opening_mark(_secret(), now()),
        kept_days=(event.forget_at - event.ends_at).days,
    )


def _secret() -> str:
    return str(current_app.secret_key)
