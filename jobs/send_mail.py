"""Letters that are due leave, over as many kept connections as the operator allows."""

import math
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

#: Letters a sender claims at once, at most. What it does not get to before it is stopped, it gives back.
BATCH = 50
#: One more sender for so many letters that wait.
FEW = 5


def run(bridge: Bridge, stop: threading.Event) -> int:
    """Rounds. In the first a single sender tries the way: a server that refuses us is asked once, not by all.
    Afterwards there are as many as there is work for; what comes in meanwhile may need more."""
    sent = 0
    senders = 1
    while not stop.is_set() and (due := _count_due(bridge)):
        batch = min(BATCH, math.ceil(due / senders)) if sent else FEW
        done = _send_round(bridge, stop, senders, batch)
        if not done:
            break
        sent += done
        senders = min(bridge.settings.mail.connections, math.ceil(due / FEW))
    return sent


def _send_round(bridge: Bridge, stop: threading.Event, senders: int, batch: int) -> int:
    if senders == 1:
        return _send(bridge, stop, batch)
    with ThreadPoolExecutor(senders, "sender") as pool:
        return sum(pool.map(lambda _: _send(bridge, stop, batch), range(senders)))


def _count_due(bridge: Bridge) -> int:
    enough = BATCH * bridge.settings.mail.connections
    with bridge.db.reading() as connection:
        return claims.count_due(connection, tables.messages, bridge.clock(), enough)


def _send(bridge: Bridge, stop: threading.Event, batch: int) -> int:
    """One sender with its own connection sends a batch."""
    events_seen: dict[tuple[int, int], Event] = {}
    with bridge.post.line() as line:

        def do(ids: Sequence[int], word: str) -> None:
            mailing.send_letter(bridge.db, line, bridge.letters, ids[0], word, bridge.clock, events_seen)

        def claim(now: datetime) -> tuple[str, Sequence[int]]:
            return mailing.claim_letters(bridge.db, bridge.links, batch, now)

        work = Work("send_mail", tables.messages, retry.MAIL, do, claim)
        return work_singly(bridge.db, work, bridge.clock, stop, once=True)
