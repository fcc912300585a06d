"""Pages for everybody: the list of events, an event's page, and what the law wants said.

Registering is in `registrar.py`, what belongs to one registration in `personal.py`."""

from flask import Blueprint, Response, make_response, render_template, url_for
from markupsafe import Markup

from zoom_bridge.domain.event import Event, Wording
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.mail import ical
from zoom_bridge.store import events, notices, registrations
from zoom_bridge.web import announcement, lately_read
from zoom_bridge.web.announcement import described
from zoom_bridge.web.banner import Banner, banner
from zoom_bridge.web.context import bridge, now, remember_event, say, speech
from zoom_bridge.web.headers import same_for_everybody
from zoom_bridge.web.sign_in import find_organiser

bp = Blueprint("public", __name__)

#: An event, its texts in the reader's language, and its state in words.
Line = tuple[Event, Wording, Banner]


@bp.get("/")
def coming() -> Response:
    with bridge().db.reading() as connection:
        to_come = events.list_coming(connection, now())
        taken = registrations.seats_taken_of(connection, [event.id for event in to_come])
        over = events.list_past(connection, now())
    calendar = bridge().links.page(url_for("feeds.calendar", lang=None), speech().language)
    page = render_template(
        "public/coming.html",
        months=_by_month([_line(event, taken.get(event.id, 0)) for event in to_come]),
        past=[_line(event, 0) for event in over],
        home=bridge().links.page("/", speech().language),
        calendar=calendar,
        webcal=f"webcal:{calendar.partition(':')[2]}",
    )
    return same_for_everybody(make_response(page))


def _line(event: Event, taken: int) -> Line:
    return event, event.wording(speech().language), banner(event, taken, now(), speech())


def _by_month(lines: list[Line]) -> dict[str, list[Line]]:
    """Month and year in words → its events, the soonest first."""
    months: dict[str, list[Line]] = {}
    for line in lines:
        months.setdefault(speech().month(line[0].starts_at, line[0].timezone), []).append(line)
    return months


@bp.get("/e/<slug>")
def event_page(slug: str) -> Response:
    event, taken = _find(slug)
    return announcement.page_of(event, taken)


@bp.get("/e/<slug>/calendar.ics")
def calendar(slug: str) -> Response:
    event, _ = find_public(slug)
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
    event, taken = lately_read.find_event(slug)
    if event is None or not (event.public or find_organiser()):
        raise NotFound
    if event.public:
        remember_event(event)
    return event, taken


def find_public(slug: str) -> tuple[Event, int]:
    event, taken = _find(slug)
    if not event.public:
        raise NotFound
    return event, taken
