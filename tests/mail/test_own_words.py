"""An event's own words in its letters: text that stays text, everywhere, above what is always there."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.clock import NOW
from tests.mail.post import LANGUAGES, LINKS, SENDER, TO_ATTENDEES, Read, a_reader, an_event_for, letters, ready
from tests.mail.test_letters import shown
from zoom_bridge.domain.letter_text import LetterText, balanced, unknown
from zoom_bridge.domain.message import Kind
from zoom_bridge.mail.letterhead import clean_line
from zoom_bridge.mail.rendering import Person, nearness, render

every_letter = pytest.mark.parametrize("kind", TO_ATTENDEES)
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)


def words(kind, subject="", opening="", language="de"):
    return LetterText(1, kind, language, subject, opening, NOW)


def a_letter(kind, own, language="de", by=None, event=None, **reader):
    event = event or an_event_for(kind)
    envelope = (by or letters()).compose(ready(kind), event, a_reader(language, **reader), NOW, own)
    return Read(envelope)


def test_subject_and_opening_are_filled_in():
    own = words(
        Kind.CONFIRMATION,
        "Bis bald: {Titel} am {Datum}",
        "Liebe Nachbarin {Name},\n\num {Beginn} geht es los, um {Ende} ist Schluss.\n{Gastgeber}, Tel. {Hilfe-Telefon}",
    )

    letter = a_letter(Kind.CONFIRMATION, own)

    assert letter.subject == "Bis bald: Gute Nachbarschaft am Montag, 7. September 2026"
    for text in (letter.text, read_html(letter)):
        read = " ".join(text.split())
        assert "Liebe Nachbarin Anna Albers, um 10.00 Uhr geht es los, um 11.30 Uhr ist Schluss." in read
        assert "Umweltministerium, Tel. 0511 701 07 09" in read
        assert "Guten Tag" not in read
        assert "Ihr Platz ist sicher" not in read
    assert "Schluss.<br>\nUmwelt" in letter.html


@every_letter
@in_both_languages
def test_own_words_take_nothing_away_that_must_be_there(kind, language):
    plain = a_letter(kind, None, language)

    letter = a_letter(kind, words(kind, "x", "x", language), language)

    def links(text):
        return set(re.findall(r"https?://[^\s<>\"]+", text))

    assert links(letter.text) == links(plain.text)
    assert links(letter.html) == links(plain.html)
    assert letter.calendar == plain.calendar
    fact = {Kind.MOVED: "Verschoben", Kind.CANCELLED: "Abgesagt", Kind.GOODBYE: "Abgemeldet"}.get(kind)
    for text in (letter.text, letter.html):
        assert "0511 701 07 09" in text
        assert "September" in text
        assert language != "de" or fact is None or fact in text


@every_letter
def test_an_empty_text_leaves_ours(kind):
    ours = a_letter(kind, None)

    assert a_letter(kind, words(kind, "", "Nur das hier.")).subject == ours.subject
    assert "Guten Tag Anna Albers," in a_letter(kind, words(kind, "Anderer Betreff", "")).text


def test_text_and_html_say_the_same():
    own = words(
        Kind.MOVED, "", 'Guten Tag {Name},\n\nes ist < als & "gedacht".\n\n\n  Zweiter   Absatz\nmit Zeile'
    )

    letter = a_letter(Kind.MOVED, own)

    opening = 'Guten Tag Anna Albers, es ist < als & "gedacht". Zweiter Absatz mit Zeile'
    assert opening in " ".join(letter.text.split())
    assert opening in read_html(letter)


def read_html(letter):
    """A name stands in an element of its own, which parts it from its comma."""
    return " ".join(shown(letter.html).words).replace(" ,", ",")


HOSTILE = (
    "<script>alert(1)</script>",
    '</p></td><h1 style="x">',
    "{{ 7*7 }} {% for a in b %} %(name)s {Name.x}",
    "a\r\nBcc: ben@example.org",
    "=?utf-8?q?Hi=0d=0aBcc:_ben@example.org?=",
    "\ufdd0link\ufdd1 \u202ex",
    "={plain:link}",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_own_words_are_text_and_never_anything_else(hostile):
    letter = a_letter(Kind.CONFIRMATION, words(Kind.CONFIRMATION, hostile, hostile))

    assert letter.defects == []
    assert letter.message["Bcc"] is None
    assert "<script" not in letter.html
    assert '<h1 style="x">' not in letter.html
    assert "49" not in letter.text.split("Gute Nachbarschaft")[0]
    assert not re.search("[\ufdd0\ufdd1\u202e]", letter.text + letter.html + letter.subject)
    assert LINKS.personal("k" * 22) not in letter.text.split("Gute Nachbarschaft")[0]


def test_a_title_that_looks_like_a_placeholder_is_only_a_title():
    event = an_event_for(Kind.CONFIRMATION, title_de="{Name}")

    letter = a_letter(
        Kind.CONFIRMATION, words(Kind.CONFIRMATION, "Zu {Titel}", "Es geht um {Titel}."), event=event
    )

    assert letter.subject == "Zu {Name}"
    assert "Es geht um {Name}." in letter.text


def test_the_next_letter_has_the_words_as_they_are_then():
    one = letters()
    before = a_letter(Kind.CONFIRMATION, None, by=one)
    own = a_letter(Kind.CONFIRMATION, words(Kind.CONFIRMATION, "Eins", "Eins."), by=one)
    other = a_letter(Kind.CONFIRMATION, words(Kind.CONFIRMATION, "Zwei", "Zwei."), by=one)
    back = a_letter(Kind.CONFIRMATION, None, by=one)

    assert [letter.subject for letter in (own, other)] == ["Eins", "Zwei"]
    assert before.text == back.text


def test_one_prepared_letter_with_own_words_serves_everybody_with_their_own_name():
    one, own = letters(), words(Kind.CONFIRMATION, "", "Hallo {Name}, schön!")
    anna = a_letter(Kind.CONFIRMATION, own, by=one)
    ben = a_letter(Kind.CONFIRMATION, own, by=one, first_name="Ben", last_name="<b>Brandt")

    assert "Hallo Anna Albers, schön!" in anna.text
    assert "Hallo Ben <b>Brandt, schön!" in ben.text
    assert "<bdi>Ben &lt;b&gt;Brandt</bdi>" in ben.html
    assert len(one._kept) == 1


def test_who_has_no_name_is_greeted_without_one():
    letter = a_letter(
        Kind.CONFIRMATION, words(Kind.CONFIRMATION, "", "Guten Tag {Name},\n\nschön."), first_name="", last_name=""
    )

    assert letter.text.startswith("Guten Tag,\n\nschön.")


@settings(max_examples=60, deadline=None)
@given(opening=st.text(max_size=300), name=st.text(max_size=60))
def test_prepared_and_plain_letters_are_the_same_with_any_words(opening, name):
    own = words(Kind.CANCELLED, "", f"{opening} {{Name}} {opening}")
    event = an_event_for(Kind.CANCELLED)
    letter = a_letter(Kind.CANCELLED, own, event=event, first_name=name, last_name="")

    reader = a_reader(first_name=name, last_name="")
    person = Person(
        clean_line(reader.name),
        LINKS.personal("k" * 22),
        LINKS.personal("k" * 22, "cancel"),
        LINKS.personal("k" * 22, "data"),
    )
    plain = render(Kind.CANCELLED, "de", event, nearness(event, NOW), person, None, LINKS, SENDER, own)

    assert letter.text == plain.text
    assert letter.html == plain.html


@every_letter
@in_both_languages
def test_our_suggestion_can_be_saved_as_it_is_and_reads_like_our_letter(kind, language):
    one, event = letters(), an_event_for(kind)
    subject, opening = one.suggestion(kind, language)
    ours = Read(one.compose(ready(kind), event, a_reader(language), NOW))

    suggested = Read(
        one.compose(ready(kind), event, a_reader(language), NOW, words(kind, subject, opening, language))
    )

    for text in (subject, opening):
        assert text == text.strip()
        assert balanced(text)
        assert unknown(text, language) == []
    assert suggested.subject == ours.subject
    assert suggested.text == ours.text


# --- specimens --------------------------------------------------------------------------------------------------


@every_letter
@in_both_languages
def test_a_specimen_has_no_personal_link(kind, language):
    event = replace(an_event_for(kind), moved_from=None, cancelled_at=None)

    letter = letters().specimen(kind, language, event, "Olga Osterkamp", "olga@example.org", NOW, None)

    for text in (letter.text, letter.html, letter.calendar or ""):
        assert not re.search(r"/z/|/confirm/|/sign-in/|/join", text)
    assert LINKS.event(event.slug, language) in letter.text
    assert "Olga Osterkamp" in letter.text
    assert letter.recipient == "Olga Osterkamp <olga@example.org>"
    assert letter.sender == f"Umweltministerium <{SENDER}>"
    assert letter.reply_to == "Servicestelle <help@example.org>"
    assert (letter.calendar is not None) is (
        kind in {Kind.CONFIRMATION, Kind.MOVED_UP, Kind.MOVED, Kind.CANCELLED, Kind.GOODBYE}
    )


def test_specimens_of_reminders_read_as_on_their_day():
    event = an_event_for(Kind.DAY_BEFORE)

    for now in (NOW, event.ends_at + timedelta(days=3)):
        assert (
            letters()
            .specimen(Kind.DAY_BEFORE, "de", event, "O", "o@example.org", now, None)
            .subject.startswith("Morgen")
        )
        assert "heute" in letters().specimen(Kind.JOIN_LINK, "de", event, "O", "o@example.org", now, None).subject


def test_a_specimen_of_a_letter_that_nobody_was_owed_shows_it_as_if():
    event = an_event_for(Kind.CONFIRMATION)

    moved = letters().specimen(Kind.MOVED, "de", event, "O", "o@example.org", NOW, None)
    cancelled = letters().specimen(Kind.CANCELLED, "de", event, "O", "o@example.org", NOW, None)
    still = letters().specimen(
        Kind.CONFIRMATION, "de", replace(event, cancelled_at=NOW), "O", "o@example.org", NOW, None
    )

    assert "Bisher: Montag, 31.\xa0August 2026" in moved.text
    assert "STATUS:CANCELLED" in (cancelled.calendar or "")
    assert "STATUS:CONFIRMED" in (still.calendar or "")
