"""Zoom's whole list against ours: whatever no webhook told, both agree in the end."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA, OLGA_EMAIL
from tests.clock import Clock
from tests.flows.deeds import asked, at_zoom, attend, in_zoom, letters, look, rows, run, twin
from tests.flows.registrants import clear, guests
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event, Panelist
from zoom_bridge.domain.look import LookKind
from zoom_bridge.domain.registration import Attendee, Standing, ZoomStanding
from zoom_bridge.flows import hosting, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import registrations

pytestmark = pytest.mark.usefixtures("patient_zoom")


@pytest.fixture
def there(bridge: Bridge, event: Event, world: World, clock: Clock) -> Any:
    """Zoom's webinar with Anna and Ben, long agreed on; whatever Zoom tells of it from now on gets lost."""
    attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_registrants")
    clock.advance(hours=1)
    compare(bridge)
    clear(bridge)
    return in_zoom(world)[0]


def compare(bridge: Bridge, event_id: int | None = None) -> None:
    """As after "sync again"."""
    for event in rows(bridge, "events"):
        hosting.sync_again(bridge.db, event.id, bridge.clock())
    run(bridge, "compare_registrants")


def settle(bridge: Bridge, clock: Clock) -> None:
    """Two looks, a minute apart, and what follows from them."""
    for _ in range(2):
        compare(bridge)
        run(bridge, "sync_registrants")
        clock.advance(seconds=61)


def due_at(bridge: Bridge) -> Any:
    (row,) = rows(bridge, "looks", kind=LookKind.REGISTRANTS)
    return row.due_at


def join_zooms_list(world: World, webinar: Any, person: Attendee, **how: Any) -> Any:
    return world.register(webinar.id, person.email, person.first_name, person.last_name, **how)


def test_lists_that_agree_cost_three_calls_and_change_nothing(
    bridge: Bridge, event: Event, there: Any, clock: Clock
) -> None:
    before = rows(bridge, "registrations")

    compare(bridge)

    assert asked(bridge) == ["GET registrants"] * 3
    assert rows(bridge, "registrations") == before
    assert due_at(bridge) == clock() + timedelta(hours=6)


def test_in_the_last_day_the_list_is_read_every_hour_and_after_the_end_no_more(
    bridge: Bridge, event: Event, there: Any, clock: Clock
) -> None:
    clock.set(event.starts_at - timedelta(hours=26))
    compare(bridge)
    last_day = due_at(bridge)
    clock.set(last_day)
    compare(bridge)
    hourly = due_at(bridge)
    clock.set(event.ends_at)
    compare(bridge)

    assert last_day == event.starts_at - timedelta(hours=24)
    assert hourly == last_day + timedelta(hours=1)
    assert due_at(bridge) is None


