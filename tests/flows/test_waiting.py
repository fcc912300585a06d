"""The waiting list: nobody is turned away from a full event, nobody overtakes, and every seat that becomes free belongs
to whoever has waited longest, at once."""

from datetime import timedelta

import pytest

from tests.builders import an_attendee
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import at_zoom, attend, count, in_zoom, look, run
from tests.flows.evenings import deliver
from tests.flows.people import arrange, at_once, kinds, register
from tests.mailbox import Letter, Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import EventFull, NotAllowed
from zoom_bridge.domain.registration import Attendee, Standing
from zoom_bridge.flows import forgetting, hosting, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import registrations

DORA = an_attendee(first_name="Dora", last_name="Dohm", email="dora@example.org")


@pytest.fixture
def full(bridge: Bridge, event: Event, clock: Clock) -> Event:
    """One place, which is Anna's; Ben and then Chiara wait for it."""
    arrange(bridge, event, capacity=1, waiting_list=True)
    for person in (ANNA, BEN, CHIARA):
        attend(bridge, event, person)
        clock.advance(minutes=1)
    return event


def cancel(bridge: Bridge, event: Event, person: Attendee) -> None:
    registering.cancel(bridge.db, look(bridge, event, person).key, bridge.clock())


def standings(bridge: Bridge, event: Event, *people: Attendee) -> list[Standing]:
    return [look(bridge, event, person).standing for person in people]


def newest(mailbox: Mailbox, person: Attendee) -> Letter:
    return [letter for letter in mailbox.letters if letter.recipient == person.email][-1]


def line(bridge: Bridge, event: Event) -> list[str]:
    with bridge.db.reading() as connection:
        ids = registrations.waiting_ids(connection, event.id)
        people = {one.id: one for one in registrations.list_some(connection, ids)}
    return [people[id_].first_name for id_ in ids]


# onto it


def test_who_comes_when_all_seats_are_taken_waits_and_zoom_hears_nothing_of_them(
    bridge: Bridge, full: Event, world: World
) -> None:
    run(bridge, "sync_webinars", "sync_registrants")

    ben = look(bridge, full, BEN)
    assert (ben.standing, ben.active, count(bridge, full)) == (Standing.WAITING_LIST, False, 1)
    assert kinds(bridge, full, BEN) == ["please_confirm", "waiting"]
    assert line(bridge, full) == ["Ben", "Chiara"]
    assert at_zoom(world) == [ANNA.email]


def test_without_a_waiting_list_full_is_full(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, capacity=1, waiting_list=False)
    attend(bridge, event, ANNA)

    with pytest.raises(EventFull):
        register(bridge, event, BEN)


