"""A question of the organiser's own on the registration form, and what somebody answered."""

import hashlib
from dataclasses import dataclass, replace
from enum import StrEnum


class QuestionKind(StrEnum):
    """How a question is answered. CONSENT is one box to tick: agreeing to the label."""

    TEXT = "text"
    ONE = "one"
    SEVERAL = "several"
    CONSENT = "consent"


@dataclass(frozen=True)
class Question:
    """`key` stays the same when the wording changes, so that answers keep their question; only a consent's
    does not (`with_new_consents`). Choices belong to ONE and SEVERAL, in both languages in the same order."""

    key: str
    kind: QuestionKind
    label_de: str = ""
    label_en: str = ""
    choices_de: tuple[str, ...] = ()
    choices_en: tuple[str, ...] = ()
    required: bool = False

    def label(self, language: str) -> str:
        """In that language, or in the one there is; `spoken` says which."""
        own, other = (self.label_de, self.label_en) if language == "de" else (self.label_en, self.label_de)
        return own or other

    def spoken(self, language: str) -> str:
        """The language that a reader of that language gets to read."""
        own, other = (self.label_de, "en") if language == "de" else (self.label_en, "de")
        return language if own else other

    def choices(self, language: str) -> tuple[str, ...]:
        own, other = (self.choices_de, self.choices_en) if language == "de" else (self.choices_en, self.choices_de)
        return own if len(own) == max(len(own), len(other)) else other

    def find_choice(self, text: str, language: str) -> str | None:
        """The choice, in that language, that this text names; it may have been read in the other one. None when it
        was never offered."""
        for choices in (self.choices_de, self.choices_en):
            if text in choices:
                return dict(enumerate(self.choices(language))).get(choices.index(text))
        return None


@dataclass(frozen=True)
class Answer:
    """What somebody answered, beside the label as they read it: it outlives the question, and is the record of a
    consent. Several choices are several texts."""

    key: str
    label: str
    texts: tuple[str, ...]


def with_new_consents(asked: tuple[Question, ...], before: tuple[Question, ...]) -> tuple[Question, ...]:
    """A consent whose words are changed is another question, with a key made of them: whoever agreed to the old words
    has not agreed to these. A language that is added changes nothing."""
    known = {question.key: question for question in before}

    def told_apart(question: Question) -> Question:
        new = replace(question, key=_key_of_words(question))
        old = known.get(question.key)
        return new if new.key in known or (old and _changes_a_consent(old, question)) else question

    return tuple(told_apart(question) if question.kind is QuestionKind.CONSENT else question for question in asked)


def _changes_a_consent(old: Question, new: Question) -> bool:
    labels = ((old.label_de, new.label_de), (old.label_en, new.label_en))
    return old.kind is not QuestionKind.CONSENT or any(was and was != is_now for was, is_now in labels)


def _key_of_words(question: Question) -> str:
    """The same for the same change, so that a button pressed twice is no change by somebody else."""
    words = "\n".join((question.key, question.label_de, question.label_en))
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def still_kept(
    old: tuple[Answer, ...], new: tuple[Answer, ...], asked: tuple[Question, ...]
) -> tuple[Answer, ...]:
    """The answers after somebody answered anew: what they said to questions that are no longer asked stays."""
    keys = {question.key for question in asked}
    return (*new, *(answer for answer in old if answer.key not in keys))
