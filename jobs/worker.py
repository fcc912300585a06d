"""Claim a few rows, do each, fence each, until none is due.

One poisoned row stops nobody: what goes wrong with it is written on it, and it comes back later or is given up.
What goes wrong for everybody (wrong password, server gone) pauses the job as a whole and burns no row."""

import logging
import re
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Table

from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.retry import Patience, next_attempt
from zoom_bridge.store import claims, runs
from zoom_bridge.store.database import Database, DatabaseUnavailable

log = logging.getLogger(__name__)

_ADDRESS = re.compile(r"[^\s<>()\"'“”:;,]+@[^\s<>()\"'“”:;,]+")

#: What the organiser reads of a mistake of ours.
MISTAKE = "Something went wrong here. We try again."

Clock = Callable[[], datetime]
#: Does the rows with these ids, claimed by this word. Most flows take one row at a time.
Do = Callable[[Sequence[int], str], None]
#: Claims some due rows; returns the claim's word and the ids.
Claim = Callable[[datetime], tuple[str, Sequence[int]]]


@dataclass(frozen=True)
class Work:
    """One kind of rows to be worked through. `claim`: where claiming needs more than taking what is due."""

    job: str
    table: Table
    patience: Patience
    do: Do
    claim: Claim | None = None


@dataclass(frozen=True)
class Hold:
    """Rows in hand: their claim, and when it was made."""

    word: str
    ids: Sequence[int]
    since: datetime


class Trouble(Exception):
    """Something is wrong for every row of this kind."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def work_through(db: Database, work: Work, clock: Clock, stop: threading.Event, *, once: bool = False) -> int:
    """Do everything that is due, what is claimed together at once; returns how many rows were done. `once`: what is
    claimed first is enough."""
    done = 0
    while not stop.is_set() and (hold := _take(db, work, clock, 1)):
        try:
            done += _attempt(db, work, hold, clock)
        except Trouble as trouble:
            pause(db, work, trouble.failure, clock())
            break
        if once:
            break
    return done


def work_singly(
    db: Database, work: Work, clock: Clock, stop: threading.Event, batch: int = 20, *, once: bool = False
) -> int:
    """The same for rows that are quick to do: claimed by the batch, done one by one, the claim renewed in time.
    `once`: one batch is enough."""
    done = 0
    while not stop.is_set() and (hold := _take(db, work, clock, batch)):
        renewed_at = hold.since
        for n, row_id in enumerate(hold.ids):
            rest = hold.ids[n:]
            if stop.is_set():
                release(db, work.table, rest, hold.word)
                return done
            if clock() > renewed_at + claims.LEASE / 3:
                renewed_at = clock()
                if not renew(db, work.table, hold.word, rest, renewed_at):
                    # We slept too long, and somebody else may have taken over.
                    release(db, work.table, rest, hold.word)
                    break
            try:
                done += _attempt(db, work, Hold(hold.word, [row_id], hold.since), clock)
            except Trouble as trouble:
                release(db, work.table, rest, hold.word)
                pause(db, work, trouble.failure, clock())
                return done
            except DatabaseUnavailable:
                # Nobody knows how far the row in hand came: it stays claimed until its lease has run out.
                with suppress(DatabaseUnavailable):
                    release(db, work.table, rest[1:], hold.word)
                raise
        if once:
            break
    return done


def _take(db: Database, work: Work, clock: Clock, limit: int) -> Hold | None:
    """Some rows that are due; None when there are none, or the job pauses."""
    since = clock()
    if pauses(db, work.job, since):
        return None
    word, ids = work.claim(since) if work.claim else _claim(db, work.table, since, limit)
    return Hold(word, ids, since) if ids else None


def pauses(db: Database, job: str, now: datetime) -> bool:
    """Whether it is in trouble and must not try yet."""
    with db.glancing() as connection:
        run = runs.find(connection, job)
    return run is not None and run.paused_until is not None and now < run.paused_until


def _attempt(db: Database, work: Work, hold: Hold, clock: Clock) -> int:
    try:
        work.do(hold.ids, hold.word)
    except Failure as failure:
        put_back(db, work, hold, failure, clock())
        if failure.systemic:
            raise Trouble(failure) from failure
        log.warning("%s: %s", work.job, without_addresses(failure.message))
        return 0
    except DatabaseUnavailable:
        raise
    except Exception:
        # A mistake of ours: the row waits, everybody else goes on, and the log has the trace.
        log.exception("%s failed unexpectedly", work.job)
        if len(hold.ids) > 1:
            return _attempt_each(db, work, hold, clock)
        put_back(db, work, hold, Failure(MISTAKE), clock())
        return 0
    return len(hold.ids)


def _attempt_each(db: Database, work: Work, hold: Hold, clock: Clock) -> int:
    """One of them is poisoned: each by itself, so that it stands alone from here on."""
    with db.reading() as connection:
        left = [row.id for row in claims.held(connection, work.table, hold.ids, hold.word)]
    return sum(_attempt(db, work, Hold(hold.word, [row_id], hold.since), clock) for row_id in left)


def put_back(db: Database, work: Work, hold: Hold, failure: Failure, now: datetime) -> None:
    with db.transaction() as connection:
        for row in claims.held(connection, work.table, hold.ids, hold.word):
            again = next_attempt(failure, row.attempts + 1, now, work.patience)
            if again is None and row.due_at is not None and row.due_at > hold.since:
                # It was given up as it was, but it was made due anew meanwhile: as it is now it deserves a try.
                again = now
            if again is None:
                claims.give_up(connection, work.table, row.id, hold.word, now, failure.message)
            else:
                counted = not failure.systemic
                claims.postpone(
                    connection,
                    work.table,
                    row.id,
                    hold.word,
                    again,
                    failure.message,
                    counted=counted,
                    doubtful=failure.outcome_unknown,
                )


def _claim(db: Database, table: Table, now: datetime, limit: int) -> tuple[str, list[int]]:
    with db.transaction() as connection:
        return claims.claim(connection, table, now, limit)


def renew(db: Database, table: Table, word: str, ids: Sequence[int], now: datetime) -> bool:
    with db.transaction() as connection:
        return claims.renew(connection, table, word, ids, now)


def release(db: Database, table: Table, ids: Sequence[int], word: str) -> None:
    with db.transaction() as connection:
        claims.release(connection, table, ids, word)


def pause(db: Database, work: Work, failure: Failure, now: datetime) -> None:
    """Once for all rows: the organiser gets one alarm, and the next try comes later with each that fails."""
    log.error("%s pauses: %s", work.job, without_addresses(failure.message))
    with db.transaction() as connection:
        run = runs.find(connection, work.job)
        until = next_attempt(failure, run.failures + 1 if run else 1, now, work.patience)
        runs.record_trouble(connection, work.job, failure.message, until or now, failure.permanent, now)


def without_addresses(message: str) -> str:
    """Mail servers and Zoom repeat whom they mean. The organiser reads it, the log does not keep it."""
    return _ADDRESS.sub("…", message)
