"""Coming events keep their time on the wall when the rules of their time zone have changed: looked at when the jobs are
started, and every day."""

import threading

from zoom_bridge.bridge import Bridge
from zoom_bridge.flows import shifting


def run(bridge: Bridge, stop: threading.Event) -> int:  # noqa: ARG001
    return shifting.shift_events(bridge.db, bridge.clock())
