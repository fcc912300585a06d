"""An event's own words for a letter: subject and opening, as text with placeholders. They are shown filled in before
they are kept, and a button brings our words back."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import LANGUAGES, Event
from zoom_bridge.domain.letter_text import (
    LONGEST_OPENING,
    LONGEST_SUBJECT,
    PLACEHOLDERS,
    LetterText,
    Placeholder,
    balanced,
    unknown,
    used,
    written,
)
from zoom_bridge.domain.message import Kind
from zoom_bridge.flows import wording
from zoom_bridge.store import letter_texts
from zoom_bridge.web import backstage, guards
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_, cleaned_line, cleaned_passage
from zoom_bridge.web.forms import Complaint, complained
from zoom_bridge.web.letter_desk import chosen_language, letter_kind
from zoom_bridge.web.letter_names import kind_name

bp = Blueprint("letter_wording", __name__)

_WORDING = f"/events/<{backstage.KEY}:event_id>/letters/<kind>/wording"
_MEANINGS = {
    Placeholder.NAME: N_("First and last name of the person who gets the e-mail"),
    Placeholder.TITLE: N_("Title of the event"),
    Placeholder.DATE: N_("Weekday and date of the event"),
    Placeholder.BEGINS: N_("When the event begins"),
    Placeholder.ENDS: N_("When the event ends"),
    Placeholder.HOST: N_("Who hosts the event"),
    Placeholder.HELP_PHONE: N_("Phone number for help"),
}

Texts = tuple[str, str]


@bp.get(_WORDING)
@backstage.needs(Role.EDITOR)
def edit(event_id: int, kind: str) -> str:
    letter, event = letter_kind(kind), backstage.read_event(event_id)
    language = chosen_language(event)
    with bridge().db.reading() as connection:
        own = letter_texts.find(connection, event_id, letter, language)
    ours = bridge().letters.suggestion(letter, language)
    texts = (own.subject or ours[0], own.opening or ours[1]) if own else ours
    return _page(event, letter, language, texts)


def show_again(event_id: int, kind: str) -> ResponseReturnValue:
    """The page with what was typed, when its token did not fit."""
    event = backstage.read_event(event_id)
    return _page(event, letter_kind(kind), chosen_language(event), _typed())


@bp.post(_WORDING)
@backstage.needs(Role.EDITOR)
@guards.shown_again_by(show_again)
def write(event_id: int, kind: str) -> ResponseReturnValue:
    letter, event = letter_kind(kind), backstage.read_event(event_id)
    language, action = chosen_language(event), request.form.get("action")
    ours = bridge().letters.suggestion(letter, language)
    if action == "ours":
        return _page(event, letter, language, ours, restored=True)
    texts = _typed()
    complaints = list(_complaints(texts, language, event))
    if complaints:
        return _page(event, letter, language, texts, complaints), 422
    if action == "preview":
        return _page(event, letter, language, texts, previewed=True)
    subject, opening = (text if text != our else "" for text, our in zip(texts, ours, strict=True))
    changed = wording.word_letter(bridge().db, event_id, letter, language, subject, opening, now())
    flash(say("Saved.") if changed else say("Nothing was changed."), "good")
    return redirect(url_for("organiser.letter_desk.show", event_id=event_id, kind=letter, language=language), 303)


def _typed() -> Texts:
    return cleaned_line(request.form.get("subject", "")), cleaned_passage(request.form.get("opening", ""))


def _complaints(texts: Texts, language: str, event: Event) -> Iterator[Complaint]:
    """At most one for each field: what to do about it."""
    fields = (
        ("subject", say("Subject"), LONGEST_SUBJECT),
        ("opening", say("Greeting and opening"), LONGEST_OPENING),
    )
    for (field, label, longest), text in zip(fields, texts, strict=True):
        sentence = misworded(text, longest, language, event)
        if not sentence and field == "subject" and Placeholder.NAME in used(text, language):
            sentence = say(
                "%(placeholder)s can only stand in the opening: all readers get the same subject.",
                placeholder=written(Placeholder.NAME, language),
            )
        if sentence:
            yield Complaint(field, label, sentence)


def misworded(text: str, longest: int, language: str, event: Event) -> str:
    """What to do about an own text; empty when it can go into a letter."""
    return _too_long(text, longest) or _misplaced(text, language, event)


def placeholders(language: str) -> list[tuple[str, str]]:
    """Each as it is written, with what it stands for."""
    return [(f"{{{word}}}", say(_MEANINGS[known])) for word, known in PLACEHOLDERS[language].items()]


def _too_long(text: str, longest: int) -> str:
    if len(text) <= longest:
        return ""
    return say(
        "Please shorten this to %(longest)s characters; at present it has %(length)s.",
        longest=speech().number(longest),
        length=speech().number(len(text)),
    )


def _misplaced(text: str, language: str, event: Event) -> str:
    there_is = ", ".join(f"{{{word}}}" for word in PLACEHOLDERS[language])
    if strange := unknown(text, language):
        return say(
            "There is no placeholder %(strange)s. There are: %(there_is)s.", strange=strange[0], there_is=there_is
        )
    if not balanced(text):
        return say(
            "A brace has no other half. Braces only stand around placeholders: %(there_is)s.", there_is=there_is
        )
    empty = {Placeholder.HOST: event.hosted_by, Placeholder.HELP_PHONE: event.help_phone}
    for placeholder, value in empty.items():
        if placeholder in used(text, language) and not value:
            return say(
                "%(placeholder)s would stay empty: the event has no such entry.",
                placeholder=written(placeholder, language),
            )
    return ""


def _page(
    event: Event,
    kind: Kind,
    language: str,
    texts: Texts,
    complaints: Sequence[Complaint] = (),
    *,
    previewed: bool = False,
    restored: bool = False,
) -> str:
    me, subject, opening = backstage.me(), *texts
    own = LetterText(event.id, kind, language, subject, opening, now())
    letter = (
        None if complaints else bridge().letters.specimen(kind, language, event, me.name, me.email, now(), own)
    )
    return render_template(
        "organiser/letter_wording.html",
        event=event,
        wording=event.wording(speech().language),
        kind=kind,
        name=kind_name(kind, event, speech()),
        language=language,
        languages=LANGUAGES,
        subject=subject,
        opening=opening,
        changed=texts != bridge().letters.suggestion(kind, language),
        placeholders=placeholders(language),
        greeting=written(Placeholder.NAME, language),
        of_a_day=kind in {Kind.DAY_BEFORE, Kind.JOIN_LINK},
        **complained(complaints),
        letter=letter,
        previewed=previewed,
        restored=restored,
    )
