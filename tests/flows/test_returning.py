"""Letters come back: written down at the letter it is about, once, and shown where somebody can do something."""

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from tests.cast import ANNA, BEN, CHIARA, OLGA_EMAIL
from tests.clock import Clock
from tests.flows.deeds import attend, look, rows, run
from tests.mailbox import Mailbox
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.bounce import Bounce, Mark
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.flows import registering, returning, welcoming
from zoom_bridge.mail.return_box import Reading, ReturnBox

#: As other servers count: validity and numbers fill 32 bits.
VALIDITY = 4_000_000_000


class Box:
    """Stands where the mailbox stands; two letters are read in one go."""

    name = "returns"

    def __init__(self) -> None:
        self.bounces: list[Bounce] = []
        self.validity = VALIDITY
        self.asked: list[Mark | None] = []
        self.failure: Failure | None = None

    def as_return_box(self) -> ReturnBox:
        return cast(ReturnBox, self)

    def read(self, since: Mark | None) -> Reading:
        if self.failure:
            raise self.failure
        self.asked.append(since)
        after = since.last_uid if since and since.validity == self.validity else 0
        found = self.bounces[after : after + 2]
        mark = Mark(self.validity, after + len(found))
        return Reading(found, mark, more=mark.last_uid < len(self.bounces))


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def bridge(bridge: Bridge, box: Box) -> Bridge:
    return replace(bridge, return_box=box.as_return_box())


def came_back(mailbox: Mailbox, email: str, **changes: object) -> Bounce:
    """The report on the last letter to somebody, named as it stands in the letter."""
    name = str(mailbox.to(email)[-1].message["Message-ID"])
    usual = Bounce(name, (email,), final=True, status="5.1.1", words="No such mailbox")
    return replace(usual, **changes)  # type: ignore[arg-type]


def written_down(bridge: Bridge) -> list[tuple[object, ...]]:
    return [(row.bounced_at, row.bounce_status, row.bounce) for row in rows(bridge, "messages")]


def test_what_came_back_is_written_down_at_its_letter_and_nowhere_else(
    bridge: Bridge, event: Event, mailbox: Mailbox, box: Box, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)
    run(bridge, "send_mail")
    box.bounces = [came_back(mailbox, BEN.email)]

    done = run(bridge, "read_bounces")

    bounced = [row for row in rows(bridge, "messages") if row.bounced_at]
    assert done == 1
    assert [row.registration_id for row in bounced] == [look(bridge, event, BEN).id]
    assert (bounced[0].bounced_at, bounced[0].bounce_status, bounced[0].bounce) == (
        clock(),
        "5.1.1",
        "No such mailbox",
    )


def test_reading_all_over_again_changes_nothing(
    bridge: Bridge, event: Event, mailbox: Mailbox, box: Box, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)
    run(bridge, "send_mail")
    box.bounces = [came_back(mailbox, email) for email in (ANNA.email, BEN.email, ANNA.email, BEN.email)]
    run(bridge, "read_bounces")
    before = written_down(bridge)
    clock.advance(hours=1)

    again = run(bridge, "read_bounces")
    box.validity += 1
    anew = run(bridge, "read_bounces")

    assert (again, anew) == (0, 0)
    assert written_down(bridge) == before
    # In two goes, then from where it was left, then from the beginning because the numbers are good no more.
    assert [since.last_uid if since else 0 for since in box.asked] == [0, 2, 4, 4, 2]


def test_who_does_not_know_the_letter_or_names_somebody_else_achieves_nothing(
    bridge: Bridge, event: Event, mailbox: Mailbox, box: Box
) -> None:
    attend(bridge, event, ANNA, BEN)
    run(bridge, "send_mail")
    box.bounces = [
        came_back(mailbox, BEN.email, recipients=(ANNA.email,)),
        came_back(mailbox, BEN.email, message_id="<r2.confirmation.1.guessed@events.example.org>"),
        came_back(mailbox, BEN.email, recipients=()),
    ]

    assert run(bridge, "read_bounces") == 0
    assert not any(bounced_at for bounced_at, *_ in written_down(bridge))


def test_behind_a_forwarding_the_address_that_we_wrote_to_counts(
    bridge: Bridge, event: Event, mailbox: Mailbox, box: Box
) -> None:
    attend(bridge, event, BEN)
    run(bridge, "send_mail")
    box.bounces = [came_back(mailbox, BEN.email, recipients=(BEN.email.upper(), "ben@home.example.org"))]

    assert run(bridge, "read_bounces") == 1


def test_a_domain_with_umlauts_is_the_one_that_it_is_on_the_wire(
    bridge: Bridge, event: Event, mailbox: Mailbox, box: Box
) -> None:
    attend(bridge, event, replace(BEN, email="ben@müller.example.org"))
    run(bridge, "send_mail")
    box.bounces = [came_back(mailbox, "ben@xn--mller-kva.example.org")]

    assert run(bridge, "read_bounces") == 1


def test_late_is_not_lost_and_the_last_word_counts(
    bridge: Bridge, event: Event, mailbox: Mailbox, box: Box
) -> None:
    attend(bridge, event, BEN)
    run(bridge, "send_mail")
    late = came_back(mailbox, BEN.email, final=False, status="4.4.1", words="Connection timed out")
    box.bounces = [late]
    run(bridge, "read_bounces")
    [(bounced_at, status, words)] = [row for row in written_down(bridge) if row[1]]
    assert (bounced_at, status, words) == (None, "4.4.1", "Connection timed out")

    box.bounces += [came_back(mailbox, BEN.email), late]
    run(bridge, "read_bounces")

    [(bounced_at, status, _)] = [row for row in written_down(bridge) if row[1]]
    assert bounced_at
    assert status == "5.1.1"


