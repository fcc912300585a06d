"""When we last heard of the world outside: the newest letter that left, the newest word from Zoom. Each is found from the
end of its table, so that it costs the same with a million rows."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, Table, func, select

from zoom_bridge.domain.attendance import Fact
from zoom_bridge.domain.delivery import ON_THE_WAY, Ears
from zoom_bridge.domain.event import Event
from zoom_bridge.store import rejections, tables

#: A rehearsal on another day is no word of the event.
_ITS_DAY = timedelta(hours=2)
#: The name under which the doctor rings at our own door (`zoom/doorbell.py`).
OWN_DELIVERY = "zoom_bridge.doctor"


def last_letter_at(connection: Connection) -> datetime | None:
    """When the newest of our letters was handed to the mail server."""
    return _newest(connection, tables.messages, "sent_at")


def last_call_at(connection: Connection) -> datetime | None:
    """When Zoom last took something from us."""
    webinar = connection.execute(select(func.max(tables.webinars.c.synced_at))).scalar()
    registration = _newest(connection, tables.registrations, "synced_at")
    return max(filter(None, (webinar, registration)), default=None)


def last_delivery_at(connection: Connection) -> datetime | None:
    """When Zoom last reported something to us. What the doctor delivers by itself is not from Zoom."""
    d = tables.deliveries
    query = select(d.c.received_at).where(d.c.name != OWN_DELIVERY).order_by(d.c.id.desc()).limit(1)
    return connection.execute(query).scalar()


def ears(connection: Connection, event: Event, now: datetime) -> Ears:
    """What was heard of Zoom, and of this event. Its sightings are asked for the newest only: there may be many."""
    d, s, r = tables.deliveries.c, tables.sightings.c, tables.registrations.c
    delivered_at = last_delivery_at(connection)
    told = select(s.fact).where(s.event_id == event.id, s.at >= event.starts_at - _ITS_DAY).limit(1)
    fact = connection.execute(told.order_by(s.id.desc())).scalar()
    seen = select(s.id).where(s.registration_id == r.id)
    clicked = select(func.count()).where(
        r.event_id == event.id,
        r.first_clicked_at > (delivered_at or event.starts_at - _ITS_DAY),
        r.first_clicked_at <= now - ON_THE_WAY,
        ~seen.exists(),
    )
    return Ears(
        delivered_at=delivered_at,
        refused_at=rejections.last_at(connection),
        waits_since=connection.execute(select(func.min(d.due_at)).where(d.due_at <= now)).scalar(),
        heard=fact is not None,
        started=connection.execute(told.where(s.fact == Fact.STARTED)).first() is not None,
        over=fact == Fact.ENDED,
        clicked_in_vain=connection.execute(clicked).scalar_one(),
    )


def waiting_letter_error(connection: Connection) -> str | None:
    """Why the letter that has waited longest did not leave; None when none has been tried in vain."""
    m = tables.messages
    query = select(m.c.last_error).where(m.c.due_at.is_not(None), m.c.attempts > 0, m.c.last_error.is_not(None))
    return connection.execute(query.order_by(m.c.due_at).limit(1)).scalar()


def _newest(connection: Connection, table: Table, column: str) -> datetime | None:
    query = select(table.c[column]).where(table.c[column].is_not(None)).order_by(table.c.id.desc()).limit(1)
    return connection.execute(query).scalar()
