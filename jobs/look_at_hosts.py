"""Which of the hosts may hold webinars, and how large ones? Asked once a day, and when one joins the pool."""

import threading

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import pooling
from zoom_bridge.store import twin_tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    if bridge.settings.zoom.host:
        # The account of the configuration is in the pool without being typed.
        pooling.add(bridge.db, bridge.settings.zoom.host, bridge.clock())
    work = Work(
        "look_at_hosts",
        twin_tables.hosts,
        retry.LOOKS,
        lambda ids, word: pooling.look_at_host(bridge.db, bridge.zoom, ids[0], word, bridge.clock),
    )
    return work_through(bridge.db, work, bridge.clock, stop)
