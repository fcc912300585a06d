"""Our words as Zoom takes them: without what cannot be seen, and no longer than there is room for."""

import re

LONGEST_TOPIC = 200
LONGEST_AGENDA = 2000
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def folded(words: str) -> str:
    return " ".join(words.split())


def clean(words: str) -> str:
    """One line without control characters, direction overrides and halves of characters."""
    return folded(_CONTROLS.sub(" ", words))


def cut_topic(title: str) -> str:
    return _cut(clean(title), LONGEST_TOPIC)


def cut_agenda(words: str) -> str:
    return _cut(_CONTROLS.sub("", words.replace("\t", " ")).strip(), LONGEST_AGENDA)


def _cut(words: str, longest: int) -> str:
    """Cut at a word where there is one, with an ellipsis to show it."""
    if len(words) <= longest:
        return words
    kept = words[: longest - 1]
    if not words[longest - 1].isspace():
        kept = re.sub(r"\s\S*\Z", "", kept)
    return kept.rstrip() + "…"
