"""What an evening leaves behind: questions and answers, results of polls and of the survey, the recording; and ending the
webinar, which begins all that."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import Room
from zoom_bridge.domain.event import Event, Recording
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.refusals import EventCancelled, NotFound
from zoom_bridge.domain.takeaway import AskedQuestion, PollResult, Takeaway, TakeawayKind
from zoom_bridge.flows import hosting
from zoom_bridge.i18n import Speech
from zoom_bridge.store import takeaways
from zoom_bridge.web import backstage, event_desk
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_
from zoom_bridge.web.in_words import failure_in_words, next_attempt
from zoom_bridge.web.spreadsheet import FORM, Cell, offer

bp = Blueprint("aftermath_desk", __name__)

_EVENT = f"/events/<{backstage.KEY}:event_id>"
_NONE = {
    TakeawayKind.QUESTIONS: N_("Nobody asked anything in Zoom."),
    TakeawayKind.POLLS: N_("No poll was held in Zoom."),
    TakeawayKind.SURVEY: N_("Zoom has no answers to a survey."),
    TakeawayKind.RECORDING: N_("Zoom has no recording."),
}
_AHEAD = {
    TakeawayKind.QUESTIONS: N_("They come by themselves, some minutes after the end."),
    TakeawayKind.POLLS: N_("They come by themselves, some minutes after the end."),
    TakeawayKind.SURVEY: N_(
        "If the webinar has a survey in Zoom, the answers come by themselves, within a week of the end."
    ),
    TakeawayKind.RECORDING: N_("It comes by itself, an hour or a few after the end."),
}


@dataclass(frozen=True)
class Aftermath:
    event: Event
    found: list[Takeaway]
    room: Room
    now: datetime

    @property
    def questions(self) -> list[AskedQuestion]:
        return [question for one in self._of(TakeawayKind.QUESTIONS) for question in one.questions]

    @property
    def polls(self) -> list[PollResult]:
        return [result for one in self._of(TakeawayKind.POLLS) for result in one.results]

    @property
    def survey(self) -> list[PollResult]:
        return [result for one in self._of(TakeawayKind.SURVEY) for result in one.results]

    @property
    def recordings(self) -> list[Takeaway]:
        return [one for one in self._of(TakeawayKind.RECORDING) if one.recording]

    def state(self, kind: TakeawayKind, speech: Speech) -> list[str]:
        """Why there is nothing, and when to expect something."""
        owed = self._of(kind)
        if self.event.forget_at <= self.now:
            return [speech.say("This was erased together with the registrations.")]
        if not owed:
            if kind is TakeawayKind.RECORDING and self.event.recording != Recording.CLOUD:
                return [speech.say("The event is not recorded in Zoom's cloud; the form decides that.")]
            return [speech.say(_AHEAD[kind])]
        last = owed[-1]
        if last.gave_up_at or (last.last_error and last.attempts):
            sentences = [failure_in_words(last.last_error, speech)]
            return sentences + ([next_attempt(last.due_at, self.event.timezone, speech)] if last.due_at else [])
        sentences = [speech.say(_NONE[kind] if last.fetched_at else _AHEAD[kind])]
        if last.due_at and last.fetched_at:
            moment = speech.moment(last.due_at, self.event.timezone)
            sentences.append(speech.say("Zoom is asked once more on %(moment)s.", moment=moment))
        return sentences

    def _of(self, kind: TakeawayKind) -> list[Takeaway]:
        return [one for one in self.found if one.kind is kind]


@bp.get(f"{_EVENT}/aftermath")
@backstage.needs(Role.EDITOR)
def show(event_id: int) -> str:
    aftermath = _aftermath(event_id)
    return render_template(
        "organiser/aftermath.html",
        event=aftermath.event,
        wording=aftermath.event.wording(speech().language),
        aftermath=aftermath,
        why={kind.value: aftermath.state(kind, speech()) for kind in TakeawayKind},
    )


@bp.get(f"{_EVENT}/questions.{FORM}")
@backstage.needs(Role.EDITOR)
def questions_as_file(event_id: int, form: str) -> Response:
    return offer(_rows(_aftermath(event_id).questions, speech()), "questions", form)


@bp.get(f"{_EVENT}/polls.{FORM}")
@backstage.needs(Role.EDITOR)
def polls_as_file(event_id: int, form: str) -> Response:
    return offer(_results(_aftermath(event_id).polls, speech()), "polls", form)


@bp.get(f"{_EVENT}/survey.{FORM}")
@backstage.needs(Role.EDITOR)
def survey_as_file(event_id: int, form: str) -> Response:
    return offer(_results(_aftermath(event_id).survey, speech()), "survey", form)


@bp.post(f"{_EVENT}/recording/<{backstage.KEY}:takeaway_id>")
@backstage.needs(Role.EDITOR)
def show_recording(event_id: int, takeaway_id: int) -> ResponseReturnValue:
    try:
        hosting.show_recording(bridge().db, event_id, takeaway_id, now())
        flash(say("The event's page leads to the recording now."), "good")
    except EventCancelled:
        flash(say("The event is cancelled; its page shows no recording."), "care")
    return redirect(url_for("organiser.aftermath_desk.show", event_id=event_id), 303)


@bp.get(f"{_EVENT}/end")
@backstage.needs(Role.EDITOR)
def ask_to_end(event_id: int) -> ResponseReturnValue:
    event, room = backstage.read_event(event_id), event_desk.room_of(event_id)
    if not room.running:
        flash(say("The webinar is not running."), "care")
        return _to_desk(event_id)
    return _ending(event, room)


@bp.post(f"{_EVENT}/end")
@backstage.needs(Role.EDITOR)
def end(event_id: int) -> ResponseReturnValue:
    """The other request that asks Zoom, beside the host's start link: nothing is kept, and it cannot wait."""
    event = backstage.read_event(event_id)
    try:
        hosting.end_webinar(bridge().db, bridge().zoom, event_id)
    except NotFound:
        return _ending(event, event_desk.room_of(event_id), say("There is no webinar at Zoom yet.")), 502
    except Failure as failure:
        sentence = failure_in_words(failure.message, speech())
        return _ending(event, event_desk.room_of(event_id), sentence), 502
    flash(say("Zoom ends the webinar. In a moment it is shown here as well."), "good")
    return _to_desk(event_id)


def _ending(event: Event, room: Room, refused: str = "") -> str:
    inside = sum(one.present for one in room.attendees)
    return render_template("organiser/ending.html", event=event, inside=inside, refused=refused)


def _to_desk(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.event_desk.show", event_id=event_id), 303)


def _aftermath(event_id: int) -> Aftermath:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        found = takeaways.list_for_event(connection, event_id)
    return Aftermath(event, found, event_desk.room_of(event_id), now())


def _rows(questions: list[AskedQuestion], speech: Speech) -> Iterator[list[Cell]]:
    say = speech.say
    yield [say("Question"), say("Answer"), say("Answered by word of mouth"), say("Asked by")]
    for one in questions:
        spoken = say("yes") if one.spoken else say("no")
        yield [one.question, "\n".join(one.answers), spoken, one.name]


def _results(results: list[PollResult], speech: Speech) -> Iterator[list[Cell]]:
    say = speech.say
    yield [say("Question"), say("Answer"), say("How often"), say("People who answered")]
    for one in results:
        for choice in one.choices:
            yield [one.question, choice.choice, choice.count, one.people]
        for answer in one.said:
            yield [one.question, answer, 1, one.people]
