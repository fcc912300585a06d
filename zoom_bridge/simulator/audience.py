"""What the audience does: while a webinar runs it answers polls and asks questions, afterwards it answers the survey.
Reports know it later."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from zoom_bridge.simulator import objections, poll_rules
from zoom_bridge.simulator.records import Asked, Json, Poll, Sitting, Stay, Vote, Webinar

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World


def create_poll(world: "World", webinar_id: int, body: Json) -> Poll:
    poll = Poll(id=world.new_id(), asks=poll_rules.check(body))
    webinar = world.webinar(webinar_id)
    if len(webinar.polls) >= poll_rules.POLLS:
        raise objections.bad_request(f"The maximum number of polls is {poll_rules.POLLS}.")
    webinar.polls[poll.id] = poll
    world.changed = True
    return poll


def open_poll(world: "World", webinar_id: int, poll_id: str) -> None:
    poll = _poll(_in_the_room(world, webinar_id)[0], poll_id)
    poll.status = "started"
    world.changed = True


def answer_poll(
    world: "World",
    webinar_id: int,
    poll_id: str,
    who: Stay | str,
    answers: Sequence[str] = (),
    at: datetime | None = None,
) -> None:
    """answers: one for each question, several choices with `;` between them; without any, the first that is offered.
    The host opens the poll for it, if it was not open. Who answers again replaces the answers before."""
    webinar, sitting = _in_the_room(world, webinar_id)
    poll, stay = _poll(webinar, poll_id), _stay(sitting, who)
    open_poll(world, webinar_id, poll_id)
    voter = ("Anonymous Attendee", "") if poll.asks["anonymous"] else (stay.name, stay.email)
    if not poll.asks["anonymous"]:
        sitting.votes = [v for v in sitting.votes if (v.poll_id, v.name, v.email) != (poll.id, *voter)]
    for number, question in enumerate(poll.asks["questions"]):
        given = answers[number] if number < len(answers) else next(iter(question.get("answers", [])), "-")
        sitting.votes.append(
            Vote(
                poll_id=poll.id,
                question=question["name"],
                answer=given,
                name=voter[0],
                email=voter[1],
                at=at or world.now(),
            )
        )


def end_polls(webinar: Webinar) -> None:
    for poll in webinar.polls.values():
        if poll.status in ("started", "sharing"):
            poll.status = "ended"


def ask(
    world: "World",
    webinar_id: int,
    who: Stay | str,
    question: str,
    at: datetime | None = None,
    *,
    anonymous: bool = False,
) -> Asked:
    webinar, sitting = _in_the_room(world, webinar_id)
    rules = webinar.settings["question_and_answer"]
    if not rules.get("enable", True) or (anonymous and not rules.get("allow_anonymous_questions", True)):
        raise objections.no_questions()
    stay = _stay(sitting, who)
    asked = Asked(
        id=secrets.token_urlsafe(16),
        question=question,
        user_id="" if anonymous else stay.user_id,
        name="Anonymous Attendee" if anonymous else stay.name,
        email="" if anonymous else stay.email,
        at=at or world.now(),
    )
    sitting.asked.append(asked)
    world.changed = True
    return asked


def answer(world: "World", webinar_id: int, question_id: str, text: str, at: datetime | None = None) -> None:
    """The host answers for all to read."""
    webinar, sitting = _in_the_room(world, webinar_id)
    asked = next((asked for asked in sitting.asked if asked.id == question_id), None)
    if asked is None:
        raise objections.bad_request(f"Question does not exist: {question_id}.")
    host = world.users[webinar.host_id]
    reply: Json = {"content": text, "name": host.email.split("@")[0], "email": host.email, "user_id": host.id}
    asked.answers.append(reply | {"at": at or world.now()})
    world.changed = True


def answer_survey(
    world: "World", webinar_id: int, who: Stay | str, answers: Mapping[str, str], at: datetime | None = None
) -> None:
    """Of the last sitting that is over. answers: by question, what is left out is not answered. Who answers again
    replaces the answers before."""
    webinar = world.webinar(webinar_id)
    if not webinar.held:
        raise objections.not_ended()
    sitting = webinar.held[-1]
    stay = _stay(sitting, who)
    sitting.survey = [vote for vote in sitting.survey if (vote.name, vote.email) != (stay.name, stay.email)]
    for question, given in answers.items():
        key = hashlib.sha256(question.encode()).hexdigest()[:22]
        sitting.survey.append(
            Vote(
                poll_id=key,
                question=question,
                answer=given,
                name=stay.name,
                email=stay.email,
                at=at or world.now(),
            )
        )
    world.changed = True


def _in_the_room(world: "World", webinar_id: int) -> tuple[Webinar, Sitting]:
    webinar = world.webinar(webinar_id)
    if webinar.running is None:
        raise objections.not_running()
    return webinar, webinar.running


def _stay(sitting: Sitting, who: Stay | str) -> Stay:
    """who: what `join` returned, its user_id, or a registrant's id or address."""
    if isinstance(who, Stay):
        return who
    for stay in reversed(sitting.stays):
        if who and who in (stay.user_id, stay.registrant_id, stay.email):
            return stay
    raise objections.no_such_registrant()


def _poll(webinar: Webinar, poll_id: str) -> Poll:
    if poll_id not in webinar.polls:
        raise objections.no_such_poll(poll_id)
    return webinar.polls[poll_id]
