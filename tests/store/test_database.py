"""The two ways to use the database, and what happens when it is not there."""

import sqlite3
import threading
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from tests.clock import NOW
from zoom_bridge.store import database as database_module
from zoom_bridge.store import tables
from zoom_bridge.store.database import Database, DatabaseUnavailable


def count_up(db: Database, times: int) -> None:
    """Read, then write: what loses updates when writers do not lock first."""
    for _ in range(times):
        with db.transaction() as connection:
            query = select(tables.allowances.c.used).where(tables.allowances.c.name == "n").with_for_update()
            used = connection.execute(query).scalar_one()
            connection.execute(update(tables.allowances).values(used=used + 1))


def test_no_update_is_lost_between_threads_that_read_and_then_write(db: Database) -> None:
    with db.transaction() as connection:
        connection.execute(insert(tables.allowances).values(name="n", window_starts_at=NOW, used=0))

    threads = [threading.Thread(target=count_up, args=(db, 25)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with db.reading() as connection:
        assert connection.execute(select(tables.allowances.c.used)).scalar_one() == 100


def test_a_transaction_that_raises_leaves_nothing_behind(db: Database) -> None:
    with pytest.raises(RuntimeError), db.transaction() as connection:  # noqa: PT012 (the block is what is tested)
        connection.execute(insert(tables.allowances).values(name="n", window_starts_at=NOW, used=0))
        raise RuntimeError

    with db.reading() as connection:
        assert connection.execute(select(tables.allowances)).all() == []


def test_what_is_written_while_reading_does_not_stay(db: Database) -> None:
    def write_while_reading() -> None:
        with db.reading() as connection:
            connection.execute(insert(tables.allowances).values(name="n", window_starts_at=NOW, used=0))

    if db.sqlite:
        write_while_reading()
    else:
        with pytest.raises(SQLAlchemyError):
            write_while_reading()

    with db.reading() as connection:
        assert connection.execute(select(tables.allowances)).all() == []


def test_naive_instants_are_refused(db: Database) -> None:
    with pytest.raises(SQLAlchemyError, match="naive datetime"), db.transaction() as connection:
        connection.execute(
            insert(tables.allowances).values(name="n", window_starts_at=datetime(2026, 9, 1), used=0)
        )


def test_instants_come_back_aware_and_the_same(db: Database) -> None:
    moment = NOW.replace(microsecond=123_456)
    with db.transaction() as connection:
        connection.execute(insert(tables.allowances).values(name="n", window_starts_at=moment, used=0))

    with db.reading() as connection:
        assert connection.execute(select(tables.allowances.c.window_starts_at)).scalar_one() == moment


def test_a_database_locked_by_somebody_else_is_said_to_be_unavailable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.1)
    db = Database(f"sqlite:///{tmp_path / 'locked.db'}")
    db.create_all()
    locker = sqlite3.connect(tmp_path / "locked.db", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")

    with pytest.raises(DatabaseUnavailable), db.transaction():
        pass

    locker.execute("ROLLBACK")
    locker.close()
    with db.transaction():
        pass
    db.dispose()


def test_a_server_that_is_not_there_is_said_to_be_unavailable() -> None:
    db = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")

    with pytest.raises(DatabaseUnavailable), db.reading():
        pass
    db.dispose()


def test_what_goes_wrong_with_a_statement_does_not_tell_what_was_in_it(db: Database) -> None:
    values = {"email": "olga@example.org", "name": "Olga", "language": "too long", "created_at": None}

    with pytest.raises(SQLAlchemyError) as caught, db.transaction() as connection:
        connection.execute(insert(tables.organisers).values(values))

    assert "INSERT INTO organisers" in str(caught.value)
    assert "[parameters: " not in str(caught.value)
