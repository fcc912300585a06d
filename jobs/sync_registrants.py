"""Registrations that Zoom has to learn of, thirty of one event in a call."""

import threading
from collections.abc import Sequence
from datetime import datetime

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import enrolling
from zoom_bridge.store import claims, tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    table = tables.registrations

    def claim(now: datetime) -> tuple[str, Sequence[int]]:
        with bridge.db.transaction() as connection:
            event_id = claims.first_due(connection, table, "event_id", now)
            if event_id is None:
                return "", ()
            return claims.claim(connection, table, now, enrolling.AT_ONCE, only=table.c.event_id == event_id)

    work = Work(
        "sync_registrants",
        table,
        retry.ZOOM,
        lambda ids, word: enrolling.sync_registrants(bridge.db, bridge.zoom, ids, word, bridge.clock),
        claim,
    )
    return work_through(bridge.db, work, bridge.clock, stop)
