"""Which letters came back? The mailbox for them is read, when there is one."""

import threading

from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.domain.failures import Failure
from zoom_bridge.flows import returning
from zoom_bridge.store import runs

JOB = "read_bounces"


def run(bridge: Bridge, stop: threading.Event) -> int:
    """A mailbox is no row: when it cannot be read, the job as a whole pauses, and says so."""
    if bridge.return_box is None:
        return 0
    now = bridge.clock()
    with bridge.db.reading() as connection:
        last = runs.find(connection, JOB)
    if last and last.paused_until and now < last.paused_until:
        return 0
    try:
        done = returning.take_in(bridge.db, bridge.return_box, bridge.clock, stop)
    except Failure as failure:
        until = retry.next_attempt(failure, last.failures + 1 if last else 1, now, retry.MAIL) or now
        with bridge.db.transaction() as connection:
            runs.record_trouble(connection, JOB, failure.message, until, failure.permanent, now)
        return 0
    if last and last.paused_until:
        with bridge.db.transaction() as connection:
            runs.record(connection, JOB, done, bridge.clock())
    return done
