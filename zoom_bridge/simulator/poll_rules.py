"""What Zoom accepts as a poll of a webinar: how many questions, answers and characters, by kind of question."""

from collections.abc import Callable, Iterator
from typing import Any

from zoom_bridge.simulator import objections
from zoom_bridge.simulator.records import Json

POLLS, QUESTIONS = 50, 50
TITLE, QUESTION = 64, 1024
PROMPTS = (2, 10)
# Kind of question → how many answers it offers.
ANSWERS = {"single": (2, 10), "multiple": (2, 10), "matching": (2, 16), "rank_order": (2, 7)}
LONGEST_ANSWER = {"short_answer": 500, "long_answer": 2000}
KINDS = (*ANSWERS, *LONGEST_ANSWER, "fill_in_the_blank", "rating_scale")
SIMPLE_KINDS = ("single", "multiple")

Problem = tuple[str, str]
_INVALID = "Invalid field."
_SWITCHES = ("answer_required", "case_sensitive", "show_as_dropdown")


def check(body: Json) -> Json:
    """The poll as it is kept: with Zoom's defaults, without what Zoom does not know."""
    problems = [*_poll_problems(body)]
    if problems:
        raise objections.invalid(problems)
    poll_type = body.get("poll_type", 1)
    return {
        "title": body.get("title", ""),
        "anonymous": body.get("anonymous", False),
        "poll_type": poll_type,
        "questions": [_kept(question, required=poll_type == 1) for question in body["questions"]],
    }


def _kept(question: Json, required: bool) -> Json:
    known = ("name", "type", "answers", "right_answers", "prompts", *_SWITCHES, *_NUMBERS, *_LABELS)
    return {"answer_required": required} | {name: question[name] for name in known if name in question}


def _poll_problems(body: Json) -> Iterator[Problem]:
    if not _is_text(body.get("title", ""), TITLE):
        yield "title", f"The maximum length is {TITLE}."
    if not isinstance(body.get("anonymous", False), bool):
        yield "anonymous", _INVALID
    poll_type = body.get("poll_type", 1)
    if isinstance(poll_type, bool) or poll_type not in (1, 2, 3):
        yield "poll_type", _INVALID
    questions = body.get("questions")
    if not isinstance(questions, list) or not questions:
        yield "questions", "This field is required."
        return
    if len(questions) > QUESTIONS:
        yield "questions", f"The maximum number of questions is {QUESTIONS}."
    for number, question in enumerate(questions):
        prefix = f"questions[{number}]"
        if isinstance(question, dict):
            for name, text in _question_problems(question, simple=poll_type == 1):
                yield f"{prefix}.{name}", text
        else:
            yield prefix, _INVALID


def _question_problems(question: Json, simple: bool) -> Iterator[Problem]:
    kind = question.get("type", "single")
    if kind not in (SIMPLE_KINDS if simple else KINDS):
        yield "type", _INVALID
        return
    if not _is_text(question.get("name"), QUESTION) or not question["name"].strip():
        yield (
            "name",
            "This field is required." if not question.get("name") else f"The maximum length is {QUESTION}.",
        )
    yield from _answer_problems(question, kind)
    for name in _SWITCHES:
        if not isinstance(question.get(name, False), bool):
            yield name, _INVALID
    for name, good in _NUMBERS.items():
        if name in question and not good(question[name], kind):
            yield name, _INVALID
    for name in _LABELS:
        if not isinstance(question.get(name, ""), str):
            yield name, _INVALID


def _answer_problems(question: Json, kind: str) -> Iterator[Problem]:
    answers = question.get("answers", [])
    if not _are_texts(answers):
        yield "answers", _INVALID
        return
    if kind in ANSWERS and not ANSWERS[kind][0] <= len(answers) <= ANSWERS[kind][1]:
        least, most = ANSWERS[kind]
        yield "answers", f"The number of answers must be between {least} and {most}."
    right = question.get("right_answers", [])
    if not _are_texts(right) or (kind in SIMPLE_KINDS and not set(right) <= set(answers)):
        yield "right_answers", _INVALID
    prompts = question.get("prompts", [])
    if not isinstance(prompts, list) or not all(isinstance(prompt, dict) for prompt in prompts):
        yield "prompts", _INVALID
    elif kind in ("matching", "rank_order") and not PROMPTS[0] <= len(prompts) <= PROMPTS[1]:
        yield "prompts", f"The number of prompts must be between {PROMPTS[0]} and {PROMPTS[1]}."


def _is_text(value: Any, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item.strip() for item in value)


def _is_count(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


_NUMBERS: dict[str, Callable[[Any, str], bool]] = {
    "answer_min_character": lambda value, kind: _is_count(value, 1, LONGEST_ANSWER.get(kind, 2000)),
    "answer_max_character": lambda value, kind: _is_count(value, 1, LONGEST_ANSWER.get(kind, 2000)),
    "rating_min_value": lambda value, _: _is_count(value, 0, 10),
    "rating_max_value": lambda value, _: _is_count(value, 0, 10),
}
_LABELS = ("rating_min_label", "rating_max_label")
