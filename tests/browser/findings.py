"""What is looked for on a loaded page. Each check gives sentences that name what it found; none means all is well.

That each of them can find something is shown in `test_findings.py`, on pages that are wrong on purpose."""

from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Page

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: Ways through a page before something counts as out of reach.
ATTEMPTS = 3
#: More stops than any page has.
MOST_STOPS = 400


def bring_axe(page: Page) -> None:
    """Once for each load. Our policy lets no page fetch it, so it is handed in from outside."""
    page.evaluate(AXE)


#: Of all rules these alone look at colours. What the others look at is the same in the light and in the dark.
COLOURS = ["color-contrast", "link-in-text-block"]

_RUN_AXE = """async (only) => {
    const found = await axe.run(document, {
        runOnly: only,
        // Off unless it is asked for: targets of at least 24 px.
        rules: only.type === "tag" ? {"target-size": {enabled: true}} : {},
        resultTypes: ["violations"],
        iframes: false,
    });
    return found.violations.flatMap(rule => rule.nodes.map(
        node => `${rule.id} (${rule.impact}): ${node.html}\\n    ${node.failureSummary.replaceAll("\\n", " ")}`));
}"""


def by_axe(page: Page, *, only_colours: bool = False) -> list[str]:
    only = {"type": "rule", "values": COLOURS} if only_colours else {"type": "tag", "values": TAGS}
    found: list[str] = page.evaluate(_RUN_AXE, only)
    return [f"axe, {sentence}" for sentence in found]


_TOO_WIDE = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const scrolls = box => box && (getComputedStyle(box).overflowX !== "visible" || scrolls(box.parentElement));
    const wide = [...document.body.querySelectorAll("*")].filter(
        box => box.getBoundingClientRect().right > width + 0.5 && !scrolls(box.parentElement));
    return (wide.length ? wide.slice(-3) : [document.body]).map(box => box.outerHTML.slice(0, 300));
}"""


def too_wide(page: Page) -> list[str]:
    return [f"wider than the window: {html}" for html in page.evaluate(_TOO_WIDE)]


_SMALL_PRINT = """() => {
    const said = [];
    const first = (words, found) => { if (found) said.push(words + ": " + found.outerHTML.slice(0, 300)); };
    if (!document.title.trim()) said.push("no title");
    if (document.querySelectorAll("h1").length !== 1) said.push(document.querySelectorAll("h1").length + " h1");
    first("an apology to those without scripts", document.querySelector("noscript"));
    first("jumps the queue of the Tab key", document.querySelector("[tabindex]:not([tabindex='0']):not([tabindex='-1'])"));
    first("a style in the page", document.querySelector("style, [style]"));
    return said;
}"""


def small_print(page: Page) -> list[str]:
    found: list[str] = page.evaluate(_SMALL_PRINT)
    return found


# --- what the page did ------------------------------------------------------------------------------------------


def asked_of_others(asked: list[str], own: str) -> list[str]:
    """Requests to any other host than the page's own. Pictures in the address itself ask nobody."""
    foreign = [url for url in asked if urlsplit(url).scheme != "data" and not url.startswith(f"{own}/")]
    return [f"asks somebody else: {url}" for url in foreign]


def said_in_the_console(complaints: list[tuple[str, str]], url: str, status: int) -> list[str]:
    """Everything but the browser's own remark that the page itself came with an error's number, as it should."""
    remark = f"the server responded with a status of {status} "
    # The clock of these tests goes into every frame, and a letter's frame does not let it in.
    ours = "Blocked script execution in"
    return [
        f"in the console: {words}"
        for words, place in complaints
        if ours not in words and not (status >= 400 and place == url and remark in words)
    ]


def policy_is_weak(headers: dict[str, str]) -> list[str]:
    policy = headers.get("content-security-policy", "")
    found = [] if "default-src 'none'" in policy else [f"the policy does not begin with nothing: {policy!r}"]
    return found + [f"the policy allows {word}" for word in policy.replace(";", " ").split() if "unsafe-" in word]


# --- without scripts --------------------------------------------------------------------------------------------

#: What scripts add to a page that says all of it without them: what counts down, copies, keeps, and stays up to date.
BY_SCRIPT = ".countdown, [data-copy], [data-kept], [data-zone], #renewing, #pause, #lost, #told, [hidden]"

_WORDS = """(byScript) => {
    const main = document.querySelector("main").cloneNode(true);
    main.querySelectorAll(byScript).forEach(part => part.remove());
    main.querySelectorAll("script").forEach(part => part.remove());
    return main.textContent.split(/\\s+/).join(" ").trim();
}"""


def words(page: Page) -> str:
    """All that the page's main part says, but for what scripts bring."""
    said: str = page.evaluate(_WORDS, BY_SCRIPT)
    return said


