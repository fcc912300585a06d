"""Four events for the trial: one open, one full, one running now, one over. They are made by the same flows, jobs
and pretend Zoom as everything else, only with the clock set back, so every page shows real results."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event, EventDraft, Panelist, Partner
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.wall_time import instant_of, wall_of
from zoom_bridge.flows import hosting, informing, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import registrations, webinars

ZONE = "Europe/Berlin"
ZOOM_HOST = "webinar-1@example.org"
MINISTRY = "Niedersächsisches Ministerium für Umwelt, Energie, Bauen und Klimaschutz"
SERVICE_CENTRE = "Servicestelle Gemeinwesenarbeit und Quartiersmanagement"

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

    def at(self, instant: datetime) -> datetime:
        self.clock.at = instant
        return instant

    def work(self) -> None:
        """Twice, because what one job leaves behind is work for another: a reminder becomes letters to be sent."""
        self._work_once(self.bridge)
        self._work_once(self.bridge)

    def publish(self, draft: EventDraft, now: datetime) -> Event:
        event = hosting.create_event(self.bridge.db, draft, self.at(now))
        hosting.publish_event(self.bridge.db, event.id, now)
        return event

    def register(self, event: Event, people: Iterable[Attendee], now: datetime) -> None:
        """Register and confirm, as people do who read their mail."""
        for n, person in enumerate(people):
            registering.register(self.bridge.db, event.slug, person, self.at(now + timedelta(minutes=17 * n)))
        with self.bridge.db.reading() as connection:
            keys = [one.key for one in registrations.list_for_event(connection, event.id)]
        self.work()
        for key in keys:
            registering.confirm(self.bridge.db, key, self.clock())
        self.work()

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
    """Write the notices and play the four events up to now."""
    play = _Stage(bridge, world, clock, work_once)
    now = play.now
    today = wall_of(now, ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        _write_notices(bridge, play.at(now - timedelta(days=30)))
        _over(play, today)
        _running(play, now)
        _full(play, today)
        _open(play, today)
    finally:
        clock.at = None


def _open(play: _Stage, today: datetime) -> None:
    """The announcement this product was made for, on a Monday two to three weeks ahead."""
    monday = today + timedelta(days=14 + (7 - today.weekday()) % 7, hours=10)
    draft = _draft(
        monday,
        90,
        title_de="Gute Nachbarschaft",
        subtitle_de="Was wir aus der Corona-Zeit lernen können",
        description_de=_GOOD_NEIGHBOURS_DE,
        title_en="Good neighbours",
        subtitle_en="What we can learn from the time of Corona",
        description_en=_GOOD_NEIGHBOURS_EN,
        capacity=300,
        panelists=(
            Panelist("Olaf Lies", "Minister für Umwelt, Energie, Bauen und Klimaschutz", "", "Grußwort"),
            Panelist("Chiara Conti", "Gemeinwesenarbeiterin", "Nachbarschaftstreff am Wasserturm"),
            Panelist("Ben Brandt", "Freiwilliger", "Einkaufshilfe im Quartier"),
            Panelist("Olga Osterkamp", "", SERVICE_CENTRE, "Moderation"),
        ),
        partners=(
            Partner(
                "Landesarbeitsgemeinschaft der Freien Wohlfahrtspflege in Niedersachsen", "In Kooperation mit"
            ),
        ),
    )
    event = play.publish(draft, play.now - timedelta(days=6))
    play.register(event, PEOPLE[3:], play.now - timedelta(days=2))
    registering.register(play.bridge.db, event.slug, PEOPLE[2], play.at(play.now - timedelta(hours=3)))
    play.work()


def _full(play: _Stage, today: datetime) -> None:
    draft = _draft(
        today + timedelta(days=6, hours=18),
        60,
        title_de="Zoom kennenlernen in kleiner Runde",
        subtitle_de="Für alle, die noch nie an einer Online-Veranstaltung teilgenommen haben",
        description_de="Wir probieren alles einmal aus: **hineinkommen, hören, fragen**. Ohne Vorkenntnisse.",
        title_en="Getting to know Zoom in a small group",
        subtitle_en="For everybody who has never taken part in an online event",
        description_en="We try everything once: **getting in, listening, asking**. No experience needed.",
        capacity=6,
    )
    event = play.publish(draft, play.now - timedelta(days=5))
    play.register(event, PEOPLE[:6], play.now - timedelta(days=4))


def _running(play: _Stage, now: datetime) -> None:
    """Began twenty minutes ago; four people are in the room, one has left again."""
    minute = wall_of(now, ZONE).minute % 5
    starts = wall_of(now, ZONE).replace(second=0, microsecond=0) - timedelta(minutes=20 + minute)
    draft = _draft(
        starts,
        120,
        title_de="Sprechstunde Quartiersarbeit",
        subtitle_de="Ihre Fragen an die Servicestelle",
        description_de="Fragen zu Förderung, Räumen und Ehrenamt: Wir antworten, so gut wir können.",
        title_en="Neighbourhood work: open hour",
        subtitle_en="Your questions to the service centre",
        description_en="Questions about funding, rooms and volunteering: we answer as well as we can.",
    )
    event = play.publish(draft, now - timedelta(days=3))
    play.register(event, PEOPLE[:7], now - timedelta(days=2))
    starts_at = event.starts_at
    for before in (timedelta(hours=23), timedelta(minutes=55)):
        play.at(starts_at - before)
        play.work()
    zoom_id, people = play.zoom_id(event), play.registrant_ids(event)
    play.world.start(zoom_id, at=starts_at)
    for n, person in enumerate(people[:5]):
        stay = play.world.join(zoom_id, person, at=starts_at + timedelta(minutes=n))
        if n == 1:
            play.world.leave(zoom_id, stay, at=starts_at + timedelta(minutes=9))


def _over(play: _Stage, today: datetime) -> None:
    """A week ago: five came, one of them twice, two did not; Zoom's report has been read."""
    draft = _draft(
        today - timedelta(days=7) + timedelta(hours=17),
        75,
        title_de="Räume für Nachbarschaft finden",
        subtitle_de="Drei Beispiele aus Hannover, Emden und Göttingen",
        description_de="Ein Ladenlokal, ein Pfarrsaal, eine Turnhalle: **wie es ging und was es kostete**.",
        title_en="Finding rooms for neighbours",
        subtitle_en="Three examples from Hanover, Emden and Göttingen",
        description_en="A shop, a parish hall, a gym: **how it went and what it cost**.",
    )
    event = play.publish(draft, play.now - timedelta(days=21))
    play.register(event, PEOPLE[:7], play.now - timedelta(days=14))
    for before in (timedelta(hours=23), timedelta(minutes=50)):
        play.at(event.starts_at - before)
        play.work()
    zoom_id, people = play.zoom_id(event), play.registrant_ids(event)
    start = event.starts_at
    play.world.start(zoom_id, at=play.at(start))
    stays = [play.world.join(zoom_id, who, at=start + timedelta(minutes=n)) for n, who in enumerate(people[:5])]
    play.world.leave(zoom_id, stays[2], at=start + timedelta(minutes=20))
    play.world.join(zoom_id, people[2], at=start + timedelta(minutes=26))
    play.world.leave(zoom_id, stays[4], at=start + timedelta(minutes=41))
    play.world.end(zoom_id, at=play.at(event.ends_at + timedelta(minutes=2)))


