"""An event's letters that could not be sent: try one again. How the letters stand is on the event's own page."""

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import mailing
from zoom_bridge.store import outbox
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, now, say

bp = Blueprint("outbox_desk", __name__)


@bp.post(f"/events/<{backstage.KEY}:event_id>/letters/<{backstage.KEY}:message_id>/try-again")
def try_again(event_id: int, message_id: int) -> ResponseReturnValue:
    with bridge().db.reading() as connection:
        backstage.get_event(connection, event_id)
        message = outbox.find(connection, message_id)
    if message is None or message.event_id != event_id:
        raise NotFound
    if message.gave_up_at is None:
        flash(say("This e-mail is no longer stuck."), "good")
    else:
        mailing.try_again(bridge().db, message_id, now())
        flash(say("The e-mail is tried once more."), "good")
    return redirect(url_for("organiser.event", event_id=event_id, _anchor="letters"), 303)
