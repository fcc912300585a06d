"""Hosts: the Zoom users whom our webinars can belong to."""

from dataclasses import dataclass
from datetime import datetime, timedelta

#: A host is taken this long before the start and after the end: setting up, practising, clearing away.
SET_UP = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class Host:
    """capacity    seats of the webinar licence; None while Zoom has not been asked
    licensed    None while Zoom has not been asked
    checked_at  when Zoom answered last
    """

    id: int
    email: str
    licensed: bool | None
    capacity: int | None
    checked_at: datetime | None
    due_at: datetime | None
    attempts: int
    last_error: str | None
    gave_up_at: datetime | None
