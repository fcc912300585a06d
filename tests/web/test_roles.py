"""Who may open what: every address of the organisers' pages × every way to ask for it × everybody who might.

The list is made from the routes, so nothing can be forgotten: a new view without `@backstage.needs(…)`, and a new
parameter that nothing here fills, fail by name."""

import inspect
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select
from werkzeug.routing import Rule

from tests.builders import a_draft
from tests.cast import ANNA
from tests.conftest import BASE_URL
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.circular import Group
from zoom_bridge.domain.decision import Appearance, Verdict
from zoom_bridge.domain.event import Panelist
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.recurrence import Start
from zoom_bridge.domain.series import Registering
from zoom_bridge.domain.takeaway import CloudRecording, keep
from zoom_bridge.flows import circulating, hosting, pooling, receiving, registering, serial, signposting, welcoming
from zoom_bridge.store import decisions, evening_tables, organisers, tables, twin_tables
from zoom_bridge.web import backstage

AREA = "/organiser"
NOBODY = "nobody"
WHO = [NOBODY, *reversed(Role)]
REFUSED = re.compile(r"Das dürfen nur Leitung und Redaktion|Das darf nur die Leitung")


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue("sqlite_db" if request.param == "sqlite" else "postgres_db")


def each(who: list[str]) -> list[tuple[str, str]]:
    """Everybody on SQLite; on PostgreSQL, where the pages' queries are what could differ, who sees all of them."""
    return [*(("sqlite", one) for one in who), ("postgresql", Role.OWNER)]


def routes(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(AREA)]


