"""Every text of the letters, of the calendar entry and of the mailbox exists in German."""

import re
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import zoom_bridge
from zoom_bridge.mail.rendering import environment

ROOM = Path(zoom_bridge.__file__).parent


def said_in_templates() -> set[str]:
    sources = [*ROOM.glob("mail/templates/**/*.*"), *ROOM.glob("web/templates/mailbox/*.html")]
    return {
        text if isinstance(text, str) else text[-1 if function == "pgettext" else 0]
        for path in sources
        for _, function, text in environment("de").extract_translations(path.read_text())
    }


def said_in_code() -> set[str]:
    return {
        text
        for path in ROOM.glob("mail/*.py")
        for _, text, _, _ in extract("python", path.open("rb"), {"say": None})
        if isinstance(text, str)
    }


@pytest.fixture
def catalogue():
    with (ROOM / "locales/de/mail.po").open("rb") as file:
        return read_po(file)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_nothing_is_said_that_has_no_german(catalogue):
    said = said_in_templates() | said_in_code()

    ids = {message.id if isinstance(message.id, str) else message.id[0] for message in catalogue if message.id}
    assert said - ids == set()
    assert ids - said == set()
    assert len(said) > 60


def test_every_german_text_has_the_values_of_the_english_one(catalogue):
    for message in catalogue:
        english = {message.id} if isinstance(message.id, str) else set(message.id)
        german = {message.string} if isinstance(message.string, str) else set(message.string)
        if not message.id:
            continue
        wanted = {value for text in english for value in re.findall(r"%\(\w+\)s", text)}
        assert all(german), message.id
        assert {value for text in german for value in re.findall(r"%\(\w+\)s", text)} == wanted
