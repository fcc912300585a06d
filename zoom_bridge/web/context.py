"""What every view has at hand while a request lasts: the assembled bridge, the time, the reader's language."""

from datetime import datetime
from functools import lru_cache
from typing import cast
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from flask import current_app, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from zoom_bridge import i18n
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.short_link import may_be_key


def bridge() -> Bridge:
    return cast(Bridge, current_app.extensions["bridge"])


def now() -> datetime:
    """One instant for the whole request: a page does not disagree with itself."""
    if "now" not in g:
        g.now = bridge().clock()
    return cast(datetime, g.now)


def asked_language() -> str | None:
    """The language in the address (?lang=en): it stays in the links of the page."""
    asked = request.args.get("lang")
    return asked if asked in i18n.LANGUAGES else None


#: From an event's page to registering for it.
ON_THE_WAY = frozenset(
    {
        "public.event_page", "registrar.form", "registrar.send",
        "series_door.page", "series_door.form", "series_door.send",
    }
)  # fmt: skip


def came_by() -> str:
    """The key of the short link by which the reader came (?from=…), or "". It is known to the address alone."""
    if request.endpoint not in ON_THE_WAY:
        return ""
    key = request.args.get("from", "")
    return key if may_be_key(key) else ""


def prefer_language(language: str) -> None:
    """Somebody whose language we know reads this page; what the address says goes first."""
    g.known_language = language
    g.pop("speech", None)


def speech() -> i18n.Speech:
    """The reader's language: asked for, known, accepted by the browser, else German."""
    if "speech" not in g:
        known = asked_language() or g.get("known_language")
        g.speech = i18n.speech(known or _accepted(request.headers.get("Accept-Language", "")))
    return cast(i18n.Speech, g.speech)


@lru_cache(maxsize=200)
def _accepted(header: str) -> str:
    """Browsers of one kind all say the same."""
    return i18n.choose_language(parse_accept_header(header, LanguageAccept).best_match, None)


def say(message: str, **values: object) -> str:
    return speech().say(message, **values)


def say_n(singular: str, plural: str, n: int, **values: object) -> str:
    return speech().say_n(singular, plural, n, **values)


def remember_event(event: Event) -> None:
    """What the page is about: an error page then names the way back and whom to ring."""
    g.event = event


def seen_event() -> Event | None:
    return cast(Event | None, g.get("event"))


def this_page_in(language: str) -> str:
    """The address of this page in another language; of an answer to a form, that of the page the form was on."""
    path, query = request.path, list(request.args.items(multi=True))
    if not _can_be_opened():
        path, query = _page_of_the_form()
    query = [(name, value) for name, value in query if name != "lang"]
    # Two slashes at its beginning would name another host.
    path = "/" + quote(path.lstrip("/"))
    return f"{path}?{urlencode([*query, ('lang', language)])}"


def _page_of_the_form() -> tuple[str, list[tuple[str, str]]]:
    try:
        page = urlsplit(request.referrer or "")
    except ValueError:
        return "/", []  # no address at all
    return unquote(page.path), parse_qsl(page.query)


def _can_be_opened() -> bool:
    """Whether there is a page at this address, besides the answer to a form."""
    if request.method in {"GET", "HEAD"}:
        return True
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(method="GET")
