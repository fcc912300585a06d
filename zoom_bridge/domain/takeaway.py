"""A takeaway: what Zoom has of a sitting once it is over: the recording, the questions to the panel, the answers to
polls and to the survey."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class TakeawayKind(StrEnum):
    RECORDING = "recording"
    QUESTIONS = "questions"
    POLLS = "polls"
    SURVEY = "survey"


@dataclass(frozen=True, kw_only=True)
class AskedQuestion:
    """name: "" when it was asked without one. spoken: answered by word of mouth."""

    question: str
    name: str = field(repr=False)
    answers: tuple[str, ...]
    spoken: bool


@dataclass(frozen=True, kw_only=True)
class Counted:
    choice: str
    count: int


@dataclass(frozen=True, kw_only=True)
class PollResult:
    """Of a question of a poll or of the survey.

    people   how many answered; who may choose several is counted at each choice
    said     answers in own words, in no order that would tell whose they are; such a question has no choices"""

    question: str
    people: int
    choices: tuple[Counted, ...]
    said: tuple[str, ...] = ()

    @property
    def most(self) -> int:
        return max((choice.count for choice in self.choices), default=0) or 1


@dataclass(frozen=True, kw_only=True)
class RecordedFile:
    kind: str
    size: int
    play_url: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class CloudRecording:
    link: str = field(repr=False)
    passcode: str = field(repr=False)
    files: tuple[RecordedFile, ...]


@dataclass(frozen=True, kw_only=True)
class Takeaway:
    """data: a JSON list of what was found, in the shapes above; empty when Zoom has nothing, or was not asked yet.

    fetched_at  when Zoom answered last
    due_at      when it is asked again; None: no more"""

    id: int
    event_id: int
    sitting: str
    kind: TakeawayKind
    data: str = field(repr=False)
    fetched_at: datetime | None
    due_at: datetime | None
    attempts: int
    last_error: str | None
    gave_up_at: datetime | None

    @property
    def questions(self) -> list[AskedQuestion]:
        return [AskedQuestion(**one | {"answers": tuple(one["answers"])}) for one in self._found]

    @property
    def results(self) -> list[PollResult]:
        """Of polls, and of the survey."""
        return [
            PollResult(
                question=one["question"],
                people=one["people"],
                choices=tuple(Counted(**choice) for choice in one["choices"]),
                said=tuple(one.get("said", ())),
            )
            for one in self._found
        ]

    @property
    def recording(self) -> CloudRecording | None:
        for one in self._found:
            return CloudRecording(**one | {"files": tuple(RecordedFile(**file) for file in one["files"])})
        return None

    @property
    def _found(self) -> list[dict[str, Any]]:
        return list(json.loads(self.data)) if self.data else []


def keep(found: Sequence[AskedQuestion | PollResult | CloudRecording]) -> str:
    """As it is kept in `Takeaway.data`."""
    return json.dumps([asdict(one) for one in found], ensure_ascii=False) if found else ""
