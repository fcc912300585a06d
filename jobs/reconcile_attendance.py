"""After the end, Zoom's report corrects what its webhooks told."""

import threading

from jobs.worker import Work, work_through
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import attending
from zoom_bridge.store import tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    work = Work(
        "reconcile_attendance",
        tables.reports,
        retry.REPORTS,
        lambda ids, word: attending.reconcile(bridge.db, bridge.zoom, ids[0], word, bridge.clock),
    )
    return work_through(bridge.db, work, bridge.clock, stop)
