"""Registrants at Zoom: thirty to a call, nobody twice, nobody lost, and one poisoned address stops nobody else."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import run_wsgi_app

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import (
    announce,
    asked,
    at_zoom,
    attend,
    during,
    in_zoom,
    kill_during,
    look,
    rows,
    run,
    twin,
)
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee, ZoomStanding
from zoom_bridge.flows import hosting, receiving, registering
from zoom_bridge.simulator.faults import RetryAfter
from zoom_bridge.simulator.world import World
from zoom_bridge.store import claims

ADDING, LETTING_IN, TAKING_OFF = "POST .*/batch_registrants", "PUT .*/status", "DELETE .*/registrants/.*"


@pytest.fixture(autouse=True)
def a_webinar(bridge: Bridge, event: Event, world: World) -> None:
    """Zoom has the event already, and is in no hurry to say "too many"."""
    world.quotas.plan = "unlimited"
    run(bridge, "sync_webinars")
    clear(bridge)


def guests(number: int) -> list[Attendee]:
    return [an_attendee(email=f"guest{n}@example.org", first_name=f"Guest{n}") for n in range(number)]


def sync(bridge: Bridge) -> int:
    return run(bridge, "sync_registrants")


def sync_until_quiet(bridge: Bridge, clock: Clock, hours: float = 1) -> None:
    end = clock() + timedelta(hours=hours)
    while due := [row.due_at for row in rows(bridge, "registrations") if row.due_at and row.due_at <= end]:
        clock.set(max(min(due), clock()))
        sync(bridge)


def clear(bridge: Bridge) -> None:
    (network,) = bridge.zoom._session.adapters.values()
    network.asked.clear()


def adds(bridge: Bridge) -> int:
    return asked(bridge).count("POST batch_registrants")


def from_zooms_form(bridge: Bridge, world: World, person: Attendee) -> str:
    (webinar,) = in_zoom(world)
    world.outgoing.clear()
    registrant = world.register(webinar.id, person.email, person.first_name, person.last_name)
    for delivery in world.outgoing:
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), bridge.clock())
    run(bridge, "apply_webhooks")
    return registrant.id


# --- calls ------------------------------------------------------------------------------------------------------


def test_thirty_people_are_one_call(bridge: Bridge, event: Event, world: World) -> None:
    attend(bridge, event, *guests(30))

    sync(bridge)

    assert asked(bridge) == ["POST batch_registrants"]
    assert len(at_zoom(world)) == 30


def test_seventy_people_are_three_calls_and_everybody_has_their_own_link(
    bridge: Bridge, event: Event, world: World
) -> None:
    people = guests(70)
    attend(bridge, event, *people)

    sync(bridge)

    kept = [look(bridge, event, person) for person in people]
    (webinar,) = in_zoom(world)
    assert adds(bridge) == 3
    assert len({person.join_url for person in kept}) == 70
    for person in kept:
        registrant = webinar.registrants[person.registrant_id]
        assert registrant.email == person.email
        assert registrant.tk in (person.join_url or "")
        assert person.zoom_standing is ZoomStanding.IN_LINE


def test_people_of_two_events_are_not_mixed(bridge: Bridge, event: Event, world: World) -> None:
    other = hosting.create_event(bridge.db, a_draft(title_de="Andere", zoom_host=event.zoom_host), bridge.clock())
    hosting.publish_event(bridge.db, other.id, bridge.clock())
    attend(bridge, event, ANNA)
    attend(bridge, other, ANNA, BEN)

    run(bridge, "sync_webinars", "sync_registrants")

    found = {
        webinar.topic: sorted(one.email for one in webinar.registrants.values()) for webinar in in_zoom(world)
    }
    assert found == {event.title_de: [ANNA.email], "Andere": [ANNA.email, BEN.email]}


def test_names_reach_zoom_and_stay_ours(bridge: Bridge, event: Event, world: World) -> None:
    long = an_attendee(first_name="Ána‮gnp", last_name="N" * 64)
    attend(bridge, event, long)

    sync(bridge)

    (registrant,) = in_zoom(world)[0].registrants.values()
    assert registrant.first_name == "Ána gnp"
    assert look(bridge, event, long).first_name == long.first_name


def test_nobody_is_brought_to_zoom_twice(bridge: Bridge, event: Event) -> None:
    attend(bridge, event, ANNA)
    sync(bridge)
    clear(bridge)

    hosting.sync_again(bridge.db, event.id, bridge.clock())
    sync(bridge)

    assert asked(bridge) == []


def test_unconfirmed_people_are_none_of_zooms_business(bridge: Bridge, event: Event) -> None:
    registering.register(bridge.db, event.slug, ANNA, bridge.clock())

    assert sync(bridge) == 0
    assert asked(bridge) == []


# --- lost answers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mishap", ["lose_answer", "break_json", "truncate"])
def test_after_a_lost_answer_links_are_taken_from_the_list_without_asking_again(
    bridge: Bridge, event: Event, world: World, clock: Clock, mishap: str
) -> None:
    attend(bridge, event, ANNA, BEN)
    getattr(world.faults, mishap)("POST", "/batch_registrants")

    sync_until_quiet(bridge, clock)

    assert adds(bridge) == 1
    assert at_zoom(world) == [ANNA.email, BEN.email]
    for person in (ANNA, BEN):
        kept = look(bridge, event, person)
        assert kept.join_url
        assert kept.asked_zoom_at is None
        assert kept.zoom_standing is ZoomStanding.IN_LINE


@pytest.mark.parametrize("mishap", ["lose_request", "fail"])
def test_after_a_lost_request_the_list_is_read_and_then_asked_again(
    bridge: Bridge, event: Event, world: World, clock: Clock, mishap: str
) -> None:
    attend(bridge, event, ANNA)
    kind = {"lose_request": world.faults.lose_request, "fail": lambda m, p: world.faults.fail(500, m, p)}[mishap]
    kind("POST", "/batch_registrants")

    sync_until_quiet(bridge, clock)

    assert asked(bridge) == ["POST batch_registrants", *["GET registrants"] * 3, "POST batch_registrants"]
    assert at_zoom(world) == [ANNA.email]


@pytest.mark.parametrize("before", [True, False])
def test_a_worker_killed_around_the_call_adds_nobody_twice(
    bridge: Bridge, event: Event, world: World, clock: Clock, before: bool
) -> None:
    attend(bridge, event, *guests(5))
    kill_during(bridge, ADDING, lambda: sync(bridge), before=before)

    clock.advance(claims.LEASE)
    sync_until_quiet(bridge, clock)

    (webinar,) = in_zoom(world)
    assert len(webinar.registrants) == 5
    assert all(person.registrant_id in webinar.registrants for person in rows(bridge, "registrations"))
    assert len(asked(bridge)) == (5 if before else 4)


def test_half_an_answer_is_completed_from_the_list(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Zoom takes everybody and tells only of some."""
    attend(bridge, event, ANNA, BEN)
    forget_in_answer(bridge, BEN)

    sync_until_quiet(bridge, clock)

    assert adds(bridge) == 1
    assert look(bridge, event, BEN).join_url


