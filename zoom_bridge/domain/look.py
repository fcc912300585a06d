"""A look: how we notice what changed at Zoom without telling us. Rows that come back, one per event and kind."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class LookKind(StrEnum):
    """WEBINAR: its topic, time, settings, licence. REGISTRANTS: who is on Zoom's list."""

    WEBINAR = "webinar"
    REGISTRANTS = "registrants"


@dataclass(frozen=True, kw_only=True)
class Look:
    id: int
    event_id: int
    kind: LookKind
    looked_at: datetime | None
    due_at: datetime | None
    attempts: int
    last_error: str | None
    gave_up_at: datetime | None


#: Within the last day before the start there is less time to notice and to mend.
_LAST_DAY, _SELDOM, _OFTEN = timedelta(days=1), timedelta(hours=6), timedelta(hours=1)


def next_look(starts_at: datetime, now: datetime) -> datetime:
    """When to look at a coming webinar after now: every six hours, on the last day every hour."""
    last_day = starts_at - _LAST_DAY
    return now + _OFTEN if now >= last_day else min(now + _SELDOM, last_day)
