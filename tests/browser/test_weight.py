"""What an event's page weighs, all told."""

import pytest
from playwright.sync_api import Browser, Response

from tests.browser.repertoire import Show
from tests.browser.walking import new_context

MOST_BYTES = 60_000
MOST_REQUESTS = 5


@pytest.mark.parametrize("name", ["open", "running", "over"])
def test_an_event_page_is_light(browser: Browser, show: Show, name: str) -> None:
    """Without the pictures that the organiser put there. Nothing is compressed, which a proxy would do."""
    context = new_context(browser, "de")
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))

    page.goto(f"{show.address('web')}/e/{show.names[name].slug}", wait_until="networkidle")

    ours = [answer for answer in answers if "/pictures/" not in answer.url]
    sizes = {answer.url: len(answer.body()) for answer in ours}
    assert all(answer.url.startswith(show.address("web")) for answer in answers)
    assert len(ours) <= MOST_REQUESTS, sizes
    assert sum(sizes.values()) < MOST_BYTES, sizes
    context.close()
