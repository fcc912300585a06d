"""What Zoom's reports look like, after a webinar is over."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from zoom_bridge.simulator.announcements import instant
from zoom_bridge.simulator.records import Asked, Json, Sitting, Vote, Webinar

if TYPE_CHECKING:
    from zoom_bridge.simulator.world import World


def detail(world: "World", webinar: Webinar, sitting: Sitting) -> Json:
    host = world.users[webinar.host_id]
    ended_at = sitting.ended_at or sitting.started_at
    seconds = sum(((stay.left_at or ended_at) - stay.joined_at).total_seconds() for stay in sitting.stays)
    return _which(webinar, sitting) | {
        "custom_keys": [],
        "dept": "",
        "duration": int((ended_at - sitting.started_at).total_seconds()) // 60,
        "end_time": instant(ended_at),
        "participants_count": len(sitting.stays),
        "topic": webinar.topic,
        "total_minutes": int(seconds) // 60,
        "tracking_fields": webinar.extras.get("tracking_fields", []),
        "type": webinar.type,
        "user_email": host.email,
        "user_name": host.email.split("@")[0],
    }


def polls(webinar: Webinar, sitting: Sitting, split_names: bool) -> Json:
    """Whatever polls the answers belong to."""
    people = [
        _person(email, name, split_names) | {"question_details": [_vote(vote) for vote in votes]}
        for (email, name), votes in _by_person(sitting.votes)
    ]
    return _which(webinar, sitting) | {"questions": people}


def survey(webinar: Webinar, sitting: Sitting) -> Json:
    people = [
        _person(email, name) | {"answer_details": [_survey_answer(vote) for vote in votes]}
        for (email, name), votes in _by_person(sitting.survey)
    ]
    return {
        "webinar_id": webinar.id,
        "webinar_uuid": sitting.uuid,
        "start_time": instant(sitting.started_at),
        "survey_id": webinar.page,
        "survey_name": webinar.topic,
        "survey_answers": people,
    }


def asked(webinar: Webinar, sitting: Sitting, full: bool) -> Json:
    """full: the report's, with ids, times and everybody's answers; else only question and answer."""

    def who(question: Asked) -> tuple[str, str, str]:
        return question.email, question.name, question.user_id

    people = []
    for (email, name, user_id), questions in groupby(sorted(sitting.asked, key=who), who):
        person: Json = {"email": email, "name": name}
        if full:
            person["user_id"] = user_id
        person["question_details"] = [_full_question(q) if full else _question(q) for q in questions]
        people.append(person)
    return _which(webinar, sitting) | {"questions": people}


def _which(webinar: Webinar, sitting: Sitting) -> Json:
    return {"id": webinar.id, "uuid": sitting.uuid, "start_time": instant(sitting.started_at)}


def _by_person(votes: Iterable[Vote]) -> Iterator[tuple[tuple[str, str], Iterator[Vote]]]:
    """Address and name of each person who answered, with all that they answered."""

    def who(vote: Vote) -> tuple[str, str]:
        return vote.email, vote.name

    return groupby(sorted(votes, key=who), who)


def _person(email: str, name: str, split_names: bool = True) -> Json:
    first, _, last = name.partition(" ")
    return {"email": email, "name": name} | ({"first_name": first, "last_name": last} if split_names else {})


def _survey_answer(vote: Vote) -> Json:
    return {
        "question": vote.question,
        "question_id": vote.poll_id,
        "answer": vote.answer,
        "date_time": instant(vote.at),
    }


def _vote(vote: Vote) -> Json:
    return {
        "answer": vote.answer,
        "date_time": instant(vote.at),
        "polling_id": vote.poll_id,
        "question": vote.question,
    }


def _question(asked: Asked) -> Json:
    return {"question": asked.question, "answer": ", ".join(answer["content"] for answer in asked.answers)}


def _full_question(asked: Asked) -> Json:
    return _question(asked) | {
        "question_id": asked.id,
        "create_time": instant(asked.at),
        "question_status": "answered" if asked.answers else "open",
        "answer_details": [
            {
                "user_id": answer["user_id"],
                "name": answer["name"],
                "email": answer["email"],
                "content": answer["content"],
                "create_time": instant(answer["at"]),
                "type": "host_answered_publicly",
            }
            for answer in asked.answers
        ],
    }
