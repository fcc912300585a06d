"""What Zoom's list says of somebody becomes ours: they came by Zoom's own form, were let in there, or went. Zoom's
webhooks tell it (`receiving.py`), and its complete list (`comparing.py`). Always in their transaction."""

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.registration import Registration, Source, email_key, insiders
from zoom_bridge.flows import placing
from zoom_bridge.store import outbox, registrations
from zoom_bridge.zoom.payloads import LONGEST_NAME, Registrant, clean

LONGEST_EMAIL = 254


def may_be_attendee(event: Event, person: Registrant) -> bool:
    """Whether somebody on Zoom's list is one of those who take part: not without an address, and not the host or a
    panelist, who come in by links of their own."""
    return 0 < len(person.email) <= LONGEST_EMAIL and email_key(person.email) not in insiders(event)


def find(connection: Connection, event_id: int, person: Registrant) -> Registration | None:
    """Whom of ours Zoom means, locked."""
    known = registrations.find_by_registrant(connection, event_id, person.id) or (
        registrations.find_by_address(connection, event_id, email_key(person.email))
    )
    return registrations.lock(connection, known)


def take_in(
    connection: Connection, event: Event, person: Registrant, approved: bool, at: datetime, now: datetime
) -> bool:
    """Somebody registered in Zoom's own form, `at` that moment. False when we know them already."""
    registration = registrations.add(
        connection,
        event_id=event.id,
        key=secrets.token_urlsafe(12),
        email=person.email,
        email_key=email_key(person.email),
        first_name=clean(person.first_name)[:LONGEST_NAME],
        last_name=clean(person.last_name)[:LONGEST_NAME],
        language=event.languages[0],
        source=Source.ZOOM,
        created_at=now,
        confirmed_at=at if approved else None,
        registrant_id=person.id,
        join_url=person.join_url,
        revision=1,
        synced_revision=1,
        synced_at=at,
    )
    if registration is None:
        return False
    if approved:
        _welcome(connection, event, registration, now)
    return True


def learn(
    connection: Connection,
    event: Event,
    known: Registration,
    person: Registrant,
    approved: bool,
    at: datetime,
    now: datetime,
) -> None:
    """Zoom knows them, and we learn under which id and link. Whom Zoom lets in, or lets in again, has a seat."""
    learned: dict[str, Any] = {"registrant_id": person.id}
    if person.join_url and not older(known, at):
        learned["join_url"] = person.join_url
    seated = approved and (known.cancelled_at is not None or known.waits_at_zoom)
    if seated:
        learned |= {
            "confirmed_at": known.confirmed_at or at,
            "cancelled_at": None,
            "cancelled_by": None,
        }
    if known.synced_revision == known.revision:
        learned["synced_at"] = max(known.synced_at or at, at)
        if seated:
            # Whoever is at work on this row has to notice.
            learned |= {"revision": known.revision + 1, "synced_revision": known.revision + 1}
    registrations.change(connection, known.id, **learned)
    if seated:
        _welcome(connection, event, replace(known, revision=known.revision + 1), now)


def let_go(connection: Connection, event: Event, known: Registration, at: datetime, now: datetime) -> None:
    """Cancelled, denied or removed at Zoom. The event is held: the seat goes to whoever waits for one."""
    registrations.change(
        connection,
        known.id,
        cancelled_at=max(known.cancelled_at or at, at),
        cancelled_by="zoom",
        join_url=None,
        absent_at=None,
        # Whoever is at work on this row has to notice; Zoom knows already.
        revision=known.revision + 1,
        synced_revision=known.revision + 1,
    )
    placing.move_up(connection, event, now)


def older(known: Registration, at: datetime) -> bool:
    """Whether we and Zoom have agreed, or decided otherwise here, since that happened."""
    since = [moment for moment in (known.synced_at, known.confirmed_at) if moment]
    return bool(since) and at < max(since)


def _welcome(connection: Connection, event: Event, registration: Registration, now: datetime) -> None:
    """Zoom's own letters are off: ours tells them that they are in, and how to find in. Those who registered at Zoom
    get it if the organiser wants that."""
    wanted = event.welcome_zoom or registration.source != Source.ZOOM
    if wanted and event.public and not event.cancelled_at and now < event.ends_at:
        outbox.queue(
            connection,
            Kind.CONFIRMATION,
            [registration.id],
            event_id=event.id,
            schedule_revision=event.schedule_revision,
            useful_until=useful_until(Kind.CONFIRMATION, event, now),
            now=now,
            occasion=f"v{registration.revision}",
        )
