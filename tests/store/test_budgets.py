"""Zoom's limits are spent by all processes together: here two that share a database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from zoom_bridge.store import budgets
from zoom_bridge.store.budgets import Ledger
from zoom_bridge.store.database import Database

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 9, 2, tzinfo=UTC)
TENTH = timedelta(milliseconds=100)
LONG = timedelta(hours=1)


@pytest.fixture
def processes(db: Database) -> Iterator[tuple[Ledger, Ledger]]:
    other = Database(db.url)
    yield Ledger(db), Ledger(other)
    other.dispose()


def book(ledger: Ledger, now: datetime = NOON, patience: timedelta = LONG, per_day: int = 0) -> datetime:
    return ledger.book("heavy", TENTH, now, now + patience, "heavy", per_day)


def test_turns_are_given_one_after_another_whoever_asks(processes: tuple[Ledger, Ledger]) -> None:
    one, other = processes

    turns = [book(ledger) for ledger in (one, other, other, one)]

    assert turns == [NOON, NOON + TENTH, NOON + 2 * TENTH, NOON + 3 * TENTH]


def test_after_a_while_of_silence_the_next_turn_is_at_once(processes: tuple[Ledger, Ledger]) -> None:
    one, other = processes
    book(one)

    assert book(other, NOON + LONG) == NOON + LONG


def test_queues_do_not_wait_for_one_another(processes: tuple[Ledger, Ledger]) -> None:
    one, other = processes
    book(one)

    assert other.book("light", TENTH, NOON, NOON, "", 0) == NOON


def test_whoever_would_wait_too_long_books_nothing(processes: tuple[Ledger, Ledger]) -> None:
    one, other = processes
    book(one)

    assert book(other, patience=TENTH / 2) == NOON + TENTH
    assert book(other) == NOON + TENTH


def test_an_empty_pool_means_midnight_utc_and_what_was_refused_is_not_counted(
    processes: tuple[Ledger, Ledger], db: Database
) -> None:
    one, other = processes
    book(one, per_day=2)
    book(other, per_day=2)

    assert [book(one, per_day=2), book(other, per_day=2)] == [MIDNIGHT, MIDNIGHT]
    assert book(one, MIDNIGHT, per_day=2) == MIDNIGHT
    with db.reading() as connection:
        assert budgets.pool_used(connection, "heavy", NOON) == 2


def test_what_is_kept_in_reserve_is_left_for_those_who_may_spend_it(processes: tuple[Ledger, Ledger]) -> None:
    one, other = processes
    book(one, per_day=9)

    assert book(other, per_day=1) == MIDNIGHT
    assert book(other, per_day=9) < MIDNIGHT


def test_a_pause_that_zoom_asked_of_one_process_holds_for_all(processes: tuple[Ledger, Ledger]) -> None:
    one, other = processes
    until = NOON + timedelta(minutes=5, microseconds=33)

    one.hold("heavy", until, NOON)

    assert other.held_until("heavy", NOON) == until
    assert book(other) >= until
    assert book(one) >= until + TENTH
    assert other.held_until("heavy", until) is None
    assert other.held_until("light", NOON) is None


def test_a_pause_into_the_next_day_holds_on_both_sides_of_midnight(processes: tuple[Ledger, Ledger]) -> None:
    one, other = processes
    until = MIDNIGHT + timedelta(seconds=30)

    one.hold("heavy", until, NOON)

    assert book(other, patience=timedelta(days=1)) >= until
    assert book(other, MIDNIGHT) >= until


def test_a_shorter_pause_does_not_end_a_longer_one(processes: tuple[Ledger, Ledger]) -> None:
    one, other = processes
    until = NOON + timedelta(minutes=5)
    one.hold("heavy", until, NOON)

    other.hold("heavy", NOON + timedelta(seconds=1), NOON)

    assert one.held_until("heavy", NOON + timedelta(seconds=2)) == until
    assert book(one) >= until


def test_what_people_spend_is_counted_by_the_day_and_can_be_given_back(db: Database) -> None:
    anna, ben = (budgets.of_person("add", "95000000001", n) for n in (1, 2))
    with db.transaction() as connection:
        budgets.spend(connection, [anna, ben], NOON)
        budgets.spend(connection, [anna], NOON)
        budgets.spend(connection, [ben], NOON, times=-1)

        assert budgets.spent(connection, [anna, ben], NOON) == {anna: 2, ben: 0}
        assert budgets.spent(connection, [anna, ben], MIDNIGHT) == {}


def test_a_hosts_address_is_not_kept(db: Database) -> None:
    assert "@" not in budgets.of_host("webinar-1@example.org")
    assert budgets.of_host("Webinar-1@example.org") == budgets.of_host("webinar-1@example.org")
