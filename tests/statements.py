"""Counts the statements that a piece of work sends to the database: speed that can be promised."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from zoom_bridge.store.database import Database


@contextmanager
def counted(db: Database) -> Iterator[list[str]]:
    """The statements between entering and leaving, in their order; what only opens a transaction is not among them."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SELECT 1", "ROLLBACK")):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
