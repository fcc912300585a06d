"""Markdown → safe HTML, and → plain text. Needs no request: pages and letters use it alike.

Whatever an organiser pastes, there comes out text, headings, lists, quotations and links to http(s) and mailto:
no pictures (they would be requests to third parties), no raw HTML, no classes, no styles."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from textwrap import TextWrapper

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

_TAGS = {
    "a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre",
    "strong", "ul",
}  # fmt: skip
_SCHEMES = ("http", "https", "mailto")
_LEAD = re.compile(r"(?:" + "|".join(_SCHEMES) + r"):", re.IGNORECASE)
_DEEPEST = 6


@lru_cache(maxsize=512)
def to_html(markdown: str, heading_level: int = 3) -> Markup:
    """Safe HTML. The text's highest heading becomes `heading_level`, the next one the level below it."""
    tokens = _tokens(markdown)
    _shift_headings(tokens, heading_level)
    html = _PARSER.renderer.render(tokens, _PARSER.options, {})
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes={"*": set(), "a": {"href"}, "ol": {"start"}},
        url_schemes=set(_SCHEMES),
        url_relative="deny",
        link_rel="noopener",
    )
    return Markup(clean.strip())  # noqa: S704 (the allow-list's own output)


@lru_cache(maxsize=512)
def to_text(markdown: str, width: int = 66) -> str:
    """The same as plain text: lists stay lists, links show where they lead."""
    tokens = _tokens(markdown)
    return "\n\n".join(block for block in _blocks(tokens, width) if block.strip())


class _Renderer(RendererHTML):
    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A picture is its text alternative."""
        return str(Markup.escape(self.renderInlineAsText(tokens[idx].children, options, env)))


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 (its own name)
        """Every link is read as one: `_without_bad_links` and the allow-list decide what becomes of it."""
        return True


def _ready(parser: _Parser) -> _Parser:
    """With its rules compiled. It does so at its first text, and a second thread that comes meanwhile would
    find only half of them."""
    parser.parse("*ready*")
    return parser


_PARSER = _ready(_Parser("commonmark", {"html": False}, renderer_cls=_Renderer))


def _tokens(markdown: str) -> list[Token]:
    # A lone surrogate, which a form can carry, has no UTF-8.
    tokens = _PARSER.parse(markdown.encode(errors="replace").decode())
    for token in tokens:
        if token.children:
            token.children = list(_without_bad_links(token.children))
    return tokens


def _without_bad_links(children: Iterable[Token]) -> Iterator[Token]:
    """A link to anywhere but the web or a mailbox is only its text."""
    good = True
    for child in children:
        if child.type == "link_open":
            good = bool(_LEAD.match(str(child.attrGet("href") or "")))
        if good or child.type not in {"link_open", "link_close"}:
            yield child


def _shift_headings(tokens: Iterable[Token], level: int) -> None:
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(_DEEPEST, int(token.tag[1]) - highest + level)}"


def _blocks(tokens: list[Token], width: int) -> Iterator[str]:
    """Each block of the text, set to `width`; a list is one block, its items marked and indented."""
    at = 0
    while at < len(tokens):
        end = _closing(tokens, at)
        yield _block(tokens[at], tokens[at + 1 : end], width)
        at = end + 1


def _block(opening: Token, inside: list[Token], width: int) -> str:
    match opening.type:
        case "bullet_list_open" | "ordered_list_open":
            return _list(opening, inside, width)
        case "blockquote_open":
            return _indented("\n\n".join(_blocks(inside, width - 2)), "> ", "> ")
        case "paragraph_open" | "heading_open":
            return _filled(_inline(inside[0].children or []), width)
        case "fence" | "code_block":
            return _indented(opening.content.rstrip("\n"), "    ", "    ")
        case _:
            return ""


def _list(opening: Token, inside: list[Token], width: int) -> str:
    ordered = opening.type == "ordered_list_open"
    number = int(opening.attrGet("start") or 1)
    items = []
    at = 0
    while at < len(inside):
        end = _closing(inside, at)
        mark = f"{number}. " if ordered else "- "
        blocks = list(_blocks(inside[at + 1 : end], max(20, width - len(mark) - 2)))
        tight = inside[at + 1].hidden if at + 1 < end else True
        body = ("\n" if tight else "\n\n").join(blocks)
        items.append(_indented(body, f"  {mark}", " " * (len(mark) + 2)))
        number += 1
        at = end + 1
    return "\n".join(items)


def _closing(tokens: list[Token], at: int) -> int:
    """Where the block that opens at `at` ends."""
    depth = 0
    for index in range(at, len(tokens)):
        depth += tokens[index].nesting
        if depth <= 0:
            return index
    return len(tokens) - 1


def _inline(children: Iterable[Token]) -> str:
    """Running text. A line break stays; a link is followed by its address, unless it is the address."""
    parts: list[str] = []
    opened: list[tuple[int, str]] = []
    for child in children:
        match child.type:
            case "text" | "code_inline":
                parts.append(child.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "image":
                parts.append(_inline(child.children or []))
            case "link_open":
                opened.append((len(parts), str(child.attrGet("href") or "")))
            case "link_close":
                start, address = opened.pop()
                shown = address.removeprefix("mailto:")
                if "".join(parts[start:]) not in {address, shown}:
                    parts.append(f" ({shown})")
    return "".join(parts)


def _filled(text: str, width: int) -> str:
    # Long addresses are left whole, so that they can be clicked.
    wrapper = TextWrapper(width=max(20, width), break_long_words=False, break_on_hyphens=False)
    return "\n".join(wrapper.fill(line) for line in text.split("\n"))


def _indented(text: str, first: str, further: str) -> str:
    lines = text.split("\n")
    return "\n".join(f"{(further if n else first)}{line}".rstrip() for n, line in enumerate(lines))
