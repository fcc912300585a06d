"""The whole job in a browser, as people do it, in a running trial: Olga makes an event, two people register by the letters
in the mailbox page and join, the host begins, and the attendance page knows who was there."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.walking import PATIENCE
from tests.cast import ANNA, BEN
from tests.stories.processes import LOOPBACK, Processes, free_port
from tests.stories.processes import PATIENCE as LONG
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.i18n import speech

pytestmark = pytest.mark.processes

TITLE = {"de": "Nachbarschaft im Gespräch", "en": "Neighbours talking"}


@pytest.fixture
def addresses(tmp_path: Path) -> Iterator[list[str]]:
    """Where to look, as the trial prints it: our pages, the sign-in link, the mailbox, the pretend Zoom."""
    processes = Processes(tmp_path)
    try:
        trial = processes.start("trial", "run", "--data", tmp_path / "data", "--port", free_port())
        processes.wait_until(lambda: "Ctrl-C" in trial.said, "the trial to say where to look")
        printed = re.findall(rf"http://{LOOPBACK}:\d+/\S*", trial.said)
        for address in printed:
            processes.wait_for_port(int(address.split(":")[2].partition("/")[0]))
        yield printed
    finally:
        processes.clear_away()


class Person:
    """Somebody with a browser of their own, who reads the buttons and counts the clicks."""

    def __init__(self, browser: Browser, language: str, width: int) -> None:
        self.say = speech(language).say
        self.language = language
        self.context = browser.new_context(viewport={"width": width, "height": 800}, locale=language)
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.clicks = 0

    def press(self, words: str) -> None:
        self._click(self.page.get_by_role("button", name=self.say(words)))

    def follow(self, words: str) -> None:
        self._click(self.page.get_by_role("main").get_by_role("link", name=self.say(words)))

    def fill(self, words: str, text: str) -> None:
        self.page.get_by_label(self.say(words), exact=True).first.fill(text)

    def look_until(self, found: Callable[[], Locator]) -> None:
        """Load the page again until it says so: somebody else works on it."""
        for _ in range(int(LONG)):
            try:
                expect(found().first).to_be_visible(timeout=1000)
            except AssertionError:
                self.page.reload()
            else:
                return
        raise AssertionError(f"{self.page.url} never said so:\n{self.page.inner_text('main')}")

    def _click(self, target: Locator) -> None:
        target.first.click()
        self.clicks += 1


#: In English, and on a wide screen, only when everything is to be tried.
WHOLE = bool(os.environ.get("ZOOM_BRIDGE_TESTS_WHOLE"))


@pytest.mark.parametrize(("language", "width"), [("de", 320), *([("en", 1280)] if WHOLE else [])])
def test_from_the_sign_in_link_to_the_attendance_list(
    browser: Browser, addresses: list[str], language: str, width: int
) -> None:
    _, sign_in, mailbox, _ = addresses
    olga, *people = (Person(browser, language, width) for _ in range(3))

    public_page = publish(olga, f"{sign_in}?lang={language}")
    for person, attendee in zip(people, (ANNA, BEN), strict=True):
        register(person, public_page, attendee)
        confirm(person, mailbox, attendee)
    overview = olga.page.url
    for person in people:
        join(person)
    start_as_host(olga)
    for person in people:
        enter(person)

    olga.page.goto(overview)
    olga.page.goto(re.sub(r"/events/(\d+)", r"/events/\1/attendance?who=inside", overview))
    for attendee in (ANNA, BEN):
        olga.look_until(
            lambda name=attendee.name: olga.page.locator("section", has=olga.page.locator("#list")).get_by_text(
                name
            )
        )  # type: ignore[misc]
    for person in (olga, *people):
        person.context.close()


def publish(olga: Person, sign_in: str) -> str:
    """At most one form and three clicks, on her first day."""
    begins = datetime.now(ZoneInfo("Europe/Berlin")).replace(second=0, microsecond=0) + timedelta(minutes=6)
    ends = begins + timedelta(hours=1)
    olga.page.goto(sign_in)

    olga.press("Sign in now")
    olga.follow("New event")
    olga.page.fill("#title_de", TITLE["de"])
    olga.page.fill("#starts_day", f"{begins:%Y-%m-%d}")
    olga.page.fill("#starts_clock", f"{begins:%H:%M}")
    olga.page.fill("#ends_clock", f"{ends:%H:%M}")
    if ends.date() != begins.date():
        olga.page.locator("details", has=olga.page.locator("#ends_day")).locator("summary").click()
        olga.page.fill("#ends_day", f"{ends:%Y-%m-%d}")
    olga.press("Save and publish")

    expect(olga.page.get_by_text(olga.say("Saved and published."))).to_be_visible()
    assert olga.clicks <= 3
    return urljoin(olga.page.url, olga.page.locator("main a[href*='/e/']").first.get_attribute("href"))


def register(person: Person, public_page: str, attendee: Attendee) -> None:
    """From the event's page to "please look into your mailbox": one form, three fields that must be filled."""
    person.page.goto(public_page)
    person.follow("To the registration")
    assert person.page.locator("main form").count() == 1
    required = person.page.locator("main form :is(input, select, textarea)[required]")
    assert [field.get_attribute("name") for field in required.all()] == ["first_name", "last_name", "email"]

    person.fill("First name", attendee.first_name)
    person.fill("Last name", attendee.last_name)
    person.fill("E‑mail address", attendee.email)
    person.press("Register")

    expect(person.page.get_by_role("heading", level=1)).to_have_text(person.say("Please look into your mailbox"))
    assert person.clicks == 2


def confirm(person: Person, mailbox: str, attendee: Attendee) -> None:
    """By the letter, which is opened where the trial keeps all of them. Its link opens beside it."""
    page = person.page
    page.goto(mailbox)
    row = page.locator("tr", has_text=attendee.email)
    person.look_until(lambda: row)
    row.first.get_by_role("link").click()
    with person.context.expect_page() as opened:
        page.locator("pre a[href*='/confirm/']").first.click()
    person.page = opened.value
    person.page.set_default_timeout(PATIENCE)

    person.press("Confirm registration")

    person.page.wait_for_url("**/z/**")


def join(person: Person) -> None:
    """The doors are open; as soon as Zoom has learned of the person, the button leads there."""
    person.look_until(lambda: person.page.get_by_role("button", name=person.say("Take part in the browser")))
    person.press("Take part in the browser")

    person.page.wait_for_url("**/w/*")
    expect(person.page.locator(".big")).to_contain_text(
        {"de": "Bitte warten Sie", "en": "Please wait"}[person.language]
    )


def start_as_host(olga: Person) -> None:
    olga.look_until(lambda: olga.page.get_by_role("button", name=olga.say("Start as host")))
    olga.press("Start as host")
    olga.page.wait_for_url("**/s/*")
    olga.page.get_by_role(
        "button", name={"de": "Webinar starten", "en": "Start the webinar"}[olga.language]
    ).click()
    expect(olga.page.locator(".big").first).to_contain_text(
        {"de": "Das Webinar läuft", "en": "The webinar is running"}[olga.language]
    )


def enter(person: Person) -> None:
    person.page.reload()
    person.page.get_by_role("button", name={"de": "Jetzt teilnehmen", "en": "Join now"}[person.language]).click()
    expect(person.page.locator(".big")).to_contain_text(
        {"de": "Sie sind im Webinar", "en": "You are in the webinar"}[person.language]
    )
