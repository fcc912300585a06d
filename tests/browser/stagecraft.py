"""What scenes are made with: more people than the cast, events with everything and with nothing, and `Stage`, which
creates, registers and lets people in. What is played with it is in `repertoire.py`."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from tests.browser.playhouse import ZOOM_HOST, Playhouse
from tests.builders import a_draft
from tests.cast import OLGA_EMAIL, OLGA_NAME
from zoom_bridge.domain.event import Panelist, Partner
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.domain.poll import Poll, PollKind
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import hosting, informing, registering
from zoom_bridge.store import panel_seats, registrations, webinars

DORA = Attendee("Dora", "Dorn", "dora@example.org", "de")
EMIL = Attendee("Emil", "Ehlers", "emil@example.org", "de")
FATOU = Attendee("Fatou", "Faye", "fatou@example.org", "en")
#: Rang the reception, and has no e-mail.
CALLER = Attendee("Carla", "Claus", "", "de")
#: Letters to this address are not taken.
NOBODY_HOME = Attendee("Nora", "Niemand", "nora@example.org", "de")
#: A name that must fit a narrow window.
LONG = Attendee("Wilhelmine-Charlotte", "Freifrau von Donaudampfschifffahrtsgesellschaft", "w.c.freifrau.von.donaudampfschifffahrt@veranstaltungsservicestelle.example.org", "de")  # fmt: skip

#: Asked too often.
TOO_OFTEN = "often@example.org"

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

PETRA = Panelist("Petra Podium", "Ministerin", "Umweltministerium", "Grußwort", email="petra@example.org")
RICH: dict[str, Any] = {
    "themes_title_de": "Drei Fragen, denen wir nachgehen",
    "themes_de": "Wo gelang gute Nachbarschaft?\nWie?\nWarum?",
    "programme_de": "Grußwort\nFilme aus den Nachbarschaften\nGespräch mit Ihnen",
    "trailer_text_de": "Menschen auf einem Hof erzählen, wie sie einander geholfen haben.",
    "themes_title_en": "Three questions we look into",
    "themes_en": "Where did it work?\nHow?\nWhy?",
    "programme_en": "Welcome\nFilms\nTalking with you",
    "trailer_text_en": "People in a courtyard tell how they helped each other.",
    "trailer_url": "https://video.example.org/embed/1",
    "captions": True,
    "sign_language": True,
    "plain_language": True,
    "participation": True,
    "follow_ups": ("attended", "absent"),
    "partners": (
        Partner("Landesarbeitsgemeinschaft der Freien Wohlfahrtspflege", "in Kooperation mit", "https://partner.example.org"),
        Partner("Wasserturm"),
    ),
    "panelists": (
        PETRA,
        Panelist("Paul Publikum"),
    ),
    "polls": (Poll(key="next", question="Was sollen wir als Nächstes machen?", kind=PollKind.ONE, choices=("Ein Hoffest", "Nichts")),),
}  # fmt: skip

#: Everything that can be left out is.
BARE = dict.fromkeys(("subtitle_de", "description_de", "title_en", "subtitle_en", "description_en", "hosted_by", "hosted_by_url", "help_name", "help_phone", "help_hours", "help_email"), "") | {"partners": (), "panelists": ()}  # fmt: skip

#: Whose browser it is, in `every_page.py`.
ORGANISERS = {"olga": (OLGA_EMAIL, OLGA_NAME), "reception": ("emil@example.org", "Emil Empfang")}

Names = dict[str, Any]


class Stage:
    """What the scenes are made with."""

    def __init__(self, house: Playhouse) -> None:
        self.house = house
        self.db, self.links, self.clock = house.bridge.db, house.bridge.links, house.clock
        self.names: Names = {}

    def write_the_notices(self) -> None:
        for kind in NoticeKind:
            for language in ("de", "en"):
                text = f"## {kind.capitalize()}\n\nWer wir sind: [Ministerium](https://ministry.example.org) ({language})"
                informing.write_notice(self.db, kind, language, text, self.clock())

    def event(
        self, name: str, starts_at: datetime, minutes: int = 90, *, publish: bool = True, **texts: Any
    ) -> Any:
        """Create it and keep its name. The German title is the name unless one is given, so its address is readable."""
        texts = {"title_de": f"Stück {name}", "title_en": f"Play {name}", "zoom_host": ZOOM_HOST} | texts
        draft = a_draft(starts_at=starts_at, ends_at=starts_at + minutes * MINUTE, **texts)
        kept = hosting.create_event(self.db, draft, self.clock())
        if publish:
            hosting.publish_event(self.db, kept.id, self.clock())
        self.names[name] = SimpleNamespace(id=kept.id, slug=kept.slug, starts_at=starts_at, draft=draft, webinar=0)
        return self.names[name]

    def register(self, event: Any, *people: Attendee, confirm: bool = True) -> list[Any]:
        for person in people:
            registering.register(self.db, event.slug, person, self.clock())
            if confirm:
                registering.confirm(self.db, self._of(event, person).key, self.clock())
        return [self.person(event, person) for person in people]

    def person(self, event: Any, person: Attendee) -> Any:
        one = self._of(event, person)
        return SimpleNamespace(
            id=one.id,
            key=one.key,
            token=self.links.personal_token(one.key),
            confirm=self.links.confirm(one.key).rpartition("/")[2],
            unsubscribe=self.links.unsubscribe(one.key).rpartition("/")[2],
        )

    def panelist(self, event: Any) -> Any:
        """Petra's place on the panel."""
        with self.db.reading() as connection:
            (seat,) = panel_seats.list_for_event(connection, event.id)
        return SimpleNamespace(id=seat.id, token=self.links.panel(seat.key).rpartition("/")[2])

    def _of(self, event: Any, person: Attendee) -> Any:
        with self.db.reading() as connection:
            found = registrations.find_by_email(connection, event.id, person.email)
        assert found, f"{person.email} is not registered"
        return found

    def settle(self) -> None:
        """Let everything arrive. Zoom allows so many calls in a second, so some of it takes minutes."""
        for _ in range(5):
            self.house.work()
            self.clock.advance(minutes=1)
        self._learn_the_webinars()

    def _learn_the_webinars(self) -> None:
        with self.db.reading() as connection:
            for event in self.names.values():
                twin = webinars.find_by_event(connection, event.id) if hasattr(event, "slug") else None
                if twin and twin.zoom_id:
                    event.webinar = int(twin.zoom_id)

    def registrants(self, event: Any) -> dict[str, str]:
        """Address → id at Zoom."""
        at_zoom = self.house.world.webinars[event.webinar].registrants.values()
        return {registrant.email: registrant.id for registrant in at_zoom}

    def enter(self, event: Any, people: Iterable[Attendee], at: datetime) -> list[Any]:
        ids = self.registrants(event)
        return [
            self.house.world.join(event.webinar, ids[person.email], at=at + n * MINUTE)
            for n, person in enumerate(people)
        ]
