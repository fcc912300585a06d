"""Attendance: that somebody was there, folded from what Zoom told us. A pure function of a set of sightings:
order, doubles and gaps in the telling do not change the result."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class Fact(StrEnum):
    """What a sighting says. STARTED, ENDED and PRACTICE concern the sitting as a whole; their participant is empty.
    PRACTICE: this sitting was the practice session, and who was in it does not count. BOUND: this stay, a telephone
    call, belongs to whoever has the stay `bound_to`."""

    JOINED = "joined"
    LEFT = "left"
    STARTED = "started"
    ENDED = "ended"
    PRACTICE = "practice"
    BOUND = "bound"


class Teller(StrEnum):
    """Who says so. Zoom's report after the end outranks its webhooks."""

    WEBHOOK = "webhook"
    REPORT = "report"


class Match(StrEnum):
    """By what a sighting was matched, best first. DECISION: a person said so, whatever the evidence. CUSTOMER_KEY: the
    key of our join link, which a page with Zoom's SDK can hand over. NAME: exactly one registration bears exactly this
    name. The last three are nobody's registration: they are in the room without being attendees."""

    DECISION = "decision"
    REGISTRANT_ID = "registrant_id"
    CUSTOMER_KEY = "customer_key"
    EMAIL = "email"
    NAME = "name"
    HOST = "host"
    PANELIST = "panelist"
    STAFF = "staff"


#: Who works here; they count as nobody's attendee, and as nobody unknown.
NOT_ATTENDEES = frozenset({Match.HOST, Match.PANELIST, Match.STAFF})


class Sighting(NamedTuple):
    """One join or leave, as Zoom told us. Its identity is (sitting, participant, fact, at, teller).

    sitting      uuid of one run of the webinar; a webinar started twice has two
    participant  Zoom's id of one stay: join and leave share it, a rejoin gets a new one
    guest        the address that Zoom told, or else the name: who it was where no registration matched
    name         as Zoom showed it
    registrant, email, customer_key   the evidence, as Zoom told it; "" where it did not
    bound_to     with Fact.BOUND, the participant whose call this is
    by_phone     this stay was a telephone call; only webhooks tell
    matched_id   no column: the registration that the evidence alone leads to, whatever was decided; 0: none
    """

    sitting: str
    participant: str
    fact: Fact
    at: datetime
    teller: Teller
    registration_id: int | None = None
    matched_by: Match | None = None
    guest: str = ""
    name: str = ""
    registrant: str = ""
    email: str = ""
    customer_key: str = ""
    bound_to: str = ""
    by_phone: bool = False
    matched_id: int = 0


class Visit(NamedTuple):
    """A span of time in the room. `left_at` is None while it lasts."""

    joined_at: datetime
    left_at: datetime | None


@dataclass(slots=True)
class Stay:
    """One stay on one device, from join to leave, and what says whose it is: the best of its sightings. Only `fold`
    changes it. A call that was bound to somebody is theirs; its `name` and `matched_id` stay its own."""

    participant: str
    sitting: str
    name: str
    guest: str
    registration_id: int | None
    matched_by: Match | None
    matched_id: int
    by_phone: bool
    joined_at: datetime
    left_at: datetime | None

    @property
    def visit(self) -> Visit:
        return Visit(self.joined_at, self.left_at)

    def learn(self, sighting: Sighting) -> None:
        """Whose it is, if this tells better."""
        if _worth(sighting) < _worth(self):
            self.name, self.guest, self.matched_id = sighting.name, sighting.guest, sighting.matched_id
            self.registration_id, self.matched_by = sighting.registration_id, sighting.matched_by


@dataclass(frozen=True)
class Attendance:
    """That somebody was there: their visits, merged where two devices overlapped, and the stays that those come from.
    `by_phone`: they only ever rang."""

    registration_id: int | None
    name: str
    visits: tuple[Visit, ...]
    matched_by: Match | None
    by_phone: bool = False
    stays: tuple[Stay, ...] = field(default=(), repr=False)

    @property
    def first_joined_at(self) -> datetime:
        return self.visits[0].joined_at

    @property
    def left_at(self) -> datetime | None:
        return self.visits[-1].left_at

    @property
    def present(self) -> bool:
        return self.visits[-1].left_at is None

    def time_present(self, now: datetime) -> timedelta:
        """Zoom's clock may be ahead of ours: who joins in the future has been there for no time yet."""
        spans = ((visit.left_at or max(now, visit.joined_at)) - visit.joined_at for visit in self.visits)
        return sum(spans, timedelta())


