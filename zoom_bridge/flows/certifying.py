"""Certify that somebody was there: by which rule, for whom, and taken back where it was not true. Certificates are
issued by a person's wish, never by themselves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.attendance import Room
from zoom_bridge.domain.certificate import (
    Candidate,
    Certificate,
    CertificateRule,
    candidates,
    hash_of,
    holder_of,
)
from zoom_bridge.domain.event import LANGUAGES, Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.refusals import ChangedMeanwhile, NotFound
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.turnout import presences
from zoom_bridge.flows import allowing, attending
from zoom_bridge.links import Links
from zoom_bridge.paper.certificate_sheet import Bearer, Issuer, sheet
from zoom_bridge.store import certificates, events, instances, outbox, pictures, registrations
from zoom_bridge.store.database import Database

#: So many people are written at a time.
_PORTION = 500


@dataclass(frozen=True)
class Roll:
    """Everybody of whom it was decided whether they get a certificate. settled: who was there will stay as it is. Before
    that, and before the event is over, none is issued: what was reported until then was a rehearsal, or another date."""

    rule: CertificateRule
    candidates: Sequence[Candidate]
    settled: bool

    @property
    def to_issue(self) -> list[Candidate]:
        return [one for one in self.candidates if one.to_issue]

    @property
    def to_replace(self) -> list[Candidate]:
        return [one for one in self.candidates if one.to_replace]

    @property
    def to_withdraw(self) -> list[Candidate]:
        return [one for one in self.candidates if one.to_withdraw]

    @property
    def holding(self) -> list[Candidate]:
        return [one for one in self.candidates if one.holds]


def call_roll(connection: Connection, links: Links, event: Event, room: Room) -> Roll:
    rule = certificates.rule_of(connection, event.id)
    people = registrations.list_for_event(connection, event.id)
    issued = certificates.last_of_each(connection, event.id)
    keys = {person.id: person.key for person in people}
    codes = {id_: links.certificate_code(keys[id_], one.issued_at) for id_, one in issued.items() if id_ in keys}
    found = candidates(rule, event, people, presences(event, room), issued, codes)
    return Roll(rule, found, attending.settled(connection, event, room))


def write_rule(db: Database, rule: CertificateRule) -> None:
    """Certificates that were issued before hold as they are; `issue` brings them in line."""
    with db.transaction() as connection:
        if events.hold(connection, rule.event_id) is None:
            raise NotFound
        certificates.keep_rule(connection, rule)


def issue(
    db: Database, links: Links, event_id: int, room: Room, now: datetime, registration_id: int | None = None
) -> int:
    """Bring the certificates in line with who was there, as `room` tells it: new ones for who has earned one, others in
    the place of those that say something else by now, and none any more for who has not. Each new one is written to its
    holder. With a registration, hers alone, also when hers was withdrawn. Returns how many were issued.

    Many people are many short transactions, so that others get to write as well. In each, who has another certificate
    than we have seen is left alone: twice is once."""
    with db.reading() as connection:
        event = events.find(connection, event_id)
        if event is None:
            raise NotFound
        roll = call_roll(connection, links, event, room)
    if not roll.settled or event.cancelled_at or not event.ends_at <= now < event.forget_at:
        raise ChangedMeanwhile
    concerned = [*roll.to_issue, *roll.to_replace, *roll.to_withdraw]
    if registration_id is not None:
        hers = [one for one in roll.candidates if one.person.id == registration_id and one.earned]
        concerned = [one for one in hers if one.stale or not one.holds]
    issued = 0
    for start in range(0, len(concerned), _PORTION):
        with db.transaction() as connection:
            issued += _bring_in_line(connection, links, event, concerned[start : start + _PORTION], now)
    return issued


def _bring_in_line(
    connection: Connection, links: Links, event: Event, concerned: Sequence[Candidate], now: datetime
) -> int:
    events.lock(connection, event.id)
    there = {person.id for person in registrations.list_some(connection, [one.person.id for one in concerned])}
    holding = certificates.holding(connection, there)
    seen = {one.person.id: one.certificate.id for one in concerned if one.certificate and one.holds}
    fresh = [
        one
        for one in concerned
        if one.person.id in there and holding.get(one.person.id) == seen.get(one.person.id)
    ]
    wanted = [one for one in fresh if one.earned]
    certificates.withdraw(connection, [seen[one.person.id] for one in fresh if one.holds], now)
    certificates.add(connection, [_row(links, event, one, now) for one in wanted])
    _write(connection, event, [one.person for one in wanted], now)
    return len(wanted)


def withdraw(db: Database, event_id: int, certificate_id: int, now: datetime) -> None:
    """It holds no more, and says so to whoever checks it. It is not issued again with the others."""
    with db.transaction() as connection:
        certificate = certificates.find(connection, certificate_id)
        if certificate is None or certificate.event_id != event_id:
            raise NotFound
        certificates.withdraw(connection, [certificate.id], now)


def look_up(
    db: Database, code: str, allowances: Iterable[Allowance], now: datetime, name: str = ""
) -> tuple[Certificate | None, bool]:
    """The certificate with this code, for somebody who typed it; and whether it was made out to this name. Raises
    TooManyRequests when they typed too often."""
    with db.transaction() as connection:
        allowing.spend(connection, allowances, now)
        found = certificates.find_by_hash(connection, hash_of(code))
    return found, bool(found and name and found.held_by(name, code))


def issuer(connection: Connection, event: Event) -> Issuer:
    """The event's host with their logo, or else the body that runs the service."""
    body = instances.get(connection)
    name, digest = (event.hosted_by, event.hosted_by_logo) if event.hosted_by else (body.name, body.logo)
    logo = pictures.find(connection, digest) if digest else None
    return Issuer(name, logo.data if logo else b"")


