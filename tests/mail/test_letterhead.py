"""Headers under attack: whatever stands in a name, a title or an address, the letter has the headers it was given
and no other."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import NOW
from tests.mail.post import a_letter, a_reader, an_event_for, ready
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.message import Kind
from zoom_bridge.mail import letterhead
from zoom_bridge.mail.letterhead import (
    address_line,
    check,
    clean_address,
    clean_block,
    clean_line,
    own_lines,
    text_line,
)

ATTACKS = (
    "Hello\r\nBcc: mallory@example.org",
    "Hello\nBcc: mallory@example.org",
    "Hello\r\n\r\n<h1>body</h1>",
    "Hello\rBcc: mallory@example.org",
    "=?utf-8?q?Hi=0d=0aBcc:_mallory@example.org?=",
    "=?utf-8?b?SGkNCkJjYzogbWFsbG9yeUBleGFtcGxlLm9yZw==?=",
    "=?=?utf-8?q?=0d=0aBcc:x?=",
    "Hi =?utf-8?q?a?= =?utf-8?q?=0aBcc:_x?=",
    "Hello\u2028Bcc: mallory@example.org",
    "Hello\u2029Bcc: mallory@example.org",
    "Hello\x85Bcc: mallory@example.org",
    "Hello\x0bBcc: m@example.org\x0cBcc: n@example.org",
    "\u202egro.elpmaxe@yrollam\u202c",
    "\u2066isolated\u2069",
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "%(name)s %s %d",
    "lone \ud800 surrogate",
    "x" * 200,
    "ü" * 200,
    "👩‍👩‍👧‍👦 " * 20,
    "مرحبا بالعالم",
    '", <mallory@example.org>, "',
    "a@example.org, b@example.org",
    "\x00\x01\x7f",
    "",
)
EXPECTED = [
    "From", "To", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Reply-To",
    "Content-Type", "Date", "Message-ID",
]  # fmt: skip


def assert_headers_are_ours(letter) -> None:
    assert letter.message.keys() == EXPECTED
    assert BytesHeaderParser().parsebytes(letter.envelope.data).keys() == EXPECTED
    assert [address.addr_spec for address in letter.message["To"].addresses] == [letter.envelope.recipient]
    assert len(letter.message["From"].addresses) == 1
    assert letter.message["From"].addresses[0].addr_spec == "events@example.org"
    head = letter.envelope.data.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    assert not any(ord(mark) < 32 or mark in "\u2028\u2029\u202e" for mark in letter.subject)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_name_changes_no_header(attack):
    letter = a_letter(Kind.CONFIRMATION, registration=a_reader(first_name=attack, last_name=""))

    assert_headers_are_ours(letter)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("field", ["title_de", "subtitle_de", "hosted_by", "help_name"])
def test_a_hostile_text_of_the_event_changes_no_header(attack, field):
    event = an_event_for(Kind.CONFIRMATION, **{field: attack or "x"})

    letter = a_letter(Kind.CONFIRMATION, event=event)

    assert_headers_are_ours(letter)
    assert "<script>" not in letter.html


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(), max_size=150), st.text(st.characters(), max_size=150))
def test_no_text_at_all_changes_a_header(name, title):
    event = an_event_for(Kind.CONFIRMATION, title_de=title or "x")

    letter = a_letter(Kind.CONFIRMATION, event=event, registration=a_reader(first_name=name, last_name=""))

    assert_headers_are_ours(letter)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=150))
def test_a_clean_subject_arrives_as_it_was_written(text):
    wanted = clean_line(text).replace("=?", "= ?")

    line = text_line("Subject", text)

    value = message_from_bytes(line + b"\r\n", policy=policy.compat32)["Subject"]
    arrived = str(make_header(decode_header(value))) if value else ""
    if "=?" not in wanted:
        assert " ".join(arrived.split()) == " ".join(wanted.split())


@pytest.mark.parametrize(
    "name",
    ["Anna Albers", "Jörg Müller", "Anna, the first", 'the "great"', "x" * 200, "محمد", "Dr. Anna", "ß" * 90],
)
def test_a_name_in_a_header_arrives_as_it_was_written(name):
    line = address_line("To", name, "anna@example.org")

    value = message_from_bytes(line + b"\r\n", policy=policy.compat32)["To"]
    assert str(make_header(decode_header(value))) == f"{name} <anna@example.org>"
    assert line.isascii()


def test_joiners_and_letters_of_all_scripts_stay():
    for text in ("👩‍👩‍👧‍👦", "شِيرين", "नमस्ते", "می‌خواهم", "日本語", "Łukasz"):
        assert clean_line(text) == text
        assert clean_block(text) == text


def test_a_block_keeps_its_lines():
    assert clean_block("a\r\nb\rc\n\td\x00\u202e") == "a\nb\nc\n\td"


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("anna@example.org", "anna@example.org"),
        ("anna.albers+events@example.org", "anna.albers+events@example.org"),
        ("o'neill@example.org", "o'neill@example.org"),
        ("anna@müller.example", "anna@xn--mller-kva.example"),
        ("anna@straße.example", "anna@xn--strae-oqa.example"),
        ("anna@BÜCHER.example", "anna@xn--bcher-kva.example"),
        ("jörg@example.org", "jörg@example.org"),
        ("anna@xn--mller-kva.example", "anna@xn--mller-kva.example"),
    ],
)
def test_an_odd_but_good_address_goes_on_the_wire(address, on_the_wire):
    assert clean_address(address) == on_the_wire


@pytest.mark.parametrize(
    "address",
    ["", "anna", "@example.org", "anna@", "anna@exa mple.org", "anna@example.org\r\nBcc: b@example.org", "a b@example.org",
     "anna@-example.org", "anna@example..org", "<anna@example.org>", "anna@example.org>", "a,b@example.org",
     "anna@example.org, ben@example.org", "an\u202ena@example.org", "a\ud800@example.org", "a@exa\u2028mple.org",
     "x" * 65 + "@example.org", "a@" + "x" * 64 + "ä.org", '"a b"@example.org', "a@[127.0.0.1]", "a@ex_ample.org"],
)  # fmt: skip
def test_an_address_that_cannot_be_right_parks_the_letter(address):
    with pytest.raises(Failure) as caught:
        clean_address(address)

    assert caught.value.permanent
    assert not caught.value.systemic


def test_a_letter_to_an_address_of_other_letters_keeps_it_in_the_header():
    letter = a_letter(Kind.CONFIRMATION, registration=a_reader(email="jörg@müller.example"))

    assert letter.envelope.recipient == "jörg@xn--mller-kva.example"
    assert "To: Anna Albers <jörg@xn--mller-kva.example>".encode() in letter.envelope.data
    assert "mailto:j%C3%B6rg@xn--mller-kva.example" in letter.calendar.replace("\n ", "")


@pytest.mark.parametrize(
    "block",
    [
        b"From: a\r\nTo: b\r\nBcc: c\r\n",
        b"From: a\r\n",
        b"To: b\r\nFrom: a\r\n",
        b"From: a\nBcc: c\r\nTo: b\r\n",
        b"From: a\rBcc: c\r\nTo: b\r\n",
        b"From: a\r\nTo: b",
        b"From: a\r\n\r\nTo: b\r\n",
        b"From: a\r\n \r\nTo: b\r\n",
        b"From: a\x00\r\nTo: b\r\n",
    ],
)
def test_a_header_block_that_is_not_as_meant_parks_the_letter(block):
    with pytest.raises(Failure) as caught:
        check(block, ["From", "To"])

    assert caught.value.permanent


def test_a_header_block_as_meant_passes():
    check(b"From: a\r\n b\r\nTo: b\r\n", ["From", "To"])


def test_the_message_id_is_made_of_what_an_id_may_hold():
    lines = own_lines(ready(Kind.CONFIRMATION, message_id="<r1:confirmation:1 x@events.example.org>"))

    assert b"Message-ID: <r1.confirmation.1.x@events.example.org>\r\n" in lines


def test_the_date_is_the_rows_own():
    assert own_lines(ready(Kind.CONFIRMATION)).startswith(f"Date: {NOW:%a, %d %b %Y}".encode())


def test_encoded_words_are_never_longer_than_they_may_be():
    for line in letterhead.text_line("Subject", "äöü€👩" * 60).split(b"\r\n"):
        assert len(line) <= 76
