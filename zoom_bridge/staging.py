"""Four events for the trial: one open, one full, one running now, one over. They are made by the same flows, jobs
and pretend Zoom as everything else, only with the clock set back, so every page shows real results. What they say of
themselves is in `playbill.py`."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from zoom_bridge import drawing, playbill
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.certificate import CertificateRule
from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.picture import Picture
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.wall_time import instant_of, wall_of
from zoom_bridge.flows import (
    certifying,
    hosting,
    informing,
    picturing,
    pooling,
    receiving,
    registering,
    signposting,
)
from zoom_bridge.playbill import Drawings
from zoom_bridge.simulator.world import World
from zoom_bridge.store import registrations, short_links, webinars

ZONE = "Europe/Berlin"

PEOPLE = tuple(
    Attendee(first, last, f"{first}.{last}@example.org".lower(), language)
    for first, last, language in (
        ("Anna", "Albers", "de"),
        ("Ben", "Brandt", "de"),
        ("Chiara", "Conti", "en"),
        ("Dilek", "Demir", "de"),
        ("Emil", "Ehlers", "de"),
        ("Fatou", "Faye", "en"),
        ("Greta", "Gerdes", "de"),
        ("Hinnerk", "Harms", "de"),
    )
)


class SettableClock(Protocol):
    """A clock that can be stopped at an instant, and be let go with None."""

    at: datetime | None

    def __call__(self) -> datetime: ...


class _Stage:
    """The parts the staging plays with. `at` sets the clock; `work` lets every job run once as it would by itself."""

    def __init__(
        self, bridge: Bridge, world: World, clock: SettableClock, work_once: Callable[[Bridge], None]
    ) -> None:
        self.bridge, self.world, self.clock, self._work_once = bridge, world, clock, work_once
        self.now = clock()
        self.drawn = Drawings(
            street=self._keep(drawing.street()),
            water_tower=self._keep(drawing.water_tower()),
        )

    def _keep(self, canvas: drawing.Canvas) -> str:
        data = canvas.png()
        digest = hashlib.sha256(data).hexdigest()
        picture = Picture(digest, "image/png", canvas.width, canvas.height, data, self.now)
        picturing.keep(self.bridge.db, [picture])
        return digest

    def at(self, instant: datetime) -> datetime:
        self.clock.at = instant
        return instant

    def work(self) -> None:
        """Twice, because what one job leaves behind is work for another: a reminder becomes letters to be sent."""
        for _ in range(2):
            self._learn()
            self._work_once(self.bridge)

    def _learn(self) -> None:
        """What this Zoom has told is kept at once, as if its webhooks had come: the pages are not open yet."""
        with self.world.lock:
            told, self.world.outgoing = self.world.outgoing, []
        for delivery in told:
            told_at = json.loads(delivery.body)["event_ts"]
            receiving.keep(self.bridge.db, delivery.event, delivery.body.encode(), self.clock(), told_at)
            delivery.attempt = 1
            self.world.note(delivery, 204, 1)

    def publish(self, draft: EventDraft, now: datetime) -> Event:
        event = hosting.create_event(self.bridge.db, draft, self.at(now))
        hosting.publish_event(self.bridge.db, event.id, now)
        return event

    def register(
        self, event: Event, people: Iterable[Attendee], now: datetime, came_by: Sequence[str] = ("",)
    ) -> None:
        """Register and confirm, as people do who read their mail. `came_by`: keys of short links, taken in turn."""
        for n, person in enumerate(people):
            at = self.at(now + timedelta(minutes=17 * n))
            key = came_by[n % len(came_by)]
            registering.register(self.bridge.db, event.slug, person, at, came_by=key)
        with self.bridge.db.reading() as connection:
            keys = [one.key for one in registrations.list_for_event(connection, event.id)]
        self.work()
        for key in keys:
            registering.confirm(self.bridge.db, key, self.clock())
        self.work()

    def put_up_links(self, event: Event, names: Iterable[str], now: datetime) -> list[str]:
        for name in names:
            signposting.put_up(self.bridge.db, event.id, name, self.at(now))
        with self.bridge.db.reading() as connection:
            return [link.key for link in short_links.list_for_event(connection, event.id)]

    def zoom_id(self, event: Event) -> int:
        with self.bridge.db.reading() as connection:
            twin = webinars.find_by_event(connection, event.id)
        if twin is None or twin.zoom_id is None:
            raise RuntimeError("the pretend Zoom did not make the webinar")
        return int(twin.zoom_id)

    def registrant_ids(self, event: Event) -> list[str]:
        with self.bridge.db.reading() as connection:
            people = registrations.list_for_event(connection, event.id)
        return [one.registrant_id for one in people if one.registrant_id]


def stage(bridge: Bridge, world: World, clock: SettableClock, work_once: Callable[[Bridge], None]) -> None:
    """Write the notices and play the four events up to now. Days pass in a moment: our own pace would hold it up."""
    bridge = replace(bridge, zoom=bridge.zoom.unpaced())
    play = _Stage(bridge, world, clock, work_once)
    now = play.now
    today = wall_of(now, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        _write_notices(bridge, play.at(now - timedelta(days=30)))
        for account in (playbill.ZOOM_HOST, playbill.SECOND_ACCOUNT):
            pooling.add(bridge.db, account, play.at(now - timedelta(days=30)))
        _over(play, today)
        _running(play, now)
        _full(play, today)
        _open(play, today)
    finally:
        clock.at = None


def _open(play: _Stage, today: datetime) -> None:
    """The announcement this product was made for, on a Monday two to three weeks ahead."""
    monday = today + timedelta(days=14 + (7 - today.weekday()) % 7, hours=10)
    draft = _draft(monday, 90, playbill.good_neighbours(play.drawn))
    event = play.publish(draft, play.now - timedelta(days=6))
    play.register(event, _with_answers(PEOPLE[3:]), play.now - timedelta(days=2))
    registering.register(play.bridge.db, event.slug, PEOPLE[2], play.at(play.now - timedelta(hours=3)))
    play.work()


def _with_answers(people: Iterable[Attendee]) -> list[Attendee]:
    """The first few fill in what they need not."""
    return [
        replace(person, **playbill.FILLED_IN[n]) if n < len(playbill.FILLED_IN) else person
        for n, person in enumerate(people)
    ]


def _full(play: _Stage, today: datetime) -> None:
    draft = _draft(today + timedelta(days=6, hours=18), 60, playbill.getting_to_know_zoom(play.drawn))
    event = play.publish(draft, play.now - timedelta(days=5))
    play.register(event, PEOPLE, play.now - timedelta(days=4))


def _running(play: _Stage, now: datetime) -> None:
    """Began twenty minutes ago; four people are in the room, one has left again."""
    minute = wall_of(now, ZONE).minute % 5
    starts = wall_of(now, ZONE).replace(second=0, microsecond=0) - timedelta(minutes=20 + minute)
    draft = _draft(starts, 120, playbill.open_hour())
    event = play.publish(draft, now - timedelta(days=3))
    play.register(event, PEOPLE[:7], now - timedelta(days=2))
    starts_at = event.starts_at
    for before in (timedelta(hours=23), timedelta(minutes=55)):
        play.at(starts_at - before)
        play.work()
    zoom_id, people = play.zoom_id(event), play.registrant_ids(event)
    play.world.start(zoom_id, at=play.at(starts_at))
    stays = []
    for n, person in enumerate(people[:5]):
        stays.append(play.world.join(zoom_id, person, at=play.at(starts_at + timedelta(minutes=n))))
        play.work()
    play.world.leave(zoom_id, stays[1], at=play.at(starts_at + timedelta(minutes=9)))
    play.work()


def _over(play: _Stage, today: datetime) -> None:
    """A week ago: five came, one of them twice, one by telephone as well. A guest is nearly called like one of the two who
    did not come, and somebody unknown rang; Zoom's report has been read."""
    draft = _draft(today - timedelta(days=7) + timedelta(hours=17), 75, playbill.finding_rooms(play.drawn))
    event = play.publish(draft, play.now - timedelta(days=21))
    poster, newsletter = play.put_up_links(event, playbill.SHORT_LINKS, play.now - timedelta(days=20))
    play.register(event, PEOPLE[:7], play.now - timedelta(days=14), ("", poster, newsletter, newsletter))
    certifying.write_rule(play.bridge.db, CertificateRule(event_id=event.id, signed_by=playbill.SIGNS))
    for before in (timedelta(hours=23), timedelta(minutes=50)):
        play.at(event.starts_at - before)
        play.work()
    zoom_id, people = play.zoom_id(event), play.registrant_ids(event)
    start = event.starts_at
    play.world.start(zoom_id, at=play.at(start))
    world, minute = play.world, timedelta(minutes=1)
    stays = [world.join(zoom_id, who, at=start + minute * n) for n, who in enumerate(people[:5])]
    world.bind(
        zoom_id, world.join(zoom_id, device="phone", at=start + minute * 3), stays[1], at=start + minute * 4
    )
    world.join(zoom_id, name=f"F. {PEOPLE[5].last_name}", at=start + minute * 6)
    world.join(zoom_id, device="phone", at=start + minute * 8)
    for n, (question, answer) in enumerate(playbill.ASKED):
        asked = world.ask(zoom_id, stays[n], question, at=start + minute * (12 + n))
        if answer:
            world.answer(zoom_id, asked.id, answer, at=start + minute * 16)
    world.leave(zoom_id, stays[2], at=start + minute * 20)
    world.join(zoom_id, people[2], at=start + minute * 26)
    world.leave(zoom_id, stays[4], at=start + minute * 41)
    world.end(zoom_id, at=play.at(event.ends_at + minute * 2))
    for stay, answers in zip(stays, playbill.SURVEY, strict=True):
        world.answer_survey(zoom_id, stay, answers, at=event.ends_at + minute * 6)
    for later in (timedelta(minutes=4), timedelta(hours=2), timedelta(days=1, hours=1)):
        play.at(event.ends_at + later)
        play.work()


def _draft(starts_wall: datetime, minutes: int, texts: dict[str, Any]) -> EventDraft:
    ends_wall = starts_wall + timedelta(minutes=minutes)
    return EventDraft(
        timezone=ZONE,
        starts_wall=starts_wall,
        ends_wall=ends_wall,
        starts_at=_instant(starts_wall),
        ends_at=_instant(ends_wall),
        **texts,
    )


def _instant(wall: datetime) -> datetime:
    """Staged times lie where they fall: a missing hour slides forward, a doubled one is the first."""
    exists = wall.replace(tzinfo=ZoneInfo(ZONE)).astimezone(ZoneInfo("UTC"))
    return instant_of(wall_of(exists, ZONE), ZONE, second=False)


def _write_notices(bridge: Bridge, now: datetime) -> None:
    for (kind, language), text in playbill.NOTICES.items():
        informing.write_notice(bridge.db, kind, language, text, now)
