"""Letters that are due leave, over as many kept connections as the operator allows."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from jobs.worker import Work, work_singly
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import mailing
from zoom_bridge.store import claims, tables

#: Letters a sender claims at once. What it does not get to before it is stopped, it gives back.
BATCH = 50


def run(bridge: Bridge, stop: threading.Event) -> int:
    with bridge.db.reading() as connection:
        due = claims.count_due(
            connection, tables.messages, bridge.clock(), BATCH * bridge.settings.mail.connections
        )
    senders = -(-due // BATCH)
    if senders <= 1:
        return _send(bridge, stop) if senders else 0
    with ThreadPoolExecutor(senders, "sender") as pool:
        return sum(pool.map(lambda _: _send(bridge, stop), range(senders)))


def _send(bridge: Bridge, stop: threading.Event) -> int:
    """One sender with its own connection."""
    events_seen: dict[tuple[int, int], Event] = {}
    with bridge.post.line() as line:

        def do(ids: Sequence[int], word: str) -> None:
            mailing.send_letter(bridge.db, line, bridge.letters, ids[0], word, bridge.clock, events_seen)

        def claim(now: datetime) -> tuple[str, Sequence[int]]:
            return mailing.claim_letters(bridge.db, bridge.links, BATCH, now)

        work = Work("send_mail", tables.messages, retry.MAIL, do, claim)
        return work_singly(bridge.db, work, bridge.clock, stop)
