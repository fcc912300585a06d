"""One person of an event, as the reception sees them: what they told us, their way in, their letters and what happened
since; and callers, who are added by hand. Everybody in a list is in `people.py`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import Room
from zoom_bridge.domain.correspondence import correspondence
from zoom_bridge.domain.decision import Decision, folded
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import (
    EventCancelled,
    EventFull,
    EventOver,
    NotAllowed,
    NotFound,
    RegistrationRefused,
    TooManyRequests,
)
from zoom_bridge.domain.registration import Attendee, Registration, Source, email_key
from zoom_bridge.flows import registering
from zoom_bridge.i18n import Speech
from zoom_bridge.store import decisions, organisers, overviews, registrations, reminders, webinars
from zoom_bridge.web import backstage, event_desk, guards
from zoom_bridge.web.caller_form import CallerForm
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_
from zoom_bridge.web.forms import complained
from zoom_bridge.web.in_words import standing_in_words, zoom_standing_in_words
from zoom_bridge.web.letter_state import entry_in_words
from zoom_bridge.web.next_step import Phase, phase
from zoom_bridge.web.whereabouts import whereabouts

bp = Blueprint("reception", __name__)

_EVENT = f"/events/<{backstage.KEY}:event_id>"
_PERSON = f"{_EVENT}/people/<{backstage.KEY}:registration_id>"
_REFUSED: dict[type[RegistrationRefused], str] = {
    EventFull: N_("All places are taken. An editor can raise the number of places."),
    EventOver: N_("The event is over, so nobody can be added."),
    EventCancelled: N_("The event is cancelled, so nobody can be added."),
}
_NOT_WRITABLE = N_(
    "All places are taken. On the waiting list we can put only people with an e‑mail address, because we write to them when a place is theirs."
)
_NOW = {Phase.DAY, Phase.RUNNING}
_A_MOMENT = timedelta(minutes=1)


@dataclass(frozen=True)
class Happened:
    at: datetime
    sentence: str


@bp.get(_PERSON)
@backstage.needs(Role.RECEPTION)
def show(event_id: int, registration_id: int) -> str:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        person = _of_this_event(registrations.find(connection, registration_id), event)
        webinar = webinars.find_by_event(connection, event_id)
        letters = overviews.letters_of(connection, person.id)
        number_in_line = registrations.number_in_line(connection, person) if person.waiting else 0
        planned = reminders.list_for_event(connection, event_id)
        decided = decisions.list_for_person(connection, person.id)
        names = {one.id: one.name or one.email for one in organisers.list_all(connection)} if decided else {}
    room = event_desk.room_of(event_id)
    happening = phase(event, now())
    return render_template(
        "organiser/person.html",
        event=event,
        wording=event.wording(speech().language),
        person=person,
        webinar=webinar,
        countries=event_desk.countries_of(webinar),
        standing=standing_in_words(person, speech()),
        at_zoom=zoom_standing_in_words(person, event.timezone, speech()),
        where=whereabouts(person, event.timezone, room, speech()) if happening in _NOW else "",
        letters=[
            entry_in_words(entry, event.timezone, speech())
            for entry in correspondence(event, person, letters, planned, now())
        ],
        history=sorted(
            [*_history(person, room, speech()), *_decided(decided, names, person, room, speech())],
            key=lambda one: one.at,
        ),
        number_in_line=number_in_line,
        link=bridge().links.personal(person.key),
        ahead=happening in {Phase.COMING, *_NOW},
    )


def _of_this_event(person: Registration | None, event: Event) -> Registration:
    """Somebody of this event; another event's number is as unknown as any."""
    if person is None or person.event_id != event.id:
        raise NotFound
    return person


def _history(person: Registration, room: Room, speech: Speech) -> Iterator[Happened]:
    made = {
        Source.ORGANISER: speech.say("Added by the reception."),
        Source.ZOOM: speech.say("Registered in Zoom's own form."),
    }
    yield Happened(person.created_at, made.get(Source(person.source), speech.say("Registered on the page.")))
    if person.waiting_since:
        yield Happened(person.waiting_since, speech.say("Was put on the waiting list."))
    if person.confirmed_at and person.source != Source.ORGANISER:
        yield Happened(person.confirmed_at, speech.say("Has a place from now on."))
    if person.synced_at and person.registrant_id:
        yield Happened(person.synced_at, speech.say("Zoom knows of the registration as it is now."))
    if person.first_clicked_at:
        yield Happened(person.first_clicked_at, speech.say("Opened the join link for the first time."))
    for one in room.attendances:
        if one.registration_id == person.id:
            for visit in one.visits:
                yield Happened(visit.joined_at, speech.say("Came into the room."))
                if visit.left_at:
                    yield Happened(visit.left_at, speech.say("Left the room."))
    if person.cancelled_at:
        by = {
            "self": speech.say("Cancelled the registration."),
            "zoom": speech.say("Was taken off the list at Zoom."),
        }
        sentence = by.get(person.cancelled_by or "", speech.say("Was taken off the list by an organiser."))
        yield Happened(person.cancelled_at, sentence)


