"""Registrations that Zoom has to learn of, thirty of one event in a call, and several calls under way at once: Zoom's
answers take longer than its limits ask us to wait between two calls."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import enrolling
from zoom_bridge.store import claims, tables

#: Calls under way at once, at most, in each process.
AT_ONCE = 10


def run(bridge: Bridge, stop: threading.Event) -> int:
    """A single one tries the way: a Zoom that refuses us is asked once, not by all. Then there are as many as there are
    full calls to be made."""
    done = _work(bridge, stop, once=True)
    callers = min(AT_ONCE, _count_due(bridge) // enrolling.AT_ONCE) if done else 1
    if callers <= 1:
        return done + _work(bridge, stop)
    with ThreadPoolExecutor(callers, "registrants") as pool:
        return done + sum(pool.map(lambda _: _work(bridge, stop), range(callers)))


def _work(bridge: Bridge, stop: threading.Event, *, once: bool = False) -> int:
    def claim(now: datetime) -> tuple[str, Sequence[int]]:
        with bridge.db.transaction() as connection:
            return claims.claim_of_one_event(connection, tables.registrations, now, enrolling.AT_ONCE)

    work = Work(
        "sync_registrants",
        tables.registrations,
        retry.ZOOM,
        lambda ids, word: enrolling.sync_registrants(bridge.db, bridge.zoom, ids, word, bridge.clock),
        claim,
    )
    return work_through(bridge.db, work, bridge.clock, stop, once=once)


def _count_due(bridge: Bridge) -> int:
    enough = AT_ONCE * enrolling.AT_ONCE
    with bridge.db.reading() as connection:
        return claims.count_due(connection, tables.registrations, bridge.clock(), enough)