class Filling:
    """Puts something real into an address: for each request anew, because the one before may have done away with it."""

    def __init__(self, bridge: Any) -> None:
        self.bridge = bridge
        self.made = 0

    def address(self, app: Flask, rule: Rule) -> str:
        values: dict[str, Any] = {}
        # The event first: most other things are of one.
        for name in sorted(rule.arguments, key=lambda name: (name != "event_id", name)):
            make = getattr(self, name, None)
            assert make, f"{rule.endpoint}: please say in Filling what a <{name}> is"
            values[name] = make(values) if inspect.signature(make).parameters else make()
        with app.test_request_context(base_url=BASE_URL):
            _, path = rule.build(values)  # type: ignore[misc]
        return path

    def event_id(self) -> int:
        now = self.bridge.clock()
        event = hosting.create_event(self.bridge.db, a_draft(zoom_host="webinar-1@example.org"), now)
        hosting.publish_event(self.bridge.db, event.id, now)
        return event.id

    def form(self) -> str:
        return "csv"

    def year(self) -> int:
        return int(self.bridge.clock().year)

    def aspect(self) -> str:
        return "topic"

    def host_id(self) -> int:
        self.made += 1
        pooling.add(self.bridge.db, f"webinar-{self.made}@example.org", self.bridge.clock())
        return self._newest(twin_tables.hosts)

    def takeaway_id(self, known: dict[str, Any]) -> int:
        self.made += 1
        found = keep([CloudRecording(link="https://zoom.example.org/rec/1", passcode="", files=())])
        values = {
            "event_id": known["event_id"],
            "sitting": f"sitting {self.made}",
            "kind": "recording",
            "data": found,
        }
        with self.bridge.db.transaction() as connection:
            connection.execute(insert(twin_tables.takeaways).values(values))
        return self._newest(twin_tables.takeaways)

    def registration_id(self, known: dict[str, Any]) -> int:
        self._register(known["event_id"])
        return self._newest(tables.registrations)

    def message_id(self, known: dict[str, Any]) -> int:
        self._register(known["event_id"])
        return self._newest(tables.messages)

    def circular_id(self, known: dict[str, Any]) -> int:
        words = {"de": ("Bitte mitbringen", "Guten Tag {Name}, bringen Sie Fragen mit.")}
        with self.bridge.db.reading() as connection:
            me = organisers.list_all(connection)[0].id
        return circulating.write_circular(
            self.bridge.db, known["event_id"], Group.REGISTERED, words, me, self.bridge.clock()
        )

    def delivery_id(self) -> int:
        self.made += 1
        body = b'{"n": %d}' % self.made
        receiving.keep(self.bridge.db, "webinar.started", body, self.bridge.clock())
        return self._newest(tables.deliveries)

    def certificate_id(self, known: dict[str, Any]) -> int:
        self.made += 1
        values = {
            "event_id": known["event_id"],
            "registration_id": self.registration_id(known),
            "code_hash": f"hash {self.made}",
            "holder": "hash",
            "language": "de",
            "minutes": 90,
            "issued_at": self.bridge.clock(),
        }
        with self.bridge.db.transaction() as connection:
            connection.execute(insert(evening_tables.certificates).values(values))
        return self._newest(evening_tables.certificates)

    def decision_id(self, known: dict[str, Any]) -> int:
        with self.bridge.db.transaction() as connection:
            me = organisers.list_all(connection)[0].id
            who, now = Appearance(0, "gast", "gast"), self.bridge.clock()
            return decisions.put(connection, known["event_id"], who, Verdict.GUEST, None, me, now).id

    def link_id(self, known: dict[str, Any]) -> int:
        signposting.put_up(self.bridge.db, known["event_id"], "Aushang", self.bridge.clock())
        return self._newest(evening_tables.short_links)

    def series_id(self) -> int:
        more = [Start(date(2026, 9, 14))]
        return serial.make_series(self.bridge.db, self.event_id(), more, Registering.ONCE, self.bridge.clock()).id

    def seat_id(self, known: dict[str, Any]) -> int:
        now = self.bridge.clock()
        panel = (Panelist("Petra Podium", email="petra@example.org"),)
        draft = a_draft(zoom_host="webinar-1@example.org", panelists=panel)
        hosting.change_event(self.bridge.db, known["event_id"], draft, now)
        return self._newest(twin_tables.panel_seats)

    def organiser_id(self) -> int:
        self.made += 1
        with self.bridge.db.transaction() as connection:
            email = f"colleague-{self.made}@example.org"
            return organisers.add(connection, email, "Chiara Conti", "de", self.bridge.clock(), Role.OWNER)

    def kind(self, known: dict[str, Any]) -> str:
        return Kind.CONFIRMATION if "event_id" in known else "imprint"

    def about(self) -> str:
        """An unsaved form: of an event that is not there yet."""
        return "new"

    def language(self) -> str:
        return "de"

    def _register(self, event_id: int) -> None:
        with self.bridge.db.reading() as connection:
            query = select(tables.events.c.slug).where(tables.events.c.id == event_id)
            slug = connection.execute(query).scalar_one()
        registering.register(self.bridge.db, slug, ANNA, self.bridge.clock())

    def _newest(self, table: Any) -> int:
        with self.bridge.db.reading() as connection:
            return int(connection.execute(select(table.c.id).order_by(table.c.id.desc())).scalars().first())


class Somebody:
    """Signed in with a role, and signed in again whenever a request has ended the session."""

    def __init__(self, bridge: Any, visitor: Any, who: str) -> None:
        self.bridge, self.visitor, self.who = bridge, visitor, who
        self.token = "none"

    def ask(self, method: str, path: str, token: str | None = None) -> Any:
        if self.who != NOBODY and not self._signed_in():
            self._sign_in()
        sent = {"csrf_token": token or self.token} if method == "POST" else None
        headers = {"Accept-Language": "de", "Origin": BASE_URL}
        return self.visitor.client.open(path, method=method, base_url=BASE_URL, headers=headers, data=sent)

    def _signed_in(self) -> bool:
        address = tables.organisers.c.email
        query = select(tables.sessions.c.token_hash).join(tables.organisers).where(address == self._email)
        with self.bridge.db.reading() as connection:
            return connection.execute(query).first() is not None

    def _sign_in(self) -> None:
        link = welcoming.invite(
            self.bridge.db,
            self.bridge.links,
            self._email,
            "Olga Osterkamp",
            "de",
            self.bridge.clock(),
            Role(self.who),
        )
        form = self.visitor.open(link).form("/sign-in/")
        self.visitor.post(form.action, form.filled({}, None), follow_redirects=False)
        self.token = dict(self.visitor.open(f"{AREA}/me").form("/sign-out").fields)["csrf_token"]

    @property
    def _email(self) -> str:
        return f"{self.who}@example.org"


