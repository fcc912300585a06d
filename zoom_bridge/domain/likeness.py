"""Likeness: how far two names may be one person's, whatever titles, order, spelling, initials and devices make of
them."""

import re
import unicodedata
from functools import lru_cache

#: A shorter word with one letter wrong may be anybody's.
_LONG = 4
#: A word's first letters are a short form of it from this many on: "Chris" for "Christian".
_SHORT_FORM = 3
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
#: Behind a bar people write where they work; in brackets, how they want to be spoken of.
_ASIDE = re.compile(r"\(.*?(\)|$)|\[.*?(\]|$)|\|.*")
_WORD = re.compile(r"[^\W\d_]+")
_TITLES = {
    "dr", "prof", "professor", "professorin", "dipl", "ing", "med", "phil", "msc", "bsc", "frau", "herr", "mr", "mrs", "ms",
    "von", "vom", "van", "de", "der", "den", "zu", "zum", "of", "the", "s",
}  # fmt: skip
_DEVICES = {
    "iphone", "ipad", "apple", "android", "samsung", "galaxy", "sm", "huawei", "xiaomi", "redmi", "pixel", "windows", "macbook",
    "mac", "pc", "notebook", "laptop", "computer", "desktop", "phone", "handy", "smartphone", "telefon", "tablet", "tab", "pro",
    "air", "mini", "plus", "ultra", "zoom", "user", "guest", "gast", "teilnehmer", "teilnehmerin",
}  # fmt: skip
#: Words in the names that Zoom shows which name nobody.
_NOBODYS = _TITLES | _DEVICES


@lru_cache(maxsize=65_536)
def words_of(name: str) -> frozenset[str]:
    """The words that tell somebody, as they are compared; none where a name tells of a device only."""
    folded = unicodedata.normalize("NFC", name).casefold().translate(_UMLAUTS)
    plain = "".join(
        c for c in unicodedata.normalize("NFKD", _ASIDE.sub(" ", folded)) if not unicodedata.combining(c)
    )
    return frozenset(_WORD.findall(plain)) - _NOBODYS


@lru_cache(maxsize=65_536)
def near(word: str) -> frozenset[str]:
    """The word, and what is left with one letter missing. Two words whose near ones meet are spelt much alike."""
    if len(word) < _LONG:
        return frozenset((word,))
    return frozenset((word, *(word[:at] + word[at + 1 :] for at in range(len(word)))))


def alike(one: str, other: str) -> bool:
    """Whether two names may be the same person's: all words of one are words of the other, or stand for them. Where
    one of them tells nobody, they may be."""
    few, many = sorted((words_of(one), words_of(other)), key=len)
    return all(any(stands_for(word, whole) for whole in many) for word in few)


def stands_for(word: str, whole: str) -> bool:
    short, long = sorted((word, whole), key=len)
    if long.startswith(short) and (len(short) == 1 or len(short) >= _SHORT_FORM):
        return True
    return word == whole or (len(short) >= _LONG and not near(word).isdisjoint(near(whole)))
