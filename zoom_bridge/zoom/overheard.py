"""Listens in on a session: what Zoom's answers say by the way, in their headers. Only the doctor wants to know."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from zoom_bridge.zoom import raw_json


@dataclass(frozen=True)
class Allowed:
    """What is left of one of Zoom's limits: `category` Light, Medium or Heavy; `daily`, or else for each second."""

    category: str
    daily: bool
    limit: int
    left: int


class Overheard:
    def __init__(self, session: requests.Session, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._dates: tuple[datetime, datetime] | None = None
        self._limits: dict[tuple[str, bool], Allowed] = {}
        session.hooks["response"].append(self._listen)

    @property
    def dates(self) -> tuple[datetime, datetime] | None:
        """The time of the last answer, as Zoom's clock told it and as ours did; None when Zoom told none."""
        return self._dates

    @property
    def limits(self) -> list[Allowed]:
        return sorted(self._limits.values(), key=lambda limit: (limit.category, limit.daily))

    def _listen(self, answer: requests.Response, **_: Any) -> None:
        headers = answer.headers
        try:
            zooms = parsedate_to_datetime(headers.get("Date", "")).astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            zooms = None
        if zooms:
            self._dates = zooms, self._clock()
        limit = raw_json.whole(headers, "X-RateLimit-Limit")
        left = raw_json.whole(headers, "X-RateLimit-Remaining")
        category = raw_json.ident(headers, "X-RateLimit-Category")
        if category and limit is not None and left is not None:
            daily = "daily" in headers.get("X-RateLimit-Type", "").lower()
            self._limits[category, daily] = Allowed(category, daily, limit, left)
