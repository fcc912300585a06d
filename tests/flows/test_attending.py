"""Zoom's report after the end corrects what its webhooks told, once it can be believed."""

from datetime import timedelta
from typing import Any

import pytest

from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import asked, attend, look, rows, run
from tests.flows.evenings import begin
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import Room, Teller, fold
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import attending, receiving
from zoom_bridge.simulator.world import World
from zoom_bridge.store import reports, sightings

MINUTE = timedelta(minutes=1)


def room(bridge: Bridge, event: Event) -> Room:
    with bridge.db.reading() as connection:
        return fold(sightings.list_for_event(connection, event.id))


def minutes(bridge: Bridge, event: Event) -> dict[str, float]:
    return {one.name: one.time_present(bridge.clock()) / MINUTE for one in room(bridge, event).attendances}


def deliver(bridge: Bridge, world: World, *, losing: str = "nothing") -> None:
    for delivery in world.outgoing:
        if losing not in delivery.event:
            receiving.keep(bridge.db, delivery.event, delivery.body.encode(), bridge.clock())
    world.outgoing.clear()
    run(bridge, "apply_webhooks")


def reconcile(bridge: Bridge, clock: Clock, **later: float) -> None:
    clock.advance(**later)
    run(bridge, "reconcile_attendance")


@pytest.fixture
def webinar(bridge: Bridge, event: Event, world: World, clock: Clock) -> Any:
    """It has just ended: Anna was there for an hour, Ben for half of it. Nothing of the evening is told yet."""
    attend(bridge, event, ANNA, BEN)
    webinar, ids = begin(bridge, event, world, clock)
    world.join(webinar.id, ids[ANNA.email])
    ben = world.join(webinar.id, ids[BEN.email])
    clock.advance(minutes=30)
    world.leave(webinar.id, ben)
    clock.advance(minutes=30)
    world.end(webinar.id)
    return webinar


def test_the_report_outranks_the_webhooks(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world, losing="participant_left")
    before = minutes(bridge, event)

    reconcile(bridge, clock, minutes=2)

    assert before["Ben Brandt"] == 60, "as far as anybody knew"
    assert minutes(bridge, event)["Ben Brandt"] == 30
    assert room(bridge, event).final
    assert {row.teller for row in rows(bridge, "sightings")} == {Teller.WEBHOOK, Teller.REPORT}


def test_all_is_known_from_the_report_even_if_only_the_end_was_told(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world, losing="participant")

    reconcile(bridge, clock, minutes=2)

    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 60, "Ben Brandt": 30}
    anna = next(one for one in room(bridge, event).attendances if one.name == "Anna Albers")
    assert anna.registration_id == look(bridge, event, ANNA).id
    assert anna.matched_by == "registrant_id"


def test_all_is_known_from_the_report_even_if_nothing_at_all_was_told(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world, losing="webinar")
    clock.set(event.ends_at + timedelta(hours=1))

    run(bridge, "look_at_webinars", "reconcile_attendance")

    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 60, "Ben Brandt": 30}
    assert room(bridge, event).final
    assert {row.kind for row in rows(bridge, "takeaways")} == {"questions", "polls", "survey"}
    assert rows(bridge, "looks", kind="webinar")[0].due_at is None, "nothing is left to look for"


def test_a_report_that_knows_less_than_the_webhooks_is_not_believed_until_seen_twice(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)
    world.faults.thin_report(times=None)

    reconcile(bridge, clock, minutes=2)
    first = room(bridge, event).final
    reconcile(bridge, clock, minutes=5)
    too_early = room(bridge, event).final
    reconcile(bridge, clock, minutes=6)

    assert (first, too_early, room(bridge, event).final) == (False, False, True)
    assert len(minutes(bridge, event)) == 2


def test_a_report_that_grows_replaces_its_former_self(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world, losing="participant")
    world.faults.thin_report(times=1)
    reconcile(bridge, clock, minutes=2)
    thin = minutes(bridge, event)

    reconcile(bridge, clock, minutes=11)

    assert len(thin) == 2
    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 60, "Ben Brandt": 30}


def test_a_complete_report_is_looked_at_once_more_and_then_left_alone(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)
    for _ in range(20):
        reconcile(bridge, clock, minutes=11)

    assert asked(bridge).count("GET participants") == 2
    assert rows(bridge, "reports")[0].due_at is None


