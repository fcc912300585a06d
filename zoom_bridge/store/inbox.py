"""Webhook deliveries to apply; a second copy is not a second row."""

import hashlib
from dataclasses import fields
from datetime import datetime
from functools import cache

from sqlalchemy import Connection, Executable, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.delivery import WebhookDelivery
from zoom_bridge.store import tables

_TABLE = tables.deliveries
_COLUMNS = [_TABLE.c[field.name] for field in fields(WebhookDelivery)]


def keep(connection: Connection, name: str, body: bytes, now: datetime) -> None:
    row = {"name": name[:100], "body": body, "received_at": now, "due_at": now}
    connection.execute(_adding(connection.dialect.name), row | {"digest": hashlib.sha256(body).hexdigest()})


@cache
def _adding(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(_TABLE).on_conflict_do_nothing(index_elements=["digest"])


def find(connection: Connection, delivery_id: int) -> WebhookDelivery | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.id == delivery_id)).mappings().first()
    return WebhookDelivery(**row) if row else None


def empty_bodies(connection: Connection, before: datetime) -> int:
    """Raw deliveries hold names and addresses: what was applied or given up is emptied when its time is up."""
    emptied = connection.execute(
        update(_TABLE)
        .where(_TABLE.c.received_at < before, _TABLE.c.due_at.is_(None), _TABLE.c.body != b"")
        .values(body=b"")
    )
    return emptied.rowcount
