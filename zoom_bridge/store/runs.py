"""When each job last ran, how it went, since when it fails, and until when it pauses: what the health page and the
alarm show. A pause is shared by all processes, so that a wrong password is tried once a minute, not by everybody."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.store import tables
from zoom_bridge.store.columns import Instant

_TABLE = tables.runs


@dataclass(frozen=True)
class Run:
    """`alarm`: a person is needed (wrong password, wrong secret). `failures` counts runs in trouble in a row."""

    job: str
    finished_at: datetime
    done: int
    failed_since: datetime | None
    last_error: str | None
    failures: int
    paused_until: datetime | None
    alarm: bool


_COLUMNS = [_TABLE.c[field.name] for field in fields(Run)]


def record(connection: Connection, job: str, done: int, now: datetime) -> None:
    """The job ran and is not in trouble."""
    calm = {"failed_since": None, "last_error": None, "failures": 0, "paused_until": None, "alarm": False}
    _upsert(connection, {"job": job, "finished_at": now, "done": done} | calm, {})


def record_trouble(
    connection: Connection, job: str, error: str, paused_until: datetime, alarm: bool, now: datetime
) -> None:
    """The whole job is in trouble, not one of its rows: it pauses."""
    values = {
        "job": job,
        "finished_at": now,
        "done": 0,
        "last_error": error,
        "paused_until": paused_until,
        "alarm": alarm,
    }
    _upsert(
        connection,
        values | {"failed_since": now, "failures": 1},
        {
            "failed_since": func.coalesce(_TABLE.c.failed_since, literal(now, Instant)),
            "failures": _TABLE.c.failures + 1,
        },
    )


def end_pauses(connection: Connection, after: datetime) -> None:
    """Those that would last longer than that."""
    connection.execute(update(_TABLE).where(_TABLE.c.paused_until > after).values(paused_until=None))


def list_all(connection: Connection) -> list[Run]:
    return [Run(**row) for row in connection.execute(select(*_COLUMNS).order_by(_TABLE.c.job)).mappings()]


def find(connection: Connection, job: str) -> Run | None:
    row = connection.execute(select(*_COLUMNS).where(_TABLE.c.job == job)).mappings().first()
    return Run(**row) if row else None


def _upsert(connection: Connection, values: dict[str, object], instead: dict[str, object]) -> None:
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    changes = {name: value for name, value in values.items() if name != "job"} | instead
    connection.execute(
        dialect.insert(_TABLE).values(values).on_conflict_do_update(index_elements=["job"], set_=changes)
    )
