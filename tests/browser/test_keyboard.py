"""The keyboard alone: register, confirm, join; create and publish an event. Every press is a key; where the focus is, is
asked, never set."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.playhouse import Playhouse
from tests.browser.stagecraft import ORGANISERS, Stage
from tests.browser.walking import PATIENCE, new_context
from tests.cast import ANNA
from tests.clock import NOW
from zoom_bridge.flows import welcoming

MOST_TABS = 150


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A house with one event, at whose doors nobody stands yet."""
    with Playhouse(tmp_path) as house:
        stage = Stage(house)
        stage.write_the_notices()
        stage.event("soon", NOW + timedelta(minutes=10))
        stage.settle()
        house.at(NOW)
        yield stage


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = new_context(browser, "de")
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    yield page
    context.close()


class Keys:
    """Somebody without a mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab_to(self, words: str) -> None:
        """Go on until the control with that label, or those words, has the focus."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if re.search(words, self._focused()):
                return
        raise AssertionError(f"Tab never came to {words!r} on {self.page.url}")

    def enter(self, words: str, text: str) -> None:
        self.tab_to(words)
        self.page.keyboard.type(text)

    def press(self, words: str, key: str = "Enter") -> None:
        """And wait for the page that comes."""
        self.tab_to(words)
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def _focused(self) -> str:
        said: str = self.page.evaluate(
            """() => {
                const box = document.activeElement;
                const labels = [...(box.labels ?? [])].map(label => label.textContent).join(" ");
                const words = labels || box.textContent;
                return words.replaceAll("\\u00ad", "").replace(/\\s+/g, " ").trim();
            }"""
        )
        return said


def test_registering_confirming_and_joining(page: Page, stage: Stage) -> None:
    keys, soon = Keys(page), stage.names["soon"]
    page.goto(f"{stage.house.address()}/e/{soon.slug}")

    keys.press("^Zur Anmeldung")
    keys.enter("^Vorname", ANNA.first_name)
    keys.enter("^Nachname", ANNA.last_name)
    keys.enter("^E.Mail", ANNA.email)
    keys.press("^Verbindlich anmelden|^Anmelden", "Space")
    assert page.url.endswith("/registered")

    stage.house.work()
    (letter,) = [one for one in stage.house.catcher.letters() if one.recipient == ANNA.email]
    page.goto(next(link for link in letter.links if "/confirm/" in link))
    keys.press("^Anmeldung bestätigen", "Space")
    assert "/z/" in page.url

    stage.settle()
    stage.house.at(NOW)
    page.reload()
    keys.press("^Im Browser teilnehmen")
    page.wait_for_url(f"{stage.house.address('zoom')}/w/**")


def test_a_wrong_form_leads_to_the_field_and_on(page: Page, stage: Stage) -> None:
    """The summary has the focus; its link leads into the field, where one goes on typing."""
    keys, soon = Keys(page), stage.names["soon"]
    page.goto(f"{stage.house.address()}/e/{soon.slug}/register")
    keys.enter("^Vorname", ANNA.first_name)
    keys.enter("^Nachname", ANNA.last_name)
    keys.press("^Verbindlich anmelden|^Anmelden")
    assert page.locator("#errors:focus").count() == 1

    keys.tab_to("^E.Mail")
    page.keyboard.press("Enter")
    page.keyboard.type(ANNA.email)
    keys.press("^Verbindlich anmelden|^Anmelden")

    assert page.url.endswith("/registered")


def test_creating_and_publishing_an_event(page: Page, stage: Stage) -> None:
    keys, house = Keys(page), stage.house
    page.goto(welcoming.invite(house.bridge.db, house.bridge.links, *ORGANISERS["olga"], "de", house.clock()))

    keys.press("^Jetzt anmelden")
    keys.press("^Neue Veranstaltung")
    keys.enter("^Titel$", "Mit der Tastatur")
    # The same day in every order of day and month; where hours are counted to twelve, A is for the morning.
    keys.enter("^Datum", "10102026")
    keys.enter("^Beginn", "1000A")
    keys.enter("^Ende", "1130A")
    keys.press("^Speichern und veröffentlichen")

    assert re.search(r"/organiser/events/\d+$", page.url)
    page.goto(f"{house.address()}/e/mit-der-tastatur")
    assert "10. Oktober 2026" in " ".join(page.inner_text("main").split())
