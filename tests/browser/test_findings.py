"""Each check finds what it looks for, on pages that are wrong on purpose, and nothing on one that is right."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import findings
from tests.browser.playhouse import Port
from tests.browser.walking import Watched, new_context

GOOD = """<!doctype html><html lang="de"><head><title>Gut</title>
<link rel="stylesheet" href="/style.css"></head>
<body><header><a href="#m">Zum Inhalt</a></header><main id="m"><h1>Gut</h1>{}</main></body></html>"""
STYLE = (
    "a, button { display: inline-block; min-height: 30px; min-width: 30px } :focus { outline: 3px solid black }"
)

Show = Callable[..., Watched]


@pytest.fixture(scope="module")
def port() -> Iterator[Port]:
    port = Port()
    yield port
    port.close()


@pytest.fixture
def show(browser: Browser, port: Port) -> Iterator[Show]:
    """Shows a page with that in it, 320 px wide."""
    context = new_context(browser, "de", width=320)

    def serve(
        inside: str, page: str = GOOD, style: str = STYLE, policy: str = "default-src 'none'; style-src 'self'"
    ) -> Watched:
        port.app = _app(page.replace("{}", inside), style, policy)
        watched = Watched(context.new_page())
        watched.answer = watched.page.goto(f"{port.address}/")
        return watched

    yield serve
    context.close()


def _app(page: str, style: str, policy: str) -> Any:
    def answer(environ: Any, start_response: Any) -> list[bytes]:
        css = environ["PATH_INFO"] == "/style.css"
        start_response(
            "200 OK",
            [
                ("Content-Type", "text/css" if css else "text/html; charset=utf-8"),
                ("Content-Security-Policy", policy),
            ],
        )
        return [(style if css else page).encode()]

    return answer


def all_by_axe(page: Page) -> str:
    findings.bring_axe(page)
    return "\n".join(findings.by_axe(page))


def test_a_good_page_passes_every_check(show: Show) -> None:
    watched = show('<p><a href="/a">Weiter</a> <button>Los</button></p><label>Tag <input type="date"></label>')

    found = [
        all_by_axe(watched.page), *findings.too_wide(watched.page), *findings.small_print(watched.page),
        *findings.asked_of_others(watched.asked, watched.page.url.rstrip("/")),
        *findings.said_in_the_console(watched.complaints, watched.page.url, 200),
        *findings.with_the_keyboard(watched.page),
    ]  # fmt: skip

    assert found == [""]


@pytest.mark.parametrize(
    ("inside", "rule"),
    [
        ('<p class="grey">Kaum zu lesen</p>', "color-contrast (serious)"),
        ('<p class="near"><a href="/a">a</a> <a href="/b">b</a></p>', "target-size (serious)"),
        ('<img src="data:,">', "image-alt (critical)"),
        ("<h3>Zu tief</h3>", "heading-order (moderate)"),
        ('<input name="nameless">', "label (critical)"),
    ],
)
def test_axe_finds_it_and_shows_where(show: Show, inside: str, rule: str) -> None:
    style = ".grey { color: #bbb } .near a { display: inline-block; width: 10px; height: 10px; margin: 0; font-size: 8px }"

    found = all_by_axe(show(inside, style=style).page)

    assert rule in found
    assert 'class="grey"' in found or "contrast" not in rule


def test_contrast_is_looked_at_in_the_dark(show: Show) -> None:
    page = show(
        '<p class="dark">Im Dunkeln</p>', style="@media (prefers-color-scheme: dark) { .dark { color: #bbb } }"
    ).page
    findings.bring_axe(page)
    light = findings.by_axe(page, only_colours=True)

    page.emulate_media(color_scheme="dark")
    dark = findings.by_axe(page, only_colours=True)

    assert light == []
    assert "color-contrast" in dark[0]


def test_what_is_too_wide_is_named(show: Show) -> None:
    (found,) = findings.too_wide(show('<p class="wide">breit</p>', style=".wide { width: 400px; margin: 0 }").page)

    assert 'class="wide"' in found


def test_what_scrolls_by_itself_is_not_too_wide(show: Show) -> None:
    inside = '<div class="box"><p class="wide">breit</p></div>'

    assert not findings.too_wide(show(inside, style=".box { overflow-x: auto } .wide { width: 400px }").page)


def test_a_style_in_the_page_is_heard_in_the_console_and_seen(show: Show) -> None:
    watched = show('<p style="color: red">rot</p>')

    assert "Content Security Policy" in "".join(
        findings.said_in_the_console(watched.complaints, watched.page.url, 200)
    )
    assert "a style in the page" in "".join(findings.small_print(watched.page))


def test_an_accident_in_a_script_is_heard(show: Show) -> None:
    watched = show(
        "<script>nonsense()</script>", policy="default-src 'none'; script-src 'unsafe-inline'; style-src 'self'"
    )

    assert "nonsense is not defined" in "".join(
        findings.said_in_the_console(watched.complaints, watched.page.url, 200)
    )
    assert findings.policy_is_weak(watched.answer.headers) == ["the policy allows 'unsafe-inline'"]


def test_asking_somebody_else_is_noticed(show: Show) -> None:
    watched = show('<img alt="" src="http://127.0.0.2:9/pixel.gif">', policy="default-src 'none'; img-src *")

    assert "http://127.0.0.2:9/pixel.gif" in "".join(
        findings.asked_of_others(watched.asked, watched.page.url.rstrip("/"))
    )


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<h1>Noch eine</h1>", "2 h1"),
        ("<noscript>Bitte schalten Sie JavaScript ein.</noscript>", "an apology"),
        ('<button tabindex="3">Erst ich</button>', "jumps the queue"),
    ],
)
def test_the_small_print_is_read(show: Show, inside: str, words: str) -> None:
    assert words in "".join(findings.small_print(show(inside).page))


def test_a_page_without_a_title_is_noticed(show: Show) -> None:
    assert "no title" in findings.small_print(show("", page="<!doctype html><title> </title><h1>x</h1>").page)


@pytest.mark.parametrize(
    ("inside", "style", "words"),
    [
        ("<button>Wo bin ich?</button>", ":focus { outline: none }", "no focus ring on <button>"),
        (
            '<button class="gone">Unsichtbar</button>',
            STYLE + " .gone { position: absolute; left: -999px }",
            "not to be seen: <button",
        ),
        ('<button tabindex="2">Zweiter</button><button tabindex="1">Erster</button>', STYLE, "back to"),
        (
            '<div class="swap"><a href="/1">1</a><a href="/2">2</a></div>',
            STYLE + " .swap { display: flex; flex-direction: row-reverse }",
            "against the eye",
        ),
    ],
)
def test_the_keyboard_finds_it(show: Show, inside: str, style: str, words: str) -> None:
    assert words in "".join(findings.with_the_keyboard(show(inside, style=style).page))


def test_a_control_that_swallows_the_tab_key_is_noticed(show: Show) -> None:
    trap = "<button id='trap'>Falle</button><a href='/a'>Dahinter</a><script>trap.onkeydown = e => e.preventDefault()</script>"

    found = findings.with_the_keyboard(show(trap, policy="script-src 'unsafe-inline'; style-src 'self'").page)

    assert any('Tab does not reach <a href="/a"' in sentence for sentence in found)


def test_words_that_only_a_script_brings_are_noticed(show: Show) -> None:
    inside = "<p id='late'></p><script>late.textContent = 'Nur mit Skript'</script>"
    page = show(inside, policy="script-src 'unsafe-inline'; style-src 'self'").page

    assert findings.has_scripts(page)
    assert "Nur mit Skript" in "".join(findings.differs_without_scripts(findings.words(page), "Gut"))
