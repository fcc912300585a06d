"""Thirty people of one event on their way to Zoom: who they are there, and what Zoom agreed to, refused or put off is
written down, where the claim on them still holds. What is asked of Zoom is in `enrolling.py`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain import retry
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.look import LookKind
from zoom_bridge.domain.registration import Registration, email_key
from zoom_bridge.store import claims, looks, registrations, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import Busy, WebinarGone
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.limits import Reach
from zoom_bridge.zoom.payloads import Person, Registrant

#: Zoom's lists can be behind its writes: whoever was asked for is not on them only if they say so this much later.
LOOK_AGAIN = timedelta(seconds=60)
#: Written on people who have a place and need none at Zoom.
OWN_LINK = "They belong to the panel or host the webinar, and come in by a link of their own."
_TABLE = tables.registrations


@dataclass(frozen=True)
class Batch:
    """What one run of the flow works with."""

    db: Database
    zoom: ZoomClient
    event_id: int
    zoom_id: str
    claim: str
    clock: Callable[[], datetime]
    insiders: set[str]


def as_registrant(person: Registration) -> Registrant:
    """What we know of them at Zoom."""
    return Registrant(id=person.registrant_id or "", email=as_person(person).email, join_url=person.join_url)


def as_person(person: Registration) -> Person:
    """As whom they take part at Zoom."""
    if person.zoom_email:
        return Person(email=person.zoom_email, first_name=person.zoom_name, last_name="")
    return Person(email=person.email, first_name=person.first_name, last_name=person.last_name)


def address(person: Registration) -> str:
    return email_key(as_person(person).email)


def final(failure: Failure) -> bool:
    """Zoom will never take this person."""
    return failure.permanent and not failure.systemic and not isinstance(failure, WebinarGone)


def is_one_persons(failure: Failure) -> bool:
    """The daily limit of somebody in the call is reached, not ours."""
    return isinstance(failure, Busy) and failure.reach is Reach.PERSON


def renew(connection: Connection, batch: Batch, people: Sequence[Registration]) -> bool:
    return claims.renew(connection, _TABLE, batch.claim, [person.id for person in people], batch.clock())


def done(batch: Batch, agreed: Sequence[tuple[Registration, Registrant | None]]) -> None:
    """Write down what Zoom agreed to. Whoever changed their mind meanwhile is due again, and what was agreed about a
    webinar that is to be replaced says nothing of the new one."""
    if not agreed:
        return
    with batch.db.transaction() as connection:
        now = batch.clock()
        revisions = {
            person.id: person.revision
            for person, registrant in sorted(agreed, key=lambda pair: pair[0].id)
            if claims.finish(
                connection,
                _TABLE,
                person.id,
                batch.claim,
                synced_revision=person.revision,
                synced_at=now,
                asked_zoom_at=None,
                absent_at=None,
                last_error=OWN_LINK if person.active and person.email_key in batch.insiders else None,
                registrant_id=(registrant.id or None) if registrant else None,
                join_url=registrant.join_url if registrant else None,
            )
        }
        if any(person.attempts for person, _ in agreed):
            # There was trouble on the way: what else went wrong meanwhile?
            looks.bring_forward(connection, batch.event_id, LookKind.REGISTRANTS, now + LOOK_AGAIN)
        twin = webinars.find_by_event(connection, batch.event_id)
        replaced = twin is None or twin.zoom_id != batch.zoom_id
        for current in registrations.list_some(connection, list(revisions)):
            if replaced:
                registrations.change(connection, current.id, registrant_id=None, join_url=None)
            if current.revision != revisions[current.id]:
                registrations.change(connection, current.id, due_at=now)


def give_up(connection: Connection, batch: Batch, person: Registration, failure: Failure) -> None:
    now = batch.clock()
    if claims.give_up(connection, _TABLE, person.id, batch.claim, now, failure.message):
        current = registrations.find(connection, person.id)
        if current and current.revision != person.revision:
            registrations.change(connection, person.id, due_at=now, gave_up_at=None)


def postpone(batch: Batch, people: Sequence[Registration], failure: Failure, error: str) -> None:
    with batch.db.transaction() as connection:
        now = batch.clock()
        for person in people:
            again = retry.next_attempt(failure, person.attempts + 1, now, retry.ZOOM) or now
            claims.postpone(connection, _TABLE, person.id, batch.claim, again, error)
