"""When to look next at Zoom, by event and kind. A look's row comes back: finishing it names the next time."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, case, insert, or_, select, update

from zoom_bridge.domain.look import Look, LookKind
from zoom_bridge.store import claims, twin_tables

_TABLE = twin_tables.looks
_COLUMNS = [_TABLE.c[field.name] for field in fields(Look)]
#: On the list of a webinar that was just made is nobody whom we did not put there.
_FIRST = {LookKind.WEBINAR: timedelta(0), LookKind.REGISTRANTS: timedelta(hours=1)}


def find(connection: Connection, look_id: int) -> Look | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == look_id)).mappings().first()
    return Look(**dict(row) | {"kind": LookKind(row["kind"])}) if row else None


def plan(connection: Connection, event_id: int, now: datetime) -> None:
    """The event has a webinar: both kinds of looks begin, or begin anew. Whoever calls this holds the webinar."""
    for kind, wait in _FIRST.items():
        if make_due(connection, event_id, kind, now + wait):
            begun = (_TABLE.c.event_id == event_id) & (_TABLE.c.kind == kind)
            connection.execute(update(_TABLE).where(begun).values(looked_at=None))
        else:
            connection.execute(insert(_TABLE).values(event_id=event_id, kind=kind, due_at=now + wait))


def make_due(connection: Connection, event_id: int, kind: LookKind, now: datetime) -> bool:
    """Something seems to have changed: look at once. False when there is no webinar to look at."""
    due = connection.execute(
        update(_TABLE)
        .where(_TABLE.c.event_id == event_id, _TABLE.c.kind == kind)
        .values(due_at=now, attempts=0, gave_up_at=None)
    )
    return due.rowcount > 0


def bring_forward(connection: Connection, event_id: int, kind: LookKind, at: datetime) -> None:
    """Look no later than that."""
    connection.execute(
        update(_TABLE)
        .where(
            _TABLE.c.event_id == event_id,
            _TABLE.c.kind == kind,
            or_(_TABLE.c.due_at.is_(None), _TABLE.c.due_at > at),
        )
        .values(due_at=at, gave_up_at=None)
    )


def finish(connection: Connection, look: Look, claim: str, due_at: datetime | None, **values: Any) -> bool:
    """Looked, as it was when it was claimed. Made due anew meanwhile, it stays due: what was heard may be older than the
    news. False when it was no longer ours."""
    again = case((_TABLE.c.due_at == look.due_at, due_at), else_=_TABLE.c.due_at)
    return claims.finish(connection, _TABLE, look.id, claim, due_at=again, **values)
