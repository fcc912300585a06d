"""An event's people: find them, see how far Zoom knows of them, let them in, take them off the list."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import partial
from typing import TypeVar

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Message
from zoom_bridge.domain.refusals import EventFull, NotAllowed, NotFound, RegistrationRefused
from zoom_bridge.domain.registration import Registration, Standing, ZoomStanding
from zoom_bridge.flows import registering
from zoom_bridge.i18n import Speech
from zoom_bridge.store import overviews, registrations, reminders
from zoom_bridge.store.database import Database
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import cleaned_line
from zoom_bridge.web.in_words import STANDINGS, ZOOM_STANDINGS, standing_in_words, zoom_standing_in_words
from zoom_bridge.web.letter_names import letter_name
from zoom_bridge.web.letter_state import letter_in_words
from zoom_bridge.web.spreadsheet import FORM, Cell, offer, wall

bp = Blueprint("people", __name__)

LONGEST_SEARCH = 200
_LAST_PAGE = 100_000
#: So many people of a list that is downloaded are held at a time.
_AT_ONCE = 500
#: The filter for those whose last e-mail came back.
_RETURNED = "returned"
_FILTERED = (ZoomStanding.IN_LINE, ZoomStanding.WAITS, ZoomStanding.STUCK)
_PERSON = f"/events/<{backstage.KEY}:event_id>/people/<{backstage.KEY}:registration_id>"

Word = TypeVar("Word", bound=StrEnum)


@bp.get(f"/events/<{backstage.KEY}:event_id>/people")
@backstage.needs(Role.RECEPTION)
def show(event_id: int) -> str:
    search = cleaned_line(request.args.get("q", ""))[:LONGEST_SEARCH]
    standing = _one_of(Standing, request.args.get("standing"))
    at_zoom = _one_of(ZoomStanding, request.args.get("zoom"))
    returned = request.args.get("letters") == _RETURNED
    page = page_number()
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        found = overviews.people(connection, event_id, search, standing, at_zoom, page, returned)
        letters = overviews.last_letters(connection, [person.id for person in found.rows])
        rules = {reminder.id: reminder.rule for reminder in reminders.list_for_event(connection, event_id)}
    pages = max(1, -(-found.total // overviews.PAGE_SIZE))
    return render_template(
        "organiser/people.html",
        event=event,
        wording=event.wording(speech().language),
        public_address=bridge().links.event(event.slug),
        people=[_row(event, person, letters.get(person.id), rules) for person in found.rows],
        open=event.public and not event.cancelled_at and now() < event.ends_at,
        total=found.total,
        page=page,
        pages=pages,
        chosen={
            "q": search or None,
            "standing": standing,
            "zoom": at_zoom,
            "letters": _RETURNED if returned else None,
        },
        standings=[(standing, say(words)) for standing, (_, _, words) in STANDINGS.items()],
        zoom_standings=[(standing, say(ZOOM_STANDINGS[standing][2])) for standing in _FILTERED],
    )


@bp.get(f"/events/<{backstage.KEY}:event_id>/people.{FORM}")
@backstage.needs(Role.RECEPTION)
def as_file(event_id: int, form: str) -> Response:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
    return offer(_lines(event, partial(everybody, bridge().db, event_id), speech()), "people", form)


def everybody(db: Database, event_id: int) -> Iterator[Registration]:
    """By name, and never all at once. Nothing is kept open at the database while somebody's browser takes its time."""
    behind: Registration | None = None
    while True:
        with db.reading() as connection:
            some = registrations.list_by_name(connection, event_id, behind, _AT_ONCE)
        yield from some
        if len(some) < _AT_ONCE:
            return
        behind = some[-1]


