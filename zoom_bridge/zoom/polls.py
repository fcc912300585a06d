"""Zoom's JSON ⇄ WebinarPoll. Of Zoom's polls we use those of one question with choices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zoom_bridge.zoom import payloads, raw_json

#: Zoom's title of a poll, and its kind that asks simple questions.
LONGEST_TITLE = 64
_SIMPLE = 1


@dataclass(frozen=True, kw_only=True)
class WebinarPoll:
    """`id` is empty until Zoom told it."""

    id: str = ""
    question: str
    choices: tuple[str, ...]
    several: bool
    anonymous: bool

    @property
    def title(self) -> str:
        name = payloads.clean(self.question)
        return name if len(name) <= LONGEST_TITLE else f"{name[: LONGEST_TITLE - 1].rstrip()}…"

    def to_wire(self) -> dict[str, Any]:
        question = {
            "name": payloads.clean(self.question),
            "type": "multiple" if self.several else "single",
            "answers": [payloads.clean(choice) for choice in self.choices],
        }
        return {
            "title": self.title,
            "poll_type": _SIMPLE,
            "anonymous": self.anonymous,
            "questions": [question],
        }

    def asks(self, question: str) -> bool:
        return payloads.clean(self.question) == payloads.clean(question)


def read_poll(fields: Mapping[str, Any]) -> WebinarPoll:
    if not (poll_id := raw_json.ident(fields, "id")):
        raise raw_json.Malformed("a poll without an id")
    questions = raw_json.rows(fields, "questions") if "questions" in fields else []
    first = questions[0] if questions else {}
    told = first.get("answers")
    return WebinarPoll(
        id=poll_id,
        question=raw_json.text(first, "name"),
        choices=tuple(answer for answer in told if isinstance(answer, str)) if isinstance(told, list) else (),
        several=raw_json.text(first, "type") == "multiple",
        anonymous=raw_json.flag(fields, "anonymous") is True,
    )