def _draft(starts_wall: datetime, minutes: int, **texts: object) -> EventDraft:
    ends_wall = starts_wall + timedelta(minutes=minutes)
    values: dict[str, object] = {
        "timezone": ZONE,
        "starts_wall": starts_wall,
        "ends_wall": ends_wall,
        "starts_at": _instant(starts_wall),
        "ends_at": _instant(ends_wall),
        "hosted_by": MINISTRY,
        "help_name": SERVICE_CENTRE,
        "help_phone": "0511 701 07 09",
        "help_hours": "Montag bis Freitag 9 bis 15 Uhr",
        "help_email": "hilfe@example.org",
        "zoom_host": ZOOM_HOST,
    }
    return EventDraft(**values | texts)  # type: ignore[arg-type]


def _instant(wall: datetime) -> datetime:
    """Staged times lie where they fall: a missing hour slides forward, a doubled one is the first."""
    exists = wall.replace(tzinfo=ZoneInfo(ZONE)).astimezone(ZoneInfo("UTC"))
    return instant_of(wall_of(exists, ZONE), ZONE, second=False)


def _write_notices(bridge: Bridge, now: datetime) -> None:
    for (kind, language), text in _NOTICES.items():
        informing.write_notice(bridge.db, kind, language, text, now)


_GOOD_NEIGHBOURS_DE = """\
Im Frühjahr 2020 wurde Nachbarschaft für viele Menschen das Nächste, was sie hatten. Mancherorts ist daraus etwas
geworden, das heute noch trägt.

Neunzig Minuten mit Filmen aus den Nachbarschaften, Gespräch und Onlinebeteiligung: mit Menschen, die dort wohnen,
freiwillig helfen oder in der Gemeinwesenarbeit tätig sind, und mit Minister Olaf Lies.

## Drei Fragen, denen wir nachgehen

1. Wo, wie und warum ist in dieser Zeit gute Nachbarschaft gelungen?
2. Was folgt daraus für das Zusammenleben in den Quartieren?
3. Was braucht es, damit gute Nachbarschaft dauerhaft unterstützt wird?
"""

