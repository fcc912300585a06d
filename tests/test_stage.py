"""The tests' own equipment: what it promises holds, so that a green test means something."""

import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.builders import a_draft, a_registration, an_event
from tests.cast import ANNA, BEN, MALLORY
from tests.clock import NOW, Clock
from tests.in_process import LOST_HEADER, in_process_session
from tests.mailbox import Mailbox
from tests.visitor import Visitor
from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.store.database import Database
from zoom_bridge.store.tables import metadata

SHOP = "https://shop.example.org"


def a_shop(environ: dict, start_response: object) -> list[bytes]:  # type: ignore[type-arg]
    """Tells what it was asked; loses the answer of /lost, and promises more than it gives at /short."""
    body = environ["wsgi.input"].read()
    asked = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']} {environ['HTTP_HOST']} "
    answer = asked.encode("latin-1") + body
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))]
    if environ["PATH_INFO"] == "/lost":
        headers.append((LOST_HEADER, "answer"))
    if environ["PATH_INFO"] == "/short":
        headers[1] = ("Content-Length", "1000")
    start_response("200 OK", headers)  # type: ignore[operator]
    return [answer]


def an_envelope(recipient: str = ANNA.email) -> Envelope:
    data = b"To: x\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nHere: https://events.example.org/z/abc.\r\n"
    return Envelope("events@example.org", recipient, data)


def test_an_application_answers_in_process() -> None:
    with in_process_session({SHOP: a_shop}) as session:
        answer = session.post(f"{SHOP}/a%20b/ü?c=d&e=%2F", data=b"body")

    assert answer.text.encode("latin-1").decode() == "POST /a b/ü?c=d&e=%2F shop.example.org body"


def test_a_lost_answer_is_an_error_after_the_deed() -> None:
    with (
        in_process_session({SHOP: a_shop}) as session,
        pytest.raises(requests.ConnectionError, match="answer got lost"),
    ):
        session.get(f"{SHOP}/lost")


def test_a_truncated_answer_is_noticed() -> None:
    with in_process_session({SHOP: a_shop}) as session, pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(f"{SHOP}/short")


def test_nothing_else_can_be_asked_in_process() -> None:
    with in_process_session({SHOP: a_shop}) as session, pytest.raises(requests.exceptions.InvalidSchema):
        session.get("https://elsewhere.example.org")


def test_the_clock_stands_still_until_it_is_moved(clock: Clock) -> None:
    assert clock() == clock() == NOW
    assert (clock.advance(minutes=5) - NOW).total_seconds() == 300


def test_the_mailbox_keeps_letters() -> None:
    mailbox = Mailbox()

    with mailbox.line() as line:
        line.send(an_envelope())

    assert mailbox.last(ANNA.email).subject == "Grüße"
    assert not mailbox.to(BEN.email)


def test_the_mailbox_has_moods() -> None:
    mailbox = Mailbox()
    mailbox.refuse(ANNA.email)

    with pytest.raises(Failure, match="550") as refused:
        mailbox.send(an_envelope(ANNA.email))
    mailbox.send(an_envelope(BEN.email))
    mailbox.lose_answers()
    with pytest.raises(Failure) as lost:
        mailbox.send(an_envelope(BEN.email))

    assert refused.value.permanent
    assert lost.value.outcome_unknown
    assert [letter.recipient for letter in mailbox.letters] == [BEN.email, BEN.email]


def test_builders_keep_wall_times_and_instants_together() -> None:
    event = an_event(
        starts_at=an_event().starts_at.replace(month=12), ends_at=an_event().ends_at.replace(month=12)
    )

    assert event.starts_wall.hour == 9, "winter time"
    assert a_draft().starts_wall.hour == 10
    assert a_registration(MALLORY).email == MALLORY.email


def test_the_database_is_empty_for_each_test(db: Database) -> None:
    with db.transaction() as connection:
        for table in metadata.sorted_tables:
            assert not connection.execute(table.select()).all()
        connection.exec_driver_sql(
            "INSERT INTO organisers (email, name, language, created_at) "
            "VALUES ('olga@example.org', 'Olga', 'de', '2026-09-01 08:00:00')"
        )


test_the_database_is_empty_for_each_test_again = test_the_database_is_empty_for_each_test


def test_olga_is_signed_in(olga: Visitor) -> None:
    assert olga.open("/organiser/events/new").path == "/organiser/events/new"


def test_what_is_required_and_missing_fails_instead_of_being_skipped(tmp_path: Path) -> None:
    """Seen in a test run of its own, whose PATH leads nowhere."""
    here = Path(__file__).parents[1]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "needs_chromium.py", "-rs"]
    environ = {"PATH": str(tmp_path), "PYTHONPATH": str(here)}
    (tmp_path / "needs_chromium.py").write_text("def test_it(chromium): ...\n")
    (tmp_path / "conftest.py").write_text((here / "tests" / "conftest.py").read_text())
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = browser\naddopts = --import-mode=importlib\n")

    skipped = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True)
    failed = subprocess.run(
        command,
        cwd=tmp_path,
        env=environ | {"ZOOM_BRIDGE_TESTS_REQUIRE": "chromium"},
        capture_output=True,
        text=True,
    )

    assert skipped.returncode == 0, skipped.stdout
    assert "did not run, because" in skipped.stdout
    assert "apt-get install chromium" in skipped.stdout
    assert failed.returncode == 1, failed.stdout
    assert "required, but not found: Chromium" in failed.stdout
