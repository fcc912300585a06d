"""The engine, for SQLite or PostgreSQL, and the ways to use it: `transaction()` writes, `reading()` looks, and
`glancing()` looks once.

SQLite needs care: with a driver's defaults, readers that later write lose updates without an error. So writers
take the write lock at once (BEGIN IMMEDIATE), and they queue for it in an order of ours (`writers.py`)."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.exc import DBAPIError, OperationalError, PendingRollbackError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from zoom_bridge.store.evening_tables import metadata
from zoom_bridge.store.writers import Crowd, NotWritten, Writers

#: Seconds a writer waits, first for its turn in this process and then for other processes, before the door answers
#: "try again". Twice this is less than the three seconds after which Zoom gives a delivery up.
BUSY_SECONDS = 1.4


Row = dict[str, object]
WriteAll = Callable[[Connection, list[Row]], object]

#: A statement went wrong in the database itself. On PostgreSQL the transaction is lost with it.
StatementFailed = DBAPIError


class DatabaseUnavailable(Exception):
    """The database is locked, full, restarting or gone. Nothing was written."""


class Database:
    def __init__(self, url: str, *, pool_size: int = 10) -> None:
        self.sqlite = url.startswith("sqlite")
        self.url = url
        options: dict[str, Any] = {"pool_size": pool_size, "max_overflow": 30, "pool_timeout": BUSY_SECONDS}
        # What goes wrong with a statement is logged; the names and addresses in it are nobody's business.
        options["hide_parameters"] = True
        if self.sqlite:
            options["connect_args"] = {"check_same_thread": False, "timeout": BUSY_SECONDS}
        else:
            options["pool_pre_ping"] = True
            options["connect_args"] = {"connect_timeout": 2}
        self.engine = create_engine(url, **options)
        self._writers: Writers | None = None
        self._crowds: dict[WriteAll, Crowd] = {}
        self._without_begin: Engine | None = None
        if self.sqlite:
            self._writers = Writers(self.engine, self.engine.url.database or "", BUSY_SECONDS)
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
            self._without_begin = self.engine.execution_options(without_begin=True)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that may write. It is committed when the block ends, rolled back when it raises."""
        begin = self._writers.transaction if self._writers else self.engine.begin
        with _translated(), begin() as connection:
            yield connection

    def write_together(self, write: WriteAll, row: Row) -> None:
        """`write` this row, in one transaction with those of all others who want the same just now. Returns after the
        commit."""
        crowd = self._crowds.get(write) or self._crowds.setdefault(write, Crowd(partial(self._write_all, write)))
        with _translated():
            crowd.write(row)

    def _write_all(self, write: WriteAll, rows: list[Row]) -> None:
        with self.transaction() as connection:
            write(connection, rows)

    @contextmanager
    def glancing(self) -> Iterator[Connection]:
        """For one statement, which is a consistent look by itself: SQLite needs no transaction around it."""
        if self._without_begin is None:
            with self.reading() as connection:
                yield connection
            return
        with _translated(), self._without_begin.connect() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent look. On PostgreSQL the database itself refuses writes in it."""
        with _translated(), self.engine.connect() as connection:
            if not self.sqlite:
                connection = connection.execution_options(
                    isolation_level="REPEATABLE READ", postgresql_readonly=True
                )
            with connection.begin() as transaction:
                yield connection
                transaction.rollback()

    def schema_revision(self) -> str | None:
        """The Alembic revision the database stands at; None when it is empty."""
        with self.reading() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()

    def create_all(self) -> None:
        """The present schema without its history, for tests."""
        metadata.create_all(self.engine)

    def dispose(self) -> None:
        if self._writers:
            self._writers.close()
        self.engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:  # noqa: ARG001
    # The driver must not open transactions by itself: `_begin_sqlite` does.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA cache_size=-16000")
    # Every index has a page in the log; gathered for longer, the same pages go into the database less often.
    connection.execute("PRAGMA wal_autocheckpoint=4000")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("without_begin"):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("writes") else "BEGIN")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (OperationalError, PendingRollbackError, PoolTimeout, NotWritten) as error:
        # Pending is the rollback of a connection that broke at an earlier statement, whoever caught that error.
        raise DatabaseUnavailable(str(error.__cause__ or error)) from error
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable(str(error.__cause__ or error)) from error
        raise
