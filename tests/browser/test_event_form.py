"""The event form in a real browser: what is typed is kept by itself, an expired session loses nothing, the keyboard is
enough, and the preview stands in a window of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.playhouse import Playhouse
from tests.browser.walking import new_context
from tests.cast import OLGA_EMAIL, OLGA_NAME
from zoom_bridge.flows import welcoming

#: The script waits some seconds before it keeps anything.
SOON = 15_000


@pytest.fixture
def form(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    """Olga's empty form, in a house of its own."""
    with Playhouse(tmp_path) as house:
        bridge = house.bridge
        context = new_context(browser, "de")
        page = context.new_page()
        page.goto(welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock()))
        page.click("main form button")
        page.wait_for_url("**/organiser/**")
        page.goto(f"{house.address('web')}/organiser/events/new")
        yield page
        context.close()


def test_what_is_typed_is_kept_by_itself_and_offered_again(form: Page) -> None:
    form.fill("#title_de", "Halb getippt")
    expect(form.locator("[data-kept=yes]").last).to_have_text("Entwurf gesichert um 10.00\xa0Uhr", timeout=SOON)

    form.goto(form.url)
    form.get_by_role("link", name="Weitermachen").click()

    expect(form.locator("#title_de")).to_have_value("Halb getippt")


def test_an_expired_session_is_said_beside_the_form_and_loses_nothing(form: Page) -> None:
    form.fill("#title_de", "Getippt")
    expect(form.locator("[data-kept=yes]").last).to_be_visible(timeout=SOON)
    elsewhere = form.context.new_page()
    elsewhere.goto(form.url)
    elsewhere.get_by_role("button", name="Abmelden").click()
    # Not closed: a window that is closed on its way to another page may never answer.
    expect(elsewhere).not_to_have_url(re.compile("/organiser/"))

    form.bring_to_front()
    form.fill("#title_de", "Lang getippt")

    expect(form.get_by_role("alert")).to_contain_text("Sie sind nicht mehr angemeldet.", timeout=SOON)
    expect(form.locator("[data-kept=yes]").last).to_be_hidden()
    expect(form.locator("#title_de")).to_have_value("Lang getippt")


def test_while_nothing_can_be_kept_the_form_says_so_and_goes_on_trying(form: Page) -> None:
    form.route("**/organiser/unsaved/**", lambda route: route.abort())

    form.fill("#title_de", "Ohne Netz")

    expect(form.get_by_role("alert")).to_contain_text(
        "Wir können Ihren Entwurf gerade nicht sichern", timeout=SOON
    )


def test_the_keyboard_alone_makes_an_event(form: Page) -> None:
    keys = form.keyboard
    form.locator("#title_de").focus()
    keys.type("Mit der Tastatur")
    keys.press("Tab")
    keys.type("09302026")
    # Past the button that opens the calendar.
    while form.evaluate("document.activeElement.id") != "starts_clock":
        keys.press("Tab")
    keys.type("1000AM")
    while form.evaluate("document.activeElement.id") != "ends_clock":
        keys.press("Tab")
    keys.type("1130AM")
    keys.press("Enter")

    expect(form).to_have_url(re.compile(r"/organiser/events/[0-9]+$"))
    expect(form.get_by_role("heading", level=1)).to_have_text("Mit der Tastatur")


def test_the_preview_stands_in_a_window_of_its_own_and_the_form_stays(form: Page) -> None:
    form.fill("#title_de", "Zum Ansehen")
    form.fill("#starts_day", "2026-09-30")
    form.fill("#starts_clock", "10:00")
    form.fill("#ends_clock", "11:30")

    with form.context.expect_page() as opened:
        form.get_by_role("button", name="Vorschau").click()
    preview = opened.value

    expect(preview.get_by_role("heading", level=1)).to_have_text("Zum Ansehen")
    expect(form.locator("#title_de")).to_have_value("Zum Ansehen")
    preview.get_by_role("button", name="English").click()
    expect(preview.locator("html")).to_have_attribute("lang", "en")
    expect(preview.get_by_role("heading", level=1)).to_have_text("Zum Ansehen")
