"""What the jobs write into the log: what went wrong, and not with whom."""

import logging
import threading

import pytest

from jobs import send_mail
from jobs.worker import without_addresses
from tests.cast import ANNA
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.flows import registering
from zoom_bridge.mail.letters import Envelope


def test_the_log_does_not_repeat_whom_the_mail_server_refused(
    bridge: Bridge, event: Event, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(envelope: Envelope) -> None:
        words = f"The mail server refuses the recipient: “<{envelope.recipient}>: unknown” (550)"
        raise Failure(words, permanent=True, status=550)

    registering.register(bridge.db, event.slug, ANNA, bridge.clock())
    mailbox._in_mood(refuse)

    with caplog.at_level(logging.DEBUG):
        send_mail.run(bridge, threading.Event())

    assert "refuses the recipient: “<…>: unknown” (550)" in caplog.text
    assert ANNA.email not in caplog.text


@pytest.mark.parametrize(
    ("said", "logged"),
    [
        ("User does not exist: webinar-1@example.org.", "User does not exist: …"),
        ("550 5.1.1 anna@example.org... no", "550 5.1.1 … no"),
        ("a@b,c@d", "…,…"),
        ("nobody here", "nobody here"),
    ],
)
def test_addresses_are_left_out_wherever_they_stand(said: str, logged: str) -> None:
    assert without_addresses(said) == logged
