"""After the event everybody gets one letter at most, and the one that is true."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import attend, current, letters, look, rows, run, said
from tests.flows.evenings import begin, deliver
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.turnout import Turnout
from zoom_bridge.flows import hosting, registering, unsubscribing
from zoom_bridge.simulator.world import World
from zoom_bridge.store import tables

DORA = Attendee("Dora", "Dahl", "dora@example.org")


@pytest.fixture
def event(bridge: Bridge, event: Event) -> Event:
    """One with all four letters."""
    draft = a_draft(zoom_host=event.zoom_host, follow_ups=tuple(Turnout))
    return hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def hold(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    """Anna stays, Ben leaves after half an hour, Chiara does not come, Dora rings. Nothing of it is told yet."""
    attend(bridge, event, ANNA, BEN, CHIARA, DORA)
    webinar, ids = begin(bridge, event, world, clock)
    world.join(webinar.id, ids[ANNA.email])
    world.join(webinar.id, ids[DORA.email], device="phone")
    ben = world.join(webinar.id, ids[BEN.email])
    clock.advance(minutes=30)
    world.leave(webinar.id, ben)
    clock.set(event.ends_at)
    world.end(webinar.id)


def follow_up(bridge: Bridge) -> None:
    run(bridge, "queue_reminders", "send_mail")


def written(bridge: Bridge, event: Event, *people: Attendee) -> list[str]:
    """What each of them got afterwards."""
    found = [letters(bridge, look(bridge, event, person)) for person in people]
    return [kind for each in found for kind, fate in each if kind.startswith("follow_up") and fate == "sent"]


def fates(bridge: Bridge) -> set[str]:
    found = [row for row in rows(bridge, "reminders") if row.kind.startswith("follow_up")]
    return {row.drop_reason or ("queued" if row.queued_at else "due") for row in found}


def report(bridge: Bridge, clock: Clock) -> None:
    """Zoom's report, until two looks agree."""
    for _ in range(2):
        clock.advance(minutes=30)
        run(bridge, "reconcile_attendance")


def test_each_gets_the_letter_that_is_true_of_them(
    bridge: Bridge, event: Event, world: World, clock: Clock, mailbox: Mailbox
) -> None:
    hold(bridge, event, world, clock)
    deliver(bridge, world)
    report(bridge, clock)

    follow_up(bridge)
    follow_up(bridge)

    assert written(bridge, event, ANNA, BEN, CHIARA, DORA) == [
        "follow_up_attended",
        "follow_up_left_early",
        "follow_up_absent",
        "follow_up_phone",
    ]
    letter = mailbox.to(CHIARA.email)[-1]
    assert letter.message["List-Unsubscribe"] == f"<{bridge.links.unsubscribe(look(bridge, event, CHIARA).key)}>"
    assert "nicht dabei" in said(letter)


