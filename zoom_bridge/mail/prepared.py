"""A prepared letter: all that is the same for everybody, built and encoded once, with slots for what differs.

A slot is a mark in the rendered text, made of characters that no cleaned text can hold. Each body part travels as
quoted-printable, where soft line breaks around a slot let its value be encoded by itself: nothing of the rest
has to be touched again, and no line gets too long."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import MIMEPart
from email.policy import SMTP
from email.quoprimime import body_encode

from markupsafe import escape

from zoom_bridge.mail.ical import escaped as escaped_for_calendar
from zoom_bridge.mail.ical import folded

#: What surrounds a slot's name. Cleaned text never holds these two characters (letterhead.py).
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_SLOT = re.compile(f"{_OPEN}([a-z_]+){_CLOSE}")
# In an encoded body "=" is followed by two digits or a line's end, so this cannot be text.
_ENCODED_SLOT = re.compile(rb"=\{([a-z]+):([a-z_]+)\}")
_SOFT_BREAK = b"=\r\n"
_QP_LINE = 75
# For values of one line. Blanks are encoded too, so that none ends a line.
_QP_SHORT = {
    octet: chr(octet) if 33 <= octet <= 126 and octet != ord("=") else f"={octet:02X}" for octet in range(256)
}


def slot(name: str) -> str:
    """The mark to be put into a template in place of a value."""
    return f"{_OPEN}{name}{_CLOSE}"


def _as_calendar(value: str) -> str:
    return folded(escaped_for_calendar(value))


#: How the part that is a file marks its slot: its value is base64 already.
_FILE = "file"
_ESCAPERS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "html": lambda value: str(escape(value)),
    "calendar": _as_calendar,
}


@dataclass(frozen=True)
class PreparedBody:
    """A MIME body as pieces of bytes; every second one is a slot's."""

    content_type: bytes
    pieces: tuple[bytes, ...]
    slots: tuple[tuple[str, str], ...]
    different: frozenset[tuple[str, str]]

    def filled(self, values: Mapping[str, str]) -> bytes:
        known = {
            slot: values[slot[1]].encode() if slot[0] == _FILE else quoted(_ESCAPERS[slot[0]](values[slot[1]]))
            for slot in self.different
        }
        pieces = list(self.pieces)
        pieces[1::2] = [known[slot] for slot in self.slots]
        return b"".join(pieces)


def prepare(text: str, html: str, calendar: str | None, method: str, file_name: str = "") -> PreparedBody:
    """Text and HTML as alternatives; the calendar entry once more as a third, which mail programs act upon, and
    as a file, which people can open. Without a method it is only a file: of several dates, each with an entry of its
    own, mail programs would act upon the first alone. `file_name`: with a PDF of that name, which is the reader's own and
    goes into the slot "file"."""
    body = _multipart("alternative", [_part("text/plain", text, "plain"), _part("text/html", html, "html")])
    if calendar is not None:
        if method:
            body.attach(_part(f"text/calendar; method={method}", calendar, "calendar"))
        file = _part("application/ics", calendar, "calendar")
        file["Content-Disposition"] = 'attachment; filename="calendar.ics"'
        body = _multipart("mixed", [body, file])
    if file_name:
        body = _multipart("mixed", [body, _file(file_name)])
    raw = body.as_bytes(policy=SMTP)
    head, _, rest = raw.partition(b"\r\n\r\n")
    found = _ENCODED_SLOT.split(rest)
    slots = tuple((how.decode(), name.decode()) for how, name in zip(found[1::3], found[2::3], strict=True))
    pieces = [found[0]]
    for after in found[3::3]:
        pieces += [b"", after]
    return PreparedBody(head + b"\r\n", tuple(pieces), slots, frozenset(slots))


def quoted(text: str) -> bytes:
    """Quoted-printable with CRLF, no line longer than the last may be when a soft break follows it."""
    # quoprimime works on text that stands for bytes.
    octets = text.encode().decode("latin-1")
    if len(octets) <= _QP_LINE and "\n" not in octets:
        # Nearly every value that fills a slot: many times faster, and this happens for every letter.
        short = octets.translate(_QP_SHORT)
        if len(short) <= _QP_LINE:
            return short.encode()
    return body_encode(octets, maxlinelen=_QP_LINE).encode().replace(b"\n", b"\r\n")


def _part(content_type: str, text: str, how: str) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    part["Content-Type"] = f"{content_type}; charset=utf-8"
    part["Content-Transfer-Encoding"] = "quoted-printable"
    found = _SLOT.split(text.replace("\r\n", "\n"))
    payload = quoted(found[0])
    for name, after in zip(found[1::2], found[2::2], strict=True):
        mark = f"={{{how}:{name}}}".encode()
        payload += _SOFT_BREAK + mark + _SOFT_BREAK + quoted(after)
    part.set_payload(payload.decode("ascii").replace("\r\n", "\n"))
    return part


def _file(name: str) -> MIMEPart:
    part = MIMEPart(policy=SMTP)
    part["Content-Type"] = "application/pdf"
    part["Content-Transfer-Encoding"] = "base64"
    part["Content-Disposition"] = f'attachment; filename="{name}"'
    part.set_payload(f"={{{_FILE}:{_FILE}}}")
    return part


def _multipart(subtype: str, parts: list[MIMEPart]) -> MIMEPart:
    whole = MIMEPart(policy=SMTP)
    # "=_" cannot occur in quoted-printable, so no text can end a part.
    whole["Content-Type"] = f'multipart/{subtype}; boundary="=_{subtype}_="'
    for part in parts:
        whole.attach(part)
    return whole
