"""Somebody at a browser in a story that is played for real, and a camera: with ZOOM_BRIDGE_TESTS_PICTURES=FOLDER, each
page that the story comes to is photographed, narrow and wide, in the light and in the dark."""

import os
import re
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, Locator

from tests.browser.walking import HEIGHT, PATIENCE, SCHEMES, WIDTHS
from zoom_bridge.i18n import speech

FOLDER = os.environ.get("ZOOM_BRIDGE_TESTS_PICTURES", "")
_NUMBERS = count(1)


class Onlooker:
    """Reads what is written on buttons and links: our own words are named as in the code, and read as translated. Each
    has a browser of their own, with no memory of the others."""

    def __init__(self, browser: Browser, address: str, language: str = "de") -> None:
        self.address, self.say = address, speech(language).say
        self.context = browser.new_context(
            viewport={"width": 1280, "height": HEIGHT},
            locale=language,
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(PATIENCE)

    def open(self, path: str, status: int = 200) -> "Onlooker":
        """A path of the own house, or an address."""
        answer = self.page.goto(path if "://" in path else self.address + path)
        assert answer, path
        assert answer.status == status, f"{path}: {answer.status}"
        return self

    def press(self, words: str, within: Locator | None = None) -> "Onlooker":
        """The button leads to another page, and that is there afterwards."""
        return self.click((within or self.page).get_by_role("button", name=self.say(words), exact=True))

    def follow(self, words: str) -> "Onlooker":
        return self.click(self.page.get_by_role("main").get_by_role("link", name=self.say(words), exact=True))

    def click(self, target: Locator) -> "Onlooker":
        with self.page.expect_navigation():
            target.first.click()
        return self

    def row(self, words: str) -> Locator:
        """The row of a table or list that is about somebody."""
        return self.page.locator("article, tr, li", has_text=words).first

    @property
    def text(self) -> str:
        """What is written on the page, with every space as one."""
        return re.sub(r"\s+", " ", self.page.inner_text("main"))

    def sees(self, *words: str) -> "Onlooker":
        for one in map(self.say, words):
            assert one in self.text, f"{self.page.url} does not say {one!r}:\n{self.page.inner_text('main')}"
        return self

    def picture(self, name: str) -> "Onlooker":
        if FOLDER:
            folder, number = Path(FOLDER), next(_NUMBERS)
            folder.mkdir(parents=True, exist_ok=True)
            for width in WIDTHS:
                self.page.set_viewport_size({"width": width, "height": HEIGHT})
                for scheme in SCHEMES:
                    self.page.emulate_media(color_scheme=scheme)
                    self.page.screenshot(path=folder / f"{number:02d}-{name}.{width}-{scheme}.png", full_page=True)
            self.page.set_viewport_size({"width": 1280, "height": HEIGHT})
            self.page.emulate_media(color_scheme=SCHEMES[0])
        return self

    def fetch(self, path: str) -> bytes:
        """A file, as the browser would download it."""
        answer = self.context.request.get(self.address + path)
        assert answer.ok, f"{path}: {answer.status}"
        return answer.body()

    def leave(self) -> None:
        self.context.close()


def keep(name: str, data: bytes) -> None:
    """Beside the pictures."""
    if FOLDER:
        Path(FOLDER, name).write_bytes(data)
