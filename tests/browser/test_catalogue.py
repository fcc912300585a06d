"""Whether `every_page.py` names every page there is, and what can be said of its pages without a browser."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request, request_finished, template_rendered
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from tests.browser import html_checker
from tests.browser.every_page import FILES, LANGUAGES, OLGA, VISITS, Visit
from tests.browser.repertoire import Show
from tests.browser.stagecraft import ORGANISERS
from tests.browser.walking import Reader
from tests.visitor import Page, Visitor
from zoom_bridge.flows import welcoming
from zoom_bridge.store.database import Database
from zoom_bridge.web.app import create_app

ROOT = Path(__file__).parents[2] / "zoom_bridge"
HTML = "text/html"
#: Houses with routes of their own.
HOUSES = ("web", "mailbox", "zoom")


@dataclass
class Seen:
    """Everything that was sent when all visits were made once, and which routes sent it."""

    pages: dict[tuple[Visit, str], Page] = field(default_factory=dict)
    routes: set[tuple[str, str]] = field(default_factory=set)
    arguments: list[dict[str, Any]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def note(self, sender: Flask, response: Any, **_: object) -> None:
        if request.url_rule is None:
            return
        if request.view_args and request.view_args not in self.arguments:
            self.arguments.append(dict(request.view_args))
        # A page that a GET has instead of its own, because something was refused, says nothing of its own.
        if response.mimetype == HTML and (response.status_code < 300 or request.method == "POST"):
            self.routes.add((request.method, f"{sender.import_name}: {request.endpoint}"))


@pytest.fixture(scope="module")
def seen(show: Show, reader: Reader) -> Seen:
    seen = Seen()
    for house in HOUSES:
        request_finished.connect(seen.note, show.app(house))
    for visit in VISITS:
        for language in LANGUAGES:
            try:
                seen.pages[visit, language] = reader.read(visit, language)
            except (AssertionError, AttributeError, KeyError) as failure:
                seen.failures.append(f"{visit} ({language}): {failure!r}")
    for house in HOUSES:
        request_finished.disconnect(seen.note, show.app(house))
    return seen


def rules(app: Flask, method: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if method in (rule.methods or ())]


def test_every_visit_can_be_made(seen: Seen) -> None:
    assert not seen.failures, "\n".join(seen.failures)


@pytest.mark.parametrize("house", HOUSES)
def test_every_route_that_answers_with_a_page_has_a_visit(
    show: Show, reader: Reader, seen: Seen, house: str
) -> None:
    app = show.app(house)
    asked = {_endpoint(app, path.format_map(show.names)) for of, path in FILES if of == house}
    missing = {}

    for rule in rules(app, "GET"):
        visited = ("GET", f"{app.import_name}: {rule.endpoint}") in seen.routes
        if not visited and rule.endpoint not in asked:
            answers = {_kind_of_answer(reader, house, path) for path in _addresses(app, rule, seen)}
            if HTML in answers or not answers - {"nothing", "elsewhere"}:
                missing[rule.rule] = sorted(answers) or ["nobody knows what to ask for"]

    assert not missing, f"without a visit in every_page.py: {missing}"


def _endpoint(app: Flask, path: str) -> str:
    return str(app.url_map.bind("127.0.0.1").match(path)[0])


def _addresses(app: Flask, rule: Rule, seen: Seen) -> Iterator[str]:
    """Addresses of the route, with what other pages had in theirs; else with anything that fits."""
    urls = app.url_map.bind("127.0.0.1")
    if rule.endpoint.endswith("static"):
        names = [view for view in (app, *app.blueprints.values()) if view.static_folder]
        yield from (
            urls.build(rule.endpoint, {"filename": path.name})
            for view in names
            for path in Path(str(view.static_folder)).iterdir()
        )
        return
    fitting = [given for given in seen.arguments if rule.arguments <= given.keys()] or [
        {name: _anything(rule._converters[name]) for name in rule.arguments}
    ]
    for given in fitting:
        yield urls.build(rule.endpoint, {name: given[name] for name in rule.arguments})


def _anything(part: BaseConverter) -> object:
    if isinstance(part, AnyConverter):
        return min(part.items)
    return part.min or 1 if isinstance(part, IntegerConverter) else "x"


def _kind_of_answer(reader: Reader, house: str, path: str) -> str:
    """What comes, told by what it says it is. Leading on to somewhere else, or a refusal, is no page."""
    who = OLGA if house == "web" else ""
    answer = reader.visitor(house, who, "de").open(path, follow_redirects=False).response
    answer.close()
    if 300 <= answer.status_code < 400:
        return "elsewhere"
    if answer.mimetype == HTML and answer.status_code >= 300:
        return "nothing"
    return str(answer.mimetype)


def test_what_is_listed_as_a_file_is_none_of_our_pages(show: Show, reader: Reader) -> None:
    pages = [
        path
        for house, path in FILES
        if _kind_of_answer(reader, house, path.format_map(show.names)) in {HTML, "nothing"}
    ]

    assert not pages


def test_every_form_that_comes_back_has_a_visit(show: Show, seen: Seen, tmp_path: Path) -> None:
    """Each POST is sent once with nothing in it, to a copy of the house that is made good after each."""
    copy = Copy(show, tmp_path)
    missing = set()

    for rule in rules(show.app("web"), "POST"):
        template = copy.sent_empty(next(_addresses(copy.app, rule, seen)))
        visited = ("POST", f"{copy.app.import_name}: {rule.endpoint}") in seen.routes
        if template not in {"", "errors/page.html"} and not visited:
            missing.add(f"{rule.rule} comes back as {template}")

    copy.close()
    assert not missing, f"without a visit in every_page.py: {missing}"


class Copy:
    """The house with a database that can be spoiled."""

    def __init__(self, show: Show, folder: Path) -> None:
        self._kept, self._spoiled = folder / "kept.db", folder / "spoiled.db"
        self._copy(show.house.folder / "bridge.db", self._spoiled)
        self.db = Database(f"sqlite:///{self._spoiled}")
        self.bridge = replace(show.house.bridge, db=self.db)
        self.app = create_app(self.bridge)
        template_rendered.connect(self._note, self.app)
        self.templates: list[str] = []
        olga = self._visitor()
        email, name = ORGANISERS[OLGA]
        link = welcoming.invite(self.db, self.bridge.links, email, name, "de", self.bridge.clock())
        form = olga.open(link).submit("/sign-in/").visitor.open("/organiser/events/new").form("csrf_token")
        self._token = dict(form.fields)["csrf_token"]
        self._cookie = olga.client.get_cookie("session")
        self._copy(self._spoiled, self._kept)

    def sent_empty(self, address: str) -> str:
        """The template of what comes back; nothing when it leads on."""
        self.db.dispose()
        self._copy(self._kept, self._spoiled)
        olga = self._visitor()
        if self._cookie:
            olga.client.set_cookie("session", self._cookie.value)
        self.templates.clear()
        answer = olga.post(address, [("csrf_token", self._token)], follow_redirects=False)
        return "" if 300 <= answer.status < 400 or not self.templates else self.templates[-1]

    def close(self) -> None:
        template_rendered.disconnect(self._note, self.app)
        self.db.dispose()

    def _note(self, _: Flask, template: Any, **__: object) -> None:
        self.templates.append(template.name)

    def _visitor(self) -> Visitor:
        return Visitor(self.app.test_client(), self.bridge.settings.web.base_url)

    def _copy(self, source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as kept, closing(sqlite3.connect(target)) as copy:
            kept.backup(copy)


@pytest.mark.parametrize("room", ["web", "simulator"])
def test_every_template_is_seen_in_some_visit(show: Show, seen: Seen, room: str) -> None:
    folder = ROOT / room / "templates"
    apps = [show.app(house) for house in ("web", "new web", "mailbox", "new mailbox", "zoom", "new zoom")]
    used = {name for app in apps for _, name in app.jinja_env.cache or ()}

    unused = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")} - used

    assert not unused, f"no visit in every_page.py shows {sorted(unused)}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_routes_share_a_title(show: Show, seen: Seen, language: str) -> None:
    """Somebody with twenty tabs, or who hears the titles one after the other, tells them apart."""
    titles: dict[str, set[str]] = defaultdict(set)
    for (visit, spoken), page in seen.pages.items():
        # Who was led on is somewhere else, and what a form brings is another state of its page.
        led_on = page.path != visit.path.format_map(show.names).partition("?")[0]
        if spoken == language and not (visit.letter or visit.sends or led_on or page.status >= 400):
            titles[_title(page)].add(_shape(visit.path.partition("?")[0]))

    shared = {title: sorted(paths) for title, paths in titles.items() if len(paths) > 1}

    assert not shared
    assert "" not in titles


def _title(page: Page) -> str:
    return page.html.partition("<title>")[2].partition("</title>")[0].strip()


def _shape(path: str) -> str:
    """The address without what is filled in: an event's page is one page in ten states."""
    return "".join(part.partition("}")[2] if n else part for n, part in enumerate(path.split("{")))


