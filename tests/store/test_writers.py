"""SQLite's writers: in turn, in batches, and nothing is acknowledged that was rolled back."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, insert, select, text
from sqlalchemy.exc import OperationalError

from tests.clock import NOW
from zoom_bridge.store import tables
from zoom_bridge.store.database import Database, DatabaseUnavailable
from zoom_bridge.store.writers import Crowd, NotWritten, Turns


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Database]:
    db = Database(f"sqlite:///{tmp_path / 'written.db'}")
    db.create_all()
    yield db
    db.dispose()


def write(db: Database, name: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    with db.transaction() as connection:
        connection.execute(insert(tables.allowances).values(name=name, window_starts_at=NOW, used=0))
        meanwhile()


def written(db: Database) -> set[str]:
    with db.reading() as connection:
        return set(connection.execute(select(tables.allowances.c.name)).scalars())


def commits(db: Database) -> list[object]:
    """Grows with every commit from now on."""
    seen: list[object] = []
    event.listen(db.engine, "commit", seen.append)
    return seen


class Writer(threading.Thread):
    """Writes one name, and remembers what came of it."""

    def __init__(self, db: Database, name: str, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.db, self.name_written, self.meanwhile = db, name, meanwhile
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            write(self.db, self.name_written, self.meanwhile)
        except Exception as error:
            self.error = error


def together(db: Database, *meanwhile: Callable[[], object]) -> list[Writer]:
    """The first writes until all others wait for their turn; so all are one batch."""
    rest = [Writer(db, f"writer-{n}", what) for n, what in enumerate(meanwhile[1:], 1)]

    def until_all_wait() -> None:
        for writer in rest:
            writer.start()
        time.sleep(0.2)
        meanwhile[0]()

    first = Writer(db, "writer-0", until_all_wait)
    first.start()
    first.join()
    for writer in rest:
        writer.join()
    return [first, *rest]


def nothing() -> None:
    """What happens meanwhile, mostly."""


def fail() -> None:
    raise LookupError


def test_what_gathers_while_one_writes_is_one_commit(file: Database) -> None:
    seen = commits(file)

    writers = together(file, nothing, nothing, nothing, nothing)

    assert [writer.error for writer in writers] == [None] * 4
    assert len(written(file)) == 4
    assert len(seen) == 1


@pytest.mark.parametrize("failing", [0, 1, 3])
def test_whoever_fails_takes_back_their_own_part_only(file: Database, failing: int) -> None:
    meanwhile = [fail if n == failing else nothing for n in range(4)]

    writers = together(file, *meanwhile)

    assert isinstance(writers[failing].error, LookupError)
    assert written(file) == {f"writer-{n}" for n in range(4) if n != failing}


def test_everybody_is_told_when_their_commit_failed(file: Database) -> None:
    def full(_: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    event.listen(file.engine, "commit", full)

    writers = together(file, nothing, nothing, nothing)

    event.remove(file.engine, "commit", full)
    assert [type(writer.error) for writer in writers] == [DatabaseUnavailable] * 3
    assert written(file) == set()
    write(file, "afterwards")
    assert written(file) == {"afterwards"}


def test_nobody_is_told_that_something_stayed_which_the_database_rolled_back_by_itself(file: Database) -> None:
    def roll_back_everything() -> None:
        raw = file._writers._batch.connection.connection.driver_connection
        raw.execute("ROLLBACK")

    writers = together(file, nothing, roll_back_everything, nothing)

    assert [type(writer.error) for writer in writers[:2]] == [DatabaseUnavailable] * 2
    assert written(file) == ({"writer-2"} if writers[2].error is None else set())


def test_nobody_reads_what_is_not_committed(file: Database) -> None:
    seen: list[set[str]] = []

    write(file, "one", lambda: seen.append(written(file)))

    assert seen == [set()]
    assert written(file) == {"one"}


def test_a_writer_who_waits_too_long_is_told_so(file: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file._writers, "_patience", 0.05)
    late = Writer(file, "late")

    def hold() -> None:
        late.start()
        late.join()

    write(file, "first", hold)

    assert isinstance(late.error, DatabaseUnavailable)
    assert written(file) == {"first"}


def test_a_process_that_stands_still_in_its_turn_does_not_stop_the_others(
    file: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locks belong to the opened file, so a second database object is to the first one what another process is."""
    write(file, "first")
    monkeypatch.setattr(file._writers, "_patience", 0.05)
    stopped = Database(file.url)

    def try_to_write() -> None:
        with pytest.raises(DatabaseUnavailable, match="another process"):
            write(file, "refused")

    write(stopped, "stopped", try_to_write)
    write(file, "afterwards")

    stopped.dispose()
    assert written(file) == {"first", "stopped", "afterwards"}


