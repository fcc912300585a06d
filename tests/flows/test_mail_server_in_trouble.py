"""What a mail server can do to us, done to us on a real line: three letters are due, one thing goes wrong, and then the
server is well again. What concerns one letter keeps no other waiting; what concerns all of them burns none."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest

from tests.cast import ANNA, AUDIENCE
from tests.clock import Clock
from tests.flows.deeds import attend, rows
from tests.flows.posting import send, send_until_quiet
from tests.mail.scripted_server import CUT, ScriptedServer
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.mail.smtp import PostOffice
from zoom_bridge.store import claims

FINE = "250 fine"


@dataclass(frozen=True)
class Fault:
    """What is done to the first letter, or to all, and what has become of the three at once: so many have left, so many
    are given up; whether the job rests, and calls a person; how many attempts are counted against a letter, and how
    many of these without knowing the outcome. `twins`: letters that the server gets a second time in the end."""

    script: dict[str, Any]
    sent: int = 0
    gave_up: int = 0
    rests: bool = False
    alarm: bool = False
    attempts: int = 0
    doubtful: int | None = 0
    heard: int = 3


FAULTS = {
    "M2 421 at the door": Fault({"greeting": "421 too busy"}, rests=True),
    "M2 421 in the middle": Fault({"MAIL": [FINE, "421 too busy"]}, sent=1, rests=True),
    "M3 one recipient greylisted": Fault({"RCPT": ["450 come again", FINE]}, sent=2, attempts=1),
    "M4 one recipient unknown": Fault({"RCPT": ["550 nobody", FINE]}, sent=2, gave_up=1, attempts=1, heard=2),
    "M5 our sender refused": Fault({"MAIL": "553 not you"}, rests=True, alarm=True),
    "M6 cut before the dot": Fault({"body": CUT}, attempts=3, doubtful=None),
    "M7 cut after the dot": Fault({"end": [CUT, "250 taken"]}, sent=2, attempts=1, doubtful=1, heard=4),
    "M8 a slow 250": Fault({"end": (0.1, "250 taken")}, sent=3),
    "M10 too big": Fault({"end": ["552 too big", "250 taken"]}, sent=2, gave_up=1, attempts=1),
    "M10 content refused": Fault(
        {"DATA": ["554 no <b>spam</b>", "354 go"]}, sent=2, gave_up=1, attempts=1, heard=2
    ),
}


@dataclass(frozen=True)
class Post:
    """The house with a mail server that does as it is told."""

    bridge: Bridge
    server: ScriptedServer

    def recipients(self) -> Counter[str]:
        return Counter(str(message_from_bytes(letter)["To"]) for letter in self.server.letters)

    def names(self) -> set[str]:
        return {str(message_from_bytes(letter)["Message-ID"]) for letter in self.server.letters}

    def letters(self) -> list[Any]:
        return list(rows(self.bridge, "messages", kind="confirmation"))


@pytest.fixture
def post(bridge: Bridge, event: Event) -> Iterator[Post]:
    with ExitStack() as stack:
        server = stack.enter_context(ScriptedServer())
        office = PostOffice("127.0.0.1", server.port, "none", clock=bridge.clock)
        stack.callback(office.close)
        attend(bridge, event, *AUDIENCE)
        yield Post(replace(bridge, post=office), server)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_what_concerns_one_letter_concerns_no_other_and_what_concerns_all_burns_none(
    post: Post, clock: Clock, fault: Fault
) -> None:
    post.server.script |= deepcopy(fault.script)

    send(post.bridge)

    at_once, run = post.letters(), next(iter(rows(post.bridge, "runs", job="send_mail")), None)
    assert sum(row.sent_at is not None for row in at_once) == fault.sent
    assert sum(row.gave_up_at is not None for row in at_once) == fault.gave_up
    assert sum(row.attempts for row in at_once) == fault.attempts
    assert fault.doubtful in (None, sum(row.doubtful for row in at_once))
    assert not any(row.claim for row in at_once)
    assert (bool(run and run.paused_until), bool(run and run.alarm)) == (fault.rests, fault.alarm)

    post.server.script.clear()
    send_until_quiet(post.bridge, clock)

    in_the_end = post.letters()
    assert sum(row.sent_at is not None for row in in_the_end) == 3 - fault.gave_up
    assert sum(row.gave_up_at is not None for row in in_the_end) == fault.gave_up
    assert post.recipients().total() == fault.heard
    assert len(post.names()) == len(post.recipients())


class Late(str):
    """An answer that comes when something else is done."""

    meanwhile: Callable[[], object]

    def encode(self, *args: Any, **options: Any) -> bytes:
        self.meanwhile()
        return super().encode(*args, **options)


def late(answer: str, meanwhile: Callable[[], object]) -> Late:
    said = Late(answer)
    said.meanwhile = meanwhile
    return said


def test_while_the_server_thinks_nobody_else_sends_the_same_letter(post: Post) -> None:
    """M8, M9. The first 250 comes when a second sender has sent what was free, and gone."""

    def second_comes_and_goes() -> None:
        with a_line_of_its_own(post) as second:
            send(second)

    post.server.script |= {"end": [late("250 taken", second_comes_and_goes), "250 taken"]}

    send(post.bridge)
    send(post.bridge)

    assert sorted(post.recipients().values()) == [1, 1, 1]


@pytest.mark.parametrize("features", [(), ("PIPELINING",)], ids=["one by one", "pipelining"])
def test_who_stood_still_past_the_lease_keeps_back_what_is_not_on_the_wire(
    post: Post, clock: Clock, features: tuple[str, ...]
) -> None:
    """P4. The machine stood still after its look at the letter and before the first byte of it."""

    def much_later() -> None:
        clock.advance(claims.LEASE + timedelta(seconds=1))
        with a_line_of_its_own(post) as second:
            send(second)

    post.server.features = features
    post.server.script |= {"RCPT": [late(FINE, much_later), FINE]}

    send(post.bridge)
    send(post.bridge)

    assert sorted(post.recipients().values()) == [1, 1, 1]
    assert all(row.sent_at and not row.claim for row in post.letters())


def test_a_lease_outlasts_the_longest_letter() -> None:
    """M9. It is renewed when a third of it is over; a letter given out then is over before the rest is."""
    office = PostOffice("mail.example.org", 587)

    assert timedelta(seconds=office.deadline) < claims.LEASE * 2 / 3


@contextmanager
def a_line_of_its_own(post: Post) -> Iterator[Bridge]:
    """Another sender, as if in another process."""
    office = PostOffice("127.0.0.1", post.server.port, "none", clock=post.bridge.clock)
    yield replace(post.bridge, post=office)
    office.close()


def test_what_a_server_says_is_shown_to_the_organiser_and_never_as_markup(
    post: Post, event: Event, olga: Visitor
) -> None:
    post.server.script |= {"RCPT": "550 <script>alert(1)</script> for =?utf-8?q?you?="}

    send(post.bridge)
    page = olga.open(f"/organiser/events/{event.id}/letters")

    assert ANNA.email in page.text
    assert "<script>alert" not in page.html
