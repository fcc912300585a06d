"""Reminders that fall due become letters."""

import threading

from jobs.worker import Work, work_singly
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.flows import reminding
from zoom_bridge.store import mail_tables


def run(bridge: Bridge, stop: threading.Event) -> int:
    work = Work(
        "queue_reminders",
        mail_tables.reminders,
        retry.MAIL,
        lambda ids, word: reminding.queue_reminder(bridge.db, ids[0], word, bridge.clock()),
    )
    return work_singly(bridge.db, work, bridge.clock, stop)
