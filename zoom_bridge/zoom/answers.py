"""What Zoom's answers mean: JSON, or a Failure in words that an organiser may read.

A Failure's message is one of the sentences below (each can be translated), and after it what Zoom itself said, set
off by SAYS, without addresses and secrets. HTML is never shown or kept."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import limits, raw_json
from zoom_bridge.zoom.limits import Reach

SAYS = " Zoom says: "

BUSY = "Zoom asks us to wait."
BUSY_TODAY = "Zoom takes no more today."
BUSY_FOR_HOST = "Zoom takes no more changes of this host's webinars today."
BUSY_FOR_PERSON = "Zoom takes no more about this person today."
CERTIFICATE = "Zoom's certificate is not valid."
CREDENTIALS = "Zoom does not accept our account id, client id or client secret."
DOWN = "Zoom has a fault."
GONE = "The webinar no longer exists at Zoom."
NO_ANSWER = "No complete answer came from Zoom in time."
NO_LICENCE = "The host has no webinar licence at Zoom."
NO_HOST = "Zoom does not know this host."
NO_ROOM = "Zoom's limit for this webinar is reached."
NO_REPORT = "Zoom has no report of this sitting yet."
NO_REPORT_LEFT = "Zoom has no report of this sitting any more."
NOT_NOW = "Zoom's answer cannot be used at the moment."
OVER = "The webinar is over at Zoom."
REDIRECTED = "Zoom's address sends us elsewhere; this is not followed."
REFUSED = "Zoom refuses this."
SCOPES = "Our access to Zoom lacks permissions."
TOKEN = "Zoom does not accept our access."  # noqa: S105 (a sentence)
UNREACHABLE = "Zoom cannot be reached."
UNREADABLE = "Zoom's answer cannot be read."
WRONG = "Zoom finds a mistake in what it was sent."
SENTENCES = (
    BUSY, BUSY_TODAY, BUSY_FOR_HOST, BUSY_FOR_PERSON, CERTIFICATE, CREDENTIALS, DOWN, GONE, NO_ANSWER, NO_LICENCE, NO_HOST, NO_REPORT, NO_REPORT_LEFT, NO_ROOM, NOT_NOW, OVER, REDIRECTED,
    REFUSED, SCOPES, TOKEN, UNREACHABLE, UNREADABLE, WRONG,
)  # fmt: skip

# Zoom's own codes: https://developers.zoom.us/docs/api/errors/
TOKEN_INVALID = 124
NO_PERMISSION = 200
INVALID_FIELD = 300
WEBINAR_MISSING = 3001
SCOPE_MISSING = 4711
_BY_CODE = {
    INVALID_FIELD: WRONG,
    1001: NO_HOST,
    1010: NO_HOST,
    WEBINAR_MISSING: GONE,
    3035: NO_ROOM,
    3038: OVER,
    3043: NO_ROOM,
    12702: NO_REPORT_LEFT,
    SCOPE_MISSING: SCOPES,
}
_BY_REACH = {
    Reach.MOMENT: BUSY,
    Reach.TODAY: BUSY_TODAY,
    Reach.HOST: BUSY_FOR_HOST,
    Reach.PERSON: BUSY_FOR_PERSON,
}
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;]+")
_SECRET = re.compile(r"[A-Za-z0-9_.=-]{48,}|(?<=[?&])[^\s&]*")
_TAG = re.compile(r"<[^>]*>?")
_LONGEST_SAYING = 200


class WebinarGone(Failure):
    """Zoom does not know the webinar any more."""


class NoLicence(Failure):
    """The host may hold no webinars, or no longer."""


class Busy(Failure):
    """Zoom's limit, or ours before it, is reached. `reach`: whose it is."""

    def __init__(self, reach: Reach, not_before: datetime, said: str = "", code: int | None = None) -> None:
        super().__init__(_BY_REACH[reach] + said, not_before=not_before, status=429, code=code)
        self.reach = reach


