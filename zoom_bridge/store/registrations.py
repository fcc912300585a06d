"""Registrations and their twins at Zoom."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Select,
    and_,
    bindparam,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy import delete as delete_from
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.registration import Registration, is_alias
from zoom_bridge.store import tables

_TABLE = tables.registrations
_COLUMNS = [_TABLE.c[field.name] for field in fields(Registration)]
_SEATED = (_TABLE.c.confirmed_at.is_not(None), _TABLE.c.cancelled_at.is_(None))
#: On the waiting list: without a seat, but not without having confirmed.
WAITING = (_TABLE.c.waiting_since.is_not(None), _TABLE.c.confirmed_at.is_(None), _TABLE.c.cancelled_at.is_(None))
_HAS_ADDRESS = _TABLE.c.email != ""


def _where(*names: str) -> Select[Any]:
    return select(*_COLUMNS).where(*(_TABLE.c[name] == bindparam(name) for name in names))


# Put together once: what is done for every visitor should not cost building the same statement anew.
_BY_ID = _where("id")
_BY_KEY = _where("key")
_BY_EMAIL = _where("event_id", "email_key")
_BY_ALIAS = _where("event_id", "zoom_email")
_BY_REGISTRANT = _where("event_id", "registrant_id")
_SEATS_TAKEN = select(func.count()).select_from(_TABLE).where(_TABLE.c.event_id == bindparam("event_id"), *_SEATED)
_IN_LINE = (
    select(*_COLUMNS)
    .where(_TABLE.c.event_id == bindparam("event_id"), *WAITING)
    .order_by(_TABLE.c.waiting_since, _TABLE.c.id)
)
_CHANGING = update(_TABLE).where(_TABLE.c.id == bindparam("changed_id"))


def find(connection: Connection, registration_id: int) -> Registration | None:
    return _read(connection, _BY_ID, id=registration_id)


def find_by_key(connection: Connection, key: str) -> Registration | None:
    return _read(connection, _BY_KEY, key=key)


def find_by_email(connection: Connection, event_id: int, email_key: str) -> Registration | None:
    return _read(connection, _BY_EMAIL, event_id=event_id, email_key=email_key)


def find_by_address(connection: Connection, event_id: int, address_key: str) -> Registration | None:
    """Whom Zoom means by an address: their own, or the alias that they take part under."""
    found = find_by_email(connection, event_id, address_key)
    if found or not is_alias(address_key):
        return found
    return _read(connection, _BY_ALIAS, event_id=event_id, zoom_email=address_key)


def find_by_registrant(connection: Connection, event_id: int, registrant_id: str) -> Registration | None:
    return _read(connection, _BY_REGISTRANT, event_id=event_id, registrant_id=registrant_id)


def lock(connection: Connection, registration: Registration | None) -> Registration | None:
    """The registration as it is now, for somebody who changes it: nobody else does until the end of the
    transaction. Who holds the event as well takes that first."""
    if registration is None or connection.dialect.name == "sqlite":
        return registration  # one writer at a time
    query = select(*_COLUMNS).where(_TABLE.c.id == registration.id)
    return _read(connection, query.with_for_update(key_share=True))


def list_some(connection: Connection, ids: Sequence[int]) -> list[Registration]:
    return _many(connection, _TABLE.c.id.in_(ids))


def list_for_event(connection: Connection, event_id: int) -> list[Registration]:
    """By name."""
    return _many(connection, _TABLE.c.event_id == event_id, _TABLE.c.last_name, _TABLE.c.first_name, _TABLE.c.id)


def list_by_name(
    connection: Connection, event_id: int, behind: Registration | None, limit: int
) -> list[Registration]:
    """So many of an event's people, by name, behind that one: for lists that are too long to be held at once."""
    by_name = (_TABLE.c.last_name, _TABLE.c.first_name, _TABLE.c.id)
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id).order_by(*by_name).limit(limit)
    if behind:
        place = (literal(behind.last_name), literal(behind.first_name), literal(behind.id))
        query = query.where(tuple_(*by_name) > tuple_(*place))
    return [Registration(**row) for row in connection.execute(query).mappings()]


def seats_taken(connection: Connection, event_id: int) -> int:
    return int(connection.execute(_SEATS_TAKEN, {"event_id": event_id}).scalar_one())


def seats_taken_of(connection: Connection, event_ids: Sequence[int]) -> dict[int, int]:
    """Of several events in one go; those where no seat is taken are not in it."""
    query = select(_TABLE.c.event_id, func.count()).where(_TABLE.c.event_id.in_(event_ids), *_SEATED)
    return {event_id: taken for event_id, taken in connection.execute(query.group_by(_TABLE.c.event_id))}  # noqa: C416 (rows are no pairs to mypy)


def next_in_line(connection: Connection, event_id: int, limit: int | None) -> list[Registration]:
    """The first on the waiting list, locked; without a limit all of them."""
    query = _IN_LINE.limit(limit).with_for_update(key_share=True)
    return [Registration(**row) for row in connection.execute(query, {"event_id": event_id}).mappings()]


def number_in_line(connection: Connection, registration: Registration) -> int:
    """1 for whoever gets the next seat."""
    earlier = tuple_(_TABLE.c.waiting_since, _TABLE.c.id) <= tuple_(
        literal(registration.waiting_since, _TABLE.c.waiting_since.type), literal(registration.id)
    )
    query = select(func.count()).select_from(_TABLE).where(_TABLE.c.event_id == registration.event_id, *WAITING)
    return int(connection.execute(query.where(earlier)).scalar_one())


