"""Every job and its rhythm, on one page."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from jobs import (
    apply_webhooks,
    compare_registrants,
    forget,
    gather_takeaways,
    look_at_hosts,
    look_at_webinars,
    queue_reminders,
    reconcile_attendance,
    send_mail,
    sync_panelists,
    sync_registrants,
    sync_webinars,
)
from zoom_bridge.bridge import Bridge


@dataclass(frozen=True)
class Job:
    """`every`: seconds between the starts of two runs."""

    name: str
    run: Callable[[Bridge, threading.Event], int]
    every: float


TIMETABLE = (
    Job("apply_webhooks", apply_webhooks.run, every=1),
    Job("send_mail", send_mail.run, every=1),
    Job("sync_registrants", sync_registrants.run, every=2),
    Job("sync_panelists", sync_panelists.run, every=5),
    Job("sync_webinars", sync_webinars.run, every=2),
    Job("compare_registrants", compare_registrants.run, every=10),
    Job("queue_reminders", queue_reminders.run, every=10),
    Job("reconcile_attendance", reconcile_attendance.run, every=30),
    Job("gather_takeaways", gather_takeaways.run, every=30),
    Job("look_at_webinars", look_at_webinars.run, every=5),
    Job("look_at_hosts", look_at_hosts.run, every=30),
    Job("forget", forget.run, every=3600),
)
