"""Pages about an event are read and set once, and then only looked up. Nobody is shown what is out of date."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as happening

from tests.builders import a_draft
from tests.cast import ANNA
from tests.clock import Clock
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event, EventDraft, Partner
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.flows import hosting, informing, registering
from zoom_bridge.store.database import Database
from zoom_bridge.web import lately_read

Visit = Callable[..., Visitor]


@pytest.fixture
def statements(db: Database) -> Iterator[list[str]]:
    """What the database is asked, from here on."""
    asked: list[str] = []

    def listen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        asked.append(statement)

    happening.listen(db.engine, "before_cursor_execute", listen)
    yield asked
    happening.remove(db.engine, "before_cursor_execute", listen)


def changed(event: Event, **changes: Any) -> EventDraft:
    draft = EventDraft(**{field.name: getattr(event, field.name) for field in fields(EventDraft)})
    return replace(draft, **changes)


@pytest.mark.parametrize("page", ["", "/register"])
def test_a_page_that_was_shown_before_costs_one_statement(
    event: Event, visit: Visit, statements: list[str], page: str
) -> None:
    first = visit().open(f"/e/{event.slug}{page}")
    for_the_first = len(statements)
    statements.clear()

    second = visit().open(f"/e/{event.slug}{page}")

    assert (first.status, second.status) == (200, 200)
    assert for_the_first > 1
    assert len(statements) == 1


def test_what_is_changed_is_seen_at_once_its_parts_included(
    bridge: Bridge, event: Event, visit: Visit, clock: Clock
) -> None:
    before = visit().open(f"/e/{event.slug}").text
    partners = (Partner("Verein der Gärten", "mit"),)
    hosting.change_event(
        bridge.db, event.id, changed(event, title_de="Bessere Nachbarn", partners=partners), clock()
    )

    page, form = visit().open(f"/e/{event.slug}").text, visit().open(f"/e/{event.slug}/register").text

    assert "Bessere Nachbarn" not in before
    assert "Bessere Nachbarn" in page
    assert "Verein der Gärten" in page
    assert "Bessere Nachbarn" in form


def test_what_is_cancelled_is_seen_at_once(bridge: Bridge, event: Event, visit: Visit, clock: Clock) -> None:
    before = visit().open(f"/e/{event.slug}").text
    hosting.cancel_event(bridge.db, event.id, clock())

    assert "Abgesagt" not in before
    assert "Abgesagt" in visit().open(f"/e/{event.slug}").text


def test_what_is_published_is_seen_at_once_and_nothing_of_it_before(
    bridge: Bridge, event: Event, visit: Visit, olga: Visitor, clock: Clock
) -> None:
    draft = hosting.create_event(
        bridge.db, a_draft(title_de="Noch geheim", zoom_host=bridge.settings.zoom.host), clock()
    )
    to_olga = olga.open(f"/e/{draft.slug}")
    to_anna = visit().open(f"/e/{draft.slug}")

    hosting.publish_event(bridge.db, draft.id, clock())

    assert (to_olga.status, to_anna.status) == (200, 404)
    assert "Noch geheim" not in to_anna.text
    assert "Noch geheim" in visit().open(f"/e/{draft.slug}").text


def test_seats_and_time_are_seen_at_once(bridge: Bridge, event: Event, visit: Visit, clock: Clock) -> None:
    hosting.change_event(bridge.db, event.id, changed(event, capacity=1, double_opt_in=False), clock())
    free = visit().open(f"/e/{event.slug}").text
    registering.register(bridge.db, event.slug, ANNA, clock())

    full = visit().open(f"/e/{event.slug}").text
    clock.set(event.ends_at + timedelta(minutes=1))
    over = visit().open(f"/e/{event.slug}").text

    assert "Ausgebucht" not in free
    assert "Ausgebucht" in full
    assert "Ausgebucht" not in over


def test_a_new_privacy_notice_is_named_on_the_form_at_once(
    bridge: Bridge, event: Event, visit: Visit, clock: Clock
) -> None:
    before = visit().open(f"/e/{event.slug}/register").text
    informing.write_notice(bridge.db, NoticeKind.PRIVACY, "de", "Neu gefasst", clock())

    german, english = (visit(language).open(f"/e/{event.slug}/register").text for language in ("de", "en"))

    assert "Fassung 1" in before
    assert "Fassung 2" in german
    assert "version 1" in english


def test_in_a_rush_one_glance_serves_everybody_for_a_moment(
    app: Any, bridge: Bridge, event: Event, visit: Visit, statements: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["GLANCE_GOOD_FOR"] = lately_read.GLANCE_GOOD_FOR
    seconds = [1000.0]
    monkeypatch.setattr(lately_read, "monotonic", lambda: seconds[0])
    visit().open(f"/e/{event.slug}")
    hosting.change_event(bridge.db, event.id, changed(event, title_de="Neuer Titel"), bridge.clock())
    statements.clear()

    seconds[0] += 0.2
    within = visit().open(f"/e/{event.slug}").text
    asked_within = len(statements)
    seconds[0] += 0.1
    after = visit().open(f"/e/{event.slug}").text

    assert asked_within == 0
    assert "Neuer Titel" not in within
    assert "Neuer Titel" in after


def test_addresses_that_lead_nowhere_are_not_kept(app: Any, visit: Visit) -> None:
    app.config["GLANCE_GOOD_FOR"] = 60

    assert visit().open("/e/no-such-event").status == 404

    assert app.extensions["lately read"].glances == {}
