"""Registrants at Zoom: thirty to a call, nobody twice, and whoever is there already keeps their place."""

import pytest

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import (
    asked,
    at_zoom,
    attend,
    in_zoom,
    look,
    run,
)
from tests.flows.registrants import adds, clear, from_zooms_form, guests, sync, sync_until_quiet
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import ZoomStanding
from zoom_bridge.flows import hosting, receiving, registering
from zoom_bridge.simulator.world import World

pytestmark = pytest.mark.usefixtures("patient_zoom")


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
