"""Short links, and how many registered who came by each."""

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.short_link import ShortLink
from zoom_bridge.store import evening_tables

_TABLE = evening_tables.short_links
_COLUMNS = [_TABLE.c[field.name] for field in fields(ShortLink)]


def find_by_key(connection: Connection, key: str) -> ShortLink | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.key == key)).mappings().first()
    return ShortLink(**row) if row else None


def list_for_event(connection: Connection, event_id: int) -> list[ShortLink]:
    """In the order in which they were put up."""
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id).order_by(_TABLE.c.id)
    return [ShortLink(**row) for row in connection.execute(query).mappings()]


def add(connection: Connection, event_id: int, key: str, name: str, now: datetime) -> bool:
    """False: another link has this key."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    added = connection.execute(
        dialect.insert(_TABLE)
        .values(event_id=event_id, key=key, name=name, created_at=now)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(_TABLE.c.id)
    )
    return added.first() is not None


def count(connection: Connection, key: str, event_ids: Collection[int]) -> None:
    """One more registered who came by this link, if it belongs to one of these events."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.key == key, _TABLE.c.event_id.in_(event_ids))
        .values(registrations=_TABLE.c.registrations + 1)
    )


def delete_one(connection: Connection, event_id: int, link_id: int) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.id == link_id, _TABLE.c.event_id == event_id))
