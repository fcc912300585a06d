"""Take somebody off the list of those who get letters that are not part of their registration, or put them back. What
they said of one date of a series goes for all its dates: who has to say it again each time was not heard."""

from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Registration
from zoom_bridge.store import dates, events, registrations
from zoom_bridge.store.database import Database


def unsubscribe(db: Database, key: str, now: datetime) -> None:
    """Letters that wait already do not leave either. Saying it twice is saying it once."""
    with db.transaction() as connection:
        for one in _of_the_same_person(connection, key):
            if one.unsubscribed_at is None:
                registrations.change(connection, one.id, unsubscribed_at=now)


def subscribe_again(db: Database, key: str) -> None:
    with db.transaction() as connection:
        for one in _of_the_same_person(connection, key):
            registrations.change(connection, one.id, unsubscribed_at=None)


def _of_the_same_person(connection: Connection, key: str) -> list[Registration]:
    """In the order of their numbers, so that nobody waits in a circle."""
    registration = registrations.find_by_key(connection, key)
    event = events.find(connection, registration.event_id) if registration else None
    if registration is None or event is None:
        raise NotFound
    if event.series_id is None:
        return [registration]
    taken = dates.taken_by(connection, event.series_id, registration.email_key)
    return sorted((one.registration for one in taken), key=lambda one: one.id)
