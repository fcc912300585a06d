"""Short links count whom they brought, and nothing stands with the person."""

from datetime import date

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA
from tests.flows.deeds import attend, look, rows
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.recurrence import Start
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.series import Registering
from zoom_bridge.domain.short_link import ShortLink
from zoom_bridge.flows import hosting, registering, serial, signposting, subscribing
from zoom_bridge.store import dates, short_links


@pytest.fixture
def another_event(bridge: Bridge, event: Event) -> Event:
    draft = a_draft(title_de="Noch eine", zoom_host=event.zoom_host)
    return hosting.create_event(bridge.db, draft, bridge.clock())


def links(bridge: Bridge, event: Event) -> list[ShortLink]:
    with bridge.db.reading() as connection:
        return short_links.list_for_event(connection, event.id)


def put_up(bridge: Bridge, event: Event, name: str = "Aushang") -> str:
    signposting.put_up(bridge.db, event.id, name, bridge.clock())
    return links(bridge, event)[-1].key


def brought(bridge: Bridge, event: Event) -> list[int]:
    return [link.registrations for link in links(bridge, event)]


def come(bridge: Bridge, event: Event, person: Attendee, by: str) -> None:
    registering.register(bridge.db, event.slug, person, bridge.clock(), came_by=by)


def test_who_registers_anew_is_counted_at_the_link_they_came_by(bridge: Bridge, event: Event) -> None:
    poster, newsletter = put_up(bridge, event), put_up(bridge, event, "Rundschreiben")
    come(bridge, event, ANNA, poster)
    come(bridge, event, BEN, newsletter)
    come(bridge, event, CHIARA, "")

    assert brought(bridge, event) == [1, 1]


def test_nobody_is_counted_twice_whatever_they_send_again(bridge: Bridge, event: Event) -> None:
    poster = put_up(bridge, event)
    attend(bridge, event, BEN)
    come(bridge, event, BEN, poster)
    come(bridge, event, ANNA, poster)
    come(bridge, event, ANNA, poster)
    registering.cancel(bridge.db, look(bridge, event, ANNA).key, bridge.clock())
    come(bridge, event, ANNA, poster)

    assert brought(bridge, event) == [1]


def test_keys_of_nobody_and_of_other_events_count_nothing(
    bridge: Bridge, event: Event, another_event: Event
) -> None:
    poster, elsewhere = put_up(bridge, event), put_up(bridge, another_event)
    come(bridge, event, ANNA, elsewhere)
    come(bridge, event, BEN, "zzzzzz")

    assert brought(bridge, event) == brought(bridge, another_event) == [0]
    assert poster != elsewhere


def test_of_the_way_nothing_stands_with_the_person(bridge: Bridge, event: Event) -> None:
    poster = put_up(bridge, event)
    come(bridge, event, ANNA, poster)

    kept = [str(row) for table in ("registrations", "messages") for row in rows(bridge, table)]
    assert len(kept) == 2
    assert not [row for row in kept if poster in row]


def test_several_dates_at_once_are_one_registration_for_the_link_to_any_of_them(
    bridge: Bridge, event: Event
) -> None:
    more = [Start(date(2026, 9, 14)), Start(date(2026, 9, 21))]
    series = serial.make_series(bridge.db, event.id, more, Registering.PER_DATE, bridge.clock())
    with bridge.db.reading() as connection:
        first, second, third = dates.list_of(connection, series.id)
    poster = put_up(bridge, first)

    for _ in range(2):
        subscribing.register_for_dates(
            bridge.db, series.slug, [second.slug, third.slug], ANNA, bridge.clock(), came_by=poster
        )

    assert brought(bridge, first) == [1]


def test_a_link_taken_down_takes_its_count_along_and_no_other_events(
    bridge: Bridge, event: Event, another_event: Event
) -> None:
    put_up(bridge, event)
    (link,) = links(bridge, event)
    signposting.take_down(bridge.db, another_event.id, link.id)
    assert links(bridge, event)

    signposting.take_down(bridge.db, event.id, link.id)
    come(bridge, event, ANNA, link.key)

    assert links(bridge, event) == []


def test_an_event_that_is_not_there_gets_no_links(bridge: Bridge) -> None:
    with pytest.raises(NotFound):
        signposting.put_up(bridge.db, 4711, "Aushang", bridge.clock())