@dataclass(frozen=True)
class Room:
    """The whole of an event's attendance as far as it is known."""

    attendances: tuple[Attendance, ...]
    started_at: datetime | None
    ended_at: datetime | None
    final: bool

    @property
    def running(self) -> bool:
        return self.started_at is not None and self.ended_at is None

    @cached_property
    def attendees(self) -> tuple[Attendance, ...]:
        """Everybody but those who work here."""
        return tuple(one for one in self.attendances if one.matched_by not in NOT_ATTENDEES)

    @cached_property
    def curve(self) -> tuple[tuple[datetime, int], ...]:
        """How many attendees there are in the room from each instant on, where that changes."""
        changes: dict[datetime, int] = defaultdict(int)
        for one in self.attendees:
            for joined_at, left_at in one.visits:
                changes[joined_at] += 1
                if left_at:
                    changes[left_at] -= 1
        inside, told = 0, []
        for instant in sorted(changes):
            if changes[instant]:
                inside += changes[instant]
                told.append((instant, inside))
        return tuple(told)

    @property
    def peak(self) -> tuple[datetime, int] | None:
        """Since when as many attendees as never before or after were in the room, and how many."""
        return max(self.curve, key=lambda step: step[1], default=None)


def fold(sightings: Iterable[Sighting]) -> Room:
    """Compute who was there from everything that was said.

    0. A practice session is left out.
    1. In each sitting, the report replaces the webhooks' joins and leaves as soon as there is one.
    2. Join and leave of one participant make a stay; a join without a leave lasts until the sitting's end, at the
       latest until the webinar was started again.
    3. A call that was bound to somebody is a stay of theirs.
    4. The stays of one person are merged where they overlap, over all sittings.
    """
    sittings: dict[str, _Sitting] = defaultdict(_Sitting)
    for sighting in sightings:
        sittings[sighting.sitting].take(sighting)
    counted = {uuid: sitting for uuid, sitting in sittings.items() if not sitting.practice}
    starts = {uuid: sitting.started_at for uuid, sitting in counted.items()}
    ends: list[datetime | None] = []
    persons: dict[int | str, list[Stay]] = defaultdict(list)
    for uuid, sitting in counted.items():
        begun = starts[uuid]
        next_start = min((at for at in starts.values() if at and begun and at > begun), default=None)
        ended_at = sitting.ended_at or next_start
        # Of a sitting of which there is a report nobody can be in the room, whatever it leaves out.
        ends += [ended_at] if ended_at or not sitting.reported else []
        for stay in sitting.stays(ended_at):
            persons[stay.registration_id or stay.guest].append(stay)
    attendances = [_attendance(stays) for stays in persons.values()]
    return Room(
        tuple(sorted(attendances, key=lambda one: (one.first_joined_at, one.name, one.registration_id or 0))),
        min((at for at in starts.values() if at), default=None),
        None if None in ends else max((at for at in ends if at), default=None),
        bool(counted) and all(sitting.reported for sitting in counted.values()),
    )


#: Since when somebody is there whose join was not told.
_NOT_TOLD = datetime.max.replace(tzinfo=UTC)
#: The report tells of no telephones and may give a call another id; then it is the one of that name that began about
#: when the webhooks' did.
_ABOUT = timedelta(minutes=1)


