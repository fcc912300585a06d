"""What came of an event, in figures: the report for those who organise, and the result, one page without any personal
data for those above them, as a page and on paper."""

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.result import SMALL, Result, discreet, wordless
from zoom_bridge.flows import summing_up
from zoom_bridge.i18n import Speech
from zoom_bridge.paper import press, result_sheet
from zoom_bridge.web import backstage, event_desk, result_in_words, review_desk
from zoom_bridge.web.branding import instance
from zoom_bridge.web.chart_shapes import Chart
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.result_in_words import per_cent
from zoom_bridge.web.spreadsheet import FORM, Cell, offer

bp = Blueprint("figures_desk", __name__)

_EVENT = f"/events/<{backstage.KEY}:event_id>"


@dataclass(frozen=True)
class Summary:
    """The result: what pages and paper say alike. The charts of questions stand by themselves, with how many people
    answered, where that tells nothing of single ones."""

    event: Event
    sentences: list[str]
    numbers: list[tuple[str, str]]
    charts: list[Chart]
    questions: list[tuple[Chart, str]]
    notes: list[str]


@bp.get(f"{_EVENT}/report")
@backstage.needs(Role.EDITOR)
def show(event_id: int) -> str:
    event, figures = _figures(event_id)
    words = speech()
    return render_template(
        "organiser/report.html",
        event=event,
        wording=event.wording(words.language),
        figures=figures,
        sentences=result_in_words.sentences(figures, event, now(), words),
        numbers=_numbers(figures, words),
        over=event.ends_at <= now(),
        forgotten=event.forget_at <= now(),
        registering=result_in_words.registering(figures, words),
        sources=result_in_words.sources(figures, words),
        room=result_in_words.room(figures, event, words),
        staying=result_in_words.staying(figures, words),
        polls=[result_in_words.answers(poll, words) for poll in figures.polls if poll.choices],
        survey=[result_in_words.answers(poll, words) for poll in figures.survey if poll.choices],
        year=event.starts_at.astimezone(ZoneInfo(backstage.HOUSE_ZONE)).year,
        doubts=0 if event.forget_at <= now() else review_desk.number_open(event),
        printable=press.available(),
    )


@bp.get(f"{_EVENT}/report.{FORM}")
@backstage.needs(Role.EDITOR)
def as_file(event_id: int, form: str) -> Response:
    event, figures = _figures(event_id)
    return offer(_rows(figures, event, speech()), "report", form)


@bp.get(f"{_EVENT}/result")
@backstage.needs(Role.EDITOR)
def result(event_id: int) -> str:
    event, figures = _figures(event_id)
    return render_template(
        "organiser/result.html",
        event=event,
        wording=event.wording(speech().language),
        summary=_summary(event, figures, speech()),
        printable=press.available(),
    )


