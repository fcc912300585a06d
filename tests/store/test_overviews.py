"""What pages read in one go: numbers that add up, people by name, and since when work waits."""

from datetime import timedelta

import pytest

from tests.builders import an_attendee
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import attend, in_zoom, look, run
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee, Standing, ZoomStanding
from zoom_bridge.flows import registering
from zoom_bridge.simulator import guest_list
from zoom_bridge.simulator.world import World
from zoom_bridge.store import overviews
from zoom_bridge.store.overviews import Numbers


def numbers(bridge: Bridge, event: Event) -> Numbers:
    with bridge.db.reading() as connection:
        return overviews.numbers(connection, event.id)


def people(bridge: Bridge, event: Event, search: str = "", **filters: object) -> list[str]:
    with bridge.db.reading() as connection:
        found = overviews.people(connection, event.id, search, **filters)  # type: ignore[arg-type]
    return [person.email for person in found.rows]


def test_everybody_is_counted_where_they_stand(bridge: Bridge, event: Event, world: World) -> None:
    petra = an_attendee(email="petra@example.org")
    attend(bridge, event, ANNA, BEN, petra)
    registering.register(bridge.db, event.slug, CHIARA, bridge.clock())
    run(bridge, "sync_webinars")
    guest_list.add_panelists(world, in_zoom(world)[0].id, [{"name": petra.name, "email": petra.email}])
    run(bridge, "sync_registrants")
    registering.cancel(bridge.db, look(bridge, event, BEN).key, bridge.clock())

    found = numbers(bridge, event)

    assert (found.registered, found.unconfirmed, found.cancelled, found.waits_for_approval) == (2, 1, 1, 0)
    assert (found.at_zoom, found.waiting, found.stuck) == (1, 1, 1)
    assert found.next_attempt_at == bridge.clock()
    assert "invited as a panelist" in (found.last_error or "")


def test_of_an_event_without_people_everything_is_nought(bridge: Bridge, event: Event) -> None:
    found = numbers(bridge, event)

    assert (found.registered, found.waiting, found.next_attempt_at, found.last_error) == (0, 0, None, None)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("anna", [ANNA.email]),
        ("NNA ALB", [ANNA.email]),
        ("example.org", ["100%@example.org", ANNA.email, BEN.email]),
        ("100%", ["100%@example.org"]),
        ("1__%", []),
        ("a_b", []),
        ("'; DROP TABLE registrations; --", []),
    ],
)
def test_people_are_found_by_what_was_typed(
    bridge: Bridge, event: Event, search: str, expected: list[str]
) -> None:
    attend(bridge, event, BEN, ANNA, Attendee("Zara", "Aal", "100%@example.org"))

    assert people(bridge, event, search) == expected


def test_people_are_found_by_where_they_stand(bridge: Bridge, event: Event) -> None:
    attend(bridge, event, ANNA, BEN)
    registering.register(bridge.db, event.slug, CHIARA, bridge.clock())
    registering.cancel(bridge.db, look(bridge, event, BEN).key, bridge.clock())

    assert people(bridge, event, standing=Standing.REGISTERED) == [ANNA.email]
    assert people(bridge, event, standing=Standing.CANCELLED) == [BEN.email]
    assert people(bridge, event, standing=Standing.UNCONFIRMED) == [CHIARA.email]
    assert people(bridge, event, zoom_standing=ZoomStanding.WAITS) == [ANNA.email, BEN.email]


def test_letters_are_counted_by_kind_and_fate(bridge: Bridge, event: Event) -> None:
    attend(bridge, event, ANNA)
    registering.register(bridge.db, event.slug, BEN, bridge.clock())
    run(bridge, "send_mail")
    attend(bridge, event, CHIARA)

    with bridge.db.reading() as connection:
        lines = {line.kind: line for line in overviews.letters(connection, event.id)}

    confirm = lines["please_confirm"]
    assert (confirm.waiting, confirm.sent, confirm.skipped, confirm.gave_up) == (1, 1, 1, 0)
    assert (lines["confirmation"].waiting, lines["confirmation"].sent) == (1, 1)
    assert confirm.skips == (("superseded", 1),)


def test_since_when_work_waits_is_told_for_each_table(bridge: Bridge, event: Event, clock: Clock) -> None:
    run(bridge, "sync_webinars")
    waiting_since = clock.advance(minutes=5)
    attend(bridge, event, ANNA)
    later = clock.advance(minutes=30)

    with bridge.db.reading() as connection:
        overdue = overviews.oldest_overdue(connection, later)
        nothing = overviews.oldest_overdue(connection, waiting_since - timedelta(seconds=1))

    assert overdue == {"registrations": waiting_since, "messages": waiting_since}
    assert nothing == {}
