"""What is played in the playhouse: one event in each state, people wherever one can stand, letters that arrived and one
that could not. Afterwards it is one instant for all of them, so that any page can be looked at in any order.

`play` gives the names that the addresses in `every_page.py` are made of: `/e/{open.slug}`, `/z/{anna.token}`."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from PIL import Image

from tests.browser.playhouse import ZOOM_HOST, Playhouse
from tests.browser.stagecraft import (
    BARE,
    CALLER,
    DAY,
    DORA,
    EMIL,
    FATOU,
    HOUR,
    LONG,
    MINUTE,
    NOBODY_HOME,
    ORGANISERS,
    RICH,
    TOO_OFTEN,
    Names,
    Stage,
)
from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA, MALLORY, OLGA_EMAIL, OLGA_NAME
from tests.clock import NOW
from tests.visitor import Visitor
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.question import Question, QuestionKind
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import drafting, hosting, picturing, registering, welcoming
from zoom_bridge.store import organisers
from zoom_bridge.web.uploads import LOGO, PORTRAIT, STILL, picture_of


def play(house: Playhouse) -> Names:
    stage = Stage(house)
    house.catcher.refuse(NOBODY_HOME.email)
    house.at(NOW - 20 * DAY)
    stage.write_the_notices()
    _over(stage)
    house.at(NOW - 2 * DAY)
    _announced(stage)
    _spoiled(stage)
    _about_to_begin(stage)
    stage.settle()
    _changes(stage)
    stage.settle()
    _running(stage)
    house.at(NOW)
    house.work()
    _just_now(stage)
    return stage.names


def _over(stage: Stage) -> None:
    """A week ago; Zoom's report has been read. Somebody came whom nobody knows."""
    house, starts_at = stage.house, NOW - 7 * DAY
    over = stage.event(
        "over",
        starts_at,
        thanks_de="Danke für den Abend.",
        thanks_en="Thank you for coming.",
        recording_url="https://video.example.org/w/1",
    )
    stage.names["was_there"], *_ = stage.register(over, ANNA, BEN, CHIARA, MALLORY)
    stage.settle()
    house.at(starts_at - HOUR)
    house.work()
    house.world.start(over.webinar, at=house.at(starts_at))
    stays = stage.enter(over, (ANNA, BEN, MALLORY), starts_at)
    house.world.join(over.webinar, name="iPad", at=starts_at + 12 * MINUTE)
    house.world.leave(over.webinar, stays[1], at=starts_at + 20 * MINUTE)
    house.world.end(over.webinar, at=house.at(starts_at + 92 * MINUTE))
    house.work()
    for later in (HOUR, DAY, 2 * DAY):
        house.at(starts_at + later)
        house.work()


def _announced(stage: Stage) -> None:
    """All that can be said of an event that lies ahead."""
    in_a_week = NOW + 6 * DAY
    first = stage.event(
        "open", in_a_week, title_de="Gute Nachbarschaft", title_en="Good neighbours", **RICH | _pictured(stage)
    )
    names = stage.names
    names["anna"], names["mallory"], names["long"] = stage.register(first, ANNA, MALLORY, LONG)
    names["chiara"], names["fatou"] = stage.register(first, CHIARA, FATOU)
    (names["ben"],) = stage.register(first, BEN, confirm=False)
    (names["dora"],) = stage.register(first, DORA, confirm=False)
    registering.cancel(stage.db, names["chiara"].key, stage.clock())
    registering.cancel_by_organiser(stage.db, names["fatou"].id, stage.clock())
    registering.cancel(stage.db, names["dora"].key, stage.clock())
    stage.event("later", in_a_week, opens_at=NOW + DAY)
    stage.register(stage.event("few", in_a_week, capacity=4), ANNA, BEN)
    full = stage.event("full", in_a_week, capacity=2)
    (names["left_out"],) = stage.register(full, CHIARA, confirm=False)
    stage.register(full, ANNA, BEN)
    stage.event("closed", in_a_week, closes_at=NOW - HOUR)
    stage.event("draft", in_a_week, publish=False, **RICH)
    stage.event("film", in_a_week, trailer_url="https://youtu.be/dQw4w9WgXcQ", trailer_text_de="Ein Hof.")
    stage.event("bare", in_a_week, **BARE, title_de="Donaudampfschifffahrtsgesellschaftskapitänsversammlung")
    stage.register(stage.event("moved", in_a_week), ANNA, BEN)
    stage.register(stage.event("cancelled", in_a_week), ANNA, BEN)
    names["called_off"] = stage.person(names["cancelled"], ANNA)
    names["moving"] = stage.person(names["moved"], ANNA)


