"""The organiser's own questions."""

from dataclasses import replace

import pytest

from zoom_bridge.domain.question import Answer, Question, QuestionKind, still_kept, with_new_consents

WAY = Question(
    "way",
    QuestionKind.ONE,
    label_de="Wie kamen Sie zu uns?",
    label_en="How did you find us?",
    choices_de=("Zeitung", "Netz"),
    choices_en=("Newspaper", "Web"),
)


def test_a_question_is_read_in_the_readers_language_or_in_the_one_there_is() -> None:
    only_german = Question("one", QuestionKind.TEXT, label_de="Woher?")

    assert (WAY.label("en"), WAY.spoken("en")) == ("How did you find us?", "en")
    assert (only_german.label("en"), only_german.spoken("en")) == ("Woher?", "de")
    assert only_german.spoken("de") == "de"


def test_a_choice_is_the_same_one_in_both_languages() -> None:
    assert WAY.find_choice("Netz", "de") == "Netz"
    assert WAY.find_choice("Netz", "en") == "Web"
    assert WAY.find_choice("Web", "de") == "Netz"


def test_what_was_never_offered_is_no_choice() -> None:
    assert WAY.find_choice("Fernsehen", "de") is None
    assert WAY.find_choice("", "de") is None


def test_answers_to_questions_that_are_no_longer_asked_stay() -> None:
    gone, old, new = (
        Answer("gone", "Früher?", ("ja",)),
        Answer("way", "Wie?", ("Netz",)),
        Answer("way", "Wie?", ("Zeitung",)),
    )

    assert still_kept((gone, old), (new,), (WAY,)) == (new, gone)
    assert still_kept((gone, old), (), (WAY,)) == (gone,)


PHOTO = Question("photo", QuestionKind.CONSENT, label_de="Mein Name darf genannt werden.")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (PHOTO, replace(PHOTO, label_de="Mein Bild darf gezeigt werden.")),
        (replace(PHOTO, label_en="My name may be said."), replace(PHOTO, label_en="My picture may be shown.")),
        (replace(PHOTO, label_en="My name may be said."), PHOTO),
        (replace(PHOTO, kind=QuestionKind.TEXT), PHOTO),
    ],
)
def test_a_consent_in_other_words_is_another_question(before: Question, now: Question) -> None:
    (asked,) = with_new_consents((now,), (before,))

    assert asked.key != before.key
    assert replace(asked, key=before.key) == now
    assert with_new_consents((now,), (asked,)) == (asked,)  # the form was sent twice
    assert with_new_consents((asked,), (asked,)) == (asked,)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (PHOTO, PHOTO),
        (PHOTO, replace(PHOTO, required=True)),
        (PHOTO, replace(PHOTO, label_en="My name may be said.")),
        (WAY, replace(WAY, label_de="Wie fanden Sie uns?")),
    ],
)
def test_every_other_question_stays_the_same(before: Question, now: Question) -> None:
    assert with_new_consents((now,), (before,)) == (now,)
    assert with_new_consents((now,), ()) == (now,)
