"""What somebody changes at Zoom is noticed, waits for an organiser, and is never overwritten silently."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN
from tests.clock import NOW, Clock
from tests.flows.deeds import (
    announce,
    asked,
    attend,
    current,
    drifts,
    during,
    in_zoom,
    letters,
    rows,
    run,
    twin,
)
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import drifting, hosting, looking
from zoom_bridge.simulator.world import World
from zoom_bridge.store import twin_tables

MAILS = {"registrants_email_notification": True}
WRAPPED = (
    "attendees_and_panelists_reminder_email_notification",
    "follow_up_attendees_email_notification",
    "follow_up_absentees_email_notification",
)


def change(bridge: Bridge, event: Event, **changes: object) -> Event:
    draft = a_draft(**{"zoom_host": event.zoom_host} | changes)
    return hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def at_zoom(world: World, **body: object) -> None:
    """Somebody changes the webinar in Zoom's portal."""
    world.update_webinar(in_zoom(world)[0].id, dict(body))


def look(bridge: Bridge, clock: Clock) -> None:
    """The next look falls due, and is done."""
    clock.set(max(next_look(bridge), clock()))
    run(bridge, "look_at_webinars")


def next_look(bridge: Bridge) -> object:
    return rows(bridge, "looks", kind="webinar")[0].due_at


def test_looks_come_every_six_hours_on_the_last_day_every_hour_and_end_with_the_event(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    first = next_look(bridge)
    looked = []

    while next_look(bridge):
        look(bridge, clock)
        looked.append(event.starts_at - clock())

    assert first == NOW + timedelta(hours=6)
    assert looked[1] - looked[2] == timedelta(hours=6)
    last_day = [before for before in looked if timedelta(hours=1) <= before <= timedelta(hours=24)]
    assert len(last_day) == 24
    assert clock() <= event.ends_at + timedelta(hours=13), "nothing was held, and nobody asks for ever"


def test_what_somebody_changed_at_zoom_is_told_with_both_values(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, topic="Umbenannt", start_time="2026-09-07T09:00:00Z", settings=MAILS)

    look(bridge, clock)

    assert drifts(bridge, event) == {
        "topic": ("Gute Nachbarschaft", "Umbenannt"),
        "start_time": ("2026-09-07T08:00:00+00:00", "2026-09-07T09:00:00+00:00"),
        "registrants_email_notification": ("false", "true"),
    }


def test_a_webhook_makes_us_look_at_once_and_our_own_change_is_no_drift(
    bridge: Bridge, event: Event, world: World, work, clock: Clock
) -> None:
    work()
    change(bridge, event, title_de="Von uns umbenannt")
    work()
    ours = drifts(bridge, event)

    clock.advance(minutes=5)
    at_zoom(world, topic="Umbenannt")
    work()

    assert ours == {}
    assert drifts(bridge, event) == {"topic": ("Von uns umbenannt", "Umbenannt")}


def test_a_sync_for_another_reason_overwrites_nothing_that_was_changed_at_zoom(
    bridge: Bridge, event: Event, world: World
) -> None:
    """Not even what no look has noticed yet."""
    run(bridge, "sync_webinars")
    at_zoom(world, topic="Umbenannt", settings=MAILS)

    change(bridge, event, ends_at=event.ends_at + timedelta(minutes=30))
    run(bridge, "sync_webinars")

    (webinar,) = in_zoom(world)
    assert (webinar.topic, webinar.duration) == ("Umbenannt", 120)
    assert webinar.settings["registrants_email_notification"] is True
    assert drifts(bridge, event).keys() == {"topic", "registrants_email_notification"}


def test_what_both_sides_changed_waits_for_a_decision_too(bridge: Bridge, event: Event, world: World) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, topic="Bei Zoom umbenannt")

    change(bridge, event, title_de="Hier umbenannt")
    run(bridge, "sync_webinars")

    assert in_zoom(world)[0].topic == "Bei Zoom umbenannt"
    assert drifts(bridge, event) == {"topic": ("Hier umbenannt", "Bei Zoom umbenannt")}


def test_putting_ours_back_tells_zoom_once_more(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, topic="Umbenannt", settings=MAILS)
    look(bridge, clock)

    drifting.put_back(bridge.db, event.id, "topic", clock())
    run(bridge, "sync_webinars")

    assert in_zoom(world)[0].topic == "Gute Nachbarschaft"
    assert drifts(bridge, event).keys() == {"registrants_email_notification"}, "the other one is not decided"
    assert in_zoom(world)[0].settings["registrants_email_notification"] is True


