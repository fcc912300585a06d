"""How long it is until an event, and in which phase of its life it is: each phase has its own next step."""

from datetime import datetime, timedelta
from enum import StrEnum

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.wall_time import wall_of
from zoom_bridge.i18n import Speech

#: The desk is what organisers need from here on.
GET_READY = timedelta(hours=2)


class Phase(StrEnum):
    """DAY: the doors open soon or are open. RUNNING lasts as long as people find in."""

    CANCELLED = "cancelled"
    MISSED = "missed"
    DRAFT = "draft"
    COMING = "coming"
    DAY = "day"
    RUNNING = "running"
    OVER = "over"


def phase(event: Event, now: datetime) -> Phase:
    if event.cancelled_at:
        return Phase.CANCELLED
    if not event.public:
        return Phase.MISSED if now >= event.starts_at else Phase.DRAFT
    if now >= event.doors_close_at:
        return Phase.OVER
    if now >= event.starts_at:
        return Phase.RUNNING
    return Phase.DAY if now >= event.starts_at - GET_READY else Phase.COMING


def countdown(event: Event, now: datetime, speech: Speech) -> str:
    """ "6 days to go", from two days on "30 hours to go", at last minutes; nothing once it has begun."""
    left = event.starts_at - now
    if left <= timedelta():
        return ""
    days = (event.starts_wall.date() - wall_of(now, event.timezone).date()).days
    if left > timedelta(hours=48):
        return speech.say_n("%(n)s day to go", "%(n)s days to go", days)
    if left >= timedelta(hours=2):
        return speech.say_n("%(n)s hour to go", "%(n)s hours to go", round(left.total_seconds() / 3600))
    return speech.say_n("%(n)s minute to go", "%(n)s minutes to go", -(-left // timedelta(minutes=1)))
