"""A poll that is prepared here and put to the audience during the webinar."""

from dataclasses import dataclass
from enum import StrEnum

LONGEST_QUESTION = 255
LONGEST_CHOICE = 128
MOST_CHOICES = 10
FEWEST_CHOICES = 2


class PollKind(StrEnum):
    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True, kw_only=True)
class Poll:
    """key: random and lasting, so that a reworded poll is changed at Zoom instead of made anew."""

    key: str
    question: str
    kind: PollKind
    choices: tuple[str, ...]
    anonymous: bool = True
