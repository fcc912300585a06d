"""A webhook delivery: one POST from Zoom, exactly as it arrived; and whether silence at the door means anything."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: How long after an event's start the first word of it may take. Hosts are late.
LATE_START = timedelta(minutes=5)
#: Who clicked a link is in the room, and Zoom has said so, after this at the latest.
ON_THE_WAY = timedelta(minutes=3)
#: What comes in is applied within seconds.
STALLED_AFTER = timedelta(minutes=2)
#: One turned away this lately is news.
LATELY = timedelta(minutes=15)


class DeliveryStanding(StrEnum):
    """What became of it so far. FAILED: it could not be applied, and is either tried again or given up."""

    WAITS = "waits"
    APPLIED = "applied"
    IGNORED = "ignored"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class WebhookDelivery:
    """`digest` is the SHA-256 of the body: a second copy is not a second row. `body` is raw because PostgreSQL keeps no
    NUL in text; it is emptied once its time is up, or at once when it concerns no webinar of ours. `told_at`: when it
    happened, as Zoom says; None where it does not."""

    id: int
    digest: str
    name: str
    body: bytes
    received_at: datetime
    told_at: datetime | None
    applied_at: datetime | None
    ignored_at: datetime | None
    gave_up_at: datetime | None
    outcome: str | None
    due_at: datetime | None
    attempts: int
    last_error: str | None

    @property
    def standing(self) -> DeliveryStanding:
        if self.gave_up_at or (self.due_at and self.attempts):
            return DeliveryStanding.FAILED
        if self.due_at:
            return DeliveryStanding.WAITS
        return DeliveryStanding.APPLIED if self.applied_at else DeliveryStanding.IGNORED


@dataclass(frozen=True)
class Delay:
    """How long something took, in the middle and at worst."""

    median: timedelta
    worst: timedelta


def delay(pairs: Iterable[tuple[datetime | None, datetime | None]]) -> Delay | None:
    """Between the two of each pair, where there are both. Where another's clock is ahead of ours it took no time."""
    took = sorted(max(until - since, timedelta()) for since, until in pairs if since and until)
    return Delay(took[len(took) // 2], took[-1]) if took else None


class Silence(StrEnum):
    """What is wrong with what Zoom tells of an event that runs.

    REFUSED   something knocks and is turned away: the secret is another one, or a clock is wrong
    STALLED   it comes in and waits here, because nobody applies it
    NOTHING   no word of the event since it was to begin
    NOBODY    people opened their join links, and nothing was told since"""

    REFUSED = "refused"
    STALLED = "stalled"
    NOTHING = "nothing"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Ears:
    """What was heard of Zoom: when the last delivery came, when the last one was turned away, since when the oldest
    waits here in vain. And of the event: whether anything was recorded on its day, whether Zoom said that it began and
    that it is over, and how many opened their join links since the last delivery, are ON_THE_WAY no more, and were not
    seen."""

    delivered_at: datetime | None
    refused_at: datetime | None
    waits_since: datetime | None
    heard: bool
    started: bool
    over: bool
    clicked_in_vain: int


def silence(starts_at: datetime, ears: Ears, now: datetime) -> Silence | None:
    """Whether something is wrong while an event runs, and what. When nobody comes or goes there is nothing to tell."""
    refused_at, delivered_at = ears.refused_at, ears.delivered_at
    if refused_at and refused_at > now - LATELY and (delivered_at is None or refused_at > delivered_at):
        return Silence.REFUSED
    if ears.waits_since and ears.waits_since < now - STALLED_AFTER:
        return Silence.STALLED
    if ears.over:
        return None
    if not ears.heard:
        return Silence.NOTHING if now >= starts_at + LATE_START else None
    # Of one alone, the cause may be their own machine.
    return Silence.NOBODY if ears.started and ears.clicked_in_vain > 1 else None
