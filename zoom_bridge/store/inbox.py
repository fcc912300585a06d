"""Webhook deliveries to apply; a second copy is not a second row. The page about them looks back only as far as their
bodies are kept, so that it costs the same however many there have been."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Connection, Executable, and_, case, func, literal, not_, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.delivery import DeliveryStanding, WebhookDelivery
from zoom_bridge.store import tables

PAGE_SIZE = 50

_TABLE = tables.deliveries
_WAITS = _TABLE.c.due_at.is_not(None)
_FAILED = or_(_TABLE.c.gave_up_at.is_not(None), and_(_WAITS, _TABLE.c.attempts > 0))
#: As WebhookDelivery.standing.
_STANDINGS: dict[DeliveryStanding, ColumnElement[bool]] = {
    DeliveryStanding.FAILED: _FAILED,
    DeliveryStanding.WAITS: and_(_WAITS, not_(_FAILED)),
    DeliveryStanding.APPLIED: and_(not_(_WAITS), not_(_FAILED), _TABLE.c.applied_at.is_not(None)),
    DeliveryStanding.IGNORED: and_(not_(_WAITS), not_(_FAILED), _TABLE.c.applied_at.is_(None)),
}
_COLUMNS = [_TABLE.c[field.name] for field in fields(WebhookDelivery)]


def as_row(name: str, body: bytes, told_at: datetime | None, now: datetime) -> dict[str, object]:
    """A delivery as it is kept by `keep`, due at once."""
    return {
        "digest": hashlib.sha256(body).hexdigest(),
        "name": name[:100],
        "body": body,
        "received_at": now,
        "told_at": told_at,
        "due_at": now,
    }


def keep(connection: Connection, rows: Sequence[Mapping[str, object]]) -> int:
    """Returns how many of them are new. In one order for all processes, which could otherwise wait for one another."""
    in_order = sorted(rows, key=lambda row: str(row["digest"]))
    return connection.execute(_adding(connection.dialect.name), in_order).rowcount


@cache
def _adding(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(_TABLE).on_conflict_do_nothing(index_elements=["digest"])


def find(connection: Connection, delivery_id: int) -> WebhookDelivery | None:
    return next(iter(list_some(connection, [delivery_id])), None)


def list_some(connection: Connection, delivery_ids: Sequence[int]) -> list[WebhookDelivery]:
    """Those that there are, the oldest first."""
    rows = connection.execute(select(*_COLUMNS).where(_TABLE.c.id.in_(delivery_ids)).order_by(_TABLE.c.id))
    return [WebhookDelivery(**row) for row in rows.mappings()]


def page(
    connection: Connection, since: datetime, standing: DeliveryStanding | None, about: str, number: int
) -> tuple[list[WebhookDelivery], bool]:
    """The newest first, and whether there are more. `about`: only those in whose body Zoom's id of a webinar stands."""
    wanted = (
        select(*_COLUMNS)
        .where(*_chosen(connection, since, standing, about))
        .order_by(_TABLE.c.id.desc())
        .limit(PAGE_SIZE + 1)
        .offset((number - 1) * PAGE_SIZE)
    )
    found = [WebhookDelivery(**row) for row in connection.execute(wanted).mappings()]
    return found[:PAGE_SIZE], len(found) > PAGE_SIZE


def kept_bodies(
    connection: Connection, since: datetime, standing: DeliveryStanding | None, about: str, after: int, limit: int
) -> list[WebhookDelivery]:
    """Those whose body we still have, the oldest first."""
    wanted = (
        select(*_COLUMNS)
        .where(*_chosen(connection, since, standing, about), _TABLE.c.body != b"", _TABLE.c.id > after)
        .order_by(_TABLE.c.id)
        .limit(limit)
    )
    return [WebhookDelivery(**row) for row in connection.execute(wanted).mappings()]


def _chosen(
    connection: Connection, since: datetime, standing: DeliveryStanding | None, about: str
) -> list[ColumnElement[bool]]:
    chosen = [_TABLE.c.received_at >= since]
    if standing:
        chosen.append(_STANDINGS[standing])
    if about:
        place = func.position(literal(about.encode()).op("IN")(_TABLE.c.body))
        if connection.dialect.name == "sqlite":
            place = func.instr(_TABLE.c.body, about.encode())
        chosen.append(place > 0)
    return chosen


def count(connection: Connection, since: datetime) -> dict[DeliveryStanding, int]:
    """How many stand where."""
    counts = [func.sum(case((condition, 1), else_=0)) for condition in _STANDINGS.values()]
    row = connection.execute(select(*counts).where(_TABLE.c.received_at >= since)).one()
    return dict(zip(_STANDINGS, (n or 0 for n in row), strict=True))


def times(
    connection: Connection, since: datetime
) -> list[tuple[datetime | None, datetime, datetime | None, datetime | None]]:
    """When each was told, received, and applied or ignored."""
    c = _TABLE.c
    query = select(c.told_at, c.received_at, c.applied_at, c.ignored_at).where(c.received_at >= since)
    return [tuple(row) for row in connection.execute(query)]


def make_due(connection: Connection, now: datetime, delivery_id: int | None = None) -> int:
    """This one, or all that failed, as if they had just come; returns how many. What has just come waits already, and of
    what was emptied nothing is left to be applied."""
    which = _FAILED if delivery_id is None else and_(_TABLE.c.id == delivery_id, or_(not_(_WAITS), _FAILED))
    due = connection.execute(
        update(_TABLE)
        .where(which, _TABLE.c.body != b"")
        .values(due_at=now, attempts=0, gave_up_at=None, last_error=None)
    )
    return due.rowcount


def empty_bodies(connection: Connection, before: datetime) -> int:
    """Raw deliveries hold names and addresses: what was applied or given up is emptied when its time is up."""
    emptied = connection.execute(
        update(_TABLE)
        .where(_TABLE.c.received_at < before, _TABLE.c.due_at.is_(None), _TABLE.c.body != b"")
        .values(body=b"")
    )
    return emptied.rowcount
