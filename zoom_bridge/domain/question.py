"""A question of the organiser's own on the registration form, and what somebody answered."""

from dataclasses import dataclass
from enum import StrEnum


class QuestionKind(StrEnum):
    """How a question is answered. CONSENT is one box to tick: agreeing to the label."""

    TEXT = "text"
    ONE = "one"
    SEVERAL = "several"
    CONSENT = "consent"


@dataclass(frozen=True)
class Question:
    """`key` stays the same when the wording changes, so that answers keep their question. Choices belong to ONE and
    SEVERAL, in both languages in the same order."""

    key: str
    kind: QuestionKind
    label_de: str = ""
    label_en: str = ""
    choices_de: tuple[str, ...] = ()
    choices_en: tuple[str, ...] = ()
    required: bool = False

    def label(self, language: str) -> str:
        """In that language, or in the one there is."""
        own, other = (self.label_de, self.label_en) if language == "de" else (self.label_en, self.label_de)
        return own or other

    def choices(self, language: str) -> tuple[str, ...]:
        own, other = (self.choices_de, self.choices_en) if language == "de" else (self.choices_en, self.choices_de)
        return own if len(own) == max(len(own), len(other)) else other


@dataclass(frozen=True)
class Answer:
    """What somebody answered, beside the label as they read it: it outlives the question, and is the record of a
    consent. Several choices are several texts."""

    key: str
    label: str
    texts: tuple[str, ...]
