"""Every webinar whose event changed, or that was asked to be compared, is brought in line at Zoom."""

import threading
from collections.abc import Sequence
from datetime import datetime

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import syncing
from zoom_bridge.store import claims, tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    def claim(now: datetime) -> tuple[str, Sequence[int]]:
        with bridge.db.transaction() as connection:
            return claims.claim_of_one_event(connection, tables.webinars, now, 1)

    work = Work(
        "sync_webinars",
        tables.webinars,
        retry.ZOOM,
        lambda ids, word: syncing.sync_webinar(bridge.db, bridge.zoom, bridge.links, ids[0], word, bridge.clock),
        claim,
    )
    return work_through(bridge.db, work, bridge.clock, stop)
