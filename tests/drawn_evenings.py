"""Evenings drawn at random: what the pretend Zoom tells of them, and what really happened, which only the dice know.

The truth is a set of minutes for each person, found by walking through the plan, without anything of ours."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.clock import NOW
from tests.simulator.conftest import SETTINGS, WEBINAR
from zoom_bridge.simulator.announcements import instant
from zoom_bridge.simulator.records import Sitting, Stay
from zoom_bridge.simulator.world import World

HOST = "webinar-1@example.org"
MINUTE = timedelta(minutes=1)
#: Registered. The first two have the same name; the last three come without a link of theirs: by a page with Zoom's
#: SDK, signed in with their address, and by their name alone.
PEOPLE = (
    ("eva@example.org", "Eva", "Ebert"),
    ("other-eva@example.org", "Eva", "Ebert"),
    ("anna@example.org", "Anna", "Albers"),
    ("ben@example.org", "Ben", "Brandt"),
    ("key@example.org", "Karl", "Kühn"),
    ("address@example.org", "Ada", "Adler"),
    ("name@example.org", "Nora", "von der Name"),
)
BY_KEY, BY_ADDRESS, BY_NAME = PEOPLE[4][0], PEOPLE[5][0], PEOPLE[6][0]
#: In the room without a place: one who bears the name of two, and two others.
GUESTS = ("Eva Ebert", "Galaxy A52", "Mallory")


@dataclass
class Evening:
    """deliveries: the bodies of Zoom's webhooks, in order. reports: the rows of Zoom's report of each sitting. truth: the
    minutes that each was there, by address, or by name for guests; a call that was bound to somebody is theirs."""

    webinar_id: int
    registrants: dict[str, str]
    deliveries: list[tuple[str, bytes]] = field(default_factory=list)
    reports: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    truth: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))


def key_of(address: str) -> str:
    """What our join link to that person is made with."""
    return f"key-of-{address.partition('@')[0]}"


class Play:
    """One evening, minute by minute."""

    def __init__(self, dice: Random) -> None:
        self._dice, self._now = dice, NOW
        self._world = World(SETTINGS, lambda: self._now)
        self._webinar = self._world.create_webinar(HOST, WEBINAR)
        ids = {
            email: self._world.register(self._webinar.id, email, first, last).id for email, first, last in PEOPLE
        }
        self.evening = Evening(self._webinar.id, ids)
        #: Who is in the room with which stay; of calls it is known at the end whose they are.
        self._inside: list[tuple[str, Stay]] = []
        self._calls: dict[str, Stay] = {}
        self._owners: dict[str, str] = {}

    def play(self) -> Evening:
        if self._dice.random() < 0.3:
            self._world.start(self._webinar.id, practice=True)
            self._pass(self._dice.randint(1, 20))
            self._world.end(self._webinar.id)
        for _ in range(self._dice.choice((1, 1, 1, 2))):
            self._sit(self._dice.randint(10, 40))
            self._pass(self._dice.randint(1, 5))
        for call, stay in self._calls.items():
            self.evening.truth[self._owners.get(call, stay.name)] |= self.evening.truth.pop(call, set())
        told = [one for one in self._world.outgoing if "participant" in one.event or one.event in _WHOLE]
        self.evening.deliveries = [(one.event, one.body.encode()) for one in told]
        held = [sitting for sitting in self._webinar.sittings if not sitting.practice]
        self.evening.reports = {sitting.uuid: [_row(stay) for stay in sitting.stays] for sitting in held}
        return self.evening

    @property
    def _minute(self) -> int:
        return (self._now - NOW) // MINUTE

    def _sit(self, minutes: int) -> None:
        sitting = self._world.start(self._webinar.id)
        self._inside = [(HOST, sitting.stays[0])]
        for _ in range(minutes):
            for _ in range(self._dice.choice((0, 1, 1, 2))):
                self._dice.choice((self._comes, self._comes, self._comes, self._goes, self._binds))(sitting)
            for person, _ in self._inside:
                self.evening.truth[person].add(self._minute)
            self._pass(1)
        self._world.unconfirmed.ended_before_left = self._dice.random() < 0.5
        self._world.end(self._webinar.id)

    def _comes(self, sitting: Sitting) -> None:
        """On a computer, or on a tablet beside it; who comes again on the same ends the stay before."""
        who = self._dice.choice([*self.evening.registrants, *GUESTS, "call"])
        device, join = self._dice.choice(("computer", "tablet")), self._join
        if who == "call":
            stay = join(device="phone")
            who = f"{sitting.uuid} {stay.user_id}"
            self._calls[who] = stay
        elif who == BY_KEY:
            stay = join(device=device, name="Karl K.", customer_key=key_of(who))
        elif who == BY_ADDRESS:
            stay = join(device=device, name="iPad", email=who)
        elif who == BY_NAME:
            stay = join(device=device, name=self._dice.choice(("Nora von der Name", " NORA  von der name ")))
        elif who in GUESTS:
            stay = join(device=device, name=who)
        else:
            renamed = self._dice.choice(("", "", "Somebody", "Eva Ebert"))
            stay = join(self.evening.registrants[who], device=device, name=renamed)
        self._inside = [(person, one) for person, one in self._inside if one.left_at is None]
        self._inside.append((who, stay))

    def _goes(self, _: Sitting) -> None:
        if self._inside[1:]:
            gone = self._dice.choice(self._inside[1:])
            self._world.leave(self._webinar.id, gone[1])
            self._inside.remove(gone)

    def _binds(self, _: Sitting) -> None:
        calls = [one for one in self._inside if one[1].device == "phone" and one[0] not in self._owners]
        others = [one for one in self._inside[1:] if one[1].device != "phone" and one[0] not in GUESTS]
        if calls and others:
            (call, phone), (owner, stay) = self._dice.choice(calls), self._dice.choice(others)
            self._world.unconfirmed.bind_user_id_is = self._dice.choice(("person", "call"))
            self._world.bind(self._webinar.id, phone, stay)
            self._owners[call] = owner

    def _join(self, who: str | None = None, **how: str) -> Stay:
        return self._world.join(self._webinar.id, who, **how)

    def _pass(self, minutes: int) -> None:
        self._now += minutes * MINUTE


_WHOLE = ("webinar.started", "webinar.ended")


def an_evening(dice: Random) -> Evening:
    return Play(dice).play()


def _row(stay: Stay) -> dict[str, Any]:
    """As Zoom's report has it: without the telephone."""
    row = {
        "user_id": stay.user_id,
        "name": stay.name,
        "user_email": stay.email,
        "registrant_id": stay.registrant_id,
        "join_time": instant(stay.joined_at),
        "leave_time": instant(stay.left_at),
    }
    return row | ({"customer_key": stay.customer_key} if stay.customer_key else {})


def minutes_of(visits: Any, until: datetime) -> set[int]:
    return {
        minute
        for joined_at, left_at in visits
        for minute in range((joined_at - NOW) // MINUTE, ((left_at or until) - NOW) // MINUTE)
    }
