"""A time zone as calendar programs want it told: the VTIMEZONE of RFC 5545.

Zones that change their clocks as the European Union does get the rule itself, in the short form that Outlook
reads right. Any other zone gets the changes around the event, one by one, and no promise beyond."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_HOUR = timedelta(hours=1)
_AROUND = timedelta(days=370)


def vtimezone(zone: str, year: int) -> tuple[str, ...]:
    """The lines of the component, right for times in that year."""
    return _component(ZoneInfo(zone), zone, year)


@lru_cache(maxsize=64)
def _component(tz: ZoneInfo, zone: str, year: int) -> tuple[str, ...]:
    """Kept by the zone itself: when its rules are read anew, it is another one."""
    observances = _european(tz, year) or _one_by_one(tz, year)
    return ("BEGIN:VTIMEZONE", f"TZID:{zone}", *observances, "END:VTIMEZONE")


def _european(tz: ZoneInfo, year: int) -> tuple[str, ...]:
    """The EU's rule, when this zone has followed it around that year: forward on the last Sunday of March and
    back on the last Sunday of October, both at 01:00 UTC."""
    winter = _offset(tz, datetime(year, 1, 15, tzinfo=UTC))
    summer = _offset(tz, datetime(year, 7, 15, tzinfo=UTC))
    expected = [
        (change, offset)
        for at in (year - 1, year, year + 1)
        for change, offset in ((_last_sunday(at, 3), summer), (_last_sunday(at, 10), winter))
    ]
    begin, end = datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    found = [(at, after) for at, _, after in _changes(tz, begin, end)]
    if summer != winter + _HOUR or found != expected:
        return ()
    forward = datetime(1970, 3, 29, 1, tzinfo=UTC) + winter
    back = datetime(1970, 10, 25, 1, tzinfo=UTC) + summer
    return (
        *_observance("DAYLIGHT", forward, winter, summer, "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU"),
        *_observance("STANDARD", back, summer, winter, "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU"),
    )


def _one_by_one(tz: ZoneInfo, year: int) -> tuple[str, ...]:
    """What the clocks showed at first, and every change of them from the year before to the year after."""
    begin, end = datetime(year - 1, 1, 1, tzinfo=UTC), datetime(year + 2, 1, 1, tzinfo=UTC)
    at_first = _offset(tz, begin)
    lines = list(_observance(_kind(tz, begin), datetime(1970, 1, 1, tzinfo=UTC), at_first, at_first))
    for at, before, after in _changes(tz, begin, end):
        lines += _observance(_kind(tz, at), at + before, before, after)
    return tuple(lines)


def _kind(tz: ZoneInfo, at: datetime) -> str:
    return "DAYLIGHT" if at.astimezone(tz).dst() else "STANDARD"


def _observance(
    kind: str, onset: datetime, before: timedelta, after: timedelta, rule: str = ""
) -> tuple[str, ...]:
    """`onset` is what the clocks showed when they were changed."""
    return (
        f"BEGIN:{kind}",
        f"DTSTART:{onset:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{_written(before)}",
        f"TZOFFSETTO:{_written(after)}",
        *((f"RRULE:{rule}",) if rule else ()),
        f"END:{kind}",
    )


def _changes(tz: ZoneInfo, begin: datetime, end: datetime) -> Iterator[tuple[datetime, timedelta, timedelta]]:
    """Every change of the offset in between: its instant, the offset before and after."""
    at = begin
    while at < end:
        following = at + timedelta(days=1)
        before, after = _offset(tz, at), _offset(tz, following)
        if before != after:
            yield _instant_of_change(tz, at, following), before, after
        at = following


def _instant_of_change(tz: ZoneInfo, early: datetime, late: datetime) -> datetime:
    before = _offset(tz, early)
    while late - early > timedelta(seconds=1):
        middle = (early + (late - early) / 2).replace(microsecond=0)
        early, late = (middle, late) if _offset(tz, middle) == before else (early, middle)
    return late


def _offset(tz: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(tz).utcoffset() or timedelta()


def _last_sunday(year: int, month: int) -> datetime:
    """01:00 UTC on the last Sunday of a month of 31 days."""
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def _written(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{seconds // 3600:02}{seconds % 3600 // 60:02}"
    return f"{text}{seconds % 60:02}" if seconds % 60 else text
