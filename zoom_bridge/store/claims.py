"""Claim due rows under a lease; finish or postpone them only while they are still ours.

Six tables are worked through, all with the same columns. A claim is an unguessable word written on the row
together with a time until which it holds. Nobody has to free a row whose worker died: time does."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, Update, and_, bindparam, func, or_, select, update

from zoom_bridge.domain.event import URGENT
from zoom_bridge.store import tables

#: How long a claim holds unless it is renewed: well above what one row's calls out may take.
LEASE = timedelta(minutes=4)


def claim(
    connection: Connection,
    table: Table,
    now: datetime,
    limit: int,
    only: ColumnElement[bool] | None = None,
) -> tuple[str, list[int]]:
    """Take up to `limit` due rows that nobody holds, the longest due first.

    Returns the claim and the ids. Two processes that ask at once get different rows: PostgreSQL skips the rows
    another one is just taking, SQLite lets one writer in at a time."""
    word = new_word()
    return word, sorted(claim_in_order(connection, table, word, now, limit, (table.c.due_at, table.c.id), only))


def new_word() -> str:
    """What claims are made with. Nobody can guess it."""
    return secrets.token_urlsafe(12)


def claim_in_order(
    connection: Connection,
    table: Table,
    word: str,
    now: datetime,
    limit: int,
    order: Sequence[Column[Any]],
    only: ColumnElement[bool] | None = None,
) -> list[int]:
    """The same by a word that may hold other rows already; the ids come in that order."""
    due = (
        select(table.c.id)
        .where(table.c.due_at <= now, _free(table, now))
        .order_by(*order)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if only is not None:
        due = due.where(only)
    chosen = due.cte("due")
    taken = connection.execute(
        update(table)
        .where(table.c.id.in_(select(chosen.c.id)))
        .values(claim=word, claimed_until=now + LEASE)
        .returning(*order, table.c.id)
    )
    return [row[-1] for row in sorted(tuple(row) for row in taken)]


def claim_of_one_event(connection: Connection, table: Table, now: datetime, limit: int) -> tuple[str, list[int]]:
    """Take up to `limit` due rows of one event: of one that runs or begins soon, if there are any; else of the one that
    has a row due longest."""
    event = tables.events.c
    urgent = connection.execute(
        select(event.id).where(event.starts_at <= now + URGENT, event.ends_at > now)
    ).scalars()
    event_id = _first_event_due(connection, table, now, table.c.event_id.in_(urgent.all()))
    if event_id is None:
        event_id = _first_event_due(connection, table, now)
    return claim(connection, table, now, limit, table.c.event_id == event_id) if event_id is not None else ("", [])


def _first_event_due(
    connection: Connection, table: Table, now: datetime, only: ColumnElement[bool] | None = None
) -> int | None:
    query = select(table.c.event_id).where(table.c.due_at <= now, _free(table, now))
    if only is not None:
        query = query.where(only)
    return connection.execute(query.order_by(table.c.due_at, table.c.id).limit(1)).scalar()


def renew(connection: Connection, table: Table, word: str, ids: Sequence[int], now: datetime) -> bool:
    """Hold on for another lease. False when a row of ours lapsed and somebody else may have it."""
    renewed = connection.execute(
        update(table).where(table.c.id.in_(ids), table.c.claim == word).values(claimed_until=now + LEASE)
    )
    return renewed.rowcount == len(ids)


def finish(connection: Connection, table: Table, row_id: int, word: str, **values: Any) -> bool:
    """The row's work is done; False when it was no longer ours (then nothing is written)."""
    row = _finished(row_id, word) | values
    # What is worked out by the database itself is part of the statement.
    worked_out = {name: row.pop(name) for name, value in values.items() if isinstance(value, ColumnElement)}
    statement = _finishing(table).values(worked_out) if worked_out else _finishing(table)
    return connection.execute(statement, row).rowcount == 1


