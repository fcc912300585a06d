"""A panel seat: a panelist's place at Zoom. Zoom calls them panelists too; they are never registrants."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Door, ZoomStanding

#: Speakers come in this long before the start, to try everything out together.
ENTER_BEFORE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class PanelSeat:
    """key              random, part of the panelist's own link; without our secret it opens nothing
    revision         raised whenever Zoom has to learn something (invited, another name, withdrawn)
    synced_revision  the revision Zoom agreed to last
    panelist_id, join_url   of the twin at Zoom; join_url is personal and never mailed
    asked_zoom_at    an add that is under way or whose answer got lost: look before asking again
    withdrawn_at     no longer on the panel
    """

    id: int
    event_id: int
    key: str = field(repr=False)
    name: str
    email: str = field(repr=False)
    email_key: str = field(repr=False)
    language: str
    created_at: datetime
    withdrawn_at: datetime | None
    revision: int
    synced_revision: int
    synced_at: datetime | None
    panelist_id: str | None
    join_url: str | None = field(repr=False)
    asked_zoom_at: datetime | None
    due_at: datetime | None
    attempts: int
    last_error: str | None
    gave_up_at: datetime | None

    @property
    def active(self) -> bool:
        return self.withdrawn_at is None

    @property
    def zoom_standing(self) -> ZoomStanding:
        if self.gave_up_at:
            return ZoomStanding.STUCK
        if self.synced_revision < self.revision:
            return ZoomStanding.WAITS
        return ZoomStanding.IN_LINE if self.active else ZoomStanding.REMOVED

    def door(self, event: Event, now: datetime) -> Door:
        """Whether their own link leads into the webinar now."""
        if event.cancelled_at or self.withdrawn_at:
            return Door.CANCELLED
        if now >= event.doors_close_at:
            return Door.OVER
        if now < opens_at(event):
            return Door.TOO_EARLY
        return Door.OPEN if self.join_url else Door.NOT_READY


def opens_at(event: Event) -> datetime:
    return event.starts_at - ENTER_BEFORE
