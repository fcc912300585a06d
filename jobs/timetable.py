"""Every job and its rhythm, on one page."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from jobs import (
    apply_webhooks,
    forget,
    queue_reminders,
    reconcile_attendance,
    send_mail,
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
    Job("sync_webinars", sync_webinars.run, every=2),
    Job("queue_reminders", queue_reminders.run, every=10),
    Job("reconcile_attendance", reconcile_attendance.run, every=30),
    Job("forget", forget.run, every=3600),
)
