"""Letters come back: what stands in the mailbox for them is written down at the letter it is about. Nobody is answered,
and what is no report on a letter of ours is passed over. Nothing that somebody can write there does more than mark one
letter, and only who got that letter knows under which name it was sent."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.bounce import Bounce
from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail.letterhead import clean_address
from zoom_bridge.mail.return_box import ReturnBox
from zoom_bridge.store import returns
from zoom_bridge.store.database import Database

log = logging.getLogger(__name__)


def take_in(db: Database, box: ReturnBox, clock: Callable[[], datetime], stop: threading.Event) -> int:
    """Read what came since the last time; returns how many letters are known to have come back by it. Reading twice
    changes nothing, so several processes may do it at once, and from the beginning after an accident."""
    done = 0
    more = True
    while more and not stop.is_set():
        with db.reading() as connection:
            since = returns.how_far(connection, box.name)
        reading = box.read(since)
        if reading.mark != since:
            with db.transaction() as connection:
                done += sum(_record(connection, bounce, clock()) for bounce in reading.bounces)
                returns.remember(connection, box.name, reading.mark)
        more = reading.more
    return done


def _record(connection: Connection, bounce: Bounce, now: datetime) -> bool:
    """Found by the letter's own name, and only if the report is about the address that we wrote to: somebody's copy at
    another one may come back although the letter arrived."""
    written = returns.find_letter(connection, bounce.message_id)
    if written is None or _key(written.email) not in map(_key, bounce.recipients):
        return False
    known = not returns.record(connection, written, bounce, now)
    if not known and bounce.final:
        log.info("letter %s came back: %s", written.message_id, bounce.status)
    return not known


def _key(address: str) -> str:
    """The address as it is on the wire, to be compared."""
    try:
        return clean_address(address).casefold()
    except Failure:
        return address.casefold()