def test_the_place_in_line_is_that_of_the_confirmation_and_not_of_the_form(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    arrange(bridge, event, capacity=1, waiting_list=True)
    attend(bridge, event, ANNA)
    register(bridge, event, BEN)
    clock.advance(minutes=1)
    attend(bridge, event, CHIARA)
    clock.advance(minutes=1)

    registering.confirm(bridge.db, look(bridge, event, BEN).key, clock())

    assert line(bridge, event) == ["Chiara", "Ben"]


def test_confirming_or_registering_again_costs_nobody_their_place_in_line(
    bridge: Bridge, full: Event, clock: Clock
) -> None:
    registering.confirm(bridge.db, look(bridge, full, BEN).key, clock.advance(hours=1))
    register(bridge, full, BEN)

    assert line(bridge, full) == ["Ben", "Chiara"]
    assert kinds(bridge, full, BEN) == ["please_confirm", "waiting", "waiting"]


def test_without_a_confirmation_to_wait_for_they_are_in_line_at_once(bridge: Bridge, event: Event) -> None:
    arrange(bridge, event, capacity=1, waiting_list=True, double_opt_in=False)
    register(bridge, event, ANNA)

    register(bridge, event, BEN)

    assert kinds(bridge, event, BEN) == ["waiting"]


def test_who_waits_does_not_lapse_like_somebody_who_never_confirmed(
    bridge: Bridge, full: Event, clock: Clock
) -> None:
    register(bridge, full, DORA)

    forgetting.forget_leftovers(bridge.db, clock.advance(hours=73))

    assert line(bridge, full) == ["Ben", "Chiara"]
    with pytest.raises(AssertionError):
        look(bridge, full, DORA)


# up from it


def test_the_seat_that_somebody_gives_back_is_the_next_ones_at_once(
    bridge: Bridge, full: Event, world: World, mailbox: Mailbox
) -> None:
    cancel(bridge, full, ANNA)

    assert standings(bridge, full, ANNA, BEN, CHIARA) == [
        Standing.CANCELLED,
        Standing.REGISTERED,
        Standing.WAITING_LIST,
    ]
    run(bridge, "sync_webinars", "sync_registrants", "send_mail")
    assert at_zoom(world) == [BEN.email]
    up = newest(mailbox, BEN)
    assert up.subject.startswith("A place is yours")
    assert "METHOD:REQUEST" in up.calendar


def test_everything_that_makes_a_seat_free_lets_somebody_move_up(bridge: Bridge, full: Event) -> None:
    attend(bridge, full, DORA)

    registering.cancel_by_organiser(bridge.db, look(bridge, full, ANNA).id, bridge.clock())
    assert line(bridge, full) == ["Chiara", "Dora"]

    arrange(bridge, full, capacity=2, waiting_list=True)
    assert line(bridge, full) == ["Dora"]

    arrange(bridge, full, capacity=None, waiting_list=True)
    assert line(bridge, full) == []
    assert count(bridge, full) == 3


def test_a_seat_that_is_given_back_at_zoom_is_the_next_ones_too(
    bridge: Bridge, full: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars", "sync_registrants")
    deliver(bridge, world)

    world.change_status(
        in_zoom(world)[0].id, "cancel", look(bridge, full, ANNA).registrant_id, clock.advance(hours=1)
    )
    deliver(bridge, world)

    assert standings(bridge, full, ANNA, BEN) == [Standing.CANCELLED, Standing.REGISTERED]


def test_nobody_overtakes_the_list_in_the_moment_a_seat_becomes_free(
    bridge: Bridge, full: Event, clock: Clock
) -> None:
    others = [an_attendee(email=f"{n}@example.org") for n in range(4)]
    for person in others:
        register(bridge, full, person)
    keys = [look(bridge, full, person).key for person in others]
    mine = look(bridge, full, ANNA).key

    at_once(
        5,
        lambda n: (
            registering.cancel(bridge.db, mine, clock())
            if n == 4
            else registering.confirm(bridge.db, keys[n], clock())
        ),
    )

    assert standings(bridge, full, BEN, *others) == [Standing.REGISTERED] + 4 * [Standing.WAITING_LIST]
    assert count(bridge, full) == 1
    assert kinds(bridge, full, BEN).count("moved_up") == 1


def test_a_smaller_room_takes_nobodys_seat_and_lets_nobody_up(bridge: Bridge, full: Event) -> None:
    arrange(bridge, full, capacity=2, waiting_list=True)
    arrange(bridge, full, capacity=1, waiting_list=True)

    cancel(bridge, full, ANNA)

    assert (count(bridge, full), line(bridge, full)) == (1, ["Chiara"])


def test_who_is_on_the_list_moves_up_although_it_takes_nobody_new(bridge: Bridge, full: Event) -> None:
    arrange(bridge, full, capacity=1, waiting_list=False)
    with pytest.raises(EventFull):
        register(bridge, full, DORA)

    cancel(bridge, full, ANNA)

    assert line(bridge, full) == ["Chiara"]


def test_who_moves_up_gets_one_letter_and_no_reminder_whose_time_is_past(
    bridge: Bridge, full: Event, clock: Clock, mailbox: Mailbox
) -> None:
    clock.set(full.starts_at - timedelta(minutes=30))
    run(bridge, "queue_reminders")

    cancel(bridge, full, ANNA)
    run(bridge, "queue_reminders", "send_mail")

    assert kinds(bridge, full, BEN) == ["please_confirm", "waiting", "moved_up"]


def test_an_organiser_gives_a_seat_past_the_others(bridge: Bridge, full: Event) -> None:
    registering.move_up_by_hand(bridge.db, look(bridge, full, CHIARA).id, bridge.clock())
    assert (count(bridge, full), line(bridge, full)) == (2, ["Ben"])

    cancel(bridge, full, ANNA)  # of the two that there are now, the one too many

    assert (count(bridge, full), line(bridge, full)) == (1, ["Ben"])
    with pytest.raises(NotAllowed):
        registering.move_up_by_hand(bridge.db, look(bridge, full, ANNA).id, bridge.clock())


# off it


def test_who_leaves_the_list_is_told_so_and_comes_back_as_the_last(
    bridge: Bridge, full: Event, clock: Clock, mailbox: Mailbox
) -> None:
    run(bridge, "send_mail")

    cancel(bridge, full, BEN)
    assert line(bridge, full) == ["Chiara"]
    run(bridge, "send_mail")
    goodbye = newest(mailbox, BEN)
    assert goodbye.subject.startswith("You are no longer on the waiting list")
    assert goodbye.calendar == ""

    registering.come_back(bridge.db, look(bridge, full, BEN).key, clock.advance(minutes=1))

    assert line(bridge, full) == ["Chiara", "Ben"]


def test_who_gave_a_seat_back_stands_at_the_end_when_they_want_it_again(
    bridge: Bridge, full: Event, clock: Clock, world: World
) -> None:
    run(bridge, "sync_webinars", "sync_registrants")
    cancel(bridge, full, ANNA)

    registering.come_back(bridge.db, look(bridge, full, ANNA).key, clock.advance(minutes=1))

    assert line(bridge, full) == ["Chiara", "Anna"]
    run(bridge, "sync_registrants")
    assert at_zoom(world) == [BEN.email]


# told


def test_who_waits_is_told_when_the_event_moves_and_when_it_is_called_off(
    bridge: Bridge, full: Event, clock: Clock, mailbox: Mailbox
) -> None:
    run(bridge, "send_mail")
    later = {name: getattr(full, name) + timedelta(days=1) for name in ("starts_wall", "ends_wall")}

    arrange(bridge, full, capacity=2, waiting_list=True, **later)
    run(bridge, "send_mail")

    assert kinds(bridge, full, BEN) == ["please_confirm", "waiting", "moved_up"]
    moved = newest(mailbox, CHIARA)
    assert "Sie stehen weiter auf der Warteliste" in " ".join(moved.text.split())
    assert moved.calendar == ""

    hosting.cancel_event(bridge.db, full.id, clock())
    run(bridge, "send_mail")
    called_off = newest(mailbox, CHIARA)
    assert "auf deren Warteliste Sie stehen" in " ".join(called_off.text.split())
    assert called_off.calendar == ""
    assert "METHOD:CANCEL" in newest(mailbox, ANNA).calendar


def test_when_it_is_over_nobody_moves_up_and_who_waits_is_told_nothing(
    bridge: Bridge, full: Event, clock: Clock
) -> None:
    clock.set(full.ends_at)

    cancel(bridge, full, ANNA)
    run(bridge, "queue_reminders")

    assert kinds(bridge, full, BEN) == ["please_confirm", "waiting"]


# callers


def test_a_caller_is_put_on_the_list_if_they_can_be_written_to(bridge: Bridge, full: Event) -> None:
    added = registering.add_caller(bridge.db, full.id, DORA, bridge.clock())
    assert added
    assert added.standing is Standing.WAITING_LIST

    with pytest.raises(EventFull):
        registering.add_caller(bridge.db, full.id, an_attendee(email=""), bridge.clock())
