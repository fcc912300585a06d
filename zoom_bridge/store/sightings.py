"""Joins and leaves as Zoom told them. The reports that will correct them are in `reports.py`."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Integer,
    String,
    bindparam,
    delete,
    func,
    insert,
    select,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.attendance import Fact, Match, Room, Sighting, Teller, fold
from zoom_bridge.domain.recognition import FORGOTTEN, recognised
from zoom_bridge.store import decisions, known_people, tables

_TABLE = tables.sightings
#: `matched_id` is no column: it is found on every look.
_COLUMNS = [_TABLE.c[name] for name in Sighting._fields if name != "matched_id"]
_FACTS = {str(fact): fact for fact in Fact}
_TELLERS = {str(teller): teller for teller in Teller}
_MATCHES = {str(match): match for match in Match}
#: What stands in a sighting before it tells who it is of; any will do where only that is asked.
_ANY = ("", "", Fact.JOINED, datetime.min.replace(tzinfo=UTC), Teller.WEBHOOK)
_NO_EVIDENCE = {"registrant": "", "email": "", "customer_key": ""}
_NONE = ("",) * 4
#: By which one is the same as another: the first of its fields.
_IDENTITY = Sighting._fields[: len(_ANY)]
#: `Sighting._make`, without counting the fields of each.
_sighting = partial(tuple.__new__, Sighting)

# Two statements, because of those who are proven, nearly all, the evidence need not be read.
_C = _TABLE.c
_TOLD = (
    _C.sitting, _C.participant, _C.fact, type_coerce(_C.at, String), _C.teller,
    _C.registration_id, _C.matched_by, _C.guest, _C.name, type_coerce(_C.by_phone, Integer),
)  # fmt: skip
_EVIDENCE = (_C.registrant, _C.email, _C.customer_key, _C.bound_to)
_OF_EVENT = _C.event_id == bindparam("event_id")
_PROVEN = select(*_TOLD).where(_OF_EVENT, _C.registration_id.is_not(None))
_UNPROVEN = select(*_TOLD, *_EVIDENCE).where(_OF_EVENT, _C.registration_id.is_(None))


def record(connection: Connection, event_id: int, *told: Sighting) -> None:
    """A fact that is known already changes nothing. In one order for all, who could otherwise wait for one another."""
    rows = [
        _row(event_id, one)
        for one in sorted(told, key=lambda one: (one.sitting, one.participant, one.fact, one.at))
    ]
    if rows:
        connection.execute(_adding(connection.dialect.name), rows)


@cache
def _adding(dialect: str) -> Executable:
    """Put together once, because on an evening there are thousands."""
    insert_into = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert_into(_TABLE).on_conflict_do_nothing(index_elements=_IDENTITY)


def replace_report(connection: Connection, event_id: int, sitting: str, told: Iterable[Sighting]) -> None:
    """The newest report of a sitting is the one that counts."""
    connection.execute(delete(_TABLE).where(_TABLE.c.sitting == sitting, _TABLE.c.teller == Teller.REPORT))
    rows = {(sighting.participant, sighting.fact, sighting.at): _row(event_id, sighting) for sighting in told}
    if rows:
        connection.execute(insert(_TABLE), list(rows.values()))


def room(connection: Connection, event_id: int) -> Room:
    """Who was there, as far as it is known now."""
    with _uncollected():
        return fold(_each(connection, event_id))


def list_for_event(connection: Connection, event_id: int) -> list[Sighting]:
    """As they are understood now. Who is proven comes without the evidence."""
    return list(_each(connection, event_id))


def _each(connection: Connection, event_id: int) -> Iterator[Sighting]:
    """On every look it is found anew who they are: so who registered late is recognised, a name that two people bear by
    now is nobody's any more, and what was decided holds as long as it stands. There are tens of thousands of them,
    which is why they are read as the database has them, and one by one."""
    decided = {one.appearance: one for one in decisions.list_for_event(connection, event_id)}
    everybody = cache(lambda: known_people.everybody(connection, event_id))

    @cache
    def understood(
        registration_id: int | None, matched_by: str | None, guest: str, name: str, by_phone: bool, *evidence: str
    ) -> Sequence[Any]:
        registrant, email, customer_key, bound_to = evidence or _NONE
        match = _MATCHES[matched_by] if matched_by else None
        seen = Sighting(
            *_ANY, registration_id, match, guest, name, registrant, email, customer_key, bound_to, bool(by_phone),
            registration_id or 0,
        )  # fmt: skip
        if decided or registration_id is None:
            seen = recognised(seen, everybody(), decided)
        return seen[len(_ANY) :]

    instants: dict[str | datetime, datetime] = {}
    for query in (_PROVEN, _UNPROVEN):
        for sitting, participant, fact, told_at, teller, *who in connection.execute(query, {"event_id": event_id}):
            at = instants.get(told_at)
            if at is None:
                at = instants[told_at] = _instant(told_at)
            yield _sighting((sitting, participant, _FACTS[fact], at, _TELLERS[teller], *understood(*who)))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Where tens of thousands of objects come into being that all stay, looking for garbage among them again and again
    would take a third of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _row(event_id: int, sighting: Sighting) -> dict[str, Any]:
    return {"event_id": event_id} | {column.name: getattr(sighting, column.name) for column in _COLUMNS}


def _instant(told: str | datetime) -> datetime:
    """What `columns.Instant` makes of it."""
    if isinstance(told, str):
        return datetime.fromisoformat(told).replace(tzinfo=UTC)
    return told.astimezone(UTC)


def told_to_have_joined(connection: Connection, sitting: str) -> int:
    """How many stays the webhooks knew of, or an earlier look at the report: one that knows fewer is not complete
    yet."""
    query = (
        select(func.count(_C.participant.distinct()))
        .where(_C.sitting == sitting, _C.participant != "", _C.fact.in_((Fact.JOINED, Fact.LEFT)))
        .group_by(_C.teller)
    )
    return max(connection.execute(query).scalars(), default=0)


def instants_reported(connection: Connection, sitting: str) -> set[tuple[str, datetime]]:
    """Who joined or left when, by the report as it was believed last."""
    query = select(_C.participant, _C.at).where(_C.sitting == sitting, _C.teller == Teller.REPORT)
    return {(row.participant, row.at) for row in connection.execute(query)}


def tells_who() -> ColumnElement[bool]:
    """Whether somebody can be told from a sighting. What forgetting leaves begins with "#"."""
    return (_TABLE.c.name != "") | ((_TABLE.c.guest != "") & ~_TABLE.c.guest.startswith(FORGOTTEN))


def keep_who_they_are(connection: Connection, event_id: int) -> None:
    """As it is understood now, for good: before the people and the decisions go by which it is found on every look."""
    query = select(_C.id, *(_C[name] for name in _IDENTITY), _C.registration_id, _C.matched_by, _C.guest)
    kept = {tuple(row[1:6]): row for row in connection.execute(query.where(_C.event_id == event_id))}
    for seen in list_for_event(connection, event_id):
        row = kept[tuple(seen[:5])]
        if not seen.participant or (seen.registration_id, seen.matched_by, seen.guest) == tuple(row[6:]):
            continue
        values = {"registration_id": seen.registration_id, "matched_by": seen.matched_by, "guest": seen.guest}
        if seen.matched_id and not seen.registration_id:
            # What was decided says that it is somebody else's.
            values |= _NO_EVIDENCE
        connection.execute(update(_TABLE).where(_C.id == row.id).values(**values))


def forget_person(connection: Connection, registration_id: int) -> None:
    """Nobody can be told from these sightings any more; that one person was there, and when, stays for the counts."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.registration_id == registration_id)
        .values(guest=f"{FORGOTTEN}r{registration_id}", registration_id=None, name="", **_NO_EVIDENCE)
    )


def forget_guests(connection: Connection, event_id: int) -> None:
    """The same for those who were seen without a registration."""
    named = (_TABLE.c.event_id == event_id) & _TABLE.c.registration_id.is_(None) & tells_who()
    guests = connection.execute(select(_TABLE.c.guest).where(named).group_by(_TABLE.c.guest)).scalars().all()
    for guest in guests:
        first = select(func.min(_TABLE.c.id)).where(named, _TABLE.c.guest == guest)
        number = connection.execute(first).scalar_one()
        connection.execute(
            update(_TABLE)
            .where(named, _TABLE.c.guest == guest)
            .values(guest=f"{FORGOTTEN}g{number}", name="", **_NO_EVIDENCE)
        )