def test_a_list_that_cannot_be_read_decides_nothing(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    world.faults.lose_answer("POST", "/batch_registrants")
    world.faults.fail(500, "GET", "/registrants", times=4)

    sync_until_quiet(bridge, clock)

    assert adds(bridge) == 1
    assert look(bridge, event, ANNA).join_url


def test_who_cancelled_while_nobody_knew_whether_they_were_added_is_taken_off_the_list(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    world.faults.lose_answer("POST", "/batch_registrants")
    sync(bridge)

    registering.cancel(bridge.db, anna.key, clock())
    sync_until_quiet(bridge, clock)

    assert in_zoom(world)[0].registrants == {}
    assert look(bridge, event, ANNA).zoom_standing is ZoomStanding.REMOVED


def test_who_cancelled_is_taken_off_even_when_zooms_list_is_behind(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    world.faults.lose_answer("POST", "/batch_registrants")
    world.faults.stale_lists(seconds=55)
    sync(bridge)

    registering.cancel(bridge.db, anna.key, clock())
    sync_until_quiet(bridge, clock)

    assert in_zoom(world)[0].registrants == {}


# --- known at Zoom already --------------------------------------------------------------------------------------


def test_who_is_at_zoom_already_keeps_their_place_and_link(bridge: Bridge, event: Event, world: World) -> None:
    (webinar,) = in_zoom(world)
    registrant = world.register(webinar.id, ANNA.email, "Anna", approve=True)
    attend(bridge, event, ANNA)

    sync(bridge)

    anna = look(bridge, event, ANNA)
    assert anna.registrant_id == registrant.id
    assert anna.join_url == world.join_url(webinar, registrant)
    assert len(webinar.registrants) == 1


def test_who_waits_at_zoom_is_approved_with_their_registration_here(
    bridge: Bridge, event: Event, world: World
) -> None:
    registrant_id = from_zooms_form(bridge, world, CHIARA)
    registering.register(bridge.db, event.slug, CHIARA, bridge.clock())
    registering.confirm(bridge.db, look(bridge, event, CHIARA).key, bridge.clock())

    sync(bridge)

    chiara = look(bridge, event, CHIARA)
    assert chiara.registrant_id == registrant_id
    assert chiara.join_url
    assert at_zoom(world) == [CHIARA.email]


def test_who_was_denied_at_zoom_and_approved_here_is_let_in_again(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    sync(bridge)
    (webinar,) = in_zoom(world)
    world.outgoing.clear()
    world.change_status(webinar.id, "deny", str(look(bridge, event, ANNA).registrant_id), clock.advance(hours=1))
    for delivery in world.outgoing:
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), clock())
    run(bridge, "apply_webhooks")

    registering.approve(bridge.db, look(bridge, event, ANNA).id, clock.advance(hours=1))
    sync(bridge)

    assert at_zoom(world) == [ANNA.email]
    assert look(bridge, event, ANNA).join_url


def test_who_was_removed_at_zoom_before_being_let_in_is_added_anew(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    registrant_id = from_zooms_form(bridge, world, CHIARA)
    registering.approve(bridge.db, look(bridge, event, CHIARA).id, clock())
    world.remove_registrant(in_zoom(world)[0].id, registrant_id)

    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == [CHIARA.email]
    assert look(bridge, event, CHIARA).registrant_id != registrant_id


def test_one_who_is_missing_at_zoom_does_not_keep_the_others_waiting(
    bridge: Bridge, event: Event, world: World
) -> None:
    gone = from_zooms_form(bridge, world, CHIARA)
    from_zooms_form(bridge, world, BEN)
    for person in (CHIARA, BEN):
        registering.approve(bridge.db, look(bridge, event, person).id, bridge.clock())
    world.remove_registrant(in_zoom(world)[0].id, gone)

    sync(bridge)

    assert look(bridge, event, BEN).join_url


# --- poisoned ---------------------------------------------------------------------------------------------------


def test_one_poisoned_address_does_not_stop_the_others(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Zoom refuses the whole call, because one of them is the host."""
    host = an_attendee(email="webinar-1@example.org")
    attend(bridge, event, *guests(14), host, BEN)

    sync(bridge)

    stuck = look(bridge, event, host)
    assert len(at_zoom(world)) == 15
    assert stuck.gave_up_at == clock()
    assert "Host cannot register" in (stuck.last_error or "")
    assert stuck.zoom_standing is ZoomStanding.STUCK
    assert sync(bridge) == 0


def test_one_poisoned_address_stops_nobody_even_at_zooms_speed_limit(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Ten calls a second: trying thirty people one by one takes several rounds, and nobody may be asked for so often
    that Zoom sends them away until tomorrow."""
    world.quotas.plan = "pro"
    attend(bridge, event, *guests(15), an_attendee(email="webinar-1@example.org"), *guests(29)[15:])

    sync_until_quiet(bridge, clock, hours=0.1)

    assert len(at_zoom(world)) == 29


def test_one_persons_daily_limit_does_not_stop_the_others(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Zoom takes an address three times a day; somebody who comes and goes must not take thirty others along."""
    (anna,) = attend(bridge, event, ANNA)
    for _ in range(3):
        sync(bridge)
        registering.cancel(bridge.db, anna.key, clock.advance(minutes=1))
        sync(bridge)
        registering.come_back(bridge.db, anna.key, clock.advance(minutes=1))
    attend(bridge, event, *guests(10))

    sync(bridge)

    assert len(at_zoom(world)) == 10
    waiting = look(bridge, event, ANNA)
    assert waiting.gave_up_at is None
    assert waiting.due_at is not None
    assert waiting.due_at.date() == clock().date() + timedelta(days=1)
    sync_until_quiet(bridge, clock, hours=24)
    assert ANNA.email in at_zoom(world)


def test_a_daily_limit_of_the_whole_account_is_not_tried_person_by_person(
    bridge: Bridge, event: Event, world: World
) -> None:
    attend(bridge, event, *guests(30))
    world.faults.too_many(RetryAfter.DAILY, path="/batch_registrants", times=None)

    sync(bridge)

    assert adds(bridge) <= 4
    assert all(row.gave_up_at is None and row.due_at.day == 2 for row in rows(bridge, "registrations"))


def test_somebody_whom_zoom_will_not_take_off_does_not_stop_the_others(
    bridge: Bridge, event: Event, world: World
) -> None:
    people = attend(bridge, event, ANNA, BEN)
    sync(bridge)
    for person in people:
        registering.cancel(bridge.db, person.key, bridge.clock())
    attend(bridge, event, CHIARA)
    refuse(bridge, f"DELETE .*/registrants/{look(bridge, event, ANNA).registrant_id}")

    sync(bridge)

    assert at_zoom(world) == [ANNA.email, CHIARA.email]
    assert look(bridge, event, ANNA).gave_up_at is not None
    assert look(bridge, event, BEN).zoom_standing is ZoomStanding.REMOVED


def test_a_full_webinar_is_said_so_and_the_place_is_kept_here(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    world.faults.full()

    sync(bridge)

    anna = look(bridge, event, ANNA)
    assert anna.active
    assert anna.zoom_standing is ZoomStanding.STUCK
    assert "limit for this webinar" in (anna.last_error or "")
    world.faults.clear()
    hosting.sync_again(bridge.db, event.id, clock())
    sync(bridge)
    assert at_zoom(world) == [ANNA.email]


def test_zoom_being_down_burns_nobody_and_everybody_arrives_afterwards(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, *guests(40))
    world.faults.down()
    end = clock() + timedelta(hours=1)
    while clock() < end:
        sync(bridge)
        clock.advance(minutes=3)
    world.faults.clear()

    sync_until_quiet(bridge, clock)

    assert len(at_zoom(world)) == 40
    assert max(
        in_zoom(world)[0].registrants.values(), key=lambda one: one.created_at
    ).created_at <= end + timedelta(minutes=6)


# --- minds changed during the call ------------------------------------------------------------------------------


def test_who_cancels_during_the_call_is_taken_off_again(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    anna, _ = attend(bridge, event, ANNA, BEN)
    during(bridge, ADDING, lambda: registering.cancel(bridge.db, anna.key, clock()))

    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == [BEN.email]
    assert look(bridge, event, ANNA).zoom_standing is ZoomStanding.REMOVED


def test_who_comes_back_during_the_call_is_there_in_the_end(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    sync(bridge)
    registering.cancel(bridge.db, anna.key, clock())
    during(bridge, TAKING_OFF, lambda: registering.come_back(bridge.db, anna.key, clock()))

    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == [ANNA.email]
    assert look(bridge, event, ANNA).registrant_id in in_zoom(world)[0].registrants


@pytest.mark.parametrize("before", [True, False])
def test_who_comes_back_after_the_worker_died_over_taking_them_off_is_there_in_the_end(
    bridge: Bridge, event: Event, world: World, clock: Clock, before: bool
) -> None:
    """Whether Zoom took them off nobody knows; their old link may be dead."""
    (anna,) = attend(bridge, event, ANNA)
    sync(bridge)
    registering.cancel(bridge.db, anna.key, clock())
    kill_during(bridge, TAKING_OFF, lambda: sync(bridge), before=before)

    registering.come_back(bridge.db, anna.key, clock())
    clock.advance(claims.LEASE)
    sync_until_quiet(bridge, clock)

    (registrant,) = in_zoom(world)[0].registrants.values()
    kept = look(bridge, event, ANNA)
    assert kept.registrant_id == registrant.id
    assert kept.join_url == world.join_url(in_zoom(world)[0], registrant)


@pytest.mark.parametrize("call", [ADDING, TAKING_OFF])
def test_an_organisers_wish_for_a_new_webinar_during_the_call_leaves_no_dead_links(
    bridge: Bridge, event: Event, world: World, clock: Clock, call: str
) -> None:
    anna_and_ben = attend(bridge, event, ANNA, BEN)
    if call == TAKING_OFF:
        sync(bridge)
        registering.cancel(bridge.db, anna_and_ben[1].key, clock())

    def meanwhile() -> None:
        world.delete_webinar(in_zoom(world)[0].id)
        announce(bridge, "webinar.deleted", str(twin(bridge, event).zoom_id), clock())
        run(bridge, "apply_webhooks")
        hosting.recreate_webinar(bridge.db, event.id, clock())

    during(bridge, call, meanwhile)
    sync(bridge)
    run(bridge, "sync_webinars")
    sync_until_quiet(bridge, clock)

    kept = look(bridge, event, ANNA)
    (webinar,) = in_zoom(world)
    assert kept.registrant_id in webinar.registrants
    assert str(webinar.id) in (kept.join_url or "")
    assert twin(bridge, event).gone_at is None


def test_a_webinar_gone_at_zoom_is_noticed_and_nobody_is_tried_for_ever(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    world.delete_webinar(in_zoom(world)[0].id)

    sync_until_quiet(bridge, clock, hours=24)

    assert twin(bridge, event).gone_at is not None
    assert look(bridge, event, ANNA).zoom_standing is ZoomStanding.STUCK
    assert adds(bridge) == 1


def test_an_organisers_denial_at_zoom_during_the_call_is_noticed(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Anna is added anew while the news of her denial at Zoom is applied: in the end both sides say the same."""
    attend(bridge, event, ANNA)
    (webinar,) = in_zoom(world)

    def meanwhile() -> None:
        (registrant,) = webinar.registrants.values()
        clock.advance(seconds=1)
        world.change_status(webinar.id, "deny", registrant.id)
        for delivery in world.outgoing:
            receiving.keep(bridge.db, delivery.event, delivery.body.encode(), clock())
        run(bridge, "apply_webhooks")

    during(bridge, ADDING, meanwhile)
    sync_until_quiet(bridge, clock)

    assert at_zoom(world) == []
    assert not look(bridge, event, ANNA).active
    assert look(bridge, event, ANNA).join_url is None


# --- the network ------------------------------------------------------------------------------------------------


def refuse(bridge: Bridge, call: str) -> None:
    """Zoom refuses this call for good."""
    _interpose(
        bridge, call, lambda answer: b'{"code": 300, "message": "This cannot be done."}', status="400 Bad Request"
    )


def forget_in_answer(bridge: Bridge, person: Attendee) -> None:
    """Zoom's next answer to adding says nothing of this person."""

    def without(answer: bytes) -> bytes:
        told = json.loads(answer)
        told["registrants"] = [one for one in told["registrants"] if one["email"] != person.email]
        return json.dumps(told).encode()

    _interpose(bridge, ADDING, without)


def _interpose(bridge: Bridge, call: str, change: Callable[[bytes], bytes], status: str | None = None) -> None:
    (network,) = bridge.zoom._session.adapters.values()
    usual = network.app

    def changed(environ: Any, start_response: Any) -> Any:
        if not re.fullmatch(call, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"):
            return usual(environ, start_response)
        if status:
            start_response(status, [("Content-Type", "application/json")])
            return [change(b"")]
        body, code, headers = run_wsgi_app(usual, environ, buffered=True)
        answer = change(b"".join(body))
        headers["Content-Length"] = str(len(answer))
        start_response(code, list(headers))
        return [answer]

    network.app = changed
