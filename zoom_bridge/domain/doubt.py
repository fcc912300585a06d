"""A doubt: somebody in the room of whom the evidence does not say who they are, or says that they are somebody else as
well. A person decides it; here is what speaks for whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from zoom_bridge.domain.attendance import Attendance, Match, Room, Stay, Visit, union
from zoom_bridge.domain.decision import Appearance, Decision, folded
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.likeness import alike
from zoom_bridge.domain.recognition import is_forgotten
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.suggestion import Register, Suggestion, Trace, meet

_NO_NAMES: Mapping[int, str] = {}


class DoubtKind(StrEnum):
    """UNKNOWN: a name or address that no registration bears. PHONE: a call. SHARED: a second name, unlike the first,
    in the room at the same time, and by all evidence the same person."""

    UNKNOWN = "unknown"
    PHONE = "phone"
    SHARED = "shared"


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """name and address as Zoom told them. holder: who they count as so far, and `beside` the other name that does, with
    its visits; with DoubtKind.SHARED only."""

    kind: DoubtKind
    appearances: tuple[Appearance, ...]
    name: str
    address: str
    visits: tuple[Visit, ...]
    holder: int | None = None
    beside: str = ""
    beside_visits: tuple[Visit, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()

    @property
    def key(self) -> tuple[int, str]:
        """The same as long as it is the same doubt, whatever else is told of it."""
        one = self.appearances[0]
        return (one.matched_id, one.name) if one.matched_id else (0, one.guest)

    @property
    def trace(self) -> Trace:
        return Trace(self.name, self.address, self.visits, self.kind is DoubtKind.PHONE, self.holder)

    def time_present(self, until: datetime) -> timedelta:
        return sum(((visit.left_at or until) - visit.joined_at for visit in self.visits), timedelta())


def doubts(event: Event, room: Room, people: Iterable[Registration], decisions: Iterable[Decision]) -> list[Doubt]:
    """What is still to be decided, with suggestions: what is clearest first, then who was there for longest."""
    list_of_people = list(people)
    register = Register(room, list_of_people)
    names = {person.id: person.name for person in list_of_people}
    found = [
        replace(one, suggestions=register.suggestions(one.trace)) for one in open_doubts(room, decisions, names)
    ]
    until = room.ended_at or event.ends_at
    return sorted(
        found,
        key=lambda one: (
            -max((suggestion.weight for suggestion in one.suggestions), default=0),
            -one.time_present(max(until, one.visits[-1].joined_at)),
            one.visits[0].joined_at,
            one.name,
        ),
    )


def open_doubts(
    room: Room, decisions: Iterable[Decision] = (), names: Mapping[int, str] = _NO_NAMES
) -> list[Doubt]:
    """The same without suggestions, which is quick however many there are, as they came in. The names of those who are
    registered tell which of several on one link is the other one; needed are those `with_several_names`."""
    decided = {decision.appearance for decision in decisions}
    found = [one for attendance in room.attendees for one in _of(attendance, names)]
    return [one for one in found if not decided.issuperset(one.appearances)]


def with_several_names(room: Room) -> list[int]:
    """On whose links there were several: of two, only the holder's own name tells which one is doubtful."""
    return [one.registration_id for one in room.attendees if one.registration_id and len(_shown(one)) > 1]


def _of(attendance: Attendance, names: Mapping[int, str]) -> Iterator[Doubt]:
    if attendance.registration_id is not None:
        yield from _shared(attendance, names.get(attendance.registration_id, ""))
    elif attendance.matched_by is None and _tells_who(attendance):
        guest = attendance.stays[0].guest
        yield Doubt(
            kind=DoubtKind.PHONE if attendance.by_phone else DoubtKind.UNKNOWN,
            appearances=_appearances(attendance.stays),
            name=attendance.name,
            address=guest if "@" in guest else "",
            visits=attendance.visits,
        )


def _tells_who(attendance: Attendance) -> bool:
    """Those whose time is up are nobody's business any more."""
    return not all(is_forgotten(stay) for stay in attendance.stays)


def _shared(attendance: Attendance, holder_name: str) -> Iterator[Doubt]:
    """Two unlike names at the same time by one link. Who is most like its holder is taken for them."""
    if len(_shown(attendance)) < 2:
        return  # nearly everybody
    by_name: dict[str, list[Stay]] = defaultdict(list)
    for stay in attendance.stays:
        if not stay.by_phone:
            by_name[folded(stay.name)].append(stay)
    decided = {name for name, stays in by_name.items() if all(one.matched_by is Match.DECISION for one in stays)}
    own = min(
        by_name, key=lambda name: (not alike(name, holder_name), name not in decided, _came(by_name[name]), name)
    )
    for name in sorted(by_name.keys() - decided - {own}):
        visits = union(by_name[name])
        at_once = any(meet(one, stay.visit) for one in visits for stay in by_name[own])
        if at_once and not alike(name, own):
            yield Doubt(
                kind=DoubtKind.SHARED,
                appearances=_appearances(by_name[name]),
                name=by_name[name][0].name,
                address="",
                visits=visits,
                holder=attendance.registration_id,
                beside=by_name[own][0].name,
                beside_visits=union(by_name[own]),
            )


def _shown(attendance: Attendance) -> set[str]:
    """The names under which somebody was there. That of a call is a number, or Zoom's own word for one."""
    return {stay.name for stay in attendance.stays if not stay.by_phone}


def _came(stays: Iterable[Stay]) -> datetime:
    return min(stay.visit.joined_at for stay in stays)


def _appearances(stays: Iterable[Stay]) -> tuple[Appearance, ...]:
    return tuple(dict.fromkeys(Appearance.of(stay, stay.matched_id) for stay in stays))