def finish_all(connection: Connection, table: Table, row_ids: Sequence[int], word: str, **values: Any) -> None:
    """The same for several; what is no longer ours stays as it is."""
    connection.execute(_finishing(table), [_finished(row_id, word) | values for row_id in row_ids])


def finish_each(connection: Connection, table: Table, word: str, done: Mapping[int, dict[str, Any]]) -> None:
    """The same for several, each with values of its own for the same columns."""
    rows = [_finished(row_id, word) | values for row_id, values in done.items()]
    if rows:
        connection.execute(_finishing(table), rows)


def _finished(row_id: int, word: str) -> dict[str, Any]:
    done = dict.fromkeys(("due_at", "claim", "claimed_until", "last_error", "gave_up_at"))
    return {"held_id": row_id, "held_by": word, "attempts": 0, **done}


@cache
def _finishing(table: Table) -> Update:
    """Put together once, because every single row of work is finished with it."""
    return update(table).where(table.c.id == bindparam("held_id"), table.c.claim == bindparam("held_by"))


def postpone(
    connection: Connection,
    table: Table,
    row_id: int,
    word: str,
    due_at: datetime,
    error: str,
    counted: bool = True,
    doubtful: bool = False,
) -> bool:
    """Try again at `due_at`; the organiser reads why. `doubtful`: it may have been done all the same, which letters
    count."""
    doubt = {"doubtful": table.c.doubtful + 1} if doubtful and "doubtful" in table.c else {}
    attempts = table.c.attempts + int(counted)
    return _put_back(connection, table, row_id, word, due_at=due_at, last_error=error, attempts=attempts, **doubt)


def give_up(connection: Connection, table: Table, row_id: int, word: str, now: datetime, error: str) -> bool:
    """No further attempt by itself; a button makes the row due again."""
    return _put_back(
        connection,
        table,
        row_id,
        word,
        due_at=None,
        last_error=error,
        gave_up_at=now,
        attempts=table.c.attempts + 1,
    )


@dataclass(frozen=True)
class HeldRow:
    """attempts: how many failed so far. due_at: later than the claim when the row was made due anew meanwhile."""

    id: int
    attempts: int
    due_at: datetime | None


def held(connection: Connection, table: Table, ids: Sequence[int], word: str) -> list[HeldRow]:
    """Which of these rows are still ours. In a transaction they stay as they are until its end."""
    query = (
        select(table.c.id, table.c.attempts, table.c.due_at)
        .where(table.c.id.in_(ids), table.c.claim == word)
        .order_by(table.c.id)
    )
    return [HeldRow(row.id, row.attempts, row.due_at) for row in connection.execute(query)]


def count_due(connection: Connection, table: Table, now: datetime, most: int) -> int:
    """How many rows are due and free, counted up to `most`."""
    due = select(table.c.id).where(table.c.due_at <= now, _free(table, now)).limit(most).subquery()
    return connection.execute(select(func.count()).select_from(due)).scalar_one()


def release(connection: Connection, table: Table, ids: Sequence[int], word: str) -> None:
    """Give rows back untouched, for example when the process is asked to stop."""
    connection.execute(
        update(table).where(table.c.id.in_(ids), table.c.claim == word).values(claim=None, claimed_until=None)
    )


def bring_forward(connection: Connection, table: Table, now: datetime, after: datetime, until: datetime) -> None:
    """What would be due, or held, between these two is due and free now."""
    connection.execute(update(table).where(table.c.claimed_until > after).values(claim=None, claimed_until=None))
    connection.execute(update(table).where(table.c.due_at > after, table.c.due_at <= until).values(due_at=now))


def _put_back(connection: Connection, table: Table, row_id: int, word: str, **values: Any) -> bool:
    put_back = connection.execute(
        update(table)
        .where(table.c.id == row_id, table.c.claim == word)
        .values(claim=None, claimed_until=None, **values)
    )
    return put_back.rowcount == 1


def _free(table: Table, now: datetime) -> ColumnElement[bool]:
    return or_(table.c.claim.is_(None), and_(table.c.claimed_until.is_not(None), table.c.claimed_until <= now))
