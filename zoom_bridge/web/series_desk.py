"""A series for organisers: make one of an event, see all its dates, add one, and let one date's texts hold for the
others. Each date is moved and cancelled on its own pages. The forms are in `dates_form.py`, what follows from them in
`flows/serial.py`."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.host import SET_UP
from zoom_bridge.domain.recurrence import Rhythm, Start, on_day
from zoom_bridge.domain.refusals import NotFound, NotPublishable
from zoom_bridge.domain.series import Registering, Series
from zoom_bridge.flows import serial
from zoom_bridge.store import agendas, dates, hosts
from zoom_bridge.store.agendas import AgendaLine
from zoom_bridge.store.hosts import Taken
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.account_choice import overlap_in_words
from zoom_bridge.web.banner import banner
from zoom_bridge.web.context import bridge, now, say, say_n, speech
from zoom_bridge.web.dates_form import DateForm, SeriesForm
from zoom_bridge.web.forms import complained

bp = Blueprint("series_desk", __name__)

_NOTHING: "MultiDict[str, str]" = MultiDict()


def show_again(event_id: int) -> ResponseReturnValue:
    """The form with what was typed, when its token did not fit."""
    event = backstage.read_event(event_id)
    return _form_page(event, SeriesForm(speech(), event, request.form))


@bp.get(f"/events/<{backstage.KEY}:event_id>/dates")
@backstage.needs(Role.EDITOR)
def new(event_id: int) -> ResponseReturnValue:
    event = backstage.read_event(event_id)
    if elsewhere := _no_series_of(event):
        return elsewhere
    fields = MultiDict({"rhythm": Rhythm.WEEKLY, "weeks": "1", "registering": Registering.PER_DATE})
    return _form_page(event, SeriesForm(speech(), event, fields))


@bp.post(f"/events/<{backstage.KEY}:event_id>/dates")
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(show_again)
def make(event_id: int) -> ResponseReturnValue:
    """First shows all dates; nothing is made before that was agreed to."""
    event = backstage.read_event(event_id)
    if elsewhere := _no_series_of(event):
        return elsewhere
    form = SeriesForm(speech(), event, request.form)
    if request.form.get("action") == "back":
        return _form_page(event, form)
    starts = form.starts(now())
    if starts is None:
        return _form_page(event, form), 422
    if request.form.get("action") != "make":
        return _preview(event, form, starts)
    series = serial.make_series(bridge().db, event_id, starts, Registering(form.registering.value), now())
    flash(say_n("%(n)s further date has been made.", "%(n)s further dates have been made.", len(starts)), "good")
    return _back(series.id)


@bp.get(f"/series/<{backstage.KEY}:series_id>")
@backstage.needs(Role.RECEPTION)
def show(series_id: int) -> ResponseReturnValue:
    return _page(series_id)


def add_again(series_id: int) -> ResponseReturnValue:
    return _page(series_id, request.form)


@bp.post(f"/series/<{backstage.KEY}:series_id>/dates")
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(add_again)
def add(series_id: int) -> ResponseReturnValue:
    _, lines = _read(series_id)
    known = [line.event for line in lines]
    like = _last(known)
    if like.cancelled_at:
        flash(say("A cancelled event cannot be changed any more."), "care")
        return _back(series_id)
    start = DateForm(speech(), like, request.form).start(known, now())
    if start is None:
        return _page(series_id, request.form), 422
    event = serial.add_date(bridge().db, series_id, start, now())
    flash(say("The date has been added."), "good")
    for sentence in _collisions(event, [event], but=event.id):
        flash(sentence, "care")
    return _back(series_id)


@bp.get(f"/series/<{backstage.KEY}:series_id>/texts")
@backstage.needs(Role.EDITOR)
def ask_to_spread(series_id: int) -> ResponseReturnValue:
    """Of one date (?from=…, or else the first): shows which others would get its texts."""
    series, lines = _read(series_id)
    event_id = request.args.get("from", lines[0].event.id, type=int)
    source = next((line.event for line in lines if line.event.id == event_id), None)
    if source is None:
        raise NotFound
    others = [one for one in (line.event for line in lines) if _takes_over(one, source)]
    return render_template("organiser/series_texts.html", series=series, event=source, others=others)


@bp.post(f"/series/<{backstage.KEY}:series_id>/texts")
@backstage.needs(Role.EDITOR)
def spread(series_id: int) -> ResponseReturnValue:
    event_id = request.form.get("from", type=int)
    if event_id is None:
        return redirect(url_for("organiser.series_desk.ask_to_spread", series_id=series_id), 303)
    changed = serial.spread(bridge().db, series_id, event_id, now())
    words = say_n("%(n)s date has these texts now.", "%(n)s dates have these texts now.", changed)
    flash(words, "good")
    return _back(series_id)


@bp.post(f"/series/<{backstage.KEY}:series_id>/publish")
@backstage.needs(Role.EDITOR)
def publish(series_id: int) -> ResponseReturnValue:
    _read(series_id)
    try:
        published = serial.publish_all(bridge().db, series_id, now())
        flash(say_n("%(n)s date is published.", "%(n)s dates are published.", published), "good")
    except NotPublishable:
        flash(
            say("Nothing is published yet: the imprint and the privacy notice have to be written first."), "care"
        )
    return _back(series_id)


def _no_series_of(event: Event) -> ResponseReturnValue | None:
    """Where there is one already, or can be none."""
    if event.series_id is not None:
        return _back(event.series_id)
    if event.cancelled_at:
        flash(say("A cancelled event cannot be changed any more."), "care")
        return redirect(url_for("organiser.event", event_id=event.id), 303)
    return None


def _takes_over(event: Event, source: Event) -> bool:
    return event.id != source.id and not event.cancelled_at and now() < event.starts_at


def _read(series_id: int) -> tuple[Series, list[AgendaLine]]:
    with bridge().db.reading() as connection:
        series = dates.find(connection, series_id)
        lines = agendas.list_series(connection, series_id)
    if series is None or not lines:
        raise NotFound
    return series, lines


def _form_page(event: Event, form: SeriesForm) -> str:
    return render_template("organiser/series_form.html", event=event, form=form, **complained(form.complaints()))


def _preview(event: Event, form: SeriesForm, starts: list[Start]) -> str:
    others = [on_day(event, start) for start in starts]
    return render_template(
        "organiser/series_preview.html",
        event=event,
        all=sorted([event, *others], key=lambda one: one.starts_at),
        once=form.registering.value == Registering.ONCE,
        collisions=_collisions(event, others),
        carried=[(name, text) for name, text in request.form.items(multi=True) if name in form.data],
    )


def _collisions(event: Event, planned: Sequence[EventDraft], but: int | None = None) -> list[str]:
    """A sentence for each of these dates at which the event's Zoom account is taken: by another event, though not by
    `but`, or by one of these dates before it."""
    with bridge().db.reading() as connection:
        kept = [hosts.taken(connection, one.starts_at, one.ends_at, but) for one in planned]
    host = event.zoom_host
    found = [kept[n].get(host.lower()) or _taken_by_one_of(planned[:n], one) for n, one in enumerate(planned)]
    return [overlap_in_words(host, one, speech()) for one in found if one]


def _taken_by_one_of(others: Sequence[EventDraft], one: EventDraft) -> Taken | None:
    gap = 2 * SET_UP
    for other in others:
        if other.starts_at < one.ends_at + gap and other.ends_at > one.starts_at - gap:
            title = other.title_de or other.title_en
            return Taken(0, title, other.starts_at, other.ends_at, other.timezone)
    return None


def _page(series_id: int, fields: "MultiDict[str, str]" = _NOTHING) -> str:
    series, lines = _read(series_id)
    known = [line.event for line in lines]
    form = DateForm(speech(), _last(known), fields)
    if fields:
        form.start(known, now())
    coming = [line.event for line in lines if not line.event.cancelled_at and now() < line.event.starts_at]
    return render_template(
        "organiser/series_dates.html",
        series=series,
        event=(coming or [lines[-1].event])[0],
        rows=[_row(line) for line in lines],
        coming=coming,
        drafts=[event for event in coming if not event.public],
        published=any(line.event.public for line in lines),
        address=bridge().links.page(f"/s/{series.slug}"),
        form=None if _last(known).cancelled_at else form,
        **complained(form.complaints()),
    )


def _last(known: Sequence[Event]) -> Event:
    """The date that one more is a copy of: the last that is not cancelled, where there is one."""
    return ([event for event in known if not event.cancelled_at] or known)[-1]


def _row(line: AgendaLine) -> dict[str, object]:
    state = banner(line.event, line.numbers.registered, now(), speech())
    return {"event": line.event, "numbers": line.numbers, "banner": state}


def _back(series_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.series_desk.show", series_id=series_id), 303)
