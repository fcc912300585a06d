"""Every letter, read whole: what it says, in both languages, as text and as HTML."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from tests.builders import an_event
from tests.clock import NOW
from tests.mail.post import (
    LANGUAGES,
    LINKS,
    SENDER,
    TO_ATTENDEES,
    Read,
    a_letter,
    a_reader,
    a_sign_in_letter,
    an_event_for,
    letters,
    ready,
)
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.message import FOLLOW_UPS, Kind
from zoom_bridge.mail.letters import Letters
from zoom_bridge.mail.rendering import environment

every_letter = pytest.mark.parametrize("kind", TO_ATTENDEES)
in_both_languages = pytest.mark.parametrize("language", LANGUAGES)
ACCESS = (Kind.CONFIRMATION, Kind.DAY_BEFORE, Kind.JOIN_LINK, Kind.MOVED)
PERSONAL = LINKS.personal("k" * 22)

DATES = {"de": "Montag, 7.\xa0September 2026", "en": "Monday, 7 September 2026"}
SPANS = {"de": "10.00 bis 11.30\xa0Uhr", "en": "10:00–11:30 (CEST)"}


class _Shown(HTMLParser):
    """The words of an HTML letter, without what is only there for the list of a mailbox."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag, attributes):
        if self._hidden or tag in {"title", "style"} or dict(attributes).get("aria-hidden"):
            self._hidden += 1
        if tag == "a":
            self.links.append(dict(attributes)["href"])

    def handle_endtag(self, tag):
        self._hidden = max(0, self._hidden - 1)

    def handle_data(self, data):
        if not self._hidden:
            self.words += data.split()


def shown(html: str) -> _Shown:
    parser = _Shown()
    # Void elements have no end that would be counted.
    parser.feed(re.sub(r"<(meta|br|!doctype)[^>]*>", " ", html))
    return parser


def read_whole(letter: Read) -> None:
    """What holds for every letter there is."""
    assert letter.defects == []
    assert all(len(line) <= 998 for line in letter.envelope.data.split(b"\r\n"))
    assert letter.envelope.data.isascii()
    for text in (letter.subject, letter.text, letter.html, letter.calendar):
        assert not re.search(r"\{\{|\}\}|\{%|None\b|%\(|\ufdd0|\ufdd1|={\w", text)
    assert letter.message["Auto-Submitted"] == "auto-generated"
    assert letter.message["Message-ID"] == "<r1.letter.1@events.example.org>"
    assert letter.message["Date"].datetime == NOW
    assert "noreply" not in str(letter.message["From"])


@every_letter
@in_both_languages
def test_every_letter_is_whole_and_says_when_who_and_whom_to_ask(kind, language):
    letter = a_letter(kind, language)

    read_whole(letter)
    words = " ".join(shown(letter.html).words)
    assert letter.envelope.sender == SENDER
    assert letter.envelope.recipient == "anna@example.org"
    assert letter.message["From"].addresses[0].display_name == "Umweltministerium"
    assert letter.message["Reply-To"].addresses[0].addr_spec == "help@example.org"
    for text in (letter.text, words.replace("7. September", "7.\xa0September").replace("30 Uhr", "30\xa0Uhr")):
        assert "Anna Albers" in text
        assert an_event().wording(language).title in text
        assert "0511 701 07 09" in text
        assert "help@example.org" in text
    assert DATES[language] in letter.text
    assert SPANS[language] in letter.text
    for notice in ("imprint", "privacy", "accessibility"):
        assert LINKS.notice(notice, language) in letter.text
        assert LINKS.notice(notice, language) in shown(letter.html).links


@every_letter
@in_both_languages
def test_text_and_html_have_the_same_links(kind, language):
    letter = a_letter(kind, language)

    in_text = set(re.findall(r"https://\S+", letter.text))
    in_html = {link for link in shown(letter.html).links if link.startswith("https:")}

    assert in_text == in_html


@every_letter
@in_both_languages
def test_text_and_html_have_the_same_words(kind, language):
    letter = a_letter(kind, language)

    in_text = words_of(letter.text.split())
    in_html = words_of(shown(letter.html).words)

    # The button has its own words, the poster sets the span apart, the way out is two sentences.
    only_text = {"10:00–11:30", "CEST", "Cancel", "your", "registration"}
    button = {"Zu", "meinem", "Zugang", "To", "to", "my", "access", "Ihre", "Your", "Angaben", "details"}
    poster = {"10:00", "11:30", "10.00", "11.30", "time", "Berlin", "Uhr", "bis"}
    assert in_text - in_html <= only_text
    assert in_html - in_text <= button | poster


