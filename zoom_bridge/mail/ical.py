"""The calendar entry: one VEVENT as fixed text, in which the values are escaped and folded (RFC 5545, 5546).

One UID for each registration, and a SEQUENCE that grows with every move, cancellation and return, so that calendars
follow. A library would take 272 µs for each entry; here a slot can stand for what differs between people."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.series import TakenDate
from zoom_bridge.domain.webinar import PhoneWay
from zoom_bridge.i18n import speech
from zoom_bridge.links import Links
from zoom_bridge.mail.letterhead import clean_address, clean_line
from zoom_bridge.mail.vtimezone import vtimezone

REQUEST, CANCEL, PUBLISH = "REQUEST", "CANCEL", "PUBLISH"

_SLOT = re.compile("(\ufdd0[a-z_]+\ufdd1)")
_TEXT = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_HEAD = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//zoom_bridge//zoom_bridge//EN", "CALSCALE:GREGORIAN")
# A line has 75 octets at most; "UID:" or the blank of a fold may stand before these.
_OCTETS = 71
_SHORT_NAMES = ("UID:", "URL:", "SEQUENCE:", "DTSTAMP:")


@dataclass(frozen=True)
class Entry:
    """What one person's calendar entry says that another's does not. In a prepared letter these are slots."""

    uid: str
    sequence: str
    stamp: str
    link: str
    attendee: str = ""


def entry_of(event: Event, registration: Registration, links: Links, method: str, stamp: datetime) -> Entry:
    return Entry(
        uid=f"{registration.key}@{_host(links)}",
        sequence=str(sequence(event, registration.revision, method)),
        stamp=utc_stamp(stamp),
        link=links.personal(registration.key),
        attendee="" if method == PUBLISH or registration.by_phone_only else attendee_address(registration.email),
    )


def panel_entry(event: Event, seat: PanelSeat, links: Links, method: str, stamp: datetime) -> Entry:
    """The same for somebody on the panel."""
    return Entry(
        uid=f"{seat.key}@{_host(links)}",
        sequence=str(sequence(event, seat.revision, method)),
        stamp=utc_stamp(stamp),
        link=links.panel(seat.key),
        attendee="" if method == PUBLISH else attendee_address(seat.email),
    )


def attendee_address(email: str) -> str:
    """The person's own address as a URI. Nobody else's ever stands in an entry."""
    return quote(clean_address(email), safe="@!$'*+-./=_~")


def sequence(event: Event, revision: int, method: str) -> int:
    """Strictly grows with whatever happens next. Cancelling an event raises no revision of its registrations, and
    yet its CANCEL must outrank the REQUEST before it: so there is a number between any two."""
    return 2 * (event.schedule_revision + revision) + (method == CANCEL)


def calendar_file(
    event: Event,
    registration: Registration,
    links: Links,
    sender: str,
    language: str,
    now: datetime,
    method: str = PUBLISH,
    phone: PhoneWay | None = None,
) -> bytes:
    """One person's entry, as a file to download."""
    entry = entry_of(event, registration, links, method, now)
    off = registration.cancelled_at is not None
    return calendar_text(event, entry, links, sender, language, method, called_off=off, phone=phone).encode()


def panel_file(
    event: Event, seat: PanelSeat, links: Links, sender: str, language: str, now: datetime, method: str
) -> bytes:
    """The entry of somebody on the panel, as a file to download."""
    entry = panel_entry(event, seat, links, method, now)
    off = seat.withdrawn_at is not None
    return calendar_text(event, entry, links, sender, language, method, called_off=off).encode()


def calendar_file_public(event: Event, links: Links, language: str, now: datetime) -> bytes:
    """The event as everybody may know it, with the address of its public page."""
    entry = public_entry(event, links, language, now)
    return calendar_text(event, entry, links, "", language, PUBLISH).encode()


