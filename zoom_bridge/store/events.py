"""Events with their partners and panelists."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.event import Event, EventDraft, Panelist, Partner
from zoom_bridge.store import sightings, tables
from zoom_bridge.store.twin_tables import panel_seats, takeaways

#: Personal data goes this long after the end.
KEEP_AFTER_END = timedelta(days=30)

_PARTS = ("partners", "panelists")
_PARTS_OF = {
    table: select(table)
    .where(table.c.event_id.in_(bindparam("ids", expanding=True)))
    .order_by(table.c.event_id, table.c.position)
    for table in (tables.partners, tables.panelists)
}
_LIMITS = {
    column: select(tables.events.c.id, tables.events.c.capacity).where(
        tables.events.c[column] == bindparam("value")
    )
    for column in ("id", "slug")
}


class Lock(Enum):
    """How an event is kept as it is until the end of a transaction. SQLite has one writer anyway and ignores both."""

    ALONE = auto()
    TOGETHER = auto()


def find(connection: Connection, event_id: int) -> Event | None:
    return _one(connection, _reading("id"), event_id)


def find_by_slug(connection: Connection, slug: str) -> Event | None:
    # PostgreSQL does not even look for what holds a NUL.
    return _one(connection, _reading("slug"), slug) if "\0" not in slug else None


def lock(connection: Connection, event_id: int) -> Event | None:
    """The event as it is, for somebody who changes it: until the end of the transaction nobody else does, and
    nobody gets or gives back a seat."""
    return _one(connection, _reading("id", Lock.ALONE), event_id)


def hold(connection: Connection, event_id: int) -> Event | None:
    """The event as it is, for somebody who gets or gives back a seat: until the end of the transaction it is
    neither changed nor cancelled, so that nobody slips past a letter to all. Where seats are limited, one of them
    is given away at a time. Partners and panelists, on whom no seat depends, are not read."""
    return _held(connection, "id", event_id)


def hold_by_slug(connection: Connection, slug: str) -> Event | None:
    return _held(connection, "slug", slug) if "\0" not in slug else None


def list_coming(connection: Connection, now: datetime, limit: int = 100) -> list[Event]:
    """Published, not yet over, the next one first. Cancelled ones stay until their day has passed."""
    query = (
        select(tables.events)
        .where(tables.events.c.published_at.is_not(None), tables.events.c.ends_at > now)
        .order_by(tables.events.c.starts_at, tables.events.c.id)
        .limit(limit)
    )
    return whole(connection, connection.execute(query).mappings().all())


def list_past(connection: Connection, now: datetime, limit: int = 10) -> list[Event]:
    """Published and over, the latest first: their pages keep their address."""
    query = (
        select(tables.events)
        .where(tables.events.c.published_at.is_not(None), tables.events.c.ends_at <= now)
        .order_by(tables.events.c.starts_at.desc(), tables.events.c.id)
        .limit(limit)
    )
    return whole(connection, connection.execute(query).mappings().all())


def list_all(connection: Connection, limit: int = 500) -> list[Event]:
    """The latest start first."""
    query = select(tables.events).order_by(tables.events.c.starts_at.desc(), tables.events.c.id).limit(limit)
    return whole(connection, connection.execute(query).mappings().all())


def list_to_come(connection: Connection, now: datetime) -> list[int]:
    """Not over and not cancelled, published or not."""
    c = tables.events.c
    return list(connection.execute(select(c.id).where(c.ends_at > now, c.cancelled_at.is_(None))).scalars())


def list_to_forget(connection: Connection, now: datetime) -> list[int]:
    """Events whose retention date has passed and that still have people: registered, seen in the room, on the panel,
    or in what was taken away from Zoom."""
    registered = select(tables.registrations.c.id).where(tables.registrations.c.event_id == tables.events.c.id)
    seen = select(tables.sightings.c.id).where(
        tables.sightings.c.event_id == tables.events.c.id, sightings.tells_who()
    )
    on_panel = select(tables.panelists.c.position).where(
        tables.panelists.c.event_id == tables.events.c.id, tables.panelists.c.email != ""
    )
    seated = select(panel_seats.c.id).where(panel_seats.c.event_id == tables.events.c.id)
    taken_away = select(takeaways.c.id).where(takeaways.c.event_id == tables.events.c.id, takeaways.c.data != "")
    known = registered.exists() | seen.exists() | on_panel.exists() | seated.exists() | taken_away.exists()
    query = select(tables.events.c.id).where(tables.events.c.forget_at <= now, known)
    return list(connection.execute(query).scalars())


def add(connection: Connection, draft: EventDraft, slug: str, now: datetime) -> int | None:
    """Keep a new event; None when another one has this address."""
    values = _columns(draft) | {
        "slug": slug,
        "created_at": now,
        "revision": 1,
        "schedule_revision": 1,
        "forget_at": draft.ends_at + KEEP_AFTER_END,
    }
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(tables.events).values(values).on_conflict_do_nothing(index_elements=["slug"])
    kept = connection.execute(statement.returning(tables.events.c.id)).first()
    if kept is None:
        return None
    _keep_parts(connection, kept.id, draft)
    return int(kept.id)


def change(connection: Connection, event: Event, draft: EventDraft, start_as_told: datetime) -> None:
    """Keep the new text and schedule; the revisions say what has to follow. The event is locked, or two changes
    at once would get the same revision, and Zoom would learn of one of them only."""
    moved = event.starts_at != draft.starts_at or event.ends_at != draft.ends_at
    values = _columns(draft) | {
        "revision": event.revision + 1,
        "schedule_revision": event.schedule_revision + moved,
        "moved_from": start_as_told if moved and event.published_at else event.moved_from,
        "shifted_from": None if moved else event.shifted_from,
        "forget_at": draft.ends_at + KEEP_AFTER_END,
    }
    connection.execute(update(tables.events).where(tables.events.c.id == event.id).values(values))
    _keep_parts(connection, event.id, draft)


def shift(connection: Connection, event: Event, starts_at: datetime, ends_at: datetime) -> None:
    """The same times on the wall are other instants. Back where it began, nothing has been shifted."""
    began_at = event.shifted_from or event.starts_at
    values = {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "revision": event.revision + 1,
        "schedule_revision": event.schedule_revision + 1,
        "shifted_from": began_at if began_at != starts_at else None,
        "forget_at": ends_at + KEEP_AFTER_END,
    }
    connection.execute(update(tables.events).where(tables.events.c.id == event.id).values(values))


def mark_shift_seen(connection: Connection, event_id: int) -> None:
    connection.execute(update(tables.events).where(tables.events.c.id == event_id).values(shifted_from=None))


def mark_published(connection: Connection, event_id: int, now: datetime) -> None:
    connection.execute(update(tables.events).where(tables.events.c.id == event_id).values(published_at=now))


def mark_cancelled(connection: Connection, event_id: int, now: datetime) -> None:
    connection.execute(
        update(tables.events)
        .where(tables.events.c.id == event_id)
        .values(cancelled_at=now, revision=tables.events.c.revision + 1)
    )


def _columns(draft: EventDraft) -> dict[str, Any]:
    return {field.name: getattr(draft, field.name) for field in fields(EventDraft) if field.name not in _PARTS}


def _keep_parts(connection: Connection, event_id: int, draft: EventDraft) -> None:
    lists: tuple[tuple[Table, tuple[Partner | Panelist, ...]], ...] = (
        (tables.partners, draft.partners),
        (tables.panelists, draft.panelists),
    )
    for table, parts in lists:
        connection.execute(delete(table).where(table.c.event_id == event_id))
        rows = [asdict(part) | {"event_id": event_id, "position": n} for n, part in enumerate(parts)]
        if rows:
            connection.execute(insert(table), rows)


@cache
def _reading(column: str, lock: Lock | None = None) -> Select[Any]:
    """Put together once: every visitor reads an event."""
    query = select(tables.events).where(tables.events.c[column] == bindparam("value"))
    if lock:
        # Both kinds let others add rows that refer to the event.
        query = query.with_for_update(read=lock is Lock.TOGETHER, key_share=lock is Lock.ALONE)
    return query


def _one(connection: Connection, query: Select[Any], value: object) -> Event | None:
    found = whole(connection, connection.execute(query, {"value": value}).mappings().all())
    return found[0] if found else None


def _held(connection: Connection, column: str, value: object) -> Event | None:
    if connection.dialect.name == "sqlite":
        return _bare(connection, _reading(column), value)  # one writer at a time
    row = connection.execute(_LIMITS[column], {"value": value}).first()
    if row is None:
        return None
    lock = Lock.TOGETHER if row.capacity is None else Lock.ALONE
    event = _bare(connection, _reading("id", lock), row.id)
    if event and event.capacity is not None and lock is Lock.TOGETHER:
        # Seats were limited in this very moment.
        event = _bare(connection, _reading("id", Lock.ALONE), row.id)
    return event


def _bare(connection: Connection, query: Select[Any], value: object) -> Event | None:
    row = connection.execute(query, {"value": value}).mappings().first()
    return Event(**row) if row else None


def whole(connection: Connection, rows: Sequence[Any]) -> list[Event]:
    """Rows of events as events, with their partners and panelists."""
    ids = [row["id"] for row in rows]
    partners = _parts(connection, tables.partners, ids)
    panelists = _parts(connection, tables.panelists, ids)
    return [
        Event(
            **row,
            partners=tuple(Partner(**part) for part in partners.get(row["id"], ())),
            panelists=tuple(Panelist(**part) for part in panelists.get(row["id"], ())),
        )
        for row in rows
    ]


def _parts(connection: Connection, table: Any, event_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    if event_ids:
        for row in connection.execute(_PARTS_OF[table], {"ids": event_ids}).mappings():
            part = {name: value for name, value in row.items() if name not in ("event_id", "position")}
            found.setdefault(row["event_id"], []).append(part)
    return found
