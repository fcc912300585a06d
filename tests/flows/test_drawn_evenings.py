"""Whatever happens in an evening, and in whatever order and number it is told: who was there comes out as it was."""

import os
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from tests import drawn_evenings
from tests.clock import NOW
from tests.drawn_evenings import HOST, PEOPLE, Evening, an_evening, key_of
from tests.flows.deeds import attend, run
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.attendance import Match, Room, Sighting, fold
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.recognition import Candidate, Known, recognised
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import attending, receiving
from zoom_bridge.store import registrations, sightings, tables
from zoom_bridge.zoom.payloads import parse_webhook, read_participant

#: Twenty evenings, always the same ones; each is told in so many orders.
EVENINGS = range(20)
WHOLE = os.environ.get("ZOOM_BRIDGE_TESTS_WHOLE") == "1"
ORDERS = 10_000 if WHOLE else 50
#: So many of a hundred deliveries come twice.
DOUBLED = 30


def known(evening: Evening) -> Known:
    people = [
        Candidate(n, key_of(email), evening.registrants[email], email, "", first, last, "", seated=True)
        for n, (email, first, last) in enumerate(PEOPLE, 1)
    ]
    return Known({HOST}, (), (), people)


def by_webhooks(evening: Evening, told: Sequence[tuple[str, bytes]] | None = None) -> list[Sighting]:
    everybody = known(evening)
    bodies = [body for _, body in evening.deliveries] if told is None else [body for _, body in told]
    seen = [attending.of_webhook(parse_webhook(body), everybody) for body in bodies]
    return [recognised(one, everybody, {}) for one in seen if one]


def by_report(evening: Evening, change: Any = lambda row: row) -> list[Sighting]:
    everybody = known(evening)
    return [
        recognised(one, everybody, {})
        for sitting, told in evening.reports.items()
        for one in attending.of_report(sitting, [read_participant(change(row)) for row in told], everybody)
    ]


def minutes(room: Room, addresses: dict[int, str] | None = None) -> dict[str, set[int]]:
    """Of each, by address, or by name for guests: what the truth is compared with."""
    names = addresses or {n: email for n, (email, _, _) in enumerate(PEOPLE, 1)}
    found = {
        names[one.registration_id]
        if one.registration_id
        else HOST
        if one.matched_by is Match.HOST
        else one.name: drawn_evenings.minutes_of(one.visits, NOW)
        for one in room.attendances
    }
    return {who: there for who, there in found.items() if there}


@given(st.randoms(use_true_random=False), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_any_evening_comes_out_as_it_was_by_webhooks_in_any_order_and_by_the_report(
    dice: Random, order: Random
) -> None:
    evening = an_evening(dice)
    truth = {who: there for who, there in evening.truth.items() if there}
    webhooks, report = by_webhooks(evening), by_report(evening)
    order.shuffle(webhooks)

    assert minutes(fold(webhooks)) == truth
    assert minutes(fold(webhooks + report)) == truth
    assert fold(webhooks + report).final


@given(st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_call_that_was_bound_stays_theirs_though_the_report_gives_it_another_id(dice: Random) -> None:
    evening = an_evening(dice)

    def renumbered(row: dict[str, Any]) -> dict[str, Any]:
        return row | {"user_id": f"9{row['user_id']}"} if row["name"].startswith("+") else row

    room = fold(by_webhooks(evening) + by_report(evening, renumbered))

    assert minutes(room) == {who: there for who, there in evening.truth.items() if there}
    assert {one.name for one in room.attendances if one.by_phone} == {
        one.name for one in fold(by_webhooks(evening)).attendances if one.by_phone
    }


@given(st.randoms(use_true_random=False), st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_what_webhooks_were_lost_the_report_knows(dice: Random, luck: Random) -> None:
    evening = an_evening(dice)
    arrived = [told for told in evening.deliveries if "bind" in told[0] or luck.random() < 0.5]
    rehearsals = {one.sitting for one in by_webhooks(evening)} - evening.reports.keys()
    webhooks = [one for one in by_webhooks(evening, arrived) if one.sitting not in rehearsals]

    # Which call it was has to be known by either.
    calls = [one for one in by_webhooks(evening) if one.by_phone]
    room = fold(webhooks + calls + by_report(evening))

    assert minutes(room) == {who: there for who, there in evening.truth.items() if there}


@pytest.mark.parametrize("seed", EVENINGS)
def test_an_evening_gives_the_same_room_in_whatever_order_and_number_it_is_told(seed: int) -> None:
    dice = Random(seed)
    evening = an_evening(dice)
    told = by_webhooks(evening)
    room = fold(told)
    assert minutes(room) == {who: there for who, there in evening.truth.items() if there}

    for _ in range(ORDERS):
        again = told + dice.sample(told, len(told) * DOUBLED // 100)
        dice.shuffle(again)

        assert fold(again) == room


def test_evenings_come_out_as_they_were_through_inbox_and_database(bridge: Bridge, event: Event) -> None:
    """In one order each, or in more when there is time."""
    people = attend(bridge, event, *(Attendee(first, last, email) for email, first, last in PEOPLE))
    addresses = {person.id: person.email for person in people}
    for seed in EVENINGS if WHOLE else EVENINGS[:2]:
        dice = Random(seed)
        evening = an_evening(dice)
        truth = {who: there for who, there in evening.truth.items() if there}
        with bridge.db.transaction() as connection:
            connection.execute(update(tables.webinars).values(zoom_id=str(evening.webinar_id)))
            for person in people:
                ids = {"key": key_of(person.email), "registrant_id": evening.registrants[person.email]}
                registrations.change(connection, person.id, **ids)
        for _ in range(5 if WHOLE else 1):
            with bridge.db.transaction() as connection:
                connection.execute(delete(tables.sightings))
                connection.execute(delete(tables.deliveries))
            told = evening.deliveries + dice.sample(evening.deliveries, len(evening.deliveries) * DOUBLED // 100)
            dice.shuffle(told)
            for name, body in told:
                receiving.keep(bridge.db, name, body, bridge.clock())
            run(bridge, "apply_webhooks")
            with bridge.db.reading() as connection:
                assert minutes(sightings.room(connection, event.id), addresses) == truth
