"""The database is full, locked, or gone in the very moment of a commit; or two transactions stand in each other's way.
Whoever asks is told to come again in a moment, nothing is half written, and afterwards everything goes on by itself."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as listening
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from tests.builders import an_attendee
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import attend, rows
from tests.flows.posting import send
from tests.mailbox import Mailbox
from tests.stories import acts
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.store import database as database_module
from zoom_bridge.store.database import Database, DatabaseUnavailable

#: More people than the last pages of a small file can hold.
MOST_THAT_FIT = 60
BASE = "https://events.example.org"


@contextmanager
def full(db: Database) -> Iterator[None]:
    """No space is left on the disk: the database cannot grow. PostgreSQL's disk is everybody's; it only says so."""
    if db.sqlite:
        db.engine.dispose()

        def no_more(raw: Any, *_: object) -> None:
            (pages,) = raw.execute("PRAGMA page_count").fetchone()
            raw.execute(f"PRAGMA max_page_count={pages}")

        listening.listen(db.engine, "checkout", no_more)
        yield
        listening.remove(db.engine, "checkout", no_more)
        db.engine.dispose()
        return
    with db.transaction() as connection:
        connection.execute(text(_DISK_FULL))
        for table in ("registrations", "messages", "runs"):
            connection.execute(
                text(f"CREATE TRIGGER full_up BEFORE INSERT OR UPDATE ON {table} EXECUTE FUNCTION full_up()")
            )
    yield
    with db.transaction() as connection:
        connection.execute(text("DROP FUNCTION full_up CASCADE"))


_DISK_FULL = """
CREATE FUNCTION full_up() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$
"""


@contextmanager
def lost_in_the_commit(db: Database) -> Iterator[list[int]]:
    """The next commit is done, but the answer to it does not come: the connection is gone."""
    usual = db.engine.dialect.do_commit
    commits: list[int] = []

    def do_commit(connection: Any) -> None:
        usual(connection)
        if not commits:
            commits.append(1)
            raise OperationalError("COMMIT", {}, Exception("server closed the connection unexpectedly"))

    db.engine.dialect.do_commit = do_commit  # type: ignore[method-assign]
    yield commits
    db.engine.dialect.do_commit = usual  # type: ignore[method-assign]


def try_to_register(visitor: Visitor, event: Event, person: Attendee) -> Any:
    form = visitor.open(f"/e/{event.slug}/register")
    assert form.status == 200, "pages can still be read"
    return form.submit("email", first_name=person.first_name, last_name=person.last_name, email=person.email)


def test_a_full_disk_refuses_what_is_new_with_a_sentence_and_loses_nothing(
    bridge: Bridge, event: Event, visit: Callable[[], Visitor], mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    came: list[str] = []

    with full(bridge.db):
        visitor, refused = visit(), None
        for n in range(MOST_THAT_FIT):
            # What is left on the pages of the file is filled first.
            person = an_attendee(email=f"dana{n}@example.org")
            page = try_to_register(visitor, event, person)
            if page.status == 503:
                refused = person
                break
            came.append(person.email)
        kept = {row.id: row.email for row in rows(bridge, "registrations")}
        written = {row.registration_id for row in rows(bridge, "messages")}

    assert refused
    assert page.response.headers["Retry-After"]
    assert set(kept.values()) == {ANNA.email, *came}, (
        "nobody is there who was not told so, and the other way round"
    )
    assert written == set(kept), "no person without their letter"
    assert try_to_register(visit(), event, refused).status == 200
    send(bridge)
    assert {letter.recipient for letter in mailbox.letters} == {ANNA.email, *came, refused.email}


def test_when_nothing_can_be_written_down_the_health_page_says_so(
    bridge: Bridge, event: Event, client: Any, work: Callable[[], None], clock: Clock
) -> None:
    """Whoever works says so every half minute; on a full disk nobody can, though nothing may be due."""
    from jobs.scheduler import Clockwork
    from jobs.timetable import TIMETABLE

    work()
    clockwork = Clockwork(bridge)
    for job in TIMETABLE:
        clockwork._tick(job)
    well = client.get("/health", base_url=BASE)
    clock.advance(timedelta(minutes=16))

    answer = client.get("/health", base_url=BASE)

    assert (well.json["status"], answer.json["status"]) == ("ok", "late")


@pytest.mark.parametrize("db", ["sqlite"], indirect=True)
def test_locked_by_another_process_pages_ask_for_a_moment_and_letters_wait(
    bridge: Bridge,
    event: Event,
    visit: Callable[[], Visitor],
    mailbox: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attend(bridge, event, ANNA)
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.1)
    impatient = Database(bridge.db.url)
    monkeypatch.setattr(bridge.db, "engine", impatient.engine)
    monkeypatch.setattr(bridge.db, "_writers", impatient._writers)
    locker = sqlite3.connect(bridge.db.engine.url.database or "", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")

    page = try_to_register(visit(), event, BEN)
    with pytest.raises(DatabaseUnavailable):
        send(bridge)
    nothing = list(mailbox.letters)
    locker.execute("ROLLBACK")
    locker.close()

    assert (page.status, nothing) == (503, [])
    assert all(row.claim is None for row in rows(bridge, "messages"))
    assert acts.register(visit(), f"/e/{event.slug}", BEN).status == 200
    send(bridge)
    assert sorted(letter.recipient for letter in mailbox.letters) == [ANNA.email, BEN.email]
    impatient.dispose()


def test_a_commit_whose_answer_is_lost_is_found_again_when_the_button_is_pressed_again(
    bridge: Bridge, event: Event, visit: Callable[[], Visitor], mailbox: Mailbox
) -> None:
    anna = visit()
    form = anna.open(f"/e/{event.slug}/register")
    typed = {"first_name": ANNA.first_name, "last_name": ANNA.last_name, "email": ANNA.email}

    with lost_in_the_commit(bridge.db) as lost:
        first = form.submit("email", **typed)
    again = anna.open(f"/e/{event.slug}/register").submit("email", **typed)
    send(bridge)

    assert lost
    assert (first.status, again.status) == (503, 200)
    assert len(rows(bridge, "registrations")) == 1
    assert len(mailbox.to(ANNA.email)) == 1


@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_of_two_that_wait_for_each_other_one_is_told_and_can_begin_again(db: Database) -> None:
    """Our transactions take their rows in one order, so that this should not happen; should it, it is no accident."""
    with db.transaction() as connection:
        connection.execute(text("INSERT INTO allowances (name, window_starts_at, used) VALUES ('a', now(), 0)"))
        connection.execute(text("INSERT INTO allowances (name, window_starts_at, used) VALUES ('b', now(), 0)"))
    both = threading.Barrier(2)
    done = {"a": threading.Event(), "b": threading.Event()}
    told: list[str] = []

    def add(first: str, second: str) -> None:
        def once(meanwhile: Callable[[], object]) -> None:
            with db.transaction() as connection:
                connection.execute(text("SET LOCAL deadlock_timeout = '50ms'"))
                connection.execute(_ONE_MORE, {"name": first})
                meanwhile()
                connection.execute(_ONE_MORE, {"name": second})

        try:
            once(lambda: both.wait(10))
        except DatabaseUnavailable as error:
            told.append(str(error))
            done[second].wait(10)
            once(lambda: None)
        done[first].set()

    threads = [threading.Thread(target=add, args=names) for names in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(told) == 1
    assert "deadlock" in told[0]
    with db.reading() as connection:
        assert connection.execute(text("SELECT sum(used) FROM allowances")).scalar() == 4


_ONE_MORE = text("UPDATE allowances SET used = used + 1 WHERE name = :name")
