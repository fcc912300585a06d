"""Limits on what strangers may ask for, per address, network and account; shared by all processes."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.refusals import TooManyRequests
from zoom_bridge.store import allowances


def spend(connection: Connection, asked: Iterable[Allowance], now: datetime) -> None:
    """Count one request under each of these names. Raises TooManyRequests once a window's limit is passed.

    It belongs to the transaction of what is asked for, so that both are one commit: what is refused in the end is
    not counted either."""
    for allowance in asked:
        if allowances.spend(connection, allowance.name, allowance.per, now) > allowance.limit:
            raise TooManyRequests
