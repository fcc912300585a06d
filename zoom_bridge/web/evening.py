"""An event's attendance as one list: everybody with a place, whether they came or not, guests, and who works here. It is
counted, filtered and searched here; page and file are in `attendance_desk.py`."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from zoom_bridge.domain.attendance import NOT_ATTENDEES, Attendance, Match, Room, Visit
from zoom_bridge.domain.decision import Appearance
from zoom_bridge.domain.doubt import open_doubts
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.recognition import FORGOTTEN, is_forgotten
from zoom_bridge.domain.registration import email_key, insiders
from zoom_bridge.domain.turnout import Presence, Turnout, group, measure
from zoom_bridge.store import presences
from zoom_bridge.store.presences import Guest
from zoom_bridge.web import backstage, event_desk
from zoom_bridge.web.context import bridge, now


class Who(StrEnum):
    """Whom to list. The first four are the groups that are written to afterwards, of those with a place. GUESTS: there
    without a place. CLICKED: opened the join link and did not come. CREW: who works here; they are in no other."""

    ATTENDED = Turnout.ATTENDED
    LEFT_EARLY = Turnout.LEFT_EARLY
    ABSENT = Turnout.ABSENT
    PHONE = Turnout.PHONE
    INSIDE = "inside"
    LEFT = "left"
    CLICKED = "clicked"
    GUESTS = "guests"
    DOUBTFUL = "doubtful"
    CREW = "crew"


class Line(NamedTuple):
    """Somebody. person: empty for guests and for those who work here. attendance and presence: empty for those who did
    not come. called: their name, last name first, for putting them in order."""

    person: Guest | None
    attendance: Attendance | None
    presence: Presence | None
    groups: tuple[Who, ...]
    called: tuple[str, str]

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.attendance.name if self.attendance else ""

    @property
    def address(self) -> str:
        """Theirs, or the one that Zoom told of a guest."""
        if self.person:
            return self.person.email
        return self.guest if "@" in self.guest else ""

    @property
    def guest(self) -> str:
        return self.attendance.stays[0].guest if self.attendance and self.attendance.stays else ""

    @property
    def forgotten(self) -> bool:
        """Their data was erased; that one person was there stays."""
        return self.attendance is not None and any(map(is_forgotten, self.attendance.stays[:1]))

    @property
    def visits(self) -> tuple[Visit, ...]:
        return self.attendance.visits if self.attendance else ()

    @property
    def evidence(self) -> list[Match]:
        """By what they were recognised, best first: each of their stays may have its own."""
        found = {stay.matched_by for stay in self.attendance.stays} if self.attendance else set()
        return [match for match in Match if match in found]


@dataclass(frozen=True)
class Evening:
    event: Event
    room: Room
    people: Sequence[Guest]
    now: datetime

    @cached_property
    def lines(self) -> list[Line]:
        """Everybody, by name; who has none any more comes last."""
        with event_desk.undisturbed():
            return sorted(self._lines(), key=lambda line: (not any(line.called), line.called))

    @cached_property
    def counts(self) -> Counter[Who]:
        return Counter(who for line in self.lines for who in line.groups)

    @property
    def attended(self) -> int:
        return len(self.room.attendees)

    @property
    def seats(self) -> int:
        return sum(person.active for person in self.people)

    @property
    def crew(self) -> list[Line]:
        return self.find(Who.CREW)

    @property
    def span(self) -> tuple[datetime, datetime]:
        """What a picture of somebody's time shows: the planned time and all that the webinar ran."""
        begins = min(self.event.starts_at, self.room.started_at or self.event.starts_at)
        ends = max(self.event.ends_at, self.room.ended_at or self.event.ends_at)
        return begins, max(ends, self.now) if self.room.running else ends

    def find(self, who: Who | None = None, search: str = "") -> list[Line]:
        """Those of one group, or all attendees and those who did not come; `search` is looked for in name and
        address."""
        wanted = search.casefold()
        return [
            line
            for line in self.lines
            if (who in line.groups if who else Who.CREW not in line.groups)
            and (not wanted or wanted in f"{line.name}\n{line.address}".casefold())
        ]

    def _lines(self) -> Iterator[Line]:
        of = measure(self.event, self.room, self.now if self.room.running else None)
        there = {one.registration_id: one for one in self.room.attendees if one.registration_id}
        doubtful_links, doubtful = self._doubtful
        for person in self.people:
            attendance = there.pop(person.id, None)
            if attendance is None and not person.active:
                continue
            presence = of(attendance) if attendance else None
            groups = self._groups(person, attendance, presence, placed=person.active)
            if person.id in doubtful_links:
                groups += (Who.DOUBTFUL,)
            yield Line(
                person, attendance, presence, groups, (person.last_name.casefold(), person.first_name.casefold())
            )
        for one in self.room.attendances:
            if one.registration_id and one.registration_id not in there:
                continue  # listed above
            line = Line(None, one, of(one), (), (one.name.casefold(), ""))
            if one.matched_by in NOT_ATTENDEES:
                yield line._replace(groups=(Who.CREW,))
                continue
            groups = self._groups(
                None, one, line.presence, placed=line.forgotten and line.guest.startswith(f"{FORGOTTEN}r")
            )
            unsure = any(Appearance.of(stay) in doubtful for stay in one.stays[:1])
            yield line._replace(groups=(*groups, Who.DOUBTFUL) if unsure else groups)

    def _groups(
        self, person: Guest | None, attendance: Attendance | None, presence: Presence | None, *, placed: bool
    ) -> tuple[Who, ...]:
        groups: list[Who] = []
        if self.room.running and attendance:
            groups.append(Who.INSIDE if attendance.present else Who.LEFT)
        if not placed:
            return (*groups, Who.GUESTS)
        if self.room.attendances:
            turnout = group(presence, by_phone_only=person is not None and not person.email)
            missed = turnout is Turnout.ABSENT and not self._works_here(person)
            if missed or turnout is Turnout.PHONE or (presence and not self.room.running):
                groups.append(Who(turnout))
        if attendance is None and person and person.first_clicked_at:
            groups.append(Who.CLICKED)
        return tuple(groups)

    def _works_here(self, person: Guest | None) -> bool:
        """Host or panel, who come in by links of their own: as attendees they were not missed."""
        return person is not None and email_key(person.email) in self._insiders

    @cached_property
    def _insiders(self) -> set[str]:
        return insiders(self.event)

    @property
    def _doubtful(self) -> tuple[set[int | None], set[Appearance]]:
        """Whose join link, and which guests, somebody has still to decide about."""
        open_ones = open_doubts(self.room, names={person.id: person.name for person in self.people})
        return {doubt.holder for doubt in open_ones}, {one for doubt in open_ones for one in doubt.appearances}


def evening_of(event_id: int) -> Evening:
    room = event_desk.room_of(event_id)
    with bridge().db.reading() as connection:
        return Evening(
            backstage.get_event(connection, event_id),
            room,
            presences.everybody(connection, event_id),
            now(),
        )
