"""Soft hyphens at the joints of long German compounds, because some browsers carry no German dictionary.

Only in words of sixteen letters and more: a soft hyphen in a shorter word breaks headings that would have fitted.
The list names parts that begin a new part of a compound; it need not be complete, `overflow-wrap` is the last net."""

import re

SHY = "\N{SOFT HYPHEN}"
LONG = 16
_PARTS = (
    "anmeldung", "arbeits", "arbeit", "beteiligung", "bildung", "etikettierungs", "fachkräfte", "förderung",
    "freiheit", "gemeinschaft", "gesellschaft", "gesetz", "hinweise", "management", "ministerium", "pflege",
    "plattform", "pädagog", "recht", "sächsisch", "service", "stelle", "stiftung", "straße", "treff", "verband",
    "veranstaltung", "versammlung", "verwaltung", "wesen", "wissenschaft", "wirtschaft", "zentrale", "zentrum",
)  # fmt: skip
_JOINT = re.compile(rf"(?<=\w{{4}})(?=(?:{'|'.join(_PARTS)}))", re.IGNORECASE)
_WORD = re.compile(rf"[^\W\d_]{{{LONG},}}")


def shy(text: str) -> str:
    """The same text with soft hyphens in its long words."""
    return _WORD.sub(lambda word: _JOINT.sub(SHY, word[0]), str(text))
