"""Zoom's registration form: which further questions it can ask, and what counts as an answer."""

from collections.abc import Iterator
from typing import Any

from zoom_bridge.simulator import objections
from zoom_bridge.simulator.records import Json

FIELDS = (
    "last_name", "address", "city", "country", "zip", "state", "phone", "industry", "org", "job_title",
    "purchasing_time_frame", "role_in_purchase_process", "no_of_employees", "comments",
)  # fmt: skip
KINDS = ("short", "single_radio", "single_dropdown", "multiple")
ANSWER = 128
NO_QUESTIONS: Json = {"questions": [], "custom_questions": []}
# What may be sent; Zoom itself tells other sizes of companies than it takes.
CHOICES = {
    "no_of_employees": (
        "", "1-20", "21-50", "51-100", "101-500", "500-1,000", "1,001-5,000", "5,001-10,000", "More than 10,000",
    ),
    "purchasing_time_frame": (
        "", "Within a month", "1-3 months", "4-6 months", "More than 6 months", "No timeframe",
    ),
    "role_in_purchase_process": ("", "Decision Maker", "Evaluator/Recommender", "Influencer", "Not involved"),
    "language": (
        "en-US", "de-DE", "es-ES", "fr-FR", "jp-JP", "pt-PT", "ru-RU", "zh-CN", "zh-TW", "ko-KO", "it-IT", "vi-VN",
        "pl-PL", "Tr-TR",
    ),
}  # fmt: skip

Problem = tuple[str, str]
_INVALID, _REQUIRED = "Invalid field.", "This field is required."


def check_questions(body: Json) -> Json:
    problems = [
        *_problems_of_questions(body.get("questions", [])),
        *_problems_of_own(body.get("custom_questions", [])),
    ]
    if problems:
        raise objections.invalid(problems)
    return {name: body[name] for name in NO_QUESTIONS if name in body}


def check_required(questions: Json, person: Json) -> None:
    """Whether somebody answered what must be answered."""
    wanted = [asked["field_name"] for asked in questions.get("questions", []) if asked.get("required")]
    problems = [(name, _REQUIRED) for name in wanted if not str(person.get(name) or "").strip()]
    answers = {answer.get("title"): answer.get("value") for answer in person.get("custom_questions", [])}
    problems += [
        ("custom_questions", f"{asked['title']}: {_REQUIRED}")
        for asked in questions.get("custom_questions", [])
        if asked.get("required") and not str(answers.get(asked["title"]) or "").strip()
    ]
    if problems:
        raise objections.invalid(problems)


def problems_of_answers(person: Json) -> Iterator[Problem]:
    for name, choices in CHOICES.items():
        if name in person and person[name] not in choices:
            yield name, _INVALID
    for name in set(FIELDS) - {"last_name"} - CHOICES.keys():
        if not isinstance(person.get(name, ""), str):
            yield name, _INVALID
    answers = person.get("custom_questions", [])
    if not isinstance(answers, list) or not all(_good_answer(answer) for answer in answers):
        yield "custom_questions", _INVALID


def _good_answer(answer: Any) -> bool:
    if not isinstance(answer, dict):
        return False
    value = answer.get("value", "")
    return isinstance(answer.get("title", ""), str) and isinstance(value, str) and len(value) <= ANSWER


def _problems_of_questions(questions: Any) -> Iterator[Problem]:
    if not isinstance(questions, list):
        yield "questions", _INVALID
        return
    for number, asked in enumerate(questions):
        good = isinstance(asked, dict) and asked.get("field_name") in FIELDS
        if not good or not isinstance(asked.get("required", False), bool):
            yield f"questions[{number}].field_name", _INVALID


def _problems_of_own(questions: Any) -> Iterator[Problem]:
    if not isinstance(questions, list):
        yield "custom_questions", _INVALID
        return
    for number, asked in enumerate(questions):
        prefix = f"custom_questions[{number}]"
        if not isinstance(asked, dict):
            yield prefix, _INVALID
            continue
        if not isinstance(asked.get("title"), str) or not asked["title"].strip():
            yield f"{prefix}.title", _REQUIRED
        if asked.get("type") not in KINDS:
            yield f"{prefix}.type", _INVALID
        answers = asked.get("answers", [])
        texts = isinstance(answers, list) and all(isinstance(answer, str) for answer in answers)
        if not texts or (asked.get("type") != "short" and not answers):
            yield f"{prefix}.answers", _INVALID
        if not isinstance(asked.get("required", False), bool):
            yield f"{prefix}.required", _INVALID
