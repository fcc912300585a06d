"""Who runs this service and how it looks: one row, or none before anybody wrote it."""

from dataclasses import asdict, fields

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.instance import Instance
from zoom_bridge.store import tables

_TABLE = tables.instance
_READING = select(*(_TABLE.c[field.name] for field in fields(Instance))).where(_TABLE.c.id == 1)


def get(connection: Connection) -> Instance:
    row = connection.execute(_READING).mappings().first()
    return Instance(**row) if row else Instance()


def keep(connection: Connection, instance: Instance) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = asdict(instance)
    connection.execute(
        dialect.insert(_TABLE).values(id=1, **values).on_conflict_do_update(index_elements=["id"], set_=values)
    )