def _decided(
    decided: list[Decision], names: Mapping[int, str], person: Registration, room: Room, speech: Speech
) -> Iterator[Happened]:
    stays = [stay for one in room.attendances if one.registration_id == person.id for stay in one.stays]
    for one in decided:
        name = next((stay.name for stay in stays if folded(stay.name) == one.name), one.name)
        by = names.get(one.decided_by or 0, "") or speech.say("Somebody of the team")
        sentence = speech.say("%(by)s decided that “%(name)s” in the room was this person.", by=by, name=name)
        yield Happened(one.decided_at, sentence)


@bp.get(f"{_EVENT}/people/new")
@backstage.needs(Role.RECEPTION)
def new(event_id: int) -> ResponseReturnValue:
    event = backstage.read_event(event_id)
    fields = MultiDict({"language": event.languages[0]})
    return _form_page(event, _form(event, fields))


def new_again(event_id: int) -> ResponseReturnValue:
    """The form with what was typed, when its token did not fit."""
    event = backstage.read_event(event_id)
    return _form_page(event, _form(event, request.form))


@bp.post(f"{_EVENT}/people/new")
@backstage.needs(Role.RECEPTION)
@guards.shown_again_by(new_again)
def add(event_id: int) -> ResponseReturnValue:
    event = backstage.read_event(event_id)
    form = _form(event, request.form)
    caller = form.attendee()
    if caller is None:
        return _form_page(event, form), 422
    if twice := _pressed_twice(event_id, caller):
        return _to(twice)
    try:
        added = registering.add_caller(bridge().db, event_id, caller, now())
    except RegistrationRefused as refusal:
        return _form_page(event, form, say(_why_not(event, refusal))), 409
    if added is None:
        flash(say("Somebody with this address is registered already. This is their page."), "care")
        return _to(_known(event_id, caller))
    if added.waiting:
        flash(say("All places are taken. %(name)s is on the waiting list now.", name=added.name), "care")
    else:
        flash(say("%(name)s is registered now.", name=added.name), "good")
    return _to(added)


@bp.post(f"{_PERSON}/resend")
@backstage.needs(Role.RECEPTION)
def resend(event_id: int, registration_id: int) -> ResponseReturnValue:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        person = _of_this_event(registrations.find(connection, registration_id), event)
    try:
        registering.resend(bridge().db, person.id, now())
        flash(say("An e‑mail to %(name)s is on its way.", name=person.name), "good")
    except TooManyRequests:
        flash(say("%(name)s was written to a moment ago. Please wait a minute.", name=person.name), "care")
    except (NotAllowed, RegistrationRefused):
        flash(say("There is no letter that %(name)s could get now.", name=person.name), "care")
    if request.form.get("from") == "desk":
        return redirect(url_for("organiser.event_desk.show", event_id=event_id), 303)
    return _to(person)


def _form(event: Event, fields: "MultiDict[str, str]") -> CallerForm:
    """On the telephone nobody is turned away for want of an answer."""
    asked = [replace(question, required=False) for question in event.questions]
    return CallerForm(speech(), asked, fields, participation=event.participation)


def _why_not(event: Event, refusal: RegistrationRefused) -> str:
    # The waiting list would have taken somebody with an address.
    return _NOT_WRITABLE if event.waiting_list and type(refusal) is EventFull else _REFUSED[type(refusal)]


def _form_page(event: Event, form: CallerForm, refused: str = "") -> Response:
    return make_response(
        render_template(
            "organiser/caller.html",
            event=event,
            wording=event.wording(speech().language),
            form=form,
            **complained(form.complaints()),
            refused=refused,
        )
    )


def _pressed_twice(event_id: int, caller: Attendee) -> Registration | None:
    """A caller without an address has nothing to be known by: the same name, a moment ago, is the same person."""
    if caller.email:
        return None
    with bridge().db.reading() as connection:
        named = overviews.people(connection, event_id, caller.name).rows
    lately = [one for one in named if one.by_phone_only and one.active and one.created_at > now() - _A_MOMENT]
    return next((one for one in lately if one.name == caller.name), None)


def _known(event_id: int, caller: Attendee) -> Registration:
    with bridge().db.reading() as connection:
        known = registrations.find_by_email(connection, event_id, email_key(caller.email))
    if known is None:
        raise NotFound  # erased in this very moment
    return known


def _to(person: Registration) -> ResponseReturnValue:
    return redirect(url_for("organiser.reception.show", event_id=person.event_id, registration_id=person.id), 303)
