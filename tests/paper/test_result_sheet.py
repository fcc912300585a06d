"""The result on paper: whatever people wrote, it stays on the sheet and in its own column."""

import io

from pypdf import PdfReader

from zoom_bridge.paper.result_sheet import Sheet, printed

#: So many characters, about, go into the widest line, and into one beside a bar.
LINE, LABEL = 90, 24


def a_sheet(title: str, above: str, question: str, answer: str) -> str:
    bars = {
        "form": "bars", "title": question, "head": ("Antwort", "Wie oft"), "says": "", "note": "",
        "rows": [{"label": answer, "number": "7", "share": 1.0}], "corners": [], "lines": [], "ticks": [],
        "highest": 0,
    }  # fmt: skip
    sheet = Sheet(
        language="de", title=title, above=above, date="Montag", sentences=[], numbers=[], charts=[],
        questions=[bars], notes=[],
    )  # fmt: skip
    return PdfReader(io.BytesIO(printed(sheet))).pages[0].extract_text()


def longest(text: str, letter: str) -> int:
    """Of the lines that it was broken into."""
    return max(line.count(letter) for line in text.replace("\u200b", "").splitlines())


def test_what_is_longer_than_any_word_is_broken_and_runs_over_nothing() -> None:
    text = a_sheet("X" * 150, "Y" * 150, "Q" * 150, "https://example.org/" + "N" * 120)

    assert text.count("X") == text.count("Y") == 150
    assert (text.count("Q"), text.count("N")) == (150, 120)
    assert max(longest(text, letter) for letter in "XYQ") <= LINE
    assert longest(text, "N") <= LABEL


def test_a_long_german_word_is_broken_by_hyphens_alone() -> None:
    text = a_sheet("Titel", "Amt", "Frage", "Gemeindeverwaltungen")

    assert "Gemeindeverwaltungen" in text.replace("\u00ad", "").replace("-\n", "").replace("\n", "")
    assert "\u200b" not in text
