"""Somebody with a browser: opens pages, fills in the forms that are on them, presses their buttons.

Forms are read from the page as it was sent, hidden fields and their tokens included, so what a test submits is
what a person could have submitted."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

Fields = list[tuple[str, str]]

#: Tags that do not part words.
_INLINE = {
    "a",
    "abbr",
    "b",
    "bdi",
    "code",
    "em",
    "i",
    "mark",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "time",
    "wbr",
}


@dataclass
class Form:
    """A form as it stands on the page. `buttons` holds each submit button's words, name and value."""

    action: str
    method: str
    id: str = ""
    fields: Fields = field(default_factory=list)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)

    def filled(self, values: dict[str, Any], button: str | None) -> Fields:
        """What a browser would send. A value of None leaves a field out, a list gives it several values."""
        pressed = [
            (name, value) for words, name, value in self.buttons if name and (button in (words, name, value))
        ]
        kept = [(name, value) for name, value in self.fields if name not in values]
        for name, value in values.items():
            given: Iterable[Any] = value if isinstance(value, list | tuple) else [value]
            kept += [(name, str(one)) for one in given if one is not None]
        return kept + pressed


class _Reader(HTMLParser):
    """Collects the forms of a page, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.loose: dict[str, Fields] = {}
        self.links: list[tuple[str, str]] = []
        self.text: list[str] = []
        self._form: Form | None = None
        self._button: tuple[str, str] | None = None
        self._words: list[str] = []
        self._select: str | None = None
        self._chosen: list[str] = []
        self._textarea: tuple[str, list[str]] | None = None
        self._link: tuple[str, list[str]] | None = None
        self._silent = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        a = {name: value or "" for name, value in attributes}
        present = {name for name, _ in attributes}
        if tag not in _INLINE:
            self.text.append(" ")
        if tag in {"script", "style"}:
            self._silent += 1
        elif tag == "form":
            self._form = Form(a.get("action", ""), a.get("method", "get").lower(), a.get("id", ""))
            self.forms.append(self._form)
        elif tag == "input":
            self._input(a, present)
        elif tag == "button":
            self._button, self._words = (a.get("name", ""), a.get("value", "")), []
        elif tag == "select":
            self._select, self._chosen = a.get("name"), []
        elif tag == "option" and self._select and ("selected" in present or not self._chosen):
            if "selected" in present:
                self._chosen.clear()
            self._chosen.append(a.get("value", ""))
        elif tag == "textarea":
            self._textarea = (a.get("name", ""), [])
        elif tag == "a" and "href" in present:
            self._link = (a["href"], [])

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._silent -= 1
        elif tag == "form":
            self._form = None
        elif tag == "button" and self._button is not None:
            if self._form:
                self._form.buttons.append((" ".join("".join(self._words).split()), *self._button))
            self._button = None
        elif tag == "select" and self._select:
            self._add(self._select, *self._chosen)
            self._select = None
        elif tag == "textarea" and self._textarea:
            name, lines = self._textarea
            self._add(name, "".join(lines).removeprefix("\n"))
            self._textarea = None
        elif tag == "a" and self._link:
            self.links.append((self._link[0], " ".join("".join(self._link[1]).split())))
            self._link = None

    def handle_data(self, data: str) -> None:
        if self._button is not None:
            self._words.append(data)
        if self._textarea:
            self._textarea[1].append(data)
        if self._link:
            self._link[1].append(data)
        if not self._silent:
            self.text.append(data)

    def _input(self, a: dict[str, str], present: set[str]) -> None:
        kind = a.get("type", "text").lower()
        if kind == "submit" and self._form:
            self._form.buttons.append((a.get("value", ""), a.get("name", ""), a.get("value", "")))
        if not a.get("name") or "disabled" in present or kind in {"submit", "button", "reset", "image", "file"}:
            return
        if kind in {"checkbox", "radio"} and "checked" not in present:
            return
        default = "on" if kind in {"checkbox", "radio"} else ""
        self._add(a["name"], a.get("value", default))

    def _add(self, name: str, *values: str) -> None:
        if self._form is not None and name:
            self._form.fields += [(name, value) for value in values]


class Page:
    """What a visitor sees."""

    def __init__(self, visitor: "Visitor", response: TestResponse) -> None:
        self.visitor = visitor
        self.response = response
        self.status = response.status_code
        self.path = response.request.path
        self.html = response.get_data(as_text=True) if "text/html" in (response.content_type or "") else ""
        self._read = _Reader()
        self._read.feed(self.html)

    @property
    def text(self) -> str:
        """The words of the page, without soft hyphens, and with every space an ordinary one."""
        return " ".join("".join(self._read.text).replace("\N{SOFT HYPHEN}", "").split())

    @property
    def forms(self) -> list[Form]:
        return self._read.forms

    def links(self, words: str = "") -> list[str]:
        return [href for href, said in self._read.links if words in said]

    def form(self, having: str) -> Form:
        """The form whose action, id, or one of whose fields or buttons is that."""
        for form in self.forms:
            names = {name for name, _ in form.fields} | {part for button in form.buttons for part in button}
            if having in names or having == form.id or having in form.action:
                return form
        raise AssertionError(f"{self.path} has no form with {having!r}: {self.forms}")

    def submit(self, having: str, *, button: str | None = None, **values: Any) -> "Page":
        """Fill in a form and send it. `button` says which one was pressed when there are several."""
        form = self.form(having)
        target = urljoin(self.path, form.action or self.path)
        fields_sent = form.filled(values, button)
        if form.method == "get":
            return self.visitor.open(target, query_string=fields_sent)
        return self.visitor.post(target, fields_sent)


class Visitor:
    """One browser with its own cookies."""

    def __init__(self, client: FlaskClient, base_url: str, language: str = "de") -> None:
        self.client = client
        self.base_url = base_url
        self.headers = {"Accept-Language": language}

    def open(self, address: str, **options: Any) -> Page:
        """A page by its path or its whole address; redirects within the site are followed."""
        options = {"headers": self.headers, "follow_redirects": True} | options
        return Page(self, self.client.get(self._path(address), base_url=self.base_url, **options))

    def post(self, address: str, fields_sent: Fields, **options: Any) -> Page:
        data: dict[str, list[str]] = {}
        for name, value in fields_sent:
            data.setdefault(name, []).append(value)
        headers = self.headers | {"Origin": self.base_url} | options.pop("headers", {})
        options = {"follow_redirects": True} | options
        return Page(
            self,
            self.client.post(self._path(address), base_url=self.base_url, headers=headers, data=data, **options),
        )

    def _path(self, address: str) -> str:
        parts = urlsplit(address)
        own = not parts.netloc or parts.netloc == urlsplit(self.base_url).netloc
        assert own, f"{address} leads to somebody else"
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.client.__exit__(None, None, None)
