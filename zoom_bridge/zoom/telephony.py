"""How people come into a webinar by telephone: the numbers that Zoom offers for it, and the passcode that is keyed in
after the webinar's own number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zoom_bridge.zoom import raw_json

#: An account may offer numbers of a hundred countries; nobody reads so many.
MOST_NUMBERS = 40
_NUMBER = re.compile(r"\+?[0-9][0-9 ()./-]{3,38}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_KEYS = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True)
class DialInNumber:
    """`country` as ISO 3166 alpha-2, `free` of charge."""

    country: str
    number: str
    city: str = ""
    free: bool = False


def read_numbers(settings: Mapping[str, Any]) -> tuple[DialInNumber, ...]:
    """In Zoom's order, each once. What cannot be dialled is passed over."""
    listed = settings.get("global_dial_in_numbers")
    told = [_read(entry) for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    return tuple(dict.fromkeys(number for number in told if number))[:MOST_NUMBERS]


def _read(entry: Mapping[str, Any]) -> DialInNumber | None:
    country, number = raw_json.ident(entry, "country").upper(), raw_json.ident(entry, "number")
    if not (_COUNTRY.fullmatch(country) and _NUMBER.fullmatch(number)):
        return None
    city = "".join(char for char in raw_json.ident(entry, "city") if char.isprintable())
    return DialInNumber(country, number, city, raw_json.ident(entry, "type") == "tollfree")


def read_passcode(webinar: Mapping[str, Any]) -> str:
    """Empty when the webinar's passcode has letters, which no telephone can key in."""
    passcode = raw_json.ident(webinar, "password")
    return passcode if _KEYS.fullmatch(passcode) else ""
