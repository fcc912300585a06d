"""Cancelling, coming back, and where the join button leads meanwhile."""

from contextlib import suppress

import pytest

from tests.builders import an_attendee
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import at_zoom, attend, count, in_zoom, letters, look, run
from tests.flows.people import at_once, kinds, register
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import (
    LinkExpired,
    NotAllowed,
)
from zoom_bridge.domain.registration import Door, Standing
from zoom_bridge.flows import registering
from zoom_bridge.simulator.world import World


def test_cancelling_frees_the_seat_and_reaches_zoom(
    bridge: Bridge, event: Event, world: World, mailbox: Mailbox
) -> None:
    anna, _ = attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants", "send_mail")

    registering.cancel(bridge.db, anna.key, bridge.clock())
    run(bridge, "sync_registrants", "send_mail")

    assert at_zoom(world) == [BEN.email]
    assert count(bridge, event) == 1
    assert letters(bridge, anna)[-1] == ("goodbye", "sent")
    assert "METHOD:CANCEL" in mailbox.last(ANNA.email).calendar


def test_cancelling_twice_is_cancelling_once(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, clock())
    once = look(bridge, event, ANNA)

    registering.cancel(bridge.db, anna.key, clock.advance(hours=1))
    registering.cancel_by_organiser(bridge.db, anna.id, clock())

    assert look(bridge, event, ANNA) == once
    assert kinds(bridge, event).count("goodbye") == 1


def test_who_cancelled_can_come_back_and_is_brought_to_zoom_again(
    bridge: Bridge, event: Event, world: World
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    registering.cancel(bridge.db, anna.key, bridge.clock())
    run(bridge, "sync_registrants")

    registering.come_back(bridge.db, anna.key, bridge.clock())
    registering.come_back(bridge.db, anna.key, bridge.clock())
    run(bridge, "sync_registrants")

    (registrant,) = in_zoom(world)[0].registrants.values()
    assert look(bridge, event, ANNA).registrant_id == registrant.id
    assert kinds(bridge, event) == ["please_confirm", "confirmation", "goodbye", "confirmation"]


def test_the_goodbye_of_somebody_who_is_back_already_is_not_sent(bridge: Bridge, event: Event) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, bridge.clock())
    registering.come_back(bridge.db, anna.key, bridge.clock())

    run(bridge, "send_mail")

    assert ("goodbye", "superseded") in letters(bridge, anna)


def test_who_was_taken_off_the_list_by_an_organiser_may_not_come_back_by_themselves(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel_by_organiser(bridge.db, anna.id, clock.advance(minutes=10))
    before = kinds(bridge, event)

    with pytest.raises(NotAllowed):
        registering.come_back(bridge.db, anna.key, clock())
    register(bridge, event)

    assert look(bridge, event, ANNA).standing is Standing.CANCELLED
    assert kinds(bridge, event) == before, "the form answers as always, and nothing happens"


def test_who_cancelled_and_registers_anew_confirms_anew(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, clock.advance(minutes=10))

    register(bridge, event)

    again = look(bridge, event, ANNA)
    assert again.standing is Standing.UNCONFIRMED
    assert again.id == anna.id
    assert kinds(bridge, event)[-1] == "please_confirm"
    with pytest.raises(LinkExpired):
        registering.come_back(bridge.db, anna.key, clock())


def test_who_cancelled_and_registers_anew_is_taken_off_zooms_list_until_they_confirm(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    registering.cancel(bridge.db, anna.key, clock.advance(minutes=10))
    register(bridge, event)

    run(bridge, "sync_registrants")
    before = at_zoom(world)
    registering.confirm(bridge.db, anna.key, clock())
    run(bridge, "sync_registrants")

    assert before == []
    assert at_zoom(world) == [ANNA.email]


def test_the_link_in_an_old_letter_confirms_nothing_after_a_cancellation(bridge: Bridge, event: Event) -> None:
    (anna,) = attend(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, bridge.clock())

    with pytest.raises(LinkExpired):
        registering.confirm(bridge.db, anna.key, bridge.clock())


def test_cancel_and_confirm_at_the_same_moment_leave_one_truth(bridge: Bridge, event: Event) -> None:
    for n in range(6):
        person = an_attendee(email=f"guest{n}@example.org")
        register(bridge, event, person)
        key = look(bridge, event, person).key

        def confirm(key: str = key) -> None:
            with suppress(LinkExpired):
                registering.confirm(bridge.db, key, bridge.clock())

        at_once(2, lambda n, key=key, confirm=confirm: (confirm, _cancel(bridge, key))[n]())

        found = look(bridge, event, person)
        changes = sum(moment is not None for moment in (found.confirmed_at, found.cancelled_at))
        assert found.revision == changes, "each change has a revision of its own"
        assert found.cancelled_at is not None


def _cancel(bridge: Bridge, key: str):
    return lambda: registering.cancel(bridge.db, key, bridge.clock())


def test_the_join_button_waits_leads_and_closes(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    doors = [registering.join(bridge.db, anna.key, clock())[0]]
    clock.set(event.doors_open_at)
    doors.append(registering.join(bridge.db, anna.key, clock())[0])
    run(bridge, "sync_webinars", "sync_registrants")
    door, join_url = registering.join(bridge.db, anna.key, clock())
    clock.set(event.doors_close_at)
    doors.append(registering.join(bridge.db, anna.key, clock())[0])

    assert doors == [Door.TOO_EARLY, Door.NOT_READY, Door.OVER]
    assert (door, join_url) == (Door.OPEN, look(bridge, event, ANNA).join_url)


def test_the_first_click_is_remembered_and_no_other(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    registering.join(bridge.db, anna.key, clock())
    first = clock.set(event.starts_at)

    registering.join(bridge.db, anna.key, first)
    registering.join(bridge.db, anna.key, clock.advance(minutes=3))

    assert look(bridge, event, ANNA).first_clicked_at == first


def test_who_cancelled_is_not_let_in_from_that_moment(bridge: Bridge, event: Event, clock: Clock) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    clock.set(event.starts_at)
    registering.cancel(bridge.db, anna.key, clock())

    assert registering.join(bridge.db, anna.key, clock()) == (Door.CANCELLED, None)
