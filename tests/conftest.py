"""What every test can ask for: a clock, both databases, a pretend Zoom in the same process, a mailbox, the assembled
house, and visitors at its doors."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import text

from tests import postgres
from tests.clock import Clock
from tests.wire.ledger import Report

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from playwright.sync_api import Browser

    from tests.mailbox import Mailbox
    from tests.visitor import Visitor
    from zoom_bridge.bridge import Bridge
    from zoom_bridge.config import Settings
    from zoom_bridge.domain.event import Event
    from zoom_bridge.simulator.sender import WebhookSender
    from zoom_bridge.simulator.world import World
    from zoom_bridge.store.database import Database

#: What some tests need from outside, with the way to get it. ZOOM_BRIDGE_TESTS_REQUIRE="postgresql,chromium" makes
#: tests fail without it; otherwise they are skipped, and the end of the run says so.
OUTSIDE = {
    "postgresql": "PostgreSQL (on Debian: apt-get install postgresql)",
    "chromium": "Chromium (on Debian: apt-get install chromium)",
    "java": "Java, for the HTML checker (on Debian: apt-get install default-jre-headless)",
    "postfix": "Postfix and Dovecot, and root to run them (on Debian: apt-get install postfix dovecot-imapd)",
    "rivet": "Zoom's own library from npm's registry (on Debian: apt-get install npm)",
}
REQUIRED = set(filter(None, os.environ.get("ZOOM_BRIDGE_TESTS_REQUIRE", "").split(",")))
_MISSED = "not found: "

BASE_URL = "https://events.example.org"
ZOOM_URL = "https://zoom.example.org"


def need(name: str, found: object) -> None:
    if found:
        return
    if name in REQUIRED:
        pytest.fail(f"required, but {_MISSED}{OUTSIDE[name]}", pytrace=False)
    pytest.skip(f"{_MISSED}{OUTSIDE[name]}")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--kills", type=int, default=5, help="how often a sender dies in the tests of mail under fire"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Report())
    if not hasattr(config, "workerinput"):
        postgres.choose_folder()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.clear_away()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reasons = [str(report.longrepr[-1]) for report in terminalreporter.stats.get("skipped", [])]
    for what in OUTSIDE.values():
        missed = sum(_MISSED + what in reason for reason in reasons)
        if missed:
            terminalreporter.write_sep(
                "!", f"{missed} tests did not run, because they need {what}", red=True, bold=True
            )


@pytest.fixture
def clock() -> Clock:
    return Clock()


# --- databases --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with our schema, to be copied."""
    from zoom_bridge.store.database import Database

    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    database = Database(f"sqlite:///{path}")
    database.create_all()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_database(worker_id: str) -> Iterator["Database"]:
    """A database with our schema; `db` empties it after each test."""
    from zoom_bridge.store.database import Database

    need("postgresql", postgres.binaries())
    database = Database(postgres.database_url(f"tests_{worker_id}"))
    database.create_all()
    yield database
    database.dispose()


