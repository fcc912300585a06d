"""Calendar entries: the right hour all year, one UID, a SEQUENCE that only grows, and nobody else's name in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from tests.builders import a_webinar, an_event
from tests.cast import MALLORY
from tests.clock import NOW
from tests.mail.post import LINKS, SENDER, Read, a_letter, a_reader, an_event_for, letters, ready
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.wall_time import instant_of
from zoom_bridge.domain.webinar import DialIn
from zoom_bridge.mail.ical import calendar_file, calendar_file_public
from zoom_bridge.mail.vtimezone import vtimezone

PERSONAL = LINKS.personal("k" * 22)


def an_event_at(wall: datetime, zone: str = "Europe/Berlin", second: bool = False, **changes):
    starts_at = instant_of(wall, zone, second)
    ends_at = starts_at + timedelta(minutes=90)
    ends_wall = ends_at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    event = an_event(**changes)
    return replace(
        event, timezone=zone, starts_wall=wall, ends_wall=ends_wall, starts_at=starts_at, ends_at=ends_at
    )


def the_file(event=None, registration=None, language="de", **how) -> bytes:
    return calendar_file(event or an_event(), registration or a_reader(), LINKS, SENDER, language, NOW, **how)


def read(file: bytes | str):
    calendar = Calendar.from_ical(file)
    assert calendar.errors == []
    (entry,) = calendar.walk("VEVENT")
    assert entry.errors == []
    return calendar, entry


def test_the_file_to_download_tells_when_where_and_whom_to_ask():
    calendar, entry = read(the_file())

    assert calendar["METHOD"] == "PUBLISH"
    assert entry["SUMMARY"] == "Gute Nachbarschaft"
    assert entry.decoded("DTSTART").astimezone(UTC) == an_event().starts_at
    assert entry.decoded("DTEND").astimezone(UTC) == an_event().ends_at
    assert entry["DTSTART"].params["TZID"] == "Europe/Berlin"
    assert entry["LOCATION"] == PERSONAL
    assert entry["URL"] == PERSONAL
    assert entry["UID"] == f"{'k' * 22}@events.example.org"
    assert entry["STATUS"] == "CONFIRMED"
    for text in (PERSONAL, "0511 701 07 09", "Servicestelle", "help@example.org", LINKS.joining_help("de")):
        assert text in entry["DESCRIPTION"]
    assert entry["ORGANIZER"] == f"mailto:{SENDER}"
    assert entry["ORGANIZER"].params["CN"] == "Umweltministerium"
    assert "ATTENDEE" not in entry


def test_an_alarm_rings_a_quarter_of_an_hour_before():
    _, entry = read(the_file())

    (alarm,) = entry.walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(minutes=-15)


@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.MOVED, Kind.CANCELLED, Kind.GOODBYE])
@pytest.mark.parametrize("language", ["de", "en"])
def test_the_letters_method_is_the_entrys_method(kind, language):
    letter = a_letter(kind, language)

    part = letter.part("text/calendar")
    calendar, entry = read(letter.calendar)
    method = "REQUEST" if kind in {Kind.CONFIRMATION, Kind.MOVED} else "CANCEL"
    assert part["Content-Type"].params["method"] == method
    assert calendar["METHOD"] == method
    assert entry["STATUS"] == ("CONFIRMED" if method == "REQUEST" else "CANCELLED")
    assert bool(entry.walk("VALARM")) == (method == "REQUEST")
    assert read(letter.calendar_file)[1].to_ical() == entry.to_ical()


def test_the_only_attendee_in_a_letters_entry_is_its_reader():
    _, entry = read(a_letter(Kind.CONFIRMATION).calendar)

    assert entry["ATTENDEE"] == "mailto:anna@example.org"


def test_letters_without_a_change_of_date_carry_no_entry():
    for kind in (Kind.PLEASE_CONFIRM, Kind.DAY_BEFORE, Kind.JOIN_LINK):
        assert a_letter(kind).part("text/calendar") is None
        assert a_letter(kind).part("application/ics") is None


def test_the_sequence_grows_through_moves_cancellations_and_returns():
    event, registration = an_event(), a_reader()
    moved = an_event_for(Kind.MOVED)
    moved_again = replace(moved, schedule_revision=3)
    left = replace(registration, revision=2, cancelled_at=NOW)
    back = replace(registration, revision=3)
    called_off = replace(moved_again, cancelled_at=NOW)
    revived = replace(moved_again, schedule_revision=4)

    letters = [
        a_letter(Kind.CONFIRMATION, event=event, registration=registration),
        a_letter(Kind.MOVED, event=moved, registration=registration),
        a_letter(Kind.MOVED, event=moved_again, registration=registration),
        a_letter(Kind.GOODBYE, event=moved_again, registration=left),
        a_letter(Kind.CONFIRMATION, event=moved_again, registration=back),
        a_letter(Kind.CANCELLED, event=called_off, registration=back),
        a_letter(Kind.MOVED, event=revived, registration=back),
    ]

    entries = [read(letter.calendar)[1] for letter in letters]
    sequences = [int(entry["SEQUENCE"]) for entry in entries]
    assert sequences == sorted(set(sequences))
    assert len({entry["UID"] for entry in entries}) == 1


def test_a_file_of_somebody_who_cancelled_says_so():
    _, entry = read(the_file(registration=a_reader(cancelled_at=NOW)))

    assert entry["STATUS"] == "CANCELLED"


def test_the_public_entry_leads_to_the_public_page_and_to_nobodys_own():
    file = calendar_file_public(an_event(), LINKS, "en", NOW)

    calendar, entry = read(file)
    assert calendar["METHOD"] == "PUBLISH"
    assert entry["URL"] == LINKS.event("gute-nachbarschaft", "en")
    assert entry["SUMMARY"] == "Good neighbours"
    assert entry["UID"] == "event-1@events.example.org"
    assert "/z/" not in file.decode()
    assert "ATTENDEE" not in entry
    assert "ORGANIZER" not in entry


@pytest.mark.parametrize(
    "wall",
    [
        datetime(2026, 3, 28, 10), datetime(2026, 3, 29, 10), datetime(2026, 3, 29, 0, 59), datetime(2026, 3, 29, 3),
        datetime(2026, 10, 24, 10), datetime(2026, 10, 25, 10), datetime(2026, 10, 25, 1, 59),
        datetime(2026, 10, 25, 3), datetime(2026, 7, 1, 10), datetime(2026, 12, 31, 23, 30), datetime(2027, 1, 1, 0, 0),
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Europe/London", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"]
)
def test_the_hour_is_right_around_the_changes_of_the_clocks_in_every_zone(wall, zone):
    event = an_event_at(wall, zone)

    _, entry = read(the_file(event))

    for name, instant in (("DTSTART", event.starts_at), ("DTEND", event.ends_at)):
        assert entry.decoded(name).astimezone(UTC) == instant
        if "TZID" in entry[name].params:
            assert offset_told(the_file(event), entry[name].params["TZID"], entry[name].dt) == instant


def offset_told(file: bytes, zone: str, local: datetime) -> datetime:
    """The instant that a program finds who knows nothing of the zone but what the file tells."""
    (component,) = (part for part in Calendar.from_ical(file).walk("VTIMEZONE") if part["TZID"] == zone)
    wall = local.replace(tzinfo=None)
    onsets = []
    for part in component.subcomponents:
        begins = part.decoded("DTSTART")
        if "RRULE" in part:
            for year in range(wall.year - 1, wall.year + 1):
                last = datetime(year, part["RRULE"]["BYMONTH"][0], 31, begins.hour)
                onsets.append((last - timedelta(days=(last.weekday() + 1) % 7), part))
        else:
            onsets.append((begins, part))
    _, in_force = max(((onset, part) for onset, part in onsets if onset <= wall), key=lambda pair: pair[0])
    return (wall - in_force.decoded("TZOFFSETTO")).replace(tzinfo=UTC)


def test_both_passings_of_a_doubled_hour_are_told_apart():
    first = an_event_at(datetime(2026, 10, 25, 2, 30), second=False)
    second = an_event_at(datetime(2026, 10, 25, 2, 30), second=True)

    starts = [read(the_file(event))[1].decoded("DTSTART").astimezone(UTC) for event in (first, second)]

    assert starts == [first.starts_at, second.starts_at]
    assert starts[1] - starts[0] == timedelta(hours=1)


def test_german_time_is_told_as_the_rule_that_outlook_reads_right():
    assert vtimezone("Europe/Berlin", 2026) == (
        "BEGIN:VTIMEZONE",
        "TZID:Europe/Berlin",
        "BEGIN:DAYLIGHT",
        "DTSTART:19700329T020000",
        "TZOFFSETFROM:+0100",
        "TZOFFSETTO:+0200",
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU",
        "END:DAYLIGHT",
        "BEGIN:STANDARD",
        "DTSTART:19701025T030000",
        "TZOFFSETFROM:+0200",
        "TZOFFSETTO:+0100",
        "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU",
        "END:STANDARD",
        "END:VTIMEZONE",
    )


@pytest.mark.parametrize("zone", ["America/New_York", "Africa/Casablanca", "Asia/Tokyo", "America/St_Johns"])
def test_the_changes_of_other_zones_are_told_one_by_one_and_not_without_end(zone):
    lines = vtimezone(zone, 2026)

    assert not any(line.startswith("RRULE") for line in lines)
    assert len(lines) < 120


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(), max_size=300))
@example(MALLORY.name)
@example('a;b,c\\d"e:f\r\nATTENDEE:mailto:ben@example.org\r\nBEGIN:VEVENT')
@example("😀" * 100)
@example("\ufdd0link\ufdd1")
def test_no_text_breaks_out_of_its_line(text):
    event = an_event(title_de=text or "x", help_name=text, hosted_by=text)

    file = the_file(event)

    _, entry = read(file)
    assert "ATTENDEE" not in entry
    assert file.split(b"\r\n").count(b"BEGIN:VEVENT") == 1
    assert b"\n" not in file.replace(b"\r\n", b"")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))


def test_what_is_written_arrives_as_it_was_written():
    event = an_event(title_de='Müll; Abfall, Äpfel \\ Co: "alles" 😀' * 3)

    _, entry = read(the_file(event))

    assert entry["SUMMARY"] == event.title_de


def test_a_caller_without_an_address_can_take_the_entry_back_as_well():
    caller = replace(a_reader(), email="", cancelled_at=NOW)

    file = the_file(registration=caller, method="CANCEL")

    assert "ATTENDEE" not in file.decode()


def test_the_entry_says_how_to_come_in_by_telephone_as_soon_as_zoom_has_told_us():
    germany, austria = DialIn("DE", "+49 69 7104 9922", "Frankfurt"), DialIn("AT", "+43 12 3253 1245")
    twin = a_webinar(dial_in=(DialIn("US", "+1 646 558 8656"), austria, germany), passcode="471100")

    _, told = read(the_file(phone=twin.phone_way))
    _, untold = read(the_file(phone=a_webinar().phone_way))

    for words in ("Per Telefon:", "+49 69 7104 9922", "Webinar-Nummer: 812 3456 7890", "Kenncode: 471100"):
        assert words in told["DESCRIPTION"]
    assert "+1 646" not in told["DESCRIPTION"], "the nearest numbers are enough; all are on the personal page"
    assert "Telefon:" not in untold["DESCRIPTION"]
    assert "471100" not in calendar_file_public(an_event(), LINKS, "de", NOW).decode(), (
        "that is for who registered"
    )


def test_so_does_the_letter_and_the_entry_in_it():
    twin = a_webinar(dial_in=(DialIn("DE", "+49 69 7104 9922"),), passcode="471100")
    message, event, anna = ready(Kind.CONFIRMATION), an_event(), a_reader()

    letter = Read(letters().compose(message, event, anna, NOW, None, twin.phone_way))
    untold = Read(letters().compose(message, event, anna, NOW))

    for text in (letter.text, letter.html, unfolded(letter.calendar)):
        assert "+49 69 7104 9922" in text
        assert "812 3456 7890" in text
        assert "471100" in text
    assert "Kenncode" not in untold.text + untold.html + untold.calendar


def unfolded(calendar: str) -> str:
    return calendar.replace("\n ", "")
