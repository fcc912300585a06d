"""After a backup was put back: what was to leave before now may have left already, after the backup was made. It is
held until an owner says what is to become of it."""

from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.message import Kind
from zoom_bridge.store import copies, held_letters, runs
from zoom_bridge.store.database import Database

#: Written down under these names: when a backup was put back last, and that letters wait for a decision.
RESTORED = "restored"
HELD = "held_letters"

# Among web/in_words.py's, in the reader's language.
DECIDE = "A backup was put back. E-mails whose time came before that may have left already: they are held until an owner decides."


def notice_copy(db: Database, now: datetime) -> int | None:
    """A database that began as a copy made by `backup` was put back. None when it did not; else how many letters are
    held. Of several processes that start at once, one does it."""
    if not db.sqlite:
        return None
    with db.reading() as connection:
        if not copies.is_copy(connection):
            return None
    with db.transaction() as connection:
        if not copies.is_copy(connection):
            return None
        copies.mark_as_original(connection)
        return _restored(connection, now)


def restored(db: Database, now: datetime) -> int:
    """Hold every letter that waits; returns how many are held. Reminders that were due become letters as ever, and those
    are held as well (`hold_what_became_of`)."""
    with db.transaction() as connection:
        return _restored(connection, now)


def hold_what_became_of(
    connection: Connection, planned_at: datetime, event_id: int, kinds: frozenset[Kind], now: datetime
) -> None:
    """A reminder has become letters in this moment. Were they to leave before the backup was put back?"""
    run = runs.find(connection, RESTORED)
    if run and planned_at <= run.finished_at and held_letters.hold_new(connection, event_id, kinds, now):
        _ask(connection, now)


def send_held(db: Database, kind: Kind, now: datetime) -> int:
    """They leave after all, as far as they are of use by then."""
    with db.transaction() as connection:
        sent = held_letters.let_go(connection, kind, now)
        _ask_no_more(connection, now)
        return sent


def skip_held(db: Database, kind: Kind, now: datetime) -> int:
    """They had left before the backup was put back, or are not wanted any more."""
    with db.transaction() as connection:
        skipped = held_letters.skip(connection, kind, now)
        _ask_no_more(connection, now)
        return skipped


def settle(db: Database, now: datetime) -> None:
    """Held letters may also go in other ways: with their event's people, or with a message that is stopped."""
    with db.reading() as connection:
        run = runs.find(connection, HELD)
    if run and run.alarm:
        with db.transaction() as connection:
            _ask_no_more(connection, now)


def _restored(connection: Connection, now: datetime) -> int:
    held = held_letters.hold_all(connection, now)
    runs.record(connection, RESTORED, held, now)
    if held:
        _ask(connection, now)
    return held


def _ask(connection: Connection, now: datetime) -> None:
    runs.record_trouble(connection, HELD, DECIDE, now, alarm=True, now=now)


def _ask_no_more(connection: Connection, now: datetime) -> None:
    if not held_letters.count(connection):
        runs.record(connection, HELD, 0, now)