def test_a_report_that_is_not_there_yet_is_asked_for_again(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)
    sitting = webinar.sittings[0]
    ended_at, sitting.ended_at = sitting.ended_at, None
    for _ in range(5):
        reconcile(bridge, clock, minutes=31)
    sitting.ended_at = ended_at

    reconcile(bridge, clock, minutes=31)
    reconcile(bridge, clock, minutes=31)

    assert room(bridge, event).final
    assert rows(bridge, "reports")[0].last_error is None


def test_an_empty_report_is_no_report(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)
    stays, webinar.sittings[0].stays = webinar.sittings[0].stays, []
    for _ in range(5):
        reconcile(bridge, clock, minutes=11)
    empty = room(bridge, event)
    webinar.sittings[0].stays = stays

    reconcile(bridge, clock, minutes=11)

    assert not empty.final
    assert len(empty.attendances) == 3, "what the webhooks told stays"
    assert room(bridge, event).final


def test_after_a_day_an_empty_report_is_left_alone(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)
    webinar.sittings[0].stays = []
    reconcile(bridge, clock, hours=25)

    assert rows(bridge, "reports")[0].due_at is None
    assert len(room(bridge, event).attendances) == 3


def test_zoom_being_down_after_the_event_costs_no_attendance(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)
    world.faults.down()
    for _ in range(20):
        reconcile(bridge, clock, minutes=10)
    world.faults.clear()

    reconcile(bridge, clock, hours=1)

    assert room(bridge, event).final


def test_the_webinar_started_again_after_its_report_is_running_again(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)
    reconcile(bridge, clock, minutes=2)

    world.start(webinar.id)
    deliver(bridge, world)

    assert room(bridge, event).running
    assert not room(bridge, event).final


def test_the_report_waits_until_zoom_can_have_it(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)

    reconcile(bridge, clock, seconds=59)

    assert "GET participants" not in asked(bridge)


def test_a_report_that_shrinks_is_not_believed_until_seen_twice(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world, losing="participant")
    reconcile(bridge, clock, minutes=2)
    world.faults.thin_report(times=1)
    reconcile(bridge, clock, minutes=11)
    shrunk = minutes(bridge, event)

    reconcile(bridge, clock, minutes=11)
    reconcile(bridge, clock, minutes=11)

    assert shrunk == minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 60, "Ben Brandt": 30}
    assert rows(bridge, "reports")[0].due_at is None


def test_a_report_that_only_corrects_a_time_is_looked_at_again(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    deliver(bridge, world)
    reconcile(bridge, clock, minutes=2)
    ben = webinar.sittings[0].stays[2]
    ben.left_at += 10 * MINUTE

    reconcile(bridge, clock, minutes=11)
    corrected, due_at = minutes(bridge, event), rows(bridge, "reports")[0].due_at
    reconcile(bridge, clock, minutes=11)

    assert corrected["Ben Brandt"] == 40
    assert due_at is not None
    assert rows(bridge, "reports")[0].due_at is None


@pytest.mark.parametrize(
    ("gone", "because"),
    [
        (lambda sitting: sitting.stays.clear(), "Zoom has no report of this sitting yet."),
        (
            lambda sitting: setattr(sitting, "started_at", sitting.started_at - timedelta(days=800)),
            "Zoom has no report of this sitting any more.",
        ),
    ],
)
def test_a_report_that_does_not_come_is_given_up_with_a_reason_and_what_is_known_is_settled(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock, gone: Any, because: str
) -> None:
    deliver(bridge, world)
    gone(webinar.sittings[0])
    before = settled(bridge, event)
    reconcile(bridge, clock, minutes=2)
    reconcile(bridge, clock, hours=25)

    with bridge.db.reading() as connection:
        given_up = reports.find_given_up(connection, event.id)
    assert not before
    assert given_up is not None
    assert (given_up.last_error or "").startswith(because)
    assert len(room(bridge, event).attendances) == 3, "what the webhooks told stays"
    assert settled(bridge, event)


def settled(bridge: Bridge, event: Event) -> bool:
    with bridge.db.reading() as connection:
        return attending.settled(connection, event, sightings.room(connection, event.id))