@bp.get(f"{_EVENT}/result.pdf")
@backstage.needs(Role.EDITOR)
def as_pdf(event_id: int) -> ResponseReturnValue:
    event, figures = _figures(event_id)
    words = speech()
    try:
        paper = result_sheet.printed(_sheet(_summary(event, figures, words), words))
    except press.NotInstalled:
        flash(say(press.MISSING), "care")
        return redirect(url_for("organiser.figures_desk.result", event_id=event_id), 303)
    response = Response(paper, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{event.slug}.pdf"'
    return response


def _figures(event_id: int) -> tuple[Event, Result]:
    event, room = backstage.read_event(event_id), event_desk.room_of(event_id)
    with bridge().db.reading() as connection:
        return event, summing_up.figures(connection, event, room, now())


def _numbers(figures: Result, words: Speech) -> list[tuple[str, str]]:
    """(number, what it counts)."""
    if not figures.there:
        return []
    say, number = words.say, words.number
    found = [(number(figures.there), say("were there"))]
    if figures.registered and figures.expected:
        found += [
            (per_cent(figures.came, figures.expected, words), say("of those registered came")),
            (number(figures.absent), say("registered and did not come")),
        ]
    if figures.peak:
        found.append((number(figures.peak), say("at the same time")))
    if figures.mean_minutes:
        found.append((number(figures.mean_minutes), say("minutes on average")))
    return found


def _summary(event: Event, figures: Result, words: Speech) -> Summary:
    told = discreet(wordless(figures, event))
    charts = [
        result_in_words.room(told, event, words, discreet=True),
        result_in_words.staying(told, words),
        result_in_words.sources(told, words, discreet=True),
    ]
    polls = [
        (result_in_words.answers(poll, words, discreet=True), poll.people)
        for poll in (*told.polls, *told.survey)
        if poll.choices
    ]
    questions = [
        (
            chart,
            ""
            if result_in_words.hides(chart)
            else words.say_n("%(n)s person answered.", "%(n)s people answered.", people),
        )
        for chart, people in polls
    ]
    return Summary(
        event,
        result_in_words.sentences(told, event, now(), words, discreet=True),
        _numbers(told, words),
        [chart for chart in charts if chart],
        questions,
        list(_notes(figures, words)),
    )


def _notes(figures: Result, words: Speech) -> Iterator[str]:
    if figures.there and not figures.final:
        yield words.say("These figures are provisional: Zoom's report has not confirmed them yet.")
    if figures.asked:
        yield words.say_n(
            "%(n)s question was put to the panel.", "%(n)s questions were put to the panel.", figures.asked
        )
    yield words.say(
        "Nobody is named here. How long people stayed, where they came from and what they answered is told only of groups of at least %(n)s people.",
        n=SMALL,
    )


def _sheet(summary: Summary, words: Speech) -> result_sheet.Sheet:
    event = summary.event
    return result_sheet.Sheet(
        language=words.language,
        title=event.wording(words.language).title,
        above=instance().name,
        date=f"{words.date(event.starts_at, event.timezone)}, {words.span(event.starts_at, event.ends_at, event.timezone)}",
        sentences=summary.sentences,
        numbers=summary.numbers,
        charts=[_drawn(chart, "", words) for chart in summary.charts],
        questions=[_drawn(chart, says, words) for chart, says in summary.questions],
        notes=summary.notes,
    )


def _drawn(chart: Chart, says: str, words: Speech) -> dict[str, object]:
    return {
        "form": chart.form,
        "title": chart.title,
        "head": chart.head,
        "says": says or chart.says,
        "note": chart.note,
        "rows": [
            {"label": row.label, "number": row.number, "share": row.value / (chart.most or 1)}
            for row in chart.rows
        ],
        "corners": chart.corners,
        "lines": [{"label": words.number(number), "y": y} for number, y in chart.lines],
        "ticks": [{"label": tick.label, "at": tick.at} for tick in chart.ticks],
        "highest": chart.highest[0] / 100 if chart.rows else 0,
    }


def _rows(figures: Result, event: Event, words: Speech) -> Iterator[list[Cell]]:
    """Every figure of the report: what it is about, which one, how many."""
    say = words.say
    yield [say("About"), say("Which"), say("How many")]
    about = say("Event")
    yield [about, event.wording(words.language).title, None]
    for name, number in (
        (say("registered"), figures.registered),
        (say("gave up their place"), figures.cancelled),
        (say("on the waiting list"), figures.waiting),
        (say("were there"), figures.there),
        (say("registered and there"), figures.came),
        (say("registered and not there"), figures.absent),
        (say("there without being registered"), figures.guests),
        (say("only by telephone"), figures.by_phone),
        (say("at the same time"), figures.peak),
        (say("minutes on average"), figures.mean_minutes),
        (say("questions to the panel"), figures.asked),
        (say("questions answered"), figures.answered),
    ):
        yield [about, name, number]
    charts = [
        result_in_words.registering(figures, words),
        result_in_words.sources(figures, words),
        result_in_words.room(figures, event, words),
        result_in_words.staying(figures, words),
        *(result_in_words.answers(poll, words) for poll in (*figures.polls, *figures.survey)),
    ]
    for chart in filter(None, charts):
        for row in chart.rows:
            yield [chart.title, row.label, row.value]
