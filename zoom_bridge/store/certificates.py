"""Certificates and the rules that they are issued by."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.certificate import Certificate, CertificateRule
from zoom_bridge.domain.message import Kind, Skip
from zoom_bridge.store import evening_tables, outbox, tables

_RULES = evening_tables.certificate_rules
_TABLE = evening_tables.certificates
_COLUMNS = [_TABLE.c[field.name] for field in fields(Certificate)]
_M = tables.messages
_LETTERS = (_M.c.kind == Kind.CERTIFICATE, outbox.NO_TEST)


@dataclass(frozen=True)
class Letters:
    """How many of an event's letters with a certificate stand where."""

    waiting: int = 0
    sent: int = 0
    gave_up: int = 0


def rule_of(connection: Connection, event_id: int) -> CertificateRule:
    """The usual one where nobody wrote another."""
    names = [_RULES.c[field.name] for field in fields(CertificateRule)]
    row = connection.execute(select(*names).where(_RULES.c.event_id == event_id)).mappings().first()
    return CertificateRule(**row) if row else CertificateRule(event_id=event_id)


def keep_rule(connection: Connection, rule: CertificateRule) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = asdict(rule)
    connection.execute(
        dialect.insert(_RULES).values(values).on_conflict_do_update(index_elements=["event_id"], set_=values)
    )


def add(connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(_TABLE), rows)


def withdraw(connection: Connection, ids: Iterable[int], now: datetime) -> None:
    """They hold no more, and letters with them that wait leave no more."""
    for id_ in ids:
        found = connection.execute(
            update(_TABLE)
            .where(_TABLE.c.id == id_, _TABLE.c.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
            .returning(_TABLE.c.registration_id)
        ).scalar_one_or_none()
        if found is not None:
            connection.execute(
                update(_M)
                .where(_M.c.registration_id == found, *_LETTERS)
                .where(_M.c.sent_at.is_(None), _M.c.skipped_at.is_(None), _M.c.claim.is_(None))
                .values(
                    skipped_at=now,
                    skip_reason=Skip.SUPERSEDED,
                    due_at=None,
                    held_at=None,
                    gave_up_at=None,
                    last_error=None,
                )
            )


def find(connection: Connection, certificate_id: int) -> Certificate | None:
    return _read(connection, _TABLE.c.id == certificate_id)


def find_by_hash(connection: Connection, code_hash: str) -> Certificate | None:
    return _read(connection, _TABLE.c.code_hash == code_hash)


def find_holding(connection: Connection, registration_id: int) -> Certificate | None:
    """The one that somebody has and that holds."""
    return _read(connection, (_TABLE.c.registration_id == registration_id) & _TABLE.c.withdrawn_at.is_(None))


def holding(connection: Connection, registration_ids: Iterable[int]) -> dict[int, int]:
    """Registration → number of the certificate that holds, of those who have one."""
    query = select(_TABLE.c.registration_id, _TABLE.c.id).where(
        _TABLE.c.registration_id.in_(list(registration_ids)), _TABLE.c.withdrawn_at.is_(None)
    )
    return {row.registration_id: row.id for row in connection.execute(query)}


def last_of_each(connection: Connection, event_id: int) -> dict[int, Certificate]:
    """By registration: the one that holds, or else the last; without those of people who were forgotten."""
    query = (
        select(*_COLUMNS)
        .where(_TABLE.c.event_id == event_id, _TABLE.c.registration_id.is_not(None))
        .order_by(_TABLE.c.withdrawn_at.is_(None), _TABLE.c.id)
    )
    found = (Certificate(**row) for row in connection.execute(query).mappings())
    return {one.registration_id: one for one in found if one.registration_id is not None}


def list_of(connection: Connection, registration_id: int) -> list[Certificate]:
    """All that one person got, the oldest first."""
    query = select(*_COLUMNS).where(_TABLE.c.registration_id == registration_id).order_by(_TABLE.c.id)
    return [Certificate(**row) for row in connection.execute(query).mappings()]


def count_holding(connection: Connection, event_id: int) -> int:
    """How many hold, of people who were forgotten as well."""
    holding = (_TABLE.c.event_id == event_id, _TABLE.c.withdrawn_at.is_(None))
    return int(connection.execute(select(func.count()).where(*holding)).scalar_one())


def letters(connection: Connection, event_id: int) -> Letters:
    waits = (_M.c.sent_at.is_(None), _M.c.skipped_at.is_(None), _M.c.gave_up_at.is_(None))
    query = select(
        func.count(case((waits[0] & waits[1] & waits[2], 1))),
        func.count(_M.c.sent_at),
        func.count(_M.c.gave_up_at),
    ).where(_M.c.event_id == event_id, *_LETTERS)
    return Letters(*connection.execute(query).one())


def _read(connection: Connection, where: Any) -> Certificate | None:
    row = connection.execute(select(*_COLUMNS).where(where)).mappings().first()
    return Certificate(**row) if row else None
