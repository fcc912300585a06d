"""Every webinar whose event changed, or that was asked to be compared, is brought in line at Zoom."""

import threading

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import syncing
from zoom_bridge.store import tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    work = Work(
        "sync_webinars",
        tables.webinars,
        retry.ZOOM,
        lambda ids, word: syncing.sync_webinar(bridge.db, bridge.zoom, bridge.links, ids[0], word, bridge.clock),
    )
    return work_through(bridge.db, work, bridge.clock, stop)