def words_of(words: list[str]) -> set[str]:
    return {word.strip(":,.?()-") for word in words if not word.startswith("https:")} - {""}


@in_both_languages
@pytest.mark.parametrize("kind", ACCESS)
def test_letters_of_access_carry_the_own_join_link_and_the_ways_out(kind, language):
    letter = a_letter(kind, language)

    for links in (letter.text, "\n".join(shown(letter.html).links)):
        assert PERSONAL in links
        assert f"{PERSONAL}/cancel" in links
        assert f"{PERSONAL}/data" in links
        assert LINKS.joining_help(language) in links
    assert "zoom.example.org" not in letter.envelope.data.decode()


@in_both_languages
def test_the_confirmation_tells_what_the_event_is_about_and_keeps_its_list(language):
    letter = a_letter(Kind.CONFIRMATION, language)

    item = {"de": "Gespräch", "en": "discussion"}[language]
    assert f"  - {item}" in letter.text
    assert re.search(rf"<li [^>]*>{item}</li>", letter.html)
    assert "<strong>" in letter.html


@in_both_languages
def test_please_confirm_has_one_button_a_deadline_and_no_advertising(language):
    event = an_event(partners=())

    letter = a_letter(Kind.PLEASE_CONFIRM, language, event=event)

    confirm = LINKS.confirm("k" * 22)
    links = shown(letter.html).links
    deadline = {"de": "Freitag, 4.\xa0September 2026, 10.00\xa0Uhr", "en": "Friday, 4 September 2026, 10:00"}[
        language
    ]
    assert links.count(confirm) == 1
    assert confirm in letter.text
    assert deadline in letter.text
    assert deadline in letter.html
    assert event.wording(language).subtitle not in letter.text + letter.html
    assert event.wording(language).description[:20] not in letter.text + letter.html
    assert PERSONAL not in (letter.text + letter.html).replace(f"{PERSONAL}/data", "")
    assert letter.calendar == ""


@every_letter
@in_both_languages
def test_every_letter_leads_to_ones_own_data_and_out_of_what_one_is_in(kind, language):
    links = shown(a_letter(kind, language).html).links

    assert f"{PERSONAL}/data" in links
    in_it = kind not in {Kind.PLEASE_CONFIRM, Kind.CANCELLED, Kind.GOODBYE, Kind.CERTIFICATE} | FOLLOW_UPS
    assert (f"{PERSONAL}/cancel" in links) is in_it


def test_a_deadline_that_the_registration_lacks_is_the_letters_own():
    letter = a_letter(Kind.PLEASE_CONFIRM, registration=a_reader(confirm_by=None))

    assert "Freitag, 4.\xa0September 2026" in letter.text


@in_both_languages
def test_a_moved_event_is_told_with_its_old_and_its_new_time(language):
    letter = a_letter(Kind.MOVED, language)

    before = {"de": "Montag, 31.\xa0August 2026, 10.00\xa0Uhr", "en": "Monday, 31 August 2026, 10:00"}[language]
    for text in (letter.text, letter.html):
        assert before in text
        assert f"{DATES[language]}, {SPANS[language]}" in text


def test_a_reminder_of_a_moved_event_says_that_the_date_is_new():
    event = an_event_for(Kind.MOVED)

    letter = a_letter(Kind.DAY_BEFORE, event=event)

    for text in (letter.text, " ".join(shown(letter.html).words)):
        assert "Das ist der neue Termin." in " ".join(text.split())


def test_a_cancelled_event_offers_no_way_in():
    letter = a_letter(Kind.CANCELLED)

    assert "abgesagt" in letter.text
    assert PERSONAL not in {*shown(letter.html).links}
    assert f"{PERSONAL}/data" in letter.text


def test_goodbye_offers_the_way_back():
    letter = a_letter(Kind.GOODBYE, registration=a_reader(cancelled_at=NOW, cancelled_by="self"))

    assert "Sie sind abgemeldet." in letter.text
    assert PERSONAL in letter.text.split()
    assert PERSONAL in shown(letter.html).links


@in_both_languages
def test_the_sign_in_letter_has_one_link_and_says_how_long_it_is_good(language):
    letter = a_sign_in_letter(language)

    read_whole(letter)
    link = LINKS.sign_in("s" * 22, NOW + timedelta(minutes=30))
    assert link in letter.text
    assert link in shown(letter.html).links
    assert re.search(r"30 (Minuten|more minutes)", letter.text)
    assert "Olga Osterkamp" in letter.text
    assert letter.message["From"].addresses[0].addr_spec == SENDER


