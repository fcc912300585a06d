"""Zoom's small daily allowances for one person and for one host are never spent to the last by ourselves."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import asked, at_zoom, attend, current, look, run, twin
from tests.flows.registrants import clear, sync, sync_until_quiet
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import hosting, sparing
from zoom_bridge.simulator.world import World
from zoom_bridge.store import budgets, registrations
from zoom_bridge.zoom import answers
from zoom_bridge.zoom.client import Action
from zoom_bridge.zoom.limits import Reach, next_day
from zoom_bridge.zoom.payloads import Registrant

pytestmark = pytest.mark.usefixtures("patient_zoom")


def added(bridge: Bridge, event: Event, times: int) -> None:
    """So often Anna was asked for today."""
    anna = look(bridge, event, ANNA)
    with bridge.db.transaction() as connection:
        name = budgets.of_person("add", str(twin(bridge, event).zoom_id), anna.id)
        budgets.spend(connection, [name], bridge.clock(), times)


def test_nobody_is_asked_for_a_third_time_in_a_day(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    added(bridge, event, times=2)

    sync(bridge)

    anna = look(bridge, event, ANNA)
    midnight = clock().replace(hour=0) + timedelta(days=1)
    assert asked(bridge) == []
    assert anna.last_error == answers.BUSY_FOR_PERSON
    assert anna.due_at is not None
    assert midnight <= anna.due_at <= midnight + timedelta(minutes=1)
    sync_until_quiet(bridge, clock, hours=24)
    assert at_zoom(world) == [ANNA.email]


def test_the_last_time_is_for_somebody_who_presses_a_button(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    added(bridge, event, times=2)
    sync(bridge)

    hosting.sync_again(bridge.db, event.id, clock())
    sync(bridge)

    assert at_zoom(world) == [ANNA.email]


def test_nobody_presses_a_button_a_fourth_time(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    attend(bridge, event, ANNA)
    added(bridge, event, times=3)
    sync(bridge)

    hosting.sync_again(bridge.db, event.id, clock())
    sync(bridge)

    assert asked(bridge) == []


def test_what_never_reached_zoom_was_not_spent(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    """Two requests get lost; Zoom's list tells that they did."""
    attend(bridge, event, ANNA)
    world.faults.lose_request("POST", "/batch_registrants", times=2)

    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == [ANNA.email]
    assert world.quotas.spent_today("registration", str(twin(bridge, event).zoom_id), ANNA.email) == 1


def test_what_somebody_on_the_way_refused_was_not_spent(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """A proxy is out of order for a minute: nobody has to wait until tomorrow for that."""
    attend(bridge, event, ANNA)
    world.faults.answer_with_a_page(404, "POST", "/batch_registrants", times=5)
    began = clock()

    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == [ANNA.email]
    assert clock() < began + timedelta(minutes=5)


def test_letting_in_that_never_reached_zoom_was_not_spent(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    sync(bridge)
    with bridge.db.transaction() as connection:
        registrations.tell_zoom(connection, look(bridge, event, ANNA), clock(), join_url=None)
    world.faults.answer_with_a_page(404, "PUT", "/status", times=12)
    began = clock()

    sync_until_quiet(bridge, clock)

    assert look(bridge, event, ANNA).join_url
    assert clock() < began + timedelta(hours=1)


def test_changes_of_webinars_that_never_reached_zoom_were_not_spent(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    spent = changes(bridge, event)
    world.faults.answer_with_a_page(404, "PATCH", "/webinars/*", times=3)
    hosting.sync_again(bridge.db, event.id, clock())
    later = hosting.create_event(bridge.db, a_draft(zoom_host=event.zoom_host, title_de="Später"), clock())
    world.faults.answer_with_a_page(404, "POST", "/webinars", times=3)

    for _ in range(10):
        run(bridge, "sync_webinars")
        clock.advance(minutes=5)

    assert twin(bridge, event).last_error is None
    assert twin(bridge, later).synced_revision == later.revision
    assert changes(bridge, event) == spent + 3, "an update, and a creation with its update"


def test_a_creation_that_got_lost_is_counted_once(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    spent = changes(bridge, event)
    later = hosting.create_event(bridge.db, a_draft(zoom_host=event.zoom_host, title_de="Später"), clock())
    world.faults.lose_request("POST", "/webinars", times=3)

    for _ in range(20):
        run(bridge, "sync_webinars")
        clock.advance(minutes=5)

    assert twin(bridge, later).synced_revision == later.revision
    assert changes(bridge, event) == spent + 2


def test_one_person_whom_zoom_has_let_in_often_enough_keeps_nobody_else_waiting(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    people = attend(bridge, event, ANNA, BEN)
    sync(bridge)
    with bridge.db.transaction() as connection:
        for person in people:
            known = registrations.find(connection, person.id)
            assert known is not None
            registrations.tell_zoom(connection, known, clock(), join_url=None)
    refused_daily(bridge, look(bridge, event, ANNA).email)

    sync(bridge)

    assert look(bridge, event, BEN).join_url
    assert look(bridge, event, ANNA).last_error == answers.BUSY_FOR_PERSON


def refused_daily(bridge: Bridge, email: str) -> None:
    """Zoom has changed this person's status often enough today."""
    real = bridge.zoom.change_status

    def change_status(webinar_id: str, action: Action, people: Sequence[Registrant]) -> None:
        if any(one.email == email for one in people):
            raise answers.Busy(Reach.PERSON, next_day(bridge.clock()))
        real(webinar_id, action, people)

    bridge.zoom.change_status = change_status  # type: ignore[method-assign]


def changes(bridge: Bridge, event: Event) -> int:
    """What we counted of the host's changes today."""
    name = budgets.of_host(event.zoom_host)
    with bridge.db.reading() as connection:
        return budgets.spent(connection, [name], bridge.clock()).get(name, 0)


def test_a_hosts_changes_of_a_day_are_not_spent_to_the_last(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    with bridge.db.transaction() as connection:
        budgets.spend(connection, [budgets.of_host(event.zoom_host)], clock(), times=sparing.HOST_CHANGES - 10)
    hosting.sync_again(bridge.db, event.id, clock())
    clear(bridge)

    run(bridge, "sync_webinars")

    waiting = twin(bridge, event)
    midnight = clock().replace(hour=0) + timedelta(days=1)
    assert not any(call.startswith(("POST", "PATCH")) for call in asked(bridge))
    assert waiting.last_error == answers.BUSY_FOR_HOST
    assert waiting.due_at is not None
    assert waiting.due_at >= midnight
    clock.set(waiting.due_at)
    run(bridge, "sync_webinars")
    assert twin(bridge, event).synced_revision == current(bridge, event).revision


def test_an_event_of_today_may_spend_what_is_left(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    clock.set(event.starts_at - timedelta(hours=5))
    with bridge.db.transaction() as connection:
        budgets.spend(connection, [budgets.of_host(event.zoom_host)], clock(), times=sparing.HOST_CHANGES - 1)
    hosting.sync_again(bridge.db, event.id, clock())

    run(bridge, "sync_webinars")

    assert twin(bridge, event).last_error is None
    hosting.sync_again(bridge.db, event.id, clock())
    run(bridge, "sync_webinars")
    assert twin(bridge, event).last_error == answers.BUSY_FOR_HOST
