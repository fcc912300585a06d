"""A letter's texts from its templates: subject, plain text, HTML and calendar entry.

The templates are ours and see only what `_words` gives them. What belongs to one person is handed in as a `Person`,
whose fields may be values or, for a prepared letter, slots."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from textwrap import TextWrapper
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from zoom_bridge import richtext
from zoom_bridge.domain.event import Event, Partner
from zoom_bridge.domain.message import Kind
from zoom_bridge.i18n import Speech, speech, translations
from zoom_bridge.links import Links
from zoom_bridge.mail.ical import CANCEL, REQUEST, Entry, calendar_text
from zoom_bridge.mail.letterhead import clean_block, clean_line

#: Letters that carry a calendar entry, and what it asks the calendar to do.
METHODS = {
    Kind.CONFIRMATION: REQUEST,
    Kind.MOVED: REQUEST,
    Kind.CANCELLED: CANCEL,
    Kind.GOODBYE: CANCEL,
}
_WIDTH = 66
_BLOCK_TEXTS = {"description_de", "description_en"}
_BLANK_LINES = re.compile(r"\n{3,}")
# A whole tag, with its quoted attributes, so that nothing inside an attribute is taken for one.
_TAG = re.compile(r'<([a-z][a-z0-9]*)((?:\s+[a-z-]+="[^"]*")*)\s*>')
_STYLES = {
    "a": 'class="link" style="color:#045766;"',
    "p": 'style="margin:0 0 12px;"',
    "h3": 'style="margin:20px 0 6px; font-size:18px; line-height:24px;"',
    "h4": 'style="margin:16px 0 6px; font-size:17px; line-height:24px;"',
    "ul": 'style="margin:0 0 12px; padding-left:24px;"',
    "ol": 'style="margin:0 0 12px; padding-left:24px;"',
    "li": 'style="margin:0 0 6px;"',
    "blockquote": 'style="margin:0 0 12px; padding-left:16px;"',
}


class Nearness(StrEnum):
    """How the letter speaks of the event's time, in the event's zone, when it leaves."""

    LATER = "later"
    TOMORROW = "tomorrow"
    TODAY = "today"
    DOORS = "doors"
    RUNNING = "running"


@dataclass(frozen=True)
class Person:
    """What differs from reader to reader."""

    name: str = ""
    link: str = ""
    cancel_link: str = ""
    data_link: str = ""
    confirm_link: str = ""
    confirm_by: str = ""
    sign_in_link: str = ""


@dataclass(frozen=True)
class Rendered:
    subject: str
    text: str
    html: str
    calendar: str | None = None
    method: str = ""


def nearness(event: Event, now: datetime) -> Nearness:
    if now >= event.starts_at:
        return Nearness.RUNNING
    if now >= event.doors_open_at:
        return Nearness.DOORS
    zone = ZoneInfo(event.timezone)
    days = (event.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    return {0: Nearness.TODAY, 1: Nearness.TOMORROW}.get(days, Nearness.LATER)


def render(
    kind: Kind,
    language: str,
    event: Event,
    near: Nearness,
    person: Person,
    entry: Entry | None,
    links: Links,
    sender: str,
) -> Rendered:
    """A letter about an event. `entry` is needed for the kinds that carry a calendar entry."""
    event = cleaned(event)
    words = _words(event, language, near, links) | {"person": person, "kind": kind}
    subject, text, html = _texts(kind, language, words)
    method = METHODS.get(kind, "")
    calendar = None
    if method and entry:
        calendar = calendar_text(event, entry, links, sender, language, method)
    return Rendered(subject, text, html, calendar, method)


def render_sign_in(language: str, person: Person, minutes: int, links: Links) -> Rendered:
    words = {"person": person, "minutes": minutes, "kind": Kind.SIGN_IN, "language": language}
    return Rendered(*_texts(Kind.SIGN_IN, language, words | _notices(links, language)))


@cache
def environment(language: str) -> Environment:
    """Compiled once; a variable that is missing is an error and never an empty place in a letter."""
    jinja = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=select_autoescape(("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    catalogue = translations(language)
    install: Callable[..., None] = jinja.install_gettext_callables  # type: ignore[attr-defined]
    install(catalogue.gettext, catalogue.ngettext, newstyle=True, pgettext=catalogue.pgettext)
    jinja.filters |= {"wrap": _wrapped, "tel": _telephone}
    return jinja


def cleaned(event: Event) -> Event:
    """The event with all its texts fit for a letter."""
    texts = {
        field.name: (clean_block if field.name in _BLOCK_TEXTS else clean_line)(value)
        for field in fields(event)
        if isinstance(value := getattr(event, field.name), str) and field.name != "timezone"
    }
    partners = tuple(Partner(*(clean_line(text) for text in (p.name, p.role, p.url))) for p in event.partners)
    return replace(event, **texts, partners=partners)  # type: ignore[arg-type]


def moment(speak: Speech, instant: datetime, zone: str) -> str:
    """ "Donnerstag, 3. September 2026, 10.00 Uhr"."""
    return f"{speak.date(instant, zone)}, {speak.time(instant, zone)}"


def _texts(kind: Kind, language: str, words: dict[str, object]) -> tuple[str, str, str]:
    jinja = environment(language)
    subject, text, html = (
        jinja.get_template(f"{kind}/{name}").render(words) for name in ("subject.txt", "body.txt", "body.html")
    )
    # A no-break space would make a plain subject one that has to be encoded.
    return subject.strip().replace("\xa0", " "), _BLANK_LINES.sub("\n\n", text).strip() + "\n", html.strip() + "\n"


def _words(event: Event, language: str, near: Nearness, links: Links) -> dict[str, object]:
    speak = speech(language)
    zone = event.timezone
    wording = event.wording(language)
    date = speak.date(event.starts_at, zone)
    weekday, _, day = date.partition(" ")
    span, place = speak.span(event.starts_at, event.ends_at, zone), _place(speak, zone)
    local = [at.astimezone(ZoneInfo(zone)).date() for at in (event.starts_at, event.ends_at)]
    return {
        "language": language,
        "near": near,
        "event": event,
        "wording": wording,
        # The texts' own language, where it is not the letter's.
        "lang": Markup(' lang="{}"').format(wording.language) if wording.language != language else "",
        "date": date,
        "weekday": weekday,
        "day": day,
        "one_day": local[0] == local[1],
        "clock": speak.clock(event.starts_at, zone),
        "begins": speak.time(event.starts_at, zone),
        "ends": speak.time(event.ends_at, zone),
        "span": span,
        "place": place,
        # In English the span itself names the zone.
        "span_and_place": span if span.endswith(")") else f"{span} ({place})",
        "doors": speak.time(event.doors_open_at, zone),
        "before": moment(speak, event.moved_from, zone) if event.moved_from else "",
        "description_html": _styled(richtext.to_html(wording.description, 3)),
        "description_text": richtext.to_text(wording.description, _WIDTH),
        "help_link": links.joining_help(language),
    } | _notices(links, language)


def _notices(links: Links, language: str) -> dict[str, object]:
    return {f"{kind}_link": links.notice(kind, language) for kind in ("imprint", "privacy", "accessibility")}


def _place(speak: Speech, zone: str) -> str:
    place = speak.zone_place(zone)
    return place if place == "UTC" else speak.say("%(place)s time", place=place)


def _styled(html: Markup) -> Markup:
    """Mail programs know only inline styles. In sanitised HTML every "<" begins a tag."""
    return Markup(_TAG.sub(_with_style, html))  # noqa: S704 (as safe as it was)


def _with_style(tag: re.Match[str]) -> str:
    style = _STYLES.get(tag[1])
    return f"<{tag[1]}{tag[2]} {style}>" if style else tag[0]


def _wrapped(text: str) -> str:
    return TextWrapper(_WIDTH, break_long_words=False, break_on_hyphens=False).fill(text)


def _telephone(number: str) -> str:
    """The digits, as a tel: link wants them."""
    return "".join(character for character in number if character in "+0123456789")
