"""Messages to groups of an event's people: all of them in a list, and each by itself: looked at and tried out while it is
a draft, watched and stopped while it leaves. They are written in `circular_form.py`."""

from datetime import timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.circular import Circular, Group
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.forecast import forecast
from zoom_bridge.domain.letter_text import Specimen
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.refusals import ChangedMeanwhile
from zoom_bridge.domain.registration import Registration
from zoom_bridge.flows import addressing, circulating, mailing
from zoom_bridge.store import circulars, organisers, outbox
from zoom_bridge.store.circulars import Progress
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.circular_form import get_circular
from zoom_bridge.web.circular_in_words import (
    GROUPS,
    counts_in_words,
    forecast_in_words,
    state_in_words,
    subject_in_words,
)
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import cleaned_line
from zoom_bridge.web.headers import policy
from zoom_bridge.web.letter_frame import SANDBOX, letter_document

bp = Blueprint("circular_desk", __name__)

_CIRCULARS = f"/events/<{backstage.KEY}:event_id>/circulars"
_ONE = f"{_CIRCULARS}/<{backstage.KEY}:circular_id>"
#: Tests that somebody may send to themselves.
_TESTS = (30, timedelta(hours=1))
_LONGEST_SEARCH = 200


@bp.get(_CIRCULARS)
@backstage.needs(Role.EDITOR)
def show_all(event_id: int) -> str:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        written = circulars.list_for_event(connection, event_id)
        progress = circulars.progress(connection, [circular.id for circular in written])
    rows = [
        {
            "id": circular.id,
            "subject": subject_in_words(circular, event, speech()),
            "group": say(GROUPS[Group(circular.group)]),
            "at": circular.sent_at or circular.written_at,
            "state": state_in_words(circular, progress.get(circular.id, Progress()), event.timezone, speech()),
            "progress": progress.get(circular.id),
        }
        for circular in written
    ]
    return render_template(
        "organiser/circulars.html", event=event, wording=event.wording(speech().language), rows=rows
    )


