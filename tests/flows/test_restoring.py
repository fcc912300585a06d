"""A backup that was put back sends nothing of the past by itself: an owner decides about what may have left before."""

import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import an_attendee
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import attend, letters, look, rows, run
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.flows import registering, restoring
from zoom_bridge.store import copies
from zoom_bridge.store.database import Database

HELD = "/organiser/settings/held"
JOBS = ("queue_reminders", "send_mail")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def put_back(bridge: Bridge, event: Event, clock: Clock) -> None:
    """The backup was made before Anna's confirmation left and before the day before; now both is past."""
    attend(bridge, event, ANNA)
    clock.set(event.starts_at - DAY + HOUR)
    restoring.restored(bridge.db, clock())
    run(bridge, *JOBS)


def test_letters_and_reminders_of_the_past_are_held_and_all_that_is_new_goes_on(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox, put_back: None
) -> None:
    nothing = list(mailbox.letters)
    registering.register(bridge.db, event.slug, BEN, clock())
    registering.confirm(bridge.db, look(bridge, event, BEN).key, clock())
    clock.set(event.starts_at - HOUR)
    run(bridge, *JOBS)

    assert nothing == []
    assert {row.kind for row in rows(bridge, "messages") if row.held_at} == {
        "please_confirm",
        "confirmation",
        "day_before",
    }
    assert len(mailbox.to(BEN.email)) == 2, "the confirmation, and the link an hour before"
    assert len(mailbox.to(ANNA.email)) == 1, "the link an hour before is of today"


def test_an_owner_sees_what_is_held_and_decides_kind_by_kind(
    bridge: Bridge, event: Event, mailbox: Mailbox, put_back: None, olga: Any
) -> None:
    first_page = olga.open("/organiser/")
    asked = olga.open(first_page.links("Eine Sicherung wurde zurückgespielt")[0])

    decide(asked, Kind.DAY_BEFORE, "")
    sent = decide(asked, Kind.DAY_BEFORE, "send")
    decide(sent, Kind.PLEASE_CONFIRM, "skip")
    last = decide(sent, Kind.CONFIRMATION, "skip")
    run(bridge, *JOBS)

    assert asked.path == HELD
    assert "Bestätigung: 1 E‑Mail" in asked.text
    assert "1 E‑Mail geht jetzt hinaus." in sent.text
    assert "Keine E‑Mail wird zurückgehalten." in last.text
    assert letters(bridge, look(bridge, event, ANNA)) == [
        ("please_confirm", "restored"), ("confirmation", "restored"), ("day_before", "sent"),
    ]  # fmt: skip
    assert len(mailbox.to(ANNA.email)) == 1
    assert "Sicherung" not in olga.open("/organiser/").text


def decide(page: Any, kind: Kind, decision: str) -> Any:
    (form,) = (form for form in page.forms if ("kind", kind) in form.fields)
    return page.visitor.post(form.action, [*form.fields, ("decision", decision)])


def test_with_the_data_of_its_people_goes_the_question_what_to_do_with_their_letters(
    bridge: Bridge, event: Event, clock: Clock, put_back: None
) -> None:
    asked = rows(bridge, "runs", job="held_letters")[0].alarm
    clock.set(event.forget_at)
    run(bridge, "forget")

    assert asked
    assert not rows(bridge, "runs", job="held_letters")[0].alarm


def test_sign_in_links_and_tests_of_the_past_are_not_kept(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox, olga: Any
) -> None:
    olga.open(f"/organiser/events/{event.id}/letters/confirmation").submit("/test")

    held = restoring.restored(bridge.db, clock())

    assert held == 0
    assert [row.skip_reason for row in rows(bridge, "messages")] == ["restored"]
    assert rows(bridge, "runs", job="held_letters") == []


# --- copies -------------------------------------------------------------------------------------------------------


def test_a_copy_made_while_others_write_is_whole(sqlite_db: Database, tmp_path: Path) -> None:
    """Who writes two rows in one transaction has both in it, or neither."""
    over = threading.Event()

    def write() -> None:
        n = 0
        while not over.is_set():
            n += 1
            with sqlite_db.transaction() as connection:
                for one in ("a", "b"):
                    sql = "INSERT INTO mailboxes (name, validity, last_uid) VALUES (?, ?, 0)"
                    connection.exec_driver_sql(sql, (f"{one}{n}", n))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for n in range(5):
            copies.write_copy(sqlite_db, tmp_path / f"copy{n}.db")
    finally:
        over.set()
        writer.join()

    for n in range(5):
        with closing(sqlite3.connect(tmp_path / f"copy{n}.db")) as copy:
            assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            odd = copy.execute("SELECT validity FROM mailboxes GROUP BY validity HAVING count(*) != 2")
            assert odd.fetchall() == []
    assert [path.name for path in tmp_path.glob("copy*")] != []
    assert not list(tmp_path.glob("*.unfinished")) + list(tmp_path.glob("copy*-wal"))
    assert (tmp_path / "copy0.db").stat().st_mode & 0o077 == 0


def test_a_copy_is_never_written_over_something(sqlite_db: Database, tmp_path: Path) -> None:
    there = tmp_path / "precious.db"
    there.write_text("precious")

    with pytest.raises(copies.NoCopy, match="there already"):
        copies.write_copy(sqlite_db, there)
    with pytest.raises(copies.NoCopy, match="cannot be written"):
        copies.write_copy(sqlite_db, tmp_path / "nowhere" / "copy.db")

    assert there.read_text() == "precious"


class TestOnSqlite:
    @pytest.fixture
    def db(self, sqlite_db: Database) -> Database:
        return sqlite_db

    def test_a_copy_knows_once_that_it_was_put_back_and_sends_nothing_twice(
        self, bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        attend(bridge, event, *(an_attendee(email=f"guest{n}@example.org") for n in range(3)))
        copies.write_copy(bridge.db, tmp_path / "copy.db")
        run(bridge, *JOBS)
        clock.set(event.starts_at - DAY)
        run(bridge, *JOBS)
        before = len(mailbox.letters)
        clock.advance(minutes=10)

        copy = Database(f"sqlite:///{tmp_path / 'copy.db'}")
        restored = replace(bridge, db=copy)
        held, again = (restoring.notice_copy(copy, clock()) for _ in range(2))
        original = restoring.notice_copy(bridge.db, clock())
        run(restored, *JOBS)
        attend(restored, event, CHIARA)
        run(restored, *JOBS)
        copy.dispose()

        assert (held, again, original) == (6, None, None), "three to confirm, three confirmations"
        assert before == 6
        assert [letter.recipient for letter in mailbox.letters[before:]] == [CHIARA.email]