def has_scripts(page: Page) -> bool:
    return page.locator("script:not([type='application/ld+json'])").count() > 0


def differs_without_scripts(with_them: str, without: str) -> list[str]:
    if with_them == without:
        return []
    return [f"says something else without scripts:\n    with: {with_them}\n    without: {without}"]


# --- the keyboard -----------------------------------------------------------------------------------------------

# Everything that Tab should reach, in the order of the document. Of a group of radio buttons one is reached.
_REACHABLE = """() => {
    const seen = box => box.checkVisibility({visibilityProperty: true}) && box.getClientRects().length;
    const wanted = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0'],"
        + " audio[controls], video[controls]";
    const groups = new Set();
    return window.reachable = [...document.querySelectorAll(wanted)].filter(box => {
        if (box.tabIndex < 0 || box.disabled || !seen(box)) return false;
        if (box.type !== "radio") return true;
        const name = (box.form ? [...document.forms].indexOf(box.form) : "") + box.name;
        const chosen = [...document.getElementsByName(box.name)].some(one => one.checked && one.form === box.form);
        if (groups.has(name) || (chosen && !box.checked)) return false;
        return groups.add(name);
    });
}"""

# At each stop: which one it is, and whether one can see that.
_LISTEN = """() => {
    const ring = (box, pseudo) => {
        const style = getComputedStyle(box, pseudo);
        return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || style.boxShadow !== "none";
    };
    window.stops = [];
    if (window.listening) document.removeEventListener("focusin", window.listening);
    document.addEventListener("focusin", window.listening = event => {
        const box = event.target;
        const place = box.getBoundingClientRect();
        // A box to tick may be drawn by its label.
        const drawn = [box, box.closest("label"), box.closest("li")].filter(Boolean);
        const hidden = place.width < 2 || place.height < 2 || place.right <= 0
            || (getComputedStyle(box).clipPath !== "none" && getComputedStyle(box).position === "absolute");
        window.stops.push({
            top: place.top + scrollY, bottom: place.bottom + scrollY, left: place.left,
            at: window.reachable.indexOf(box), html: box.outerHTML.slice(0, 200), hidden,
            ring: drawn.some(one => ring(one)),
        });
    });
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    window.stops = [];
    return window.reachable.length;
}"""
_ROUND = "() => [window.stops, document.activeElement === document.body || !document.hasFocus()]"


def with_the_keyboard(page: Page) -> list[str]:
    """Go through the whole page with Tab: every control is reached, in its order, and one sees where one is.

    A page that keeps itself up to date may change on the way: then the way begins anew. A frame takes the focus a
    moment after the key: what is really out of reach is so every time."""
    for attempt in range(5):
        found = _all_the_way(page)
        steady = page.evaluate("() => window.reachable.every(box => box.isConnected)")
        if not found or (steady and attempt >= ATTEMPTS - 1):
            break
    return found


def _all_the_way(page: Page) -> list[str]:
    page.evaluate(_REACHABLE)
    expected: int = page.evaluate(_LISTEN)
    stops: list[dict[str, Any]] = []
    pressed, outside = 0, 0
    while pressed < MOST_STOPS:
        # Dates and times have several stops each, so nobody knows beforehand how often.
        for _ in range(12):
            page.keyboard.press("Tab")
        pressed += 12
        stops, now_outside = page.evaluate(_ROUND)
        outside += now_outside
        if outside >= ATTEMPTS or len({stop["at"] for stop in stops}) >= expected:
            break
    return _judged(stops, page.evaluate("() => window.reachable.map(box => box.outerHTML.slice(0, 200))"))


def _judged(stops: list[dict[str, Any]], reachable: list[str]) -> list[str]:
    first_round: list[dict[str, Any]] = []
    for stop in stops:
        if any(stop["at"] == known["at"] for known in first_round):
            break
        first_round.append(stop)
    order = [stop["at"] for stop in first_round if stop["at"] >= 0]
    said = [f"Tab does not reach {reachable[n]}" for n in range(len(reachable)) if n not in order]
    said += [
        f"Tab goes from {reachable[before]} back to {reachable[after]}"
        for before, after in pairwise(order)
        if after < before
    ]
    said += [
        f"Tab goes against the eye, from {before['html']} back to {after['html']}"
        for before, after in pairwise(first_round)
        if _stands_before(after, before)
    ]
    said += [f"no focus ring on {stop['html']}" for stop in first_round if not stop["ring"]]
    said += [f"has the focus and is not to be seen: {stop['html']}" for stop in first_round if stop["hidden"]]
    return said


def _stands_before(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether the eye comes to it first: it is further left in the same line."""
    same_line = abs(one["top"] - other["top"]) < 2 and abs(one["bottom"] - other["bottom"]) < 2
    return same_line and bool(one["left"] < other["left"])
