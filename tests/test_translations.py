"""The catalogues: whatever the pages and letters say in English is there in German, with the same values in it."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

HOUSE = Path(__file__).parents[1] / "zoom_bridge"
CATALOGUES = sorted((HOUSE / "locales").glob("*/*.po"))
#: These speak to developers and operators, in English.
SILENT = {"simulator", "cli.py", "trial.py", "staging.py", "playbill.py", "config.py", "locales"}
KEYWORDS = {"say": None, "say_n": (1, 2), "_": None, "gettext": None, "ngettext": (1, 2), "N_": None}
VALUE = re.compile(r"%\((\w+)\)s")

Text = str | tuple[str, str]


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name, abort_invalid=True)


def messages(path: Path) -> list[Message]:
    return [message for message in read(path) if message.id]


def forms(text: object) -> tuple[str, ...]:
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def singular(text: Text) -> str:
    return forms(text)[0]


@cache
def said() -> tuple[tuple[str, Text], ...]:
    """(where, text) for everything that the code and the templates say."""
    return tuple(_extracted())


def _extracted() -> Iterator[tuple[str, Text]]:
    methods = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
    options = {
        method: {"extensions": "jinja2.ext.do", "newstyle_gettext": "true", "trimmed": "true", "silent": "false"}
        for method, _ in methods[1:]
    }
    options["**.py"] = {}
    for name, line, text, *_ in extract_from_dir(HOUSE, methods, options, KEYWORDS):
        if Path(name).parts[0] not in SILENT and text:
            yield f"{name}:{line}", text if isinstance(text, str) else (text[0], text[1])


@cache
def translated() -> dict[str, dict[str, Message]]:
    """language → text → message"""
    found: dict[str, dict[str, Message]] = defaultdict(dict)
    for path in CATALOGUES:
        found[path.parent.name] |= {singular(message.id): message for message in messages(path)}
    return found


@cache
def written_in_code() -> set[str]:
    """Every text that stands in the code, for those that go through a table before they are said."""
    paths = [path for path in HOUSE.rglob("*.py") if path.relative_to(HOUSE).parts[0] not in SILENT]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    return {
        n.value
        for tree in trees
        for n in ast.walk(tree)
        if isinstance(n, ast.Constant) and isinstance(n.value, str)
    }


def test_there_are_catalogues() -> None:
    assert CATALOGUES


def test_everything_that_is_said_is_translated() -> None:
    german = translated()["de"]

    missing = [f"{where}: {text!r}" for where, text in said() if singular(text) not in german]

    assert not missing, "\n".join(missing)


def test_what_is_counted_is_translated_with_its_plural() -> None:
    german = translated()["de"]

    wrong = [
        f"{where}: {text!r}"
        for where, text in said()
        if isinstance(text, tuple) and singular(text) in german and forms(german[text[0]].id) != text
    ]

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", CATALOGUES, ids=[path.stem for path in CATALOGUES])
def test_nothing_is_untranslated_or_in_doubt(path: Path) -> None:
    undone = [message.id for message in messages(path) if message.fuzzy or not all(forms(message.string))]

    assert not undone
    assert not read(path).obsolete, "texts that are commented out"


@pytest.mark.parametrize("path", CATALOGUES, ids=[path.stem for path in CATALOGUES])
def test_nothing_is_translated_that_nobody_says(path: Path) -> None:
    used = {singular(text) for _, text in said()} | written_in_code()

    unused = [message.id for message in messages(path) if singular(message.id) not in used]

    assert not unused


@pytest.mark.parametrize("path", CATALOGUES, ids=[path.stem for path in CATALOGUES])
def test_a_translation_holds_the_same_values(path: Path) -> None:
    wrong = []
    for message in messages(path):
        originals = [set(VALUE.findall(text)) for text in forms(message.id)]
        for number, text in enumerate(forms(message.string)):
            values = set(VALUE.findall(text))
            # "One seat is left" need not say the number.
            least = originals[number] - ({"n", "num"} if len(originals) > 1 and number == 0 else set())
            if not least <= values <= set.union(*originals):
                wrong.append(f"{message.id!r}: {text!r}")

    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", CATALOGUES, ids=[path.stem for path in CATALOGUES])
def test_percent_signs_can_be_filled_in(path: Path) -> None:
    """A text is filled in by `%`, so a percent sign by itself is written twice."""
    for message in messages(path):
        for text in (*forms(message.id), *forms(message.string)):
            values = dict.fromkeys(VALUE.findall(text), "x")
            assert not values or text % values


@pytest.mark.parametrize("path", CATALOGUES, ids=[path.stem for path in CATALOGUES])
def test_a_translation_begins_and_ends_like_its_original(path: Path) -> None:
    """Space around a text is the template's business."""
    wrong = [m.id for m in messages(path) for text in (*forms(m.id), *forms(m.string)) if text != text.strip()]

    assert not wrong


def test_rooms_agree_on_what_they_both_translate() -> None:
    found: dict[tuple[str, str], dict[str, tuple[str, ...]]] = defaultdict(dict)
    for path in CATALOGUES:
        for message in messages(path):
            found[path.parent.name, singular(message.id)][path.stem] = forms(message.string)

    assert not {key: rooms for key, rooms in found.items() if len(set(rooms.values())) > 1}


def test_german_speaks_formally() -> None:
    familiar = re.compile(r"\b(du|dir|dich|dein|deine|deiner|deinen|deinem|euch|eure)\b", re.IGNORECASE)
    german = [text for message in translated()["de"].values() for text in forms(message.string)]

    assert not [text for text in german if familiar.search(text)]
