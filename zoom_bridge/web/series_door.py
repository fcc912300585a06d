"""A series for everybody: its page with all dates, and registering for several of them at once. What it has in common
with the form of a single event is in `registrar.py`; each date has its own page besides, in `public.py`.

It answers the same to new and to known addresses: nobody finds out who else is coming."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.question import Question
from zoom_bridge.domain.refusals import EventFull, NotFound
from zoom_bridge.domain.registration import Attendee, check_registering
from zoom_bridge.domain.series import Registering, Series
from zoom_bridge.flows import subscribing
from zoom_bridge.store import dates, registrations
from zoom_bridge.web.announcement import about
from zoom_bridge.web.banner import Banner, banner, may_register
from zoom_bridge.web.context import bridge, came_by, now, remember_event, say, speech
from zoom_bridge.web.error_pages import REFUSALS, ErrorPage
from zoom_bridge.web.forms import Complaint
from zoom_bridge.web.headers import same_for_everybody
from zoom_bridge.web.registrar import FOR_NOW, alias_domain, form_page, letter_allowances, privacy_version
from zoom_bridge.web.registration_form import RegistrationForm

bp = Blueprint("series_door", __name__)


@dataclass(frozen=True)
class Line:
    """One date with its state in words. `open`: people can register for it."""

    event: Event
    taken: int
    banner: Banner
    open: bool


@dataclass(frozen=True)
class Shown:
    """The series, its published dates, and the one that its texts are taken from: the next, or else the last."""

    series: Series
    lines: list[Line]
    event: Event

    @property
    def open(self) -> list[Line]:
        return [line for line in self.lines if line.open]

    @property
    def lists(self) -> list[Line]:
        """Where all seats are taken and people can wait for one."""
        return [line for line in self.open if line.event.full(line.taken)]

    @property
    def once(self) -> bool:
        return self.series.registering is Registering.ONCE


class DatesForm(RegistrationForm):
    """The registration form with the dates to choose from; without any, where people register once for all."""

    def __init__(self, shown: Shown, *args: Any, **options: Any) -> None:
        offered = [line.event for line in shown.open]
        super().__init__(
            speech(),
            _questions(offered),
            *args,
            participation=any(event.participation for event in offered),
            # Where one date does not offer it, Zoom would learn the real name there.
            alias_domain=alias_domain(shown.event) if all(event.pseudonyms for event in offered) else "",
            **options,
        )
        self.offered = [] if shown.once else offered
        # Also what is full by now: it is named afterwards, and the others are kept.
        known = set() if shown.once else {line.event.slug for line in shown.lines}
        self.chosen = [slug for slug in request.form.getlist("dates") if slug in known]
        self.dates_error = ""

    def attendee(self) -> Attendee | None:
        attendee = super().attendee()
        if self.offered and not self.chosen:
            self.dates_error = say("Please choose at least one date.")
            return None
        return attendee

    def complaints(self) -> list[Complaint]:
        dates_missing = [Complaint("dates", say("Dates"), self.dates_error)] if self.dates_error else []
        return [*dates_missing, *super().complaints()]


@bp.get("/s/<slug>")
def page(slug: str) -> Response:
    shown = _find(slug)
    text = render_template(
        "public/series.html",
        **about(shown.event),
        shown=shown,
        series=shown.series,
        page=bridge().links.page(f"/s/{shown.series.slug}", speech().language),
    )
    return same_for_everybody(make_response(text))


@bp.get("/s/<slug>/register")
def form(slug: str) -> ResponseReturnValue:
    shown = _find(slug)
    _check_open(shown)
    return make_response(_page(shown, DatesForm(shown)))


@bp.post("/s/<slug>/register")
def send(slug: str) -> ResponseReturnValue:
    shown = _find(slug)
    typed = DatesForm(shown, request.form)
    attendee = typed.attendee()
    try:
        if attendee is None:
            # What is wrong with the dates is said before what is wrong with the form.
            _check_open(shown)
            return make_response(_page(shown, typed), 422)
        allowances = letter_allowances(attendee.email, typed.opened.data or "")
        gone = subscribing.register_for_dates(
            bridge().db, shown.series.slug, typed.chosen, attendee, now(), allowances, came_by()
        )
    except FOR_NOW as refusal:
        refused = REFUSALS[type(refusal)]
        return make_response(_page(shown, typed, refused), refused.status)
    return redirect(url_for("series_door.registered", slug=slug, gone=[event.slug for event in gone]), 303)


@bp.get("/s/<slug>/registered")
def registered(slug: str) -> Response:
    shown = _find(slug)
    asked = set(request.args.getlist("gone"))
    gone = [line.event for line in shown.lines if line.event.slug in asked and not line.open]
    return make_response(
        render_template(
            "public/series_registered.html", **about(shown.event), shown=shown, series=shown.series, gone=gone
        )
    )


def _find(slug: str) -> Shown:
    with bridge().db.reading() as connection:
        series = dates.find_by_slug(connection, slug)
        found = [event for event in dates.list_of(connection, series.id) if event.public] if series else []
        taken = registrations.seats_taken_of(connection, [event.id for event in found])
    if series is None or not found:
        raise NotFound
    lines = [_line(event, taken.get(event.id, 0)) for event in found]
    coming = [event for event in found if now() < event.ends_at and not event.cancelled_at]
    shown = Shown(series, lines, (coming or found[-1:])[0])
    remember_event(shown.event)
    return shown


def _line(event: Event, taken: int) -> Line:
    return Line(event, taken, banner(event, taken, now(), speech()), may_register(event, taken, now()))


def _check_open(shown: Shown) -> None:
    """Refuses with the reason of the next date when there is none to register for."""
    if not shown.open:
        taken = next(line.taken for line in shown.lines if line.event.id == shown.event.id)
        check_registering(shown.event, taken, now())
        raise EventFull


def _questions(events: Sequence[Event]) -> list[Question]:
    """What any of the dates asks, each once."""
    return list({question.key: question for event in reversed(events) for question in event.questions}.values())


def _page(shown: Shown, form: DatesForm, refused: ErrorPage | None = None) -> str:
    return form_page(
        shown.event,
        form,
        privacy_version(),
        refused=refused,
        template="public/series_register.html",
        shown=shown,
    )
