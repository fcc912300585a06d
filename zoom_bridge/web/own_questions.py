"""The organiser's own questions on a form: fields that are not known before the event is. What was typed becomes an
answer, or a complaint beside the field."""

import textwrap
from collections.abc import Iterable, Sequence

from zoom_bridge.domain.question import Answer, Question, QuestionKind
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import CHOOSE, N_, cleaned_line

LONGEST_ANSWER = 300
#: A question can be a whole sentence of consent; the summary above the form names it by its beginning.
_LONGEST_NAME = 80

_MISSING = {
    QuestionKind.TEXT: N_("Please answer this question."),
    QuestionKind.ONE: CHOOSE,
    QuestionKind.SEVERAL: N_("Please choose at least one of the answers."),
    QuestionKind.CONSENT: N_("Please tick this box. You cannot take part without this consent."),
}
_NEVER_OFFERED = {
    QuestionKind.ONE: CHOOSE,
    QuestionKind.SEVERAL: N_("Please choose only from the answers offered."),
}


class Asked:
    """One question to one reader, and what they typed. `error` is said beside it once `answer` was asked for."""

    def __init__(self, question: Question, speech: Speech, typed: Iterable[str] = ()) -> None:
        self.question = question
        self.speech = speech
        self.kind = question.kind
        self.required = question.required
        self.id = field_id(question)
        self.label = question.label(speech.language)
        self.spoken = question.spoken(speech.language)
        self.choices = question.choices(speech.language)
        self.typed = tuple(filter(None, map(cleaned_line, typed)))
        self.error = ""

    @property
    def name(self) -> str:
        """What the summary calls it."""
        return textwrap.shorten(self.label.rstrip(" ?.:"), _LONGEST_NAME, placeholder=" …")

    @property
    def text(self) -> str:
        return self.typed[0] if self.typed else ""

    @property
    def ticked(self) -> tuple[str, ...]:
        """The choices that are marked, also when they were read in the other language."""
        return tuple(filter(None, self._meant()))

    def answer(self) -> Answer | None:
        """None when nothing was answered, or when it does not fit: then `error` says why."""
        self.error = ""
        texts = self._texts()
        if not texts and not self.error and self.required:
            self.error = self.speech.say(_MISSING[self.kind])
        return Answer(self.question.key, self.label, texts) if texts and not self.error else None

    def _texts(self) -> tuple[str, ...]:
        if self.kind is QuestionKind.TEXT:
            return self._short(self.text)
        if self.kind is QuestionKind.CONSENT:
            return (self.speech.say("Yes"),) if self.typed else ()
        meant = self._meant()
        if None in meant or (self.kind is QuestionKind.ONE and len(meant) > 1):
            self.error = self.speech.say(_NEVER_OFFERED[self.kind])
            return ()
        return tuple(choice for choice in self.choices if choice in meant)

    def _meant(self) -> list[str | None]:
        return [self.question.find_choice(text, self.speech.language) for text in self.typed]

    def _short(self, text: str) -> tuple[str, ...]:
        if len(text) > LONGEST_ANSWER:
            self.error = self.speech.say(
                "Please shorten this to %(longest)s characters; at present it has %(length)s.",
                longest=self.speech.number(LONGEST_ANSWER),
                length=self.speech.number(len(text)),
            )
            return ()
        return (text,) if text else ()


def field_id(question: Question) -> str:
    return f"answer-{question.key}"


def typed_before(answers: Sequence[Answer], question: Question) -> tuple[str, ...]:
    """What somebody answered to this question, as its field shows it again."""
    return next((answer.texts for answer in answers if answer.key == question.key), ())
