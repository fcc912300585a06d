"""After attempt n and this failure: again at T, or give up. A pure decision; `jobs/worker.py` carries it out."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from zoom_bridge.domain.failures import Failure


@dataclass(frozen=True)
class Patience:
    """first, longest: bounds of the wait before the next attempt. tries: attempts after which we give up on a
    failure that is neither permanent nor systemic (systemic ones wait for a person, not for a count)."""

    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=5)
    tries: int = 400


ZOOM = Patience()
MAIL = Patience(first=timedelta(seconds=15), longest=timedelta(minutes=30), tries=100)
#: Looks come back as long as there is something to look at, however long Zoom was away.
LOOKS = Patience(longest=timedelta(minutes=30), tries=1_000_000)
REPORTS = Patience(first=timedelta(minutes=1), longest=timedelta(minutes=30), tries=60)
WEBHOOKS = Patience(first=timedelta(seconds=1), longest=timedelta(minutes=1), tries=20)


def next_attempt(failure: Failure, attempts: int, now: datetime, patience: Patience) -> datetime | None:
    """When to try again, or None to give up. `attempts` counts the one that just failed.

    The wait doubles with every attempt up to `longest` and is drawn at random from its upper half, so that many
    rows do not come back in step. A time the other side named is always kept."""
    if failure.permanent and not failure.systemic:
        return None
    if attempts >= patience.tries and not failure.systemic:
        return None
    wait = min(patience.longest, patience.first * 2.0 ** min(attempts - 1, 20))
    if failure.systemic:
        # Halved at worst: no more than one try a minute, and no less than one in five.
        wait = min(max(wait, timedelta(minutes=2)), timedelta(minutes=5))
    again = now + wait * random.uniform(0.5, 1)  # noqa: S311 (spread, not secrecy)
    return max(again, failure.not_before) if failure.not_before else again