def calendar_feed(events: Iterable[Event], name: str, links: Links, language: str, now: datetime) -> bytes:
    """All of them in one calendar that other programs subscribe to and read again from time to time. Times stand in
    UTC, which needs no zones to be told. Stamped with the full hour, so that for so long it is the same file."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    lines = [
        *_HEAD,
        f"X-WR-CALNAME:{escaped(clean_line(name))}",
        f"URL:{links.page(language=language)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for event in events:
        entry = public_entry(event, links, language, hour)
        off = event.cancelled_at is not None
        lines += _vevent(event, entry, links, "", language, cancelled=off, zone="UTC", attended=False)
    return _folded_lines([*lines, "END:VCALENDAR"]).encode()


def calendar_of_dates(
    taken: Iterable[TakenDate], links: Links, sender: str, language: str, stamp: datetime
) -> str:
    """Several dates of one person in one file. Each has the UID that the letters about it alone have, so a move or a
    cancellation finds it. METHOD:PUBLISH, the only one that allows several (RFC 5546, 3.2.1); times in UTC."""
    lines = [*_HEAD, f"METHOD:{PUBLISH}"]
    for one in taken:
        entry = entry_of(one.event, one.registration, links, PUBLISH, stamp)
        off = one.registration.cancelled_at is not None or one.event.cancelled_at is not None
        lines += _vevent(one.event, entry, links, sender, language, cancelled=off, zone="UTC")
    return _folded_lines([*lines, "END:VCALENDAR"])


def public_entry(event: Event, links: Links, language: str, stamp: datetime) -> Entry:
    return Entry(
        uid=f"event-{event.id}@{_host(links)}",
        sequence=str(sequence(event, 0, CANCEL if event.cancelled_at else PUBLISH)),
        stamp=utc_stamp(stamp),
        link=links.event(event.slug, language),
    )


def calendar_text(
    event: Event,
    entry: Entry,
    links: Links,
    sender: str,
    language: str,
    method: str,
    *,
    called_off: bool = False,
    phone: PhoneWay | None = None,
) -> str:
    """The whole file. `entry` holds values or slots; the rest is the same for everybody."""
    cancelled = method == CANCEL or called_off or event.cancelled_at is not None
    zone = event.timezone
    lines = [
        *_HEAD,
        f"METHOD:{method}",
        *vtimezone(zone, event.starts_at.astimezone(ZoneInfo(zone)).year),
        *_vevent(event, entry, links, sender, language, cancelled=cancelled, zone=zone, phone=phone),
        "END:VCALENDAR",
    ]
    return _folded_lines(lines)


def _vevent(
    event: Event,
    entry: Entry,
    links: Links,
    sender: str,
    language: str,
    *,
    cancelled: bool,
    zone: str,
    attended: bool = True,
    phone: PhoneWay | None = None,
) -> Iterable[str]:
    """`attended`: whoever has the entry means to be there, so it takes up their time and they are reminded."""
    wording = event.wording(language)
    personal = bool(sender)
    description = _description(event, entry, links, language, phone, personal=personal)
    return (
        "BEGIN:VEVENT",
        f"UID:{_escaped_around(entry.uid)}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{entry.stamp}",
        _at("DTSTART", event.starts_at, zone),
        _at("DTEND", event.ends_at, zone),
        f"SUMMARY:{escaped(clean_line(wording.title))}",
        f"DESCRIPTION:{_escaped_around(description)}",
        f"LOCATION:{_escaped_around(entry.link)}",
        f"URL:{entry.link}",
        *(_organizer(event, sender) if personal else ()),
        *((f"ATTENDEE;PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{entry.attendee}",) if entry.attendee else ()),
        f"STATUS:{'CANCELLED' if cancelled else 'CONFIRMED'}",
        # Who shares a calendar does not share a personal link.
        *(("CLASS:PRIVATE",) if personal else ()),
        f"TRANSP:{'OPAQUE' if attended and not cancelled else 'TRANSPARENT'}",
        *(_alarm(wording.title) if attended and not cancelled else ()),
        "END:VEVENT",
    )


def escaped(text: str) -> str:
    """A value of type TEXT."""
    return text.translate(_TEXT)


def folded(text: str) -> str:
    """Broken into lines short enough, as the continuation of a line that goes on after it."""
    if len(text) <= _OCTETS and text.isascii():
        return text
    pieces, piece, size = [], "", 0
    for character in text:
        octets = len(character.encode())
        if size + octets > _OCTETS:
            pieces.append(piece)
            piece, size = "", 0
        piece += character
        size += octets
    return "\r\n ".join([*pieces, piece])


def _escaped_around(text: str) -> str:
    """Escaped, but for slots, which are escaped when they are filled."""
    return "".join(piece if _SLOT.fullmatch(piece) else escaped(piece) for piece in _SLOT.split(text))


def _folded_lines(lines: Iterable[str]) -> str:
    return "\r\n".join([*map(_folded_line, lines), ""])


def _folded_line(line: str) -> str:
    """A slot begins a new line, because nobody knows yet how long it gets; but not behind a name so short that
    there is room for it, for readers who do not expect a fold there."""
    name = next((name for name in _SHORT_NAMES if line.startswith(name)), "")
    return name + "\r\n ".join(folded(piece) for piece in _SLOT.split(line[len(name) :]) if piece)


def _description(
    event: Event, entry: Entry, links: Links, language: str, phone: PhoneWay | None, *, personal: bool
) -> str:
    """What somebody needs who opens the entry on the day."""
    speak = speech(language)
    access = speak.say("Your personal access, please do not pass it on:")
    words = [access if personal else speak.say("Information and registration:"), entry.link, ""]
    words += [speak.say("Zoom without installation:"), links.joining_help(language)]
    if phone and personal:
        words += [
            "",
            speak.say("By telephone:"),
            *(f"{one.number} ({speak.country(one.country)})" for one in phone.numbers),
        ]
        words += [speak.say("Webinar number: %(number)s", number=phone.webinar_number)]
        words += [speak.say("Passcode: %(code)s", code=phone.passcode)] if phone.passcode else []
    helpers = [
        clean_line(text) for text in (event.help_name, event.help_phone, event.help_hours, event.help_email)
    ]
    if any(helpers):
        words += ["", speak.say("Questions?"), *filter(None, helpers)]
    return "\n".join(words)


def _organizer(event: Event, sender: str) -> Iterable[str]:
    name, address = parseaddr(sender)
    # A quoted parameter can hold anything but quotes.
    shown = clean_line(event.hosted_by or name).replace('"', "'")
    parameter = f';CN="{shown}"' if shown else ""
    yield f"ORGANIZER{parameter}:mailto:{quote(address, safe='@+-._')}"


def _alarm(title: str) -> tuple[str, ...]:
    return (
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT15M",
        f"DESCRIPTION:{escaped(clean_line(title))}",
        "END:VALARM",
    )


def _at(name: str, instant: datetime, zone: str) -> str:
    """Wall time with its zone. In the hour that exists twice the wall time means the first passing, so the second
    is told in UTC."""
    local = instant.astimezone(ZoneInfo(zone))
    if zone == "UTC" or local.fold:
        return f"{name}:{utc_stamp(instant)}"
    return f"{name};TZID={zone}:{local:%Y%m%dT%H%M%S}"


def utc_stamp(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _host(links: Links) -> str:
    return urlsplit(links.base_url).hostname or "localhost"
