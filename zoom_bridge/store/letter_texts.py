"""Events' own words for their letters."""

from dataclasses import asdict, fields, replace
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.letter_text import LetterText
from zoom_bridge.domain.message import Kind
from zoom_bridge.store import mail_tables

_TABLE = mail_tables.letter_texts
_COLUMNS = [_TABLE.c[field.name] for field in fields(LetterText)]


def list_for_event(connection: Connection, event_id: int) -> list[LetterText]:
    query = select(*_COLUMNS).where(_TABLE.c.event_id == event_id).order_by(_TABLE.c.kind, _TABLE.c.language)
    return [LetterText(**dict(row) | {"kind": Kind(row["kind"])}) for row in connection.execute(query).mappings()]


def find(connection: Connection, event_id: int, kind: Kind, language: str) -> LetterText | None:
    query = select(*_COLUMNS).where(
        _TABLE.c.event_id == event_id, _TABLE.c.kind == kind, _TABLE.c.language == language
    )
    row = connection.execute(query).mappings().one_or_none()
    return LetterText(**dict(row) | {"kind": Kind(row["kind"])}) if row else None


def keep(connection: Connection, text: LetterText) -> None:
    """Instead of the one there was."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = asdict(text)
    connection.execute(
        dialect.insert(_TABLE)
        .values(values)
        .on_conflict_do_update(index_elements=["event_id", "kind", "language"], set_=values)
    )


def copy(connection: Connection, from_event_id: int, to_event_id: int, now: datetime) -> None:
    """The same words for another event's letters."""
    for text in list_for_event(connection, from_event_id):
        keep(connection, replace(text, event_id=to_event_id, written_at=now))


def remove(connection: Connection, event_id: int, kind: Kind, language: str) -> None:
    """From now on the letter has our own words again."""
    connection.execute(
        delete(_TABLE).where(_TABLE.c.event_id == event_id, _TABLE.c.kind == kind, _TABLE.c.language == language)
    )
