"""Turnout: who came and who did not, in the four groups that are written to after an event."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from zoom_bridge.domain.attendance import Attendance, Room
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Registration, insiders

#: Who was there for this much of the time attended.
_ENOUGH = 2 / 3


class Turnout(StrEnum):
    """LEFT_EARLY: there, but for less than two thirds of the time, be it that they came late. PHONE: came in by
    telephone only, or can come no other way, so that nobody can say for how long with certainty."""

    ATTENDED = "attended"
    LEFT_EARLY = "left_early"
    ABSENT = "absent"
    PHONE = "phone"


class Presence(NamedTuple):
    """How much somebody had of an event. time: in the room, of what counts; share: of all of that, from 0 to 1.
    by_phone: they only ever rang, and whose telephone that was nobody can say with certainty."""

    time: timedelta
    share: float
    by_phone: bool = False

    @property
    def minutes(self) -> int:
        return round(self.time.total_seconds() / 60)

    @property
    def percent(self) -> int:
        """Never more than it was: who missed a little was not there for all of it."""
        return int(100 * self.share)


def presences(event: Event, room: Room, now: datetime | None = None) -> dict[int, Presence]:
    """Of everybody registered who was there, by registration. Who is still there stays to the end, or, with `now`, has
    been there until now."""
    of = measure(event, room, now)
    return {one.registration_id: of(one) for one in room.attendees if one.registration_id is not None}


def measure(event: Event, room: Room, now: datetime | None = None) -> Callable[[Attendance], Presence]:
    """How much somebody had of this event, registered or not; with `now` as above."""
    begins, ends = _sitting(event, room)
    until, whole = min(ends, max(now, begins)) if now else ends, ends - begins

    def presence(one: Attendance) -> Presence:
        time = timedelta()
        for joined_at, left_at in one.visits:
            came, went = max(joined_at, begins), min(left_at or until, until)
            if went > came:
                time += went - came
        return Presence(time, time / whole if whole else 0.0, one.by_phone)

    return presence


def turnouts(event: Event, room: Room, people: Iterable[Registration]) -> dict[int, Turnout]:
    """The group of everybody who has a seat, by registration. Empty as long as Zoom has shown nobody at all: then
    nothing can be said of anybody. Who registered and is on the panel as well was not missed as an attendee."""
    if not room.attendances:
        return {}
    seen, crew = presences(event, room), insiders(event)
    return {
        person.id: group(seen.get(person.id), person.by_phone_only)
        for person in people
        if person.active and (person.id in seen or person.email_key not in crew)
    }


def group(seen: Presence | None, by_phone_only: bool) -> Turnout:
    """Of somebody with a seat."""
    if by_phone_only or (seen and seen.by_phone):
        return Turnout.PHONE
    if seen is None:
        return Turnout.ABSENT
    return Turnout.ATTENDED if seen.share >= _ENOUGH else Turnout.LEFT_EARLY


def _sitting(event: Event, room: Room) -> tuple[datetime, datetime]:
    """The time that counts: the planned one, as far as the webinar ran. Coming early or staying on is not asked of
    anybody. It ran at quite another time: as it ran; as long as it does, for as long as was planned."""
    begins = max(event.starts_at, room.started_at or event.starts_at)
    ends = min(event.ends_at, room.ended_at or event.ends_at)
    if begins < ends:
        return begins, ends
    begins = room.started_at or event.starts_at
    return begins, room.ended_at or begins + (event.ends_at - event.starts_at)
