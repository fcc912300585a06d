"""Panelists that Zoom has to learn of, thirty of one event in a call."""

import threading
from collections.abc import Sequence
from datetime import datetime

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import enrolling, inviting
from zoom_bridge.store import claims, twin_tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    table = twin_tables.panel_seats

    def claim(now: datetime) -> tuple[str, Sequence[int]]:
        with bridge.db.transaction() as connection:
            return claims.claim_of_one_event(connection, table, now, enrolling.AT_ONCE)

    work = Work(
        "sync_panelists",
        table,
        retry.ZOOM,
        lambda ids, word: inviting.sync_panelists(bridge.db, bridge.zoom, ids, word, bridge.clock),
        claim,
    )
    return work_through(bridge.db, work, bridge.clock, stop)
