"""What was spent of Zoom's rate limits, in which window; shared by all processes. Queues for turns per second, pools for
the UTC day, and pauses that Zoom asked for; and what one person and one host may still be given today. What the
limits are is in `zoom/pacing.py`.

All of it is in the table of allowances:

    name             window_starts_at   used
    zoom turn …      the UTC day        when the next turn is free, in tenths of milliseconds of that day
    zoom pool …      the UTC day        calls
    zoom hold …      when it ends       –
    zoom spent …     the next UTC day   –
    zoom person …    the UTC day        adds, or changes of status
    zoom host …      the UTC day        creations and updates"""

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Executable, Integer, bindparam, case, func, select
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.store import tables
from zoom_bridge.store.database import Database

_TABLE = tables.allowances
_KEY = ["name", "window_starts_at"]
_DAY = timedelta(days=1)
_TICK = timedelta(microseconds=100)


class Ledger:
    """The queues, pools and pauses. Each booking is one short transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def book(
        self, queue: str, apart: timedelta, now: datetime, latest: datetime, pool: str, per_day: int
    ) -> datetime:
        """The instant of the next turn; nothing is booked when it comes after `latest`. A pool that is empty means
        the next day."""
        day = _day(now)
        try:
            with self._db.transaction() as connection:
                turn = _push(connection, queue, day, _ticks(now - day), _ticks(apart))
                if turn > latest:
                    raise _Later
                if per_day and _count(connection, f"zoom pool {pool}", day) > per_day:
                    raise _Empty
        except _Empty:
            turn = day + _DAY
            self._mark(f"zoom spent {pool}", turn)
        except _Later:
            pass
        return turn

    def hold(self, queue: str, until: datetime, now: datetime) -> None:
        """No turns before then: the queue is pushed on, today and tomorrow, and whoever booked already can see it."""
        with self._db.transaction() as connection:
            connection.execute(_setting(connection.dialect.name), _row(f"zoom hold {queue}", until, 0))
            for day in (_day(now), _day(now) + _DAY):
                if until > day:
                    _push(connection, queue, day, _ticks(until - day), 0)

    def _mark(self, name: str, until: datetime) -> None:
        with self._db.transaction() as connection:
            connection.execute(_setting(connection.dialect.name), _row(name, until, 0))

    def held_until(self, queue: str, now: datetime) -> datetime | None:
        with self._db.glancing() as connection:
            return held_until(connection, queue, now)


class _Later(Exception):
    """The turn comes too late; what was written is taken back."""


class _Empty(Exception):
    """The same for a pool with nothing left."""


def held_until(connection: Connection, queue: str, now: datetime) -> datetime | None:
    """Until when Zoom asked us to make no such calls."""
    found: datetime | None = connection.execute(_HELD, {"name": f"zoom hold {queue}", "now": now}).scalar_one()
    return found


_HELD = select(func.max(_TABLE.c.window_starts_at)).where(
    _TABLE.c.name == bindparam("name"), _TABLE.c.window_starts_at > bindparam("now")
)


def rests_until(connection: Connection, now: datetime) -> datetime | None:
    """Until when Zoom wants fewer calls than there are to be made, because it said so or because its day is spent."""
    found: datetime | None = connection.execute(_RESTS, {"now": now}).scalar_one()
    return found


_RESTS = select(func.max(_TABLE.c.window_starts_at)).where(
    _TABLE.c.name.like("zoom hold %") | _TABLE.c.name.like("zoom spent %"),
    _TABLE.c.window_starts_at > bindparam("now"),
)


def spent(connection: Connection, names: Sequence[str], now: datetime) -> Mapping[str, int]:
    """How often each of these was spent today; what was not is not in it."""
    query = select(_TABLE.c.name, _TABLE.c.used).where(
        _TABLE.c.name.in_(names), _TABLE.c.window_starts_at == _day(now)
    )
    return {row.name: row.used for row in connection.execute(query)}


def spend(connection: Connection, names: Iterable[str], now: datetime, times: int = 1) -> None:
    """Count one more of each today; one less when it turned out not to have happened."""
    rows = [{"name": name, "day": _day(now), "used": times} for name in sorted(names)]
    if rows:
        connection.execute(_counting(connection.dialect.name), rows)


def pool_used(connection: Connection, pool: str, now: datetime) -> int:
    """How many calls of this pool were made today."""
    name = f"zoom pool {pool}"
    return spent(connection, [name], now).get(name, 0)


def of_person(what: str, zoom_id: str, registration_id: int) -> str:
    return f"zoom person {what} {zoom_id} {registration_id}"


def of_host(host: str) -> str:
    return f"zoom host {hashlib.sha256(host.casefold().encode()).hexdigest()[:32]}"


def _push(connection: Connection, queue: str, day: datetime, base: int, apart: int) -> datetime:
    """The queue's next turn, not before `base`, and it is taken: the one after it comes so much later."""
    values = _row(f"zoom turn {queue}", day, base + apart) | {"base": base, "apart": apart}
    free = int(connection.execute(_pushing(connection.dialect.name), values).scalar_one())
    return day + (free - apart) * _TICK


def _count(connection: Connection, name: str, day: datetime) -> int:
    return int(connection.execute(_counted(connection.dialect.name), _row(name, day, 1)).scalar_one())


def _row(name: str, window: datetime, used: int) -> dict[str, object]:
    return {"name": name, "day": window, "used": used}


def _day(now: datetime) -> datetime:
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _ticks(span: timedelta) -> int:
    return math.ceil(span / _TICK)


# Put together once: a call to Zoom should not cost building the same statement anew.


@cache
def _pushing(dialect: str) -> Executable:
    base = bindparam("base", type_=Integer)
    later = case((_TABLE.c.used > base, _TABLE.c.used), else_=base)
    changed = {"used": later + bindparam("apart", type_=Integer)}
    return _upserting(dialect).on_conflict_do_update(index_elements=_KEY, set_=changed).returning(_TABLE.c.used)


@cache
def _counting(dialect: str) -> Executable:
    return _adding(dialect)


@cache
def _counted(dialect: str) -> Executable:
    return _adding(dialect).returning(_TABLE.c.used)


@cache
def _setting(dialect: str) -> Executable:
    return _upserting(dialect).on_conflict_do_nothing(index_elements=_KEY)


def _adding(dialect: str) -> postgresql.Insert | sqlite.Insert:
    upsert = _upserting(dialect)
    changed = {"used": _TABLE.c.used + upsert.excluded.used}
    return upsert.on_conflict_do_update(index_elements=_KEY, set_=changed)


def _upserting(dialect: str) -> postgresql.Insert | sqlite.Insert:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(_TABLE).values(name=bindparam("name"), window_starts_at=bindparam("day"), used=bindparam("used"))