class _Sitting:
    """What was told of one run of the webinar."""

    def __init__(self) -> None:
        self._whole: list[Sighting] = []
        self._bound: list[Sighting] = []
        self._told: dict[Teller, dict[str, Stay]] = {Teller.WEBHOOK: {}, Teller.REPORT: {}}

    def take(self, sighting: Sighting) -> None:
        """In whatever order and number they come."""
        sitting, participant, fact, at, teller, registration_id, match, guest, name, *_, by_phone, matched_id = (
            sighting
        )
        if fact is not Fact.JOINED and fact is not Fact.LEFT:
            (self._bound if fact is Fact.BOUND else self._whole).append(sighting)
            return
        told = self._told[teller]
        stay = told.get(participant)
        if stay is None:
            if participant:
                joined_at, left_at = (at, None) if fact is Fact.JOINED else (_NOT_TOLD, at)
                told[participant] = Stay(
                    participant,
                    sitting,
                    name,
                    guest,
                    registration_id,
                    match,
                    matched_id,
                    by_phone,
                    joined_at,
                    left_at,
                )
            return
        if fact is Fact.JOINED:
            stay.joined_at = min(stay.joined_at, at)
        else:
            stay.left_at = max(stay.left_at or at, at)
        stay.by_phone = stay.by_phone or by_phone
        if (
            registration_id != stay.registration_id
            or name != stay.name
            or guest != stay.guest
            or match is not stay.matched_by
            or matched_id != stay.matched_id
        ):
            stay.learn(sighting)

    @cached_property
    def practice(self) -> bool:
        """And no more than that: who comes after the practice is over has come to the webinar."""
        over = max((one.at for one in self._whole if one.fact is Fact.PRACTICE), default=_NOT_TOLD)
        return over is not _NOT_TOLD and not any(
            over < one.joined_at < _NOT_TOLD for one in self._counted.values()
        )

    @property
    def reported(self) -> bool:
        return bool(self._told[Teller.REPORT])

    @property
    def _counted(self) -> Mapping[str, Stay]:
        return self._told[Teller.REPORT if self.reported else Teller.WEBHOOK]

    @cached_property
    def started_at(self) -> datetime | None:
        """The webhook that says so may be lost: people in the room show that it began."""
        starts = (one.at for one in self._whole if one.fact is Fact.STARTED)
        joins = (stay.joined_at for stay in self._counted.values() if stay.joined_at is not _NOT_TOLD)
        return min(starts, default=None) or min(joins, default=None)

    @cached_property
    def ended_at(self) -> datetime | None:
        """The webhook that says so may be lost: a report shows that it is over."""
        ended_at = max((one.at for one in self._whole if one.fact is Fact.ENDED), default=None)
        if ended_at or not self.reported:
            return ended_at
        return max((stay.left_at for stay in self._counted.values() if stay.left_at), default=None)

    def stays(self, ended_at: datetime | None) -> Iterable[Stay]:
        owners = self._calls()
        for stay in self._counted.values():
            left_at = stay.left_at or ended_at
            if stay.joined_at is _NOT_TOLD:
                if left_at is None:
                    continue
                # That somebody was there is known, since when is not.
                stay.joined_at = left_at
            # Clocks differ: nobody leaves before they join.
            stay.left_at = max(left_at, stay.joined_at) if left_at else None
            if stay.participant in owners:
                stay = _bound(stay, owners[stay.participant])
            yield stay

    def _calls(self) -> dict[str, Stay]:
        """Mark what were telephone calls, and tell of those that were bound to somebody whose stay theirs is."""
        webhooks, counted = self._told[Teller.WEBHOOK], self._counted
        owners: dict[str, Stay] = {}
        rang = {stay.participant for stay in webhooks.values() if stay.by_phone}
        calls = set(rang)
        for bound in sorted(self._bound, key=lambda one: (one.at, one.participant, one.bound_to)):
            call, owner = bound.participant, bound.bound_to
            if owner in rang and call not in rang:
                call, owner = owner, call
            calls.add(call)
            if call in webhooks:
                webhooks[call].by_phone = True
            if whose := webhooks.get(owner) or counted.get(owner):
                owners[call] = whose
        if not self.reported:
            return owners
        reported = {call: told for call in calls if (told := self._as_reported(call))}
        for told in reported.values():
            told.by_phone = True
        return {told.participant: owners[call] for call, told in reported.items() if call in owners}

    def _as_reported(self, call: str) -> Stay | None:
        """How the report tells of a call that the webhooks told of."""
        reported, rang = self._counted, self._told[Teller.WEBHOOK].get(call)
        if call in reported or rang is None:
            return reported.get(call)
        like = (rang.registration_id, rang.guest, rang.name)
        apart = (
            (abs(stay.joined_at - rang.joined_at), participant)
            for participant, stay in reported.items()
            if (stay.registration_id, stay.guest, stay.name) == like and stay.joined_at is not _NOT_TOLD
        )
        nearest, participant = min(apart, default=(_ABOUT, ""))
        return reported[participant] if nearest < _ABOUT else None


def _bound(call: Stay, owner: Stay) -> Stay:
    """Unless somebody decided whose the call was. Of somebody who is not registered they share the name."""
    if call.matched_by is Match.DECISION:
        return call
    return replace(call, registration_id=owner.registration_id, matched_by=owner.matched_by, guest=owner.guest)


_RANK: dict[Match | None, int] = {match: rank for rank, match in enumerate(Match)} | {None: len(Match)}


def _worth(one: Sighting | Stay) -> tuple[object, ...]:
    """Sorts what tells best who somebody is first, and leaves nothing to chance: it is told in any order."""
    known = one.registration_id
    return (_RANK[one.matched_by], known is None, known or 0, not one.name, one.name, one.guest, one.matched_id)


def _attendance(stays: list[Stay]) -> Attendance:
    stays.sort(key=lambda stay: (stay.joined_at, stay.sitting, stay.participant))
    best = named = stays[0]
    by_phone = best.by_phone
    for stay in stays[1:]:
        # Most of them are alike.
        if stay.name != best.name or stay.matched_by is not best.matched_by or stay.by_phone is not best.by_phone:
            best = min(best, stay, key=_worth)
            # A telephone's name is its number.
            named = min(named, stay, key=lambda one: (one.by_phone, _worth(one)))
            by_phone = by_phone and stay.by_phone
    return Attendance(best.registration_id, named.name, union(stays), best.matched_by, by_phone, tuple(stays))


def union(stays: Iterable[Stay]) -> tuple[Visit, ...]:
    """Their times, those of two devices at once but once. In the order of joining."""
    merged: list[Visit] = []
    for stay in stays:
        last = merged[-1] if merged else None
        if last is None or (last.left_at is not None and stay.joined_at > last.left_at):
            merged.append(stay.visit)
        elif last.left_at is not None and (stay.left_at is None or stay.left_at > last.left_at):
            merged[-1] = Visit(last.joined_at, stay.left_at)
    return tuple(merged)
