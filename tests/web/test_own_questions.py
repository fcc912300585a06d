"""What people answer to the organiser's own questions."""

import pytest

from zoom_bridge.domain.question import Answer, Question, QuestionKind
from zoom_bridge.i18n import speech
from zoom_bridge.web.own_questions import LONGEST_ANSWER, Asked

CHOICES = {"choices_de": ("Zeitung", "Netz", "Freunde"), "choices_en": ("Newspaper", "Web", "Friends")}


def asked(kind: QuestionKind, *typed: str, required: bool = False, language: str = "en") -> Asked:
    labels = {"label_de": "Woher kennen Sie uns?", "label_en": "How did you find us?"}
    choices = CHOICES if kind in {QuestionKind.ONE, QuestionKind.SEVERAL} else {}
    return Asked(Question("way", kind, required=required, **labels, **choices), speech(language), typed)


@pytest.mark.parametrize(
    ("kind", "typed", "texts"),
    [
        (QuestionKind.TEXT, ["  By\u202e  a friend\x00 "], ("By a friend",)),
        (QuestionKind.ONE, ["Web"], ("Web",)),
        (QuestionKind.ONE, ["Netz"], ("Web",)),
        (QuestionKind.SEVERAL, ["Friends", "Newspaper"], ("Newspaper", "Friends")),
        (QuestionKind.CONSENT, ["yes"], ("Yes",)),
    ],
)
def test_an_answer_is_kept_with_the_label_as_it_was_read(
    kind: QuestionKind, typed: list[str], texts: tuple[str, ...]
) -> None:
    assert asked(kind, *typed).answer() == Answer("way", "How did you find us?", texts)


@pytest.mark.parametrize("kind", list(QuestionKind))
def test_what_need_not_be_answered_may_be_left_empty(kind: QuestionKind) -> None:
    question = asked(kind, "")

    assert question.answer() is None
    assert question.error == ""


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (QuestionKind.TEXT, "answer this question"),
        (QuestionKind.ONE, "choose one"),
        (QuestionKind.SEVERAL, "at least one"),
        (QuestionKind.CONSENT, "tick this box"),
    ],
)
def test_what_must_be_answered_says_so(kind: QuestionKind, words: str) -> None:
    question = asked(kind, "  ", required=True)

    assert question.answer() is None
    assert words in question.error


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        (QuestionKind.TEXT, ["x" * (LONGEST_ANSWER + 1)], "shorten this to 300"),
        (QuestionKind.ONE, ["Television"], "choose one"),
        (QuestionKind.ONE, ["Web", "Newspaper"], "choose one"),
        (QuestionKind.SEVERAL, ["Web", "<script>"], "only from the answers offered"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(kind: QuestionKind, typed: list[str], words: str) -> None:
    question = asked(kind, *typed)

    assert question.answer() is None
    assert words in question.error
    assert question.typed == tuple(typed), "nothing typed is lost"


def test_a_long_question_is_named_by_its_beginning() -> None:
    question = Question("consent", QuestionKind.CONSENT, label_en="I agree " * 40)

    name = Asked(question, speech("en")).name

    assert len(name) <= 80
    assert name.endswith("…")
