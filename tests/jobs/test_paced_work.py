"""Jobs keep within Zoom's limits together: nobody is asked again before Zoom wants to hear from us, what does not fit
into today waits for tomorrow and says so, and what is urgent goes first."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import asked, at_zoom, attend, in_zoom, look, rows, run
from tests.flows.registrants import clear, guests, sync, sync_until_quiet
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.flows import hosting, registering
from zoom_bridge.simulator.faults import RetryAfter
from zoom_bridge.simulator.world import World
from zoom_bridge.store import budgets
from zoom_bridge.store.budgets import Ledger
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.pacing import Pace

Paced = Callable[[str], ZoomClient]


@pytest.fixture
def paced(bridge: Bridge, clock: Clock) -> Iterator[Paced]:
    """Gives a client of another process, which has the same limits; and from then on the house's own has them."""
    others: list[Database] = []

    def pace(db: Database, plan: str) -> Pace:
        return Pace(Ledger(db), plan, clock, sleep=lambda seconds: clock.advance(seconds=seconds) and None)

    def client(plan: str) -> ZoomClient:
        others.append(Database(bridge.db.url))
        bridge.zoom._pace = pace(bridge.db, plan)
        settings = bridge.settings.zoom
        ours = bridge.zoom
        return ZoomClient(ours._session, ours._oauth, settings.api_url, clock, pace(others[-1], plan))

    yield client
    for other in others:
        other.dispose()


def spend(bridge: Bridge, pool: str, calls: int) -> None:
    with bridge.db.transaction() as connection:
        budgets.spend(connection, [f"zoom pool {pool}"], bridge.clock(), times=calls)


def another(bridge: Bridge, **changes: Any) -> Event:
    event = hosting.create_event(
        bridge.db, a_draft(zoom_host=bridge.settings.zoom.host, **changes), bridge.clock()
    )
    hosting.publish_event(bridge.db, event.id, bridge.clock())
    return event


def tonight(clock: Clock) -> dict[str, Any]:
    starts_at = clock() + timedelta(hours=3)
    ends_at = starts_at + timedelta(hours=1)
    walls = {"starts_wall": starts_at.replace(tzinfo=None), "ends_wall": ends_at.replace(tzinfo=None)}
    return {"title_de": "Heute", "starts_at": starts_at, "ends_at": ends_at, "timezone": "UTC"} | walls


def test_many_calls_are_spread_so_that_zoom_refuses_none(
    bridge: Bridge, event: Event, world: World, clock: Clock, paced: Paced
) -> None:
    """The free plan takes one heavy call in a second; three calls take two."""
    world.quotas.plan = "free"
    paced("free")
    run(bridge, "sync_webinars")
    attend(bridge, event, *guests(80))
    clear(bridge)
    began = clock()

    sync(bridge)

    assert asked(bridge) == ["POST batch_registrants"] * 3
    assert len(at_zoom(world)) == 80
    assert clock() - began >= timedelta(seconds=2)


def test_when_zoom_asks_for_a_moment_the_call_waits_for_it_and_is_made_again(
    bridge: Bridge, event: Event, world: World, clock: Clock, paced: Paced
) -> None:
    """Other programs of the account use up the same limits."""
    run(bridge, "sync_webinars")
    attend(bridge, event, ANNA)
    paced("pro")
    world.faults.too_many(RetryAfter.NOTHING, path="/batch_registrants")
    clear(bridge)
    began = clock()

    sync(bridge)

    assert asked(bridge) == ["POST batch_registrants"] * 2
    assert at_zoom(world) == [ANNA.email]
    assert clock() >= began + timedelta(seconds=1)


@pytest.mark.parametrize("form", [RetryAfter.SECONDS, RetryAfter.ISO, RetryAfter.HTTP_DATE])
def test_what_zoom_says_to_one_process_is_kept_by_all(
    bridge: Bridge, event: Event, world: World, clock: Clock, paced: Paced, form: RetryAfter
) -> None:
    run(bridge, "sync_webinars")
    attend(bridge, event, ANNA)
    other = paced("pro")
    world.faults.too_many(form, seconds=40, path="/batch_registrants")
    began = clock()
    sync(bridge)
    clear(bridge)
    zoom_id = str(in_zoom(world)[0].id)

    for seconds in (0, 10, 28):
        clock.set(began + timedelta(seconds=seconds))
        with pytest.raises(Failure) as refused:
            other.report_participants(zoom_id)
        sync(bridge)

    assert asked(bridge) == []
    assert refused.value.not_before is not None
    assert refused.value.not_before >= began + timedelta(seconds=39)
    other.get_webinar(zoom_id)
    assert asked(bridge) == [f"GET {zoom_id}"]
    sync_until_quiet(bridge, clock)
    assert at_zoom(world) == [ANNA.email]
    assert clock() >= began + timedelta(seconds=39)


def test_when_the_day_is_spent_registrants_wait_for_midnight_and_the_page_says_so(
    bridge: Bridge, event: Event, world: World, clock: Clock, paced: Paced, olga: Any
) -> None:
    run(bridge, "sync_webinars")
    attend(bridge, event, *guests(40))
    paced("pro")
    spend(bridge, "heavy", 27_000)
    clear(bridge)

    sync(bridge)

    midnight = clock().replace(hour=0, minute=0) + timedelta(days=1)
    assert asked(bridge) == []
    assert all(midnight <= row.due_at <= midnight + timedelta(minutes=2) for row in rows(bridge, "registrations"))
    page = olga.open(f"/organiser/events/{event.id}").text
    assert "Zoom nimmt heute nichts mehr an. Nächster Versuch am 02.09.2026, 2.0" in page
    assert "Zoom nimmt heute nichts mehr an; weiter um 2.00 Uhr." in olga.open("/organiser/settings/state").text
    sync_until_quiet(bridge, clock, hours=24)
    assert len(at_zoom(world)) == 40


def test_when_the_day_is_spent_other_work_goes_on_and_so_do_todays_events(
    bridge: Bridge, event: Event, world: World, clock: Clock, paced: Paced
) -> None:
    (ben,) = attend(bridge, event, BEN)
    run(bridge, "sync_webinars", "sync_registrants")
    paced("pro")
    spend(bridge, "heavy", 27_000)
    today = another(bridge, **tonight(clock))
    attend(bridge, event, *guests(3))
    attend(bridge, today, ANNA)
    registering.cancel(bridge.db, ben.key, clock())

    run(bridge, "sync_webinars", "sync_registrants")

    assert at_zoom(world) == [ANNA.email]
    assert look(bridge, today, ANNA).join_url


def test_events_of_today_are_worked_on_first(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    today = another(bridge, **tonight(clock))
    run(bridge, "sync_webinars")
    attend(bridge, event, *guests(31))
    clock.advance(minutes=1)
    attend(bridge, today, ANNA)
    clear(bridge)
    world.quotas.plan = "unlimited"

    sync(bridge)

    (network,) = bridge.zoom._session.adapters.values()
    first = network.asked[0].path_url
    by_topic = {webinar.topic: str(webinar.id) for webinar in in_zoom(world)}
    assert by_topic["Heute"] in first
