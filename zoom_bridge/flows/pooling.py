"""The pool of Zoom accounts: add one, take one out, and ask Zoom again and again what each may hold. Which one an event
gets is chosen in its form."""

from collections.abc import Callable
from datetime import datetime, timedelta

from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.look import LookKind
from zoom_bridge.store import claims, hosts, looks, twin_tables
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import NO_HOST
from zoom_bridge.zoom.client import ZoomClient

#: Licences are given and taken by hand.
ASK_AGAIN = timedelta(days=1)


def add(db: Database, email: str, now: datetime) -> bool:
    """False when it is in the pool already."""
    with db.transaction() as connection:
        return hosts.add(connection, email, now)


def remove(db: Database, host_id: int) -> None:
    with db.transaction() as connection:
        hosts.remove(connection, host_id)


def look_again(db: Database, now: datetime) -> None:
    """Ask Zoom about all of them now."""
    with db.transaction() as connection:
        for host in hosts.list_all(connection):
            hosts.make_due(connection, host.id, now)


def look_at_host(db: Database, zoom: ZoomClient, host_id: int, claim: str, clock: Callable[[], datetime]) -> None:
    """Is there such a user, and which webinars may they hold? When the licence comes or goes, their webinars are looked
    at, too."""
    with db.reading() as connection:
        host = hosts.find(connection, host_id)
    if host is None:
        return
    licensed, capacity, error = _asked(zoom, host.email)
    now = clock()
    with db.transaction() as connection:
        claims.finish(
            connection,
            twin_tables.hosts,
            host.id,
            claim,
            licensed=licensed,
            capacity=capacity,
            checked_at=now,
            last_error=error,
            due_at=now + ASK_AGAIN,
        )
        if host.licensed != licensed:
            for event_id in hosts.events_of(connection, host.email, now):
                looks.make_due(connection, event_id, LookKind.WEBINAR, now)


def _asked(zoom: ZoomClient, email: str) -> tuple[bool | None, int | None, str | None]:
    """(licensed, seats, what is wrong)."""
    try:
        user = zoom.find_user(email)
        if user is None or user.status == "inactive":
            return False, None, NO_HOST
        settings = zoom.get_user_settings(email)
        return settings.webinar, settings.capacity if settings.webinar else None, None
    except Failure as failure:
        if failure.systemic or not failure.permanent:
            raise
        return None, None, failure.message
