"""What people need, what they ask the panel, and what they answered to the organiser's own questions: of everybody
with a place, gathered on one page."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.question import Question, QuestionKind
from zoom_bridge.domain.registration import Registration
from zoom_bridge.i18n import Speech
from zoom_bridge.store import registrations
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, speech
from zoom_bridge.web.people import everybody
from zoom_bridge.web.spreadsheet import FORM, Cell, offer

bp = Blueprint("wishes", __name__)


#: What was written, and everybody who wrote it.
Wish = tuple[str, list[Registration]]


@dataclass(frozen=True)
class Tally:
    """One question: how often each choice was taken, or what was written, with who wrote it."""

    label: str
    counts: tuple[tuple[str, int], ...]
    texts: list[Wish]
    answered: int


@bp.get(f"/events/<{backstage.KEY}:event_id>/wishes")
@backstage.needs(Role.RECEPTION)
def show(event_id: int) -> str:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        people = [one for one in registrations.list_for_event(connection, event_id) if one.active]
    return render_template(
        "organiser/wishes.html",
        event=event,
        wording=event.wording(speech().language),
        seats=len(people),
        needs=alike((one.needs, one) for one in people if one.needs),
        asks=alike((one.asks, one) for one in people if one.asks),
        tallies=tallies(event, people, speech().language),
    )


@bp.get(f"/events/<{backstage.KEY}:event_id>/wishes.{FORM}")
@backstage.needs(Role.RECEPTION)
def as_file(event_id: int, form: str) -> Response:
    event = backstage.read_event(event_id)
    return offer(_rows(event, everybody(bridge().db, event_id), speech()), "wishes", form)


def _rows(event: Event, people: Iterable[Registration], speech: Speech) -> Iterator[list[Cell]]:
    """One row for each thing that somebody wrote or chose."""
    say = speech.say
    questions = {question.key: question for question in event.questions}
    yield [say("What was asked"), say("Answer"), say("First name"), say("Last name"), say("E-mail address")]
    for person in people:
        if person.active:
            told = [(say("What people need"), person.needs), (say("Question to the panel"), person.asks)]
            for one in person.answers:
                question = questions.get(one.key)
                label = question.label(speech.language) if question else one.label
                told += [
                    (label, (question and question.find_choice(text, speech.language)) or text)
                    for text in one.texts
                ]
            for label, text in told:
                if text:
                    yield [label, text, person.first_name, person.last_name, person.email]


def alike(said: Iterable[tuple[str, Registration]]) -> list[Wish]:
    """The same words of several people are one wish; what most people say comes first."""
    wishes: dict[str, Wish] = {}
    for text, person in said:
        wishes.setdefault(" ".join(text.casefold().split()).rstrip(".!"), (text, []))[1].append(person)
    return sorted(wishes.values(), key=lambda wish: -len(wish[1]))


def tallies(event: Event, people: Iterable[Registration], language: str) -> list[Tally]:
    """Of each question that the event asks now, in its order."""
    people = list(people)
    return [_tally(question, people, language) for question in event.questions]


def _tally(question: Question, people: list[Registration], language: str) -> Tally:
    said = [(one, answer.texts) for one in people for answer in one.answers if answer.key == question.key]
    label = question.label(language)
    if question.kind is QuestionKind.TEXT:
        return Tally(label, (), alike((text, one) for one, texts in said for text in texts), len(said))
    if question.kind is QuestionKind.CONSENT:
        return Tally(label, (), [], len(said))
    # Whoever read the other language chose the same; what is no longer offered is still counted, by its own words.
    taken = Counter(question.find_choice(text, language) or text for _, texts in said for text in texts)
    offered = [(choice, taken.pop(choice, 0)) for choice in question.choices(language)]
    return Tally(label, (*offered, *sorted(taken.items())), [], len(said))
