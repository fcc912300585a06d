"""An event's speakers with an address: how far Zoom knows of them, and their link once more."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.refusals import EventCancelled, EventOver
from zoom_bridge.flows import seating
from zoom_bridge.store import overviews, panel_seats
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.in_words import Said, zoom_standing_in_words
from zoom_bridge.web.letter_state import letter_in_words

bp = Blueprint("panel_desk", __name__)


@dataclass(frozen=True)
class PanelLine:
    """`letter`: what became of the last one."""

    seat: PanelSeat
    at_zoom: Said
    letter: Said | None


def panel_of(connection: Connection, event: Event) -> list[PanelLine]:
    letters = overviews.last_letters_to_panel(connection, event.id)
    return [
        PanelLine(
            seat,
            zoom_standing_in_words(seat, event.timezone, speech()),
            letter_in_words(letters[seat.id], event.timezone, speech()) if seat.id in letters else None,
        )
        for seat in panel_seats.list_for_event(connection, event.id)
        if seat.active
    ]


@bp.post(f"/events/<{backstage.KEY}:event_id>/panel/<{backstage.KEY}:seat_id>/send")
@backstage.needs(Role.RECEPTION)
def send(event_id: int, seat_id: int) -> ResponseReturnValue:
    try:
        seat = seating.send_link_again(bridge().db, event_id, seat_id, now())
        flash(say("The link is on its way to %(name)s.", name=seat.name), "good")
    except (EventCancelled, EventOver):
        flash(say("The event is over or cancelled; nothing was sent."), "care")
    return redirect(url_for("organiser.event", event_id=event_id, _anchor="panel"), 303)
