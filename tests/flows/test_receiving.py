"""What Zoom tells is kept once and applied once, and of strangers nothing is kept."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.event import listen

from jobs import apply_webhooks
from tests.builders import a_draft
from tests.cast import ANNA
from tests.clock import NOW, Clock
from tests.flows.deeds import announce, attend, look, rows, run, twin
from tests.flows.evenings import deliver, outcomes, room
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import attending, hosting, receiving, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import claims, events, registrations, tables
from zoom_bridge.store.database import DatabaseUnavailable


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
        receiving.apply(bridge.db, [id_], word, clock())

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


def test_one_that_cannot_be_applied_stops_none_of_those_that_came_with_it(
    bridge: Bridge, event: Event, webinar: Any, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them would share a transaction."""
    understand = attending.of_webhook

    def stumble(webhook: Any, known: Any) -> Any:
        if webhook.participant["user_id"] == "3":
            raise LookupError
        return understand(webhook, known)

    monkeypatch.setattr(attending, "of_webhook", stumble)
    for n in range(6):
        participant = {"user_id": str(n), "user_name": f"Guest {n}"}
        announce(
            bridge, "webinar.participant_joined", str(webinar.id), NOW, uuid="sitting", participant=participant
        )

    run(bridge, "apply_webhooks")

    assert [row.participant for row in rows(bridge, "sightings")] == ["0", "1", "2", "4", "5"]
    (left,) = [row for row in rows(bridge, "deliveries") if row.due_at]
    assert left.attempts == 1
    monkeypatch.undo()
    clock.advance(minutes=1)
    run(bridge, "apply_webhooks")
    assert len(rows(bridge, "sightings")) == 6


def test_who_came_and_who_went_share_transactions(bridge: Bridge, event: Event, webinar: Any) -> None:
    for n in range(60):
        participant = {"user_id": str(n), "user_name": f"Guest {n}", "email": f"guest-{n}@example.org"}
        announce(
            bridge, "webinar.participant_joined", str(webinar.id), NOW, uuid="sitting", participant=participant
        )
    commits: list[object] = []
    listen(bridge.db.engine, "commit", commits.append)

    done = run(bridge, "apply_webhooks")

    assert done == len(rows(bridge, "sightings")) == 60
    # Claimed and applied, and what ran is written down by somebody else.
    assert len(commits) <= 2 * -(-60 // apply_webhooks.TOGETHER) + 1


def test_what_the_database_did_not_take_is_tried_again_at_once(
    bridge: Bridge, event: Event, world: World, webinar: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not only when the claim has run out: the desk would be minutes behind."""

    def locked(*_: object) -> None:
        raise DatabaseUnavailable("database is locked")

    world.start(webinar.id)
    with monkeypatch.context() as trouble:
        trouble.setattr(attending, "record", locked)
        with pytest.raises(DatabaseUnavailable):
            deliver(bridge, world)

    run(bridge, "apply_webhooks")

    assert "started" in outcomes(bridge)
