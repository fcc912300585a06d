"""Circulars: written, sent, stopped; and how far their letters are."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, case, delete, func, insert, select, update

from zoom_bridge.domain.circular import Circular
from zoom_bridge.domain.message import Skip
from zoom_bridge.store import mail_tables, outbox, tables

_TABLE = mail_tables.circulars
_COLUMNS = [_TABLE.c[field.name] for field in fields(Circular)]
_M = tables.messages
_BY_ID = select(*_COLUMNS).where(_TABLE.c.id == bindparam("id"))
#: How many letters are looked at to measure how fast they leave.
_RECENT = 500


@dataclass(frozen=True)
class Progress:
    """How far a circular's letters are. `reasons`: (why not sent, how many); held letters wait for an owner's word."""

    waiting: int = 0
    sent: int = 0
    gave_up: int = 0
    held: int = 0
    last_error: str | None = None
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def skipped(self) -> int:
        return sum(n for _, n in self.reasons)

    @property
    def all(self) -> int:
        return self.waiting + self.sent + self.gave_up + self.held + self.skipped


def add(connection: Connection, **values: Any) -> int:
    added: int = connection.execute(insert(_TABLE).values(values).returning(_TABLE.c.id)).scalar_one()
    return added


def change(connection: Connection, circular_id: int, **values: Any) -> None:
    connection.execute(update(_TABLE).where(_TABLE.c.id == circular_id).values(values))


def remove(connection: Connection, circular_id: int) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.id == circular_id))


def find(connection: Connection, circular_id: int) -> Circular | None:
    row = connection.execute(_BY_ID, {"id": circular_id}).mappings().one_or_none()
    return Circular(**row) if row else None


def list_for_event(connection: Connection, event_id: int) -> list[Circular]:
    """The newest first."""
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id).order_by(_TABLE.c.id.desc())
    return [Circular(**row) for row in connection.execute(query).mappings()]


def stop_letters(connection: Connection, circular_id: int, now: datetime) -> None:
    """What waits leaves no more. A letter that a sender has in hand is left to it: it looks whether the circular was
    stopped right before the letter leaves, and only it knows whether that was in time."""
    connection.execute(
        update(_M)
        .where(
            _M.c.circular_id == circular_id,
            outbox.NO_TEST,
            _M.c.sent_at.is_(None),
            _M.c.skipped_at.is_(None),
            _M.c.claim.is_(None),
        )
        .values(
            skipped_at=now,
            skip_reason=Skip.STOPPED,
            due_at=None,
            held_at=None,
            gave_up_at=None,
            last_error=None,
        )
    )


def progress(connection: Connection, circular_ids: Sequence[int]) -> dict[int, Progress]:
    """Of several circulars in one go; those without letters are not in it."""

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    where = (_M.c.circular_id.in_(circular_ids), outbox.NO_TEST)
    counts = connection.execute(
        select(
            _M.c.circular_id,
            count(_M.c.due_at.is_not(None)).label("waiting"),
            count(_M.c.sent_at.is_not(None)).label("sent"),
            count(_M.c.gave_up_at.is_not(None)).label("gave_up"),
            count(_M.c.held_at.is_not(None) & _M.c.sent_at.is_(None) & _M.c.due_at.is_(None)).label("held"),
            func.max(case((_M.c.due_at.is_not(None), _M.c.last_error))).label("last_error"),
        )
        .where(*where)
        .group_by(_M.c.circular_id)
    )
    skipped: dict[int, list[tuple[str, int]]] = {}
    for circular_id, reason, n in connection.execute(
        select(_M.c.circular_id, _M.c.skip_reason, func.count())
        .where(*where, _M.c.skipped_at.is_not(None))
        .group_by(_M.c.circular_id, _M.c.skip_reason)
        .order_by(_M.c.circular_id, _M.c.skip_reason)
    ):
        skipped.setdefault(circular_id, []).append((reason, n))
    found = {}
    for row in counts.mappings():
        values = dict(row)
        circular_id = values.pop("circular_id")
        found[circular_id] = Progress(**values, reasons=tuple(skipped.get(circular_id, ())))
    return found


def letters_ahead(connection: Connection, now: datetime) -> int:
    """How many letters are due now: they leave before any that is written now."""
    query = select(func.count()).select_from(_M).where(_M.c.due_at <= now)
    return int(connection.execute(query).scalar_one())


def recently_sent(connection: Connection) -> list[datetime]:
    """When the newest letters were handed over, in order."""
    newest = select(_M.c.sent_at).where(_M.c.sent_at.is_not(None)).order_by(_M.c.id.desc()).limit(_RECENT)
    return sorted(connection.execute(newest).scalars())
