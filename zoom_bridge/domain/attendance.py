"""Attendance: that somebody was there, folded from what Zoom told us. A pure function of a set of sightings:
order, doubles and gaps in the telling do not change the result."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Fact(StrEnum):
    """What a sighting says. STARTED, ENDED and PRACTICE concern the sitting as a whole; their participant is empty.
    PRACTICE: this sitting was the practice session, and who was in it does not count."""

    JOINED = "joined"
    LEFT = "left"
    STARTED = "started"
    ENDED = "ended"
    PRACTICE = "practice"


class Teller(StrEnum):
    """Who says so. Zoom's report after the end outranks its webhooks."""

    WEBHOOK = "webhook"
    REPORT = "report"


class Match(StrEnum):
    """By what a sighting was matched to a registration, best first. HOST is nobody's registration: the Zoom user the
    webinar belongs to is in the room without being an attendee."""

    REGISTRANT_ID = "registrant_id"
    EMAIL = "email"
    NAME = "name"
    HOST = "host"


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One join or leave, as Zoom told us. Its identity is (sitting, participant, fact, at).

    sitting      uuid of one run of the webinar; a webinar started twice has two
    participant  Zoom's id of one stay: join and leave share it, a rejoin gets a new one
    guest        who it was when no registration matched: the address, or else the name
    by_phone     this stay was a telephone call; only webhooks tell
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
    by_phone: bool = False


@dataclass(frozen=True)
class Visit:
    """One stay from join to leave. `left_at` is None while it lasts."""

    joined_at: datetime
    left_at: datetime | None


@dataclass(frozen=True)
class Attendance:
    """That somebody was there: their visits, merged where two devices overlapped. `by_phone`: they only ever rang."""

    registration_id: int | None
    name: str
    visits: tuple[Visit, ...]
    matched_by: Match | None
    by_phone: bool = False

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
        return sum(((visit.left_at or now) - visit.joined_at for visit in self.visits), timedelta())


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


def fold(sightings: Iterable[Sighting]) -> Room:
    """Compute who was there from everything that was said.

    0. A practice session is left out.
    1. In each sitting, the report replaces the webhooks' joins and leaves as soon as there is one.
    2. Join and leave of one participant make a visit; a join without a leave lasts until the sitting's end.
    3. Visits of one person are merged where they overlap, over all sittings.
    """
    sittings: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in set(sightings):
        sittings[sighting.sitting].append(sighting)

    counted = [facts for facts in sittings.values() if _first(facts, Fact.PRACTICE) is None]
    rang = {(s.sitting, s.participant) for facts in counted for s in facts if s.by_phone}
    stays: dict[tuple[int | None, str], list[tuple[Sighting, Visit]]] = defaultdict(list)
    starts, ends, running, final = [], [], False, bool(counted)
    for facts in counted:
        reported = any(s.teller is Teller.REPORT for s in facts)
        told = [s for s in facts if s.participant and (s.teller is Teller.REPORT) == reported]
        # The webhooks that say so may be lost: people in the room show that it began, a report that it is over.
        started_at = _first(facts, Fact.STARTED) or _first(told, Fact.JOINED)
        ended_at = _last(facts, Fact.ENDED) or (_last(told, Fact.LEFT) if reported else None)
        for sighting, visit in _visits(told, ended_at):
            person = (sighting.registration_id, "" if sighting.registration_id else sighting.guest)
            stays[person].append((sighting, visit))
        starts += [started_at] if started_at else []
        ends += [ended_at] if ended_at else []
        running = running or (ended_at is None and not reported)
        final = final and reported
    attendances = [_attendance(stay, rang) for stay in stays.values()]
    return Room(
        tuple(sorted(attendances, key=lambda a: (a.first_joined_at, a.name, a.registration_id or 0))),
        min(starts, default=None),
        None if running else max(ends, default=None),
        final,
    )


def _first(facts: Iterable[Sighting], fact: Fact) -> datetime | None:
    return min((s.at for s in facts if s.fact is fact), default=None)


def _last(facts: Iterable[Sighting], fact: Fact) -> datetime | None:
    return max((s.at for s in facts if s.fact is fact), default=None)


def _visits(told: list[Sighting], ended_at: datetime | None) -> Iterable[tuple[Sighting, Visit]]:
    by_participant: dict[str, list[Sighting]] = defaultdict(list)
    for sighting in told:
        by_participant[sighting.participant].append(sighting)
    for facts in by_participant.values():
        joined_at, left_at = _first(facts, Fact.JOINED), _last(facts, Fact.LEFT) or ended_at
        if joined_at is None:
            # Only the leave arrived so far: that somebody was there is known, since when is not.
            joined_at = left_at
        if joined_at is not None:
            yield min(facts, key=_worth), Visit(joined_at, max(left_at, joined_at) if left_at else None)


def _worth(sighting: Sighting) -> tuple[object, ...]:
    """Sorts what tells best who somebody is first, and leaves nothing to chance: sets have no order."""
    rank = list(Match).index(sighting.matched_by) if sighting.matched_by else len(Match)
    known = sighting.registration_id
    return (
        known is None,
        rank,
        sighting.fact,
        sighting.at,
        known or 0,
        not sighting.name,
        sighting.name,
        sighting.guest,
    )


def _attendance(stays: list[tuple[Sighting, Visit]], rang: set[tuple[str, str]]) -> Attendance:
    visits = sorted((visit for _, visit in stays), key=lambda visit: visit.joined_at)
    best = min((sighting for sighting, _ in stays), key=_worth)
    by_phone = all((sighting.sitting, sighting.participant) in rang for sighting, _ in stays)
    return Attendance(best.registration_id, best.name, _merged(visits), best.matched_by, by_phone)


def _merged(visits: list[Visit]) -> tuple[Visit, ...]:
    """The union of times: two devices at once are one person."""
    merged: list[Visit] = []
    for visit in visits:
        last = merged[-1] if merged else None
        if last is None or (last.left_at is not None and visit.joined_at > last.left_at):
            merged.append(visit)
        elif last.left_at is not None and (visit.left_at is None or visit.left_at > last.left_at):
            merged[-1] = Visit(last.joined_at, visit.left_at)
    return tuple(merged)
