"""The review desk: whoever was in the room and whom the evidence alone does not name, one below the other, each with what
speaks for whom. One click decides, one takes it back, and it says who decided."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from zoom_bridge.domain import doubt as doubtful
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import Room, Stay, Visit, union
from zoom_bridge.domain.decision import Appearance, Decision, Verdict
from zoom_bridge.domain.doubt import Doubt, open_doubts, with_several_names
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import FOLLOW_UPS, Kind
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.reminder import TURNOUT_OF
from zoom_bridge.domain.turnout import presences, turnouts
from zoom_bridge.flows import deciding
from zoom_bridge.store import certificates, decisions, known_people, organisers, outbox, overviews, registrations
from zoom_bridge.store.agendas import AgendaLine
from zoom_bridge.web import backstage, doubt_in_words, event_desk
from zoom_bridge.web.context import bridge, now, say, speech
from zoom_bridge.web.fields import N_, cleaned_line

bp = Blueprint("review_desk", __name__)

#: So many are asked about on one page.
PAGE_SIZE = 20
#: So many people are found for one of them.
FOUND = 8
_LONGEST_SEARCH = 200
#: So long after an event its doubts are brought up on the first page.
RECENT = timedelta(days=7)
_REVIEW = f"/events/<{backstage.KEY}:event_id>/review"

#: Of the letters after an event, to whom each went.
_LETTERS = {
    Kind.FOLLOW_UP_ATTENDED: N_("has had the e-mail for those who were there"),
    Kind.FOLLOW_UP_LEFT_EARLY: N_("has had the e-mail for those who were there for less"),
    Kind.FOLLOW_UP_ABSENT: N_("has had the e-mail for those who were not there"),
    Kind.FOLLOW_UP_PHONE: N_("has had the e-mail for those who came by telephone"),
}


@dataclass(frozen=True)
class Decided:
    """A decision, as the page tells it. stays: what it holds for, as far as Zoom has told."""

    decision: Decision
    name: str
    who: Registration | None
    link_of: Registration | None
    minutes: int
    by: str


@dataclass(frozen=True)
class Review:
    """misled: who has had a letter for others than they count to by now. overtaken: whose certificate says so many
    minutes, and that is not right any more."""

    event: Event
    room: Room
    people: dict[int, Registration]
    doubts: list[Doubt]
    decided: list[Decided]
    misled: list[tuple[Registration, str]]
    overtaken: list[tuple[Registration, int]]

    @property
    def recognised(self) -> int:
        return sum(one.registration_id is not None for one in self.room.attendees)


@bp.get(_REVIEW)
@backstage.needs(Role.RECEPTION)
def show(event_id: int) -> str:
    review = _review(event_id)
    pages = max(1, -(-len(review.doubts) // PAGE_SIZE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    search = cleaned_line(request.args.get("q", ""))[:_LONGEST_SEARCH]
    found, more = _found(event_id, search) if search else ([], 0)
    return render_template(
        "organiser/review.html",
        event=review.event,
        wording=review.event.wording(speech().language),
        review=review,
        doubts=review.doubts[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        page=page,
        pages=pages,
        searched=request.args.get("doubt", ""),
        search=search,
        found=found,
        more=more,
        words=doubt_in_words,
        token=_token,
        minutes=lambda visits: _minutes(_time(visits, review.room.ended_at or now())),
        now=now(),
        address=lambda number: url_for("organiser.review_desk.show", event_id=event_id, page=number),
    )


@bp.post(_REVIEW)
@backstage.needs(Role.RECEPTION)
def decide(event_id: int) -> ResponseReturnValue:
    review = _review(event_id)
    asked = next((one for one in review.doubts if _token(one) == request.form.get("doubt")), None)
    word, _, number = request.form.get("verdict", "").partition(":")
    if asked is None:
        flash(say("This has been decided meanwhile."), "care")
    elif word in set(Verdict):
        verdict = Verdict(word)
        person = next((one for one in review.people.values() if str(one.id) == number), None)
        if verdict is Verdict.PERSON and person is None:
            raise NotFound
        person_id = person.id if person and verdict is Verdict.PERSON else None
        deciding.decide(bridge().db, event_id, asked.appearances, verdict, person_id, backstage.me().id, now())
        flash(_done(doubt_in_words.shown_name(asked, speech()), verdict, person), "good")
    return _back(event_id)


@bp.post(f"{_REVIEW}/<{backstage.KEY}:decision_id>/undo")
@backstage.needs(Role.RECEPTION)
def undo(event_id: int, decision_id: int) -> ResponseReturnValue:
    backstage.read_event(event_id)
    if deciding.undo(bridge().db, event_id, decision_id, now()):
        flash(say("The decision is taken back."), "good")
    else:
        flash(say("This decision has been taken back meanwhile."), "care")
    return _back(event_id)


def number_open(event: Event) -> int:
    """How many are still to be decided; for other pages, which lead here."""
    if event.cancelled_at:
        return 0
    room = event_desk.room_of(event.id)
    if not (links := with_several_names(room)):
        return len(open_doubts(room))
    with bridge().db.reading() as connection:
        names = known_people.names(connection, links)
    return len(open_doubts(room, names=names))


def recently_doubtful(lines: Iterable[AgendaLine]) -> list[tuple[Event, int]]:
    """Of events that were over not long ago, those where somebody has to be decided about, with how many."""
    over = [line.event for line in lines if now() - RECENT < line.event.ends_at <= now()]
    return [(event, n) for event in over if (n := number_open(event))]


def _review(event_id: int) -> Review:
    room = event_desk.room_of(event_id)
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        people = {person.id: person for person in registrations.list_for_event(connection, event_id)}
        taken = decisions.list_for_event(connection, event_id)
        names = {one.id: one.name or one.email for one in organisers.list_all(connection)}
        written = outbox.sent_to(connection, FOLLOW_UPS, event_id) if taken else {}
        issued = certificates.last_of_each(connection, event_id) if taken else {}
    named = {number for one in taken for number in (one.registration_id or 0, one.matched_id)}
    concerned = sorted(named & set(people))
    groups = turnouts(event, room, people.values()) if written else {}
    there = presences(event, room) if issued else {}
    misled = [
        (people[id_], say(_LETTERS[written[id_]]))
        for id_ in concerned
        if id_ in written and groups.get(id_) is not TURNOUT_OF[written[id_]]
    ]
    certified = [(id_, issued[id_].minutes) for id_ in concerned if id_ in issued and not issued[id_].withdrawn_at]
    overtaken = [
        (people[id_], minutes) for id_, minutes in certified if id_ not in there or there[id_].minutes != minutes
    ]
    found = doubtful.doubts(event, room, people.values(), taken)
    return Review(event, room, people, found, _decided(taken, room, people, names), misled, overtaken)


def _decided(
    taken: list[Decision], room: Room, people: dict[int, Registration], names: dict[int, str]
) -> list[Decided]:
    stays: dict[Appearance, list[Stay]] = defaultdict(list)
    if taken:
        for attendance in room.attendances:
            for stay in attendance.stays:
                stays[Appearance.of(stay, stay.matched_id)].append(stay)
    return [
        Decided(
            one,
            next((stay.name for stay in stays[one.appearance]), one.name) or one.guest,
            people.get(one.registration_id or 0),
            people.get(one.matched_id),
            _minutes(_time(union(stays[one.appearance]), room.ended_at or now())),
            names.get(one.decided_by or 0, ""),
        )
        for one in taken
    ]


def _time(visits: Iterable[Visit], until: datetime) -> timedelta:
    return sum(((visit.left_at or max(until, visit.joined_at)) - visit.joined_at for visit in visits), timedelta())


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)


def _found(event_id: int, search: str) -> tuple[list[Registration], int]:
    """The first few whom a search fits, and how many more there are."""
    with bridge().db.reading() as connection:
        people = overviews.people(connection, event_id, search)
    return people.rows[:FOUND], max(people.total - FOUND, 0)


def _done(name: str, verdict: Verdict, person: Registration | None) -> str:
    if verdict is Verdict.PERSON and person:
        return say("“%(name)s” counts as %(person)s now.", name=name, person=person.name or person.email)
    if verdict is Verdict.STAFF:
        return say("“%(name)s” works here and counts as nobody’s attendee now.", name=name)
    return say("“%(name)s” counts as a guest now.", name=name)


def _token(doubt: Doubt) -> str:
    """What stands for a doubt in forms and addresses, and names nobody."""
    return hashlib.sha256(repr(doubt.key).encode()).hexdigest()[:16]


def _back(event_id: int) -> ResponseReturnValue:
    return redirect(url_for("organiser.review_desk.show", event_id=event_id), 303)
