"""Pictures by their digest."""

from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.picture import Picture
from zoom_bridge.store import tables

_TABLE = tables.pictures
_COLUMNS = [_TABLE.c[field.name] for field in fields(Picture)]
#: Every column that names a picture. A new one belongs here, or its pictures are taken for unused.
NAMED_IN = (
    tables.events.c.hosted_by_logo,
    tables.events.c.trailer_picture,
    tables.partners.c.logo,
    tables.panelists.c.portrait,
    tables.instance.c.logo,
)


def find(connection: Connection, digest: str) -> Picture | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.digest == digest)).mappings().first()
    return Picture(**row) if row else None


def sizes(connection: Connection, digests: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Width and height in pixels of those that are there, so that pages do not jump while they load."""
    if not digests:
        return {}
    query = select(_TABLE.c.digest, _TABLE.c.width, _TABLE.c.height).where(_TABLE.c.digest.in_(digests))
    return {row.digest: (row.width, row.height) for row in connection.execute(query)}


def keep(connection: Connection, picture: Picture) -> None:
    """Once: the same picture again is the same row, and as young as it is now."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    connection.execute(
        dialect.insert(_TABLE)
        .values(asdict(picture))
        .on_conflict_do_update(index_elements=["digest"], set_={"created_at": picture.created_at})
    )


def delete_unused(connection: Connection, before: datetime) -> int:
    """What nothing names, not even a form that may still be saved, and nobody uploaded since then. Returns how many
    went."""
    unused = [~exists().where(column == _TABLE.c.digest) for column in NAMED_IN]
    unused.append(~exists().where(tables.unsaved_forms.c.fields.contains(_TABLE.c.digest)))
    return connection.execute(delete(_TABLE).where(_TABLE.c.created_at < before, *unused)).rowcount
