"""An event's page as it would be, made of what is typed in its form. Nothing is saved."""

from dataclasses import fields, replace
from datetime import datetime

from flask import Response, make_response, render_template

from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.trailer import trailer_of
from zoom_bridge.store import registrations
from zoom_bridge.web import announcement
from zoom_bridge.web.banner import Banner
from zoom_bridge.web.context import bridge, now, say

#: As long as there is no event, its page has no address that anybody could open.
_NO_ADDRESS = "preview"


def page(draft: EventDraft, kept: Event | None, carried: tuple[tuple[str, str], ...]) -> Response:
    """`carried`: what was typed, so that the page can be had in the other language."""
    event = _as_event(draft, kept, now())
    shown = announcement.shown(announcement.view_of(event, _seats_taken(kept)))
    if not event.public:
        shown |= {"banner": _instead_of_draft()}
        if trailer := trailer_of(event.trailer_url):
            # The player comes with an answer from the event's own address.
            shown |= {"trailer": replace(trailer, player="")}
    return make_response(render_template("organiser/preview.html", **shown, carried=carried, kept=kept))


def _instead_of_draft() -> Banner:
    sentence = say("Nothing of this is saved. The buttons for registering appear once the event is published.")
    return Banner("care", "check", say("Preview"), sentence)


def _as_event(draft: EventDraft, kept: Event | None, now: datetime) -> Event:
    typed = {field.name: getattr(draft, field.name) for field in fields(EventDraft)}
    if kept:
        return replace(kept, **typed)
    return Event(**typed, id=0, slug=_NO_ADDRESS, created_at=now, forget_at=draft.ends_at)


def _seats_taken(kept: Event | None) -> int:
    if kept is None:
        return 0
    with bridge().db.reading() as connection:
        return registrations.seats_taken(connection, kept.id)
