"""Zoom's rate limits: the label of each endpoint, and what an answer "too many requests" means: whose limit is reached,
and until when we are asked to wait. How we keep within them by ourselves is in `pacing.py`."""

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum


class Label(StrEnum):
    """Zoom counts calls by label, for the whole account: https://developers.zoom.us/docs/api/rate-limits/"""

    LIGHT = "light"
    MEDIUM = "medium"
    HEAVY = "heavy"
    RESOURCE_INTENSIVE = "resource-intensive"


class Reach(StrEnum):
    """Whom a refusal concerns: all calls of the label, for a moment or for today; or one host or person, for today."""

    MOMENT = "moment"
    TODAY = "today"
    HOST = "host"
    PERSON = "person"


# Zoom's longest window is a UTC day; whoever asks for more has another clock, or is not Zoom.
_LONGEST = timedelta(hours=25)
_UNREADABLE = timedelta(seconds=60)
_PER_SECOND = timedelta(seconds=1)
_DAILY = re.compile(r"\bdaily\b|\bday\b|\bGMT 00:00", re.IGNORECASE)
_SECONDS = re.compile(r"[0-9]{1,6}")
# https://developers.zoom.us/docs/api/rate-limits/: 100 creations and updates for each host and day; 3 adds and 10
# changes of status for each registrant, webinar and day.
_A_HOSTS = ("100",), re.compile(r"particular user", re.IGNORECASE)
_A_PERSONS = ("3", "10"), re.compile(r"\bregistrant\b", re.IGNORECASE)


def not_before(headers: Mapping[str, str], message: str, now: datetime) -> datetime:
    """The instant before which Zoom does not want to hear from us; `headers` must not mind upper and lower case.

    1. Retry-After: seconds, an HTTP date, or an ISO date and time (Zoom's own form).
    2. A daily limit without it ends at 00:00 UTC.
    3. Something unreadable means a minute; nothing at all means the limit per second.
    What is long, and worked out by ourselves, is spread a little, so that many rows do not come back in step."""
    retry_after = (headers.get("Retry-After") or "").strip()
    named = _instant(retry_after, now)
    if named is not None:
        return min(max(named, now + _PER_SECOND), now + _LONGEST)
    if "daily" in (headers.get("X-RateLimit-Type") or "").lower() or _DAILY.search(message):
        return next_day(now) + spread(_UNREADABLE)
    return now + _UNREADABLE + spread(_UNREADABLE) if retry_after else now + _PER_SECOND


def reach(headers: Mapping[str, str], message: str) -> Reach:
    """Zoom answers alike when the account, a host or a person has had enough for today; the number tells, or the text."""
    if "daily" not in (headers.get("X-RateLimit-Type") or "").lower() and not _DAILY.search(message):
        return Reach.MOMENT
    limit = (headers.get("X-RateLimit-Limit") or "").strip()
    for whose, (limits, words) in ((Reach.PERSON, _A_PERSONS), (Reach.HOST, _A_HOSTS)):
        if limit in limits or words.search(message):
            return whose
    return Reach.TODAY


def _instant(retry_after: str, now: datetime) -> datetime | None:
    if _SECONDS.fullmatch(retry_after):
        return now + timedelta(seconds=int(retry_after))
    for read in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            at = read(retry_after)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
        except (ValueError, OverflowError, TypeError, IndexError):
            continue
    return None


def next_day(now: datetime) -> datetime:
    """00:00 UTC, when Zoom counts anew."""
    return (now.astimezone(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def spread(wait: timedelta) -> timedelta:
    return wait * random.random()  # noqa: S311 (spread, not secrecy)
