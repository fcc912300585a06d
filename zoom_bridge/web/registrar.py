"""Registering for an event: the form, the page after it, and "send me my link again".

Both answer the same to new and to known addresses: nobody finds out who else is coming."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import EventFull, RegistrationNotOpen, TooManyRequests
from zoom_bridge.domain.registration import check_ahead, check_registering, email_key
from zoom_bridge.domain.series import Registering
from zoom_bridge.flows import registering
from zoom_bridge.web import guards, lately_read
from zoom_bridge.web.announcement import View, about
from zoom_bridge.web.context import bridge, came_by, now, speech
from zoom_bridge.web.error_pages import REFUSALS, ErrorPage
from zoom_bridge.web.forms import complained
from zoom_bridge.web.public import find_public
from zoom_bridge.web.registration_form import AddressForm, RegistrationForm, filled_in_quickly, opening_mark

bp = Blueprint("registrar", __name__)

# One mailbox gets few letters from strangers; one network may be a whole office.
_PER_ADDRESS = (5, timedelta(hours=1))
_PER_NETWORK = (300, timedelta(hours=1))
_QUICKLY_PER_NETWORK = (30, timedelta(hours=1))

#: What may be different in a while: the form stays, with all that was typed.
FOR_NOW = (EventFull, RegistrationNotOpen, TooManyRequests)


@bp.get("/e/<slug>/register")
def form(slug: str) -> ResponseReturnValue:
    event, taken = find_public(slug)
    if once := _once_for_all(event):
        return once
    check_registering(event, taken, now())
    view = _FormView(
        event=event,
        speech=speech(),
        address=request.full_path,
        privacy_version=privacy_version(),
        full=event.full(taken),
    )
    page = _rendered_form(view)
    return make_response(page.replace(_OPENED, opening_mark(_secret(), now())))


@bp.post("/e/<slug>/register")
def send(slug: str) -> ResponseReturnValue:
    event, taken = find_public(slug)
    if once := _once_for_all(event):
        return once
    typed = _form(event)
    attendee = typed.attendee()
    try:
        if attendee is None:
            # What is wrong with the event is said before what is wrong with the form.
            check_registering(event, taken, now())
            return make_response(_typed_page(event, typed, full=event.full(taken)), 422)
        allowances = letter_allowances(attendee.email, typed.opened.data or "")
        registering.register(bridge().db, slug, attendee, now(), allowances, came_by())
    except FOR_NOW as refusal:
        refused = REFUSALS[type(refusal)]
        return make_response(_typed_page(event, typed, refused, full=event.full(taken)), refused.status)
    return redirect(url_for("registrar.registered", slug=slug), 303)


@bp.get("/e/<slug>/registered")
def registered(slug: str) -> Response:
    event, taken = find_public(slug)
    return make_response(render_template("public/registered.html", **about(event), listed=_listed(event, taken)))


@bp.get("/e/<slug>/link")
def ask_for_link(slug: str) -> ResponseReturnValue:
    event, _ = find_public(slug)
    check_ahead(event, now())
    return make_response(_link_page(event, AddressForm(speech())))


@bp.post("/e/<slug>/link")
def send_link(slug: str) -> ResponseReturnValue:
    event, _ = find_public(slug)
    check_ahead(event, now())
    typed = AddressForm(speech(), request.form)
    if not typed.validate():
        return make_response(_link_page(event, typed), 422)
    try:
        registering.send_link_again(
            bridge().db, slug, typed.email.value, now(), letter_allowances(typed.email.value)
        )
    except TooManyRequests as refusal:
        refused = REFUSALS[type(refusal)]
        return make_response(_link_page(event, typed, refused), refused.status)
    return redirect(url_for("registrar.link_sent", slug=slug), 303)


@bp.get("/e/<slug>/link/sent")
def link_sent(slug: str) -> Response:
    event, _ = find_public(slug)
    return make_response(render_template("public/link_sent.html", **about(event)))


def _once_for_all(event: Event) -> ResponseReturnValue | None:
    """Where people register once for all dates of a series, no date has a form of its own."""
    series = lately_read.find_series(event.series_id)
    once = series is not None and series.registering is Registering.ONCE
    return redirect(url_for("series_door.form", slug=series.slug), 303) if series and once else None


def letter_allowances(email: str, opened: str | None = None) -> tuple[Allowance, ...]:
    """What a stranger spends with a letter to this address, whichever form it was typed into. `opened` is the mark of
    a form that takes a while to fill in."""
    quickly = opened is not None and filled_in_quickly(_secret(), opened, now())
    return (
        guards.allowance("register", *_PER_ADDRESS, subject=email_key(email)),
        *guards.of_network("register", *_PER_NETWORK),
        *(guards.of_network("register quickly", *_QUICKLY_PER_NETWORK) if quickly else ()),
    )


@dataclass(frozen=True, kw_only=True)
class _FormView(View):
    """The form before anything is typed. What differs from visitor to visitor is put in afterwards."""

    privacy_version: int | None
    full: bool


_OPENED = "\ufdd0opened\ufdd1"


@lru_cache(maxsize=200)
def _rendered_form(view: _FormView) -> str:
    event = view.event
    empty = RegistrationForm(
        view.speech, event.questions, participation=event.participation, alias_domain=alias_domain(event)
    )
    return form_page(event, empty, view.privacy_version, opened=_OPENED, full=view.full)


def _form(event: Event) -> RegistrationForm:
    """What was typed into the form of this event."""
    return RegistrationForm(
        speech(),
        event.questions,
        request.form,
        participation=event.participation,
        alias_domain=alias_domain(event),
    )


def alias_domain(event: Event) -> str:
    """Where the addresses of people lie who take part in this event under another name."""
    return bridge().settings.zoom.alias_domain if event.pseudonyms else ""


def _typed_page(
    event: Event, typed: RegistrationForm, refused: ErrorPage | None = None, *, full: bool = False
) -> str:
    return form_page(event, typed, privacy_version(), refused=refused, full=full)


def _listed(event: Event, taken: int) -> bool:
    """Whether somebody who registered just now may be on the waiting list."""
    return event.waiting_list and event.full(taken)


def form_page(
    event: Event,
    form: RegistrationForm,
    privacy_version: int | None,
    *,
    refused: ErrorPage | None = None,
    opened: str = "",
    template: str = "public/register.html",
    full: bool = False,
    **more: object,
) -> str:
    """`full`: all seats are taken, and who registers waits for one. `more`: what a template that is made of this one
    needs besides."""
    return render_template(
        template,
        **about(event),
        **more,
        series=lately_read.find_series(event.series_id),
        form=form,
        refused=refused,
        listed=full and event.waiting_list,
        **complained(form.complaints()),
        opened=opened or form.opened.data or opening_mark(_secret(), now()),
        kept_days=(event.forget_at - event.ends_at).days,
        privacy_version=privacy_version,
    )


def _link_page(event: Event, form: AddressForm, refused: ErrorPage | None = None) -> str:
    return render_template(
        "public/link.html", **about(event), form=form, complaints=form.complaints(), refused=refused
    )


def privacy_version() -> int | None:
    return lately_read.privacy_version(speech().language)


def _secret() -> str:
    return str(current_app.secret_key)
