"""The pages for everybody in a real browser: what axe finds, what does not fit a narrow window, what the content
security policy stops."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from werkzeug.serving import make_server

from tests.cast import ANNA, BEN
from zoom_bridge.config import settings_from
from zoom_bridge.flows import registering
from zoom_bridge.store import registrations

FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
SERIOUS = {"serious", "critical"}


@pytest.fixture
def db(sqlite_db: Any) -> Any:
    return sqlite_db


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def serve() -> Iterator[Callable[[Any], str]]:
    """Serves an app on a free loopback port, and tells its address."""
    running = []

    def start(app: Any) -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def house() -> dict[str, Any]:
    """Where the app is put once it is built: its settings need the port it is served on."""
    return {}


@pytest.fixture
def address(serve: Callable[[Any], str], house: dict[str, Any]) -> str:
    return serve(lambda environ, start_response: house["app"](environ, start_response))


@pytest.fixture
def settings(settings: Any, address: str) -> Any:
    values = settings.model_dump()
    values["web"]["base_url"] = address
    return settings_from(values)


@pytest.fixture
def site(app: Any, address: str, house: dict[str, Any]) -> str:
    house["app"] = app
    return address


@pytest.fixture
def zoom(serve: Callable[[Any], str]) -> str:
    """Somebody else's site."""

    def page(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"<title>Zoom</title>You have arrived"]

    return serve(page)


def open_page(browser: Browser, width: int, scheme: str, language: str) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, locale=language, java_script_enabled=True
    )
    return context.new_page()


def find(bridge: Any, event: Any, email: str) -> Any:
    with bridge.db.reading() as connection:
        return registrations.find_by_email(connection, event.id, email)


@pytest.fixture
def paths(bridge: Any, event: Any, zoom: str, clock: Any) -> dict[str, str]:
    """Every kind of page, eight minutes before the event begins."""
    clock.set(event.starts_at - timedelta(minutes=8))
    for attendee in (ANNA, BEN):
        registering.register(bridge.db, event.slug, attendee, clock())
    anna, ben = (find(bridge, event, attendee.email) for attendee in (ANNA, BEN))
    registering.confirm(bridge.db, anna.key, clock())
    with bridge.db.transaction() as connection:
        registrations.change(connection, anna.id, join_url=f"{zoom}/w/1?tk=anna", registrant_id="r-1")
    personal, asked = (
        urlsplit(address).path for address in (bridge.links.personal(anna.key), bridge.links.confirm(ben.key))
    )
    return {
        "list": "/", "event": f"/e/{event.slug}", "form": f"/e/{event.slug}/register",
        "mailbox": f"/e/{event.slug}/registered", "help": "/help/zoom-in-the-browser", "imprint": "/imprint",
        "sign-in": "/sign-in", "not found": "/no/such/page", "personal": personal, "cancel": f"{personal}/cancel",
        "data": f"{personal}/data", "confirm": asked,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [(320, "light", "de"), (1280, "dark", "de"), (320, "dark", "en"), (1280, "light", "en")],
)
def test_every_page_fits_its_window_and_axe_has_nothing_serious_to_say(
    browser: Browser, site: str, paths: dict[str, str], width: int, scheme: str, language: str
) -> None:
    page = open_page(browser, width, scheme, language)
    found, asked = {}, set()
    page.on("request", lambda request: asked.add(urlsplit(request.url).netloc))

    for name, path in paths.items():
        page.goto(site + path)
        if name == "form":
            page.click("main button")
        violations = [v["id"] for v in Axe().run(page).response["violations"] if v["impact"] in SERIOUS]
        wide = page.evaluate("document.documentElement.scrollWidth") > width
        if violations or wide:
            found[name] = (violations, wide)

    assert found == {}
    assert asked == {urlsplit(site).netloc}
    page.context.close()


def test_the_join_button_leads_through_our_policy_to_zoom(
    browser: Browser, site: str, zoom: str, paths: dict[str, str]
) -> None:
    page = open_page(browser, 390, "light", "de")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(site + paths["personal"])

    page.click("text=Im Browser teilnehmen")
    page.wait_for_url(f"{zoom}/**")

    assert page.title() == "Zoom"
    assert complaints == []
    page.context.close()


def test_a_wrong_form_puts_the_focus_on_what_is_wrong_without_any_script(
    browser: Browser, site: str, paths: dict[str, str]
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 800}, locale="de", java_script_enabled=False)
    page = context.new_page()
    page.goto(site + paths["form"])

    page.fill("#first_name", "Anna")
    page.click("main button")

    assert page.title().startswith("Fehler:")
    assert page.locator("#errors:focus").count() == 1
    assert page.locator("#first_name").input_value() == "Anna"
    context.close()
