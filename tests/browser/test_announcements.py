"""What an event's page does in a browser: the film that comes when it is asked for, and the reader's own time."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.repertoire import Show
from tests.clock import NOW

PLAYER = "https://www.youtube-nocookie.com/**"


@contextmanager
def reading(
    browser: Browser, language: str = "de", zone: str = "Europe/Berlin", *, scripts: bool = True
) -> Iterator[Page]:
    """A reader whose video portal answers. `page.asked` and `page.said`: what was asked for, what the console said."""
    context = browser.new_context(
        locale=language, timezone_id=zone, java_script_enabled=scripts, viewport={"width": 1280, "height": 900}
    )
    context.clock.set_fixed_time(NOW)
    context.route(PLAYER, _answer_as_portal)
    yield context.new_page()
    context.close()


def _answer_as_portal(route: Route) -> None:
    route.fulfill(body="<!doctype html><title>Film</title>", content_type="text/html")


def watch(page: Page) -> tuple[list[str], list[str], list[str | None]]:
    """Addresses asked for, words in the console, and what the portal learnt of where the reader came from."""
    asked: list[str] = []
    said: list[str] = []
    told: list[str | None] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.on(
        "request",
        lambda request: told.append(request.headers.get("referer")) if "youtube" in request.url else None,
    )
    return asked, said, told


@pytest.mark.parametrize("scripts", [True, False])
def test_the_portal_is_asked_after_the_click_and_not_before(browser: Browser, show: Show, scripts: bool) -> None:
    site = show.address("web")
    with reading(browser, scripts=scripts) as page:
        asked, said, told = watch(page)
        page.goto(f"{site}/e/{show.names['film'].slug}")
        before = [address for address in asked if not address.startswith(site)]

        page.get_by_role("button", name="Trailer abspielen").click()
        page.frame_locator("iframe").locator("html").wait_for(state="attached")

        assert before == []
        assert [address for address in asked if not address.startswith(site)] == [
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&rel=0"
        ]
        assert told == [f"{site}/"]
        assert said == []
        assert page.locator("iframe").bounding_box()["width"] > 1000  # type: ignore[index]

        page.get_by_role("link", name="Film wieder ausblenden").click()
        assert page.locator("iframe").count() == 0


def test_an_address_that_was_passed_on_while_the_film_played_plays_nothing(browser: Browser, show: Show) -> None:
    with reading(browser) as page:
        asked, *_ = watch(page)

        page.goto(f"{show.address('web')}/e/{show.names['film'].slug}?lang=de&trailer=play#trailer")

        assert page.get_by_role("button", name="Trailer abspielen").is_visible()
        assert all(address.startswith(show.address("web")) for address in asked)


@pytest.mark.parametrize(
    ("language", "zone", "words"),
    [
        ("de", "America/New_York", "In Ihrer Zeitzone (New York): Montag, 7. September, 4.00 bis 5.30 Uhr"),
        ("en", "America/New_York", "In your time zone (New York): Monday, 7 September, 04:00–05:30"),
        ("en", "Pacific/Auckland", "In your time zone (Auckland): Monday, 7 September, 20:00–21:30"),
        ("de", "Pacific/Gambier", "In Ihrer Zeitzone (Gambier): Sonntag, 6. September, 23.00 bis Montag, 7. September, 0.30 Uhr"),
        ("de", "Europe/Paris", None),
        ("de", "Europe/Berlin", None),
    ],
)  # fmt: skip
def test_the_readers_own_time_is_said_where_it_differs(
    browser: Browser, show: Show, language: str, zone: str, words: str | None
) -> None:
    with reading(browser, language, zone) as page:
        _, said, _ = watch(page)
        page.goto(f"{show.address('web')}/e/{show.names['open'].slug}")
        line = page.locator("[data-zone]")

        assert line.is_visible() is (words is not None)
        if words:
            assert " ".join(line.inner_text().replace("\N{NO-BREAK SPACE}", " ").split()) == words
        assert said == []


def test_the_page_asks_for_five_things_and_weighs_less_than_60_kilobytes(browser: Browser, show: Show) -> None:
    with reading(browser) as page:
        answers = []
        page.on("response", lambda answer: answers.append(answer))

        page.goto(f"{show.address('web')}/e/{show.names['film'].slug}", wait_until="networkidle")

        ours = [answer for answer in answers if "/pictures/" not in answer.url]
        assert len(ours) <= 5
        assert sum(len(answer.body()) for answer in ours) < 60_000