@pytest.fixture
def somebody(bridge: Any, visit: Callable[[], Any], event: Any) -> Callable[[str], Somebody]:
    # With an owner besides, or the only owner could not do what owners may.
    welcoming.invite(bridge.db, bridge.links, "olga@example.org", "Olga Osterkamp", "de", bridge.clock())
    return lambda who: Somebody(bridge, visit(), who)


def everything(bridge: Any) -> dict[str, list[Any]]:
    with bridge.db.reading() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in tables.metadata.sorted_tables
        }


def turned_away(who: str, answer: Any) -> bool:
    if who == NOBODY:
        return answer.status_code == 303 and _led_to_sign_in(answer)
    said = answer.data.decode(errors="replace")
    return answer.status_code == 403 and (answer.request.method == "HEAD" or bool(REFUSED.search(said)))


def _led_to_sign_in(answer: Any) -> bool:
    return str(answer.headers.get("Location", "")).startswith("/sign-in")


def may(app: Flask, who: str, rule: Rule) -> bool:
    with app.app_context():
        needed = backstage.needed_for(rule.endpoint)
    return who != NOBODY and needed is not None and Role(who).may(needed)


def test_every_view_of_the_organisers_says_who_may_open_it(app: Flask) -> None:
    with app.app_context():
        silent = [rule.endpoint for rule in routes(app) if backstage.needed_for(rule.endpoint) is None]

    assert not silent


def test_every_address_of_the_area_is_behind_its_door(app: Flask) -> None:
    outside = [rule.rule for rule in routes(app) if not rule.endpoint.startswith("organiser.")]
    elsewhere = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("organiser.") and not rule.rule.startswith(AREA)
    ]

    assert not outside + elsewhere


def test_a_view_that_says_nothing_is_opened_by_nobody(app: Flask, somebody: Any) -> None:
    app.view_functions["organiser.events"] = lambda: "open to all"

    answer = somebody(Role.OWNER).ask("GET", f"{AREA}/")

    assert answer.status_code == 403
    assert "open to all" not in answer.data.decode(errors="replace")


@pytest.mark.parametrize(("db", "who"), each(WHO), indirect=["db"])
def test_whoever_may_not_is_turned_away_and_changes_nothing(
    app: Flask, bridge: Any, somebody: Any, who: str
) -> None:
    filling, person = Filling(bridge), somebody(who)
    asked = [
        (method, filling.address(app, rule))
        for rule in routes(app)
        if not may(app, who, rule)
        for method in sorted(rule.methods or ())
    ]
    person.ask("GET", "/imprint")
    before = everything(bridge)

    let_in = [
        f"{method} {path}: {answer.status_code}"
        for method, path in asked
        for token in ((None, "stale") if method == "POST" else (None,))
        for answer in [person.ask(method, path, token)]
        if not turned_away(who, answer)
    ]

    assert not let_in
    assert everything(bridge) == before
    assert bool(asked) == (who != Role.OWNER)


@pytest.mark.parametrize(("db", "who"), each([who for who in WHO if who != NOBODY]), indirect=["db"])
def test_whoever_may_gets_in(app: Flask, bridge: Any, somebody: Any, who: str) -> None:
    filling, person = Filling(bridge), somebody(who)

    kept_out = [
        f"{method} {path}: {answer.status_code} {answer.headers.get('Location', '')}"
        for rule in routes(app)
        if may(app, who, rule)
        for method in sorted(rule.methods or ())
        for path in [filling.address(app, rule)]
        for answer in [person.ask(method, path)]
        if turned_away(who, answer) or answer.status_code in {401, 404, 405, 500} or _led_to_sign_in(answer)
    ]

    assert not kept_out
