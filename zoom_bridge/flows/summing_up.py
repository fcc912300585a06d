"""Sum an event up in figures, and keep them before its people are forgotten."""

from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.attendance import Room
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.result import Result, result, wordless
from zoom_bridge.store import events, results, short_links, sightings, takeaways


def figures(connection: Connection, event: Event, room: Room, now: datetime) -> Result:
    """Those that were kept, else what can be said now."""
    return results.find(connection, event) or result(
        event,
        room,
        results.places(connection, event.id),
        takeaways.list_for_event(connection, event.id),
        short_links.list_for_event(connection, event.id),
        now,
    )


def keep(connection: Connection, event_id: int) -> None:
    """Once: whoever is forgotten in several attempts was counted at the first."""
    event = events.find(connection, event_id)
    if event and results.find(connection, event) is None:
        room = sightings.room(connection, event.id)
        results.put(connection, event, wordless(figures(connection, event, room, event.forget_at), event))
