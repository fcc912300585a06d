"""Write to a group of an event's people: a draft first, then letters, which can be stopped while they leave."""

from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.circular import Circular, Group
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.refusals import ChangedMeanwhile, NotFound
from zoom_bridge.flows import addressing
from zoom_bridge.store import circulars, events, outbox
from zoom_bridge.store.database import Database


def write_circular(
    db: Database,
    event_id: int,
    group: Group,
    words: dict[str, tuple[str, str]],
    organiser_id: int,
    now: datetime,
    circular_id: int | None = None,
) -> int:
    """Keep a draft, a new one or the changed one. `words`: language → subject and body. Nobody is written to."""
    values = {"group": group, "written_by": organiser_id, "written_at": now}
    for language, (subject, body) in words.items():
        values |= {f"subject_{language}": subject, f"body_{language}": body}
    with db.transaction() as connection:
        if circular_id is None:
            if events.hold(connection, event_id) is None:
                raise NotFound
            return circulars.add(connection, event_id=event_id, **values)
        _draft(connection, event_id, circular_id)
        circulars.change(connection, circular_id, **values)
        return circular_id


def discard_circular(db: Database, event_id: int, circular_id: int) -> None:
    """A draft that nobody wants any more; tests of it go with it."""
    with db.transaction() as connection:
        _draft(connection, event_id, circular_id)
        circulars.remove(connection, circular_id)


def send_circular(db: Database, event_id: int, circular_id: int, now: datetime) -> None:
    """The draft becomes one letter for each person in its group, as the group is now. Sent twice is sent once.
    Refused when nobody can be written to as that group any more, for example who is late when the event is over."""
    with db.transaction() as connection:
        event, circular = _held(connection, event_id, circular_id)
        if circular.sent_at:
            return
        people = addressing.groups(connection, event, now).get(Group(circular.group))
        if people is None:
            raise ChangedMeanwhile
        circulars.change(connection, circular.id, sent_at=now)
        outbox.queue(
            connection,
            Kind.CIRCULAR,
            [person.id for person in people],
            event_id=event.id,
            schedule_revision=event.schedule_revision,
            useful_until=useful_until(Kind.CIRCULAR, event, now),
            now=now,
            occasion=f"c{circular.id}",
            circular_id=circular.id,
        )


def stop_circular(db: Database, event_id: int, circular_id: int, now: datetime) -> None:
    """What has not left stays here."""
    with db.transaction() as connection:
        _, circular = _held(connection, event_id, circular_id)
        if circular.sent_at and not circular.stopped_at:
            circulars.change(connection, circular.id, stopped_at=now)
            circulars.stop_letters(connection, circular.id, now)


def _draft(connection: Connection, event_id: int, circular_id: int) -> None:
    if _held(connection, event_id, circular_id)[1].sent_at:
        raise ChangedMeanwhile


def _held(connection: Connection, event_id: int, circular_id: int) -> tuple[Event, Circular]:
    """The circular while nobody else touches it: whoever changes one locks its event."""
    event = events.lock(connection, event_id)
    circular = circulars.find(connection, circular_id)
    if event is None or circular is None or circular.event_id != event.id:
        raise NotFound
    return event, circular