def _lines(event: Event, everybody: Callable[[], Iterator[Registration]], speech: Speech) -> Iterator[list[Cell]]:
    """Everybody, with a column for each question: those of today first, then what was asked earlier."""
    say = speech.say
    columns = {question.key: question.label(speech.language) for question in event.questions}
    for person in everybody():
        for answer in person.answers:
            columns.setdefault(answer.key, answer.label)
    yield [
        say("First name"), say("Last name"), say("E-mail address"), say("Language"), say("Standing"), say("At Zoom"),
        say("Registered on"), say("Put on the waiting list"), say("Needs"), say("Question to the panel"), *columns.values(),
    ]  # fmt: skip
    for person in everybody():
        answers = {answer.key: ", ".join(answer.texts) for answer in person.answers}
        yield [
            person.first_name,
            person.last_name,
            person.email,
            person.language,
            standing_in_words(person, speech).words,
            zoom_standing_in_words(person, event.timezone, speech).words,
            wall(person.created_at, event.timezone),
            wall(person.waiting_since, event.timezone),
            person.needs,
            person.asks,
            *(answers.get(key, "") for key in columns),
        ]


@bp.post(f"{_PERSON}/approve")
@backstage.needs(Role.RECEPTION)
def approve(event_id: int, registration_id: int) -> ResponseReturnValue:
    person = _get_person(event_id, registration_id)
    try:
        registering.approve(bridge().db, person.id, now())
        flash(say("%(name)s is registered now.", name=person.name or person.email), "good")
    except EventFull:
        flash(say("All places are taken. Raise the number of places first, then approve."), "care")
    except RegistrationRefused:
        flash(say("This event takes no registrations any more."), "care")
    return _back(event_id)


@bp.post(f"{_PERSON}/move-up")
@backstage.needs(Role.RECEPTION)
def move_up(event_id: int, registration_id: int) -> ResponseReturnValue:
    person = _get_person(event_id, registration_id)
    try:
        registering.move_up_by_hand(bridge().db, person.id, now())
        flash(
            say("%(name)s has a place now, and an e‑mail that says so.", name=person.name or person.email), "good"
        )
    except NotAllowed:
        flash(say("%(name)s is not on the waiting list any more.", name=person.name or person.email), "care")
    except RegistrationRefused:
        flash(say("This event takes no registrations any more."), "care")
    return _back(event_id)


@bp.get(f"{_PERSON}/cancel")
@backstage.needs(Role.RECEPTION)
def ask_to_cancel(event_id: int, registration_id: int) -> ResponseReturnValue:
    person = _get_person(event_id, registration_id)
    if person.cancelled_at:
        return _back(event_id)
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        in_line = person.active and bool(registrations.waiting_ids(connection, event_id))
    return render_template("organiser/cancelling_person.html", event=event, person=person, in_line=in_line)


@bp.post(f"{_PERSON}/cancel")
@backstage.needs(Role.RECEPTION)
def cancel(event_id: int, registration_id: int) -> ResponseReturnValue:
    person = _get_person(event_id, registration_id)
    registering.cancel_by_organiser(bridge().db, person.id, now())
    said = (
        say("%(name)s is off the waiting list.", name=person.name or person.email)
        if person.waiting
        else say("The registration of %(name)s is cancelled.", name=person.name or person.email)
    )
    flash(said, "good")
    return _back(event_id)


def _get_person(event_id: int, registration_id: int) -> Registration:
    """Somebody of this event; another event's number is as unknown as any."""
    with bridge().db.reading() as connection:
        backstage.get_event(connection, event_id)
        person = registrations.find(connection, registration_id)
    if person is None or person.event_id != event_id:
        raise NotFound
    return person


def _row(event: Event, person: Registration, letter: Message | None, rules: dict[int, str]) -> dict[str, object]:
    return {
        "letter": letter and letter_in_words(letter, event.timezone, speech()),
        "letter_name": letter_name(letter, rules, speech()) if letter else "",
        "person": person,
        "standing": standing_in_words(person, speech()),
        "at_zoom": zoom_standing_in_words(person, event.timezone, speech()),
        "waits": person.standing is Standing.WAITS_FOR_APPROVAL,
        "cancelled": person.cancelled_at is not None,
        "since": person.cancelled_at or person.confirmed_at or person.waiting_since or person.created_at,
    }


def _one_of(kind: type[Word], asked: str | None) -> Word | None:
    try:
        return kind(asked or "")
    except ValueError:
        return None


def page_number() -> int:
    asked = request.args.get("page", "1")
    return min(max(int(asked), 1), _LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1


def _back(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.people.show", event_id=event_id), 303)
