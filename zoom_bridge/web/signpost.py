"""Where a short link leads: to its event's page, which then knows by which link somebody came. Following it changes
nothing and is not counted; registering is (`flows/signposting.py`)."""

from typing import Any

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.short_link import may_be_key
from zoom_bridge.store import events, short_links
from zoom_bridge.web.context import bridge
from zoom_bridge.web.sign_in import find_organiser

bp = Blueprint("signpost", __name__)


@bp.get("/l/<key>")
def follow(key: str) -> ResponseReturnValue:
    """Typed off a poster, capitals are as good as small letters."""
    key = key.lower()
    if not may_be_key(key):
        raise NotFound
    with bridge().db.reading() as connection:
        link = short_links.find_by_key(connection, key)
        event = events.find(connection, link.event_id) if link else None
    if event is None or not (event.public or find_organiser()):
        raise NotFound
    page: dict[str, Any] = {"slug": event.slug, "from": key}
    return redirect(url_for("public.event_page", **page))