def test_it_waits_for_zooms_report_but_not_longer_than_a_day(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    hold(bridge, event, world, clock)
    deliver(bridge, world)
    clock.advance(hours=23)
    follow_up(bridge)
    waiting = fates(bridge)

    clock.advance(hours=1)
    follow_up(bridge)

    assert waiting == {"due"}
    assert fates(bridge) == {"queued"}
    assert written(bridge, event, ANNA, BEN) == ["follow_up_attended", "follow_up_left_early"]


def test_nobody_is_told_that_they_were_missed_when_nobody_was_seen_at_all(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    clock.set(event.ends_at + timedelta(hours=24))

    follow_up(bridge)

    assert fates(bridge) == {"nobody_seen"}
    assert written(bridge, event, ANNA) == []


def test_who_turns_out_to_be_in_another_group_gets_no_second_letter(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """A report that changes between two of the four reminders: the first decision stands."""
    hold(bridge, event, world, clock)
    deliver(bridge, world)
    report(bridge, clock)
    with bridge.db.transaction() as connection:
        later = clock() + timedelta(hours=1)
        connection.execute(
            update(tables.metadata.tables["reminders"]).where(
                tables.metadata.tables["reminders"].c.kind == "follow_up_absent"
            ),
            {"due_at": later},
        )
    follow_up(bridge)
    with bridge.db.transaction() as connection:
        connection.execute(
            update(tables.sightings)
            .where(tables.sightings.c.registration_id == look(bridge, event, BEN).id)
            .values(registration_id=None, guest="Ben")
        )
    clock.set(later)

    follow_up(bridge)

    assert written(bridge, event, BEN) == ["follow_up_left_early"]
    assert written(bridge, event, CHIARA) == ["follow_up_absent"]


def test_who_had_one_gets_no_second_when_somebody_corrects_when_it_ended(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    hold(bridge, event, world, clock)
    deliver(bridge, world)
    report(bridge, clock)
    follow_up(bridge)

    longer = {"ends_at": event.ends_at + timedelta(minutes=15), "follow_ups": event.follow_ups}
    hosting.change_event(bridge.db, event.id, a_draft(zoom_host=event.zoom_host, **longer), clock())
    clock.advance(hours=1)
    follow_up(bridge)

    assert fates(bridge) == {"queued"}
    assert written(bridge, event, ANNA, CHIARA) == ["follow_up_attended", "follow_up_absent"]


def test_not_to_who_cancelled_or_unsubscribed(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    hold(bridge, event, world, clock)
    deliver(bridge, world)
    report(bridge, clock)
    run(bridge, "queue_reminders")
    registering.cancel(bridge.db, look(bridge, event, ANNA).key, clock())
    unsubscribing.unsubscribe(bridge.db, look(bridge, event, BEN).key, clock())

    run(bridge, "send_mail")

    assert written(bridge, event, ANNA, BEN) == []
    assert ("follow_up_left_early", "unsubscribed") in letters(bridge, look(bridge, event, BEN))


def test_who_has_unsubscribed_still_gets_what_belongs_to_the_registration(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    unsubscribing.unsubscribe(bridge.db, anna.key, clock())
    clock.set(event.starts_at - timedelta(days=1))

    follow_up(bridge)

    assert ("day_before", "sent") in letters(bridge, anna)


def test_moved_it_is_planned_anew_and_cancelled_it_is_dropped(bridge: Bridge, event: Event, clock: Clock) -> None:
    day = timedelta(days=1)
    draft = a_draft(
        zoom_host=event.zoom_host,
        follow_ups=event.follow_ups,
        starts_at=event.starts_at + day,
        ends_at=event.ends_at + day,
    )
    hosting.change_event(bridge.db, event.id, draft, clock())
    planned = {row.planned_at for row in rows(bridge, "reminders", drop_reason=None) if "follow" in row.kind}

    hosting.cancel_event(bridge.db, event.id, clock())

    assert planned == {event.ends_at + day + timedelta(hours=1)}
    assert fates(bridge) == {"moved", "cancelled"}


def test_wanted_only_after_the_end_it_still_goes(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    off: dict[str, Any] = {"zoom_host": event.zoom_host}
    hosting.change_event(bridge.db, event.id, a_draft(**off), clock())
    hold(bridge, current(bridge, event), world, clock)
    deliver(bridge, world)
    report(bridge, clock)
    clock.advance(hours=20)

    hosting.change_event(bridge.db, event.id, a_draft(**off, follow_ups=(Turnout.ATTENDED,)), clock())
    follow_up(bridge)

    assert written(bridge, event, ANNA, BEN) == ["follow_up_attended"]


def test_a_caller_without_an_address_is_written_to_by_nobody(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    registering.add_caller(bridge.db, event.id, Attendee("Emil", "Ernst", ""), clock())
    hold(bridge, event, world, clock)
    deliver(bridge, world)
    report(bridge, clock)

    follow_up(bridge)

    phoned = rows(bridge, "messages", kind="follow_up_phone")
    assert [row.registration_id for row in phoned] == [look(bridge, event, DORA).id]