def test_turns_come_in_the_order_of_asking() -> None:
    turns, order, threads = Turns(), list[int](), list[threading.Thread]()

    def ask(n: int) -> None:
        with turns.turn():
            order.append(n)

    with turns.turn():
        for n in range(5):
            threads.append(threading.Thread(target=ask, args=(n,)))
            threads[-1].start()
            time.sleep(0.02)
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2, 3, 4]


def write_on_and_on(url: str, seconds: float) -> None:
    db, until = Database(url), time.monotonic() + seconds
    while time.monotonic() < until:
        with db.transaction() as connection:
            connection.execute(text("UPDATE allowances SET used = used + 1"))
            time.sleep(0.01)
    db.dispose()


@pytest.mark.processes
def test_a_process_that_writes_on_and_on_lets_others_have_their_turn(file: Database) -> None:
    write(file, "busy")
    process = multiprocessing.get_context("spawn").Process(target=write_on_and_on, args=(file.url, 3))
    process.start()
    while not _used(file):
        time.sleep(0.01)

    waits = []
    for n in range(10):
        began = time.monotonic()
        write(file, f"patient-{n}")
        waits.append(time.monotonic() - began)

    process.join()
    assert len(written(file)) == 11
    # Its turn takes 10 ms. Polling, as SQLite does, we would have waited for all three seconds.
    assert sum(waits) < 1.5


def _used(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.execute(text("SELECT max(used) FROM allowances")).scalar_one())


class Scribe:
    """Writes for a crowd; the first time, not before all others wait."""

    def __init__(self, others: int) -> None:
        self.others, self.written, self.error = others, [], None
        self.crowd = Crowd(self.write_all)
        self.told: dict[int, str] = {}

    def write_all(self, rows: list[dict[str, object]]) -> None:
        first = not self.written
        self.written.append([row["n"] for row in rows])
        if first:
            self.threads = [threading.Thread(target=self.ask, args=(n,)) for n in range(1, self.others + 1)]
            for thread in self.threads:
                thread.start()
            while len(self.crowd._wishes) < self.others:
                time.sleep(0.001)
        if self.error:
            raise self.error

    def ask(self, n: int) -> None:
        try:
            self.crowd.write({"n": n})
            self.told[n] = "written"
        except NotWritten:
            self.told[n] = "not written"

    def work(self) -> None:
        self.ask(0)
        for thread in self.threads:
            thread.join()


def test_what_a_crowd_wants_written_while_one_writes_is_written_at_once() -> None:
    scribe = Scribe(others=5)

    scribe.work()

    assert scribe.written[0] == [0]
    assert [sorted(rows) for rows in scribe.written[1:]] == [[1, 2, 3, 4, 5]]
    assert set(scribe.told.values()) == {"written"}
    assert len(scribe.told) == 6


def test_when_it_cannot_be_written_all_who_wait_are_told_so_and_none_tries_in_vain_once_more() -> None:
    scribe = Scribe(others=5)
    scribe.error = OperationalError("INSERT", {}, Exception("database is locked"))

    scribe.work()

    assert scribe.written == [[0]]
    assert set(scribe.told.values()) == {"not written"}
    assert len(scribe.told) == 6
