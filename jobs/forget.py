"""What may no longer be kept goes, at Zoom as well."""

import logging
import threading

from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.failures import Failure
from zoom_bridge.flows import forgetting, restoring

log = logging.getLogger(__name__)


def run(bridge: Bridge, stop: threading.Event) -> int:
    forgotten = forgetting.forget_leftovers(bridge.db, bridge.clock())
    for event_id in forgetting.events_to_forget(bridge.db, bridge.clock()):
        if stop.is_set():
            break
        try:
            forgotten += forgetting.forget_attendees(bridge.db, bridge.zoom, event_id)
        except Failure as failure:
            # The others need not wait for this one; it is tried again the next time.
            log.warning("the people of event %s cannot be erased yet: %s", event_id, failure.message)
    restoring.settle(bridge.db, bridge.clock())
    return forgotten
