"""Charts where the browser's own colours do not help: in forced colours, and on paper."""

import io

from pypdf import PdfReader

from tests.browser.every_page import OLGA, Visit
from tests.browser.walking import Walker

RESULT = Visit("result", "/organiser/events/{forgotten.id}/result", OLGA)

#: What each part of the drawings is painted with, and the system colours beside them.
PAINT = """() => {
    const system = name => {
        const probe = document.createElement("i");
        probe.style.cssText = `color: ${name}; forced-color-adjust: none`;
        document.body.append(probe);
        const painted = getComputedStyle(probe).color;
        probe.remove();
        return painted;
    };
    const of = (part, property) => getComputedStyle(document.querySelector(part))[property];
    return {
        canvas: system("Canvas"), text: system("CanvasText"), link: system("LinkText"),
        curve: of(".curve", "stroke"), under: of(".under", "fill"), axis: of(".axis", "stroke"),
        label: of(".chart text", "fill"), halo: of(".chart text", "stroke"),
        bar: of("rect.c1", "fill"), outlined: of("rect.c2", "stroke"), inside: of("rect.c2", "fill"),
    };
}"""


def test_in_forced_colours_charts_are_painted_with_the_readers_own(walker: Walker) -> None:
    page = walker.walk(RESULT, "de")[0].page
    page.emulate_media(forced_colors="active", color_scheme="dark")

    paint = page.evaluate(PAINT)

    page.emulate_media(forced_colors="null", color_scheme="null")
    assert paint["canvas"] != paint["text"]
    assert paint["curve"] == paint["bar"] == paint["outlined"] == paint["link"]
    assert paint["axis"] == paint["label"] == paint["text"]
    assert paint["under"] == paint["inside"] == paint["halo"] == paint["canvas"]


def test_the_result_is_printed_on_one_page_with_all_its_charts_and_nothing_to_press(walker: Walker) -> None:
    page = walker.walk(RESULT, "de")[0].page

    paper = PdfReader(io.BytesIO(page.pdf(format="A4", margin={"top": "15mm", "bottom": "15mm"})))

    (sheet,) = paper.pages
    words = " ".join(sheet.extract_text().split())
    assert "185 um 10.21" in words
    assert all(title in words for title in ("Menschen im Raum", "Minuten im Raum", "Woher die Anmeldungen kamen"))
    assert not any(button in words for button in ("herunterladen", "Abmelden", "als Tabelle"))