def test_ours_put_back_while_zoom_is_being_told_of_something_else_is_not_lost(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, topic="Umbenannt")
    look(bridge, clock)
    hosting.sync_again(bridge.db, event.id, clock())

    during(bridge, "PATCH .*", lambda: drifting.put_back(bridge.db, event.id, "topic", clock()))
    run(bridge, "sync_webinars", "sync_webinars")

    assert in_zoom(world)[0].topic == "Gute Nachbarschaft"
    assert drifts(bridge, event) == {}


def test_what_is_changed_back_at_zoom_needs_no_decision_any_more(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, topic="Umbenannt")
    look(bridge, clock)

    at_zoom(world, topic="Gute Nachbarschaft")
    look(bridge, clock)

    assert drifts(bridge, event) == {}


def test_zooms_time_becomes_the_events_and_everybody_with_a_seat_gets_one_letter(
    bridge: Bridge, event: Event, world: World, clock: Clock, mailbox: Mailbox
) -> None:
    anna, ben = attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars")
    at_zoom(world, start_time="2026-09-07T09:00:00Z", duration=60)
    look(bridge, clock)

    for aspect in ("start_time", "duration"):
        assert drifting.take(bridge.db, event.id, aspect, drifts(bridge, event)[aspect][1], clock())
    run(bridge, "sync_webinars", "send_mail")

    moved = current(bridge, event)
    assert (moved.starts_at, moved.ends_at) == (
        event.starts_at + timedelta(hours=1),
        event.starts_at + timedelta(hours=2),
    )
    assert moved.starts_wall.hour == 11
    for person in (anna, ben):
        assert [fate for kind, fate in letters(bridge, person) if kind == "moved"].count("sent") == 1
    assert drifts(bridge, event) == {}
    assert in_zoom(world)[0].duration == 60


@pytest.mark.parametrize(
    ("wished", "aspect", "field", "value"),
    [
        ({"practice_session": False}, "practice_session", "practice_session", False),
        ({"auto_recording": "cloud"}, "auto_recording", "recording", "cloud"),
        ({"question_and_answer": {"enable": True}}, "question_and_answer", "participation", True),
        ({"alternative_hosts": "webinar-2@example.org"}, "alternative_hosts", "alternative_hosts", "webinar-2@example.org"),
        ({"approval_type": 0}, "approval_type", "open_door", True),
    ],
)  # fmt: skip
def test_taking_what_our_form_knows_changes_the_event(
    bridge: Bridge, event: Event, world: World, clock: Clock, wished, aspect, field, value
) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, settings=wished)
    look(bridge, clock)

    drifting.take(bridge.db, event.id, aspect, drifts(bridge, event)[aspect][1], clock())
    run(bridge, "sync_webinars")
    look(bridge, clock)

    assert getattr(current(bridge, event), field) == value
    assert aspect not in drifts(bridge, event)


def test_what_our_form_does_not_know_stays_as_zoom_has_it_until_it_changes_once_more(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, settings={"audio": "voip"})
    look(bridge, clock)

    drifting.take(bridge.db, event.id, "audio", "voip", clock())
    change(bridge, event, title_de="Neu")
    run(bridge, "sync_webinars")
    look(bridge, clock)
    accepted = (drifts(bridge, event), in_zoom(world)[0].settings["audio"], in_zoom(world)[0].topic)
    at_zoom(world, settings={"audio": "telephony"})
    look(bridge, clock)

    assert accepted == ({}, "voip", "Neu")
    assert drifts(bridge, event) == {"audio": ("both", "telephony")}


def test_nobody_takes_what_they_have_not_seen(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, topic="Umbenannt")
    look(bridge, clock)
    at_zoom(world, topic="Noch einmal umbenannt")
    look(bridge, clock)

    taken = drifting.take(bridge.db, event.id, "topic", "Umbenannt", clock())

    assert not taken
    assert current(bridge, event).title_de == "Gute Nachbarschaft"