@in_both_languages
def test_an_invitation_has_one_link_and_says_until_when_and_where_the_next_one_comes_from(language):
    letter = a_sign_in_letter(language, kind=Kind.INVITATION, good_for=timedelta(days=7))

    read_whole(letter)
    link = LINKS.sign_in("s" * 22, NOW + timedelta(days=7))
    until = {"de": "bis Dienstag, 8. September 2026, 10.00 Uhr", "en": "until Tuesday, 8 September 2026, 10:00"}
    for text in (letter.text, letter.html):
        assert until[language] in " ".join(text.replace("&nbsp;", " ").split())
    assert link in letter.text.split()
    assert link in shown(letter.html).links
    assert LINKS.page("/sign-in", language) in shown(letter.html).links
    assert "events.example.org" in letter.message["Subject"]


@pytest.mark.parametrize(
    ("before", "says"),
    [
        (timedelta(days=6), "am Montag, 7. September 2026, um 10.00 Uhr"),
        (timedelta(days=1), "morgen um 10.00 Uhr"),
        (timedelta(hours=10, minutes=1), "morgen um 10.00 Uhr"),
        (timedelta(hours=10), "heute um 10.00 Uhr"),
        (timedelta(minutes=5), "heute um 10.00 Uhr"),
        (timedelta(0), "hat begonnen"),
        (timedelta(hours=-1), "hat begonnen"),
    ],
)
def test_a_reminder_speaks_of_the_day_that_it_is_in_the_events_zone(before, says):
    event = an_event()

    letter = a_letter(Kind.DAY_BEFORE, event=event, now=event.starts_at - before)

    assert says in " ".join(letter.text.split())


def test_one_prepared_reminder_is_not_used_on_another_day():
    event, same = an_event(), letters()
    evening = a_letter(Kind.DAY_BEFORE, event=event, now=event.starts_at - timedelta(hours=12), by=same)

    morning = a_letter(Kind.DAY_BEFORE, event=event, now=event.starts_at - timedelta(hours=3), by=same)

    assert evening.subject.startswith("Morgen um")
    assert morning.subject.startswith("Heute um")


def test_tomorrow_is_told_by_the_events_zone_and_not_by_ours():
    wall = datetime(2026, 9, 7, 1, 0)
    event = an_event(
        timezone="Asia/Tokyo",
        starts_wall=wall,
        ends_wall=wall.replace(hour=2),
        starts_at=wall.replace(tzinfo=ZoneInfo("Asia/Tokyo")),
        ends_at=wall.replace(hour=2, tzinfo=ZoneInfo("Asia/Tokyo")),
    )

    letter = a_letter(Kind.JOIN_LINK, event=event, now=event.starts_at - timedelta(hours=2))

    assert "für morgen, 1.00" in letter.subject


def test_the_doors_are_said_to_be_open_when_they_are():
    event = an_event()

    early = a_letter(Kind.JOIN_LINK, event=event, now=event.starts_at - timedelta(hours=1))
    late = a_letter(Kind.JOIN_LINK, event=event, now=event.starts_at - timedelta(minutes=10))

    assert "Der Zugang öffnet um 9.45" in " ".join(early.text.split())
    assert "Der Zugang ist schon offen." in " ".join(late.text.split())


@pytest.mark.parametrize(("language", "own"), [("de", "en"), ("en", "de")])
def test_an_event_without_the_readers_language_is_marked_with_its_own(language, own):
    event = an_event(**{f"{field}_{language}": "" for field in ("title", "subtitle", "description")})

    letter = a_letter(Kind.CONFIRMATION, language, event=event)

    assert f'<html lang="{language}">' in letter.html
    assert re.search(rf'<h1 lang="{own}"[^>]*>{event.wording(own).title}</h1>', letter.html)


def test_an_event_in_the_readers_language_is_not_marked():
    letter = a_letter(Kind.CONFIRMATION)

    assert '<h1 lang="' not in letter.html


def test_the_german_letters_are_german_throughout():
    english = re.compile(r"\b(the|your|you|please|registration|access|questions)\b", re.IGNORECASE)

    for kind in TO_ATTENDEES:
        letter = a_letter(kind)

        words = re.sub(
            r"https?://\S+|help@\S+", "", f"{letter.subject} {letter.text} {' '.join(shown(letter.html).words)}"
        )
        assert not english.search(words), (kind, english.search(words))


def test_a_reader_without_a_name_is_greeted_all_the_same():
    letter = a_letter(Kind.CONFIRMATION, registration=a_reader(first_name="", last_name=""))

    assert letter.text.startswith("Guten Tag,\n")
    assert "Guten Tag," in letter.html


