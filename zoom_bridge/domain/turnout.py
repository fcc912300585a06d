"""Turnout: who came and who did not, in the four groups that are written to after an event."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from zoom_bridge.domain.attendance import Attendance, Room
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Registration

#: Who was there for this much of the time attended.
_ENOUGH = 2 / 3


class Turnout(StrEnum):
    """LEFT_EARLY: there, but for less than two thirds of the time, be it that they came late. PHONE: came in by
    telephone only, or can come no other way, so that nobody can say for how long with certainty."""

    ATTENDED = "attended"
    LEFT_EARLY = "left_early"
    ABSENT = "absent"
    PHONE = "phone"


def turnouts(event: Event, room: Room, people: Iterable[Registration]) -> dict[int, Turnout]:
    """The group of everybody who has a seat, by registration. Empty as long as Zoom has shown nobody at all: then
    nothing can be said of anybody."""
    if not room.attendances:
        return {}
    seen = {one.registration_id: one for one in room.attendances if one.registration_id is not None}
    sitting = _sitting(event, room)
    return {person.id: _turnout(person, seen.get(person.id), *sitting) for person in people if person.active}


def _turnout(person: Registration, seen: Attendance | None, begins: datetime, ends: datetime) -> Turnout:
    if person.by_phone_only or (seen and seen.by_phone):
        return Turnout.PHONE
    if seen is None:
        return Turnout.ABSENT
    overlaps = (min(visit.left_at or ends, ends) - max(visit.joined_at, begins) for visit in seen.visits)
    present = sum((max(overlap, timedelta()) for overlap in overlaps), timedelta())
    return Turnout.ATTENDED if present >= (ends - begins) * _ENOUGH else Turnout.LEFT_EARLY


def _sitting(event: Event, room: Room) -> tuple[datetime, datetime]:
    """The time that counts: the planned one, as far as the webinar ran. Coming early or staying on is not asked of
    anybody. It ran at quite another time: as it ran."""
    begins = max(event.starts_at, room.started_at or event.starts_at)
    ends = min(event.ends_at, room.ended_at or event.ends_at)
    if begins < ends:
        return begins, ends
    return room.started_at or event.starts_at, room.ended_at or event.ends_at
