"""What Zoom tells is kept once and applied once, in whatever order it comes, and nothing of strangers is kept."""

import json
import random
import threading
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import NOW, Clock
from tests.flows.deeds import announce, attend, count, in_zoom, letters, look, rows, run, twin
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import Room, fold
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Standing
from zoom_bridge.flows import hosting, receiving, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import claims, events, registrations, sightings, tables, webinars

MINUTE = timedelta(minutes=1)


def deliver(bridge: Bridge, world: World, change: Callable[[list[Any]], list[Any]] = list) -> None:
    """What the pretend Zoom has to tell is kept, in this order, and applied."""
    for delivery in change(world.outgoing):
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), bridge.clock())
    world.outgoing.clear()
    run(bridge, "apply_webhooks")


def room(bridge: Bridge, event: Event) -> Room:
    with bridge.db.reading() as connection:
        return fold(sightings.list_for_event(connection, event.id))


def minutes(bridge: Bridge, event: Event) -> dict[str, float]:
    found = room(bridge, event)
    return {one.name: one.time_present(bridge.clock()) / MINUTE for one in found.attendances}


def outcomes(bridge: Bridge) -> list[str]:
    return [row.outcome for row in rows(bridge, "deliveries")]


@pytest.fixture
def webinar(bridge: Bridge, event: Event, world: World) -> Any:
    """At Zoom, with Anna and Ben on the list; what Zoom told of that is applied."""
    attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants")
    deliver(bridge, world)
    return in_zoom(world)[0]


def hold(bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock) -> None:
    """An evening: Anna comes, goes and comes again; Ben stays to the end; a guest looks in."""
    ids = {one.email: one.id for one in webinar.registrants.values()}
    clock.set(event.starts_at)
    world.start(webinar.id)
    first = world.join(webinar.id, ids[ANNA.email])
    clock.advance(minutes=10)
    world.join(webinar.id, ids[BEN.email])
    guest = world.join(webinar.id, name="Gast", email="")
    clock.advance(minutes=10)
    world.leave(webinar.id, first)
    world.leave(webinar.id, guest)
    clock.advance(minutes=10)
    world.join(webinar.id, ids[ANNA.email])
    clock.advance(minutes=30)
    world.end(webinar.id)


# --- attendance -------------------------------------------------------------------------------------------------


def test_joins_and_leaves_become_minutes_in_the_room(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)
    deliver(bridge, world)

    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 50, "Ben Brandt": 50, "Gast": 10}
    found = room(bridge, event)
    assert (found.started_at, found.ended_at) == (event.starts_at, clock())


def test_who_is_in_the_room_is_known_while_it_runs(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    clock.set(event.starts_at)
    world.start(webinar.id)
    world.join(webinar.id, next(one.id for one in webinar.registrants.values() if one.email == ANNA.email))
    clock.advance(minutes=5)
    deliver(bridge, world)

    anna = next(one for one in room(bridge, event).attendances if one.registration_id)
    assert room(bridge, event).running
    assert anna.present
    assert anna.registration_id == look(bridge, event, ANNA).id
    assert anna.matched_by == "registrant_id"


@pytest.mark.parametrize(
    "disorder",
    [
        lambda told: told * 2,
        lambda told: told[::-1],
        lambda told: random.Random(1).sample(told * 3, len(told) * 3),
    ],
    ids=["doubled", "backwards", "tripled and shuffled"],
)
def test_the_room_is_the_same_however_the_news_arrive(
    bridge: Bridge,
    event: Event,
    world: World,
    webinar: Any,
    clock: Clock,
    disorder: Callable[[list[Any]], list[Any]],
) -> None:
    hold(bridge, event, world, webinar, clock)

    deliver(bridge, world, disorder)

    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 50, "Ben Brandt": 50, "Gast": 10}
    assert not room(bridge, event).running


def test_a_copy_with_another_body_changes_nothing(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)
    bodies = [(delivery.event, json.loads(delivery.body)) for delivery in world.outgoing]
    deliver(bridge, world)
    before = room(bridge, event)

    for name, body in bodies:
        body["payload"]["object"]["zz_new"] = 1
        receiving.keep(bridge.db, name, json.dumps(body).encode(), bridge.clock())
    run(bridge, "apply_webhooks")

    assert room(bridge, event) == before