def _spoiled(stage: Stage) -> None:
    """A webinar that somebody deleted at Zoom, and a letter that nobody takes."""
    spoiled = stage.event("spoiled", NOW + 6 * DAY)
    (stage.names["stuck"],) = stage.register(spoiled, NOBODY_HOME)
    stage.register(spoiled, ANNA)


def _about_to_begin(stage: Stage) -> None:
    soon = stage.event("soon", NOW + 8 * MINUTE)
    stage.names["at_the_door"], *_ = stage.register(soon, ANNA, BEN)
    caller = registering.add_caller(stage.db, soon.id, CALLER, stage.clock())
    assert caller
    stage.names["caller"] = SimpleNamespace(id=caller.id, token=stage.links.personal_token(caller.key))
    (stage.names["waiting"],) = stage.register(stage.event("near", NOW + 50 * MINUTE), ANNA)
    (stage.names["overtime"],) = stage.register(stage.event("late", NOW - 100 * MINUTE), ANNA)
    running = stage.event("running", NOW - 20 * MINUTE)
    stage.names["inside"], *_ = stage.register(running, ANNA, BEN, CHIARA, EMIL, LONG)


def _changes(stage: Stage) -> None:
    """A day later: one is moved, one is called off, somebody uses Zoom's own form, somebody deletes a webinar there."""
    house, names = stage.house, stage.names
    house.at(NOW - DAY)
    moved = names["moved"]
    draft = a_draft(
        title_de="Stück moved", title_en="Play moved", zoom_host=ZOOM_HOST,
        starts_at=moved.starts_at + DAY, ends_at=moved.starts_at + DAY + HOUR,
    )  # fmt: skip
    hosting.change_event(stage.db, moved.id, draft, stage.clock())
    hosting.cancel_event(stage.db, names["cancelled"].id, stage.clock())
    house.world.register(names["open"].webinar, EMIL.email, EMIL.first_name, EMIL.last_name)
    house.world.delete_webinar(names["spoiled"].webinar)
    stage.settle()
    names["emil"] = stage.person(names["open"], EMIL)


def _running(stage: Stage) -> None:
    """It began twenty minutes ago: three are there, one has left, a guest came in, one clicked and has not arrived."""
    house, names = stage.house, stage.names
    running = names["running"]
    starts_at = running.starts_at
    house.world.start(running.webinar, at=house.at(starts_at))
    stays = stage.enter(running, (ANNA, BEN, LONG), starts_at)
    house.world.join(running.webinar, name="iPad", at=starts_at + 5 * MINUTE)
    house.world.leave(running.webinar, stays[1], at=starts_at + 9 * MINUTE)
    registering.join(stage.db, stage.person(running, CHIARA).key, stage.clock())


def _just_now(stage: Stage) -> None:
    """What no job has seen yet."""
    house, names = stage.house, stage.names
    (names["not_ready"],) = stage.register(names["soon"], EMIL)
    _too_often(stage)
    link = welcoming.invite(stage.db, stage.links, OLGA_EMAIL, OLGA_NAME, "de", stage.clock())
    names["sign_in"] = SimpleNamespace(token=link.rpartition("/")[2])
    _half_typed(stage)
    _team(stage)
    letters = house.catcher.letters()
    names["letter"] = next(one for one in letters if one.calendar)
    names["zoom"] = SimpleNamespace(
        page=house.world.webinars[names["open"].webinar].page,
        tk=_tk(house, names["soon"].webinar, ANNA),
        inside=_tk(house, names["running"].webinar, ANNA),
        outside=_tk(house, names["running"].webinar, BEN),
        gone=_tk(house, names["over"].webinar, ANNA),
        zak=house.world.new_zak(house.world.webinars[names["soon"].webinar].host_id),
    )


