"""One of an event's letters, as somebody would get it, and as a test to one's own mailbox. In what is shown here no
link is anybody's own."""

from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import LANGUAGES, Event
from zoom_bridge.domain.letter_text import LetterText, Specimen
from zoom_bridge.domain.message import TO_PANEL, Kind, Message
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.reminder import kind_of
from zoom_bridge.domain.reminder_rule import ReminderRule
from zoom_bridge.flows import mailing
from zoom_bridge.store import letter_texts, outbox, overviews, registrations
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import cleaned_line
from zoom_bridge.web.headers import policy
from zoom_bridge.web.in_words import LETTERS, failure_in_words
from zoom_bridge.web.letter_frame import SANDBOX, letter_document
from zoom_bridge.web.letter_names import kind_name, reminder_name
from zoom_bridge.web.mail_plan import read_plan

bp = Blueprint("letter_desk", __name__)

_LETTER = f"/events/<{backstage.KEY}:event_id>/letters/<kind>"
_LARGEST_KEY = 2**31 - 1
_LONGEST_SEARCH = 200
_MOST_FOUND = 10
#: Tests that somebody may send to themselves.
_TESTS = (30, timedelta(hours=1))


@bp.get(_LETTER)
@backstage.needs(Role.EDITOR)
def show(event_id: int, kind: str) -> ResponseReturnValue:
    letter = letter_kind(kind)
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        who = cleaned_line(request.args.get("who", ""))[:_LONGEST_SEARCH]
        found = _found(connection, event_id, who)
        person = found[0] if len(found) == 1 else _person(connection, event)
        language = chosen_language(event, person)
        own = letter_texts.find(connection, event_id, letter, language)
        plan = read_plan(connection, event, overviews.numbers(connection, event_id).registered, now(), speech())
        test = outbox.find_last_test(connection, letter, event_id, backstage.me().id, language)
    rule = _rule(letter)
    page = render_template(
        "organiser/letter.html",
        event=event,
        wording=event.wording(speech().language),
        kind=letter,
        name=reminder_name(letter, rule.code, speech()) if rule else kind_name(letter, event, speech()),
        occasion=plan.occasion(letter, rule.code if rule else ""),
        as_if=_as_if(letter, event),
        language=language,
        languages=LANGUAGES,
        person=person,
        query={"language": language, **_query(person, rule)},
        rule=rule.code if rule else "",
        to_attendees=letter not in TO_PANEL,
        who=who,
        found=found,
        own=own,
        letter=_shown_to(person, letter, language, _with(event, rule), own),
        sandbox=SANDBOX,
        test=_test_in_words(test, event) if test else "",
    )
    answer = make_response(page)
    answer.headers["Content-Security-Policy"] = policy(frame_src="'self'")
    return answer


@bp.get(f"{_LETTER}/html")
@backstage.needs(Role.EDITOR)
def html(event_id: int, kind: str) -> Response:
    return letter_document(_specimen(event_id, kind).html)


@bp.get(f"{_LETTER}/calendar.ics")
@backstage.needs(Role.EDITOR)
def calendar(event_id: int, kind: str) -> Response:
    entry = _specimen(event_id, kind).calendar
    if entry is None:
        raise NotFound
    disposition = 'attachment; filename="calendar.ics"'
    return Response(
        entry, content_type="text/calendar; charset=utf-8", headers={"Content-Disposition": disposition}
    )


@bp.post(f"{_LETTER}/test")
@backstage.needs(Role.EDITOR)
def send_test(event_id: int, kind: str) -> ResponseReturnValue:
    letter, me = letter_kind(kind), backstage.me()
    language = chosen_language(backstage.read_event(event_id))
    allowance = guards.allowance("test letter", *_TESTS, str(me.id))
    if mailing.write_test(bridge().db, event_id, letter, language, me.id, now(), (allowance,)):
        flash(say("The test e-mail is on its way to %(address)s.", address=me.email), "good")
    else:
        flash(say("You asked for this test e-mail just now. It is on its way already."), "good")
    return redirect(url_for("organiser.letter_desk.show", event_id=event_id, kind=letter, language=language), 303)


