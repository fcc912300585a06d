"""What Zoom told us and we kept is applied."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial

from jobs.worker import Work, release, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import receiving
from zoom_bridge.store import claims, tables
from zoom_bridge.store.database import DatabaseUnavailable

#: So many are applied together: enough to keep up with any evening, few enough that the pages' writers, who wait
#: meanwhile, do not notice.
TOGETHER = 25


def _apply(bridge: Bridge, ids: Sequence[int], word: str) -> None:
    try:
        receiving.apply(bridge.db, ids, word, bridge.clock())
    except DatabaseUnavailable:
        # What was not committed did not happen, and need not wait for the claim to run out.
        with suppress(DatabaseUnavailable):
            release(bridge.db, tables.deliveries, ids, word)
        raise


def run(bridge: Bridge, stop: threading.Event) -> int:
    def claim(since: datetime) -> tuple[str, Sequence[int]]:
        with bridge.db.transaction() as connection:
            return claims.claim(connection, tables.deliveries, since, TOGETHER)

    work = Work(
        "apply_webhooks",
        tables.deliveries,
        retry.WEBHOOKS,
        partial(_apply, bridge),
        claim,
    )
    done = some = work_through(bridge.db, work, bridge.clock, stop, once=True)
    # What comes in meanwhile gathers until the next tick: to run after each single one would hold up those who keep them.
    while some == TOGETHER:
        some = work_through(bridge.db, work, bridge.clock, stop, once=True)
        done += some
    return done
