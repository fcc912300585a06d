"""JSON that others sent, read without trust: what is missing, null or of the wrong kind becomes "" or None.
What the fields mean is in `payloads.py`."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DEEPEST = 40
_WHOLE = re.compile(r"-?[0-9]{1,18}")


class Malformed(ValueError):
    """Not what it has to be to be read at all."""


def decode(body: bytes) -> Any:
    """JSON in UTF-8, or Malformed. Numbers without end are refused, as is what nests too deep for the parser."""
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise Malformed("not JSON") from error


def decode_object(body: bytes) -> dict[str, Any]:
    value = decode(body)
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    return value


def require_storable(value: object) -> None:
    """Refuses NUL and lone surrogates anywhere, which no database keeps, and nesting beyond all reason."""
    level: list[object] = [value]
    for _ in range(_DEEPEST):
        inner: list[object] = []
        for item in level:
            if isinstance(item, str) and _UNSTORABLE.search(item):
                raise Malformed("text that cannot be stored")
            if isinstance(item, dict):
                inner += [*item.keys(), *item.values()]
            elif isinstance(item, list):
                inner += item
        if not inner:
            return
        level = inner
    raise Malformed("nested too deep")


def section(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The object under `name`; empty when there is none."""
    value = fields.get(name)
    return value if isinstance(value, dict) else {}


def rows(fields: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """The list of objects under `name`. A list that is missing or holds anything else is Malformed, because half
    a list is worse than none."""
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Malformed(f"{name} is not a list of objects")
    return value


def text(fields: Mapping[str, Any], name: str, longest: int = 4000) -> str:
    """Text or a number as text, cut at `longest`."""
    value = fields.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = _as_digits(value)
    return _UNSTORABLE.sub("", value)[:longest] if isinstance(value, str) else ""


def ident(fields: Mapping[str, Any], name: str, longest: int = 64) -> str:
    """An id: text for us, whatever it was on the wire; "" when it is too long to be one, for half an id is none."""
    value = text(fields, name, longest + 1).strip()
    return value if len(value) <= longest else ""


def whole(fields: Mapping[str, Any], name: str) -> int | None:
    value = text(fields, name, 20)
    return int(value) if _WHOLE.fullmatch(value) else None


def flag(fields: Mapping[str, Any], name: str) -> bool | None:
    value = fields.get(name)
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def instant(fields: Mapping[str, Any], name: str) -> datetime | None:
    """An ISO date and time as aware UTC; without an offset it is UTC already."""
    try:
        at = datetime.fromisoformat(text(fields, name, 40))
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _as_digits(number: float) -> str:
    if isinstance(number, float):
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else ""
    return str(number) if abs(number) < 10**18 else ""


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError(digits[:20])
    return number
