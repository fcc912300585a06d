"""How the schema came to be: Alembic revisions, one sentence each, and the two questions asked at start-up."""

from pathlib import Path

from sqlalchemy import text

from zoom_bridge.store.database import Database

#: Any number will do, as long as nobody else in this database takes it.
_ADVISORY_LOCK = 7_166_201


def is_current(db: Database) -> bool:
    """Whether the database stands at the newest revision. Reads the file names, not Alembic: start-up is quick."""
    return db.schema_revision() == newest_revision()


def newest_revision() -> str:
    return max(path.name.partition("_")[0] for path in _versions().glob("[0-9]*.py"))


def upgrade(db: Database, to: str = "head") -> None:
    """Bring the schema up to date (or `to` an older revision), in one transaction. Of several processes that ask at
    once, one does it."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_versions().parent))
    config.set_main_option("path_separator", "os")
    with db.transaction() as connection:
        if not db.sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, to)


def _versions() -> Path:
    return Path(__file__).with_name("versions")
