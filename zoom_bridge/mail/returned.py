"""Reads what comes back: a report of a mail server on a letter that it could not deliver (RFC 3464). Everything else in
that mailbox, notes of absence for example, is nothing to us: not one word of prose is ever interpreted."""

import re
from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesParser, HeaderParser

from zoom_bridge.domain.bounce import Bounce

_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,250}>")
_REPORTS = {"message/delivery-status", "message/global-delivery-status"}
_LETTERS = {"message/rfc822", "message/global"}
_HEADERS = {"text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
_MOST_WORDS = 300

_bytes_parser = BytesParser(policy=policy.compat32)
_header_parser = HeaderParser(policy=policy.compat32)


def read(data: bytes) -> list[Bounce]:
    """The bounces in one letter of that mailbox; none when it is not a report on a letter with a Message-ID."""
    whole = _bytes_parser.parsebytes(data)
    if whole.get_content_type() != "multipart/report" or not whole.is_multipart():
        return []
    parts = [part for part in whole.get_payload() if isinstance(part, Message)]
    message_id = next(filter(None, map(_message_id, parts)), "")
    report = next((part for part in parts if part.get_content_type() in _REPORTS), None)
    if not message_id or report is None:
        return []
    return [bounce for fields in _recipients(report) if (bounce := _bounce(message_id, fields))]


def _message_id(part: Message) -> str:
    """Of the letter, whole or only its header, that stands in the report."""
    kind = part.get_content_type()
    if kind in _LETTERS | _HEADERS and part.is_multipart():
        inner = part.get_payload(0)
        header = inner if isinstance(inner, Message) else None
    elif kind in _HEADERS:
        header = _header_parser.parsestr(_text(part))
    else:
        header = None
    found = _MESSAGE_ID.search(_field(header, "Message-ID")) if header else None
    return found.group() if found else ""


def _recipients(report: Message) -> Iterator[Message]:
    """The groups of fields behind the first one, which is about the report itself."""
    if report.get_content_type() == "message/delivery-status" and report.is_multipart():
        groups = [group for group in report.get_payload() if isinstance(group, Message)]
    else:
        inner = report.get_payload(0) if report.is_multipart() else report
        text = _text(inner) if isinstance(inner, Message) else ""
        groups = [_header_parser.parsestr(group) for group in re.split(r"\r?\n\s*\r?\n", text)]
    yield from (group for group in groups if group.get("Final-Recipient") is not None)


def _bounce(message_id: str, fields: Message) -> Bounce | None:
    action = _field(fields, "Action").casefold()
    if action not in {"failed", "delayed"}:
        return None
    words = _clean(_field(fields, "Diagnostic-Code").partition(";")[2] or _field(fields, "Diagnostic-Code"))
    named = _STATUS.search(_field(fields, "Status"))
    status = named.group() if named else "5.0.0" if action == "failed" else "4.0.0"
    if status.endswith(".0.0") and (said := _STATUS.search(words)):
        # Some servers fill in the field with noughts and leave the real one in the answer that they quote.
        status = said.group()
    recipients = [_address(_field(fields, name)) for name in ("Original-Recipient", "Final-Recipient")]
    return Bounce(message_id, tuple(dict.fromkeys(filter(None, recipients))), action == "failed", status, words)


def _address(field: str) -> str:
    """ "rfc822; ben@example.org" without what stands before it."""
    return field.rpartition(";")[2].strip().strip("<>")


def _field(part: Message, name: str) -> str:
    """Some servers write umlauts as they are."""
    value = next((value for key, value in part.raw_items() if key.casefold() == name.casefold()), "")
    return _clean(str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace"), 2000)


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _clean(text: str, most: int = _MOST_WORDS) -> str:
    """A stranger's words, fit to be shown: one line, no control characters, not too long."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(shown.split())[:most]