def test_news_that_arrived_in_pieces_over_days_give_the_same_room(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)
    told = list(world.outgoing)
    world.outgoing.clear()

    for delivery in reversed(told):
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), clock())
        run(bridge, "apply_webhooks")
        clock.advance(hours=3)

    assert minutes(bridge, event) == {"webinar-1": 60, "Anna Albers": 50, "Ben Brandt": 50, "Gast": 10}


def test_the_webinar_ends_before_the_last_leave_is_told(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)

    deliver(bridge, world, lambda told: [one for one in told if not one.event.endswith("participant_left")])

    assert minutes(bridge, event)["Ben Brandt"] == 50, "closed by the end of the webinar"
    assert not room(bridge, event).running


def test_a_webinar_started_again_has_a_second_sitting_and_counts_together(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    hold(bridge, event, world, webinar, clock)
    anna = next(one.id for one in webinar.registrants.values() if one.email == ANNA.email)
    clock.advance(minutes=5)
    world.start(webinar.id)
    world.join(webinar.id, anna)
    clock.advance(minutes=5)
    world.end(webinar.id)

    deliver(bridge, world, lambda told: random.Random(2).sample(told, len(told)))

    assert minutes(bridge, event)["Anna Albers"] == 55
    assert len({row.sitting for row in rows(bridge, "reports")}) == 2, "each has a report of its own"


def test_a_rehearsal_is_not_the_event(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    clock.set(event.starts_at - timedelta(minutes=30))
    world.start(webinar.id, practice=True)
    clock.advance(minutes=20)
    world.end(webinar.id)

    deliver(bridge, world, lambda told: told[::-1])

    assert room(bridge, event) == Room((), None, None, final=False)
    assert rows(bridge, "reports") == []


def test_somebody_seen_before_zoom_told_that_they_registered_is_recognised(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    clock.set(event.starts_at)
    registrant = world.register(webinar.id, CHIARA.email, "Chiara", "Conti", approve=True)
    world.start(webinar.id)
    world.join(webinar.id, registrant.id)

    deliver(bridge, world, lambda told: told[::-1])

    chiara = look(bridge, event, CHIARA)
    assert chiara.id in {one.registration_id for one in room(bridge, event).attendances}


@pytest.mark.parametrize("name", ["webinar.participant_joined", "webinar.started", "webinar.ended"])
def test_what_names_no_sitting_is_ignored(bridge: Bridge, event: Event, webinar: Any, name: str) -> None:
    participant = {"user_id": "1", "user_name": "Anna"}

    announce(bridge, name, str(webinar.id), NOW, participant=participant)
    run(bridge, "apply_webhooks")

    assert outcomes(bridge)[-1] == "without a sitting"
    assert rows(bridge, "sightings") == []


STEPS = st.lists(
    st.tuples(st.sampled_from(["anna", "ben", "gast"]), st.sampled_from(["join", "leave"]), st.integers(0, 90)),
    max_size=12,
)


@given(STEPS, st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_evening_gives_the_same_room_in_any_order_and_number(
    bridge: Bridge, steps: list[tuple[str, str, int]], dice: random.Random
) -> None:
    told = [("webinar.started", 0, None), ("webinar.ended", 90, None)]
    stays: dict[str, str] = {}
    for n, (who, what, minute) in enumerate(sorted(steps, key=lambda step: step[2])):
        if what == "join":
            stays[who] = f"{who}-{n}"
        told.append((f"webinar.participant_{'joined' if what == 'join' else 'left'}", minute, stays.get(who, who)))
    in_order, shuffled = _told(bridge, told), _told(bridge, dice.sample(told * 2, len(told) * 2))

    def people(found: Room) -> list[Any]:
        return sorted((one.name, one.visits) for one in found.attendances)

    assert people(in_order) == people(shuffled)
    assert (in_order.started_at, in_order.ended_at) == (shuffled.started_at, shuffled.ended_at)


def _told(bridge: Bridge, told: list[tuple[str, int, str | None]]) -> Room:
    """An event of its own, of which Zoom tells this, in this order; who was there."""
    event = hosting.create_event(bridge.db, a_draft(), NOW)
    zoom_id = str(uuid.uuid4().int)[:11]
    with bridge.db.transaction() as connection:
        kept = webinars.find_by_event(connection, event.id)
        assert kept is not None
        webinars.adopt(connection, kept.id, zoom_id, "host@example.org")
    for name, minute, stay in told:
        at = NOW + minute * MINUTE
        participant = stay and {"user_id": stay, "user_name": stay.partition("-")[0]}
        announce(bridge, name, zoom_id, at, uuid=f"sitting-{event.id}", participant=participant)
    run(bridge, "apply_webhooks")
    return room(bridge, event)


# --- registrations ----------------------------------------------------------------------------------------------


def test_our_own_adds_are_told_back_to_us_and_change_nothing(bridge: Bridge, event: Event, world: World) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    before = look(bridge, event, ANNA)

    deliver(bridge, world)

    assert look(bridge, event, ANNA) == before
    assert len(rows(bridge, "registrations")) == 1


def test_a_lost_answer_is_told_by_the_webhook(bridge: Bridge, event: Event, world: World) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars")
    world.faults.lose_answer("POST", "/batch_registrants")
    run(bridge, "sync_registrants")

    deliver(bridge, world)

    assert look(bridge, event, ANNA).join_url


def test_who_registers_at_zoom_waits_here_and_who_is_approved_there_has_a_seat_and_a_letter(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    registrant = world.register(webinar.id, CHIARA.email, "Chiara", "Conti")
    deliver(bridge, world)
    waiting = look(bridge, event, CHIARA)
    world.change_status(webinar.id, "approve", registrant.id, clock.advance(hours=1))
    deliver(bridge, world)

    chiara = look(bridge, event, CHIARA)
    assert waiting.standing is Standing.WAITS_FOR_APPROVAL
    assert chiara.standing is Standing.REGISTERED
    assert chiara.join_url
    assert chiara.due_at is None, "Zoom knows already"
    assert [kind for kind, _ in letters(bridge, chiara)] == ["confirmation"]


@pytest.mark.parametrize("action", ["cancel", "deny"])
def test_who_is_taken_off_the_list_at_zoom_loses_the_seat_here(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock, action: str
) -> None:
    anna = look(bridge, event, ANNA)

    world.change_status(webinar.id, action, str(anna.registrant_id), clock.advance(hours=1))
    deliver(bridge, world)

    gone = look(bridge, event, ANNA)
    assert (gone.cancelled_by, gone.join_url, gone.due_at) == ("zoom", None, None)
    assert count(bridge, event) == 1


def test_late_news_of_a_cancellation_does_not_undo_a_come_back(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    anna = look(bridge, event, ANNA)
    registering.cancel(bridge.db, anna.key, clock.advance(minutes=1))
    run(bridge, "sync_registrants")
    registering.come_back(bridge.db, anna.key, clock.advance(minutes=1))
    run(bridge, "sync_registrants")
    clock.advance(hours=1)

    deliver(bridge, world, lambda told: told[::-1])

    back = look(bridge, event, ANNA)
    assert back.active
    assert back.join_url
    assert back.registrant_id in webinar.registrants


def test_late_news_of_a_denial_does_not_undo_an_organisers_approval(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    anna = look(bridge, event, ANNA)
    world.change_status(webinar.id, "deny", str(anna.registrant_id), clock.advance(minutes=1))
    denial = [(one.event, json.loads(one.body)) for one in world.outgoing]
    deliver(bridge, world)
    registering.approve(bridge.db, anna.id, clock.advance(minutes=1))
    for name, body in denial:
        body["payload"]["zz_copy"] = True
        receiving.keep(bridge.db, name, json.dumps(body).encode(), clock())

    run(bridge, "apply_webhooks")
    run(bridge, "sync_registrants")

    assert look(bridge, event, ANNA).active
    assert look(bridge, event, ANNA).join_url


@pytest.mark.parametrize("seed", range(4))
def test_denied_and_approved_again_at_zoom_ends_with_a_seat_in_any_order(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock, seed: int
) -> None:
    anna = str(look(bridge, event, ANNA).registrant_id)
    world.change_status(webinar.id, "deny", anna, clock.advance(minutes=1))
    world.change_status(webinar.id, "approve", anna, clock.advance(minutes=1))

    deliver(bridge, world, lambda told: random.Random(seed).sample(told, len(told)))

    assert look(bridge, event, ANNA).active
    assert look(bridge, event, ANNA).join_url


@pytest.mark.parametrize("seed", range(6))
def test_registered_approved_and_cancelled_at_zoom_ends_cancelled_in_any_order(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock, seed: int
) -> None:
    registrant = world.register(webinar.id, CHIARA.email, "Chiara", "Conti")
    world.change_status(webinar.id, "approve", registrant.id, clock.advance(minutes=1))
    world.change_status(webinar.id, "cancel", registrant.id, clock.advance(minutes=1))

    deliver(bridge, world, lambda told: random.Random(seed).sample(told, len(told)))
    clock.advance(minutes=1)
    run(bridge, "apply_webhooks")

    assert look(bridge, event, CHIARA).standing is Standing.CANCELLED


def test_news_of_somebody_unknown_is_waited_for_and_then_forgotten(
    bridge: Bridge, event: Event, webinar: Any, clock: Clock
) -> None:
    registrant = {"id": "somebody", "email": "stranger@example.org", "first_name": "Stranger"}
    announce(bridge, "webinar.registration_cancelled", str(webinar.id), clock(), registrant=registrant)

    run(bridge, "apply_webhooks")
    waiting = rows(bridge, "deliveries")[-1]
    clock.advance(minutes=11)
    run(bridge, "apply_webhooks")

    given_up = rows(bridge, "deliveries")[-1]
    assert waiting.due_at is not None
    assert (given_up.outcome, given_up.body, given_up.due_at) == ("somebody unknown", b"", None)
    assert len(rows(bridge, "registrations")) == 2


def test_two_deliveries_about_the_same_newcomer_at_once_lose_neither(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    """Two workers: one applies that Chiara registered, the other that she was approved."""
    for n in range(5):
        email = f"chiara{n}@example.org"
        registrant = world.register(webinar.id, email, "Chiara", "Conti")
        world.change_status(webinar.id, "approve", registrant.id, clock.advance(minutes=1))
    for delivery in world.outgoing:
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), clock())
    workers = [threading.Thread(target=run, args=(bridge, "apply_webhooks")) for _ in range(2)]

    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    run(bridge, "apply_webhooks")

    standings = [row.confirmed_at is not None for row in rows(bridge, "registrations", source="zoom")]
    assert standings == [True] * 5


# --- the webinar ------------------------------------------------------------------------------------------------


def test_a_webinar_deleted_at_zoom_is_noticed(bridge: Bridge, event: Event, world: World, webinar: Any) -> None:
    world.delete_webinar(webinar.id)

    deliver(bridge, world)

    assert twin(bridge, event).gone_at == bridge.clock()


def test_the_webinar_that_we_deleted_ourselves_is_no_news(
    bridge: Bridge, event: Event, world: World, webinar: Any
) -> None:
    hosting.cancel_event(bridge.db, event.id, bridge.clock())
    run(bridge, "sync_webinars")

    deliver(bridge, world)

    assert twin(bridge, event).gone_at is None


def test_late_news_that_the_old_webinar_was_deleted_does_not_touch_the_new_one(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    draft = a_draft(zoom_host="webinar-2@example.org")
    hosting.change_event(bridge.db, event.id, draft, clock())
    run(bridge, "sync_webinars")

    deliver(bridge, world)

    assert twin(bridge, event).gone_at is None
    assert "unknown webinar" in outcomes(bridge)


# --- what is not for us -----------------------------------------------------------------------------------------


def test_of_an_unknown_webinar_nothing_is_kept(bridge: Bridge, event: Event) -> None:
    participant = {"user_id": "1", "user_name": "Stranger", "email": "stranger@example.org"}
    announce(bridge, "webinar.participant_joined", "99999999999", NOW, uuid="other", participant=participant)

    run(bridge, "apply_webhooks")

    (row,) = rows(bridge, "deliveries")
    assert (row.outcome, row.body) == ("unknown webinar", b"")
    assert rows(bridge, "sightings") == []


def test_an_unknown_name_is_ignored_visibly(bridge: Bridge, event: Event, webinar: Any) -> None:
    announce(bridge, "webinar.sharing_started", str(webinar.id), NOW)

    run(bridge, "apply_webhooks")

    row = rows(bridge, "deliveries")[-1]
    assert row.ignored_at is not None
    assert row.applied_at is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[1]",
        b'{"event": 7}',
        b'{"event": "webinar.started", "event_ts": "soon", "payload": {}}',
        b'{"event": "webinar.started", "event_ts": 1, "payload": []}',
        b"[" * 20_000,
        b'{"event": "webinar.started", "event_ts": 1e400, "payload": {}}',
        b'{"event": "webinar.started\\u0000", "event_ts": 1, "payload": {}}',
        b'{"event": "webinar.started\\ud800", "event_ts": 1, "payload": {}}',
        b"\xff\xfe",
    ],
)
def test_what_makes_no_sense_is_ignored_and_stops_nothing(bridge: Bridge, event: Event, body: bytes) -> None:
    receiving.keep(bridge.db, "webinar.started", body, NOW)

    done = run(bridge, "apply_webhooks")

    (row,) = rows(bridge, "deliveries")
    assert done == 1
    assert (row.outcome, row.body) == ("malformed", b"")


@pytest.mark.parametrize(
    "thing",
    [
        {"participant": {}},
        {"participant": None},
        {"participant": {"user_id": None, "email": 7}},
        {"participant": {"user_id": "x" * 5000, "user_name": "n" * 5000}},
        {"registrant": {"id": "r", "email": "e" * 5000}},
        {"registrant": {"id": "r" * 5000, "email": "a@example.org"}},
        {"registrant": {"email": "a@example.org"}},
        {"registrant": {"id": "r", "email": "", "status": "approved"}},
    ],
)
@pytest.mark.parametrize(
    "name", ["webinar.participant_joined", "webinar.registration_created", "webinar.registration_denied"]
)
def test_strange_people_stop_nothing(
    bridge: Bridge, event: Event, webinar: Any, clock: Clock, thing: dict[str, Any], name: str
) -> None:
    announce(bridge, name, str(webinar.id), NOW, uuid="sitting", **thing)

    run(bridge, "apply_webhooks")
    clock.advance(minutes=11)
    run(bridge, "apply_webhooks")

    row = rows(bridge, "deliveries")[-1]
    assert (row.due_at, row.gave_up_at, row.attempts) == (None, None, 0)


def test_a_second_copy_is_not_a_second_row(bridge: Bridge) -> None:
    for _ in range(3):
        receiving.keep(bridge.db, "webinar.started", b"{}", NOW)

    assert len(rows(bridge, "deliveries")) == 1


def test_late_news_does_not_bring_back_a_join_url_that_we_took_away(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    anna = look(bridge, event, ANNA)
    clock.advance(minutes=5)
    registering.cancel(bridge.db, anna.key, clock())
    registering.come_back(bridge.db, anna.key, clock())
    with bridge.db.transaction() as connection:
        # As far as taking her off Zoom's list had come.
        registrations.change(connection, anna.id, join_url=None)

    deliver(bridge, world)

    assert anna.join_url
    assert look(bridge, event, ANNA).join_url is None


def test_a_delivery_in_two_hands_is_applied_once(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    clock.set(event.starts_at)
    world.start(webinar.id)
    for delivery in world.outgoing:
        receiving.keep(bridge.db, delivery.event, delivery.body.encode(), clock())
    with bridge.db.transaction() as connection:
        word, ids = claims.claim(connection, tables.deliveries, clock(), 10)
    clock.advance(claims.LEASE)
    run(bridge, "apply_webhooks")
    before = rows(bridge, "sightings")

    for id_ in ids:
        receiving.apply(bridge.db, id_, word, clock())

    assert rows(bridge, "sightings") == before


def test_the_bridge_knows_its_event_however_zoom_writes_the_id(bridge: Bridge, event: Event, webinar: Any) -> None:
    announce(bridge, "webinar.started", webinar.id, NOW, uuid="by number")
    announce(bridge, "webinar.started", str(webinar.id), NOW, uuid="by text")

    run(bridge, "apply_webhooks")

    assert {row.sitting for row in rows(bridge, "sightings")} == {"by number", "by text"}
    with bridge.db.reading() as connection:
        assert events.find(connection, event.id) is not None


def test_the_moment_is_zooms_and_not_the_deliverys(
    bridge: Bridge, event: Event, world: World, webinar: Any, clock: Clock
) -> None:
    clock.set(event.starts_at)
    world.start(webinar.id)
    clock.advance(hours=2)

    deliver(bridge, world)

    assert room(bridge, event).started_at == event.starts_at
    assert isinstance(room(bridge, event).started_at, datetime)
