"""The doctor: all is well, and each thing that can be wrong, made by a fault and found with what to do."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
import requests

from tests.clock import Clock
from tests.conftest import BASE_URL, ZOOM_URL
from tests.in_process import in_process_session
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.finding import Finding
from zoom_bridge.flows import consulting, examining
from zoom_bridge.flows.examining import Patient
from zoom_bridge.flows.vouching import Sending
from zoom_bridge.i18n import speech
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.mail.names import Names
from zoom_bridge.mail.smtp import PostOffice
from zoom_bridge.store import migrations, runs
from zoom_bridge.web import diagnosis
from zoom_bridge.zoom import client
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.doorbell import Doorbell
from zoom_bridge.zoom.oauth import Oauth
from zoom_bridge.zoom.overheard import Overheard

if TYPE_CHECKING:
    from flask import Flask

    from zoom_bridge.config import Settings
    from zoom_bridge.simulator.world import World
    from zoom_bridge.store.database import Database

HOST = "webinar-1@example.org"
DOOR = f"{BASE_URL}/zoom/webhooks"
#: Nobody listens there: ports below 1024 are for those who were asked to.
NOWHERE = "http://127.0.0.1:1"


def stamp(db: "Database", revision: str) -> None:
    with db.transaction() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))")
        connection.exec_driver_sql("DELETE FROM alembic_version")
        connection.exec_driver_sql(f"INSERT INTO alembic_version VALUES ('{revision}')")


@pytest.fixture
def db(sqlite_db: "Database", clock: Clock) -> "Database":
    """As after an upgrade, with jobs that run."""
    stamp(sqlite_db, migrations.newest_revision())
    with sqlite_db.transaction() as connection:
        runs.record(connection, "send_mail", 0, clock())
    return sqlite_db


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    catcher = MailCatcher(tmp_path / "letters")
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture
def patient(
    settings: "Settings", db: "Database", simulator: "Flask", app: "Flask", catcher: MailCatcher, clock: Clock
) -> Iterator[Patient]:
    zoom = settings.zoom
    with in_process_session({ZOOM_URL: simulator}) as to_zoom, in_process_session({BASE_URL: app}) as to_us:
        overheard = Overheard(to_zoom, clock)
        oauth = Oauth(
            to_zoom, zoom.oauth_url, zoom.account_id, zoom.client_id, zoom.client_secret.get_secret_value(), clock
        )
        yield Patient(
            db=db,
            zoom=ZoomClient(to_zoom, oauth, zoom.api_url, clock),
            overheard=overheard,
            doorbell=Doorbell(to_us, DOOR, "webhook-secret", "account", clock),
            sending=Sending(
                post=PostOffice("127.0.0.1", catcher.port, "none", timeout=5),
                server=f"127.0.0.1:{catcher.port}",
                sender="events@example.org",
                bounces="events@example.org",
                names=Names(),
            ),
            hosts=[HOST],
            pretended=False,
            clock=clock,
        )


def bad(findings: list[Finding]) -> dict[str, Finding]:
    return {finding.id: finding for finding in findings if finding.good is False}


def test_of_a_service_in_good_health_everything_is_said_to_be_in_order(patient: Patient, clock: Clock) -> None:
    findings = examining.examine(patient)

    assert not bad(findings)
    good = {finding.id for finding in findings if finding.good}
    assert good >= {
        "database", "schema", "jobs", "token", "clock", f"host.{HOST}", f"licence.{HOST}",
        f"setting.browser_link.{HOST}", f"setting.sign_in.{HOST}", "webhook.address", "webhook.delivery",
        "webhook.forgery", "webhook.validation", "mail", *(f"scope.{scope}:admin" for scope in consulting.SCOPES),
    }  # fmt: skip
    assert any(name.startswith("limits.") for name in good)


def test_the_delivery_of_the_doctor_is_not_taken_for_word_from_zoom(
    patient: Patient, work: Callable[[], None]
) -> None:
    examining.examine(patient)
    work()

    heard = next(finding for finding in examining.examine(patient) if finding.id == "webhook.heard")
    assert heard.good is None


@dataclass
class Ill:
    """What a fault may touch."""

    patient: Patient
    world: "World"
    clock: Clock
    catcher: MailCatcher

    def rings(self, session: Any = None, url: str = DOOR, secret: str = "webhook-secret") -> None:
        bell = Doorbell(session or requests.Session(), url, secret, "account", self.clock)
        self.patient = replace(self.patient, doorbell=bell)

    def hosted_by(self, host: str) -> None:
        self.patient = replace(self.patient, hosts=[host])

    def other_secret(self) -> None:
        bell = self.patient.doorbell
        self.rings(bell._session, secret="another secret")


AILMENTS: dict[str, tuple[Callable[[Ill], object], set[str], str]] = {
    "wrong secret": (lambda ill: ill.world.faults.wrong_secret(), {"token"}, "client_secret"),
    "zoom is down": (lambda ill: ill.world.faults.down(cut=True), {"token"}, "Firewall"),
    "missing scope": (
        lambda ill: ill.world.faults.take_scope("webinar:write:panelist"),
        {"scope.webinar:write:panelist:admin"},
        "webinar:write:panelist:admin fehlt: Podiumsgäste einladen",
    ),
    "no licence": (
        lambda ill: ill.hosted_by("reception@example.org"),
        {"licence.reception@example.org"},
        "keine Webinar-Lizenz",
    ),
    "no such host": (lambda ill: ill.hosted_by("nobody@example.org"), {"host.nobody@example.org"}, "kennt den Host"),
    "browser link off": (
        lambda ill: ill.world.faults.change_setting("in_meeting.show_a_join_from_your_browser_link", False),
        {f"setting.browser_link.{HOST}"},
        "In Meeting (Advanced)",
    ),
    "sign-in on": (
        lambda ill: ill.world.faults.change_setting("meeting_authentication", True),
        {f"setting.sign_in.{HOST}"},
        "Zoom-Konto",
    ),
    "clock slow": (
        lambda ill: ill.world.faults.wrong_clock(timedelta(minutes=10)),
        {"clock"},
        "geht 10 Minuten nach",
    ),
    "other webhook secret": (lambda ill: ill.other_secret(), {"webhook.delivery", "webhook.validation"}, "Secret Token"),
    "address unreachable": (
        lambda ill: ill.rings(url=f"{NOWHERE}/zoom/webhooks"),
        {"webhook.address", "webhook.delivery"},
        "nimmt niemand ab",
    ),
    "schema old": (lambda ill: stamp(ill.patient.db, "0001"), {"schema"}, "zoom-bridge db upgrade"),
    "jobs stopped": (lambda ill: ill.clock.advance(hours=1), {"jobs"}, "zoom-bridge work"),
    "mail server down": (lambda ill: ill.catcher.stop(), {"mail"}, "[mail]"),
}  # fmt: skip


@pytest.mark.parametrize("ailment", AILMENTS)
def test_what_is_wrong_is_found_with_what_to_do(
    ailment: str, patient: Patient, world: "World", clock: Clock, catcher: MailCatcher
) -> None:
    make_ill, expected, words = AILMENTS[ailment]
    ill = Ill(patient, world, clock, catcher)
    make_ill(ill)

    findings = examining.examine(ill.patient)

    assert set(bad(findings)) == expected
    assert all(finding.do for finding in bad(findings).values())
    assert words in "\n".join(diagnosis.lines(findings, speech("de")))


def test_what_depends_on_something_broken_is_said_not_to_have_been_asked(patient: Patient, world: "World") -> None:
    world.faults.wrong_secret()

    unasked = {finding.id for finding in examining.examine(patient) if finding.good is None}

    assert unasked >= {"scopes", "hosts", "settings", "limits"}


def test_the_doctor_waits_for_nobody(patient: Patient) -> None:
    released = threading.Event()

    class Stuck:
        def scopes(self) -> frozenset[str]:
            released.wait()
            raise Failure("too late")

    nowhere = replace(patient.sending, post=PostOffice("127.0.0.1", 1, "none", timeout=1))
    patient = replace(patient, zoom=cast(ZoomClient, Stuck()), sending=nowhere)

    findings = examining.examine(patient, seconds=1.5)
    released.set()
    for thread in threading.enumerate():
        if thread.name in {"database", "zoom", "webhook", "mail", "mailbox", "names"}:
            thread.join()

    assert "zoom.time" in bad(findings)


def test_no_secret_is_said_whatever_is_wrong(patient: Patient, world: "World") -> None:
    world.faults.wrong_secret()
    ill = Ill(patient, world, Clock(), MailCatcher(Path("unused")))
    ill.other_secret()
    findings = examining.examine(ill.patient)

    said = "\n".join(diagnosis.lines(findings, speech("en"))) + diagnosis.as_json(findings, speech("en"))

    assert not re.search("client-secret|webhook-secret|another secret|eyJ", said)


def test_programs_get_the_same_as_json(patient: Patient, world: "World") -> None:
    world.faults.take_scope("webinar:update:poll")

    told = json.loads(diagnosis.as_json(examining.examine(patient), speech("en")))

    assert all(set(check) == {"id", "ok", "says", "do"} for check in told["checks"])
    assert [check["id"] for check in told["checks"] if check["ok"] is False] == ["scope.webinar:update:poll:admin"]


def test_the_permissions_are_those_of_the_calls_that_the_client_makes() -> None:
    """Every route in the client's text needs a permission that the doctor and the README name, and no other is named."""
    from zoom_bridge.simulator.server import ROUTES

    text = Path(client.__file__).read_text(encoding="utf-8")
    called = set(re.findall(r'"(GET|POST|PUT|PATCH|DELETE)",\s*"(/[^"]*)"', text))
    scopes = {(route.method, re.sub("<[^>]*>", "{}", route.rule)): route.scope for route in ROUTES}

    needed = {scopes[call] for call in called}

    assert needed == set(consulting.SCOPES)
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert not [scope for scope in needed if f"`{scope}:admin`" not in readme]
