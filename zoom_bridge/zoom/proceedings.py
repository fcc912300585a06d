"""What a webinar leaves behind at Zoom: questions to the panel, answers to polls and to the survey, recordings. Read from
Zoom's JSON without trust (`raw_json.py`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zoom_bridge.zoom import raw_json

_LONGEST = 2000
_DELETED = "deleted"
# What Zoom puts in the place of a name where none was given, in the languages that it speaks to our hosts.
_NOBODY = ("anonymous", "anonym")
_SPOKEN = "live answered"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question of the audience. name: "" when it was asked without one. spoken: answered by word of mouth."""

    question: str
    name: str = field(repr=False)
    answers: tuple[str, ...]
    spoken: bool


@dataclass(frozen=True, kw_only=True)
class Voted:
    """One person's answer to one question of a poll or of the survey; several choices are separated by semicolons.

    poll_id  of a survey's question, its own id"""

    poll_id: str
    question: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class File:
    """kind: as Zoom calls it, MP4, M4A, TRANSCRIPT, CHAT …; seconds of playing are not told."""

    kind: str
    size: int
    play_url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """link: plays the recording in a browser, its passcode included when Zoom gave one for links."""

    link: str = field(repr=False)
    passcode: str = field(repr=False)
    files: tuple[File, ...]


@dataclass(frozen=True, kw_only=True)
class PastSitting:
    """One run of a webinar that is over."""

    uuid: str
    started_at: datetime | None


def read_sittings(told: Mapping[str, Any]) -> list[PastSitting]:
    return [
        PastSitting(uuid=uuid, started_at=raw_json.instant(row, "start_time"))
        for row in raw_json.rows(told, "webinars")
        if (uuid := raw_json.ident(row, "uuid"))
    ]


def read_questions(told: Mapping[str, Any]) -> list[Asked]:
    return [
        _asked(person, details)
        for person, details in _details(told)
        if raw_json.text(details, "question_status") != _DELETED and raw_json.text(details, "question", _LONGEST)
    ]


def _asked(person: Mapping[str, Any], details: Mapping[str, Any]) -> Asked:
    given = [raw_json.text(answer, "content", _LONGEST) for answer in _rows(details, "answer_details")]
    said = list(filter(None, given)) or list(filter(None, [raw_json.text(details, "answer", _LONGEST)]))
    written = tuple(answer for answer in said if answer.strip().lower() != _SPOKEN)
    answered = raw_json.text(details, "question_status") == "answered"
    name = raw_json.text(person, "name", 200)
    return Asked(
        question=raw_json.text(details, "question", _LONGEST),
        name="" if name.lower().startswith(_NOBODY) else name,
        answers=written,
        spoken=len(written) < len(said) or (answered and not said),
    )


def read_votes(told: Mapping[str, Any]) -> list[Voted]:
    return [
        Voted(
            poll_id=raw_json.ident(details, "polling_id"),
            question=raw_json.text(details, "question", _LONGEST),
            answer=raw_json.text(details, "answer", _LONGEST),
        )
        for _, details in _details(told)
    ]


def read_survey(told: Mapping[str, Any]) -> list[Voted]:
    return [
        Voted(
            poll_id=raw_json.ident(details, "question_id"),
            question=raw_json.text(details, "question", _LONGEST),
            answer=answer,
        )
        for person in raw_json.rows(told, "survey_answers")
        for details in _rows(person, "answer_details")
        if (answer := raw_json.text(details, "answer", _LONGEST).strip())
    ]


def read_recording(told: Mapping[str, Any]) -> Recorded | None:
    """None while no file of it is ready."""
    files = tuple(
        File(
            kind=raw_json.ident(file, "file_type"),
            size=raw_json.whole(file, "file_size") or 0,
            play_url=_web_address(file, "play_url"),
        )
        for file in _rows(told, "recording_files")
        if raw_json.text(file, "status") in ("completed", "")
    )
    playable = [file.play_url for file in files if file.play_url]
    films = [file.play_url for file in files if file.play_url and file.kind == "MP4"]
    link = _web_address(told, "share_url") or next(iter(films or playable), "")
    key = raw_json.ident(told, "recording_play_passcode", longest=300)
    if link and key and "pwd=" not in link:
        link = f"{link}{'&' if '?' in link else '?'}pwd={key}"
    return Recorded(link=link, passcode=raw_json.ident(told, "password"), files=files) if files else None


def _details(told: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Who, and each thing they asked or answered. A report without the list is none at all."""
    for person in raw_json.rows(told, "questions"):
        for details in _rows(person, "question_details"):
            yield person, details


def _rows(fields: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return raw_json.rows(fields, name) if fields.get(name) is not None else []


def _web_address(fields: Mapping[str, Any], name: str) -> str:
    address = raw_json.text(fields, name, 1000)
    return address if address.startswith(("https://", "http://")) and " " not in address else ""