@pytest.mark.parametrize(("language", "word"), [("de", "Fehler:"), ("en", "Error:")])
def test_a_form_that_comes_back_says_so_in_its_title(seen: Seen, language: str, word: str) -> None:
    silent = [
        str(visit)
        for (visit, spoken), page in seen.pages.items()
        if spoken == language and visit.status == 422 and not _title(page).startswith(word)
    ]

    assert not silent


def test_every_page_says_in_which_language_it_is(seen: Seen) -> None:
    other = [
        (str(visit), language)
        for (visit, language), page in seen.pages.items()
        if not visit.letter and f'<html lang="{language}"' not in page.html
    ]

    assert not other


def test_every_page_is_valid_html(seen: Seen, java: Path, tmp_path: Path) -> None:
    # Mail programs want their HTML as it was written twenty years ago.
    pages = {
        f"{visit} ({language})": page.html for (visit, language), page in seen.pages.items() if not visit.letter
    }

    found = html_checker.complaints(java, tmp_path, pages)

    assert not found, "\n".join(found)


def test_the_html_checker_finds_what_is_wrong(java: Path, tmp_path: Path) -> None:
    pages = {
        "good": '<!doctype html><html lang="de"><title>Gut</title><h1>Gut</h1></html>',
        "bad": '<!doctype html><html lang="de"><title>Schlecht</title><ul><p>Kein Punkt</ul><b id=a></b><b id=a></b></html>',
    }

    found = html_checker.complaints(java, tmp_path, pages)

    assert {line.partition(":")[0] for line in found} == {"bad"}
    assert "Duplicate ID" in "".join(found)
