"""SQLite's writers: they queue, and what gathers while one of them commits is committed together.

SQLite lets one connection write at a time, and whoever waits polls, with a tail of a third of a second. Here the
writers of a process take turns in the order they came. Each transaction is a part of a batch, which is committed as
soon as all have written who were waiting by then; so one commit, and one wait for the disk, serves them all.
Processes take turns as well. Nobody goes on before the commit, and everybody in the batch is told if it failed."""

import fcntl
import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock

from sqlalchemy import Connection, Engine, NestedTransaction, RootTransaction
from sqlalchemy.exc import DBAPIError

#: Seconds between two looks whether another process has finished its turn.
_SHORTEST_PAUSE = 0.0002
_LONGEST_PAUSE = 0.005


class NotWritten(Exception):
    """The turn did not come, or the commit failed: nothing was written."""


@dataclass
class _Wish:
    """What one thread wants written. `over`: it was tried; `error`: it failed."""

    row: dict[str, object]
    over: bool = False
    error: BaseException | None = None


class Crowd:
    """Rows of one kind that many threads want to write at the same time: whoever comes first writes for all who have
    come by then, in one statement, and nobody goes on before the commit. When that fails, it has failed for all who
    wait: none of them tries the same in vain once more, which would take them longer than Zoom waits."""

    def __init__(self, write_all: Callable[[list[dict[str, object]]], object]) -> None:
        self._write_all = write_all
        self._writing = Lock()
        self._wishes: list[_Wish] = []

    def write(self, row: dict[str, object]) -> None:
        wish = _Wish(row)
        self._wishes.append(wish)
        with self._writing:
            if not wish.over:
                self._write_for_all()
        if wish.error:
            raise NotWritten(str(wish.error)) from wish.error

    def _write_for_all(self) -> None:
        wishes = self._take()
        error: BaseException | None = None
        try:
            self._write_all([wish.row for wish in wishes])
        except BaseException as failed:
            error = failed
            wishes += self._take()
            if not isinstance(failed, Exception):
                raise
        finally:
            for wish in wishes:
                wish.error, wish.over = error, True

    def _take(self) -> list[_Wish]:
        """Others may add to the end meanwhile."""
        wishes = self._wishes[:]
        del self._wishes[: len(wishes)]
        return wishes


class Turns:
    """A lock that is given in the order of asking."""

    def __init__(self) -> None:
        self._mutex = Lock()
        self._taken = False
        self._waiting: deque[Lock] = deque()

    @contextmanager
    def turn(self, patience: float = -1) -> Iterator[None]:
        if not self._take(patience):
            raise NotWritten("another writer holds the database")
        try:
            yield
        finally:
            self._give()

    def _take(self, patience: float) -> bool:
        with self._mutex:
            if not self._taken:
                self._taken = True
                return True
            ticket = Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        if ticket.acquire(timeout=patience):
            return True
        with self._mutex:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
                return False
        return True  # it came in the very moment in which we gave up

    def _give(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


class Between:
    """The same between processes: one holds the turn, one is next, and who has just had it waits behind that one.
    The system takes the locks away from a process that dies."""

    def __init__(self, path: str) -> None:
        self._next, self._turn = (
            os.open(f"{path}-{name}", os.O_RDWR | os.O_CREAT, 0o600) for name in ("next", "turn")
        )

    def take(self, patience: float) -> None:
        """Seconds of patience: a process that was stopped in the middle of its turn must not stop all others."""
        until = time.monotonic() + patience
        _lock(self._next, until)
        try:
            _lock(self._turn, until)
        finally:
            fcntl.flock(self._next, fcntl.LOCK_UN)

    def give(self) -> None:
        fcntl.flock(self._turn, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._next)
        os.close(self._turn)


def _lock(file: int, until: float) -> None:
    """Asks again and again, because the system's own waiting knows no end. Most turns last a few milliseconds."""
    pause = _SHORTEST_PAUSE
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise NotWritten("another process holds the database") from None
            time.sleep(pause)
            pause = min(pause * 1.2, _LONGEST_PAUSE)
        else:
            return


@dataclass
class Batch:
    """Transactions that share a commit. `over`: it was tried; `error`: it failed, and nothing of the batch is there.

    Whoever began it commits it. The others only wait, because a turn for each of them would hold up the next batch."""

    connection: Connection
    whole: RootTransaction
    parts: int = 0
    over: Event = field(default_factory=Event)
    error: Exception | None = None

    @property
    def lost(self) -> bool:
        """A full disk, for example, makes SQLite roll everything back by itself, and then commit each statement."""
        if self.connection.invalidated:
            return True
        return not self.connection.connection.driver_connection.in_transaction  # type: ignore[union-attr]

    def take_back(self, part: NestedTransaction | None) -> bool:
        """Whether only that part could be taken back; else the batch is at its end."""
        if part is None or self.lost:
            return False
        try:
            part.rollback()
        except DBAPIError:
            return False
        return True


class Writers:
    """The writers of this process. Processes that fork make theirs afterwards."""

    def __init__(self, engine: Engine, path: str, patience: float) -> None:
        self._engine, self._path, self._patience = engine, path, patience
        self._turns = Turns()
        self._between: Between | None = None
        self._batch: Batch | None = None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """1. In our turn, write; what raises takes back what it wrote, and nothing else.
        2. Whoever began the batch commits it in the next turn, behind all who asked meanwhile; the others wait."""
        with self._turns.turn(self._patience):
            leads = self._batch is None
            batch = self._batch or self._begin()
            with self._part(batch):
                yield batch.connection
        if leads or not batch.over.wait(self._patience):
            with self._turns.turn():
                if not batch.over.is_set():
                    self._end(batch)
        if batch.error:
            raise NotWritten(str(batch.error)) from batch.error

    def close(self) -> None:
        if self._between:
            self._between.close()
            self._between = None

    @contextmanager
    def _part(self, batch: Batch) -> Iterator[None]:
        # The first needs no savepoint: until it has written, it is the whole batch.
        savepoint = batch.connection.begin_nested() if batch.parts else None
        try:
            yield
            if savepoint:
                savepoint.commit()
            if batch.lost:
                raise NotWritten("the database has rolled back what was written")
        except BaseException as error:
            if not batch.take_back(savepoint):
                self._end(batch, error)
            raise
        batch.parts += 1

    def _begin(self) -> Batch:
        self._between = self._between or Between(self._path)
        self._between.take(self._patience)
        try:
            connection = self._engine.connect().execution_options(writes=True)
            try:
                self._batch = Batch(connection, connection.begin())
            except BaseException:
                connection.close()
                raise
        except BaseException:
            self._between.give()
            raise
        return self._batch

    def _end(self, batch: Batch, error: BaseException | None = None) -> None:
        """Commit; or, because of that error, roll back."""
        self._batch = None
        try:
            if error is None:
                batch.whole.commit()
            else:
                batch.error = error if isinstance(error, Exception) else NotWritten("interrupted")
                batch.whole.rollback()
        except Exception as failed:
            batch.error = failed
            # Whatever state the connection is in, nobody else gets it; with it goes what was not committed.
            batch.connection.invalidate()
        finally:
            batch.connection.close()
            if self._between:
                self._between.give()
            batch.over.set()
