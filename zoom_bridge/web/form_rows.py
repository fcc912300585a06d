"""Rows of a form that can be repeated (partners, speakers, questions), without script: their buttons send the form back, and it
comes again with a row more, less, or higher up. Nothing that was typed is lost."""

import re
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Form

#: More rows than anybody needs, few enough to stay harmless.
MOST_ROWS = 30

_CHANGE = re.compile(r"(?P<rows>[a-z]+) (?P<what>add|remove|up)(?: (?P<number>[0-9]{1,3}))?")


def row_of(name: str, number: int) -> str:
    """The prefix of one row's fields: "partners-2-"."""
    return f"{name}-{number}-"


def arranged(fields: "MultiDict[str, str]", names: tuple[str, ...]) -> "MultiDict[str, str]":
    """The submitted fields with each kind of rows numbered from 0, after what the row's button asked for."""
    change = _CHANGE.fullmatch(fields.get("change", ""))
    result = MultiDict(fields)
    for name in names:
        rows = _rows(fields, name)
        if change and change["rows"] == name:
            rows = _changed(rows, change["what"], int(change["number"] or 0))
        for key in [key for key in result if _place(key, name)]:
            del result[key]
        for number, row in enumerate(rows[:MOST_ROWS]):
            for part, text in row.items():
                result[row_of(name, number) + part] = text
    return result


def bound(kind: type[Form], name: str, fields: "MultiDict[str, str]", **options: Any) -> list[Form]:
    """One small form for each submitted row, and an empty one when there is none."""
    numbers = sorted({place[0] for key in fields if (place := _place(key, name))})
    return [kind(fields, prefix=row_of(name, number), **options) for number in numbers or [0]]


def _place(key: str, name: str) -> tuple[int, str] | None:
    # Strict, because int() is not: it takes other scripts' digits, and balks at thousands of them.
    found = re.fullmatch(rf"{name}-([0-9]{{1,3}})-([a-z]+)", key)
    return (int(found[1]), found[2]) if found else None


def _rows(fields: "MultiDict[str, str]", name: str) -> list[dict[str, str]]:
    rows: dict[int, dict[str, str]] = {}
    for key, text in fields.items():
        if place := _place(key, name):
            rows.setdefault(place[0], {})[place[1]] = text
    return [rows[number] for number in sorted(rows)]


def _changed(rows: list[dict[str, str]], what: str, number: int) -> list[dict[str, str]]:
    rows = list(rows)
    if what == "add":
        rows.append({"name": ""})
    elif number < len(rows):
        row = rows.pop(number)
        if what == "up":
            rows.insert(max(number - 1, 0), row)
    return rows
