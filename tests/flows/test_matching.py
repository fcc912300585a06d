"""Who somebody in the room is, found anew on every look: also when they register later, or their name stops being
theirs alone."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.cast import ANNA, BEN, CHIARA, OLGA_EMAIL
from tests.clock import Clock
from tests.flows.deeds import attend, count, in_zoom, look, rows, run
from tests.flows.evenings import MINUTE, deliver, room
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import Attendance, Match
from zoom_bridge.domain.decision import Appearance, Verdict
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import decisions, tables

OTHER_ANNA = Attendee("Anna", "Albers", "other-anna@example.org")


@pytest.fixture
def running(bridge: Bridge, event: Event, world: World, clock: Clock) -> Any:
    """Anna and Ben are registered, and the webinar runs."""
    attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants")
    world.outgoing.clear()
    (webinar,) = in_zoom(world)
    clock.set(event.starts_at)
    world.start(webinar.id)
    return webinar


def found(bridge: Bridge, event: Event, name: str) -> Attendance:
    return next(one for one in room(bridge, event).attendances if name in {stay.name for stay in one.stays})


def told(bridge: Bridge, event: Event, world: World, name: str) -> tuple[int | None, Match | None]:
    deliver(bridge, world)
    one = found(bridge, event, name)
    return one.registration_id, one.matched_by


def test_a_page_with_zooms_sdk_can_hand_over_the_key_of_our_link(
    bridge: Bridge, event: Event, world: World, running: Any
) -> None:
    anna = look(bridge, event, ANNA)
    world.join(running.id, name="Anna im Browser", customer_key=anna.key)

    assert told(bridge, event, world, "Anna im Browser") == (anna.id, Match.CUSTOMER_KEY)
    assert rows(bridge, "sightings", customer_key=anna.key)[0].matched_by == Match.CUSTOMER_KEY


def test_whose_name_exactly_one_bears_is_that_one_until_another_has_a_seat_under_it(
    bridge: Bridge, event: Event, world: World, running: Any, clock: Clock
) -> None:
    anna = look(bridge, event, ANNA)
    world.join(running.id, name="ANNA  albers")

    alone = told(bridge, event, world, "ANNA  albers")
    attend(bridge, event, OTHER_ANNA)
    two = told(bridge, event, world, "ANNA  albers")
    registering.cancel(bridge.db, look(bridge, event, OTHER_ANNA).key, clock())
    alone_again = told(bridge, event, world, "ANNA  albers")

    assert (alone, two, alone_again) == ((anna.id, Match.NAME), (None, None), (anna.id, Match.NAME))


def test_who_registers_on_our_page_while_they_are_in_the_room_is_recognised(
    bridge: Bridge, event: Event, world: World, running: Any
) -> None:
    world.join(running.id, name="Galaxy A52", email="Chiara@Example.org")
    before = told(bridge, event, world, "Galaxy A52")

    (chiara,) = attend(bridge, event, replace(CHIARA, email="chiara@example.org"))

    assert before == (None, None)
    assert told(bridge, event, world, "Galaxy A52") == (chiara.id, Match.EMAIL)


def test_hosts_panel_and_staff_are_told_apart_from_attendees(
    bridge: Bridge, event: Event, world: World, running: Any, olga: Any
) -> None:
    with bridge.db.transaction() as connection:
        connection.execute(update(tables.panelists).values(email="Petra@example.org"))
        connection.execute(update(tables.events).values(alternative_hosts="other@example.org\nhelp@example.org"))
    world.join(running.id, name="Olga", email=OLGA_EMAIL)
    world.join(running.id, name="Petra", email="petra@example.org")
    world.join(running.id, name="Stand-in", email="Help@example.org")
    world.join(running.id, name="Gast")
    deliver(bridge, world)

    assert found(bridge, event, "Olga").matched_by is Match.STAFF
    assert found(bridge, event, "Petra").matched_by is Match.PANELIST
    assert found(bridge, event, "Stand-in").matched_by is Match.HOST
    assert found(bridge, event, "webinar-1").matched_by is Match.HOST
    assert [one.name for one in room(bridge, event).attendees] == ["Gast"]


def test_a_call_is_theirs_to_whom_zoom_says_it_is_bound(
    bridge: Bridge, event: Event, world: World, running: Any, clock: Clock
) -> None:
    ids = {one.email: one.id for one in running.registrants.values()}
    laptop = world.join(running.id, ids[ANNA.email])
    call = world.join(running.id, device="phone")
    world.bind(running.id, call, laptop)
    clock.advance(minutes=10)
    world.leave(running.id, laptop)
    clock.advance(minutes=20)
    world.end(running.id)
    # The news that it is bound comes first of all.
    deliver(bridge, world, lambda told: sorted(told, key=lambda one: "bind" not in one.event))
    webhooks = found(bridge, event, "Anna Albers")
    clock.advance(minutes=2)
    run(bridge, "reconcile_attendance")
    report = found(bridge, event, "Anna Albers")

    for anna in (webhooks, report):
        assert anna.registration_id == look(bridge, event, ANNA).id
        assert anna.time_present(clock()) == 30 * MINUTE
        assert [stay.by_phone for stay in anna.stays] == [False, True]
    assert len(room(bridge, event).attendees) == 1


def test_a_decision_holds_for_what_was_told_before_and_after_it_and_for_the_report(
    bridge: Bridge, event: Event, world: World, running: Any, clock: Clock
) -> None:
    ben = look(bridge, event, BEN)
    world.join(running.id, name="Galaxy A52")
    deliver(bridge, world)
    with bridge.db.transaction() as connection:
        appearance = Appearance.of(found(bridge, event, "Galaxy A52").stays[0])
        decisions.put(connection, event.id, appearance, Verdict.PERSON, ben.id, None, clock())
    now = told(bridge, event, world, "Galaxy A52")
    world.join(running.id, name="Galaxy A52")
    later = told(bridge, event, world, "Galaxy A52")
    clock.advance(minutes=30)
    world.end(running.id)
    deliver(bridge, world)
    clock.advance(minutes=2)
    run(bridge, "reconcile_attendance")

    assert now == later == told(bridge, event, world, "Galaxy A52") == (ben.id, Match.DECISION)
    assert room(bridge, event).final


def test_forgetting_leaves_the_counts_as_they_were_understood(
    bridge: Bridge, event: Event, world: World, running: Any, clock: Clock
) -> None:
    ids = {one.email: one.id for one in running.registrants.values()}
    world.join(running.id, ids[ANNA.email])
    world.join(running.id, name="Anna Albers")
    world.join(running.id, ids[BEN.email], device="tablet", name="Somebody else")
    world.join(running.id, ids[BEN.email])
    world.join(running.id, name="Helping hand")
    deliver(bridge, world)
    with bridge.db.transaction() as connection:
        for name, verdict in (("Somebody else", Verdict.GUEST), ("Helping hand", Verdict.STAFF)):
            stay = next(one for one in found(bridge, event, name).stays if one.name == name)
            decisions.put(connection, event.id, Appearance.of(stay), verdict, None, None, clock())
    before = room(bridge, event)

    clock.set(event.forget_at + timedelta(hours=1))
    run(bridge, "forget")
    after = room(bridge, event)

    assert len(before.attendees) == len(after.attendees) == 3
    assert len(before.attendances) == len(after.attendances) == 5
    assert sorted(one.visits for one in before.attendees) == sorted(one.visits for one in after.attendees)
    left = rows(bridge, "sightings")
    assert not {(row.name, row.email, row.registrant, row.customer_key) for row in left} - {("",) * 4}
    assert count(bridge, event) == 0
