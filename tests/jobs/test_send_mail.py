"""The post office: what leaves first, how many leave in an hour, and who is left alone for a while."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from jobs import send_mail
from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import attend, rows
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.registration import Registration
from zoom_bridge.flows import hosting, mailing, registering
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.store import outbox, tables
from zoom_bridge.store.database import DatabaseUnavailable


def send(bridge: Bridge) -> int:
    return send_mail.run(bridge, threading.Event())


def write(bridge: Bridge, event: Event, kind: Kind, people: list[Registration], occasion: str = "") -> None:
    with bridge.db.transaction() as connection:
        outbox.queue(
            connection,
            kind,
            [person.id for person in people],
            event_id=event.id,
            schedule_revision=event.schedule_revision,
            useful_until=event.ends_at,
            now=bridge.clock(),
            occasion=occasion,
        )


def guests(bridge: Bridge, event: Event, number: int, *domains: str) -> None:
    """So many people with a seat, each with a confirmation that waits; at these domains in turn."""
    draft = a_draft(double_opt_in=False, zoom_host=event.zoom_host, capacity=None)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())
    for n in range(number):
        domain = (domains or ("example.org",))[n % len(domains or (0,))]
        person = an_attendee(email=f"guest{n}@{domain}")
        registering.register(bridge.db, event.slug, person, bridge.clock())


def limited(bridge: Bridge, most_per_hour: int) -> Bridge:
    mail = bridge.settings.mail.model_copy(update={"most_per_hour": most_per_hour})
    return replace(bridge, settings=bridge.settings.model_copy(update={"mail": mail}))


def refuse(mailbox: Mailbox, which: Callable[[str], bool], status: int = 451) -> None:
    def mood(envelope: Envelope) -> None:
        if which(envelope.recipient):
            raise Failure(f"({status})", permanent=status >= 500, status=status)

    mailbox._in_mood(mood)


def recipients(mailbox: Mailbox) -> list[str]:
    return [letter.recipient for letter in mailbox.letters]


def test_the_way_in_leaves_first_and_what_nobody_asked_for_last(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    people = attend(bridge, event, ANNA)
    send(bridge)
    mailbox.empty()
    for kind in (Kind.FOLLOW_UP_ATTENDED, Kind.DAY_BEFORE, Kind.JOIN_LINK):
        write(bridge, event, kind, people)

    word, waiting = mailing.claim_letters(bridge.db, bridge.links, 10, bridge.clock())

    kinds = {row.id: row.kind for row in rows(bridge, "messages")}
    assert [kinds[number] for number in waiting] == [Kind.JOIN_LINK, Kind.DAY_BEFORE, Kind.FOLLOW_UP_ATTENDED]
    assert word


def test_no_more_letters_leave_in_any_hour_than_the_mail_server_takes(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    guests(bridge, event, 30)
    one, other = limited(bridge, 20), limited(bridge, 20)

    left = []
    for _ in range(125):
        left.append(send(one) + send(other))
        clock.advance(minutes=1)

    assert sum(left) == len(mailbox.letters) == 30
    assert max(sum(left[n : n + 60]) for n in range(len(left))) == 20
    assert left[0] == 20, "there is no reason to wait before the limit is reached"
    assert left[61] == 10


def test_the_last_letters_of_an_hour_are_kept_for_those_that_are_urgent(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    guests(bridge, event, 30)
    send(bridge)
    mailbox.empty()
    people = rows(bridge, "registrations")
    write(bridge, event, Kind.DAY_BEFORE, people)

    sent = send(limited(bridge, 20))
    write(bridge, event, Kind.JOIN_LINK, people)
    urgent = send(limited(bridge, 20))

    assert (sent, urgent) == (15, 5)
    assert all(row.claim is None for row in rows(bridge, "messages")), "what waits is nobody's meanwhile"


def test_one_recipient_who_is_refused_for_the_moment_stops_nobody_else(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    guests(bridge, event, 20, "small.example.org")
    refuse(mailbox, lambda address: address.startswith("guest0@"))

    send(bridge)

    assert len(mailbox.letters) == 19


def test_a_domain_that_refuses_several_in_a_row_is_left_alone_longer_and_longer_and_others_get_theirs(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    guests(bridge, event, 60, "down.example.org", "well.example.org")
    tries: list[str] = []
    mailbox._in_mood(lambda envelope: tries.append(envelope.recipient))
    refuse(mailbox, lambda address: address.endswith("@down.example.org"))

    send(bridge)
    at_first = sum(address.endswith("@down.example.org") for address in tries)
    for _ in range(60):
        clock.advance(minutes=1)
        send(bridge)

    most = bridge.settings.mail.connections
    assert sum(address.endswith("@well.example.org") for address in recipients(mailbox)) == 30
    assert at_first <= 3 + most
    assert len(tries) - 30 - at_first <= 4 * most, "after 5, 15 and 35 minutes"
    waiting = [row for row in rows(bridge, "messages") if row.due_at]
    assert sum(row.attempts for row in waiting) == len(tries) - 30, "what was not tried lost no attempt"
    assert Counter(row.last_error for row in waiting)[mailing.DOMAIN_RESTS] >= 20

    mailbox.fair()
    for _ in range(80):
        clock.advance(minutes=1)
        send(bridge)
    assert len(mailbox.letters) == 60


def test_a_domain_that_greylists_everybody_gets_its_letters_all_the_same(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    guests(bridge, event, 60, "town.example.org")
    knocked: dict[str, datetime] = {}

    def greylist(envelope: Envelope) -> None:
        if clock() - knocked.setdefault(envelope.recipient, clock()) < timedelta(minutes=4):
            raise Failure("(451)", status=451, not_before=clock() + timedelta(minutes=5))

    mailbox._in_mood(greylist)

    for _ in range(20):
        send(bridge)
        clock.advance(minutes=1)

    assert len(mailbox.letters) == 60


def test_a_server_that_refuses_one_recipient_after_another_is_asked_no_further_and_raises_one_alarm(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    guests(bridge, event, 60, *(f"town{n}.example.org" for n in range(20)))
    refuse(mailbox, lambda address: True, 554)

    send(bridge)
    again = send(bridge)

    given_up = sum(row.gave_up_at is not None for row in rows(bridge, "messages"))
    (job,) = rows(bridge, "runs")
    assert again == 0
    assert given_up <= 10 + bridge.settings.mail.connections
    assert job.alarm
    assert job.last_error.startswith(send_mail.ALL_REFUSED)

    mailbox.fair()
    clock.advance(minutes=6)
    send(bridge)
    assert len(mailbox.letters) == 60 - given_up


def test_a_server_that_goes_away_under_many_windows_is_one_trouble(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    guests(bridge, event, 40)
    gone = threading.Event()

    def leave(_envelope: Envelope) -> None:
        if len(mailbox.letters) < 8:
            return
        gone.set()
        raise Failure("the mail server does not answer", systemic=True)

    mailbox._in_mood(leave)

    send(bridge)

    (job,) = rows(bridge, "runs")
    assert gone.is_set()
    assert job.failures == 1
    assert all(row.claim is None and row.attempts == 0 for row in rows(bridge, "messages"))


def test_a_letter_that_the_server_thinks_about_does_not_hold_up_the_others(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    guests(bridge, event, 30)
    others = threading.Event()
    thought: list[bool] = []

    def think(envelope: Envelope) -> None:
        if envelope.recipient == "guest9@example.org":
            thought.append(others.wait(20))
        elif len(mailbox.letters) >= 25:
            others.set()

    mailbox._in_mood(think)

    send(bridge)

    assert thought == [True]
    assert len(mailbox.letters) == 30


def test_what_was_taken_is_written_down_though_the_database_is_away_for_a_while(
    bridge: Bridge, event: Event, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    attend(bridge, event, ANNA, BEN)
    monkeypatch.setattr(send_mail, "PAUSES", (0, 0, 0))
    usual = mailing.Run.take_turn
    misses = [DatabaseUnavailable("locked")] * 3

    def take_turn(turns: mailing.Run, taken: list[int], waiting: list[int], wanted: int) -> mailing.Turn:
        if taken and misses:
            raise misses.pop()
        return usual(turns, taken, waiting, wanted)

    monkeypatch.setattr(mailing.Run, "take_turn", take_turn)

    send(bridge)

    assert not misses
    assert sorted(recipients(mailbox)) == [ANNA.email, BEN.email]
    assert all(row.due_at is None for row in rows(bridge, "messages"))


def test_attempts_without_an_answer_are_counted_because_the_letter_may_have_arrived(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    guests(bridge, event, 1)
    mailbox.lose_answers()
    send(bridge)
    clock.advance(hours=1)
    send(bridge)
    mailbox.fair()
    clock.advance(hours=1)
    send(bridge)

    (letter,) = rows(bridge, "messages")
    assert (letter.doubtful, letter.sent_at) == (2, clock())
    assert len({str(one.message["Message-ID"]) for one in mailbox.letters}) == 1


def test_letters_that_nobody_wants_any_more_keep_nobody_waiting(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    guests(bridge, event, 30)
    send(bridge)
    mailbox.empty()
    people = rows(bridge, "registrations")
    write(bridge, event, Kind.JOIN_LINK, people)
    with bridge.db.transaction() as connection:
        outbox.shift(connection, event.id, event.schedule_revision, 0)
    clock.advance(minutes=1)
    write(bridge, event, Kind.DAY_BEFORE, people[:3])

    send(bridge)

    assert len(mailbox.letters) == 3
    assert {row.skip_reason for row in rows(bridge, "messages", kind="join_link")} == {"superseded"}


def test_letters_that_cannot_be_made_cost_no_time(
    bridge: Bridge, event: Event, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is on its way, so there is nothing to wait for."""
    waited: list[float] = []
    guests(bridge, event, 12)
    monkeypatch.setattr("zoom_bridge.mail.letters.Letters.compose", lambda *_: 1 / 0)
    monkeypatch.setattr(
        "zoom_bridge.mail.windows.Windows.hear", lambda _, seconds, __: waited.append(seconds) or []
    )

    send(bridge)

    assert {row.attempts for row in rows(bridge, "messages")} == {1}
    assert waited == []


def test_a_letter_that_cannot_be_read_takes_none_along(bridge: Bridge, event: Event, mailbox: Mailbox) -> None:
    """M16. What was taken right before it is written down all the same, so nobody gets it again and again."""
    guests(bridge, event, 6)
    poisoned = rows(bridge, "messages")[3].id
    with bridge.db.transaction() as connection:
        connection.execute(update(tables.messages).where(tables.messages.c.id == poisoned).values(kind="nonsense"))

    send(bridge)

    kept = {row.id: row for row in rows(bridge, "messages")}
    assert len(mailbox.letters) == 5
    assert kept[poisoned].attempts == 1
    assert all(row.sent_at for number, row in kept.items() if number != poisoned)
