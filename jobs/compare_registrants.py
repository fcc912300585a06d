"""Zoom's list of registrants, webinar by webinar, against ours."""

import threading
from collections.abc import Sequence
from datetime import datetime

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.domain.look import LookKind
from zoom_bridge.flows import comparing
from zoom_bridge.store import claims, twin_tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    table = twin_tables.looks

    def claim(now: datetime) -> tuple[str, Sequence[int]]:
        with bridge.db.transaction() as connection:
            return claims.claim(connection, table, now, 1, only=table.c.kind == LookKind.REGISTRANTS)

    work = Work(
        "compare_registrants",
        table,
        retry.LOOKS,
        lambda ids, word: comparing.compare(bridge.db, bridge.zoom, ids[0], word, bridge.clock),
        claim,
    )
    return work_through(bridge.db, work, bridge.clock, stop)