@bp.get(_ONE)
@backstage.needs(Role.EDITOR)
def show(event_id: int, circular_id: int) -> ResponseReturnValue:
    who = cleaned_line(request.args.get("who", ""))[:_LONGEST_SEARCH]
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        circular = get_circular(connection, event_id, circular_id)
        people = _people(connection, event, circular)
        progress = circulars.progress(connection, [circular_id]).get(circular_id, Progress())
        # What was sent is itself among the letters that wait.
        takes = _forecast(connection, event, 0 if circular.sent_at else len(people or ()))
        reader = _reader(people, who)
        language = _language(circular, reader)
        test = outbox.find_last_test(connection, Kind.CIRCULAR, event_id, backstage.me().id, language, circular_id)
        writer = organisers.find(connection, circular.written_by) if circular.written_by else None
    page = render_template(
        "organiser/circular.html",
        event=event,
        wording=event.wording(speech().language),
        circular=circular,
        subject=subject_in_words(circular, event, speech()),
        group=say(GROUPS[Group(circular.group)]),
        people=people,
        progress=progress,
        state=state_in_words(circular, progress, event.timezone, speech()),
        counts=counts_in_words(progress, speech()),
        takes=takes,
        writer=writer,
        language=language,
        who=who,
        person=reader,
        letter=_specimen(event, circular, language, reader),
        sandbox=SANDBOX,
        test=test,
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = policy(frame_src="'self'")
    return answer


@bp.get(f"{_ONE}/html")
@backstage.needs(Role.EDITOR)
def html(event_id: int, circular_id: int) -> Response:
    who = cleaned_line(request.args.get("who", ""))[:_LONGEST_SEARCH]
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        circular = get_circular(connection, event_id, circular_id)
        people = _people(connection, event, circular) if who else None
    reader = _reader(people, who)
    return letter_document(_specimen(event, circular, _language(circular, reader), reader).html)


@bp.post(f"{_ONE}/test")
@backstage.needs(Role.EDITOR)
def send_test(event_id: int, circular_id: int) -> ResponseReturnValue:
    me = backstage.me()
    with bridge().db.reading() as connection:
        language = _language(get_circular(connection, event_id, circular_id))
    allowance = guards.allowance("test letter", *_TESTS, str(me.id))
    written = mailing.write_test(
        bridge().db, event_id, Kind.CIRCULAR, language, me.id, now(), (allowance,), circular_id
    )
    if written:
        flash(say("The test e-mail is on its way to %(address)s.", address=me.email), "good")
    else:
        flash(say("You asked for this test e-mail just now. It is on its way already."), "good")
    return _back(event_id, circular_id, language)


@bp.get(f"{_ONE}/send")
@backstage.needs(Role.EDITOR)
def ask_to_send(event_id: int, circular_id: int) -> ResponseReturnValue:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        circular = get_circular(connection, event_id, circular_id)
        people = _people(connection, event, circular)
        takes = _forecast(connection, event, len(people or ()))
    if circular.sent_at or not people:
        return _back(event_id, circular_id)
    return render_template(
        "organiser/sending_circular.html",
        event=event,
        circular=circular,
        subject=subject_in_words(circular, event, speech()),
        group=say(GROUPS[Group(circular.group)]),
        people=people,
        takes=takes,
    )


@bp.post(f"{_ONE}/send")
@backstage.needs(Role.EDITOR)
def send(event_id: int, circular_id: int) -> ResponseReturnValue:
    try:
        circulating.send_circular(bridge().db, event_id, circular_id, now())
        flash(say("The message is on its way."), "good")
    except ChangedMeanwhile:
        flash(say("This group cannot be written to any more. Please choose another one."), "care")
    return _back(event_id, circular_id)


@bp.post(f"{_ONE}/stop")
@backstage.needs(Role.EDITOR)
def stop(event_id: int, circular_id: int) -> ResponseReturnValue:
    circulating.stop_circular(bridge().db, event_id, circular_id, now())
    flash(say("Stopped. What had not left stays here."), "good")
    return _back(event_id, circular_id)


@bp.post(f"{_ONE}/discard")
@backstage.needs(Role.EDITOR)
def discard(event_id: int, circular_id: int) -> ResponseReturnValue:
    circulating.discard_circular(bridge().db, event_id, circular_id)
    flash(say("The draft is discarded."), "good")
    return redirect(url_for("organiser.circular_desk.show_all", event_id=event_id), 303)


def _people(connection: Connection, event: Event, circular: Circular) -> list[Registration] | None:
    """Who is in its group now; None when there is no such group any more."""
    return addressing.groups(connection, event, now()).get(Group(circular.group))


def _forecast(connection: Connection, event: Event, letters: int) -> tuple[str, ...]:
    mail = bridge().settings.mail
    ahead = circulars.letters_ahead(connection, now())
    found = forecast(letters, ahead, circulars.recently_sent(connection), mail.connections, mail.most_per_hour)
    until = useful_until(Kind.CIRCULAR, event, now())
    return forecast_in_words(found, mail.most_per_hour, until, now(), event.timezone, speech())


def _language(circular: Circular, reader: Registration | None = None) -> str:
    """The one asked for, or the reader's, as far as it is written in it."""
    return circular.language_for(
        request.values.get("language") or (reader.language if reader else speech().language)
    )


def _reader(people: list[Registration] | None, who: str) -> Registration | None:
    """The first in the group who is called like that, or has that address; nobody: the organiser's own name."""
    asked = who.casefold()
    fitting = (one for one in people or () if asked in f"{one.name} {one.email}".casefold())
    return next(fitting, None) if asked else None


def _specimen(event: Event, circular: Circular, language: str, person: Registration | None) -> Specimen:
    reader = person or backstage.me()
    words = circular.words(language)
    return bridge().letters.specimen(Kind.CIRCULAR, language, event, reader.name, reader.email, now(), words)


def _back(event_id: int, circular_id: int, language: str | None = None) -> ResponseReturnValue:
    address = url_for(
        "organiser.circular_desk.show", event_id=event_id, circular_id=circular_id, language=language
    )
    return redirect(address, 303)
