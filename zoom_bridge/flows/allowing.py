"""Limits on what strangers may ask for, per address, network and account; shared by all processes."""

from datetime import datetime, timedelta

from zoom_bridge.domain.refusals import TooManyRequests
from zoom_bridge.store import allowances
from zoom_bridge.store.database import Database


def spend(db: Database, name: str, limit: int, per: timedelta, now: datetime) -> None:
    """Count one request under that name. Raises TooManyRequests once the window's limit is passed."""
    with db.transaction() as connection:
        used = allowances.spend(connection, name, per, now)
    if used > limit:
        raise TooManyRequests