@dataclass(frozen=True)
class Answer:
    """What came back. `headers` do not mind upper and lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_json(self) -> bool:
        kind = (self.headers.get("Content-Type") or "").split(";")[0].strip().lower()
        return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))

    @property
    def tracking_id(self) -> str:
        return saying(self.headers.get("x-zm-trackingid") or "-")

    def fields(self) -> dict[str, Any]:
        """The JSON object, or Malformed. The content type is looked at first: error pages of gateways are HTML."""
        if not self.is_json:
            raise raw_json.Malformed("not JSON")
        return raw_json.decode_object(self.body)

    def error(self) -> dict[str, Any]:
        """What Zoom says went wrong; empty when it says nothing readable."""
        try:
            return self.fields()
        except raw_json.Malformed:
            return {}

    @property
    def code(self) -> int | None:
        return None if self.ok else raw_json.whole(self.error(), "code")


def failure(answer: Answer, now: datetime, *, unrepeatable: bool) -> Failure:
    """What an answer that is not a 2xx means. `unrepeatable`: the call was a write that must not happen twice."""
    error, status = answer.error(), answer.status
    code = raw_json.whole(error, "code")
    said = _said(error)
    if status == 429:
        words = raw_json.text(error, "message")
        until = limits.not_before(answer.headers, words, now)
        return Busy(limits.reach(answer.headers, words), until, said, code)
    if status >= 500:
        named = limits.not_before(answer.headers, "", now) if "Retry-After" in answer.headers else None
        return Failure(DOWN + said, outcome_unknown=unrepeatable, not_before=named, status=status, code=code)
    if 300 <= status < 400:
        return Failure(REDIRECTED, systemic=True, status=status)
    if code == SCOPE_MISSING:
        return Failure(SCOPES + said, permanent=True, systemic=True, status=status, code=code)
    if status == 401 or code == TOKEN_INVALID:
        return Failure(TOKEN + said, systemic=True, status=status, code=code)
    if code == WEBINAR_MISSING:
        return WebinarGone(GONE, permanent=True, status=status, code=code)
    if code is None:
        # Somebody on the way answered, a proxy or a gateway: another time it may be Zoom.
        return Failure(NOT_NOW, status=status)
    sentence = _sentence(code, said)
    kind = NoLicence if sentence == NO_LICENCE else Failure
    return kind(sentence + said, permanent=True, status=status, code=code)


@contextmanager
def report_to_come() -> Iterator[None]:
    """Soon after the end, Zoom does not know the sitting yet."""
    try:
        yield
    except WebinarGone as failure:
        raise Failure(NO_REPORT, status=failure.status, code=failure.code) from None


def of_this_alone(failure: Failure) -> Failure:
    """A permission that is missing is a matter of the one call that needs it."""
    if failure.code != SCOPE_MISSING:
        return failure
    return Failure(failure.message, permanent=True, status=failure.status, code=failure.code)


def unreadable(answer: Answer, *, unrepeatable: bool) -> Failure:
    """A 2xx without the JSON it should carry: whatever was asked for has probably happened."""
    return Failure(UNREADABLE, outcome_unknown=unrepeatable, status=answer.status)


def _sentence(code: int, said: str) -> str:
    if code == NO_PERMISSION and "plan" in said.lower():
        return NO_LICENCE
    return _BY_CODE.get(code, REFUSED)


def _said(error: Mapping[str, Any]) -> str:
    message = raw_json.text(error, "message")
    details = error.get("errors")
    for detail in details if isinstance(details, list) else ():
        if isinstance(detail, dict):
            message += f" {raw_json.text(detail, 'field')}: {raw_json.text(detail, 'message')}"
    longest = 3 * _LONGEST_SAYING if raw_json.whole(error, "code") == SCOPE_MISSING else _LONGEST_SAYING
    said = saying(message, longest)
    return f"{SAYS}{said}" if said else ""


def saying(words: str, longest: int = _LONGEST_SAYING) -> str:
    """Somebody else's words as one printable line, without tags, addresses and anything that may be a secret."""
    line = " ".join("".join(char if char.isprintable() else " " for char in words).split())
    return _SECRET.sub("…", _ADDRESS.sub("…", _TAG.sub("", line)))[:longest].strip()
