"""A letter as the mail catcher kept it: read from its file, taken apart as a mail program would."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from functools import lru_cache
from pathlib import Path
from typing import cast

#: Our Message-IDs begin with whom the letter is for: a registration, or a place on the panel.
_PERSON = re.compile(r"<([rp][0-9]+)\.")
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class CaughtLetter:
    """`recipient` and `sender` are the envelope's; `headers` are decoded, in their order."""

    id: str
    recipient: str
    sender: str
    subject: str
    date: datetime | None
    text: str
    html: str
    calendar: str
    headers: tuple[tuple[str, str], ...]
    source: bytes

    @property
    def links(self) -> tuple[str, ...]:
        """Every address in the text, in its order."""
        return tuple(link.rstrip(".,;") for link in _LINK.findall(self.text))

    @property
    def story(self) -> str:
        """What all letters about one event to one person have in common; empty for others."""
        found = _PERSON.match(dict(self.headers).get("Message-ID", ""))
        return found[1] if found else ""


@lru_cache(maxsize=1024)
def read(path: Path) -> CaughtLetter:
    """A file is never changed, so it is read once. Raises OSError."""
    source = path.read_bytes()
    message = message_from_bytes(source, policy=policy.default)
    headers = tuple(_headers(message))
    first = dict(reversed(headers))
    return CaughtLetter(
        id=path.stem,
        recipient=first.get("Delivered-To", ""),
        sender=first.get("Return-Path", "").strip("<>"),
        subject=first.get("Subject", ""),
        date=_date(message),
        text=_part(message, "text/plain"),
        html=_part(message, "text/html"),
        calendar=_part(message, "text/calendar"),
        headers=headers,
        source=source,
    )


def _headers(message: EmailMessage) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys(message.keys()):
        for value in message.get_all(name, []):
            yield name, " ".join(str(value).split())


def _date(message: EmailMessage) -> datetime | None:
    moment = getattr(message["Date"], "datetime", None)
    return moment if isinstance(moment, datetime) and moment.tzinfo else None


def _part(message: EmailMessage, content_type: str) -> str:
    for part in message.walk():
        if part.get_content_type() == content_type:
            return _content(cast(MIMEPart, part))
    return ""


def _content(part: MIMEPart) -> str:
    try:
        return str(part.get_content())
    except (LookupError, ValueError):
        # Not one of ours: a character set that nobody knows.
        return cast(bytes, part.get_payload(decode=True) or b"").decode(errors="replace")
