"""Joins and leaves as Zoom told them. The reports that will correct them are in `reports.py`."""

from collections.abc import Iterable
from dataclasses import asdict, fields

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.attendance import Fact, Match, Sighting, Teller
from zoom_bridge.domain.registration import Registration
from zoom_bridge.store import tables

_TABLE = tables.sightings
_COLUMNS = [_TABLE.c[field.name] for field in fields(Sighting)]


def record(connection: Connection, event_id: int, sighting: Sighting) -> None:
    """A fact that is known already changes nothing."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(_TABLE)
        .values(event_id=event_id, **asdict(sighting))
        .on_conflict_do_nothing(index_elements=["sitting", "participant", "fact", "at", "teller"])
    )


def replace_report(connection: Connection, event_id: int, sitting: str, told: Iterable[Sighting]) -> None:
    """The newest report of a sitting is the one that counts."""
    connection.execute(delete(_TABLE).where(_TABLE.c.sitting == sitting, _TABLE.c.teller == Teller.REPORT))
    rows = {
        (sighting.participant, sighting.fact, sighting.at): {"event_id": event_id, **asdict(sighting)}
        for sighting in told
    }
    if rows:
        connection.execute(insert(_TABLE), list(rows.values()))


def list_for_event(connection: Connection, event_id: int) -> list[Sighting]:
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id).order_by(_TABLE.c.id)
    return [
        Sighting(
            sitting=row.sitting,
            participant=row.participant,
            fact=Fact(row.fact),
            at=row.at,
            teller=Teller(row.teller),
            registration_id=row.registration_id,
            matched_by=Match(row.matched_by) if row.matched_by else None,
            guest=row.guest,
            name=row.name,
            by_phone=row.by_phone,
        )
        for row in connection.execute(query)
    ]


def told_to_have_joined(connection: Connection, sitting: str) -> int:
    """How many stays the webhooks knew of: a report that knows fewer is not complete yet."""
    query = select(func.count(_TABLE.c.participant.distinct())).where(
        _TABLE.c.sitting == sitting, _TABLE.c.teller == Teller.WEBHOOK, _TABLE.c.participant != ""
    )
    return connection.execute(query).scalar_one()


def tells_who() -> ColumnElement[bool]:
    """Whether somebody can be told from a sighting. What forgetting leaves begins with "#"."""
    return (_TABLE.c.name != "") | ((_TABLE.c.guest != "") & ~_TABLE.c.guest.startswith("#"))


def recognise(connection: Connection, registration: Registration) -> None:
    """Whoever was seen as a guest under this address is this person."""
    connection.execute(
        update(_TABLE)
        .where(
            _TABLE.c.event_id == registration.event_id,
            _TABLE.c.registration_id.is_(None),
            func.lower(_TABLE.c.guest) == registration.email_key,
        )
        .values(registration_id=registration.id, matched_by=Match.EMAIL, guest="", name=registration.name)
    )


def forget_person(connection: Connection, registration_id: int) -> None:
    """Nobody can be told from these sightings any more; that one person was there, and when, stays for the counts."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.registration_id == registration_id)
        .values(name="", guest=f"#r{registration_id}", registration_id=None)
    )


def forget_guests(connection: Connection, event_id: int) -> None:
    """The same for those who were seen without a registration."""
    named = (_TABLE.c.event_id == event_id) & _TABLE.c.registration_id.is_(None) & tells_who()
    guests = connection.execute(select(_TABLE.c.guest).where(named).group_by(_TABLE.c.guest)).scalars().all()
    for guest in guests:
        first = select(func.min(_TABLE.c.id)).where(named, _TABLE.c.guest == guest)
        number = connection.execute(first).scalar_one()
        connection.execute(
            update(_TABLE).where(named, _TABLE.c.guest == guest).values(name="", guest=f"#g{number}")
        )
