"""Claiming: every row once, nobody's row twice, and time frees what a dead worker held."""

import threading
from datetime import timedelta

from sqlalchemy import insert, select

from tests.clock import NOW, Clock
from zoom_bridge.store import claims, tables
from zoom_bridge.store.database import Database


def queue_rows(db: Database, count: int, due_at=NOW) -> None:
    with db.transaction() as connection:
        connection.execute(
            insert(tables.deliveries),
            [
                {
                    "digest": f"{n:064}",
                    "name": "webinar.started",
                    "body": b"{}",
                    "received_at": NOW,
                    "due_at": due_at,
                }
                for n in range(count)
            ],
        )


def claim(db: Database, now=NOW, limit: int = 10) -> tuple[str, list[int]]:
    with db.transaction() as connection:
        return claims.claim(connection, tables.deliveries, now, limit)


def test_a_row_is_claimed_once(db: Database) -> None:
    queue_rows(db, 3)

    _, first = claim(db)
    _, second = claim(db)

    assert len(first) == 3
    assert second == []


def test_rows_that_are_not_due_yet_stay(db: Database) -> None:
    queue_rows(db, 2, due_at=NOW + timedelta(seconds=1))

    _, ids = claim(db)

    assert ids == []


def test_a_dead_workers_rows_are_free_again_when_its_lease_has_run_out(db: Database) -> None:
    queue_rows(db, 1)
    claim(db)

    _, too_early = claim(db, NOW + claims.LEASE - timedelta(seconds=1))
    _, in_time = claim(db, NOW + claims.LEASE)

    assert too_early == []
    assert len(in_time) == 1


def test_a_worker_that_slept_through_its_lease_cannot_finish_its_successors_row(db: Database) -> None:
    queue_rows(db, 1)
    sleeper, ids = claim(db)
    successor, _ = claim(db, NOW + claims.LEASE)

    with db.transaction() as connection:
        late = claims.finish(connection, tables.deliveries, ids[0], sleeper, applied_at=NOW)
        renewed = claims.renew(connection, tables.deliveries, sleeper, ids, NOW + claims.LEASE)
        postponed = claims.postpone(connection, tables.deliveries, ids[0], sleeper, NOW, "late")
        mine = claims.finish(connection, tables.deliveries, ids[0], successor, outcome="by the successor")

    assert (late, renewed, postponed, mine) == (False, False, False, True)
    with db.reading() as connection:
        row = connection.execute(select(tables.deliveries)).one()
    assert (row.outcome, row.applied_at, row.last_error) == ("by the successor", None, None)


def test_postponing_counts_the_attempt_and_says_why(db: Database) -> None:
    queue_rows(db, 1)
    word, ids = claim(db)

    with db.transaction() as connection:
        claims.postpone(connection, tables.deliveries, ids[0], word, NOW + timedelta(minutes=1), "busy")

    with db.reading() as connection:
        row = connection.execute(select(tables.deliveries)).one()
    assert (row.attempts, row.last_error, row.claim) == (1, "busy", None)
    assert row.due_at == NOW + timedelta(minutes=1)


def test_finishing_clears_the_trouble_of_earlier_attempts(db: Database) -> None:
    queue_rows(db, 1)
    word, ids = claim(db)
    with db.transaction() as connection:
        claims.postpone(connection, tables.deliveries, ids[0], word, NOW, "busy")
    word, ids = claim(db)

    with db.transaction() as connection:
        claims.finish(connection, tables.deliveries, ids[0], word)

    with db.reading() as connection:
        row = connection.execute(select(tables.deliveries)).one()
    assert (row.attempts, row.last_error, row.due_at) == (0, None, None)


def test_released_rows_are_due_as_before(db: Database) -> None:
    queue_rows(db, 2)
    word, ids = claim(db)

    with db.transaction() as connection:
        claims.release(connection, tables.deliveries, ids, word)

    assert claim(db)[1] == ids


def test_many_workers_at_once_take_every_row_exactly_once(db: Database) -> None:
    queue_rows(db, 200)
    taken: list[int] = []
    clock = Clock()

    def work() -> None:
        while True:
            _, ids = claim(db, clock(), limit=7)
            if not ids:
                return
            taken.extend(ids)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == len(set(taken)) == 200
