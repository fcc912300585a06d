"""Claim, do, fence: one poisoned row stops nobody, trouble for all burns no row, and nobody does another's work."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from jobs.worker import Work, work_singly, work_through
from tests.clock import NOW, Clock
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.retry import Patience
from zoom_bridge.store import claims, runs, tables
from zoom_bridge.store.database import Database, DatabaseUnavailable

TABLE = tables.deliveries
PATIENCE = Patience(first=timedelta(seconds=10), longest=timedelta(minutes=5), tries=3)
Deed = Callable[[int], None]


@pytest.fixture
def stop() -> threading.Event:
    return threading.Event()


def queue(db: Database, count: int) -> None:
    row = {"name": "webinar.started", "body": b"{}", "received_at": NOW, "due_at": NOW}
    with db.transaction() as connection:
        connection.execute(insert(TABLE), [row | {"digest": f"{n:064}"} for n in range(count)])


def work(db: Database, deed: Deed) -> Work:
    """Does the deed with each row and finishes it, as a flow would."""

    def do(ids: Sequence[int], word: str) -> None:
        for row_id in ids:
            deed(number(db, row_id))
            with db.transaction() as connection:
                claims.finish(connection, TABLE, row_id, word, applied_at=NOW)

    return Work("apply_webhooks", TABLE, PATIENCE, do)


def number(db: Database, row_id: int) -> int:
    with db.reading() as connection:
        return int(connection.execute(select(TABLE.c.digest).where(TABLE.c.id == row_id)).scalar_one())


def kept(db: Database) -> list[Any]:
    with db.reading() as connection:
        return list(connection.execute(select(TABLE).order_by(TABLE.c.digest)))


def raising(failure: Exception, *numbers: int) -> Deed:
    def deed(n: int) -> None:
        if n in numbers or not numbers:
            raise failure

    return deed


ways = pytest.mark.parametrize("way", [work_through, work_singly])


@ways
def test_everything_due_is_done_once(db: Database, clock: Clock, stop: threading.Event, way: Any) -> None:
    queue(db, 45)
    seen: list[int] = []

    done = way(db, work(db, seen.append), clock, stop)

    assert done == 45
    assert sorted(seen) == list(range(45))
    assert way(db, work(db, seen.append), clock, stop) == 0


@ways
def test_a_poisoned_row_is_postponed_and_the_others_go_on(
    db: Database, clock: Clock, stop: threading.Event, way: Any
) -> None:
    queue(db, 5)

    done = way(db, work(db, raising(Failure("not now"), 2)), clock, stop)

    poisoned = kept(db)[2]
    assert done == 4
    assert (poisoned.attempts, poisoned.last_error, poisoned.claim) == (1, "not now", None)
    assert clock() + timedelta(seconds=5) <= poisoned.due_at <= clock() + timedelta(seconds=10)


@ways
def test_a_mistake_of_ours_is_postponed_without_telling_what_it_was(
    db: Database, clock: Clock, stop: threading.Event, way: Any, caplog: pytest.LogCaptureFixture
) -> None:
    queue(db, 3)

    done = way(db, work(db, raising(ValueError("secret"), 1)), clock, stop)

    assert done == 2
    assert kept(db)[1].last_error == "Something went wrong here. We try again."
    assert "failed unexpectedly" in caplog.text


@ways
def test_a_permanent_failure_is_given_up_at_once(
    db: Database, clock: Clock, stop: threading.Event, way: Any
) -> None:
    queue(db, 2)

    way(db, work(db, raising(Failure("never", permanent=True), 0)), clock, stop)

    row = kept(db)[0]
    assert (row.gave_up_at, row.due_at, row.last_error) == (NOW, None, "never")


@ways
def test_after_so_many_attempts_a_row_is_given_up(
    db: Database, clock: Clock, stop: threading.Event, way: Any
) -> None:
    queue(db, 1)
    tries: list[int] = []

    def deed(n: int) -> None:
        tries.append(n)
        raise Failure("not now")

    for _ in range(10):
        way(db, work(db, deed), clock, stop)
        clock.advance(minutes=5)

    assert len(tries) == PATIENCE.tries
    assert kept(db)[0].gave_up_at is not None


@ways
def test_the_other_sides_wish_is_kept(db: Database, clock: Clock, stop: threading.Event, way: Any) -> None:
    queue(db, 1)
    tomorrow = NOW + timedelta(days=1)

    way(db, work(db, raising(Failure("come back tomorrow", not_before=tomorrow))), clock, stop)

    assert kept(db)[0].due_at == tomorrow


@ways
def test_trouble_for_all_pauses_the_job_and_burns_no_row(
    db: Database, clock: Clock, stop: threading.Event, way: Any
) -> None:
    queue(db, 10)
    tries: list[int] = []

    def deed(n: int) -> None:
        tries.append(n)
        raise Failure("wrong password", systemic=True, permanent=True)

    for _ in range(120):
        way(db, work(db, deed), clock, stop)
        clock.advance(seconds=1)

    with db.reading() as connection:
        run = runs.find(connection, "apply_webhooks")
    assert run is not None
    assert (run.alarm, run.last_error, run.failed_since) == (True, "wrong password", NOW)
    assert len(tries) <= 2, "at most once a minute"
    assert all(row.attempts == 0 and row.gave_up_at is None and row.claim is None for row in kept(db))


@ways
def test_after_the_trouble_everything_is_done(db: Database, clock: Clock, stop: threading.Event, way: Any) -> None:
    queue(db, 10)
    way(db, work(db, raising(Failure("down", systemic=True))), clock, stop)
    clock.advance(minutes=5)

    done = way(db, work(db, lambda n: None), clock, stop)

    assert done == 10


@ways
def test_a_pause_holds_for_every_process(db: Database, clock: Clock, stop: threading.Event, way: Any) -> None:
    queue(db, 2)
    way(db, work(db, raising(Failure("down", systemic=True))), clock, stop)
    clock.advance(seconds=30)

    elsewhere = way(db, work(db, lambda n: None), clock, stop)

    assert elsewhere == 0


def test_asked_to_stop_the_row_in_hand_is_finished_and_the_rest_given_back(
    db: Database, clock: Clock, stop: threading.Event
) -> None:
    queue(db, 10)

    done = work_singly(db, work(db, lambda n: stop.set()), clock, stop)

    assert done == 1
    assert sum(row.due_at is not None and row.claim is None for row in kept(db)) == 9


@ways
def test_asked_to_stop_before_it_begins_it_takes_nothing(
    db: Database, clock: Clock, stop: threading.Event, way: Any
) -> None:
    queue(db, 1)
    stop.set()

    assert way(db, work(db, lambda n: None), clock, stop) == 0
    assert kept(db)[0].claim is None


def test_a_long_batch_renews_its_claim(db: Database, clock: Clock, stop: threading.Event) -> None:
    queue(db, 10)
    stolen: list[int] = []

    def deed(n: int) -> None:
        clock.advance(seconds=50)
        with db.transaction() as connection:
            stolen.extend(claims.claim(connection, TABLE, clock(), 1)[1])

    done = work_singly(db, work(db, deed), clock, stop, batch=10)

    assert done == 10
    assert stolen == []


def test_a_sleeper_loses_its_batch_to_its_successor_and_does_not_touch_it(
    db: Database, clock: Clock, stop: threading.Event
) -> None:
    """The machine stands still for longer than the lease: whoever took over does the rest."""
    queue(db, 5)
    by_sleeper, by_successor = [], []

    def oversleep(n: int) -> None:
        by_sleeper.append(n)
        if len(by_sleeper) == 1:
            clock.advance(claims.LEASE)
            work_singly(db, work(db, by_successor.append), clock, stop)

    work_singly(db, work(db, oversleep), clock, stop)

    assert by_sleeper == [0], "only the one in hand"
    assert sorted(by_successor) == [0, 1, 2, 3, 4]
    assert all(row.applied_at for row in kept(db))


def test_a_sleepers_failure_is_not_written_on_its_successors_row(
    db: Database, clock: Clock, stop: threading.Event
) -> None:
    queue(db, 1)

    def oversleep(n: int) -> None:
        clock.advance(claims.LEASE)
        work_singly(db, work(db, lambda n: None), clock, stop)
        raise Failure("too late", permanent=True)

    work_singly(db, work(db, oversleep), clock, stop)

    row = kept(db)[0]
    assert (row.gave_up_at, row.last_error, row.applied_at) == (None, None, NOW)


@ways
def test_what_is_made_due_anew_while_it_fails_for_good_is_tried_as_it_is_now(
    db: Database, clock: Clock, stop: threading.Event, way: Any
) -> None:
    queue(db, 1)
    tries: list[int] = []

    def deed(n: int) -> None:
        tries.append(n)
        if len(tries) == 1:
            clock.advance(seconds=1)
            with db.transaction() as connection:
                connection.execute(update(TABLE).values(due_at=clock(), attempts=0))
            raise Failure("never", permanent=True)

    way(db, work(db, deed), clock, stop)

    row = kept(db)[0]
    assert len(tries) == 2
    assert (row.gave_up_at, row.applied_at) == (None, NOW)


def test_a_mistake_over_many_rows_at_once_is_narrowed_down_to_the_one(
    db: Database, clock: Clock, stop: threading.Event, caplog: pytest.LogCaptureFixture
) -> None:
    queue(db, 6)
    together = work(db, lambda n: None)

    def do(ids: Sequence[int], word: str) -> None:
        if 3 in [number(db, row_id) for row_id in ids]:
            raise KeyError("a mistake of ours")
        together.do(ids, word)

    def claim(now: datetime) -> tuple[str, Sequence[int]]:
        with db.transaction() as connection:
            return claims.claim(connection, TABLE, now, 6)

    done = work_through(db, Work("apply_webhooks", TABLE, PATIENCE, do, claim), clock, stop)

    assert done == 5
    assert [row.attempts for row in kept(db)] == [0, 0, 0, 1, 0, 0]


@ways
def test_a_database_that_goes_away_is_no_fault_of_the_row(
    db: Database, clock: Clock, stop: threading.Event, way: Any
) -> None:
    queue(db, 3)

    with pytest.raises(DatabaseUnavailable):
        way(db, work(db, raising(DatabaseUnavailable("gone"), 1)), clock, stop)

    assert [row.attempts for row in kept(db)] == [0, 0, 0]
    clock.advance(claims.LEASE)
    assert way(db, work(db, lambda n: None), clock, stop) == 2


def test_what_a_worker_had_not_begun_when_the_database_went_away_is_free_at_once(
    db: Database, clock: Clock, stop: threading.Event
) -> None:
    queue(db, 5)
    with pytest.raises(DatabaseUnavailable):
        work_singly(db, work(db, raising(DatabaseUnavailable("gone"), 0)), clock, stop)

    assert work_singly(db, work(db, lambda n: None), clock, stop) == 4


def test_workers_side_by_side_do_every_row_once(db: Database, clock: Clock, stop: threading.Event) -> None:
    queue(db, 120)
    seen: list[int] = []
    threads = [
        threading.Thread(target=work_singly, args=(db, work(db, seen.append), clock, stop, 7)) for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(seen) == list(range(120))