def code_of(links: Links, person: Registration, certificate: Certificate) -> str:
    return links.certificate_code(person.key, certificate.issued_at)


def may_be_shown(links: Links, event: Event, person: Registration, certificate: Certificate) -> bool:
    """Whether it can be printed as it was issued. Who is called otherwise now, or whose code we no longer make because
    the secret key is another one, needs a new one: so nobody passes theirs on by changing their name. So does everybody
    once the event has moved."""
    code = code_of(links, person, certificate)
    return certificate.is_of(event) and certificate.has_code(code) and certificate.held_by(person.name, code)


@dataclass(frozen=True)
class Printing:
    """All that the sheets of one event have in common. Printing needs no database."""

    event: Event
    rule: CertificateRule
    issuer: Issuer

    def sheet(self, links: Links, person: Registration, certificate: Certificate) -> bytes:
        code = code_of(links, person, certificate)
        bearer = Bearer(person.name, certificate.minutes, certificate.issued_at, code)
        return sheet(self.event, self.rule, self.issuer, bearer, certificate.language, links)

    def specimen(self, links: Links, name: str, language: str, now: datetime) -> bytes:
        return sheet(self.event, self.rule, self.issuer, Bearer(name, self.event.minutes, now), language, links)


def printing(connection: Connection, event: Event) -> Printing:
    return Printing(event, certificates.rule_of(connection, event.id), issuer(connection, event))


def _row(links: Links, event: Event, candidate: Candidate, now: datetime) -> dict[str, object]:
    person = candidate.person
    code = links.certificate_code(person.key, now)
    return {
        "event_id": event.id,
        "registration_id": person.id,
        "code_hash": hash_of(code),
        "holder": holder_of(person.name, code),
        "language": person.language if person.language in LANGUAGES else LANGUAGES[0],
        "minutes": candidate.minutes,
        "issued_at": now,
    }


def _write(connection: Connection, event: Event, people: Sequence[Registration], now: datetime) -> None:
    outbox.queue(
        connection,
        Kind.CERTIFICATE,
        [person.id for person in people if not person.by_phone_only],
        event_id=event.id,
        schedule_revision=event.schedule_revision,
        useful_until=useful_until(Kind.CERTIFICATE, event, now),
        now=now,
        occasion=f"{now.timestamp():.6f}",
    )
