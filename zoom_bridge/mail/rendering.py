"""A letter's texts from its templates: subject, plain text, HTML and calendar entry.

The templates are ours and see only what `_words` gives them. What belongs to one person is handed in as a `Person`,
whose fields may be values or, for a prepared letter, slots."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from textwrap import TextWrapper
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from zoom_bridge import richtext
from zoom_bridge.domain.event import Event, Partner, Wording
from zoom_bridge.domain.letter_text import LetterText, Placeholder, filled, used, written
from zoom_bridge.domain.message import FOLLOW_UPS, UNSOLICITED, Kind
from zoom_bridge.domain.panel_seat import opens_at
from zoom_bridge.domain.series import TakenDate
from zoom_bridge.domain.webinar import PhoneWay
from zoom_bridge.i18n import Speech, speech, translations
from zoom_bridge.links import Links
from zoom_bridge.mail.ical import CANCEL, REQUEST, Entry, calendar_text
from zoom_bridge.mail.letterhead import clean_block, clean_line
from zoom_bridge.mail.prepared import slot

#: Letters that carry a calendar entry, and what it asks the calendar to do.
#: For instants that belong to no event.
_HOUSE_ZONE = "Europe/Berlin"

METHODS = {
    Kind.CONFIRMATION: REQUEST,
    Kind.MOVED_UP: REQUEST,
    Kind.MOVED: REQUEST,
    Kind.CANCELLED: CANCEL,
    Kind.GOODBYE: CANCEL,
    Kind.PANEL_INVITATION: REQUEST,
    Kind.PANEL_MOVED: REQUEST,
    Kind.PANEL_CANCELLED: CANCEL,
    Kind.PANEL_GOODBYE: CANCEL,
}
#: Letters that say something else to whoever is on the waiting list, or leaves it: without a calendar entry, because they
#: have none, and in our own words, because the event's are about a seat.
OTHERWISE_WHEN_WAITING = {Kind.MOVED, Kind.CANCELLED, Kind.GOODBYE}
#: What of an event's own words fits one date only.
DATED = {Placeholder.DATE, Placeholder.BEGINS, Placeholder.ENDS}
_WIDTH = 66
#: Where the reader's name goes in an opening, until all its lines are broken: names must not move the breaks.
_NAME = slot("name")
_BLOCK_TEXTS = {"description_de", "description_en", "thanks_de", "thanks_en"}
_BLANK_LINES = re.compile(r"\n{3,}")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_PARAGRAPH = Markup('<p style="margin:0 0 16px;">{}</p>')
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
    unsubscribe_link: str = ""
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
    own: LetterText | None = None,
    phone: PhoneWay | None = None,
    *,
    waiting: bool = False,
) -> Rendered:
    """A letter about an event. `entry` is needed for the kinds that carry a calendar entry, `own` holds the event's
    own words. `waiting`: one of those that say something else to whoever is on the waiting list."""
    event = cleaned(event)
    words = _words(event, language, near, links) | {"person": person, "kind": kind, "phone": phone}
    folder = f"{kind}_waiting" if waiting else kind
    subject, text, html = _texts(folder, language, words, _own_words(own, language, words))
    method = "" if waiting else METHODS.get(kind, "")
    calendar = None
    if method and entry:
        calendar = calendar_text(event, entry, links, sender, language, method, phone=phone)
    return Rendered(subject, text, html, calendar, method)


def render_dates(
    kind: Kind,
    language: str,
    taken: Sequence[TakenDate],
    person: Person,
    links: Links,
    own: LetterText | None = None,
) -> Rendered:
    """A letter about several dates of a series, each with its own personal page. The first stands for what they have
    in common. The event's own words are used as long as they name no date."""
    event = cleaned(taken[0].event)
    words = _words(event, language, Nearness.LATER, links) | {"person": person, "kind": kind}
    words["dates"] = [_date_line(one, event, language, links) for one in taken]
    if own and DATED & (used(own.subject, language) | used(own.opening, language)):
        own = None
    subject, text, html = _texts(f"{kind}_dates", language, words, _own_words(own, language, words))
    return Rendered(subject, text, html)


def _date_line(one: TakenDate, first: Event, language: str, links: Links) -> dict[str, str]:
    speak, event = speech(language), cleaned(one.event)
    title = event.wording(language).title
    return {
        "title": "" if title == first.wording(language).title else title,
        "date": speak.date(event.starts_at, event.timezone),
        "span": _span_and_place(speak, event),
        "link": links.personal(one.registration.key),
    }


def _span_and_place(speak: Speech, event: Event) -> str:
    """In English the span itself names the zone."""
    span = speak.span(event.starts_at, event.ends_at, event.timezone)
    return span if span.endswith(")") else f"{span} ({_place(speak, event.timezone)})"


