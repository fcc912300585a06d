"""A glance at an event, on both databases: it is another one whenever anything of the event is."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA
from tests.clock import Clock
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.flows import hosting, informing, registering
from zoom_bridge.store import events, glances
from zoom_bridge.store.glances import Glance


def changed(event: Event, **changes: Any) -> EventDraft:
    draft = EventDraft(**{field.name: getattr(event, field.name) for field in fields(EventDraft)})
    return replace(draft, **changes)


def publish(bridge: Bridge, event: Event, clock: Clock) -> None:
    hosting.publish_event(bridge.db, event.id, clock())


def change(bridge: Bridge, event: Event, clock: Clock) -> None:
    hosting.change_event(bridge.db, event.id, changed(event, thanks_de="Danke!"), clock())


def cancel(bridge: Bridge, event: Event, clock: Clock) -> None:
    hosting.cancel_event(bridge.db, event.id, clock())


@pytest.mark.parametrize("deed", [publish, change, cancel])
def test_every_deed_that_changes_an_event_is_seen_at_a_glance(
    bridge: Bridge, event: Event, clock: Clock, deed: Callable[[Bridge, Event, Clock], None]
) -> None:
    created = hosting.create_event(bridge.db, a_draft(zoom_host=bridge.settings.zoom.host), clock())
    before, was = glance(bridge, created), read(bridge, created)

    deed(bridge, created, clock)

    assert read(bridge, created) != was
    assert glance(bridge, created) != before


def glance(bridge: Bridge, event: Event) -> Glance | None:
    with bridge.db.glancing() as connection:
        return glances.of_event(connection, event.slug)


def read(bridge: Bridge, event: Event) -> Event | None:
    with bridge.db.reading() as connection:
        return events.find(connection, event.id)


def test_at_a_glance_nobody_counts_seats_that_are_not_limited(bridge: Bridge, event: Event, clock: Clock) -> None:
    registering.register(bridge.db, event.slug, ANNA, clock())
    unlimited = glance(bridge, event)
    hosting.change_event(bridge.db, event.id, changed(event, capacity=5, double_opt_in=False), clock())
    registering.register(bridge.db, event.slug, replace(ANNA, email="a@example.org"), clock())

    limited = glance(bridge, event)

    assert unlimited
    assert limited
    assert (unlimited.seats_taken, limited.seats_taken) == (0, 1)


def test_an_address_that_nobody_has_is_nobodys(bridge: Bridge) -> None:
    with bridge.db.glancing() as connection:
        assert glances.of_event(connection, "nirgends") is None
        assert glances.of_event(connection, "nir\0gends") is None


def test_a_new_version_of_a_notice_is_seen_at_a_glance(bridge: Bridge, event: Event, clock: Clock) -> None:
    before = glance(bridge, event)
    informing.write_notice(bridge.db, NoticeKind.PRIVACY, "en", "Written anew", clock())

    after = glance(bridge, event)

    assert before
    assert after == replace(before, notices=before.notices + 1)