_GOOD_NEIGHBOURS_EN = """\
In spring 2020, neighbours became the nearest thing many people had. In some places something grew out of it that
still holds.

Ninety minutes of films from the neighbourhoods, discussion and online participation: with residents, volunteers,
community workers and the minister, Olaf Lies.

## Three questions we look into

1. Where, how and why did good neighbourhood work in that time?
2. What follows from it for living together in our quarters?
3. What does it take to support good neighbourhood lastingly?
"""

_NOTICES = {
    (NoticeKind.IMPRINT, "de"): "**Mustertext der Probe.** Niedersächsisches Musterministerium, Musterstraße 1, "
    "30159 Hannover, poststelle@example.org\n\nVor der ersten echten Veranstaltung tragen Sie hier Ihr Impressum ein.",
    (NoticeKind.IMPRINT, "en"): "**Sample text of the trial.** Sample Ministry, Musterstraße 1, 30159 Hanover, "
    "poststelle@example.org\n\nPut your own imprint here before your first real event.",
    (
        NoticeKind.PRIVACY,
        "de",
    ): "**Mustertext der Probe.** Wir verarbeiten Vorname, Nachname und E-Mail-Adresse, um "
    "Ihnen die Teilnahme zu ermöglichen. Zoom erhält diese Angaben als unser Auftragsverarbeiter. 30 Tage nach der "
    "Veranstaltung löschen wir sie, bei uns und bei Zoom.",
    (NoticeKind.PRIVACY, "en"): "**Sample text of the trial.** We process your first name, last name and e-mail "
    "address so that you can take part. Zoom receives them as our processor. 30 days after the event we delete them, "
    "here and at Zoom.",
    (NoticeKind.ACCESSIBILITY, "de"): "**Mustertext der Probe.** Barrieren gefunden? Schreiben Sie an "
    "barrierefrei@example.org. Wir antworten innerhalb von zwei Wochen.",
    (NoticeKind.ACCESSIBILITY, "en"): "**Sample text of the trial.** Found a barrier? Write to "
    "barrierefrei@example.org. We answer within two weeks.",
}
