"""How a visit is made: in a real browser, as a person would, or without one, when only what was sent matters."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, Response

from tests.browser.every_page import Visit
from tests.browser.repertoire import Show
from tests.clock import NOW
from tests.visitor import Page as SentPage
from tests.visitor import Visitor

#: What Chromium is started with.
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

WIDTHS = (320, 1280)
SCHEMES = ("light", "dark")
HEIGHT = 900
#: In milliseconds. What takes longer does not come.
PATIENCE = 30_000


def address_of(show: Show, visit: Visit, language: str, path: str = "") -> str:
    filled = (path or visit.path).format_map(show.names)
    # The pretend Zoom goes by what the browser prefers. So do we; but whose language we know would get that one.
    if not visit.house.endswith("zoom"):
        filled += f"{'&' if '?' in filled else '?'}lang={language}"
    return show.address(visit.house) + filled


# --- in a browser -----------------------------------------------------------------------------------------------


@dataclass
class Watched:
    """A page, and what it did that nobody should have to see."""

    page: Page
    complaints: list[tuple[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    answer: Response | None = None

    def __post_init__(self) -> None:
        self.page.on(
            "console", lambda said: self.complaints.append((f"{said.type}: {said.text}", said.location["url"]))
        )
        self.page.on("pageerror", lambda error: self.complaints.append((f"error: {error}", "")))
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.asked.append(request.url)

    def forget(self) -> None:
        self.complaints.clear()
        self.asked.clear()


class Walker:
    """One browser with a window for each language and person. Windows are kept: a page is loaded once."""

    def __init__(self, browser: Browser, show: Show) -> None:
        self.browser = browser
        self.show = show
        self._windows: dict[tuple[object, ...], Watched] = {}

    def window(self, visit: Visit, language: str, *, scripts: bool = True) -> Watched:
        key = (self.show.home(visit.house), visit.who, language, scripts)
        known = (id(key[0]), *key[1:])
        if known not in self._windows:
            self._windows[known] = self._open_window(visit, language, scripts)
        watched = self._windows[known]
        watched.forget()
        return watched

    def walk(self, visit: Visit, language: str, *, scripts: bool = True) -> tuple[Watched, Response]:
        """To the page, and on through its form when the visit says so."""
        watched = self.window(visit, language, scripts=scripts)
        answer = watched.page.goto(address_of(self.show, visit, language))
        if visit.sends:
            watched.forget()
            with watched.page.expect_navigation() as leaving:
                self._send(watched.page, visit, language)
            answer = leaving.value
        assert answer is not None
        assert answer.status == visit.status, f"{visit} in {language}: {answer.status} instead of {visit.status}"
        return watched, answer

    def _open_window(self, visit: Visit, language: str, scripts: bool) -> Watched:
        context = new_context(self.browser, language, scripts=scripts)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        if visit.who:
            page.goto(self.show.sign_in_link(visit.who, visit.house))
            page.click("main form button")
            page.wait_for_url("**/organiser/**")
        return Watched(page)

    def _send(self, page: Page, visit: Visit, language: str) -> None:
        if visit.posts:
            page.evaluate(_POST, [address_of(self.show, visit, language, visit.posts), dict(visit.typed)])
            return
        form = _form(page, visit.form or visit.button)
        # Not every browser looks through a form before it sends it.
        form.evaluate("form => { form.noValidate = true }")
        for name, value in visit.typed.items():
            _enter(form.locator(f'[name="{name}"]'), value)
        form.evaluate("form => form.querySelectorAll('details').forEach(fold => { fold.open = true })")
        _button(form, visit.button).click()


def new_context(browser: Browser, language: str, *, scripts: bool = True, width: int = 1280) -> BrowserContext:
    context = browser.new_context(
        viewport={"width": width, "height": HEIGHT},
        locale=language,
        timezone_id="Europe/Berlin",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    # What counts down counts by the same clock as the house.
    context.clock.set_fixed_time(NOW)
    return context


_POST = """([address, typed]) => {
    const form = document.createElement("form");
    form.method = "post"; form.action = address;
    const token = document.querySelector("[name=csrf_token]");
    const all = Object.assign(token ? {csrf_token: token.value} : {}, typed);
    for (const [name, value] of Object.entries(all)) {
        const line = document.createElement("textarea");
        line.name = name; line.value = value; form.append(line);
    }
    document.body.append(form); form.submit();
}"""


def _form(page: Page, having: str) -> Locator:
    """As tests.SentPage.form finds it."""
    for form in page.locator("form").all():
        names = f'[name="{having}"], [value="{having}"]'
        if having == form.get_attribute("id") or having in (form.get_attribute("action") or ""):
            return form
        if form.locator(names).count() or form.get_by_role("button", name=having, exact=True).count():
            return form
    raise AssertionError(f"{page.url} has no form with {having!r}")


def _button(form: Locator, words: str) -> Locator:
    named = form.locator(f'button[name="{words}"], button[value="{words}"]') if words else form.locator("button")
    found = named if named.count() else form.get_by_role("button", name=words)
    # The one that Enter presses stands first and is not to be seen.
    return found.locator("visible=true").and_(form.page.locator(":not([aria-hidden])")).first


def _enter(box: Locator, value: object) -> None:
    if isinstance(value, bool):
        box.set_checked(value)
    elif box.first.get_attribute("type") == "hidden":
        box.evaluate("(box, value) => { box.value = value }", value)
    elif box.first.evaluate("box => box.tagName") == "SELECT":
        box.select_option(str(value))
    elif box.first.get_attribute("type") == "radio":
        box.and_(box.page.locator(f'[value="{value}"]')).check()
    else:
        box.evaluate("box => { const fold = box.closest('details'); if (fold) fold.open = true }")
        box.fill(str(value))


# --- without one ------------------------------------------------------------------------------------------------


class Reader:
    """Makes the same visits without a browser, and gives what was sent."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self._known: dict[tuple[object, ...], Visitor] = {}

    def visitor(self, house: str, who: str, language: str) -> Visitor:
        key = (house, who, language)
        if key not in self._known:
            one = Visitor(self.show.app(house).test_client(), self.show.address(house), language)
            if who:
                one.open(self.show.sign_in_link(who, house)).submit("/sign-in/")
            self._known[key] = one
        return self._known[key]

    def read(self, visit: Visit, language: str) -> SentPage:
        page = self.visitor(visit.house, visit.who, language).open(address_of(self.show, visit, language))
        if visit.posts:
            tokens = [value for form in page.forms for name, value in form.fields if name == "csrf_token"]
            typed: dict[str, Any] = {"csrf_token": tokens[0]} if tokens else {}
            target = urlsplit(address_of(self.show, visit, language, visit.posts))
            page = page.visitor.post(
                f"{target.path}?{target.query}",
                [(name, str(value)) for name, value in (typed | dict(visit.typed)).items()],
            )
        elif visit.sends:
            having = visit.form or visit.button
            form = page.form(having)
            values = {name: _as_sent(value) for name, value in visit.typed.items()}
            sent = form.filled(values, visit.button or None)
            page = page.visitor.post(urljoin(page.path, form.action or page.path), sent)
        assert page.status == visit.status, f"{visit} in {language}: {page.status} instead of {visit.status}"
        return page


def _as_sent(value: object) -> object:
    return ("y" if value else None) if isinstance(value, bool) else value
