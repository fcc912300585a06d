"""What all of the organiser's pages have in common: who is signed in, and which event it is about."""

from typing import cast

from flask import g
from sqlalchemy import Connection

from zoom_bridge.domain.account import Organiser
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.store import events
from zoom_bridge.web.context import bridge, prefer_language
from zoom_bridge.web.sign_in import signed_in

#: Database keys are no larger; a longer number in an address is an unknown one, not a fault.
KEY = "int(max=2147483647)"

#: Where no event names a zone.
HOUSE_ZONE = "Europe/Berlin"


def only_organisers() -> None:
    """Runs before each of these pages; everybody else is led to the sign-in page."""
    prefer_language(me().language)


def me() -> Organiser:
    """Who is signed in. Pages that come back because a form's token had expired are made before `only_organisers`
    runs, so they ask here themselves."""
    if "organiser" not in g:
        g.organiser = signed_in()
    return cast(Organiser, g.organiser)


def get_event(connection: Connection, event_id: int) -> Event:
    """Every organiser sees every event; roles would be asked here."""
    event = events.find(connection, event_id)
    if event is None:
        raise NotFound
    return event


def read_event(event_id: int) -> Event:
    with bridge().db.reading() as connection:
        return get_event(connection, event_id)
