"""A letter that leaves again is the same letter, and only its holder sends it."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import event as listening

from tests.builders import an_attendee
from tests.cast import ANNA, BEN, CHIARA, OLGA_EMAIL
from tests.clock import NOW, Clock
from tests.flows.deeds import Killed, attend, rows
from tests.flows.posting import hand_over, in_hand, outbox, send
from tests.mailbox import Letter, Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import mailing, welcoming
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.store import claims, tables


def identity(bridge: Bridge) -> list[tuple[str, object]]:
    return [(row.message_id, row.dated_at) for row in rows(bridge, "messages")]


def test_message_id_and_date_are_fixed_before_the_first_attempt_and_the_same_at_every_further_one(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    mailbox.lose_answers()
    send(bridge)
    fixed = identity(bridge)
    clock.advance(hours=5)
    send(bridge)
    mailbox.fair()
    clock.advance(hours=5)

    send(bridge)

    first, second, third = mailbox.to(ANNA.email)
    assert first.message["Message-ID"] == second.message["Message-ID"] == third.message["Message-ID"]
    assert first.message["Date"] == second.message["Date"] == third.message["Date"]
    assert parsedate_to_datetime(str(first.message["Date"])) == NOW
    assert identity(bridge) == fixed


def test_a_sender_killed_after_the_server_took_the_letter_sends_it_again_under_the_same_name(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)

    def die(envelope: Envelope) -> None:
        mailbox.letters.append(Letter(envelope))
        raise Killed

    mailbox._in_mood(die)
    with pytest.raises(Killed):
        send(bridge)
    mailbox.fair()
    clock.advance(claims.LEASE)

    send(bridge)

    assert len(mailbox.to(ANNA.email)) == 2, "the one letter in flight"
    assert len(mailbox.to(BEN.email)) == 1
    assert len({str(letter.message["Message-ID"]) for letter in mailbox.to(ANNA.email)}) == 1


def test_a_sender_killed_before_the_server_had_the_letter_loses_and_doubles_nothing(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)

    def die(envelope: Envelope) -> None:
        raise Killed

    mailbox._in_mood(die)
    with pytest.raises(Killed):
        send(bridge)
    mailbox.fair()
    clock.advance(claims.LEASE)

    send(bridge)

    assert sorted(letter.recipient for letter in mailbox.letters) == [ANNA.email, BEN.email]


def test_every_letter_has_a_name_of_its_own_at_our_address(bridge: Bridge, event: Event, mailbox: Mailbox) -> None:
    attend(bridge, event, ANNA, BEN, CHIARA)
    welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, "Olga", "de", NOW)
    welcoming.ask_to_sign_in(bridge.db, OLGA_EMAIL, NOW)

    send(bridge)

    names = [str(letter.message["Message-ID"]) for letter in mailbox.letters]
    assert len(set(names)) == len(names) == 4
    assert all(name.endswith("@events.example.org>") for name in names)


def test_after_a_fresh_start_the_same_rows_give_other_names(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    """Some mailboxes drop a letter whose Message-ID they have seen."""
    attend(bridge, event, ANNA)
    send(bridge)
    with bridge.db.transaction() as connection:
        connection.execute(
            tables.messages.update().values(message_id=None, dated_at=None, sent_at=None, due_at=NOW)
        )

    send(bridge)

    names = [str(letter.message["Message-ID"]) for letter in mailbox.to(ANNA.email)]
    assert len(set(names)) == 2


def test_identities_cost_one_statement_for_a_batch(bridge: Bridge, event: Event) -> None:
    """Of three: the letters are claimed, named, and their addresses read."""
    attend(bridge, event, *(an_attendee(email=f"guest{n}@example.org") for n in range(20)))
    statements = []

    def note(*told: object) -> None:
        statements.append(told[2])

    listening.listen(bridge.db.engine, "before_cursor_execute", note)
    _, ids = mailing.claim_letters(bridge.db, bridge.links, 50, bridge.clock())
    listening.remove(bridge.db.engine, "before_cursor_execute", note)

    assert len(ids) == 40
    assert len([one for one in statements if str(one).startswith(("UPDATE", "WITH", "SELECT"))]) == 3


def test_a_sender_that_slept_through_its_lease_sends_nothing(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    word, ids = in_hand(bridge)
    clock.advance(claims.LEASE)

    for message_id in ids:
        hand_over(bridge, mailbox, word, message_id)
    nothing = list(mailbox.letters)
    send(bridge)

    assert nothing == []
    assert len(mailbox.to(ANNA.email)) == 1


def test_a_letter_sent_by_a_sleeper_is_not_marked_in_its_successors_name(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    """The machine stood still inside DATA: the letter may be doubled, but nothing else comes out of step."""
    attend(bridge, event, ANNA)

    def sleep(envelope: Envelope) -> None:
        mailbox.fair()
        clock.advance(claims.LEASE + timedelta(seconds=1))
        send(bridge)

    mailbox._in_mood(sleep)

    send(bridge)

    assert len(mailbox.to(ANNA.email)) == 2
    assert len({str(letter.message["Message-ID"]) for letter in mailbox.to(ANNA.email)}) == 1
    assert outbox(bridge)[-1] == ("confirmation", "sent")
