"""The countdown on the waiting page: it counts for the eye, speaks rarely, can be stopped, and ends with the way in."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.repertoire import Show
from tests.clock import NOW

pytestmark = pytest.mark.browser


@contextmanager
def waiting(
    browser: Browser, show: Show, *, scripts: bool = True, slow: timedelta = timedelta()
) -> Iterator[Page]:
    """Somebody on the waiting page 35 minutes before one can enter, whose own clock is slow by so much."""
    context = browser.new_context(java_script_enabled=scripts)
    if scripts:
        context.clock.install(time=NOW - slow)
    page = context.new_page()
    page.goto(f"{show.address('web')}/z/{show.names['waiting'].token}?lang=de")
    yield page
    context.close()


def heard(page: Page) -> str:
    return page.locator(".countdown [aria-live]").text_content() or ""


def seen(page: Page) -> str:
    return page.get_by_role("timer").text_content() or ""


def test_without_script_the_page_names_the_moment(browser: Browser, show: Show) -> None:
    with waiting(browser, show, scripts=False) as page:
        assert "um 10.35 Uhr" in page.locator(".countdown").inner_text().replace("\xa0", " ")
        assert page.get_by_role("button", name="Countdown").count() == 0


def test_it_counts_every_second_and_speaks_rarely(browser: Browser, show: Show) -> None:
    with waiting(browser, show) as page:
        first, silent = seen(page), heard(page)
        page.clock.run_for(10_000)

        assert first == "Noch 35 Minuten bis zum Zugang"
        assert seen(page) == "Noch 34 Minuten, 50 Sekunden bis zum Zugang"
        assert silent == heard(page) == ""
        page.clock.run_for(timedelta(minutes=4, seconds=55) // timedelta(milliseconds=1))
        assert heard(page) == "Noch 30 Minuten bis zum Zugang"


def test_it_goes_by_our_clock_when_the_readers_is_wrong(browser: Browser, show: Show) -> None:
    with waiting(browser, show, slow=timedelta(hours=3)) as page:
        assert seen(page) == "Noch 35 Minuten bis zum Zugang"


def test_it_can_be_stopped_and_goes_on_with_the_right_time(browser: Browser, show: Show) -> None:
    with waiting(browser, show) as page:
        page.get_by_role("button", name="Countdown anhalten").click()
        stopped = seen(page)
        page.clock.run_for(60_000)

        assert seen(page) == stopped
        page.get_by_role("button", name="Countdown fortsetzen").click()
        assert seen(page).startswith("Noch 34 Minuten") or seen(page).startswith("Noch 33 Minuten")


def test_when_the_doors_open_it_leads_in(browser: Browser, show: Show) -> None:
    with waiting(browser, show) as page:
        page.clock.run_for(timedelta(minutes=35, seconds=1) // timedelta(milliseconds=1))

        assert seen(page).startswith("Der Zugang ist jetzt offen.")
        assert heard(page) == "Der Zugang ist jetzt offen."
        way_in = page.get_by_role("link", name="Jetzt hineingehen").get_attribute("href")
        assert way_in
        assert way_in.startswith("/z/")
