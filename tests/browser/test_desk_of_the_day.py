"""The desk of the day renews itself: it asks again and again, rests when it shall, and says when nobody answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.repertoire import Show
from tests.clock import NOW

pytestmark = pytest.mark.browser

SECOND, MINUTE = 1000, 60_000


@contextmanager
def at_the_desk(browser: Browser, show: Show) -> Iterator[tuple[Page, list[str]]]:
    """Olga at the desk of the event that runs, and what her browser asked for since."""
    context = browser.new_context()
    context.clock.install(time=NOW)
    page = context.new_page()
    page.goto(show.sign_in_link("olga", "web"))
    page.click("main button")
    page.goto(f"{show.address('web')}/organiser/events/{show.names['running'].id}/desk?lang=de")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/desk" in request.url else None)
    yield page, asked
    context.close()


def pass_by(page: Page, milliseconds: int) -> None:
    """Time passes, and what was asked is answered."""
    page.clock.run_for(milliseconds)
    page.wait_for_load_state("networkidle")


def answers(page: Page, number: int, missing: str = "") -> None:
    """From now on so many people are in the room."""
    body = {
        "parts": {"live-numbers": f"<b id='n'>{number}</b>", "live-missing": missing},
        "told": f"{number} Menschen sind im Raum.",
    }
    page.route(
        "**/desk/live*",
        lambda route: route.fulfill(
            status=200, headers={"ETag": f'"{number}"'}, content_type="application/json", body=json.dumps(body)
        ),
    )


def test_the_numbers_come_anew_without_loading_the_page(browser: Browser, show: Show) -> None:
    with at_the_desk(browser, show) as (page, asked):
        answers(page, 77)
        pass_by(page, 6 * SECOND)

        page.wait_for_selector("#n")
        assert page.inner_text("#n") == "77"
        assert ["/desk/live" in one for one in asked] == [True]


def test_what_is_the_same_is_not_sent_again(browser: Browser, show: Show) -> None:
    with at_the_desk(browser, show) as (page, _):
        with page.expect_response("**/desk/live*") as first:
            page.clock.run_for(6 * SECOND)
        page.wait_for_load_state("networkidle")
        with page.expect_response("**/desk/live*") as second:
            page.clock.run_for(6 * SECOND)

        assert (first.value.status, second.value.status) == (200, 304)


def test_ears_are_told_at_most_once_a_minute(browser: Browser, show: Show) -> None:
    with at_the_desk(browser, show) as (page, _):
        answers(page, 77)
        heard = []
        for _ in range(12):
            with page.expect_response("**/desk/live*"):
                page.clock.run_for(6 * SECOND)
            page.wait_for_load_state("networkidle")
            heard.append(page.text_content("#told"))

        assert heard[:9] == [""] * 9
        assert heard[-1] == "77 Menschen sind im Raum."


def test_it_can_be_stopped_and_goes_on(browser: Browser, show: Show) -> None:
    with at_the_desk(browser, show) as (page, asked):
        page.get_by_role("button", name="Anhalten").click()
        pass_by(page, MINUTE)
        meanwhile = list(asked)
        answers(page, 78)
        page.get_by_role("button", name="Weiter erneuern").click()

        page.wait_for_selector("#n")
        assert meanwhile == []


def test_a_lost_connection_is_said_and_found_again(browser: Browser, show: Show) -> None:
    def refuse(route: Route) -> None:
        route.abort("internetdisconnected")

    with at_the_desk(browser, show) as (page, _):
        page.route("**/desk/live*", refuse)
        page.clock.run_for(6 * SECOND)
        page.wait_for_selector("#lost:visible")
        assert "Die Verbindung ist unterbrochen." in page.inner_text("#lost")

        page.unroute("**/desk/live*", refuse)
        answers(page, 79)
        page.clock.run_for(6 * SECOND)

        page.wait_for_selector("#lost", state="hidden")


def test_nothing_is_taken_away_from_under_the_hand(browser: Browser, show: Show) -> None:
    """A list that changes while somebody is about to press a button in it waits until they are done."""
    with at_the_desk(browser, show) as (page, _):
        page.locator("#live-missing a").first.focus()
        answers(page, 80, "<p id='changed'>anders</p>")
        pass_by(page, 6 * SECOND)
        page.wait_for_selector("#n")
        assert page.locator("#changed").count() == 0

        page.locator("#q").focus()
        page.clock.run_for(6 * SECOND)

        page.wait_for_selector("#changed")


def test_the_link_is_copied(browser: Browser, show: Show) -> None:
    with at_the_desk(browser, show) as (page, _):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{show.address('web')}/organiser/events/{show.names['open'].id}?lang=de")
        page.get_by_role("button", name="Adresse kopieren").click()

        page.get_by_role("button", name="Kopiert").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == f"{show.address('web')}/e/{show.names['open'].slug}"