def add(connection: Connection, **values: Any) -> Registration | None:
    """Keep a new registration; None when this address has one at this event already."""
    return _read(connection, _adding(connection.dialect.name), **values)


def change(connection: Connection, registration_id: int, **values: Any) -> None:
    connection.execute(_CHANGING, {"changed_id": registration_id, **values})


def tell_zoom(connection: Connection, registration: Registration, now: datetime, **values: Any) -> None:
    """Change the registration and make it due for sync: one revision more than Zoom knows. Of a caller without an
    address Zoom is told nothing."""
    revision = registration.revision + 1
    work = (
        {"synced_revision": revision}
        if registration.by_phone_only
        else {"due_at": now, "attempts": 0, "gave_up_at": None}
    )
    change(connection, registration.id, **values, revision=revision, **work)


def make_due(connection: Connection, event_id: int, now: datetime) -> None:
    """Everybody whom Zoom does not know as they are now is tried again at once."""
    behind = _in_order((_TABLE.c.event_id == event_id) & (_TABLE.c.synced_revision < _TABLE.c.revision))
    connection.execute(update(_TABLE).where(behind).values(due_at=now, attempts=0, gave_up_at=None))


def forget_twins(connection: Connection, event_id: int, now: datetime) -> None:
    """The webinar is gone and another will be made: who has a seat has to be brought there, of all others it need
    not know."""
    connection.execute(
        update(_TABLE)
        .where(_in_order(_TABLE.c.event_id == event_id))
        .values(
            registrant_id=None,
            join_url=None,
            asked_zoom_at=None,
            synced_revision=_TABLE.c.revision,
            synced_at=None,
            due_at=None,
            attempts=0,
            last_error=None,
            gave_up_at=None,
        )
    )
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.event_id == event_id, _HAS_ADDRESS, *_SEATED)
        .values(due_at=now, revision=_TABLE.c.revision + 1)
    )


def mark_asked(connection: Connection, ids: Iterable[int], now: datetime | None) -> None:
    """An add of these people is under way (or, with None, it is known how it ended)."""
    connection.execute(update(_TABLE).where(_TABLE.c.id.in_(list(ids))).values(asked_zoom_at=now))


def letters_to_all(connection: Connection, event_id: int) -> int:
    """How many letters a letter to everybody with a seat, or on the waiting list, is."""
    reached = and_(*_SEATED) | and_(*WAITING)
    query = select(func.count()).select_from(_TABLE).where(_TABLE.c.event_id == event_id, _HAS_ADDRESS, reached)
    return int(connection.execute(query).scalar_one())


def confirmed_ids(connection: Connection, event_id: int, before: datetime) -> Sequence[int]:
    """Whom a letter to all reaches: who has a seat, had it by then, and has an address."""
    query = select(_TABLE.c.id).where(
        _TABLE.c.event_id == event_id, _TABLE.c.confirmed_at <= before, _HAS_ADDRESS, *_SEATED
    )
    return connection.execute(query).scalars().all()


def waiting_ids(connection: Connection, event_id: int) -> Sequence[int]:
    query = select(_TABLE.c.id).where(_TABLE.c.event_id == event_id, _HAS_ADDRESS, *WAITING)
    return connection.execute(query.order_by(_TABLE.c.waiting_since, _TABLE.c.id)).scalars().all()


def delete(connection: Connection, registration_id: int) -> None:
    """Their letters go with them; what was seen of them stays without a name (`sightings.forget_person`)."""
    connection.execute(delete_from(_TABLE).where(_TABLE.c.id == registration_id))


def delete_unconfirmed(connection: Connection, now: datetime) -> int:
    """Who never pressed the button in the letter. Whoever waits for approval at Zoom, or for a seat, is not among them,
    nor anybody of whom Zoom may still know."""
    gone = connection.execute(
        delete_from(_TABLE).where(
            _TABLE.c.confirmed_at.is_(None),
            _TABLE.c.waiting_since.is_(None),
            _TABLE.c.confirm_by < now,
            _TABLE.c.registrant_id.is_(None),
            _TABLE.c.asked_zoom_at.is_(None),
        )
    )
    return gone.rowcount


def forget_needs(connection: Connection, ended_before: datetime) -> int:
    """What people need to take part, and what they want to know of the panel, is of use until the event is over.
    Returns of how many people it went."""
    over = select(tables.events.c.id).where(tables.events.c.ends_at <= ended_before)
    told = (_TABLE.c.needs != "") | (_TABLE.c.asks != "")
    emptied = update(_TABLE).where(_in_order(_TABLE.c.event_id.in_(over) & told)).values(needs="", asks="")
    return connection.execute(emptied).rowcount


@cache
def _adding(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(_TABLE).on_conflict_do_nothing(index_elements=["event_id", "email_key"]).returning(*_COLUMNS)


def _read(connection: Connection, query: Executable, **values: Any) -> Registration | None:
    row = connection.execute(query, values).mappings().first()
    return Registration(**row) if row else None


def _in_order(where: ColumnElement[bool]) -> ColumnElement[bool]:
    """These rows, locked by id: whoever changes several at once does it in the same order, so nobody waits in a
    circle."""
    return _TABLE.c.id.in_(select(_TABLE.c.id).where(where).order_by(_TABLE.c.id).with_for_update(key_share=True))


def _many(connection: Connection, where: ColumnElement[bool], *order: Any) -> list[Registration]:
    rows = connection.execute(select(*_COLUMNS).where(where).order_by(*(order or (_TABLE.c.id,)))).mappings()
    return [Registration(**row) for row in rows]
