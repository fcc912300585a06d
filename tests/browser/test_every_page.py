"""Every page in every state, in German and English, at 320 and at 1280 px, light and dark, in a real browser. What does
not depend on the words is tried in German only: dark colours, the keyboard, pages without scripts. In English every
third page is looked at, and all of them with ZOOM_BRIDGE_TESTS_WHOLE=1."""

import os
from collections.abc import Iterator, Sequence

import pytest
from playwright.sync_api import Page, Response

from tests.browser import findings
from tests.browser.every_page import LANGUAGES, VISITS, Visit
from tests.browser.walking import HEIGHT, SCHEMES, WIDTHS, Walker, Watched

LEAST_FOR_A_LETTER = 280
"""What a mail program on a phone leaves of 320 pixels."""

LOOKS = ((320, "light"), (1280, "light"), (320, "dark"))
"""Colours are the same at every width; and in the second language, where only the words are others, the first will do."""


WHOLE = bool(os.environ.get("ZOOM_BRIDGE_TESTS_WHOLE"))
LOOKED_AT = [
    (language, visit)
    for language in LANGUAGES
    for number, visit in enumerate(VISITS)
    if WHOLE or language == LANGUAGES[0] or number % 3 == 0
]


@pytest.mark.parametrize(("language", "visit"), LOOKED_AT, ids=str)
def test_every_page_is_for_everybody(walker: Walker, visit: Visit, language: str) -> None:
    watched, answer = walker.walk(visit, language)

    found = [*_of_the_answer(visit, watched, answer)]
    if visit.letter:
        # In its sandbox no script runs, ours neither.
        html = answer.text()
        assert "<script" not in html
        watched.page.goto("about:blank")
        watched.page.set_content(html)
    elif language == LANGUAGES[0] and findings.has_scripts(watched.page):
        bare, _ = walker.walk(visit, language, scripts=False)
        found += findings.differs_without_scripts(findings.words(watched.page), findings.words(bare.page))
    found += _of_the_looks(watched.page, LOOKS if language == LANGUAGES[0] else LOOKS[:1])
    if visit.letter:
        # Mail programs on a phone leave less than the screen.
        watched.page.set_viewport_size({"width": LEAST_FOR_A_LETTER, "height": HEIGHT})
        found += findings.too_wide(watched.page)
    if language == LANGUAGES[0] and not visit.letter:
        found += findings.with_the_keyboard(watched.page)

    assert not found, _told(visit, language, found)


def _of_the_answer(visit: Visit, watched: Watched, answer: Response) -> Iterator[str]:
    page = watched.page
    yield from findings.policy_is_weak(answer.headers)
    if not visit.letter:
        yield from findings.small_print(page)
    yield from findings.said_in_the_console(watched.complaints, answer.url, visit.status)
    yield from findings.asked_of_others(watched.asked, answer.url[: answer.url.index("/", 8)])


def _of_the_looks(page: Page, looks: Sequence[tuple[int, str]]) -> Iterator[str]:
    findings.bring_axe(page)
    for width, scheme in looks:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        page.emulate_media(color_scheme=scheme)
        seen = findings.by_axe(page, only_colours=scheme != SCHEMES[0])
        yield from (f"{scheme}, {width} px: {sentence}" for sentence in seen)
    page.emulate_media(color_scheme=SCHEMES[0])
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHT})
        yield from (f"{width} px: {sentence}" for sentence in findings.too_wide(page))


def _told(visit: Visit, language: str, found: list[str]) -> str:
    return f"{visit} ({language}), {len(found)} findings:\n" + "\n".join(f"- {sentence}" for sentence in found)
