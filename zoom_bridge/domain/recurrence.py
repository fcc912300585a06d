"""When the dates of a series are: arithmetic with days, and one event's form moved to another day.

Wall-clock times stay, through summer and winter. A day that a month does not have is left out, the fifth weekday of a
month means its last one."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from itertools import count, islice, takewhile

from zoom_bridge.domain.event import EventDraft
from zoom_bridge.domain.wall_time import instant_of, wall_of

#: With the first one.
MOST_DATES = 50

_WEEK = 7
_OWN = frozenset(
    {
        "timezone", "starts_wall", "ends_wall", "starts_at", "ends_at", "opens_at", "closes_at",
        "zoom_host", "alternative_hosts", "recording_url", "thanks_de", "thanks_en",
    }
)  # fmt: skip


class Rhythm(StrEnum):
    WEEKLY = "weekly"
    MONTHLY_DAY = "monthly_day"
    MONTHLY_WEEKDAY = "monthly_weekday"
    CHOSEN = "chosen"


@dataclass(frozen=True)
class Start:
    """A day, and the time of day where it is not that of the first date."""

    day: date
    clock: time | None = None


def days(
    first: date, rhythm: Rhythm, every: int = 1, dates: int | None = None, until: date | None = None
) -> list[date]:
    """The first day and those that follow, by number or until a day. Never more than one above MOST_DATES, which is
    how a caller notices that there would be too many."""
    found: Iterator[date] = _days(first, rhythm, every)
    if until is not None:
        found = takewhile(lambda day: day <= until, found)
    return list(islice(found, min(dates or MOST_DATES + 1, MOST_DATES + 1)))


def on_day(draft: EventDraft, start: Start) -> EventDraft:
    """The same on another day: as long, by the wall clock; registering closes as long before the start. What belongs
    to an evening that was, its recording, does not come along. Raises WallTimeRefused for an hour that this day does
    not have, or has twice."""
    zone = draft.timezone
    starts_wall = datetime.combine(start.day, start.clock or draft.starts_wall.time())
    shift = starts_wall - draft.starts_wall
    ends_wall = draft.ends_wall + shift
    closes_at = draft.closes_at and instant_of(wall_of(draft.closes_at, zone) + shift, zone, second=False)
    return replace(
        draft,
        starts_wall=starts_wall,
        ends_wall=ends_wall,
        starts_at=instant_of(starts_wall, zone),
        ends_at=instant_of(ends_wall, zone),
        closes_at=closes_at,
        recording_url="",
    )


def with_texts_of(own: EventDraft, other: EventDraft) -> EventDraft:
    """One date with the texts and settings of another. It keeps its day and hours, its hosts at Zoom, and what is said
    and shown once it is over."""
    taken = {field.name: getattr(other, field.name) for field in fields(EventDraft) if field.name not in _OWN}
    return EventDraft(**{field.name: getattr(own, field.name) for field in fields(EventDraft)} | taken)


def _days(first: date, rhythm: Rhythm, every: int) -> Iterator[date]:
    if rhythm is Rhythm.WEEKLY:
        yield from (first + timedelta(days=_WEEK * every * n) for n in count())
    for n in count():
        year, month = divmod(first.year * 12 + first.month - 1 + n * every, 12)
        day = (
            _same_day(year, month + 1, first)
            if rhythm is Rhythm.MONTHLY_DAY
            else _same_weekday(year, month + 1, first)
        )
        if day:
            yield day


def _same_day(year: int, month: int, first: date) -> date | None:
    try:
        return date(year, month, first.day)
    except ValueError:
        return None


def _same_weekday(year: int, month: int, first: date) -> date:
    begin = date(year, month, 1)
    earliest = begin + timedelta(days=(first.weekday() - begin.weekday()) % _WEEK)
    day = earliest + timedelta(days=(first.day - 1) // _WEEK * _WEEK)
    return day if day.month == month else day - timedelta(days=_WEEK)
