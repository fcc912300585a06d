"""Write a message to a group of an event's people: to whom, and the words in the event's languages. What is written is
a draft; it is looked at and sent in `circular_desk.py`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.circular import Circular, Group
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.letter_text import LONGEST_OPENING, LONGEST_SUBJECT, Placeholder, used, written
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.refusals import ChangedMeanwhile, NotFound
from zoom_bridge.flows import addressing, circulating
from zoom_bridge.store import circulars
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.circular_in_words import GROUPS
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import cleaned_line, cleaned_passage
from zoom_bridge.web.forms import Complaint, complained
from zoom_bridge.web.letter_wording import misworded, placeholders

bp = Blueprint("circular_form", __name__)

_CIRCULARS = f"/events/<{backstage.KEY}:event_id>/circulars"
_ONE = f"{_CIRCULARS}/<{backstage.KEY}:circular_id>"

#: Language → subject and body.
Words = dict[str, tuple[str, str]]


@dataclass(frozen=True)
class _Typed:
    group: str
    words: Words


def get_circular(connection: Connection, event_id: int, circular_id: int) -> Circular:
    """One of this event; another event's number is as unknown as any."""
    circular = circulars.find(connection, circular_id)
    if circular is None or circular.event_id != event_id:
        raise NotFound
    return circular


@bp.get(f"{_CIRCULARS}/new")
@backstage.needs(Role.EDITOR)
def new(event_id: int) -> str:
    """An empty form, or one with the words of an earlier one (?from=…)."""
    event, asked = backstage.read_event(event_id), request.args.get("from", "")
    words = {language: ("", _greeting(language)) for language in event.languages}
    if asked.isascii() and asked.isdecimal() and len(asked) < 10:
        with bridge().db.reading() as connection:
            words |= _words_of(get_circular(connection, event_id, int(asked)))
    return _page(event, None, _Typed(Group.REGISTERED, words))


@bp.get(f"{_ONE}/edit")
@backstage.needs(Role.EDITOR)
def edit(event_id: int, circular_id: int) -> str:
    circular = _draft(event_id, circular_id)
    event = backstage.read_event(event_id)
    words = {language: ("", _greeting(language)) for language in event.languages} | _words_of(circular)
    return _page(event, circular_id, _Typed(circular.group, words))


def show_again(event_id: int, circular_id: int | None = None) -> ResponseReturnValue:
    """The page with what was typed, when its token did not fit."""
    event = backstage.read_event(event_id)
    return _page(event, circular_id, _typed(event))


@bp.post(f"{_CIRCULARS}/new")
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(show_again)
def write(event_id: int) -> ResponseReturnValue:
    return _write(event_id, None)


@bp.post(f"{_ONE}/edit")
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(show_again)
def change(event_id: int, circular_id: int) -> ResponseReturnValue:
    _draft(event_id, circular_id)
    return _write(event_id, circular_id)


def _write(event_id: int, circular_id: int | None) -> ResponseReturnValue:
    event = backstage.read_event(event_id)
    typed = _typed(event)
    complaints = list(_complaints(event, typed, _people(event)))
    if complaints:
        return _page(event, circular_id, typed, complaints), 422
    words = {language: typed.words.get(language, ("", "")) for language in ("de", "en")}
    words = {
        language: ("", "") if _empty(subject, body, language) else (subject, body)
        for language, (subject, body) in words.items()
    }
    kept = circulating.write_circular(
        bridge().db, event_id, Group(typed.group), words, backstage.me().id, now(), circular_id
    )
    return redirect(url_for("organiser.circular_desk.show", event_id=event_id, circular_id=kept), 303)


def _draft(event_id: int, circular_id: int) -> Circular:
    with bridge().db.reading() as connection:
        circular = get_circular(connection, event_id, circular_id)
    if circular.sent_at:
        raise ChangedMeanwhile
    return circular


def _words_of(circular: Circular) -> Words:
    return {
        language: (circular.words(language).subject, circular.words(language).opening)
        for language in circular.languages
    }


def _typed(event: Event) -> _Typed:
    words = {
        language: (
            cleaned_line(request.form.get(f"subject_{language}", "")),
            cleaned_passage(request.form.get(f"body_{language}", "")),
        )
        for language in event.languages
    }
    return _Typed(request.form.get("group", ""), words)


def _people(event: Event) -> dict[Group, int]:
    """How many there are in each group that can be written to now."""
    with bridge().db.reading() as connection:
        return {group: len(found) for group, found in addressing.groups(connection, event, now()).items()}


def _complaints(event: Event, typed: _Typed, people: dict[Group, int]) -> Iterator[Complaint]:
    """At most one for each field: what to do about it. One language may be left out, not all."""
    if typed.group not in people:
        yield Complaint("group", say("To whom"), say("Please choose who gets the message."))
    written_in = [one for one in event.languages if not _empty(*typed.words[one], one)]
    for language in written_in or event.languages[:1]:
        subject, body = typed.words[language]
        if sentence := _about_subject(subject, language, event):
            yield Complaint(f"subject_{language}", _label(event, say("Subject"), language), sentence)
        if sentence := _about_body(body, language, event):
            yield Complaint(f"body_{language}", _label(event, say("Message"), language), sentence)


def _about_subject(subject: str, language: str, event: Event) -> str:
    if not subject:
        return say("Please write a subject.")
    if Placeholder.NAME in used(subject, language):
        return say(
            "%(placeholder)s can only stand in the message: all readers get the same subject.",
            placeholder=written(Placeholder.NAME, language),
        )
    return misworded(subject, LONGEST_SUBJECT, language, event)


def _about_body(body: str, language: str, event: Event) -> str:
    if body in ("", _greeting(language)):
        return say("Please write the message.")
    return misworded(body, LONGEST_OPENING, language, event)


def _empty(subject: str, body: str, language: str) -> bool:
    return not subject and body in ("", _greeting(language))


def _greeting(language: str) -> str:
    """How the message may begin; alone it is none."""
    return bridge().letters.suggestion(Kind.CIRCULAR, language)[1].partition("\n\n")[0]


def _label(event: Event, label: str, language: str) -> str:
    """With its language where there are two."""
    if len(event.languages) == 1:
        return label
    return f"{label} ({say('German') if language == 'de' else say('English')})"


def _page(event: Event, circular_id: int | None, typed: _Typed, complaints: Sequence[Complaint] = ()) -> str:
    offered = [
        (group, f"{say(GROUPS[group])} ({speech().number(n)})")
        for group, n in _people(event).items()
        if n or group in (Group.REGISTERED, typed.group)
    ]
    return render_template(
        "organiser/circular_form.html",
        event=event,
        wording=event.wording(speech().language),
        circular_id=circular_id,
        group=typed.group,
        groups=offered,
        languages=[
            (language, *typed.words[language], _label(event, say("Subject"), language),
             _label(event, say("Message"), language), placeholders(language))
            for language in event.languages
        ],
        greetings={language: written(Placeholder.NAME, language) for language in event.languages},
        longest=LONGEST_SUBJECT,
        **complained(complaints),
    )  # fmt: skip
