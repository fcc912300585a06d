"""What organisers decided of those in the room whom the evidence alone does not name."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.decision import Appearance, Decision, Verdict
from zoom_bridge.store import evening_tables

_TABLE = evening_tables.decisions
_COLUMNS = [_TABLE.c[field.name] for field in fields(Decision)]


def find(connection: Connection, event_id: int, appearance: Appearance) -> Decision | None:
    row = connection.execute(select(*_COLUMNS).where(_about(event_id, appearance))).mappings().first()
    return _decision(row) if row else None


def find_by_id(connection: Connection, decision_id: int) -> Decision | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == decision_id)).mappings().first()
    return _decision(row) if row else None


def list_for_event(connection: Connection, event_id: int) -> list[Decision]:
    """The newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id)
    rows = connection.execute(query.order_by(_TABLE.c.decided_at.desc(), _TABLE.c.id.desc())).mappings()
    return [_decision(row) for row in rows]


def list_for_person(connection: Connection, registration_id: int) -> list[Decision]:
    """Those that say that somebody in the room was this person, the oldest first."""
    query = select(*_COLUMNS).where(_TABLE.c.registration_id == registration_id).order_by(_TABLE.c.id)
    return [_decision(row) for row in connection.execute(query).mappings()]


def put(
    connection: Connection,
    event_id: int,
    appearance: Appearance,
    verdict: Verdict,
    registration_id: int | None,
    organiser_id: int | None,
    now: datetime,
) -> Decision:
    """One decision for each appearance: the newest replaces what was decided before."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    decided = {
        "verdict": verdict,
        "registration_id": registration_id,
        "decided_by": organiser_id,
        "decided_at": now,
    }
    about = {"matched_id": appearance.matched_id, "guest": appearance.guest, "name": appearance.name}
    statement = (
        dialect.insert(_TABLE)
        .values(event_id=event_id, **about, **decided)
        .on_conflict_do_update(index_elements=["event_id", *about], set_=decided)
        .returning(*_COLUMNS)
    )
    return _decision(connection.execute(statement).mappings().one())


def remove(connection: Connection, decision_id: int) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.id == decision_id))


def forget(connection: Connection, event_id: int) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.event_id == event_id))


def _about(event_id: int, appearance: Appearance) -> ColumnElement[bool]:
    return and_(
        _TABLE.c.event_id == event_id,
        _TABLE.c.matched_id == appearance.matched_id,
        _TABLE.c.guest == appearance.guest,
        _TABLE.c.name == appearance.name,
    )


def _decision(row: RowMapping) -> Decision:
    values: dict[str, Any] = dict(row)
    return Decision(**values | {"verdict": Verdict(values["verdict"])})