def test_an_event_over_two_days_says_both():
    wall = datetime(2026, 9, 8, 12, 0)
    event = an_event(ends_wall=wall, ends_at=wall.replace(tzinfo=ZoneInfo("Europe/Berlin")))

    letter = a_letter(Kind.CONFIRMATION, event=event)

    for text in (letter.text, letter.html):
        assert "10.00 bis Dienstag, 8.\xa0September 2026, 12.00\xa0Uhr" in text


def test_an_event_that_has_only_what_it_must_makes_whole_letters():
    bare = dict.fromkeys(
        ("subtitle_de", "description_de", "hosted_by", "help_name", "help_phone", "help_hours", "help_email"), ""
    )

    for kind in TO_ATTENDEES:
        letter = a_letter(kind, event=an_event_for(kind, **bare, partners=(), panelists=()))

        read_whole(letter)
        assert letter.message["Reply-To"] is None
        assert "Fragen?" not in letter.text


def test_without_a_host_the_letter_comes_from_the_senders_own_name():
    letter = Read(
        Letters(LINKS, "Veranstaltungen <events@example.org>").compose(
            ready(Kind.CONFIRMATION), an_event(hosted_by=""), a_reader(), NOW
        )
    )

    assert str(letter.message["From"]) == "Veranstaltungen <events@example.org>"
    assert letter.envelope.sender == "events@example.org"


def test_a_help_address_that_cannot_be_used_costs_only_the_reply_to():
    letter = a_letter(Kind.CONFIRMATION, event=an_event(help_email="not an address"))

    assert letter.message["Reply-To"] is None


def test_a_changed_event_is_told_as_it_is_now():
    same = letters()
    a_letter(Kind.CONFIRMATION, event=an_event(), by=same)

    letter = a_letter(Kind.CONFIRMATION, event=an_event(title_de="Neuer Titel", revision=2), by=same)

    assert "Neuer Titel" in letter.subject
    assert "Gute Nachbarschaft" not in letter.text


def test_many_events_do_not_fill_the_memory():
    same = letters()

    for number in range(200):
        event = an_event(id=number)
        same.compose(ready(Kind.JOIN_LINK, event_id=number), event, a_reader(event_id=number), NOW)

    assert len(same._kept) <= 64


@pytest.mark.parametrize(
    ("message", "registration", "event"),
    [
        (ready(Kind.CONFIRMATION, registration_id=2), a_reader(), an_event()),
        (ready(Kind.CONFIRMATION), a_reader(event_id=2), an_event()),
        (ready(Kind.CONFIRMATION, event_id=2), a_reader(), an_event()),
        (ready(Kind.SIGN_IN), a_reader(), an_event()),
        (ready(Kind.MOVED), a_reader(), an_event()),
        (ready(Kind.CANCELLED), a_reader(), an_event()),
        (ready(Kind.CONFIRMATION, message_id=None), a_reader(), an_event()),
        (ready(Kind.CONFIRMATION, dated_at=None), a_reader(), an_event()),
    ],
    ids=["another's", "another event's", "about another event", "a sign-in", "not moved", "not cancelled", "no id", "no date"],
)  # fmt: skip
def test_a_letter_that_cannot_be_right_does_not_leave(message, registration, event):
    with pytest.raises(Failure) as caught:
        letters().compose(message, event, registration, NOW)

    assert caught.value.permanent
    assert not caught.value.systemic


def test_a_sign_in_letter_that_comes_too_late_does_not_leave():
    with pytest.raises(Failure, match="run out") as caught:
        a_sign_in_letter(now=NOW + timedelta(minutes=30))

    assert caught.value.permanent


def test_a_sign_in_link_does_not_go_to_another_organiser():
    with pytest.raises(Failure) as caught:
        a_sign_in_letter(id=2)

    assert caught.value.permanent


def test_a_variable_that_a_template_misses_is_an_error_and_not_an_empty_place():
    with pytest.raises(UndefinedError):
        environment("de").get_template("confirmation/body.txt").render({})


def test_two_attempts_at_one_letter_are_the_same_bytes():
    first = a_letter(Kind.CONFIRMATION, now=NOW)

    second = a_letter(Kind.CONFIRMATION, now=NOW + timedelta(minutes=5))

    assert first.envelope == second.envelope


def test_the_moved_letter_needs_no_registration_to_change():
    before = a_letter(Kind.MOVED, registration=a_reader())

    after = a_letter(Kind.MOVED, registration=replace(a_reader(), join_url="https://zoom.example.org/w/2"))

    assert before.envelope == after.envelope
