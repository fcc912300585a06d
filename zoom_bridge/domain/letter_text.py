"""An event's own words for a letter, in one language: its subject and its opening. They are text with placeholders,
never a template: what stands in them is filled in or shown as it is, and nothing else happens."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zoom_bridge.domain.message import Kind

LONGEST_SUBJECT = 200
LONGEST_OPENING = 3000


@dataclass(frozen=True)
class LetterText:
    """Empty: the letter has our own subject, or our own opening. The opening is plain text in paragraphs, the
    greeting among them."""

    event_id: int
    kind: Kind
    language: str
    subject: str
    opening: str
    written_at: datetime


@dataclass(frozen=True)
class Specimen:
    """A letter as a mail program would show it. Sender, reply_to and recipient are names with addresses."""

    sender: str
    reply_to: str
    recipient: str
    subject: str
    text: str
    html: str
    calendar: str | None
    method: str


class Placeholder(StrEnum):
    """What may stand for itself in an event's own words."""

    NAME = "name"
    TITLE = "title"
    DATE = "date"
    BEGINS = "begins"
    ENDS = "ends"
    HOST = "host"
    HELP_PHONE = "help_phone"


#: As organisers write them between braces. Capitals, blanks and hyphens make no difference.
PLACEHOLDERS: dict[str, dict[str, Placeholder]] = {
    "de": {
        "Name": Placeholder.NAME,
        "Titel": Placeholder.TITLE,
        "Datum": Placeholder.DATE,
        "Beginn": Placeholder.BEGINS,
        "Ende": Placeholder.ENDS,
        "Gastgeber": Placeholder.HOST,
        "Hilfe-Telefon": Placeholder.HELP_PHONE,
    },
    "en": {
        "Name": Placeholder.NAME,
        "Title": Placeholder.TITLE,
        "Date": Placeholder.DATE,
        "Start": Placeholder.BEGINS,
        "End": Placeholder.ENDS,
        "Host": Placeholder.HOST,
        "Help phone": Placeholder.HELP_PHONE,
    },
}

_PLACE = re.compile(r"\{([^{}]*)\}")
_JOINTS = re.compile(r"[\s-]+")


def pieces(text: str, language: str) -> Iterator[str | Placeholder]:
    """The text in order: words, and placeholders between them. Braces that mean nothing stay words."""
    known = _known(language)
    end = 0
    for place in _PLACE.finditer(text):
        if found := known.get(_folded(place[1])):
            yield text[end : place.start()]
            yield found
            end = place.end()
    yield text[end:]


def filled(text: str, language: str, values: Mapping[Placeholder, str]) -> str:
    """In one go: a value that looks like a placeholder is none."""
    return "".join(values[piece] if isinstance(piece, Placeholder) else piece for piece in pieces(text, language))


def used(text: str, language: str) -> set[Placeholder]:
    return {piece for piece in pieces(text, language) if isinstance(piece, Placeholder)}


def unknown(text: str, language: str) -> list[str]:
    """What stands between braces and is no placeholder, as it was typed."""
    known = _known(language)
    return [place[0] for place in _PLACE.finditer(text) if _folded(place[1]) not in known]


def balanced(text: str) -> bool:
    """Whether every brace has its other half."""
    rest = _PLACE.sub("", text)
    return "{" not in rest and "}" not in rest


def written(placeholder: Placeholder, language: str) -> str:
    """ "{Titel}"."""
    return next(f"{{{word}}}" for word, known in PLACEHOLDERS[language].items() if known is placeholder)


def _known(language: str) -> dict[str, Placeholder]:
    return {_folded(word): placeholder for word, placeholder in PLACEHOLDERS[language].items()}


def _folded(word: str) -> str:
    return _JOINTS.sub(" ", word.strip()).casefold()
