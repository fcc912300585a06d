"""After a clock that was ahead: what was written down by it is due now, and not only when that time comes."""

from datetime import datetime, timedelta

from zoom_bridge.store import claims, runs, tables, twin_tables
from zoom_bridge.store.database import Database

#: What is due at once when somebody does something. Reminders are planned far ahead, and nothing is wrong with those.
_AT_ONCE = (
    tables.messages,
    tables.deliveries,
    tables.registrations,
    tables.webinars,
    twin_tables.panel_seats,
)
#: Nothing waits for longer than this before it is tried once more, at least not for a reason that could not be found anew.
_LONGEST_WAIT = timedelta(hours=1)


def mend(db: Database, now: datetime, furthest: datetime) -> None:
    """`furthest`: what the clock showed at most."""
    with db.transaction() as connection:
        for table in _AT_ONCE:
            claims.bring_forward(connection, table, now, now + _LONGEST_WAIT, furthest + _LONGEST_WAIT)
        runs.end_pauses(connection, now + _LONGEST_WAIT)
