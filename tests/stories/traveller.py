"""A visitor who goes from house to house: our pages and the pretend Zoom's, in this process or on the wire.

Like every visitor, a traveller reads the forms of a page as it was sent. What carries the requests is exchangeable:
applications of this process, or processes that listen on ports."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import cycle
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import urlencode, urljoin, urlsplit

import requests
from flask.testing import FlaskClient

from tests.visitor import Fields, Form, Page, Visitor

MOST_REDIRECTS = 10
#: Long: a machine with other things to do may let a page wait.
PATIENCE_SECONDS = 30


@dataclass
class Reply:
    """What came back, as a page wants to read it; its path is the whole address."""

    address: str
    status_code: int
    headers: Mapping[str, str]
    data: bytes
    request: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        self.request = SimpleNamespace(path=self.address)

    @property
    def content_type(self) -> str:
        return self.headers.get("Content-Type", "")

    def get_data(self, *, as_text: bool = False) -> Any:
        return self.data.decode() if as_text else self.data


class Carrier(Protocol):
    """Takes one request to one house and brings back the answer; keeps its cookies."""

    def __call__(self, method: str, address: str, headers: Mapping[str, str], form: Fields) -> Reply: ...


def within_process(client: FlaskClient) -> Carrier:
    def carry(method: str, address: str, headers: Mapping[str, str], form: Fields) -> Reply:
        parts = urlsplit(address)
        answer = client.open(
            parts.path + (f"?{parts.query}" if parts.query else ""),
            base_url=f"{parts.scheme}://{parts.netloc}",
            method=method,
            headers=dict(headers),
            data=urlencode(form) if method == "POST" else None,
            content_type="application/x-www-form-urlencoded" if method == "POST" else None,
        )
        return Reply(address, answer.status_code, answer.headers, answer.data)

    return carry


def on_the_wire(*ports: int) -> Carrier:
    """With several ports, each request goes to the next of them, as a load balancer would have it."""
    session = requests.Session()
    session.trust_env = False
    turn: Iterator[int | None] = cycle(ports or (None,))

    def carry(method: str, address: str, headers: Mapping[str, str], form: Fields) -> Reply:
        parts = urlsplit(address)
        port = next(turn) or parts.port
        answer = session.request(
            method,
            parts._replace(netloc=f"{parts.hostname}:{port}").geturl(),
            headers={**headers, "Host": parts.netloc},
            data=form if method == "POST" else None,
            allow_redirects=False,
            timeout=PATIENCE_SECONDS,
        )
        return Reply(address, answer.status_code, answer.headers, answer.content)

    return carry


class Traveller(Visitor):
    """One browser. `houses`: what carries requests to which address; paths without one lead to the first."""

    def __init__(self, houses: Mapping[str, Carrier], language: str = "de") -> None:
        self.houses = houses
        self.base_url = next(iter(houses))
        self.headers = {"Accept-Language": language}

    def open(self, address: str, **options: Any) -> Page:
        if query := options.pop("query_string", None):
            address = f"{address}?{urlencode(query)}"
        return self._go("GET", address, [])

    def post(self, address: str, fields_sent: Fields, **options: Any) -> Page:
        return self._go("POST", address, fields_sent)

    def _go(self, method: str, address: str, form: Fields) -> Page:
        """To that address, and on to wherever it leads, into other houses as well."""
        address = urljoin(self.base_url, address)
        for _ in range(MOST_REDIRECTS):
            parts = urlsplit(address)
            house = f"{parts.scheme}://{parts.netloc}"
            assert house in self.houses, f"{address} leads to somebody we do not know"
            headers = self.headers | ({"Origin": house} if method == "POST" else {})
            reply = self.houses[house](method, address, headers, form)
            if reply.status_code not in (301, 302, 303):
                return Page(self, reply)  # type: ignore[arg-type]
            method, address, form = "GET", urljoin(address, reply.headers["Location"]), []
        raise AssertionError(f"{address} leads on and on")


Travel = Callable[..., Traveller]


def press(page: Page, action: str, **fields_in_it: str) -> Page:
    """Press the button of the one form that leads there and has these values in it."""
    fitting = [
        form
        for form in page.forms
        if urlsplit(form.action).path.endswith(action) and fields_in_it.items() <= dict(form.fields).items()
    ]
    assert fitting, f"{page.path} has no form for {action} with {fields_in_it}:\n{page.text}"
    return page.visitor.post(urljoin(page.path, fitting[0].action), _sent(fitting[0]))


def _sent(form: Form) -> Fields:
    return form.filled({}, None)


def part(page: Page, id_: str) -> str | None:
    """The words of a section of the page, by the id of its heading; None when it is not there."""
    found = _Sections(page.html).parts.get(id_)
    return None if found is None else " ".join("".join(found).replace("\N{SOFT HYPHEN}", "").split())


def rows(page: Page, id_: str) -> list[list[str]]:
    """The cells of the table in that section, without its head."""
    found = _Sections(page.html).rows.get(id_, [])
    return [[" ".join(cell.replace("\N{SOFT HYPHEN}", "").split()) for cell in row] for row in found]


class _Sections(HTMLParser):
    """Takes a page apart into its sections."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: dict[str, list[str]] = {}
        self.rows: dict[str, list[list[str]]] = {}
        self._open: list[str] = []
        self._in_body = self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self._open.append(dict(attributes).get("aria-labelledby") or "")
            self.parts[self._open[-1]] = []
        elif tag == "tbody":
            self._in_body = True
        elif tag == "tr" and self._in_body and self._open:
            self.rows.setdefault(self._open[-1], []).append([])
        elif tag in {"td", "th"} and self._in_body and self._open:
            self.rows[self._open[-1]][-1].append("")
            self._in_cell = True
        elif tag == "br":
            self.handle_data(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "section":
            self._open.pop()
        elif tag == "tbody":
            self._in_body = False
        elif tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        for id_ in self._open:
            self.parts[id_].append(data)
        if self._in_cell and self._open:
            self.rows[self._open[-1]][-1][-1] += data
