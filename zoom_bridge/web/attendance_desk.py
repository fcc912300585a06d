"""Who is in the room now, and afterwards who was there, for how long, and how sure that is: on a page, and as a file for
spreadsheets."""

from collections.abc import Iterable, Iterator
from itertools import chain

from flask import Blueprint, Response, render_template, request

from zoom_bridge.domain.account import Role
from zoom_bridge.i18n import Speech
from zoom_bridge.store import reports
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, say, speech
from zoom_bridge.web.evening import Evening, Line, Who, evening_of
from zoom_bridge.web.fields import N_, cleaned_line
from zoom_bridge.web.in_words import CREW, MATCHES, failure_in_words
from zoom_bridge.web.people import LONGEST_SEARCH, page_number
from zoom_bridge.web.spreadsheet import FORM, Cell, offer, wall

bp = Blueprint("attendance_desk", __name__)

#: So many on a page.
PAGE_SIZE = 50
#: So many of somebody's visits are told one by one.
TOLD = 3
#: The filters, in the order in which they are offered.
_GROUPS = {
    Who.INSIDE: N_("in the room now"),
    Who.LEFT: N_("have left again"),
    Who.ATTENDED: N_("there for two thirds of the time or more"),
    Who.LEFT_EARLY: N_("there for less"),
    Who.ABSENT: N_("registered and not there"),
    Who.CLICKED: N_("clicked and did not arrive"),
    Who.PHONE: N_("by telephone"),
    Who.GUESTS: N_("there without a place"),
    Who.DOUBTFUL: N_("doubtful"),
    Who.CREW: N_("host, panel and team"),
}
#: Figures at the top, while the webinar runs and afterwards.
_NOW = (Who.LEFT, Who.ABSENT, Who.CLICKED, Who.GUESTS)
_AFTERWARDS = (Who.ATTENDED, Who.LEFT_EARLY, Who.ABSENT, Who.PHONE, Who.GUESTS)


@bp.get(f"/events/<{backstage.KEY}:event_id>/attendance")
@backstage.needs(Role.RECEPTION)
def show(event_id: int) -> str:
    evening = evening_of(event_id)
    who, search = _asked()
    found = evening.find(who, search)
    page = page_number()
    with bridge().db.reading() as connection:
        given_up = reports.find_given_up(connection, event_id)
    return render_template(
        "organiser/attendance.html",
        no_report=failure_in_words(given_up.last_error, speech()) if given_up else None,
        event=evening.event,
        wording=evening.event.wording(speech().language),
        evening=evening,
        room=evening.room,
        lines=found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        total=len(found),
        page=page,
        pages=max(1, -(-len(found) // PAGE_SIZE)),
        chosen={"who": who, "q": search or None},
        groups={who: say(words) for who, words in _GROUPS.items()},
        figures=_NOW if evening.room.running else _AFTERWARDS,
        evidence=lambda line: list(_evidence(line, speech())),
        crew={match: say(words) for match, words in CREW.items()},
        told=TOLD,
    )


@bp.get(f"/events/<{backstage.KEY}:event_id>/attendance.{FORM}")
@backstage.needs(Role.RECEPTION)
def as_file(event_id: int, form: str) -> Response:
    """What the page shows, all pages of it; of everybody, those who work here are the last."""
    evening = evening_of(event_id)
    who, search = _asked()
    everybody = chain(evening.find(who, search), [] if who or search else evening.crew)
    return offer(_rows(evening, everybody, speech()), "attendance", form)


def _asked() -> tuple[Who | None, str]:
    try:
        who = Who(request.args.get("who", ""))
    except ValueError:
        who = None
    return who, cleaned_line(request.args.get("q", ""))[:LONGEST_SEARCH]


def _evidence(line: Line, speech: Speech) -> Iterator[str]:
    """How somebody was recognised, in words: each of their stays may have evidence of its own."""
    for match in line.evidence:
        words, sureness = MATCHES[match]
        yield speech.say("%(how)s: %(sureness)s", how=speech.say(words), sureness=speech.say(sureness))


def _rows(evening: Evening, lines: Iterable[Line], speech: Speech) -> Iterator[list[Cell]]:
    say, zone = speech.say, evening.event.timezone
    yield [
        say("First name"), say("Last name"), say("E-mail address"), say("Registered"), say("Was there"), say("Minutes"),
        say("Share in percent"), say("First joined"), say("Last left"), say("Stays"), say("By telephone"),
        say("Recognised"),
    ]  # fmt: skip
    for line in lines:
        person, attendance, presence = line.person, line.attendance, line.presence
        by_phone = Who.PHONE in line.groups
        row: list[Cell] = [
            person.first_name if person else "",
            person.last_name if person else line.name,
            line.address,
            say("yes") if person and person.active else say("no"),
        ]
        if attendance is None:
            unknown = by_phone or not evening.room.attendances
            row += [say("not known"), None, None] if unknown else [say("no"), 0, 0]
            row += [None, None, None, say("yes") if by_phone else "", ""]
        else:
            row += [
                say("yes"),
                presence.minutes if presence else None,
                presence.percent if presence else None,
                wall(attendance.first_joined_at, zone),
                wall(attendance.left_at, zone),
                len(attendance.visits),
                say("yes") if attendance.by_phone else "",
                "; ".join(_evidence(line, speech)) or say("unknown guest"),
            ]
        yield row
