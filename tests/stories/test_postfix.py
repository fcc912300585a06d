"""With a real mail server, Debian's Postfix: it takes our letters, passes them on, and sends back what nobody wants; what
comes back is read over IMAP from Dovecot and shown at the person."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from tests import relay as post
from tests.cast import ANNA, BEN
from tests.conftest import need
from tests.flows.deeds import attend, look, run
from tests.relay import PASSWORD, RETURN_ADDRESS, USERNAME, Relay
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.bounce import Mark
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.mail.letters import Envelope, Letters
from zoom_bridge.mail.return_box import ReturnBox
from zoom_bridge.mail.smtp import PostOffice

LOOPBACK = "127.0.0.1"


@pytest.fixture(scope="module")
def relay() -> Iterator[Relay]:
    need("postfix", post.installed())
    relay = Relay()
    try:
        relay.start()
        yield relay
    finally:
        relay.stop()


@pytest.fixture
def box(relay: Relay) -> ReturnBox:
    return ReturnBox(LOOPBACK, relay.imap, "none", USERNAME, PASSWORD)


@pytest.fixture
def bridge(bridge: Bridge, relay: Relay, box: ReturnBox) -> Iterator[Bridge]:
    """The house, with Postfix for a mail server."""
    office = PostOffice(LOOPBACK, relay.smtp, "none")
    letters = Letters(bridge.links, bridge.settings.mail.sender, RETURN_ADDRESS)
    yield replace(bridge, post=office, letters=letters, return_box=box)
    office.close()


def test_postfix_takes_passes_on_and_sends_back_and_what_came_back_is_shown_at_the_person(
    relay: Relay, bridge: Bridge, event: Event, olga: Visitor, work: Callable[[], None]
) -> None:
    relay.catcher.refuse(BEN.email, 550, "5.1.1 No such mailbox")
    came_back = len(relay.returned())
    attend(bridge, event, ANNA, BEN)

    work()
    relay.wait_until(lambda: len(relay.returned()) > came_back, "the letter to come back")
    run(bridge, "read_bounces")

    annas = olga.open(f"/organiser/events/{event.id}/people/{look(bridge, event, ANNA).id}").text
    bens = olga.open(f"/organiser/events/{event.id}/people/{look(bridge, event, BEN).id}").text
    assert any(letter.recipient == ANNA.email for letter in relay.catcher.letters())
    assert "An den Mailserver übergeben" in annas
    assert "zurück" not in annas.partition("Was geschah")[0]
    assert "Als unzustellbar zurückgekommen am" in bens
    assert "Die Adresse gibt es nicht" in bens
    assert "No such mailbox" in bens


def test_the_mailbox_is_read_from_where_it_was_left_and_nothing_in_it_is_touched(
    relay: Relay, box: ReturnBox
) -> None:
    relay.catcher.refuse(BEN.email)
    before = box.read(None).mark
    came_back = len(relay.returned())
    with PostOffice(LOOPBACK, relay.smtp, "none").line() as line:
        for n in range(2):
            text = f"To: <{BEN.email}>\r\nMessage-ID: <{before.last_uid}.{n}@example.org>\r\n\r\nGuten Tag\r\n"
            line.send(Envelope(RETURN_ADDRESS, BEN.email, text.encode()))
    relay.wait_until(lambda: len(relay.returned()) == came_back + 2, "both letters to come back")

    first = box.read(before, most=1)
    second = box.read(first.mark, most=1)
    third = box.read(second.mark, most=1)
    anew = box.read(Mark(before.validity + 1, second.mark.last_uid))

    names = {bounce.message_id for bounce in [*first.bounces, *second.bounces]}
    assert names == {f"<{before.last_uid}.{n}@example.org>" for n in range(2)}
    assert (first.more, second.more, third.more) == (True, False, False)
    assert (third.bounces, third.mark) == ([], second.mark)
    assert names <= {bounce.message_id for bounce in anew.bounces}
    assert not [path for path in relay.returned() if path.name.endswith("S")]


@pytest.mark.parametrize(
    ("wrong", "sentence", "permanent"),
    [
        ({"password": "open barley"}, "The mailbox does not let us in", True),
        ({"folder": "Nowhere"}, "The mailbox has no such folder: Nowhere", True),
        ({"port": 1}, "The mailbox cannot be reached", False),
        ({"security": "tls"}, "The mailbox cannot be reached", False),
        ({"security": "starttls"}, "The mailbox cannot be reached: TLS", False),
    ],
)
def test_what_is_wrong_with_the_mailbox_is_said(
    relay: Relay, wrong: dict[str, object], sentence: str, permanent: bool
) -> None:
    values = {"host": LOOPBACK, "port": relay.imap, "security": "none", "username": USERNAME, "password": PASSWORD}

    with pytest.raises(Failure, match=sentence) as failed:
        ReturnBox(**{**values, **wrong}).check()

    assert failed.value.systemic
    assert failed.value.permanent is permanent
    assert PASSWORD not in failed.value.message