def test_who_vanished_at_zoom_is_added_again_but_not_before_two_lists_said_so(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    world.remove_registrant(there.id, str(look(bridge, event, ANNA).registrant_id))

    compare(bridge)
    run(bridge, "sync_registrants")
    once = at_zoom(world)
    assert due_at(bridge) == clock() + timedelta(seconds=60)
    clock.advance(seconds=60)
    run(bridge, "compare_registrants", "sync_registrants")

    anna = look(bridge, event, ANNA)
    assert once == [BEN.email]
    assert at_zoom(world) == [ANNA.email, BEN.email]
    assert anna.registrant_id in there.registrants
    assert anna.absent_at is None


def test_who_is_seen_again_was_never_gone(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    """Z21: a list that is behind its own writes."""
    attend(bridge, event, CHIARA)
    run(bridge, "sync_registrants")
    clock.advance(seconds=61)
    world.faults.stale_lists(seconds=600, times=3)
    clear(bridge)

    settle(bridge, clock)

    assert look(bridge, event, CHIARA).absent_at is None
    assert "POST batch_registrants" not in asked(bridge)


@pytest.mark.parametrize("page", [1, 2, 3])
def test_an_incomplete_list_removes_nobody(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock, page: int
) -> None:
    """Z20: one of its three parts cannot be read."""
    registrant = join_zooms_list(world, there, CHIARA, approve=True)
    compare(bridge)
    world.remove_registrant(there.id, registrant.id)
    clock.advance(hours=1)
    world.faults.add(failing_read(page))

    for _ in range(5):
        compare(bridge)
        clock.advance(seconds=61)

    assert look(bridge, event, CHIARA).active
    assert look(bridge, event, CHIARA).absent_at is None


def failing_read(page: int) -> Any:
    from zoom_bridge.simulator.faults import Fault, Kind

    class FromThatPageOn(Fault):
        read = 0

        def strikes(self, method: str, path: str) -> bool:
            if method == "GET" and path.endswith("/registrants"):
                self.read += 1
                if self.read == page:
                    self.read = 0
                    return True
            return False

    return FromThatPageOn(kind=Kind.STATUS)


def test_who_cancelled_here_and_is_still_there_is_taken_off(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    registering.cancel(bridge.db, look(bridge, event, ANNA).key, clock())
    run(bridge, "sync_registrants")
    join_zooms_list(world, there, ANNA, approve=True)
    clock.advance(minutes=2)

    compare(bridge)
    run(bridge, "sync_registrants")

    assert at_zoom(world) == [BEN.email]
    assert look(bridge, event, ANNA).zoom_standing is ZoomStanding.REMOVED


@pytest.mark.parametrize("welcome", [True, False])
def test_who_came_by_zooms_form_appears_here_with_a_letter_if_that_is_wanted(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock, welcome: bool
) -> None:
    draft = a_draft(zoom_host=event.zoom_host, welcome_zoom=welcome)
    hosting.change_event(bridge.db, event.id, draft, clock())
    join_zooms_list(world, there, CHIARA, approve=True)

    compare(bridge)

    chiara = look(bridge, event, CHIARA)
    assert (chiara.source, chiara.standing) == ("zoom", Standing.REGISTERED)
    assert chiara.join_url
    assert [kind for kind, _ in letters(bridge, chiara)] == (["confirmation"] if welcome else [])
    assert run(bridge, "sync_registrants") == 0, "Zoom knows already"


def test_who_waits_there_waits_here_and_who_was_let_in_or_denied_there_follows(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    registrant = join_zooms_list(world, there, CHIARA)
    compare(bridge)
    waiting = look(bridge, event, CHIARA).standing
    world.change_status(there.id, "approve", registrant.id, clock.advance(minutes=5))
    clock.advance(minutes=5)
    compare(bridge)
    seated = look(bridge, event, CHIARA).standing
    world.change_status(there.id, "deny", registrant.id, clock.advance(minutes=5))
    clock.advance(minutes=5)
    compare(bridge)

    assert waiting is Standing.WAITS_FOR_APPROVAL
    assert seated is Standing.REGISTERED
    assert look(bridge, event, CHIARA).cancelled_by == "zoom"


def test_who_came_by_zooms_form_and_left_there_is_cancelled_here_after_two_lists(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    registrant = join_zooms_list(world, there, CHIARA, approve=True)
    compare(bridge)
    clock.advance(hours=1)
    world.remove_registrant(there.id, registrant.id)

    settle(bridge, clock)

    assert look(bridge, event, CHIARA).cancelled_by == "zoom"
    assert at_zoom(world) == [ANNA.email, BEN.email]


def test_one_of_ours_who_was_denied_there_loses_the_seat_as_by_the_webhook(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    world.change_status(there.id, "deny", str(look(bridge, event, ANNA).registrant_id), clock())

    compare(bridge)

    assert look(bridge, event, ANNA).cancelled_by == "zoom"


def test_another_join_url_there_is_taken_over(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    there.registrants[look(bridge, event, ANNA).registrant_id].tk = "another"

    compare(bridge)

    assert "another" in (look(bridge, event, ANNA).join_url or "")


@pytest.mark.parametrize("ours_stays", [True, False])
def test_an_address_that_is_there_twice_is_there_once(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock, ours_stays: bool
) -> None:
    first = there.registrants[look(bridge, event, ANNA).registrant_id]
    twin_id = double(world, there, first)
    if not ours_stays:
        world.remove_registrant(there.id, first.id)

    compare(bridge)

    kept = first.id if ours_stays else twin_id
    assert [one.id for one in there.registrants.values() if one.email == ANNA.email] == [kept]
    assert look(bridge, event, ANNA).registrant_id == kept
    assert look(bridge, event, ANNA).join_url == world.join_url(there, there.registrants[kept])


def double(world: World, webinar: Any, registrant: Any) -> str:
    """A twin of somebody, which the pretend Zoom would not make by itself."""
    from dataclasses import replace

    copy = replace(registrant, id=world.new_id(), tk="copy")
    webinar.registrants[copy.id] = copy
    return str(copy.id)


def test_people_of_the_panel_and_hosts_are_no_attendees(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    panel = (Panelist("Chiara Conti", email=CHIARA.email),)
    draft = a_draft(zoom_host=event.zoom_host, alternative_hosts=OLGA_EMAIL, panelists=panel)
    join_zooms_list(world, there, CHIARA, approve=True)
    hosting.change_event(bridge.db, event.id, draft, clock())

    compare(bridge)

    assert {row.email for row in rows(bridge, "registrations")} == {ANNA.email, BEN.email}


def test_who_is_on_the_panel_has_a_place_here_and_none_at_zoom_until_they_leave_it(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    seated = a_draft(zoom_host=event.zoom_host, panelists=(Panelist("Chiara Conti", email=CHIARA.email),))
    hosting.change_event(bridge.db, event.id, seated, clock())
    attend(bridge, event, CHIARA)
    run(bridge, "sync_registrants")
    chiara = look(bridge, event, CHIARA)
    assert chiara.zoom_standing is ZoomStanding.IN_LINE
    assert "link of their own" in str(chiara.last_error)
    assert at_zoom(world) == [ANNA.email, BEN.email]

    hosting.change_event(bridge.db, event.id, a_draft(zoom_host=event.zoom_host, panelists=()), clock())
    clock.advance(minutes=2)
    compare(bridge)
    run(bridge, "sync_registrants")

    assert look(bridge, event, CHIARA).join_url
    assert look(bridge, event, CHIARA).last_error is None


def test_a_long_list_is_read_page_by_page_and_its_place_lost_on_the_way_harms_nobody(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    for person in guests(310):
        join_zooms_list(world, there, person, approve=True)
    world.faults.lose_page()

    compare(bridge)

    assert len(rows(bridge, "registrations", source="zoom")) == 310
    assert len(asked(bridge)) == 2 + 2 + 2


def test_a_webinar_that_is_gone_is_noticed(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    world.delete_webinar(there.id)

    compare(bridge)

    assert twin(bridge, event).gone_at == clock()
    assert due_at(bridge) is None


def test_trouble_on_the_way_brings_the_next_look_forward(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    world.faults.fail(500, "POST", "/batch_registrants")
    attend(bridge, event, CHIARA)
    run(bridge, "sync_registrants")
    clock.advance(seconds=10)
    run(bridge, "sync_registrants")

    assert look(bridge, event, CHIARA).join_url
    assert due_at(bridge) == clock() + timedelta(seconds=60)


def test_an_event_moved_after_its_end_has_its_list_read_again(
    bridge: Bridge, event: Event, there: Any, clock: Clock
) -> None:
    clock.set(event.ends_at)
    compare(bridge)
    over = due_at(bridge)
    week = timedelta(days=7)
    moments = ("starts_at", "ends_at", "starts_wall", "ends_wall")
    moved = {name: getattr(event, name) + week for name in moments}

    hosting.change_event(bridge.db, event.id, a_draft(zoom_host=event.zoom_host, **moved), clock())
    run(bridge, "sync_webinars")

    assert over is None
    assert due_at(bridge) == clock() + timedelta(hours=6)


def test_an_address_that_is_there_twice_and_given_up_here_does_not_have_the_list_read_every_minute(
    bridge: Bridge, event: Event, there: Any, world: World, clock: Clock
) -> None:
    anna = look(bridge, event, ANNA)
    with bridge.db.transaction() as connection:
        registrations.tell_zoom(connection, anna, clock())
        registrations.change(connection, anna.id, due_at=None, gave_up_at=clock())
    double(world, there, there.registrants[str(anna.registrant_id)])
    world.remove_registrant(there.id, str(anna.registrant_id))
    clock.set(due_at(bridge))

    run(bridge, "compare_registrants")

    assert due_at(bridge) == clock() + timedelta(hours=6)
