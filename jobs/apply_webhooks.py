"""What Zoom told us and we kept is applied."""

import threading

from jobs.worker import Work, work_singly
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import receiving
from zoom_bridge.store import tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    work = Work(
        "apply_webhooks",
        tables.deliveries,
        retry.WEBHOOKS,
        lambda ids, word: receiving.apply(bridge.db, ids[0], word, bridge.clock()),
    )
    return work_singly(bridge.db, work, bridge.clock, stop, batch=100)
