"""Event forms that organisers typed and have not saved yet."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.store import tables

_TABLE = tables.unsaved_forms


@dataclass(frozen=True)
class UnsavedForm:
    """`fields` are the form's, as (name, text), in their order."""

    fields: tuple[tuple[str, str], ...]
    saved_at: datetime


def find(connection: Connection, organiser_id: int, about: str) -> UnsavedForm | None:
    query = select(_TABLE.c.fields, _TABLE.c.saved_at).where(
        _TABLE.c.organiser_id == organiser_id, _TABLE.c.about == about
    )
    row = connection.execute(query).first()
    return UnsavedForm(tuple((name, text) for name, text in json.loads(row.fields)), row.saved_at) if row else None


def keep(connection: Connection, organiser_id: int, about: str, form: UnsavedForm) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {"fields": json.dumps(form.fields, ensure_ascii=False), "saved_at": form.saved_at}
    connection.execute(
        dialect.insert(_TABLE)
        .values(organiser_id=organiser_id, about=about, **values)
        .on_conflict_do_update(index_elements=["organiser_id", "about"], set_=values)
    )


def remove(connection: Connection, organiser_id: int, about: str) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.organiser_id == organiser_id, _TABLE.c.about == about))


def delete_old(connection: Connection, before: datetime) -> None:
    connection.execute(delete(_TABLE).where(_TABLE.c.saved_at < before))
