"""A moment in a form: a date, a time of day, and, for the hour that comes twice, which of the two was meant."""

from dataclasses import dataclass
from datetime import datetime

from zoom_bridge.domain.refusals import WallTimeDoubled, WallTimeMissing
from zoom_bridge.domain.wall_time import instant_of, wall_of
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import Clock, Day, Which, zone_exists

#: The moments of an event's form; each has the fields "…_day", "…_clock" and "…_which".
MOMENTS = ("starts", "ends", "opens", "closes")


@dataclass(frozen=True)
class Moment:
    """`wall` is empty while date or time are missing or cannot be read."""

    day: Day
    clock: Clock
    which: Which
    wall: datetime | None
    zone: str

    @property
    def errors(self) -> bool:
        return bool(self.day.errors or self.clock.errors or self.which.errors)

    def instant(self) -> datetime | None:
        """The instant that was meant. None when there is none, or when it had to be refused or asked about."""
        if self.wall is None or not zone_exists(self.zone):
            return None
        try:
            return instant_of(self.wall, self.zone, self.which.second)
        except WallTimeMissing:
            self.clock.complain(
                self.clock.gettext(
                    "This time does not exist on that day, because the clocks go forward. Please choose another."
                )
            )
        except WallTimeDoubled:
            self.which.errors = [
                self.which.gettext(
                    "This time comes twice on that day, because the clocks go back. Please choose one."
                )
            ]
        return None

    def passings(self, speech: Speech) -> list[tuple[str, str]]:
        """The two instants a wall time may mean, as (value, words); empty for every other time."""
        if self.wall is None or not zone_exists(self.zone) or not is_doubled(self.wall, self.zone):
            return []
        first, second = (instant_of(self.wall, self.zone, later) for later in (False, True))
        return [
            (
                "first",
                speech.say(
                    "The first time it is %(time)s (%(zone)s)",
                    time=speech.time(first, self.zone),
                    zone=speech.zone_short(first, self.zone),
                ),
            ),
            (
                "second",
                speech.say(
                    "One hour later, when it is %(time)s again (%(zone)s)",
                    time=speech.time(second, self.zone),
                    zone=speech.zone_short(second, self.zone),
                ),
            ),
        ]


def moment_fields(name: str, instant: datetime, zone: str) -> dict[str, str]:
    """The fields as they would have to be submitted to mean this instant."""
    wall = wall_of(instant, zone)
    fields = {f"{name}_day": wall.date().isoformat(), f"{name}_clock": wall.time().isoformat("minutes")}
    if is_doubled(wall, zone):
        fields[f"{name}_which"] = "first" if instant_of(wall, zone, second=False) == instant else "second"
    return fields


def is_doubled(wall: datetime, zone: str) -> bool:
    try:
        instant_of(wall, zone)
    except WallTimeDoubled:
        return True
    except WallTimeMissing:
        pass
    return False
