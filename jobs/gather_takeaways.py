"""After the end, questions, polls and recordings are fetched from Zoom."""

import threading

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import gathering
from zoom_bridge.store import twin_tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    work = Work(
        "gather_takeaways",
        twin_tables.takeaways,
        retry.REPORTS,
        lambda ids, word: gathering.gather(bridge.db, bridge.zoom, ids[0], word, bridge.clock),
    )
    return work_through(bridge.db, work, bridge.clock, stop)