def test_another_passcode_is_told_and_the_links_are_read_again(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    asleep = clock() + timedelta(days=5)
    _postpone_looks(bridge, "registrants", asleep)
    at_zoom(world, password="987654")
    look(bridge, clock)
    told = drifts(bridge, event)

    drifting.take(bridge.db, event.id, "passcode", told["passcode"][1], clock())
    look(bridge, clock)

    assert told.keys() == {"passcode"}
    assert "987654" not in str(rows(bridge, "drifts")) + str(told)
    assert drifts(bridge, event) == {}, "told once"
    assert twin(bridge, event).passcode == "987654"
    assert rows(bridge, "looks", kind="registrants")[0].due_at < asleep


def test_a_webinar_deleted_without_a_word_is_noticed_and_one_taken_out_of_the_bin_as_well(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    (webinar,) = in_zoom(world)
    webinar.deleted_at = clock()
    look(bridge, clock)
    gone = twin(bridge, event).gone_at

    webinar.deleted_at = None
    announce(bridge, "webinar.recovered", str(webinar.id), clock())
    run(bridge, "apply_webhooks", "look_at_webinars")

    assert gone
    assert twin(bridge, event).gone_at is None


def test_a_look_that_was_overtaken_by_our_own_change_finds_nothing(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    clock.set(next_look(bridge))

    def meanwhile() -> None:
        clock.advance(seconds=1)
        change(bridge, event, title_de="Von uns umbenannt")
        run(bridge, "sync_webinars")

    during(bridge, "GET .*/webinars/[0-9]+", meanwhile)
    run(bridge, "look_at_webinars")

    assert drifts(bridge, event) == {}
    assert in_zoom(world)[0].topic == "Von uns umbenannt"


def test_our_own_change_whose_answer_got_lost_is_not_taken_for_somebody_elses(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    change(bridge, event, title_de="Erster Einfall")
    world.faults.lose_answer("PATCH")
    run(bridge, "sync_webinars")
    change(bridge, event, title_de="Zweiter Einfall")
    clock.advance(minutes=5)

    run(bridge, "sync_webinars")

    assert in_zoom(world)[0].topic == "Zweiter Einfall"
    assert drifts(bridge, event) == {}


def test_zoom_cannot_be_reached_and_the_look_comes_back(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    at_zoom(world, topic="Umbenannt")
    world.faults.down()
    look(bridge, clock)
    world.faults.clear()

    clock.advance(minutes=1)
    run(bridge, "look_at_webinars")

    assert drifts(bridge, event).keys() == {"topic"}


# Letters with a dead link


def test_reminders_with_a_dead_link_wait_and_go_when_it_is_repaired(
    bridge: Bridge, event: Event, world: World, clock: Clock, work
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    work()
    clock.set(event.starts_at - timedelta(hours=2))
    world.delete_webinar(in_zoom(world)[0].id)
    work()
    clock.set(event.starts_at - timedelta(hours=1))
    work()
    held = rows(bridge, "messages", kind="join_link")[0]

    hosting.recreate_webinar(bridge.db, event.id, clock())
    work()
    clock.advance(minutes=2)
    work()

    assert (held.sent_at, held.skipped_at, held.attempts) == (None, None, 0)
    assert "cannot take place" in held.last_error
    assert ("join_link", "sent") in letters(bridge, anna)


def test_a_reminder_that_is_held_too_long_is_skipped_not_sent(
    bridge: Bridge, event: Event, world: World, clock: Clock, work
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    work()
    world.delete_webinar(in_zoom(world)[0].id)
    clock.set(event.starts_at - timedelta(hours=1))
    work()

    clock.set(event.ends_at)
    work()

    assert ("join_link", "expired") in letters(bridge, anna)


def test_what_was_converted_to_a_meeting_holds_letters_back_and_is_named(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    announce(bridge, "webinar.converted_to_meeting", str(twin(bridge, event).zoom_id), clock(), type=2)
    run(bridge, "apply_webhooks")
    told = drifts(bridge, event)

    hosting.recreate_webinar(bridge.db, event.id, clock())
    run(bridge, "sync_webinars")

    assert told.keys() == {"converted_to_meeting"}
    assert drifts(bridge, event) == {}


def test_a_licence_that_is_gone_holds_letters_back_until_it_comes_back(
    bridge: Bridge, event: Event, world: World, clock: Clock, work
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    work()
    host = world.find_user(event.zoom_host)
    host.licensed = False
    clock.set(event.starts_at - timedelta(hours=2))
    work()
    clock.set(event.starts_at - timedelta(hours=1))
    work()
    without = (drifts(bridge, event).keys(), letters(bridge, anna)[-1])

    host.licensed = True
    hosting.sync_again(bridge.db, event.id, clock())
    work()
    clock.advance(minutes=2)
    work()

    assert without == ({"licence"}, ("join_link", "waits"))
    assert drifts(bridge, event) == {}
    assert letters(bridge, anna)[-1] == ("join_link", "sent")


def test_an_upgraded_database_compares_from_its_next_sync_on(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Of webinars made by an earlier version nobody knows what was agreed."""
    run(bridge, "sync_webinars")
    _forget_what_was_agreed(bridge)
    at_zoom(world, topic="Umbenannt")

    look(bridge, clock)

    assert drifts(bridge, event) == {"topic": ("Gute Nachbarschaft", "Umbenannt")}


def test_looking_changes_nothing_at_zoom(bridge: Bridge, event: Event, world: World, clock: Clock) -> None:
    run(bridge, "sync_webinars")
    before = len(asked(bridge))
    at_zoom(world, topic="Umbenannt")

    look(bridge, clock)

    assert {call.partition(" ")[0] for call in asked(bridge)[before:]} == {"GET"}


def _postpone_looks(bridge: Bridge, kind: str, until: object) -> None:
    from sqlalchemy import update

    from zoom_bridge.store import twin_tables

    with bridge.db.transaction() as connection:
        connection.execute(update(twin_tables.looks).where(twin_tables.looks.c.kind == kind).values(due_at=until))


def _forget_what_was_agreed(bridge: Bridge) -> None:
    from sqlalchemy import update

    from zoom_bridge.store import tables

    with bridge.db.transaction() as connection:
        connection.execute(update(tables.webinars).values(agreed=""))


def test_a_look_and_a_sync_at_the_same_moment_do_not_wait_for_each_other_in_a_circle(
    bridge: Bridge, event: Event, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(bridge, "sync_webinars")
    change(bridge, event, title_de="Umbenannt")
    as_before = looking._as_before
    syncing = threading.Thread(target=run, args=(bridge, "sync_webinars"))

    def slowly(*args: Any) -> bool:
        syncing.start()
        syncing.join(timeout=1)
        return as_before(*args)

    monkeypatch.setattr(looking, "_as_before", slowly)
    look(bridge, clock)
    syncing.join()
    run(bridge, "sync_webinars")

    assert rows(bridge, "webinars")[0].claim is None
    assert rows(bridge, "looks", kind="webinar")[0].claim is None
    assert in_zoom(world)[0].topic == "Umbenannt"


def test_however_long_zoom_is_away_the_look_comes_back(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    world.faults.down()

    for attempts in (0, 10, 1_000, 100_000):
        with bridge.db.transaction() as connection:
            connection.execute(twin_tables.looks.update().values(attempts=attempts))
        look(bridge, clock)

    assert rows(bridge, "looks", kind="webinar")[0].due_at
    assert rows(bridge, "looks", kind="webinar")[0].gave_up_at is None


def test_whatever_somebody_changes_at_zoom_can_be_kept(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    """Zoom has long names for some settings."""
    run(bridge, "sync_webinars")
    at_zoom(world, settings={name: {"enable": True} for name in WRAPPED} | {"email_language": "fr-FR"})

    look(bridge, clock)

    assert drifts(bridge, event).keys() >= {*WRAPPED, "email_language"}


def test_what_came_in_while_a_webinar_was_in_zooms_bin_reaches_it_afterwards(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    run(bridge, "sync_webinars")
    webinar = in_zoom(world)[0]
    webinar.deleted_at = clock()
    look(bridge, clock)
    attend(bridge, event, ANNA)
    change(bridge, event, title_de="Umbenannt")
    run(bridge, "sync_webinars", "sync_registrants", "compare_registrants")
    clock.advance(hours=1)
    run(bridge, "compare_registrants")
    webinar.deleted_at = None

    look(bridge, clock)
    run(bridge, "sync_webinars", "sync_registrants")

    assert in_zoom(world)[0].topic == "Umbenannt"
    assert [one.email for one in in_zoom(world)[0].registrants.values()] == [ANNA.email]
    assert all(row.due_at for row in rows(bridge, "looks"))
