"""The desk of the day: who is in the room, who cannot find in, what failed, and everybody's way in to read out.

Its numbers come anew every few seconds (static/desk.js asks `live`). That costs one statement as long as nothing has
changed; who is in the room is computed when Zoom has told something new, once for everybody who looks."""

import gc
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    current_app,
    get_template_attribute,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import NOT_ATTENDEES, Attendance, Match, Room
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import email_key, insiders
from zoom_bridge.domain.webinar import DialIn, TwinWebinar, by_country
from zoom_bridge.store import overviews, presences, sightings, webinars
from zoom_bridge.store.presences import Guest, Pulse
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, now, speech
from zoom_bridge.web.delivery_in_words import unheard
from zoom_bridge.web.fields import cleaned_line
from zoom_bridge.web.headers import policy
from zoom_bridge.web.in_words import Said, failure_in_words, standing_in_words, webinar_in_words
from zoom_bridge.web.next_step import Phase, countdown, phase
from zoom_bridge.web.whereabouts import whereabouts

bp = Blueprint("event_desk", __name__)

#: Whoever clicked a moment ago is still on the way.
ON_THE_WAY = timedelta(minutes=1)
#: A letter that failed this lately is news.
FAILED_WITHIN = timedelta(hours=24)
#: So many people are listed; whoever is not among them is found by name.
LISTED = 50
FOUND = 8
_LONGEST_SEARCH = 200
#: So many people, of all evenings together, are kept computed.
_AT_MOST = 20_000
_PIECES = "organiser/pieces_desk.html"
#: The parts of the page that come anew, each the macro of its name with "live_" in front.
_PARTS = ("state", "numbers", "missing", "trouble")


class Rooms:
    """Who is in which room, by event, with the pulse that it was computed at. Taken in turns, so that two who look at
    once do not compute the same."""

    def __init__(self) -> None:
        self.kept: dict[int, tuple[object, Room]] = {}
        self.turn = threading.Lock()


@contextmanager
def undisturbed() -> Iterator[None]:
    """While tens of thousands of small things are made at once, looking among them for circles, of which there are
    none, would take as long again."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@dataclass(frozen=True)
class Failed:
    """A letter of today that could not be sent."""

    registration_id: int
    name: str
    reason: str


@dataclass(frozen=True)
class Day:
    """Everything that the desk shows of the event, as far as it is known now."""

    event: Event
    phase: Phase
    room: Room
    guests: list[Guest]
    webinar: TwinWebinar | None
    twin: Said
    waiting: int
    stuck: int
    failed: list[Failed]
    now: datetime
    unheard: tuple[str, str] | None = None

    @property
    def live(self) -> bool:
        return self.phase in {Phase.DAY, Phase.RUNNING} or self.room.running

    @property
    def inside(self) -> int:
        return sum(one.present for one in self.room.attendees) if self.room.running else 0

    @property
    def unknown(self) -> int:
        """How many in the room could not be matched to anybody."""
        inside = [one for one in self.room.attendees if one.present]
        return sum(one.registration_id is None for one in inside) if self.room.running else 0

    @property
    def left(self) -> int:
        return len(self.room.attendees) - self.inside

    @property
    def crew(self) -> list[Attendance]:
        """Who works here and is in the room now."""
        return [one for one in self.room.attendances if one.matched_by in NOT_ATTENDEES and one.present]

    @property
    def host_inside(self) -> bool:
        return any(one.matched_by is Match.HOST for one in self.crew)

    @property
    def absent(self) -> int:
        """How many have a place and were not seen yet."""
        return len(self._absent)

    @cached_property
    def missing(self) -> list[Guest]:
        """Who opened the join link and did not arrive, the last ones first: somebody may need help."""
        before = self.now - ON_THE_WAY
        clicked = [one for one in self._absent if one.first_clicked_at and one.first_clicked_at <= before]
        return sorted(clicked, key=lambda one: (str(one.first_clicked_at), one.id), reverse=True)

    @property
    def listed(self) -> list[Guest]:
        return self.missing[:LISTED]

    @property
    def quiet(self) -> int:
        """How many with an address have neither clicked nor come."""
        return sum(one.first_clicked_at is None and bool(one.email) for one in self._absent)

    @property
    def by_phone(self) -> int:
        return sum(not one.email for one in self.guests)

    @cached_property
    def _absent(self) -> list[Guest]:
        arrived, crew = {one.registration_id for one in self.room.attendees}, insiders(self.event)
        return [one for one in self.guests if one.id not in arrived and email_key(one.email) not in crew]


@bp.get(f"/events/<{backstage.KEY}:event_id>/desk")
@backstage.needs(Role.RECEPTION)
def show(event_id: int) -> ResponseReturnValue:
    search = cleaned_line(request.args.get("q", ""))[:_LONGEST_SEARCH]
    day = _day(event_id, _pulse(event_id))
    found, more = _found(day, search) if search else ([], 0)
    page = render_template(
        "organiser/desk.html",
        event=day.event,
        wording=day.event.wording(speech().language),
        day=day,
        countdown=countdown(day.event, now(), speech()),
        search=search,
        countries=countries_of(day.webinar),
        found=found,
        more=more,
        startable=startable(day.event, day.webinar, now()),
    )
    return lets_zoom_answer(make_response(page))


@bp.get(f"/events/<{backstage.KEY}:event_id>/desk/live")
@backstage.needs(Role.RECEPTION)
def live(event_id: int) -> ResponseReturnValue:
    """The parts of the page that change, for the script: {"parts": {id: markup}, "told": what ears are told}."""
    pulse = _pulse(event_id)
    tag = hashlib.sha256(
        repr((pulse, now().replace(second=0, microsecond=0), speech().language)).encode()
    ).hexdigest()[:32]
    if tag in request.if_none_match:
        answer = Response(status=304)
    else:
        day = _day(event_id, pulse)
        parts = {f"live-{part}": str(get_template_attribute(_PIECES, f"live_{part}")(day)) for part in _PARTS}
        answer = jsonify(parts=parts, told=str(get_template_attribute(_PIECES, "live_told")(day)))
    answer.set_etag(tag)
    return answer


def _pulse(event_id: int) -> Pulse:
    with bridge().db.reading() as connection:
        found = presences.pulse(connection, event_id, now() - ON_THE_WAY, now() - FAILED_WITHIN)
    if found is None:
        raise NotFound
    return found


def room_of(event_id: int) -> Room:
    """Who is in an event's room, and who was."""
    pulse = _pulse(event_id)
    with bridge().db.reading() as connection:
        return _room(connection, event_id, pulse)


