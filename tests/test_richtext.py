"""Markdown becomes safe HTML and readable text, whatever was pasted."""

from html.parser import HTMLParser
from importlib.util import find_spec, module_from_spec

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.ruler import Ruler

from zoom_bridge.richtext import to_html, to_text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[tuple[str, str, str]] = set()

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {(tag, name, value or "") for name, value in attributes}


def parsed(html: str) -> _Tags:
    parser = _Tags()
    parser.feed(html)
    return parser


def test_paragraphs_lists_and_emphasis_come_through():
    html = to_html("Where and **why**?\n\n1. films\n2. *talk*\n\n- tea")

    assert html == (
        "<p>Where and <strong>why</strong>?</p>\n<ol>\n<li>films</li>\n<li><em>talk</em></li>\n</ol>\n"
        "<ul>\n<li>tea</li>\n</ul>"
    )


@pytest.mark.parametrize(
    ("markdown", "level", "html"),
    [
        ("# One\n\n## Two", 3, "<h3>One</h3>\n<h4>Two</h4>"),
        ("## Two\n\n### Three", 3, "<h3>Two</h3>\n<h4>Three</h4>"),
        ("# One\n\n###### Six", 2, "<h2>One</h2>\n<h6>Six</h6>"),
        ("###### Six", 4, "<h4>Six</h4>"),
    ],
)
def test_headings_begin_at_the_level_of_their_place(markdown, level, html):
    assert to_html(markdown, level) == html


@pytest.mark.parametrize(
    "address", ["https://example.org/a?b=1&c=2", "http://example.org", "mailto:help@example.org"]
)
def test_links_to_the_web_and_to_mailboxes_stay(address):
    html = to_html(f"[here]({address})")

    assert f'href="{address.replace("&", "&amp;")}" rel="noopener"' in html


@pytest.mark.parametrize(
    "markdown",
    [
        "[x](javascript:alert(1))",
        "[x](JaVaScRiPt:alert(1))",
        "[x](java\tscript:alert(1))",
        "[x](&#106;avascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "[x](vbscript:x)",
        "[x](//example.org)",
        "[x](/organiser)",
        "[x](ftp://example.org)",
        "<javascript:alert(1)>",
        "[x][1]\n\n[1]: javascript:alert(1)",
    ],
)
def test_links_to_anything_else_are_only_their_text(markdown):
    html = to_html(markdown)

    assert "href" not in html
    assert "<a" not in html


@pytest.mark.parametrize(
    "markdown",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<b onclick=x>bold</b>",
        "<style>p{}</style>",
        "<!-- comment -->",
        "<iframe src=https://example.org>",
        "<svg/onload=alert(1)>",
        "</p></main><h1>",
        "`</code><script>`",
        "```\n</pre><script>\n```",
        '[x](https://example.org "onmouseover=alert(1)")',
        '[x](https://example.org/"><script>)',
    ],
)
def test_raw_html_is_shown_and_not_obeyed(markdown):
    tags = parsed(to_html(markdown))

    assert tags.tags <= {"p", "code", "pre", "a"}
    assert {name for _, name, _ in tags.attributes} <= {"href", "rel"}


def test_a_picture_is_its_text_alternative():
    html = to_html("![A *kitchen* table](https://tracker.example.org/pixel.gif)")

    assert html == "<p>A kitchen table</p>"
    assert to_text("![A table](https://tracker.example.org/pixel.gif)") == "A table"


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("[]()<>!*_`#-1. \n\"'&;:/javscriptdhtml=\\\t\x00\ud800"), max_size=120))
def test_no_text_makes_anything_but_what_is_allowed(markdown):
    tags = parsed(to_html(markdown))

    assert tags.tags <= {
        "a", "blockquote", "br", "code", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong", "ul"
    }  # fmt: skip
    for _, name, value in tags.attributes:
        assert name in {"href", "rel", "start"}
        if name == "href":
            assert value.lower().startswith(("http:", "https:", "mailto:"))
    to_text(markdown)


def test_deeply_nested_text_does_no_harm():
    for markdown in (">" * 5000 + "x", "[" * 5000, "*" * 5000, "- " * 2000 + "x"):
        to_html(markdown)
        to_text(markdown)


def test_lists_stay_lists_in_plain_text():
    text = to_text("Three questions:\n\n1. Where?\n2. What?\n   - then\n   - now\n\n- films")

    assert text == ("Three questions:\n\n  1. Where?\n  2. What?\n       - then\n       - now\n\n  - films")


def test_an_item_of_two_lines_hangs_under_its_mark():
    text = to_text("- one two three four five six seven", width=24)

    assert text == "  - one two three four\n    five six seven"


def test_items_of_several_paragraphs_keep_them():
    assert to_text("- one\n\n  two\n\n- three") == "  - one\n\n    two\n  - three"


def test_links_show_where_they_lead_in_plain_text():
    assert to_text("[here](https://example.org)") == "here (https://example.org)"
    assert to_text("<https://example.org>") == "https://example.org"
    assert to_text("[help@example.org](mailto:help@example.org)") == "help@example.org"
    assert to_text("[x](javascript:alert(1))") == "x"


def test_a_long_address_is_never_broken():
    address = "https://example.org/" + "x" * 100

    assert address in to_text(f"Look at <{address}> please", width=30).split()


def test_quotations_code_and_line_breaks_are_readable():
    assert to_text("> said\n> so") == "> said so"
    assert to_text("```\na  b\n```") == "    a  b"
    assert to_text("one\\\ntwo") == "one\ntwo"
    assert to_text("a\n\n---\n\nb") == "a\n\nb"
    assert to_text("# Head\n\ntext") == "Head\n\ntext"


def test_plain_text_is_as_wide_as_asked():
    text = to_text("word " * 100, width=40)

    assert all(len(line) <= 40 for line in text.split("\n"))


def test_nothing_is_nothing():
    assert to_html("") == ""
    assert to_text("") == ""


def test_two_threads_at_the_first_text_never_meet_half_compiled_rules(monkeypatch):
    spec = find_spec("zoom_bridge.richtext")
    fresh = module_from_spec(spec)
    spec.loader.exec_module(fresh)
    monkeypatch.setattr(Ruler, "__compile__", lambda _: pytest.fail("compiled while a text is read"))

    html = fresh.to_html("# Head\n\n- *one* [link](https://example.org)\n\n> said")

    assert "<em>one</em>" in html
