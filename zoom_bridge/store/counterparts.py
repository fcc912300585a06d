"""Our registrations as far as Zoom has to agree with them: what a comparison of the two lists needs of each person, a
page at a time. What a registration is otherwise is in `registrations.py`."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, or_, select, update

from zoom_bridge.domain.registration import Source
from zoom_bridge.store import tables

_TABLE = tables.registrations
_AT_ONCE = 1000


class Counterpart(NamedTuple):
    """Of one registration, and read from the database as it stands here."""

    id: int
    email_key: str
    zoom_email: str
    source: str
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    cancelled_by: str | None
    revision: int
    synced_revision: int
    synced_at: datetime | None
    registrant_id: str | None
    join_url: str | None
    absent_at: datetime | None
    asked_zoom_at: datetime | None
    due_at: datetime | None
    gave_up_at: datetime | None
    claim: str | None

    @property
    def active(self) -> bool:
        return self.confirmed_at is not None and self.cancelled_at is None

    @property
    def waits_at_zoom(self) -> bool:
        return self.source == Source.ZOOM and self.confirmed_at is None and self.cancelled_at is None

    @property
    def settled(self) -> bool:
        """Zoom agreed to it as it is now, and nobody is at work on it."""
        at_rest = self.due_at is None and self.claim is None and self.asked_zoom_at is None
        return at_rest and self.synced_revision >= self.revision


_COLUMNS = [_TABLE.c[name] for name in Counterpart._fields]


def by_registrants(connection: Connection, event_id: int, ids: Iterable[str]) -> list[Counterpart]:
    """Whom Zoom's ids mean. These are found by their index; the event is no condition, or it would be searched whole."""
    of_event = select(_TABLE.c.event_id, *_COLUMNS).where(_TABLE.c.registrant_id.in_(list(ids)))
    return [Counterpart(*row[1:]) for row in connection.execute(of_event) if row.event_id == event_id]


def by_addresses(
    connection: Connection, event_id: int, keys: Iterable[str], aliased: Iterable[int]
) -> list[Counterpart]:
    """Whom these addresses mean; of those who take part under an alias, their own ids are known (`aliases`)."""
    return [
        *_some(connection, _TABLE.c.event_id == event_id, _TABLE.c.email_key.in_(list(keys))),
        *_some(connection, _TABLE.c.id.in_(list(aliased))),
    ]


def lock(connection: Connection, registration_id: int) -> Counterpart | None:
    """As it is now, and until the end of the transaction."""
    query = select(*_COLUMNS).where(_TABLE.c.id == registration_id)
    row = connection.execute(query.with_for_update(key_share=True)).first()
    return Counterpart(*row) if row else None


def aliases(connection: Connection, event_id: int) -> dict[str, int]:
    """Under which addresses people take part that are not theirs, and their registrations."""
    query = select(_TABLE.c.zoom_email, _TABLE.c.id).where(
        _TABLE.c.event_id == event_id, _TABLE.c.zoom_email != ""
    )
    return {row.zoom_email: row.id for row in connection.execute(query)}


def expected_at_zoom(connection: Connection, event_id: int, after: int) -> list[Counterpart]:
    """Some of those who should be on Zoom's list, by their ids from `after` on: who has a seat and an address, and who
    waits for approval there."""
    wanted = or_(_TABLE.c.confirmed_at.is_not(None), _TABLE.c.source == Source.ZOOM)
    return list(
        _some(
            connection,
            _TABLE.c.event_id == event_id,
            _TABLE.c.id > after,
            _TABLE.c.cancelled_at.is_(None),
            _TABLE.c.email != "",
            wanted,
            limit=_AT_ONCE,
        )
    )


def mark_absent(connection: Connection, ids: list[int], at: datetime | None) -> None:
    """A complete look did not show them; or, with None, they were seen again."""
    connection.execute(update(_TABLE).where(_TABLE.c.id.in_(ids)).values(absent_at=at))


def _some(connection: Connection, *where: ColumnElement[bool], limit: int | None = None) -> Iterator[Counterpart]:
    query = select(*_COLUMNS).where(*where).order_by(_TABLE.c.id).limit(limit)
    return (Counterpart(*row) for row in connection.execute(query))