def render_sign_in(
    kind: Kind, language: str, person: Person, expires_at: datetime, minutes: int, links: Links
) -> Rendered:
    """A letter that lets an organiser in. `minutes` are those that its link is still good for."""
    words = {
        "person": person,
        "minutes": minutes,
        "until": moment(speech(language), expires_at.replace(second=0, microsecond=0), _HOUSE_ZONE),
        "host": links.host,
        "sign_in_page": links.page("/sign-in", language),
        "kind": kind,
        "language": language,
    }
    return Rendered(*_texts(kind, language, words | _notices(links, language)))


def suggestion(kind: Kind, language: str) -> tuple[str, str]:
    """Our own subject and opening as an organiser may change them: with placeholders, for a letter that may leave
    on any day."""
    place = {placeholder.value: written(placeholder, language) for placeholder in Placeholder}
    words = place | {"near": Nearness.LATER, "person": Person(name=place["name"]), "kind": kind}
    words["wording"] = SimpleNamespace(title=place["title"])
    subject, opening = _subject(kind, language, words), _opening(kind, language, words)
    return subject, opening.replace(_NAME, place["name"])


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


def _texts(
    folder: str, language: str, words: dict[str, object], own: tuple[str, str] = ("", "")
) -> tuple[str, str, str]:
    """Subject, text and HTML, from the templates in this folder. Of `own`, subject and opening, what is not empty stands instead of ours; all the rest
    of the letter is always there."""
    subject = own[0] or _subject(folder, language, words)
    name = cast(Person, words["person"]).name
    words |= _as_text_and_html(own[1] or _opening(folder, language, words), name)
    words |= {
        "unsolicited": words["kind"] in UNSOLICITED,
        "afterwards": words["kind"] in FOLLOW_UPS | {Kind.CERTIFICATE},
    }
    text, html = (
        environment(language).get_template(f"{folder}/body.{form}").render(words) for form in ("txt", "html")
    )
    return subject, _BLANK_LINES.sub("\n\n", text).strip() + "\n", html.strip() + "\n"


def _subject(folder: str, language: str, words: dict[str, object]) -> str:
    # A no-break space would make a plain subject one that has to be encoded.
    return environment(language).get_template(f"{folder}/subject.txt").render(words).strip().replace("\xa0", " ")


def _opening(folder: str, language: str, words: dict[str, object]) -> str:
    """The greeting and our first sentences, in paragraphs; the name is still a slot."""
    greeting = environment(language).get_template("greeting.txt").render(words | {"name": _NAME})
    opening = environment(language).get_template(f"{folder}/opening.txt").render(words)
    return f"{greeting.strip()}\n\n{opening.strip()}"


def _own_words(own: LetterText | None, language: str, words: dict[str, object]) -> tuple[str, str]:
    if own is None:
        return "", ""
    event, wording = cast(Event, words["event"]), cast(Wording, words["wording"])
    values = {
        Placeholder.NAME: _NAME if cast(Person, words["person"]).name else "",
        Placeholder.TITLE: wording.title,
        Placeholder.DATE: str(words["date"]),
        Placeholder.BEGINS: str(words["begins"]),
        Placeholder.ENDS: str(words["ends"]),
        Placeholder.HOST: event.hosted_by,
        Placeholder.HELP_PHONE: event.help_phone,
    }
    # One subject serves all readers, so nobody's name can stand in it.
    subject = filled(clean_line(own.subject), language, values | {Placeholder.NAME: ""}).replace("\xa0", " ")
    opening = filled(clean_block(own.opening), language, values)
    return subject, opening if values[Placeholder.NAME] else opening.replace(" ,", ",")


def _as_text_and_html(opening: str, name: str) -> dict[str, object]:
    """An opening is text, in HTML as well. Its lines are broken before the name is in its place."""
    paragraphs = [part.strip().split("\n") for part in _PARAGRAPHS.split(opening.strip())]
    text = "\n\n".join("\n".join(map(_wrapped, lines)) for lines in paragraphs)
    html = Markup("\n").join(_PARAGRAPH.format(Markup("<br>\n").join(map(escape, lines))) for lines in paragraphs)
    named = Markup("<bdi>{}</bdi>").format(name)
    return {"opening": text.replace(_NAME, name), "opening_html": Markup(html.replace(_NAME, named))}  # noqa: S704


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
        "weekday": weekday.rstrip(","),
        "day": day,
        "one_day": local[0] == local[1],
        "clock": speak.clock(event.starts_at, zone),
        "begins": speak.time(event.starts_at, zone),
        "ends": speak.time(event.ends_at, zone),
        "span": span,
        "place": place,
        "span_and_place": _span_and_place(speak, event),
        "doors": speak.time(event.doors_open_at, zone),
        "panel_enters": speak.time(opens_at(event), zone),
        "before": moment(speak, event.moved_from, zone) if event.moved_from else "",
        "description_html": _styled(richtext.to_html(wording.description, 3)),
        "description_text": richtext.to_text(wording.description, _WIDTH),
        "thanks_html": _styled(richtext.to_html(wording.thanks, 3)),
        "thanks_text": richtext.to_text(wording.thanks, _WIDTH),
        "help_link": links.joining_help(language),
        "phone": None,
        "country": speak.country,
        "event_link": links.event(event.slug, language),
        "verify_link": links.certificate(language=language),
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
