"""So much in each window, counted for all processes together."""

import threading
from datetime import timedelta

import pytest

from tests.clock import NOW, Clock
from tests.flows.deeds import rows
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.refusals import TooManyRequests
from zoom_bridge.flows import allowing, forgetting

HOUR = timedelta(hours=1)


def spend(bridge: Bridge, name: str = "register 192.0.2.1", limit: int = 3) -> None:
    with bridge.db.transaction() as connection:
        allowing.spend(connection, [Allowance(name, limit, HOUR)], bridge.clock())


def test_the_fourth_of_three_is_refused(bridge: Bridge) -> None:
    for _ in range(3):
        spend(bridge)

    with pytest.raises(TooManyRequests):
        spend(bridge)


def test_the_narrowest_of_several_limits_holds(bridge: Bridge) -> None:
    both = [Allowance("per address", 5, HOUR), Allowance("per network", 2, HOUR)]
    for _ in range(2):
        with bridge.db.transaction() as connection:
            allowing.spend(connection, both, NOW)

    with pytest.raises(TooManyRequests), bridge.db.transaction() as connection:
        allowing.spend(connection, both, NOW)


def test_others_are_counted_by_themselves(bridge: Bridge) -> None:
    for n in range(10):
        spend(bridge, f"register 192.0.2.{n}")


def test_the_next_window_begins_anew(bridge: Bridge, clock: Clock) -> None:
    for _ in range(3):
        spend(bridge)
    clock.advance(HOUR)

    spend(bridge)


def test_who_goes_on_asking_is_let_in_again_all_the_same(bridge: Bridge, clock: Clock) -> None:
    for _ in range(20):
        with pytest.raises(TooManyRequests):
            spend(bridge, limit=0)
    clock.advance(HOUR)

    spend(bridge)


def test_many_at_once_do_not_get_more(bridge: Bridge) -> None:
    allowed, refused = [], []

    def ask() -> None:
        try:
            spend(bridge, limit=5)
            allowed.append(1)
        except TooManyRequests:
            refused.append(1)

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(allowed), len(refused)) == (5, 15)


def test_a_name_of_any_length_is_counted(bridge: Bridge) -> None:
    spend(bridge, "ä" * 5000, limit=1)

    with pytest.raises(TooManyRequests):
        spend(bridge, "ä" * 5000, limit=1)


def test_old_counters_go(bridge: Bridge) -> None:
    spend(bridge)

    forgetting.forget_leftovers(bridge.db, NOW + timedelta(days=3))

    assert rows(bridge, "allowances") == []
