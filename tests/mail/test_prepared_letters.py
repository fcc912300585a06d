"""A letter filled into its prepared form says exactly what it would say rendered for this one person; whatever
people are called."""

import quopri
import re
from dataclasses import asdict
from email import message_from_bytes, policy

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.cast import MALLORY
from tests.clock import NOW
from tests.mail.post import (
    LANGUAGES,
    LINKS,
    SENDER,
    TO_ATTENDEES,
    Read,
    a_letter,
    a_reader,
    an_event_for,
    letters,
    ready,
)
from zoom_bridge.domain.message import Kind
from zoom_bridge.i18n import speech
from zoom_bridge.mail.ical import entry_of
from zoom_bridge.mail.letterhead import clean_line
from zoom_bridge.mail.prepared import prepare, quoted, slot
from zoom_bridge.mail.rendering import METHODS, Person, moment, nearness, render

NASTY = (
    "",
    " ",
    "Anna",
    "Jörg-Äöüß Łukasz",
    MALLORY.name,
    "a\r\nBcc: ben@example.org",
    "=?utf-8?q?Hi=0d=0aBcc:_ben@example.org?=",
    "=?=?utf-8?b?PGI+?=",
    "line\u2028separator\u2029",
    "\u202eevlo\u202c \u2066x\u2069",
    "{{ 7*7 }} %(name)s %s {name}",
    "</bdi></p><script>alert(1)</script>",
    "\ud800 lone \udfff",
    "\ufdd0name\ufdd1 \ufdd0link\ufdd1",
    "={plain:name} =20 =\r\n",
    "x" * 200,
    "ä" * 200,
    "👩‍👩‍👧‍👦 family",
    "محمد بن سلمان",
    "شِيرين",
    ". .. .",
    "\x00\x1b[31m\x85",
    'Name, "quoted" <a@example.org>; (comment)',
    "  spaced   out  ",
    "a=b=c",
    "-- \n",
)
SHARED = letters()


def rendered_for_one(kind, language, event, registration):
    """The letter without any preparing: the templates are given the values themselves."""
    key = registration.key
    person = Person(
        name=clean_line(registration.name),
        link=LINKS.personal(key),
        cancel_link=LINKS.personal(key, "cancel"),
        data_link=LINKS.personal(key, "data"),
        unsubscribe_link=LINKS.unsubscribe(key),
        confirm_link=LINKS.confirm(key),
        confirm_by=moment(speech(language), registration.confirm_by, event.timezone),
    )
    method = METHODS.get(kind)
    entry = entry_of(event, registration, LINKS, method, NOW) if method else None
    return render(kind, language, event, nearness(event, NOW), person, entry, LINKS, SENDER)


def assert_the_same(kind, language, registration):
    event = an_event_for(kind)
    letter = Read(SHARED.compose(ready(kind), event, registration, NOW))

    plain = rendered_for_one(kind, language, event, registration)

    assert letter.subject == plain.subject
    assert letter.text == plain.text
    assert letter.html == plain.html
    assert unfolded(letter.calendar) == unfolded(plain.calendar or "")
    assert unfolded(letter.calendar_file) == unfolded(plain.calendar or "")
    for line in letter.envelope.data.partition(b"\r\n\r\n")[2].split(b"\r\n"):
        assert len(line) <= 76, line
    assert max(len(line.encode()) for line in letter.calendar_file.split("\r\n")) <= 75
    assert letter.defects == []
    assert b"\xef\xb7\x90" not in letter.envelope.data


def unfolded(calendar: str) -> str:
    return calendar.replace("\r\n", "\n").replace("\n ", "")


@pytest.mark.parametrize("kind", TO_ATTENDEES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_prepared_and_plain_letters_are_the_same_for_every_nasty_name(kind, language):
    for name in NASTY:
        assert_the_same(kind, language, a_reader(language, first_name=name, last_name=""))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(TO_ATTENDEES),
    language=st.sampled_from(LANGUAGES),
    first=st.text(st.characters(), max_size=80),
    last=st.text(max_size=80),
    key=st.text("abcXYZ019-_", min_size=16, max_size=32),
)
@example(Kind.CONFIRMATION, "de", "\ud83d", "\udc69", "-" * 22)
def test_prepared_and_plain_letters_are_the_same_for_any_name(kind, language, first, last, key):
    assert_the_same(kind, language, a_reader(language, first_name=first, last_name=last, key=key))


def test_letters_of_one_run_differ_only_in_what_is_personal():
    anna = a_letter(Kind.CONFIRMATION, by=SHARED)
    ben = a_letter(
        Kind.CONFIRMATION,
        by=SHARED,
        registration=a_reader(first_name="Ben", last_name="Brandt", email="ben@example.org", key="b" * 22),
    )

    for text in (ben.text, ben.html, ben.calendar, ben.calendar_file, str(ben.message["To"])):
        assert "Anna" not in text
        assert "k" * 22 not in text
        assert "anna@example.org" not in text
    assert len(anna.text.splitlines()) == len(ben.text.splitlines())


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=400))
def test_what_is_quoted_fits_and_reads_as_it_was(text):
    encoded = quoted(text)

    assert quopri.decodestring(encoded).decode().replace("\r\n", "\n") == text
    lines = encoded.split(b"\r\n")
    assert all(len(line) <= 76 for line in lines)
    assert len(lines[-1]) <= 75
    assert b"\n" not in encoded.replace(b"\r\n", b"")


def test_a_slot_keeps_its_place_however_the_text_around_it_breaks():
    text = f"a line of text that goes on for quite a while until {slot('name')} comes, and \n{slot('name')}\n {slot('name')}"

    body = prepare(text, "", None, "")

    raw = body.content_type + b"\r\n" + body.filled({"name": "Änne =\u20ac. "})

    read = next(message_from_bytes(raw, policy=policy.default).iter_parts()).get_content()
    assert read.replace("\r\n", "\n").rstrip("\n") == text.replace(slot("name"), "Änne =\u20ac. ").rstrip("\n")


def test_text_that_looks_like_a_slot_stays_text():
    event = an_event_for(Kind.CONFIRMATION, title_de="={plain:name} \ufdd0name\ufdd1", help_name="={html:link}")

    letter = a_letter(Kind.CONFIRMATION, event=event)

    assert "={plain:name} name" in letter.text
    assert "={html:link}" in letter.html
    assert not re.search("[\ufdd0\ufdd1]", letter.text + letter.html)


def test_every_slot_of_a_letter_is_a_field_of_a_person_or_an_entry():
    assert set(asdict(Person())) == {
        "name",
        "link",
        "cancel_link",
        "data_link",
        "unsubscribe_link",
        "confirm_link",
        "confirm_by",
        "sign_in_link",
    }
