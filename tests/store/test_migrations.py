"""The schema's history leads to the schema that the code expects."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text

from tests import postgres
from tests.conftest import need
from zoom_bridge.domain.account import Role
from zoom_bridge.store import events, migrations, organisers, registrations, tables
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


def test_what_the_first_version_kept_is_there_after_the_upgrade(empty_db: Database) -> None:
    migrations.upgrade(empty_db, "0001")
    at = "2026-11-16 09:00:00+00:00" if not empty_db.sqlite else "2026-11-16 09:00:00.000000"
    with empty_db.transaction() as connection:
        for statement in OF_THE_FIRST_VERSION:
            connection.execute(text(statement), {"at": at, "yes": True})

    migrations.upgrade(empty_db)

    with empty_db.reading() as connection:
        event = events.find_by_slug(connection, "old")
        assert event is not None
        registration = registrations.find_by_email(connection, event.id, "anna@example.org")
        organiser = organisers.find_by_email(connection, "olga@example.org")
        letters = connection.execute(select(tables.messages.c.unique_key, tables.messages.c.organiser_id)).all()
    assert (event.title_de, event.questions, event.themes_de, event.captions) == ("Alt", (), "", False)
    assert registration is not None
    assert (registration.first_name, registration.needs, registration.answers) == ("Anna", "", ())
    assert organiser is not None
    assert organiser.role is Role.OWNER
    assert letters == [("k", None)]


OF_THE_FIRST_VERSION = (
    """INSERT INTO events (slug, title_de, subtitle_de, description_de, title_en, subtitle_en, description_en, timezone,
    starts_wall, ends_wall, starts_at, ends_at, hosted_by, hosted_by_url, help_name, help_phone, help_hours,
    help_email, zoom_host, double_opt_in, remind_day_before, remind_hour_before, created_at, revision,
    schedule_revision, forget_at) VALUES ('old', 'Alt', '', '', '', '', '', 'Europe/Berlin', '2026-12-07T10:00:00',
    '2026-12-07T11:30:00', :at, :at, '', '', '', '', '', '', '', :yes, :yes, :yes, :at, 1, 1, :at)""",
    """INSERT INTO registrations (event_id, key, email, email_key, first_name, last_name, language, source, created_at)
    SELECT id, 'key', 'anna@example.org', 'anna@example.org', 'Anna', 'Albers', 'de', 'page', :at FROM events
    WHERE :yes""",
    """INSERT INTO organisers (email, name, language, created_at)
    SELECT 'olga@example.org', 'Olga', 'de', :at FROM events WHERE :yes""",
    """INSERT INTO messages (unique_key, kind, registration_id, created_at, useful_until)
    SELECT 'k', 'confirmation', id, :at, :at FROM registrations WHERE :yes""",
)
