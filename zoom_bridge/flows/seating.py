"""The panel: speakers with an address get a seat, letters, and a link of their own. Zoom learns of it in `inviting.py`."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event, Panelist
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.refusals import EventCancelled, EventOver, NotFound
from zoom_bridge.domain.registration import Door, email_key
from zoom_bridge.store import events, outbox, panel_seats
from zoom_bridge.store.database import Database


def seat_panel(connection: Connection, event: Event, now: datetime) -> list[PanelSeat]:
    """Let the seats follow the event's speakers: new ones are added, renamed ones change their name, who is no longer
    among them loses the seat, who comes back gets it again. Whoever calls this holds the event.

    Returns who was on the panel all along. The others have the letter that they need."""
    wanted = _with_address(event)
    known = {seat.email_key: seat for seat in panel_seats.list_for_event(connection, event.id)}
    stayed, came, left = [], [], []
    for key, panelist in wanted.items():
        seat = known.get(key)
        if seat is None:
            came.append(_add(connection, event, panelist, now))
        elif seat.withdrawn_at:
            came.append(panel_seats.tell_zoom(connection, seat, now, withdrawn_at=None, name=panelist.name))
        elif seat.name != panelist.name:
            stayed.append(panel_seats.tell_zoom(connection, seat, now, name=panelist.name))
        else:
            stayed.append(seat)
    for key, seat in known.items():
        if seat.active and key not in wanted:
            left.append(panel_seats.tell_zoom(connection, seat, now, withdrawn_at=now))
    if event.public and now < event.ends_at:
        invite(connection, event, now, came)
        knew = outbox.panel_seats_with(connection, Kind.PANEL_INVITATION, event.id)
        write_to_panel(connection, Kind.PANEL_GOODBYE, event, [seat for seat in left if seat.id in knew], now)
    return stayed


def invite(connection: Connection, event: Event, now: datetime, seats: Iterable[PanelSeat] | None = None) -> None:
    """The letter with their own link: to these, or to the whole panel."""
    write_to_panel(connection, Kind.PANEL_INVITATION, event, seats, now)


def write_to_panel(
    connection: Connection,
    kind: Kind,
    event: Event,
    seats: Iterable[PanelSeat] | None,
    now: datetime,
    *,
    until: datetime | None = None,
    occasion: str = "",
) -> None:
    """To these, or to everybody on the panel. Who came back may get what they had before once more."""
    if seats is None:
        seats = [seat for seat in panel_seats.list_for_event(connection, event.id) if seat.active]
    outbox.queue_to_panel(
        connection,
        kind,
        seats,
        event_id=event.id,
        schedule_revision=event.schedule_revision,
        useful_until=until or useful_until(kind, event, now),
        now=now,
        occasion=occasion,
    )


def send_link_again(db: Database, event_id: int, seat_id: int, now: datetime) -> PanelSeat:
    """By an organiser's wish, and no more than once a minute."""
    with db.transaction() as connection:
        event = events.hold(connection, event_id)
        seat = panel_seats.find(connection, seat_id)
        if event is None or seat is None or seat.event_id != event.id or not seat.active or not event.public:
            raise NotFound
        if event.cancelled_at:
            raise EventCancelled
        if now >= event.ends_at:
            raise EventOver
        again = f"{now:%Y%m%d%H%M}"
        write_to_panel(connection, Kind.PANEL_INVITATION, event, [seat], now, occasion=again)
        return seat


def join(db: Database, key: str, now: datetime) -> tuple[Door, str | None]:
    """Where the button leads: to Zoom's own address of this person, when it is time."""
    with db.reading() as connection:
        seat = panel_seats.find_by_key(connection, key)
        event = events.find(connection, seat.event_id) if seat else None
    if seat is None or event is None:
        raise NotFound
    door = seat.door(event, now)
    return door, seat.join_url if door is Door.OPEN else None


def _with_address(event: Event) -> dict[str, Panelist]:
    found: dict[str, Panelist] = {}
    for panelist in event.panelists:
        if panelist.email:
            found.setdefault(email_key(panelist.email), panelist)
    return found


def _add(connection: Connection, event: Event, panelist: Panelist, now: datetime) -> PanelSeat:
    return panel_seats.add(
        connection,
        now,
        event_id=event.id,
        key=secrets.token_urlsafe(16),
        name=panelist.name,
        email=panelist.email,
        email_key=email_key(panelist.email),
        language=event.languages[0],
    )