def test_letters_that_let_organisers_in_come_back_as_well(bridge: Bridge, mailbox: Mailbox, box: Box) -> None:
    welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, "Olga Osterkamp", "de", bridge.clock())
    welcoming.ask_to_sign_in(bridge.db, OLGA_EMAIL, bridge.clock())
    run(bridge, "send_mail")
    box.bounces = [came_back(mailbox, OLGA_EMAIL)]

    assert run(bridge, "read_bounces") == 1


def test_a_bounce_is_answered_by_nobody(bridge: Bridge, event: Event, mailbox: Mailbox, box: Box) -> None:
    attend(bridge, event, BEN)
    run(bridge, "send_mail")
    box.bounces = [came_back(mailbox, BEN.email)]
    written, sent = len(rows(bridge, "messages")), len(mailbox.letters)

    run(bridge, "read_bounces")
    run(bridge, "send_mail")

    assert (len(rows(bridge, "messages")), len(mailbox.letters)) == (written, sent)


def test_a_mailbox_that_cannot_be_read_raises_one_alarm_and_is_asked_seldom(
    bridge: Bridge, box: Box, clock: Clock
) -> None:
    box.failure = Failure("The mailbox does not let us in", systemic=True, permanent=True)
    run(bridge, "read_bounces")
    box.failure = None
    run(bridge, "read_bounces")
    assert box.asked == []
    [alarm] = rows(bridge, "runs", job="read_bounces")
    assert (alarm.alarm, alarm.last_error) == (True, "The mailbox does not let us in")

    clock.advance(minutes=10)
    run(bridge, "read_bounces")

    [calm] = rows(bridge, "runs", job="read_bounces")
    assert box.asked == [None]
    assert (calm.alarm, calm.failed_since) == (False, None)


def test_who_stops_the_work_stops_the_reading(bridge: Bridge, box: Box) -> None:
    stopped = threading.Event()
    stopped.set()

    assert returning.take_in(bridge.db, box.as_return_box(), bridge.clock, stopped) == 0
    assert box.asked == []


def test_an_attempt_without_an_answer_is_counted_and_the_letter_leaves_again_under_its_name(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    registering.register(bridge.db, event.slug, ANNA, clock())
    mailbox.lose_answers()
    run(bridge, "send_mail")
    clock.advance(hours=1)
    run(bridge, "send_mail")
    mailbox.fair()
    clock.advance(hours=1)

    run(bridge, "send_mail")

    [letter] = rows(bridge, "messages")
    assert letter.sent_at
    assert letter.doubtful == 2
    assert len({str(one.message["Message-ID"]) for one in mailbox.to(ANNA.email)}) == 1


def test_an_attempt_without_an_answer_and_what_came_back_stand_at_the_person_in_the_list_and_in_the_plan(
    bridge: Bridge, event: Event, mailbox: Mailbox, box: Box, olga: Visitor, work: Callable[[], None], clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN, CHIARA)
    mailbox.lose_answers()
    run(bridge, "send_mail")
    mailbox.fair()
    clock.advance(hours=1)
    work()
    box.bounces = [came_back(mailbox, BEN.email)]
    work()
    at = f"/organiser/events/{event.id}"

    ben = olga.open(f"{at}/people/{look(bridge, event, BEN).id}").text
    anna = olga.open(f"{at}/people/{look(bridge, event, ANNA).id}").text
    returned = olga.open(f"{at}/people?letters=returned").text
    plan = olga.open(f"{at}/letters").text
    first_page = olga.open("/organiser/").text

    assert "Die Adresse gibt es nicht. Bitte fragen Sie nach einer, die stimmt" in ben
    assert "„No such mailbox“ (5.1.1)" in ben
    assert "1 Versuch blieb ohne Antwort des Mailservers" in anna
    assert "1 Mensch" in returned
    assert "Als unzustellbar zurückgekommen" in returned
    assert ANNA.email not in returned
    assert "3 an den Mailserver übergeben. Davon kam 1 als unzustellbar zurück." in plan
    assert "Davon können 3 doppelt angekommen sein" in plan
    assert "Unsere letzte E‑Mail an 1 Person kam zurück." in first_page


def test_whom_a_later_letter_reached_is_not_among_those_who_could_not_be_reached(
    bridge: Bridge, event: Event, mailbox: Mailbox, box: Box, olga: Visitor, clock: Clock
) -> None:
    [ben] = attend(bridge, event, BEN)
    run(bridge, "send_mail")
    box.bounces = [came_back(mailbox, BEN.email, status="5.2.2", words="Mailbox full")]
    run(bridge, "read_bounces")
    page = olga.open(f"/organiser/events/{event.id}/people/{ben.id}")
    assert "Das Postfach ist voll." in page.text
    clock.advance(hours=1)

    page.submit("/resend")
    run(bridge, "send_mail")

    assert (
        "Auf diese Suche passt niemand" in olga.open(f"/organiser/events/{event.id}/people?letters=returned").text
    )
