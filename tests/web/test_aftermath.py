"""What an evening leaves behind, as editors see it; and ending the webinar from the desk."""

import csv
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.cast import ANNA, BEN, OLGA_EMAIL, OLGA_NAME
from tests.clock import Clock
from tests.flows.deeds import current, run
from tests.flows.test_forgetting import tell
from tests.flows.test_gathering import begin, finish
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import welcoming

if TYPE_CHECKING:
    from tests.visitor import Visitor
    from zoom_bridge.simulator.world import World


@pytest.fixture
def sign_in(bridge: Bridge, visit: Callable[..., "Visitor"]) -> Callable[[], "Visitor"]:
    """Olga comes back days later: nobody stays signed in for so long."""

    def come_back() -> "Visitor":
        visitor = visit()
        visitor.open(
            welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock())
        ).submit("/sign-in/")
        return visitor

    return come_back


def page_of(event: Event) -> str:
    return f"/organiser/events/{event.id}/aftermath"


def test_before_the_event_the_page_says_what_will_come(olga: "Visitor", event: Event) -> None:
    page = olga.open(page_of(event))

    assert "einige Minuten nach dem Ende" in page.text
    assert "nicht in Zooms Cloud aufgezeichnet" in page.text


def test_afterwards_it_shows_questions_and_the_recording_and_puts_it_on_the_events_page(
    sign_in: Callable[[], "Visitor"], bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock, recording="cloud")
    asked = world.ask(webinar.id, ANNA.email, "=Wann?")
    world.answer(webinar.id, asked.id, "Um zehn.")
    world.ask(webinar.id, BEN.email, "Warum?", anonymous=True)
    finish(bridge, event, world, webinar, clock)
    clock.advance(minutes=5)
    run(bridge, "gather_takeaways")

    page = sign_in().open(page_of(event))
    for words in ("=Wann?", "Um zehn.", "Anna Albers", "ohne Namen gefragt", "Nicht beantwortet."):
        assert words in page.text
    assert "Ben Brandt" not in page.text
    shown = page.submit("/recording/")

    assert "führt zu dieser Aufzeichnung" in shown.text
    assert current(bridge, event).recording_url.startswith("https://zoom.example.org/rec/")


def test_the_questions_can_be_had_as_a_file_without_formulas(
    sign_in: Callable[[], "Visitor"], bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    world.ask(webinar.id, ANNA.email, "=1+1")
    finish(bridge, event, world, webinar, clock)
    clock.advance(minutes=5)
    run(bridge, "gather_takeaways")

    answer = sign_in().client.get(
        f"/organiser/events/{event.id}/questions.csv", base_url="https://events.example.org"
    )
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")), delimiter=";"))

    assert rows[1:] == [["'=1+1", "", "nein", "Anna Albers"]]


def test_polls_and_survey_stand_there_as_numbers_and_words_and_can_be_had_as_files(
    sign_in: Callable[[], "Visitor"], bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    finish(bridge, event, world, webinar, clock)
    for person in (ANNA, BEN):
        world.answer_survey(
            webinar.id, person.email, {"Wie war es?": "=Gut", "Und sonst?": f"Dank von {person.email}"}
        )
    clock.advance(hours=1)
    run(bridge, "gather_takeaways")

    page = sign_in().open(page_of(event))
    answer = page.visitor.client.get(f"{page_of(event)[:-9]}survey.csv", base_url="https://events.example.org")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff")), delimiter=";"))

    assert "2 Menschen haben geantwortet." in page.text
    assert ["Wie war es?", "'=Gut", "2", "2"] in rows
    assert [row[2:] for row in rows if row[0] == "Und sonst?"] == [["1", "2"], ["1", "2"]]


def test_what_could_not_be_fetched_says_why(
    sign_in: Callable[[], "Visitor"], bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    finish(bridge, event, world, webinar, clock)
    clock.advance(minutes=5)
    world.faults.fail(500, path="*/qa")
    run(bridge, "gather_takeaways")

    page = sign_in().open(page_of(event))

    assert "Bei Zoom gibt es eine Störung" in page.text
    assert "In Zoom gab es keine Umfrage." in page.text


def test_the_webinar_is_ended_for_all_after_a_question(
    sign_in: Callable[[], "Visitor"],
    bridge: Bridge,
    event: Event,
    world: "World",
    clock: Clock,
    work: Callable[[], None],
) -> None:
    webinar = begin(bridge, event, world, clock)
    tell(bridge, world)
    desk = sign_in().open(f"/organiser/events/{event.id}/desk")

    asking = desk.visitor.open(next(link for link in desk.links() if link.endswith("/end")))
    assert "2 Personen sind im Raum" in asking.text
    ended = asking.submit("/end")

    assert webinar.running is None
    assert ended.path.endswith("/desk")
    work()
    assert "Das Webinar läuft nicht." in ended.visitor.open(f"/organiser/events/{event.id}/end").text


def test_when_zoom_does_not_end_it_the_page_says_why_and_what_to_do(
    sign_in: Callable[[], "Visitor"], bridge: Bridge, event: Event, world: "World", clock: Clock
) -> None:
    webinar = begin(bridge, event, world, clock)
    tell(bridge, world)
    asking = sign_in().open(f"/organiser/events/{event.id}/end")
    world.faults.down()

    refused = asking.submit("/end")

    assert refused.status == 502
    assert "Das Webinar wurde nicht beendet" in refused.text
    assert webinar.running
