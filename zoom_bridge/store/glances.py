"""What everybody who opens a page about an event asks the database: has anything changed since it was last read? One
cheap statement, because many open a page at the same time, and what they see is nearly always the same."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, case, func, select

from zoom_bridge.store import tables

_E, _R, _N = tables.events, tables.registrations, tables.notices
_TAKEN = (
    select(func.count())
    .select_from(_R)
    .where(_R.c.event_id == _E.c.id, _R.c.confirmed_at.is_not(None), _R.c.cancelled_at.is_(None))
    .correlate(_E)
    .scalar_subquery()
)
_GLANCE = select(
    _E.c.id,
    _E.c.revision,
    _E.c.published_at,
    case((_E.c.capacity.is_not(None), _TAKEN), else_=0),
    select(func.count()).select_from(_N).scalar_subquery(),
).where(_E.c.slug == bindparam("slug"))


@dataclass(frozen=True, slots=True)
class Glance:
    """id, revision, published_at  while these are the same, so is the event with all its parts (`events.py`)
    seats_taken                 where seats are limited; else 0, and nobody counts them
    notices                     how many versions of notices there are: a change is a new version
    """

    id: int
    revision: int
    published_at: datetime | None
    seats_taken: int
    notices: int


def of_event(connection: Connection, slug: str) -> Glance | None:
    # PostgreSQL does not even look for what holds a NUL.
    row = connection.execute(_GLANCE, {"slug": slug}).first() if "\0" not in slug else None
    return Glance(*row) if row else None