def _team(stage: Stage) -> None:
    """Emil sits at the reception, and somebody with a long name writes."""
    for who, email, name, role in (
        ("receptionist", *ORGANISERS["reception"], Role.RECEPTION),
        ("colleague", "redaktion@example.org", LONG.name, Role.EDITOR),
    ):
        welcoming.invite(stage.db, stage.links, email, name, "de", stage.clock(), role)
        with stage.db.reading() as connection:
            stage.names[who] = organisers.find_by_email(connection, email)


def _half_typed(stage: Stage) -> None:
    """Olga changed the draft and closed the window."""
    with stage.db.reading() as connection:
        olga = organisers.find_by_email(connection, OLGA_EMAIL)
    assert olga is not None
    fields = (("title_de", "Halb getippt"), ("starts_day", "bald"), ("programme_de", "Filme"))
    drafting.keep_unsaved(stage.db, olga.id, str(stage.names["draft"].id), fields, stage.clock())


def _pictured(stage: Stage) -> dict[str, Any]:
    """A logo, a portrait and a still, and questions of the organiser's own."""
    kept = [
        picture_of(_png(size, colour), shape, stage.clock())
        for size, colour, shape in (((900, 300), "teal", LOGO), ((600, 800), "sienna", PORTRAIT), ((1600, 900), "navy", STILL))
    ]  # fmt: skip
    picturing.keep(stage.db, kept)
    logo, portrait, still = (picture.digest for picture in kept)
    stage.names["logo"] = SimpleNamespace(digest=logo)
    return {
        "hosted_by_logo": logo,
        "trailer_picture": still,
        "partners": tuple(replace(partner, logo=logo) for partner in RICH["partners"]),
        "panelists": tuple(replace(panelist, portrait=portrait) for panelist in RICH["panelists"]),
        "questions": (
            Question("from", QuestionKind.TEXT, "Aus welchem Ort kommen Sie?", "Which place do you come from?"),
            Question("way", QuestionKind.ONE, "Wie nehmen Sie teil?", "How do you take part?", ("Allein", "In einer Gruppe"), ("Alone", "In a group"), required=True),
            Question("topics", QuestionKind.SEVERAL, "Was möchten Sie hören?", "", ("Filme", "Gespräch", "Zahlen")),
            Question("photos", QuestionKind.CONSENT, "Ich bin mit Aufnahmen einverstanden.", "I agree to being recorded."),
        ),
    }  # fmt: skip


def _png(size: tuple[int, int], colour: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def _too_often(stage: Stage) -> None:
    """Somebody asked for more sign-in links than there are within a quarter of an hour."""
    client = stage.house.apps["web"].test_client()
    page = Visitor(client, stage.house.address()).open("/sign-in")
    for _ in range(6):
        page.submit("email", email=TOO_OFTEN)


def _tk(house: Playhouse, webinar: int, person: Attendee) -> str:
    return next(one.tk for one in house.world.webinars[webinar].registrants.values() if one.email == person.email)


@dataclass
class Show:
    """The playhouse with everything played, and a second one that is as new: no event, no letter, nothing written."""

    house: Playhouse
    new: Playhouse
    names: Names

    def home(self, house: str) -> Playhouse:
        return self.new if house.startswith("new ") else self.house

    def address(self, house: str) -> str:
        return self.home(house).address(house.removeprefix("new "))

    def app(self, house: str) -> Any:
        return self.home(house).apps[house.removeprefix("new ")]

    def sign_in_link(self, who: str, house: str) -> str:
        """Good once."""
        bridge = self.home(house).bridge
        email, name = ORGANISERS[who]
        return welcoming.invite(bridge.db, bridge.links, email, name, "de", bridge.clock())


@contextmanager
def opened(folder: Path) -> Iterator[Show]:
    with Playhouse(folder / "played") as house, Playhouse(folder / "new") as new:
        yield Show(house, new, play(house))
