"""The mail catcher is a real server: our own post office talks to it, and it keeps what it was given."""

import smtplib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.mail.post import TO_ATTENDEES, a_letter
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.message import Kind
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.mail.smtp import PostOffice

PLAIN = Envelope("events@example.org", "anna@example.org", b"Subject: Hello\r\n\r\n.Dear\r\n.\r\nAnna\r\n")


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    caught = MailCatcher(tmp_path / "letters")
    caught.start()
    yield caught
    caught.stop()


@pytest.fixture
def office(catcher: MailCatcher) -> Iterator[PostOffice]:
    office = PostOffice("127.0.0.1", catcher.port, "none", timeout=5)
    yield office
    office.close()


def send(office: PostOffice, *envelopes: Envelope) -> None:
    with office.line() as line:
        for envelope in envelopes:
            line.send(envelope)


def test_every_letter_arrives_as_it_was_composed(catcher, office):
    letters = [a_letter(kind, language) for kind in TO_ATTENDEES for language in ("de", "en")]

    send(office, *(letter.envelope for letter in letters))

    caught = catcher.letters()
    assert len(caught) == len(letters) == catcher.count()
    for letter, kept in zip(letters, reversed(caught), strict=True):
        assert kept.source.endswith(letter.envelope.data)
        assert kept.subject == letter.subject
        assert kept.recipient == "anna@example.org"
        assert kept.sender == "events@example.org"
        assert kept.text.replace("\r\n", "\n") == letter.text
        assert kept.html.replace("\r\n", "\n") == letter.html
        assert kept.calendar.replace("\r\n", "\n") == letter.calendar
        assert kept.links


def test_dots_at_the_start_of_lines_arrive(catcher, office):
    send(office, PLAIN)

    assert catcher.letters()[0].source.endswith(PLAIN.data)


def test_a_refused_recipient_gets_nothing_and_the_others_do(catcher, office):
    catcher.refuse("anna@example.org", 450, "later")
    with pytest.raises(Failure) as caught:
        send(office, PLAIN)
    send(office, Envelope("events@example.org", "ben@example.org", PLAIN.data))
    catcher.accept("anna@example.org")
    send(office, PLAIN)

    assert not caught.value.permanent
    assert [letter.recipient for letter in catcher.letters()] == ["anna@example.org", "ben@example.org"]


def test_while_down_it_takes_nothing_and_afterwards_it_does(catcher, office):
    port = catcher.port
    send(office, PLAIN)
    catcher.down()
    with pytest.raises(Failure) as caught:
        send(office, PLAIN)
    catcher.up()
    send(office, PLAIN)

    assert caught.value.systemic
    assert catcher.count() == 2
    assert catcher.port == port


def test_a_lost_answer_is_a_letter_that_arrived_all_the_same(catcher, office):
    catcher.lose_answers(1)
    with pytest.raises(Failure) as caught:
        send(office, PLAIN)
    send(office, PLAIN)

    assert caught.value.outcome_unknown
    assert catcher.count() == 2


def test_starting_again_keeps_what_is_there(catcher, office, tmp_path):
    send(office, PLAIN)
    again = MailCatcher(tmp_path / "letters")
    again.start()
    try:
        other = PostOffice("127.0.0.1", again.port, "none")
        send(other, PLAIN)
        other.close()

        assert [letter.id for letter in again.letters()] == ["00000002", "00000001"]
    finally:
        again.stop()


def test_a_taken_port_is_told(catcher, tmp_path):
    with pytest.raises(OSError, match="in use"):
        MailCatcher(tmp_path, port=catcher.port).start()


def test_strangers_letters_are_readable_too(catcher):
    with smtplib.SMTP("127.0.0.1", catcher.port, local_hostname="localhost") as server:
        server.sendmail(
            "x@example.org", ["y@example.org"], b"Subject: =?nope?q?x?=\r\nDate: never\r\n\r\n\xff\xfe"
        )
        server.sendmail(
            "x@example.org", ["y@example.org"], b"Content-Type: text/plain; charset=nope\r\n\r\n\xff text"
        )

    newest, first = catcher.letters()
    assert "text" in newest.text
    assert first.date is None


@pytest.mark.parametrize("id_", ["", "9", "../1", "..", "x", "1.eml", "\u0661", "00000001/../00000001"])
def test_what_is_not_a_letter_is_not_found(catcher, office, id_):
    send(office, PLAIN)

    assert catcher.letter(id_) is None
    assert catcher.letter("00000001") is not None


def test_stopping_twice_does_no_harm(tmp_path):
    catcher = MailCatcher(tmp_path)
    catcher.start()
    catcher.stop()

    catcher.stop()


def test_the_service_does_not_load_the_mail_server_it_never_starts():
    code = "import sys, zoom_bridge.mail.catcher, zoom_bridge.mail.smtp; sys.exit('aiosmtpd' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_confirmation_can_be_walked_through_by_its_links(catcher, office):
    send(office, a_letter(Kind.CONFIRMATION).envelope)

    assert catcher.letters()[0].links[0].startswith("https://events.example.org/z/")
