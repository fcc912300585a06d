"""What somebody tells of themselves: kept when they register, changed when they wish, never by a stranger."""

import pytest

from tests.builders import an_attendee
from tests.cast import ANNA
from tests.clock import Clock
from tests.flows.deeds import attend, look
from tests.flows.people import arrange, kinds, register
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.question import Answer, Question, QuestionKind
from zoom_bridge.domain.refusals import EventCancelled, NotAllowed, NotFound
from zoom_bridge.flows import hosting, registering

FROM_CELLE = Answer("town", "Woher?", ("Celle",))
TOLD = an_attendee(needs="Untertitel", asks="Warum?", answers=(FROM_CELLE,))
OTHERWISE = an_attendee(needs="nichts", asks="", answers=(Answer("town", "Woher?", ("Ulm",)),))


def test_what_somebody_tells_with_their_registration_is_kept(bridge: Bridge, event: Event) -> None:
    register(bridge, event, TOLD)

    anna = look(bridge, event, ANNA)
    assert (anna.needs, anna.asks, anna.answers) == ("Untertitel", "Warum?", (FROM_CELLE,))


def test_who_has_a_seat_and_registers_again_with_other_answers_keeps_the_first_and_gets_the_letter(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, TOLD)
    clock.advance(minutes=5)

    register(bridge, event, OTHERWISE)

    anna = look(bridge, event, ANNA)
    assert (anna.needs, anna.asks, anna.answers) == ("Untertitel", "Warum?", (FROM_CELLE,))
    assert kinds(bridge, event) == ["please_confirm", "confirmation", "confirmation"]


def test_who_has_not_confirmed_and_registers_again_has_the_last_word(bridge: Bridge, event: Event) -> None:
    register(bridge, event, TOLD)

    register(bridge, event, OTHERWISE)

    anna = look(bridge, event, ANNA)
    assert (anna.needs, anna.asks, anna.answers) == ("nichts", "", OTHERWISE.answers)


def test_changed_details_are_kept_and_zoom_is_not_bothered(bridge: Bridge, event: Event) -> None:
    (before,) = attend(bridge, event, TOLD)
    arrange(bridge, event, questions=(Question("new", QuestionKind.TEXT, "Neu?"),))
    new = Answer("new", "Neu?", ("ja",))

    changed = an_attendee(first_name="Anne", language="en", needs="", answers=(new,), email="")
    registering.change_details(bridge.db, before.key, changed)

    anna = look(bridge, event, ANNA)
    assert (anna.first_name, anna.language, anna.needs, anna.email) == ("Anne", "en", "", ANNA.email)
    assert anna.answers == (new, FROM_CELLE), "an answer outlives its question"
    assert (anna.revision, anna.privacy_version) == (before.revision, before.privacy_version)
    assert kinds(bridge, event) == ["please_confirm", "confirmation"]


def test_nobody_changes_a_place_that_is_given_back_or_not_there(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, clock())

    with pytest.raises(NotAllowed):
        registering.change_details(bridge.db, anna.key, OTHERWISE)
    with pytest.raises(NotFound):
        registering.change_details(bridge.db, "nobody", OTHERWISE)
    assert look(bridge, event, ANNA).needs == ""


def send_link(bridge: Bridge, event: Event, email: str = ANNA.email) -> None:
    registering.send_link_again(bridge.db, event.slug, email, bridge.clock())


def test_the_link_is_sent_again_to_whoever_is_registered_however_the_address_is_spelled(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    clock.advance(minutes=5)

    send_link(bridge, event, "ANNA@example.org")
    send_link(bridge, event, "nobody@example.org")

    assert kinds(bridge, event) == ["please_confirm", "confirmation", "confirmation"]


def test_a_way_back_is_sent_to_whoever_cancelled_and_nothing_to_whom_others_took_off(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, clock())
    clock.advance(minutes=5)
    send_link(bridge, event)
    assert kinds(bridge, event)[2:] == ["goodbye", "goodbye"]

    registering.come_back(bridge.db, anna.key, clock())
    registering.cancel_by_organiser(bridge.db, anna.id, clock())
    clock.advance(hours=2)
    before = kinds(bridge, event)
    send_link(bridge, event)

    assert kinds(bridge, event) == before


def test_links_fill_no_mailbox(bridge: Bridge, event: Event, clock: Clock) -> None:
    attend(bridge, event, ANNA)
    for _ in range(20):
        clock.advance(minutes=2)
        send_link(bridge, event)

    assert len(kinds(bridge, event)) == 4, "please confirm, and three confirmations within an hour"


def test_no_links_to_what_is_called_off_or_not_there(bridge: Bridge, event: Event, clock: Clock) -> None:
    hosting.cancel_event(bridge.db, event.id, clock())

    with pytest.raises(EventCancelled):
        send_link(bridge, event)
    with pytest.raises(NotFound):
        registering.send_link_again(bridge.db, "nowhere", ANNA.email, clock())