def letter_kind(name: str) -> Kind:
    """A letter of an event, by its name in an address. Circulars have pages of their own (`circular_desk.py`)."""
    if name not in set(LETTERS) - {Kind.CIRCULAR}:
        raise NotFound
    return Kind(name)


def chosen_language(event: Event, person: Registration | None = None) -> str:
    """The language asked for, else the person's, else the event's first."""
    asked = request.values.get("language") or (person.language if person else "")
    return asked if asked in LANGUAGES else event.languages[0]


def _specimen(event_id: int, kind: str) -> Specimen:
    letter = letter_kind(kind)
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        person = _person(connection, event)
        language = chosen_language(event, person)
        own = letter_texts.find(connection, event_id, letter, language)
    shown = _with(event, _rule(letter))
    return _shown_to(person, letter, language, shown, own)


def _shown_to(
    person: Registration | None, letter: Kind, language: str, event: Event, own: LetterText | None
) -> Specimen:
    waiting = person is not None and person.waited
    return bridge().letters.specimen(letter, language, event, *_reader(person), now(), own, waiting=waiting)


def _person(connection: Connection, event: Event) -> Registration | None:
    """Whose letter is asked for; else it is the organiser's own name that stands in it. Callers get no letters."""
    asked = request.args.get("person", "")
    if not asked:
        return None
    known = asked.isascii() and asked.isdecimal() and int(asked) <= _LARGEST_KEY
    person = registrations.find(connection, int(asked)) if known else None
    if person is None or person.event_id != event.id or person.by_phone_only:
        raise NotFound
    return person


def _found(connection: Connection, event_id: int, who: str) -> list[Registration]:
    """Those with an address whom somebody looks for, to see the letter as they would get it."""
    if not who:
        return []
    return [one for one in overviews.people(connection, event_id, who).rows if one.email][:_MOST_FOUND]


def _rule(kind: Kind) -> ReminderRule | None:
    """Which of the event's reminders is asked for; None: the last one of this kind."""
    asked = request.args.get("rule", "")
    rule = ReminderRule.read(asked)
    if asked and (rule is None or kind is not kind_of(rule)):
        raise NotFound
    return rule


def _with(event: Event, rule: ReminderRule | None) -> Event:
    return replace(event, reminders=(rule,)) if rule else event


def _query(person: Registration | None, rule: ReminderRule | None) -> dict[str, object]:
    return ({"person": person.id} if person else {}) | ({"rule": rule.code} if rule else {})


def _reader(person: Registration | None) -> tuple[str, str]:
    me = backstage.me()
    return (person.name, person.email) if person else (me.name, me.email)


def _as_if(kind: Kind, event: Event) -> str:
    """What the shown letter takes for granted although it has not happened."""
    if kind is Kind.MOVED and event.moved_from is None:
        return say("The event has not moved. The e-mail is shown as if it had been a week earlier until now.")
    if kind is Kind.CANCELLED and event.cancelled_at is None:
        return say("The event is not cancelled. The e-mail is shown as if it were.")
    return ""


def _test_in_words(test: Message, event: Event) -> str:
    zone = event.timezone
    if test.sent_at:
        return say(
            "Last test: handed over to the mail server on %(moment)s.", moment=speech().moment(test.sent_at, zone)
        )
    if test.gave_up_at:
        return say("The last test could not be sent: %(why)s", why=failure_in_words(test.last_error, speech()))
    if test.skipped_at:
        return say("The last test was not sent: it had waited too long.")
    if test.last_error:
        return say("Your test e-mail is waiting: %(why)s", why=failure_in_words(test.last_error, speech()))
    return say("Your test e-mail is on its way.")
