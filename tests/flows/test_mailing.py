"""Letters leave once, are true when they leave, and wait out the weather."""

import threading
from datetime import timedelta

import pytest

from jobs import send_mail
from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, MALLORY, OLGA_EMAIL
from tests.clock import Clock
from tests.flows.deeds import attend, letters, look, rows, run, said, twin
from tests.flows.posting import hand_over, in_hand, outbox, send, send_until_quiet
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import hosting, mailing, registering, welcoming
from zoom_bridge.mail.letters import Envelope
from zoom_bridge.store import registrations


def test_every_letter_leaves_once(bridge: Bridge, event: Event, mailbox: Mailbox) -> None:
    attend(bridge, event, ANNA, BEN)

    sent = send(bridge)
    again = send(bridge)

    assert (sent, again) == (4, 0)
    assert sorted(letter.recipient for letter in mailbox.letters) == [ANNA.email, BEN.email]
    assert all(fate in ("sent", "superseded") for _, fate in outbox(bridge))


def test_two_senders_at_once_send_every_letter_once(bridge: Bridge, event: Event, mailbox: Mailbox) -> None:
    hosting.change_event(
        bridge.db, event.id, a_draft(double_opt_in=False, zoom_host=event.zoom_host), bridge.clock()
    )
    for n in range(60):
        person = an_attendee(email=f"guest{n}@example.org")
        registering.register(bridge.db, event.slug, person, bridge.clock())

    threads = [threading.Thread(target=send, args=(bridge,)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    recipients = [letter.recipient for letter in mailbox.letters]
    assert len(recipients) == len(set(recipients)) == 60


def test_the_confirmation_letter_of_somebody_who_confirmed_meanwhile_is_superseded(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    (anna,) = attend(bridge, event, ANNA)

    send(bridge)

    assert letters(bridge, anna) == [("please_confirm", "superseded"), ("confirmation", "sent")]
    assert len(mailbox.to(ANNA.email)) == 1


def test_a_letter_whose_time_is_past_is_skipped(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    registering.register(bridge.db, event.slug, ANNA, clock())
    clock.advance(hours=72)

    send(bridge)

    assert mailbox.letters == []
    assert letters(bridge, look(bridge, event, ANNA)) == [("please_confirm", "expired")]


def test_who_cancels_between_the_claim_and_the_sending_gets_no_confirmation(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    word, ids = in_hand(bridge)
    registering.cancel(bridge.db, anna.key, bridge.clock())

    for message_id in ids:
        hand_over(bridge, mailbox, word, message_id)

    assert mailbox.letters == []
    assert ("confirmation", "registration_cancelled") in letters(bridge, anna)


def test_an_event_moved_between_the_claim_and_the_sending_sends_the_new_date_only(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    word, ids = in_hand(bridge)
    later = timedelta(days=7)
    draft = a_draft(zoom_host=event.zoom_host, starts_at=event.starts_at + later, ends_at=event.ends_at + later)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())

    for message_id in ids:
        hand_over(bridge, mailbox, word, message_id)
    send(bridge)

    (letter,) = mailbox.letters
    assert "14. September" in said(letter)
    assert letters(bridge, anna)[-2:] == [("confirmation", "superseded"), ("moved", "sent")]


def test_a_change_in_the_middle_of_a_run_is_seen_by_the_next_letter(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    """A run remembers the event it has read; what Olga changes is told all the same."""
    attend(bridge, event, ANNA, BEN)
    seen: dict = {}
    word, ids = in_hand(bridge)
    titles = ["Erster Titel", "Zweiter Titel", "Dritter Titel", "Vierter Titel"]

    for message_id, title in zip(ids, titles, strict=True):
        hosting.change_event(
            bridge.db, event.id, a_draft(title_de=title, title_en=title, zoom_host=event.zoom_host), bridge.clock()
        )
        hand_over(bridge, mailbox, word, message_id, seen)

    assert [title in said(letter) for letter, title in zip(mailbox.letters, titles[1::2], strict=True)] == [
        True,
        True,
    ]


def test_a_cancelled_event_sends_nothing_but_that_it_is_cancelled(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    hosting.cancel_event(bridge.db, event.id, bridge.clock())

    send(bridge)

    assert letters(bridge, anna) == [
        ("please_confirm", "event_cancelled"),
        ("confirmation", "event_cancelled"),
        ("cancelled", "sent"),
    ]
    assert len(mailbox.letters) == 1


def test_a_letter_of_somebody_erased_meanwhile_goes_nowhere(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    word, ids = in_hand(bridge)
    with bridge.db.transaction() as connection:
        registrations.delete(connection, anna.id)

    for message_id in ids:
        hand_over(bridge, mailbox, word, message_id)

    assert mailbox.letters == []


def test_a_server_that_is_down_loses_nothing_burns_nothing_and_everything_leaves_afterwards(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)
    mailbox.down()
    for _ in range(60):
        send(bridge)
        clock.advance(minutes=1)
    tried = [row.attempts for row in rows(bridge, "messages")]
    mailbox.fair()

    send_until_quiet(bridge, clock, hours=2)

    assert tried == [0, 0, 0, 0]
    assert sorted(letter.recipient for letter in mailbox.letters) == [ANNA.email, BEN.email]


def test_one_refused_recipient_stops_nobody_else_and_is_shown(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    anna, _ = attend(bridge, event, ANNA, BEN)
    mailbox.refuse(ANNA.email)

    send(bridge)
    send_until_quiet(bridge, clock, hours=24)

    assert len(mailbox.to(BEN.email)) == 1
    assert letters(bridge, anna)[-1] == ("confirmation", "gave up")
    assert rows(bridge, "messages", registration_id=anna.id)[-1].last_error == "550 no such mailbox"


def test_a_recipient_refused_for_now_is_tried_later(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)
    mailbox.refuse(ANNA.email, permanent=False)
    send(bridge)
    mailbox.fair()

    send_until_quiet(bridge, clock)

    assert len(mailbox.to(ANNA.email)) == 1


def test_a_wrong_password_raises_an_alarm_and_burns_no_letter(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, *(an_attendee(email=f"guest{n}@example.org") for n in range(30)))
    tries = []
    mailbox.down(Failure("The mail server refuses our password.", systemic=True, permanent=True))
    mailbox._in_mood(lambda envelope: tries.append(envelope))
    mailbox._moods.reverse()

    for _ in range(100):
        send(bridge)
        clock.advance(seconds=6)

    (job,) = rows(bridge, "runs")
    assert len(tries) <= 10, "no more than one try a minute"
    assert job.alarm
    assert all(row.gave_up_at is None for row in rows(bridge, "messages"))


def test_a_letter_given_up_is_tried_again_on_demand(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    anna, _ = attend(bridge, event, ANNA, BEN)
    mailbox.refuse(ANNA.email)
    send(bridge)
    mailbox.fair()
    stuck, sent = rows(bridge, "messages", registration_id=anna.id)[-1], rows(bridge, "messages")[-1]

    for message in (stuck, sent):
        mailing.try_again(bridge.db, message.id, clock())
    send(bridge)

    assert letters(bridge, anna)[-1] == ("confirmation", "sent")
    assert len(mailbox.to(BEN.email)) == 1, "what was sent is not sent again by a button"
    with pytest.raises(NotFound):
        mailing.try_again(bridge.db, 999, clock())


def test_a_poisoned_letter_is_parked_and_the_others_leave(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    attend(bridge, event, ANNA, BEN)

    def poison(envelope: Envelope) -> None:
        if envelope.recipient == ANNA.email:
            raise ValueError("a mistake of ours")

    mailbox._in_mood(poison)

    send(bridge)

    assert len(mailbox.to(BEN.email)) == 1
    parked = [row for row in rows(bridge, "messages") if row.due_at]
    assert [row.last_error for row in parked] == ["Something went wrong here. We try again."]
    assert ANNA.email not in (parked[0].last_error or "")


def test_asked_to_stop_a_sender_finishes_the_letter_in_hand_and_gives_the_rest_back(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    attend(bridge, event, *(an_attendee(email=f"guest{n}@example.org") for n in range(10)))
    stop = threading.Event()
    mailbox._in_mood(lambda envelope: stop.set())

    done = send_mail.run(bridge, stop)

    waiting = [row for row in rows(bridge, "messages") if row.due_at]
    assert len(mailbox.letters) == 1
    assert done + len(waiting) == 20
    assert all(row.claim is None and row.attempts == 0 for row in waiting)


def test_a_sign_in_letter_leads_in_and_a_used_one_is_not_sent(
    bridge: Bridge, mailbox: Mailbox, clock: Clock
) -> None:
    welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, "Olga Osterkamp", "de", clock())
    welcoming.ask_to_sign_in(bridge.db, OLGA_EMAIL, clock())
    send(bridge)
    token = mailbox.last(OLGA_EMAIL).link("/sign-in/").rpartition("/")[2]

    welcoming.redeem(bridge.db, bridge.links, token, clock())
    welcoming.ask_to_sign_in(bridge.db, OLGA_EMAIL, clock())
    clock.advance(minutes=31)
    send(bridge)

    assert len(mailbox.letters) == 1, "the second link had run out before it could be sent"


def test_a_letter_to_somebody_with_hostile_names_leaves_harmlessly(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    attend(bridge, event, MALLORY)

    send(bridge)

    letter = mailbox.last(MALLORY.email)
    assert letter.message["Bcc"] is None
    assert "<script>" not in letter.html


def test_a_letter_says_how_to_come_in_by_telephone_as_soon_as_zoom_has_told_us(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    attend(bridge, event, ANNA)
    send(bridge)
    early = mailbox.last(ANNA.email)
    run(bridge, "sync_webinars")
    attend(bridge, event, BEN)

    send(bridge)

    way = twin(bridge, event).phone_way
    late = mailbox.last(BEN.email)
    assert way
    for text in (late.text, late.calendar.replace("\r\n ", "").replace("\n ", "")):
        assert way.numbers[0].number in text
        assert way.webinar_number in text
    assert way.webinar_number not in early.text