@pytest.fixture(scope="session")
def worker_id() -> str:
    """The worker of xdist, also when xdist is not there."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture
def sqlite_db(sqlite_template: Path, tmp_path: Path) -> Iterator["Database"]:
    from zoom_bridge.store.database import Database

    path = shutil.copy(sqlite_template, tmp_path / "tests.db")
    database = Database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgres_db(postgres_database: "Database") -> Iterator["Database"]:
    from zoom_bridge.store.tables import metadata

    yield postgres_database
    # What a failed test left open must not keep the next one waiting.
    postgres_database.dispose()
    statements = [f'DELETE FROM "{table.name}"' for table in reversed(metadata.sorted_tables)]
    with postgres_database.engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        connection.execute(text("; ".join(statements)))


@pytest.fixture(params=["sqlite", "postgresql"])
def db(request: pytest.FixtureRequest) -> "Database":
    """An empty database with our schema: every test that asks for it runs on SQLite and on PostgreSQL."""
    fixture: Database = request.getfixturevalue("sqlite_db" if request.param == "sqlite" else "postgres_db")
    return fixture


# --- the world outside ------------------------------------------------------------------------------------------


@pytest.fixture
def settings(db: "Database") -> "Settings":
    from zoom_bridge.config import settings_from

    return settings_from(
        {
            "web": {"base_url": BASE_URL, "secret_key": "a secret of the tests, long enough for all"},
            "database": {"url": db.url},
            "zoom": {
                "oauth_url": ZOOM_URL,
                "api_url": f"{ZOOM_URL}/v2",
                "account_id": "account",
                "client_id": "client",
                "client_secret": "client-secret",
                "webhook_secret": "webhook-secret",
                "host": "webinar-1@example.org",
            },
            "mail": {"host": "mail.example.org", "sender": "events@example.org"},
        }
    )


@pytest.fixture
def world(clock: Clock) -> "World":
    """What the pretend Zoom remembers, and its moods: `world.faults`."""
    from tests.wire.watching import watch_world
    from zoom_bridge.simulator.records import SimulatorSettings
    from zoom_bridge.simulator.world import World

    return watch_world(
        World(
            SimulatorSettings(
                public_url=ZOOM_URL,
                webhook_url=f"{BASE_URL}/zoom/webhooks",
                webhook_secret="webhook-secret",
                account_id="account",
                client_id="client",
                client_secret="client-secret",
            ),
            clock,
        )
    )


@cache
def _compiled() -> Any:
    """Every test has apps of its own; their templates are compiled once."""
    from jinja2 import BytecodeCache
    from jinja2.bccache import Bucket

    class Compiled(BytecodeCache):
        def __init__(self) -> None:
            self.kept: dict[str, bytes] = {}

        def load_bytecode(self, bucket: Bucket) -> None:
            if known := self.kept.get(bucket.key):
                bucket.bytecode_from_string(known)

        def dump_bytecode(self, bucket: Bucket) -> None:
            self.kept[bucket.key] = bucket.bytecode_to_string()

    return Compiled()


@pytest.fixture
def simulator(world: "World") -> "Flask":
    from tests.wire.watching import watch
    from zoom_bridge.simulator.server import create_simulator

    app: Flask = watch(create_simulator(world))
    app.jinja_env.bytecode_cache = _compiled()
    return app


@pytest.fixture
def mailbox() -> "Mailbox":
    from tests.mailbox import Mailbox

    return Mailbox()


# --- the house --------------------------------------------------------------------------------------------------


@pytest.fixture
def bridge(
    settings: "Settings", db: "Database", simulator: "Flask", mailbox: "Mailbox", clock: Clock
) -> Iterator["Bridge"]:
    """The house, with the pretend Zoom and the mailbox where Zoom and the mail server would be."""
    from tests.in_process import in_process_session
    from zoom_bridge.bridge import Bridge
    from zoom_bridge.links import Links
    from zoom_bridge.mail.letters import Letters
    from zoom_bridge.zoom.client import ZoomClient
    from zoom_bridge.zoom.oauth import Oauth

    links = Links(settings.web.base_url, settings.web.secret_key.get_secret_value())
    zoom = settings.zoom
    with in_process_session({ZOOM_URL: simulator}) as session:
        oauth = Oauth(
            session, zoom.oauth_url, zoom.account_id, zoom.client_id, zoom.client_secret.get_secret_value(), clock
        )
        yield Bridge(
            settings=settings,
            db=db,
            zoom=ZoomClient(session, oauth, zoom.api_url, clock),
            post=mailbox.as_post_office(),
            letters=Letters(links, settings.mail.sender),
            links=links,
            clock=clock,
        )


@pytest.fixture
def app(bridge: "Bridge") -> "Flask":
    from zoom_bridge.web.app import create_app

    app = create_app(bridge)
    app.jinja_env.bytecode_cache = _compiled()
    app.testing = True
    app.config["GLANCE_GOOD_FOR"] = 0
    return app


@pytest.fixture
def client(app: "Flask") -> "FlaskClient":
    """The bare client. Somebody who opens pages and fills in forms is a visitor: `visit`."""
    return app.test_client()


@pytest.fixture
def work(bridge: "Bridge", sender: "WebhookSender") -> Callable[[], None]:
    """Lets every job run, and every webhook arrive, until nothing is due any more by the clock."""
    from jobs.timetable import TIMETABLE

    def until_nothing_is_due() -> None:
        for _ in range(20):
            if not sender.deliver_due() + sum(job.run(bridge, threading.Event()) for job in TIMETABLE):
                return
        raise AssertionError("there is always something due")

    return until_nothing_is_due


@pytest.fixture
def sender(world: "World", app: "Flask") -> Iterator["WebhookSender"]:
    """Sends the pretend Zoom's webhooks to the door for them: `sender.deliver_due()`."""
    from tests.wire.watching import watch_post
    from zoom_bridge.simulator.sender import WebhookSender

    def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        with app.test_client() as client:
            answer = client.post(urlsplit(url).path, base_url=BASE_URL, data=body, headers=dict(headers))
            return answer.status_code, answer.data

    sender = WebhookSender(world, watch_post(post), seed=1)
    yield sender
    sender.stop()


# --- people at the doors ----------------------------------------------------------------------------------------


@pytest.fixture
def visit(app: "Flask") -> Callable[..., "Visitor"]:
    """Opens a browser: `anna = visit()`, `ben = visit("en")`."""
    from tests.visitor import Visitor

    return lambda language="de": Visitor(app.test_client(), BASE_URL, language)


@pytest.fixture
def olga(bridge: "Bridge", visit: Callable[..., "Visitor"]) -> "Visitor":
    """Olga, signed in by her link."""
    from tests.cast import OLGA_EMAIL, OLGA_NAME
    from zoom_bridge.flows import welcoming

    visitor = visit()
    link = welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock())
    page = visitor.open(link).submit("/sign-in/")
    assert (page.status, page.path) == (200, "/organiser/"), f"not signed in: {page.status} {page.path}"
    return visitor


@pytest.fixture
def event(bridge: "Bridge") -> "Event":
    """Olga's event, published, open and not yet known to Zoom: call `work()` for that."""
    from tests.builders import a_draft
    from zoom_bridge.domain.notice import NoticeKind
    from zoom_bridge.flows import hosting, informing
    from zoom_bridge.store import events

    now = bridge.clock()
    for kind in NoticeKind:
        for language in ("de", "en"):
            informing.write_notice(bridge.db, kind, language, f"{kind} ({language})", now)
    draft = a_draft(zoom_host=bridge.settings.zoom.host)
    event_id = hosting.create_event(bridge.db, draft, now).id
    hosting.publish_event(bridge.db, event_id, now)
    with bridge.db.reading() as connection:
        kept = events.find(connection, event_id)
    assert kept is not None
    return kept


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program. A test that asks for it is marked `browser`."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    need("chromium", found)
    return Path(str(found))


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator["Browser"]:
    """Chromium, one for the whole run: Playwright works once in a process."""
    from playwright.sync_api import sync_playwright

    from tests.browser.walking import FLAGS

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def java() -> Path:
    """What the HTML checker runs on."""
    found = shutil.which("java")
    need("java", found)
    return Path(str(found))
