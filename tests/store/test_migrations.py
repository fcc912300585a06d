"""The schema's history leads to the schema that the code expects."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from tests import postgres
from tests.conftest import need
from zoom_bridge.store import migrations
from zoom_bridge.store.database import Database
from zoom_bridge.store.tables import metadata


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_db(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Iterator[Database]:
    if request.param == "sqlite":
        database = Database(f"sqlite:///{tmp_path / 'empty.db'}")
    else:
        need("postgresql", postgres.binaries())
        database = Database(postgres.database_url(f"migrations_{worker_id}"))
        with database.transaction() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    yield database
    database.dispose()


def test_an_empty_database_becomes_the_schema_of_the_code(empty_db: Database) -> None:
    assert not migrations.is_current(empty_db)

    migrations.upgrade(empty_db)

    assert migrations.is_current(empty_db)
    with empty_db.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_twice_changes_nothing(empty_db: Database) -> None:
    migrations.upgrade(empty_db)

    migrations.upgrade(empty_db)

    assert empty_db.schema_revision() == migrations.newest_revision()


def test_of_several_processes_that_upgrade_at_once_one_does_it(empty_db: Database) -> None:
    trouble: list[BaseException] = []

    def upgrade() -> None:
        other = Database(empty_db.url)
        try:
            migrations.upgrade(other)
        except BaseException as error:
            trouble.append(error)
        finally:
            other.dispose()

    threads = [threading.Thread(target=upgrade) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert trouble == []
    assert migrations.is_current(empty_db)