def _day(event_id: int, pulse: Pulse) -> Day:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        room = _room(connection, event_id, pulse)
        guests = presences.guests(connection, event_id)
        webinar = webinars.find_by_event(connection, event_id)
        numbers = overviews.numbers(connection, event_id)
        letters = overviews.stuck_letters(connection, event_id)
        silence = unheard(connection, event, webinar, now(), speech())
    failed = [
        Failed(person.id, person.name, failure_in_words(letter.last_error, speech()))
        for letter, person in letters
        if letter.gave_up_at and letter.gave_up_at >= now() - FAILED_WITHIN
    ]
    twin = webinar_in_words(event, webinar, speech())
    return Day(
        event,
        phase(event, now()),
        room,
        guests,
        webinar,
        twin,
        numbers.waiting,
        numbers.stuck,
        failed,
        now(),
        silence,
    )


def _room(connection: Connection, event_id: int, pulse: Pulse) -> Room:
    """Who is in the room, computed once for everybody who looks. Only the newest is kept of each event, and no more
    than there is memory for."""
    rooms: Rooms = current_app.extensions.setdefault("rooms", Rooms())
    with rooms.turn:
        seen, room = rooms.kept.pop(event_id, (None, None))
        if room is None or seen != pulse.seen:
            with undisturbed():
                room = sightings.room(connection, event_id)
        rooms.kept[event_id] = (pulse.seen, room)
        while len(rooms.kept) > 1 and sum(len(one.attendances) for _, one in rooms.kept.values()) > _AT_MOST:
            del rooms.kept[next(iter(rooms.kept))]
    return room


def _found(day: Day, search: str) -> tuple[list[dict[str, object]], int]:
    """The first few whom the search fits, and how many more there are."""
    with bridge().db.reading() as connection:
        people = overviews.people(connection, day.event.id, search)
    found: list[dict[str, object]] = [
        {
            "person": person,
            "standing": standing_in_words(person, speech()),
            "where": whereabouts(person, day.event.timezone, day.room, speech()),
            "link": bridge().links.personal(person.key),
        }
        for person in people.rows[:FOUND]
    ]
    return found, people.total - len(found)


def countries_of(webinar: TwinWebinar | None) -> list[tuple[str, tuple[DialIn, ...]]]:
    """The numbers to dial, by country in the reader's language; none once the webinar is gone."""
    if webinar is None or webinar.gone_at or not webinar.zoom_id:
        return []
    return [(speech().country(code), numbers) for code, numbers in by_country(webinar.dial_in)]


def startable(event: Event, webinar: TwinWebinar | None, at: datetime) -> bool:
    return webinar is not None and bool(webinar.zoom_id) and not event.cancelled_at and at < event.doors_close_at


def lets_zoom_answer(page: Response) -> Response:
    """ "Start as host" is a form that answers with Zoom's address; a pretend Zoom on this machine has another."""
    parts = urlsplit(bridge().settings.zoom.api_url)
    own = f"'self' https: {parts.scheme}://{parts.netloc}"
    page.headers["Content-Security-Policy"] = policy(form_action=own, connect_src="'self'")
    return page
