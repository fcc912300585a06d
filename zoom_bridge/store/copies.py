"""A copy of a SQLite database, made while it is in use, and its mark by which it knows that it is one.

The mark is SQLite's own `user_version`, which travels in the file and is not part of the schema."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection

from zoom_bridge.store.database import Database

_A_COPY = 1


class NoCopy(Exception):
    """There is none, for a reason that an operator can read."""


def write_copy(db: Database, path: Path) -> None:
    """As the database is at one moment, complete or not there at all; for nobody else's eyes."""
    if path.exists():
        raise NoCopy(f"{path} is there already, and nothing is overwritten.")
    draft = path.with_name(f"{path.name}.unfinished")
    try:
        draft.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with (
            closing(sqlite3.connect(db.engine.url.database or "")) as source,
            closing(sqlite3.connect(draft)) as copy,
        ):
            source.backup(copy)
            # One file, with no log beside it that could be left behind.
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute(f"PRAGMA user_version={_A_COPY}")
        _to_the_disk(draft)
        draft.rename(path)
        _to_the_disk(path.parent)
    except (sqlite3.Error, OSError) as error:
        draft.unlink(missing_ok=True)
        raise NoCopy(f"{path} cannot be written: {error}") from error


def is_copy(connection: Connection) -> bool:
    """Whether this SQLite database began as a copy and nobody has dealt with that yet."""
    return bool(connection.exec_driver_sql("PRAGMA user_version").scalar() == _A_COPY)


def mark_as_original(connection: Connection) -> None:
    connection.exec_driver_sql("PRAGMA user_version=0")


def _to_the_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
