"""Wall-clock times: what an organiser writes down, and the instant it means in a time zone.

Some wall times do not exist (the hour the clocks skip), some exist twice: neither is guessed at."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from zoom_bridge.domain.refusals import WallTimeDoubled, WallTimeMissing


def instant_of(wall: datetime, zone: str, second: bool | None = None) -> datetime:
    """The UTC instant of a naive wall time in an IANA zone.

    `second` chooses between the two instants of a doubled hour (False: the first, True: the second) and is
    ignored for every other time. Raises WallTimeMissing, or WallTimeDoubled when the choice is needed and not made.
    """
    tz = ZoneInfo(zone)
    first = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    later = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
    if wall_of(first, zone) != wall:
        raise WallTimeMissing
    if first != later and second is None:
        raise WallTimeDoubled
    return later if second else first


def wall_of(instant: datetime, zone: str) -> datetime:
    """The naive wall time an instant has in a zone."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def instant_by_todays_rules(wall: datetime, zone: str, known: datetime) -> datetime:
    """The instant of a kept wall time, as the zone's rules are today: the `known` one for as long as clocks show the
    wall time then. A missing hour slides forward with the clocks, a doubled one is taken at its first passing."""
    if wall_of(known, zone) == wall:
        return known
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def look_up_rules_anew() -> None:
    """Rules of time zones are read once and kept; after an update of the system they may be others."""
    ZoneInfo.clear_cache()


def days_before(instant: datetime, zone: str, days: int) -> datetime:
    """The same hour on the wall, `days` earlier (not 24 hours: clocks may change in between).

    A missing hour slides forward with the clocks, a doubled one is taken at its first passing."""
    wall = wall_of(instant, zone) - timedelta(days=days)
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
