"""What people type, and what it means."""

import re
from datetime import timedelta

import pytest
from werkzeug.datastructures import MultiDict

from tests.clock import NOW
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.i18n import speech
from zoom_bridge.web.registration_form import RegistrationForm, filled_in_quickly, opening_mark

SECRET = "a secret of the tests, long enough"


def form(**changes: str) -> RegistrationForm:
    fields = {"first_name": "Anna", "last_name": "Albers", "email": "anna@example.org"} | changes
    return RegistrationForm(speech("en"), (), MultiDict(fields))


def complaint(**changes: str) -> str:
    tried = form(**changes)
    assert tried.attendee() is None
    [only] = tried.complaints()
    return only.sentence


def test_three_fields_make_an_attendee() -> None:
    assert form().attendee() == Attendee("Anna", "Albers", "anna@example.org", "en")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Anna@Example.ORG ", "Anna@example.org"),
        ("anna@bücher.example.org", "anna@xn--bcher-kva.example.org"),
        ("anna+events@example.org", "anna+events@example.org"),
        ("o'neill@example.org", "o'neill@example.org"),
        ("anna@\u202eexample.org", "anna@example.org"),
    ],
)
def test_addresses_are_kept_as_mail_servers_know_them(typed: str, kept: str) -> None:
    attendee = form(email=typed).attendee()

    assert attendee
    assert attendee.email == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "enter your e‑mail address"),
        ("anna", "The @ is missing"),
        ("anna@@example.org", "more than one @"),
        ("a@example.org, b@example.org", "more than one @"),
        ("@example.org", "name before the @ is missing"),
        ("anna@", "provider's name is missing after the @"),
        ("an na@example.org", "a space"),
        ("anna@example,org", "comma"),
        ("anna@example", "ending after the provider's name"),
        ("jürgen@example.org", "accents or umlauts"),
        ("anna@example..org", "check this address"),
        ("anna.@example.org", "check this address"),
        ("anna@[127.0.0.1]", "check this address"),
        ('"a b"@example.org', "a space"),
        ("a" * 65 + "@example.org", "check this address"),
        ("anna@" + "a." * 70 + "org", "shorten"),
        ("anna@example.org\r\nBcc: x@example.org", "more than one @"),
    ],
)
def test_each_slip_in_an_address_has_its_sentence(typed: str, words: str) -> None:
    assert words in complaint(email=typed)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Anna   Maria ", "Anna Maria"),
        ("Zoe\u0308", "Zoë"),
        ("An\u202ena\x00", "Anna"),
        ("Null", "Null"),
        ("李", "李"),
        ("O'Neill-Žižek", "O'Neill-Žižek"),
        ("x" * 64, "x" * 64),
    ],
)
def test_names_are_kept_as_their_owners_write_them(typed: str, kept: str) -> None:
    attendee = form(first_name=typed).attendee()

    assert attendee
    assert attendee.first_name == kept


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "enter your first name"),
        ("\u200b\u202e", "enter your first name"),
        ("...", "enter your first name"),
        ("x" * 65, "shorten"),
        ("Win at http://evil.example.com", "without a web address"),
        ("visit www.evil.example.com", "without a web address"),
        ("<b>Anna", "without a web address"),
    ],
)
def test_what_is_no_name_is_refused(typed: str, words: str) -> None:
    assert words in complaint(first_name=typed)


def test_several_values_of_one_field_are_no_trick() -> None:
    fields = MultiDict(
        [("first_name", "Anna"), ("first_name", "Mallory"), ("last_name", "A"), ("email", "a@example.org")]
    )

    attendee = RegistrationForm(speech("de"), (), fields).attendee()

    assert attendee
    assert attendee.first_name == "Anna"


def test_a_form_filled_in_at_once_is_noticed() -> None:
    mark = opening_mark(SECRET, NOW)

    assert filled_in_quickly(SECRET, mark, NOW + timedelta(seconds=1))
    assert not filled_in_quickly(SECRET, mark, NOW + timedelta(seconds=4))
    assert not filled_in_quickly(SECRET, mark, NOW + timedelta(days=3))


@pytest.mark.parametrize(
    "mark", ["", "1", "0.x", "99999999999999.x", "²." + "0" * 32, "1788249600." + "0" * 32, "ä.ä"]
)
def test_a_forged_mark_does_not_make_it_slow(mark: str) -> None:
    assert filled_in_quickly(SECRET, mark, NOW)


def test_between_the_sentences_about_ones_data_there_are_spaces(event, visit):
    for language in ("de", "en"):
        page = visit(language).open(f"/e/{event.slug}/register")

        assert "Zoom" in page.text
        assert not re.findall(r"\w+[a-zß]\.[A-ZÄÖÜ0-9]\w+", page.text)
