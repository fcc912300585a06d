"""Letters that are held after a backup was put back: nobody knows whether they have left already."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, update

from zoom_bridge.domain.message import LETTING_IN, Kind, Skip
from zoom_bridge.store import tables

_TABLE = tables.messages
_WAITS = _TABLE.c.due_at.is_not(None)
#: What nobody waits for any more: sign-in links, and tests to organisers.
_OF_THE_MOMENT = _TABLE.c.kind.in_(LETTING_IN) | _TABLE.c.organiser_id.is_not(None)


def hold_all(connection: Connection, now: datetime) -> int:
    """Whatever waits; returns how many are held now."""
    _skip(connection, _WAITS & _OF_THE_MOMENT, now)
    return _hold(connection, _WAITS, now)


def hold_new(connection: Connection, event_id: int, kinds: Collection[Kind], now: datetime) -> int:
    """Those of an event that were decided in this very moment."""
    new = (_TABLE.c.event_id == event_id) & (_TABLE.c.created_at == now) & _TABLE.c.kind.in_(kinds)
    return _hold(connection, _WAITS & new, now)


def count(connection: Connection) -> dict[Kind, int]:
    """How many of each kind."""
    query = select(_TABLE.c.kind, func.count()).where(_TABLE.c.held_at.is_not(None)).group_by(_TABLE.c.kind)
    return {Kind(kind): n for kind, n in connection.execute(query)}


def let_go(connection: Connection, kind: Kind, now: datetime) -> int:
    return _end(connection, kind, due_at=now)


def skip(connection: Connection, kind: Kind, now: datetime) -> int:
    return _end(connection, kind, skipped_at=now, skip_reason=Skip.RESTORED)


def _hold(connection: Connection, which: ColumnElement[bool], now: datetime) -> int:
    values = {"held_at": now, "due_at": None, "claim": None, "claimed_until": None}
    return connection.execute(update(_TABLE).where(which).values(values)).rowcount


def _skip(connection: Connection, which: ColumnElement[bool], now: datetime) -> None:
    values = {
        "skipped_at": now,
        "skip_reason": Skip.RESTORED,
        "due_at": None,
        "claim": None,
        "claimed_until": None,
    }
    connection.execute(update(_TABLE).where(which).values(values))


def _end(connection: Connection, kind: Kind, **values: object) -> int:
    held = (_TABLE.c.kind == kind) & _TABLE.c.held_at.is_not(None)
    return connection.execute(update(_TABLE).where(held).values(held_at=None, **values)).rowcount
