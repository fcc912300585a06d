"""Recurring webinars with fixed times (type 9): their dates, worked out from Zoom's `recurrence` on the wall clock of
their time zone, and what becomes of a single one."""

import calendar
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from zoom_bridge.simulator import objections
from zoom_bridge.simulator.records import Json, Occurrence, Webinar

MOST, MOST_TIMES = 50, 60
DAILY, WEEKLY, MONTHLY = 1, 2, 3
LARGEST_STEP = {DAILY: 90, WEEKLY: 12, MONTHLY: 3}
_END = "%Y-%m-%dT%H:%M:%SZ"

Problem = tuple[str, str]
_INVALID = "Invalid field."


def problems(recurrence: Any) -> Iterator[Problem]:
    if not isinstance(recurrence, dict):
        yield "recurrence", _INVALID
        return
    kind = recurrence.get("type")
    if isinstance(kind, bool) or kind not in LARGEST_STEP:
        yield "recurrence.type", _INVALID if kind is not None else "This field is required."
        return
    for name, least, most in (
        ("repeat_interval", 1, LARGEST_STEP[kind]),
        ("end_times", 1, MOST_TIMES),
        ("monthly_day", 1, 31),
        ("monthly_week_day", 1, 7),
    ):
        if name in recurrence and not _is_number(recurrence[name], least, most):
            yield f"recurrence.{name}", _INVALID
    if "monthly_week" in recurrence and recurrence["monthly_week"] not in (-1, 1, 2, 3, 4):
        yield "recurrence.monthly_week", _INVALID
    if "weekly_days" in recurrence and not _week_days(recurrence["weekly_days"]):
        yield "recurrence.weekly_days", _INVALID
    if "end_date_time" in recurrence:
        if _end(recurrence["end_date_time"]) is None:
            yield "recurrence.end_date_time", _INVALID
        if "end_times" in recurrence:
            yield "recurrence.end_times", "Cannot be used together with end_date_time."


def occurrences(start: datetime, timezone: str, duration: int, recurrence: Json) -> list[Occurrence]:
    zone = ZoneInfo(timezone)
    wall = start.astimezone(zone)
    until = _end(recurrence.get("end_date_time"))
    times = min(recurrence.get("end_times", 1 if until is None else MOST), MOST)
    found: list[Occurrence] = []
    for day in _days(wall.date(), recurrence):
        at = datetime.combine(day, wall.time(), zone).astimezone(UTC)
        if len(found) >= times or (until is not None and at > until):
            break
        found.append(Occurrence(id=str(int(at.timestamp() * 1000)), start_time=at, duration=duration))
    return found


def occurrence(webinar: Webinar, occurrence_id: str) -> Occurrence:
    for found in webinar.dates:
        if found.id == occurrence_id:
            return found
    raise objections.no_such_occurrence(occurrence_id)


def chosen(webinar: Webinar, occurrence_ids: str, now: datetime) -> list[str]:
    """The dates somebody registers for. Type 1: for all, whatever is said. 2: for one, the next if none is named.
    3: for those that are named, or for all."""
    registration_type = webinar.settings["registration_type"]
    if webinar.type != 9 or registration_type == 1:
        return []
    ids = [part.strip() for part in occurrence_ids.split(",") if part.strip()]
    if registration_type == 2 and not ids:
        ids = [date.id for date in webinar.dates if date.end_time > now][:1]
    if registration_type == 2 and len(ids) > 1:
        raise objections.invalid([("occurrence_ids", "Only one occurrence can be chosen.")])
    return [occurrence(webinar, wanted).id for wanted in ids]


def _days(first: date, recurrence: Json) -> Iterator[date]:
    """Every day on which it takes place, from the first on; more than anybody needs."""
    step, kind = recurrence.get("repeat_interval", 1), recurrence["type"]
    if kind == DAILY:
        yield from (first + timedelta(days=step * number) for number in range(MOST))
    elif kind == WEEKLY:
        wanted = _week_days(recurrence.get("weekly_days", "")) or {_zooms_weekday(first)}
        sunday = first - timedelta(days=_zooms_weekday(first) - 1)
        for number in range(MOST):
            week = sunday + timedelta(weeks=step * number)
            days = [week + timedelta(days=day - 1) for day in sorted(wanted)]
            yield from (day for day in days if day >= first)
    else:
        for number in range(MOST + 1):
            months = first.year * 12 + first.month - 1 + step * number
            day = _in_month(months // 12, months % 12 + 1, first, recurrence)
            if day >= first:
                yield day


def _in_month(year: int, month: int, first: date, recurrence: Json) -> date:
    """The wanted day of the month; where the month is too short, its last."""
    last = calendar.monthrange(year, month)[1]
    if "monthly_week" not in recurrence:
        return date(year, month, min(recurrence.get("monthly_day", first.day), last))
    wanted = recurrence.get("monthly_week_day", _zooms_weekday(first))
    days = [date(year, month, day) for day in range(1, last + 1)]
    fitting = [day for day in days if _zooms_weekday(day) == wanted]
    week = recurrence["monthly_week"]
    return fitting[week - 1] if week > 0 else fitting[-1]


def _zooms_weekday(day: date) -> int:
    """1 is Sunday."""
    return day.isoweekday() % 7 + 1


def _week_days(text: Any) -> set[int]:
    """Empty when it makes no sense."""
    parts = str(text).split(",") if isinstance(text, str) else []
    days = {int(part) for part in map(str.strip, parts) if part in tuple("1234567")}
    return days if len(days) == len(parts) else set()


def _end(text: Any) -> datetime | None:
    try:
        return datetime.strptime(text, _END).replace(tzinfo=UTC)
    except (TypeError, ValueError):
        return None


def _is_number(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
