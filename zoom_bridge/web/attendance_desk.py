"""Who is in the room now, and afterwards who was there: on a page, and as a file for spreadsheets."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, render_template

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import Attendance, Match, Room, fold
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.turnout import Turnout, turnouts
from zoom_bridge.i18n import Speech
from zoom_bridge.store import registrations, sightings
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, now, speech
from zoom_bridge.web.fields import N_
from zoom_bridge.web.in_words import MATCHES
from zoom_bridge.web.spreadsheet import as_file, wall

bp = Blueprint("attendance_desk", __name__)


#: The groups that can be written to afterwards.
_TURNOUTS = {
    Turnout.ATTENDED: N_("there for two thirds of the time or more"),
    Turnout.LEFT_EARLY: N_("there for less"),
    Turnout.ABSENT: N_("registered and not there"),
    Turnout.PHONE: N_("by telephone"),
}


@dataclass(frozen=True)
class Present:
    """Somebody who was there. `person` is empty for guests whom nobody could be matched to."""

    attendance: Attendance
    person: Registration | None
    minutes: int

    @property
    def name(self) -> str:
        return self.person.name if self.person else self.attendance.name


@dataclass(frozen=True)
class Evening:
    """An event's attendance, as far as it is known now."""

    event: Event
    room: Room
    present: list[Present]
    absent: list[Registration]
    now: datetime
    turnouts: Counter[Turnout]

    @property
    def missing(self) -> list[Registration]:
        return [person for person in self.absent if not person.by_phone_only]

    @property
    def callers(self) -> list[Registration]:
        """Of whom nobody can say whether they were there."""
        return [person for person in self.absent if person.by_phone_only]

    @property
    def inside(self) -> list[Present]:
        return [one for one in self.present if one.attendance.present] if self.room.running else []

    @property
    def guests(self) -> int:
        """How many in the room could not be matched to anybody."""
        return sum(one.person is None for one in self.inside)

    @property
    def clicked(self) -> list[Registration]:
        """Those who opened their join link and did not arrive, the last ones first: somebody may need help."""
        clicked = [person for person in self.absent if person.first_clicked_at]
        return sorted(clicked, key=lambda person: str(person.first_clicked_at), reverse=True)

    @property
    def host_inside(self) -> bool:
        return any(one.matched_by is Match.HOST and one.present for one in self.room.attendances)

    @property
    def seated(self) -> int:
        return len(self.absent) + sum(one.person is not None and one.person.active for one in self.present)


@bp.get(f"/events/<{backstage.KEY}:event_id>/attendance")
@backstage.needs(Role.RECEPTION)
def show(event_id: int) -> str:
    evening = _evening(event_id)
    return render_template(
        "organiser/attendance.html",
        event=evening.event,
        wording=evening.event.wording(speech().language),
        evening=evening,
        room=evening.room,
        turnouts=_TURNOUTS,
        matched=lambda match: speech().say(MATCHES[match]) if match else "",
    )


@bp.get(f"/events/<{backstage.KEY}:event_id>/attendance.csv")
@backstage.needs(Role.RECEPTION)
def as_csv(event_id: int) -> Response:
    evening = _evening(event_id)
    return as_file(_rows(evening, speech()), "attendance")


def _evening(event_id: int) -> Evening:
    with bridge().db.reading() as connection:
        event = backstage.get_event(connection, event_id)
        room = fold(sightings.list_for_event(connection, event_id))
        people = {person.id: person for person in registrations.list_for_event(connection, event_id)}
    # The host leads the webinar and is nobody's guest.
    attendees = [one for one in room.attendances if one.matched_by is not Match.HOST]
    present = [Present(one, people.get(one.registration_id or 0), _minutes(one, now())) for one in attendees]
    there = {one.person.id for one in present if one.person}
    absent = [person for person in people.values() if person.active and person.id not in there]
    absent.sort(key=lambda person: (person.last_name.casefold(), person.first_name.casefold()))
    groups = Counter(turnouts(event, room, people.values()).values())
    return Evening(event, room, present, absent, now(), groups)


def _minutes(attendance: Attendance, at: datetime) -> int:
    return round(attendance.time_present(at).total_seconds() / 60)


def _rows(evening: Evening, speech: Speech) -> Iterator[list[str]]:
    say = speech.say
    yield [
        say("First name"), say("Last name"), say("E-mail address"), say("Registered"), say("Was there"),
        say("Minutes"), say("First joined"), say("Last left"), say("Matched"),
    ]  # fmt: skip
    for one in evening.present:
        person, attendance = one.person, one.attendance
        names = [person.first_name, person.last_name] if person else ["", attendance.name]
        yield [
            *names,
            person.email if person else "",
            say("yes") if person and person.active else say("no"),
            say("yes"),
            str(one.minutes),
            wall(attendance.first_joined_at, evening.event.timezone),
            wall(attendance.left_at, evening.event.timezone),
            say(MATCHES[attendance.matched_by]) if attendance.matched_by else say("unknown guest"),
        ]
    for person in evening.missing:
        yield [person.first_name, person.last_name, person.email, say("yes"), say("no"), "0", "", "", ""]
    for person in evening.callers:
        names = [person.first_name, person.last_name]
        yield [*names, "", say("yes"), say("not known"), "", "", "", say("by telephone")]
