"""Every job and its rhythm, on one page."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from jobs import (
    apply_time_zones,
    apply_webhooks,
    compare_registrants,
    forget,
    gather_takeaways,
    look_at_hosts,
    look_at_webinars,
    queue_reminders,
    read_bounces,
    reconcile_attendance,
    send_mail,
    sync_panelists,
    sync_registrants,
    sync_webinars,
)
from zoom_bridge.bridge import Bridge


@dataclass(frozen=True)
class Job:
    """`every`: seconds between the starts of two runs. `by_the_clock`: at the wrong time it would do harm, so it waits
    while the clock is not believed (`timekeeper.py`)."""

    name: str
    run: Callable[[Bridge, threading.Event], int]
    every: float
    by_the_clock: bool = False


TIMETABLE = (
    Job("apply_webhooks", apply_webhooks.run, every=1),
    Job("send_mail", send_mail.run, every=1, by_the_clock=True),
    Job("sync_registrants", sync_registrants.run, every=2),
    Job("sync_panelists", sync_panelists.run, every=5),
    Job("sync_webinars", sync_webinars.run, every=2),
    Job("compare_registrants", compare_registrants.run, every=10),
    Job("queue_reminders", queue_reminders.run, every=10, by_the_clock=True),
    Job("reconcile_attendance", reconcile_attendance.run, every=30),
    Job("gather_takeaways", gather_takeaways.run, every=30),
    Job("look_at_webinars", look_at_webinars.run, every=5),
    Job("look_at_hosts", look_at_hosts.run, every=30),
    Job("read_bounces", read_bounces.run, every=60),
    Job("apply_time_zones", apply_time_zones.run, every=86_400),
    Job("forget", forget.run, every=3600, by_the_clock=True),
)
