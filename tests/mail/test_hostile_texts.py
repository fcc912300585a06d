"""Whatever people, events and hosts are called: each letter of each kind, in both languages, is read again with exactly
the header that was meant, all names stay text, and the calendar entry means the right instant.

Two hundred names; without ZOOM_BRIDGE_TESTS_WHOLE=1 each kind of letter meets every twentieth of them, and all of
them are met."""

import os
import re
from collections.abc import Iterator
from datetime import UTC
from html import escape

import pytest
from icalendar import Calendar

from tests.builders import an_event
from tests.mail.post import LANGUAGES, Read, a_letter, a_reader, a_sign_in_letter, an_event_for
from tests.mail.test_panel_letters import a_letter as a_panel_letter
from tests.mail.test_panel_letters import a_seat
from tests.mail.test_panel_letters import about as an_event_for_panel
from zoom_bridge.domain.message import LETTING_IN, TO_PANEL, UNSOLICITED, Kind
from zoom_bridge.mail.letterhead import clean_line

WHOLE = bool(os.environ.get("ZOOM_BRIDGE_TESTS_WHOLE"))

#: People of many scripts, with what makes each hard.
PEOPLE = (
    "Anna Albers", "Jörg-Äöüß Łukasz", "José Ñandú", "Željko Đorđević", "Αλεξάνδρα Παπαδοπούλου", "Дмитро Шевченко",
    "محمد بن سلمان", "שרה לוי", "山田太郎", "김민수", "สมชาย ใจดี", "शर्मा अनिल", "გიორგი", "Ṡịḷå Ŋụ̈", "👩‍👩‍👧‍👦 Familie",
    "O'Neill-D'Arcy", "Null", "undefined", "N/A", "x" * 120, "ä" * 120, "Zwölf, Boxkämpfer; jagen: Viktor",
)  # fmt: skip

#: What somebody may put into a name who means harm. The name stands in the middle.
ATTACKS = (
    "{}",
    "{}\r\nBcc: mallory@example.org",
    "{}\nSubject: Gewonnen\n\nSie haben gewonnen",
    "=?utf-8?q?{}=0d=0aBcc:_mallory@example.org?=",
    "{}\u2028X-Mallory: 1\u2029",
    "\u202e{}\u202c\u2066",
    '"{}" <mallory@example.org>,',
    "<script>alert('{}')</script><b>&amp;",
    "{{{{ {} }}}} {{% if x %}} %(name)s {{Name}}",
    "{}\\n\\;END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:Mallory",
)
LETTERS = [(kind, language) for kind in Kind for language in LANGUAGES]
HEADERS = [
    "From", "To", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version", "Reply-To", "Content-Type",
    "Date", "Message-ID",
]  # fmt: skip
UNSUBSCRIBING = ["List-Unsubscribe", "List-Unsubscribe-Post"]


def names() -> list[str]:
    """Every person with the next attacks in turn, 220 in all."""
    return [attack.format(person) for person in PEOPLE for attack in ATTACKS]


def some(kind: Kind, language: str) -> Iterator[str]:
    every = names()
    first = LETTERS.index((kind, language))
    yield from every if WHOLE else every[first % 20 :: 20]


def test_there_are_two_hundred_of_them() -> None:
    assert len(set(names())) >= 200
    assert len({name for kind, language in LETTERS for name in some(kind, language)}) >= 200


@pytest.mark.parametrize(("kind", "language"), LETTERS)
def test_every_letter_stays_what_it_is_whoever_reads_it(kind: Kind, language: str) -> None:
    for name in some(kind, language):
        check(written(kind, language, name), kind, name)


def written(kind: Kind, language: str, name: str) -> Read:
    """To somebody of that name, about an event that has that name, hosted by and with help of people of that name."""
    texts = {"title_de": name, "title_en": name, "subtitle_de": name, "hosted_by": name, "help_name": name}
    if kind in LETTING_IN:
        return a_sign_in_letter(language, kind=kind, name=name)
    if kind in TO_PANEL:
        changes = vars(an_event_for_panel(kind)) | texts
        return a_panel_letter(kind, a_seat(language=language, name=name), an_event(**changes))
    person = a_reader(language, first_name=name, last_name="")
    return a_letter(kind, language, event=an_event_for(kind, **texts), registration=person)


def check(letter: Read, kind: Kind, name: str) -> None:
    expected = [one for one in HEADERS if one != "Reply-To" or kind not in LETTING_IN]
    if kind in UNSOLICITED:
        expected += UNSUBSCRIBING
    assert sorted(letter.message.keys()) == sorted(expected), name
    (to,) = letter.message["To"].addresses
    (sender,) = letter.message["From"].addresses
    assert to.addr_spec in {"anna@example.org", "petra@example.org", "olga@example.org"}
    assert sender.addr_spec == "events@example.org"
    assert "mallory@example.org" not in {to.addr_spec, sender.addr_spec}
    assert not letter.defects
    assert not re.search(
        "[\u2028\u2029\u202a-\u202e\u2066-\u2069\x00-\x08\x0e-\x1f]", letter.subject + letter.text
    )
    assert "<script" not in letter.html
    shown = clean_line(name)
    assert one_line(shown) in one_line(letter.text)
    assert one_line(escape(shown)) in one_line(letter.html.replace("&#34;", "&quot;").replace("&#39;", "&#x27;"))
    if letter.calendar:
        check_calendar(letter, shown, kind)


def check_calendar(letter: Read, shown: str, kind: Kind) -> None:
    part = letter.part("text/calendar")
    assert part
    calendar = Calendar.from_ical(letter.calendar)
    (entry,) = calendar.walk("VEVENT")
    assert not entry.errors
    assert calendar["METHOD"] == part.get_param("method")
    assert entry.decoded("DTSTART").astimezone(UTC) == an_event().starts_at
    assert entry.decoded("DTEND").astimezone(UTC) == an_event().ends_at
    assert one_line(entry["SUMMARY"]) == one_line(shown)
    assert "X-MALLORY" not in entry


def one_line(text: str) -> str:
    """Without the spaces and line breaks by which lines were broken."""
    return "".join(text.split())
