"""A webhook delivery: one POST from Zoom, exactly as it arrived."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class WebhookDelivery:
    """`digest` is the SHA-256 of the body: a second copy is not a second row. `body` is raw because PostgreSQL
    keeps no NUL in text; it is emptied once its time is up, or at once when it concerns no webinar of ours."""

    id: int
    digest: str
    name: str
    body: bytes
    received_at: datetime
    applied_at: datetime | None
    ignored_at: datetime | None
    gave_up_at: datetime | None
    outcome: str | None
    due_at: datetime | None
    attempts: int
    last_error: str | None
