"""The header lines of a letter, and the cleaning of every text that comes near one.

Text is never trusted into headers. What arrives here is stripped of whatever could end a line, hide or reorder
text, or be decoded into something else; and the finished block is read again and compared with what was meant."""

import base64
import re
from collections.abc import Sequence
from email.utils import format_datetime

import idna

from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.message import Message

#: The longest a header line gets (RFC 5322 asks for 78, with the line's end).
LINE = 76
#: What `unsubscribe_lines` writes.
UNSUBSCRIBING = ("List-Unsubscribe", "List-Unsubscribe-Post")

# Surrogates and the characters Unicode keeps for inside use cannot travel; overrides and embeddings reorder what
# stands after them. Joiners stay: emoji and Persian need them.
_INVISIBLE = "\ufeff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff"
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BREAKS_IN_BLOCK = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
_HIDDEN = re.compile(f"[{_INVISIBLE}]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_HARMLESS = re.compile(r"[A-Za-z0-9 -]*")
_PLAIN = re.compile(r"[!-~](?:[ -~]*[!-~])?")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\U0010ffff-]{1,64}")
_DOMAIN = re.compile(
    r"(?=.{1,253}\Z)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9!#$%&'*+/=?^_`{|}~.@-]")


def clean_line(text: str) -> str:
    """Text of one line: as typed, without what could end the line or reorder it."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return _HIDDEN.sub("", _SURROGATES.sub("\ufffd", _BREAKS.sub(" ", text))).strip()


def clean_block(text: str) -> str:
    """Text of several lines, the same."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _HIDDEN.sub("", _SURROGATES.sub("\ufffd", _BREAKS_IN_BLOCK.sub(" ", text))).strip()


def clean_address(address: str) -> str:
    """The address as it goes on the wire: an IDNA domain, and a local part that needs no quoting."""
    local, at, domain = address.rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or clean_line(local) != local:
        raise Failure("The e-mail address cannot be used.", permanent=True)
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except idna.IDNAError:
            raise Failure("The part of the e-mail address after the @ is not a domain.", permanent=True) from None
    if not _DOMAIN.fullmatch(domain):
        raise Failure("The part of the e-mail address after the @ is not a domain.", permanent=True)
    return f"{local}@{domain}"


def text_line(name: str, text: str) -> bytes:
    """A header whose value is free text, such as the subject."""
    text = _defused(clean_line(text))
    start = f"{name}: "
    if len(start) + len(text) <= LINE and _PLAIN.fullmatch(text):
        return f"{start}{text}\r\n".encode()
    return f"{start}{_encoded(text, len(start))}\r\n".encode()


def address_line(name: str, display_name: str, address: str) -> bytes:
    """A header that names a mailbox. `address` has been through `clean_address`."""
    shown = _defused(clean_line(display_name))
    line = f"{name}: {shown} <{address}>\r\n" if shown else f"{name}: <{address}>\r\n"
    if _HARMLESS.fullmatch(shown) and len(line) <= LINE + 2:
        return line.encode()
    # An address is never broken: only the name in front of it folds.
    return f"{name}: {_encoded(shown, len(name) + 2)}\r\n <{address}>\r\n".encode() if shown else line.encode()


def own_lines(message: Message) -> bytes:
    """Message-ID and Date: fixed on the row at the first attempt, the same at every further one."""
    if not message.message_id or not message.dated_at:
        raise Failure("The letter has no Message-ID and date yet.", permanent=True)
    identity = _NOT_IN_ID.sub(".", message.message_id.strip("<> "))
    return f"Date: {format_datetime(message.dated_at)}\r\nMessage-ID: <{identity}>\r\n".encode()


def unsubscribe_lines(link: str) -> bytes:
    """How a mail program unsubscribes with one click of its own, by RFC 8058. Never folded: not all of them unfold."""
    return f"List-Unsubscribe: <{link}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode()


def check(block: bytes, expected: Sequence[str]) -> None:
    """Read the finished header block again: exactly the expected names, in order, and nothing that a reader
    might take for a line's end within a line. Raises Failure, so that the letter is parked."""
    lines = block.split(b"\r\n")
    if lines.pop() != b"" or b"\n" in b"".join(lines) or b"\r" in b"".join(lines) or b"\0" in block:
        raise _unsafe()
    names = [line.partition(b":")[0].decode("latin-1") for line in lines if line[:1] not in (b" ", b"\t")]
    if names != list(expected) or not all(line.strip() for line in lines):
        raise _unsafe()


def _unsafe() -> Failure:
    return Failure("The letter's header is not as it should be, so it was not sent.", permanent=True)


def _defused(text: str) -> str:
    """Encoded words that somebody typed stay text, even for readers who decode twice."""
    while "=?" in text:
        text = text.replace("=?", "= ?")
    return text


def _encoded(text: str, taken: int) -> str:
    """RFC 2047 words, one to a line, each of whole characters. `taken` is what stands before the first."""
    words, chunk = [], b""
    room = _room(taken)
    for character in text:
        encoded = character.encode()
        if len(chunk) + len(encoded) > room:
            words.append(chunk)
            chunk, room = b"", _room(1)
        chunk += encoded
    words.append(chunk)
    return "\r\n ".join(f"=?utf-8?b?{base64.b64encode(word).decode()}?=" for word in words)


def _room(taken: int) -> int:
    """How many bytes an encoded word can hold on what is left of a line. Four characters stand for three bytes."""
    return (LINE - taken - len("=?utf-8?b??=")) // 4 * 3
