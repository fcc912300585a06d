"""An event's page: who, what, when, how to get in, whom to ring. It is the same for everybody who reads it in the same
language, so it is set once for each state and then only handed out."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import Response, render_template, request

from zoom_bridge import richtext
from zoom_bridge.domain.event import Event, State
from zoom_bridge.domain.instance import Instance
from zoom_bridge.domain.trailer import Trailer, trailer_of
from zoom_bridge.i18n import Speech
from zoom_bridge.web import headers, lately_read, schema_org
from zoom_bridge.web.banner import Banner, banner, may_register
from zoom_bridge.web.branding import instance
from zoom_bridge.web.context import bridge, now, speech

#: The same description is shown again and again; its key is the text, so it cannot be out of date.
described = lru_cache(maxsize=200)(richtext.to_html)

_PLAY = "play"


@dataclass(frozen=True, kw_only=True)
class View:
    """Everything a page depends on: where two views are equal, their pages are, so each is rendered once. `address`
    is the path with its query, because the language asked for stays in the links; `house` has its head and foot."""

    event: Event
    speech: Speech
    address: str
    house: Instance = field(default_factory=instance)


@dataclass(frozen=True, kw_only=True)
class EventView(View):
    banner: Banner
    state: State
    open: bool
    full: bool
    moved: bool
    playing: bool


def page_of(event: Event, seats_taken: int) -> Response:
    trailer = trailer_of(event.trailer_url)
    playing = trailer is not None and bool(trailer.player) and _asked_to_play()
    page = _rendered(view_of(event, seats_taken, playing=playing))
    response = Response(page.body)
    if trailer and playing:
        return _with_player(response, trailer)
    if not event.public:
        return response
    response.set_etag(page.mark)
    return headers.same_for_everybody(response)


def view_of(event: Event, seats_taken: int, *, playing: bool = False) -> EventView:
    return EventView(
        event=event,
        speech=speech(),
        address=request.full_path,
        banner=banner(event, seats_taken, now(), speech()),
        state=event.state(now(), seats_taken),
        open=may_register(event, seats_taken, now()),
        full=event.full(seats_taken),
        moved=event.moved_from is not None and not event.cancelled_at and now() < event.ends_at,
        playing=playing,
    )


def _asked_to_play() -> bool:
    """The button on our own page was pressed. Who was sent an address with the player in it has not asked anybody
    for anything yet, and gets the page with the button."""
    if request.args.get("trailer") != _PLAY:
        return False
    came_from = request.headers.get("Sec-Fetch-Site")
    if came_from is not None:
        return came_from == "same-origin"
    # A browser too old to say so; our policy lets it name our own pages.
    return (request.referrer or "").startswith(request.host_url)


def _with_player(response: Response, trailer: Trailer) -> Response:
    """The one answer in which a host of somebody else's may be asked. It is for the one who pressed the button."""
    allowed = {"media_src" if trailer.file else "frame_src": trailer.origin}
    response.headers["Content-Security-Policy"] = headers.policy(**allowed)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@dataclass(frozen=True)
class _Page:
    """A page that is set, as it leaves the house, and the mark by which browsers ask whether it is still the same."""

    body: bytes
    mark: str


@lru_cache(maxsize=200)
def _rendered(view: EventView) -> _Page:
    body = render_template("public/event.html", **shown(view)).encode()
    return _Page(body, hashlib.sha256(body).hexdigest()[:32])


def shown(view: EventView) -> dict[str, Any]:
    """Everything that the page is set from; the organiser's preview is set from it, too."""
    event = view.event
    told = about(event)
    return told | {
        "banner": view.banner,
        "series": lately_read.find_series(event.series_id),
        "open": view.open,
        "full": view.full,
        "running": view.state is State.RUNNING,
        "done": view.state in (State.OVER, State.CANCELLED),
        "over": view.state is State.OVER,
        "moved": view.moved,
        "playing": view.playing,
        "trailer": trailer_of(event.trailer_url),
        "recording": trailer_of(event.recording_url),
        "thanks": described(told["wording"].thanks, heading_level=3),
        "page": bridge().links.event(event.slug, view.speech.language),
        "summary": schema_org.summary(told["wording"]),
        "image": schema_org.image_of(event),
        "data": schema_org.event_data(event, view.state, view.speech.language),
    }


def about(event: Event) -> dict[str, Any]:
    """What every page about an event shows of it."""
    wording = event.wording(speech().language)
    return {"event": event, "wording": wording, "description": described(wording.description, heading_level=3)}
