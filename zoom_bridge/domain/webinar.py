"""The webinar: the event's twin at Zoom, as far as we know it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class WebinarStanding(StrEnum):
    """How far Zoom knows the event as it is now. Derived, never stored."""

    IN_LINE = "in_line"
    WAITS = "waits"
    LATE = "late"
    STUCK = "stuck"
    GONE = "gone"
    REMOVED = "removed"


@dataclass(frozen=True)
class DialIn:
    """A telephone number of Zoom's through which people come in: `country` as ISO 3166 alpha-2, `free` of charge."""

    country: str
    number: str
    city: str = ""
    free: bool = False


#: Where our readers live.
NEAR = ("DE", "AT", "CH")


def by_country(numbers: Iterable[DialIn]) -> list[tuple[str, tuple[DialIn, ...]]]:
    """The numbers of each country, our readers' countries first; those that are free of charge lead."""
    grouped: dict[str, list[DialIn]] = {country: [] for country in NEAR}
    for number in sorted(numbers, key=lambda one: (one.country, not one.free)):
        grouped.setdefault(number.country, []).append(number)
    return [(country, tuple(found)) for country, found in grouped.items() if found]


@dataclass(frozen=True)
class PhoneWay:
    """How people come in by telephone: the numbers nearest to our readers, then what to key in."""

    numbers: tuple[DialIn, ...]
    webinar_number: str
    passcode: str


#: As many numbers as a letter or a calendar entry names; all of them are on the personal page.
_MOST_NUMBERS = 2


@dataclass(frozen=True, kw_only=True)
class TwinWebinar:
    """synced_revision  the event's revision that Zoom agreed to last; 0 before the first time
    asked_zoom_at    a create that is under way or whose answer got lost: look before asking again
    absent_at        the first complete listing since then that did not show it
    gone_at          Zoom said it does not exist any more, though we did not delete it
    dial_in          the telephone numbers Zoom offers for it
    passcode         to be keyed in after the webinar's number on the telephone; only digits, or empty
    agreed           what Zoom may have by our doing, as JSON from aspect to values: anything else was changed there
    poll_ids         what Zoom was told of each of our polls: JSON, by our keys, of its id and the words' digest; or empty
    """

    id: int
    event_id: int
    zoom_id: str | None
    host: str | None
    synced_revision: int
    synced_at: datetime | None
    asked_zoom_at: datetime | None
    absent_at: datetime | None
    gone_at: datetime | None
    agreed: str = ""
    dial_in: tuple[DialIn, ...] = ()
    passcode: str = ""
    poll_ids: str = ""
    due_at: datetime | None
    attempts: int
    last_error: str | None
    gave_up_at: datetime | None

    @property
    def number(self) -> str:
        """Zoom's number of it, in the groups in which one keys it in: "812 3456 7890"."""
        digits = self.zoom_id or ""
        middle = max(3, len(digits) - 4)
        return " ".join(filter(None, (digits[:3], digits[3:middle], digits[middle:])))

    @property
    def phone_way(self) -> PhoneWay | None:
        """As far as Zoom has told us."""
        if self.gone_at or not self.zoom_id or not self.dial_in:
            return None
        nearest = [number for _, numbers in by_country(self.dial_in) for number in numbers]
        return PhoneWay(tuple(nearest[:_MOST_NUMBERS]), self.number, self.passcode)

    def standing(self, revision: int, cancelled: bool) -> WebinarStanding:
        if self.gone_at:
            return WebinarStanding.GONE
        if self.gave_up_at:
            return WebinarStanding.STUCK
        if self.synced_revision < revision:
            return WebinarStanding.LATE if self.last_error else WebinarStanding.WAITS
        return WebinarStanding.REMOVED if cancelled else WebinarStanding.IN_LINE
