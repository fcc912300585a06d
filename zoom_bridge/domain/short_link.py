"""A short link: an address of ours that leads to an event and stands for where it was put up, so that one can count
which of them brought people, without following anybody."""

import re
from dataclasses import dataclass
from datetime import datetime

#: Nobody mistakes one of these for another, on a poster either.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
KEY_LENGTH = 6
LONGEST_NAME = 100

_KEY = re.compile(f"[{LETTERS}]{{{KEY_LENGTH}}}")


@dataclass(frozen=True, kw_only=True)
class ShortLink:
    """registrations: how many sent the registration form after they came by it, each person once, whether or not they
    confirmed it later. It is counted here and not kept with the person."""

    id: int
    event_id: int
    key: str
    name: str
    created_at: datetime
    registrations: int


def may_be_key(text: str) -> bool:
    """Whether it could be the key of one."""
    return bool(_KEY.fullmatch(text))
