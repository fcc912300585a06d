"""What can go wrong on the line, as a sentence and a judgement: whose fault it is, whether trying again helps,
and whether the letter may have arrived all the same. The only place that knows smtplib's exceptions."""

import smtplib
import ssl
from datetime import datetime, timedelta
from enum import Enum, auto

from zoom_bridge.domain.failures import Failure

#: After a refusal for the moment (greylisting), a recipient is left alone for this long.
LATER = timedelta(minutes=5)
_CLOSING = 421
_TOO_BIG = 552
_AUTHENTICATION_NEEDED = 530
_MOST_WORDS = 200


class Stage(Enum):
    """How far we had come."""

    CONNECTING = auto()
    SECURING = auto()
    SIGNING_IN = auto()
    SENDER = auto()
    RECIPIENT = auto()
    DATA = auto()
    SENDING = auto()
    WAITING = auto()


class Refused(Exception):
    """The server said no, with a code."""

    def __init__(self, code: int, words: bytes | str) -> None:
        super().__init__(code, words)
        self.code = code
        self.words = words


def failure_of(error: Exception, stage: Stage, now: datetime | None) -> Failure:
    """`now` is what a recipient's pause is counted from."""
    match error:
        case Refused():
            return _refusal(error.code, error.words, stage, now)
        case smtplib.SMTPResponseException():
            return _refusal(error.smtp_code, error.smtp_error, stage, now)
        case ssl.SSLCertVerificationError():
            return _systemic(f"The mail server's certificate is not valid: {error.verify_message}", permanent=True)
        case ssl.SSLError() if stage in {Stage.CONNECTING, Stage.SECURING}:
            return _systemic(
                "No secure connection to the mail server came about", _clean(str(error)), permanent=True
            )
        case smtplib.SMTPNotSupportedError() if stage is Stage.SECURING:
            return _systemic(
                "The mail server does not offer STARTTLS, and without it no letter is sent", permanent=True
            )
        case smtplib.SMTPServerDisconnected():
            return _lost(error, stage)
        case smtplib.SMTPException() | UnicodeError() if stage is Stage.SIGNING_IN:
            return _systemic("Signing in to the mail server is not possible this way", permanent=True)
        case _:
            return _lost(error, stage)


def _refusal(code: int, words: bytes | str, stage: Stage, now: datetime | None) -> Failure:
    said = _said(code, words)
    if stage is Stage.WAITING and code == -1:
        return Failure(f"The mail server answered {said}: the letter may have arrived.", outcome_unknown=True)
    if code == _CLOSING:
        return Failure(f"The mail server asks for a pause: {said}", systemic=True, status=code)
    if stage is Stage.SENDER and code == _TOO_BIG:
        return Failure(f"The letter is too big for the mail server: {said}", permanent=True, status=code)
    if stage.value <= Stage.SENDER.value or code == _AUTHENTICATION_NEEDED:
        return Failure(f"{_AT[stage]}: {said}", systemic=True, permanent=code >= 500, status=code)
    if code >= 500:
        return Failure(f"{_AT[stage]}: {said}", permanent=True, status=code)
    return Failure(f"{_AT[stage]} for now: {said}", not_before=now + LATER if now else None, status=code)


_AT = {
    Stage.CONNECTING: "The mail server does not let us in",
    Stage.SECURING: "The mail server refuses a secure connection",
    Stage.SIGNING_IN: "The mail server refuses our user name or password",
    Stage.SENDER: "The mail server refuses our sender address",
    Stage.RECIPIENT: "The mail server refuses the recipient",
    Stage.DATA: "The mail server refuses the letter",
    Stage.SENDING: "The mail server refuses the letter",
    Stage.WAITING: "The mail server refuses the letter",
}


def _lost(error: Exception, stage: Stage) -> Failure:
    """The line broke. Only after the last dot can the letter have arrived."""
    slow = isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError)
    why = "did not answer in time" if slow else "broke off the connection"
    if stage is Stage.WAITING:
        return Failure(f"The mail server {why} after the letter: it may have arrived.", outcome_unknown=True)
    if stage is Stage.CONNECTING:
        what = "did not answer in time" if slow else "cannot be reached"
        return _systemic(f"The mail server {what}", "" if slow else _clean(str(error)))
    if stage.value <= Stage.SIGNING_IN.value:
        return _systemic(f"The mail server {why} before we had signed in")
    return Failure(
        f"The mail server {why} before the whole letter was there.", systemic=stage is not Stage.SENDING
    )


def _systemic(sentence: str, detail: str = "", *, permanent: bool = False) -> Failure:
    return Failure(f"{sentence}: {detail}" if detail else f"{sentence}.", systemic=True, permanent=permanent)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    text = _clean(text)
    return f"“{text}” ({code})" if text else f"({code})"


def _clean(text: str) -> str:
    """A stranger's words, fit to be shown: one line, no control characters, not too long."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(shown.split())[:_MOST_WORDS]
