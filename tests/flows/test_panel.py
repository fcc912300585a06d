"""Speakers with an address: their seats at Zoom, and the letters with their own link."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA
from tests.clock import Clock
from tests.flows.deeds import asked, attend, current, in_zoom, rows, run, said
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain import retry
from zoom_bridge.domain.event import Event, Panelist
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Door
from zoom_bridge.flows import hosting, inviting, seating
from zoom_bridge.simulator.world import World
from zoom_bridge.store import panel_seats

PETRA = Panelist("Petra Podium", email="petra@example.org")
PAUL = Panelist("Paul Publikum", email="paul@example.org")
ADDING = ("POST", "/panelists")


def on_panel(bridge: Bridge, event: Event, *panelists: Panelist, **changes: object) -> Event:
    draft = a_draft(**{"zoom_host": event.zoom_host, "panelists": panelists} | changes)
    return hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def seats(bridge: Bridge, event: Event) -> list[PanelSeat]:
    with bridge.db.reading() as connection:
        return panel_seats.list_for_event(connection, event.id)


def at_zoom(world: World) -> list[tuple[str, str]]:
    return sorted((one.name, one.email) for webinar in in_zoom(world) for one in webinar.panelists.values())


def sync(bridge: Bridge) -> None:
    run(bridge, "sync_webinars", "sync_panelists")


def sync_until_quiet(bridge: Bridge, clock: Clock) -> None:
    end = clock() + timedelta(hours=1)
    while due := [row.due_at for row in rows(bridge, "panel_seats") if row.due_at and row.due_at <= end]:
        clock.set(max(*due, clock()))
        sync(bridge)


def letters_to(bridge: Bridge, mailbox: Mailbox, panelist: Panelist) -> Sequence[Any]:
    run(bridge, "send_mail")
    return [letter for letter in mailbox.letters if letter.recipient == panelist.email]


def test_speakers_with_an_address_are_on_the_panel_at_zoom_with_links_of_their_own(
    bridge: Bridge, event: Event, world: World
) -> None:
    on_panel(bridge, event, PETRA, PAUL, Panelist("Ohne Adresse"))

    sync(bridge)

    assert at_zoom(world) == [("Paul Publikum", PAUL.email), ("Petra Podium", PETRA.email)]
    assert len({seat.join_url for seat in seats(bridge, event)} - {None}) == 2
    assert asked(bridge).count("POST panelists") == 1


def test_the_panel_waits_for_the_webinar_and_follows_at_once(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    on_panel(bridge, event, PETRA)

    run(bridge, "sync_panelists")
    (waiting,) = seats(bridge, event)
    run(bridge, "sync_webinars", "sync_panelists")

    assert (waiting.last_error, waiting.attempts) == ("The webinar is not set up at Zoom yet.", 0)
    assert at_zoom(world) == [("Petra Podium", PETRA.email)]


def test_nothing_changed_for_the_panel_and_zoom_is_not_asked_about_it(
    bridge: Bridge, event: Event, world: World
) -> None:
    on_panel(bridge, event, PETRA)
    sync(bridge)
    before = asked(bridge).count("GET panelists")

    on_panel(bridge, event, PETRA, subtitle_de="Neu")
    sync(bridge)

    assert asked(bridge).count("GET panelists") == before


def test_who_leaves_is_taken_off_who_is_renamed_changes_and_who_returns_is_back(
    bridge: Bridge, event: Event, world: World
) -> None:
    on_panel(bridge, event, PETRA, PAUL)
    sync(bridge)

    on_panel(bridge, event, replace(PETRA, name="Petra Pult"))
    sync(bridge)
    without_paul = at_zoom(world)
    on_panel(bridge, event, PETRA, replace(PAUL, email="Paul@Example.org"))
    sync(bridge)

    assert without_paul == [("Petra Pult", PETRA.email)]
    assert at_zoom(world) == [("Paul Publikum", PAUL.email), ("Petra Podium", PETRA.email)]
    assert len(seats(bridge, event)) == 2
    assert all(seat.join_url for seat in seats(bridge, event))


@pytest.mark.parametrize("mishap", ["lose_answer", "lose_request"])
def test_an_answer_that_got_lost_adds_nobody_twice(
    bridge: Bridge, event: Event, world: World, clock: Clock, mishap: str
) -> None:
    on_panel(bridge, event, PETRA)
    run(bridge, "sync_webinars")
    getattr(world.faults, mishap)(*ADDING)

    run(bridge, "sync_panelists")
    (unsure,) = seats(bridge, event)
    sync_until_quiet(bridge, clock)

    assert unsure.asked_zoom_at
    assert at_zoom(world) == [("Petra Podium", PETRA.email)]
    (seat,) = seats(bridge, event)
    assert (seat.asked_zoom_at, bool(seat.join_url)) == (None, True)


def test_one_whom_zoom_refuses_stops_nobody_else(bridge: Bridge, event: Event, world: World) -> None:
    on_panel(bridge, event, PETRA, replace(PAUL, email="p" * 120 + "@example.org"))

    sync(bridge)

    petra, paul = seats(bridge, event)
    assert petra.join_url
    assert paul.gave_up_at
    assert at_zoom(world) == [("Petra Podium", PETRA.email)]


def test_a_webinar_made_anew_has_the_panel_again(bridge: Bridge, event: Event, world: World) -> None:
    on_panel(bridge, event, PETRA)
    sync(bridge)
    (before,) = seats(bridge, event)

    on_panel(bridge, event, PETRA, zoom_host="webinar-2@example.org")
    sync(bridge)

    (after,) = seats(bridge, event)
    assert at_zoom(world) == [("Petra Podium", PETRA.email)]
    assert after.join_url
    assert after.join_url != before.join_url
    assert after.key == before.key


def test_a_webinar_deleted_at_zoom_is_noticed(bridge: Bridge, event: Event, world: World) -> None:
    on_panel(bridge, event, PETRA)
    run(bridge, "sync_webinars")
    world.delete_webinar(in_zoom(world)[0].id)

    run(bridge, "sync_panelists")

    (seat,) = seats(bridge, event)
    assert seat.gave_up_at
    assert rows(bridge, "webinars")[0].gone_at
    hosting.recreate_webinar(bridge.db, event.id, bridge.clock())
    sync(bridge)
    assert at_zoom(world) == [("Petra Podium", PETRA.email)]


def test_a_draft_invites_nobody_until_it_is_published(bridge: Bridge, mailbox: Mailbox, event: Event) -> None:
    draft = hosting.create_event(bridge.db, a_draft(panelists=(PETRA,)), bridge.clock())

    as_a_draft = letters_to(bridge, mailbox, PETRA)
    hosting.publish_event(bridge.db, draft.id, bridge.clock())
    hosting.publish_event(bridge.db, draft.id, bridge.clock())

    assert as_a_draft == []
    (letter,) = letters_to(bridge, mailbox, PETRA)
    (seat,) = seats(bridge, draft)
    assert bridge.links.panel(seat.key) in said(letter)
    assert "ab 9.00 Uhr" in said(letter)


def test_panelists_are_told_when_the_event_moves_and_when_it_is_cancelled(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    on_panel(bridge, event, PETRA)
    letters_to(bridge, mailbox, PETRA)

    on_panel(bridge, event, PETRA, PAUL, starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7))  # fmt: skip
    letters_to(bridge, mailbox, PETRA)
    hosting.cancel_event(bridge.db, event.id, bridge.clock())

    kinds = [letter.subject.partition(":")[0] for letter in letters_to(bridge, mailbox, PETRA)]
    assert kinds == ["Ihr Zugang zum Podium", "Verschoben", "Abgesagt"]
    # Who came with the new date gets it with the invitation.
    to_paul = [letter.subject.partition(":")[0] for letter in letters_to(bridge, mailbox, PAUL)]
    assert to_paul == ["Ihr Zugang zum Podium", "Abgesagt"]
    calendars = [row.kind for row in rows(bridge, "messages") if row.panel_seat_id]
    assert calendars.count("panel_moved") == 1


def test_who_is_no_longer_on_the_panel_is_told_so_if_they_were_invited(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    on_panel(bridge, event, PETRA)
    letters_to(bridge, mailbox, PETRA)
    draft = hosting.create_event(bridge.db, a_draft(panelists=(PAUL,)), bridge.clock())

    on_panel(bridge, event)
    on_panel(bridge, draft)

    assert letters_to(bridge, mailbox, PETRA)[-1].subject.startswith("Nicht mehr auf dem Podium")
    assert letters_to(bridge, mailbox, PAUL) == []
    assert seating.join(bridge.db, seats(bridge, event)[0].key, event.starts_at) == (Door.CANCELLED, None)


def test_panelists_are_reminded_and_who_comes_late_is_not(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    on_panel(bridge, event, PETRA)
    attend(bridge, event, ANNA)
    clock.set(event.starts_at - timedelta(minutes=59))
    on_panel(bridge, event, PETRA, PAUL)

    run(bridge, "queue_reminders")

    subjects = [letter.subject for letter in letters_to(bridge, mailbox, PETRA)]
    assert subjects[-1].startswith("Heute, 10.00 Uhr, Ihr Zugang zum Podium")
    assert len(letters_to(bridge, mailbox, PAUL)) == 1


def test_the_link_leads_into_zoom_from_an_hour_before_the_start(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    on_panel(bridge, event, PETRA)
    before_zoom = seating.join(bridge.db, seats(bridge, event)[0].key, event.starts_at - timedelta(hours=1))
    sync(bridge)
    (seat,) = seats(bridge, event)

    early = seating.join(bridge.db, seat.key, event.starts_at - timedelta(minutes=61))
    in_time = seating.join(bridge.db, seat.key, event.starts_at - timedelta(minutes=60))
    late = seating.join(bridge.db, seat.key, event.doors_close_at)

    assert before_zoom == (Door.NOT_READY, None)
    assert early == (Door.TOO_EARLY, None)
    assert in_time == (Door.OPEN, seat.join_url)
    assert late == (Door.OVER, None)


def test_the_link_is_sent_again_but_not_twice_in_a_minute(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    on_panel(bridge, event, PETRA)
    letters_to(bridge, mailbox, PETRA)
    (seat,) = seats(bridge, event)

    seating.send_link_again(bridge.db, event.id, seat.id, clock())
    seating.send_link_again(bridge.db, event.id, seat.id, clock())

    assert len(letters_to(bridge, mailbox, PETRA)) == 2
    with pytest.raises(NotFound):
        seating.send_link_again(bridge.db, event.id + 1, seat.id, clock())


def test_two_speakers_with_one_address_have_one_seat(bridge: Bridge, event: Event) -> None:
    on_panel(bridge, event, PETRA, Panelist("Paul Publikum", email="PETRA@example.org"))

    assert [seat.name for seat in seats(bridge, event)] == ["Petra Podium"]


def test_a_panel_is_forgotten_with_the_events_people(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    on_panel(bridge, event, PETRA)
    sync(bridge)
    clock.set(event.forget_at)

    run(bridge, "forget")

    assert at_zoom(world) == []
    assert seats(bridge, event) == []
    assert [row for row in rows(bridge, "messages") if row.panel_seat_id] == []
    assert [(one.name, one.email) for one in current(bridge, event).panelists] == [("Petra Podium", "")]


def test_one_panelist_whom_zoom_does_not_let_go_keeps_the_others_not(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    on_panel(bridge, event, PETRA, PAUL)
    sync(bridge)
    clock.set(event.forget_at)
    world.faults.fail(400, "DELETE", "/panelists/*", times=1)

    run(bridge, "forget")

    assert len(at_zoom(world)) == 1
    assert seats(bridge, event) == []


def test_whom_zoom_takes_and_never_shows_is_asked_for_ever_more_rarely_and_in_the_end_no_more(
    bridge: Bridge, event: Event, world: World, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_panel(bridge, event, PETRA)
    run(bridge, "sync_webinars")
    monkeypatch.setattr("zoom_bridge.zoom.client.ZoomClient.list_panelists", lambda *_: [])

    waits = []
    for _ in range(14):
        run(bridge, "sync_panelists")
        (seat,) = seats(bridge, event)
        waits.append(seat.due_at - clock())
        clock.set(seat.due_at)
    with bridge.db.transaction() as connection:
        panel_seats.change(connection, seat.id, attempts=retry.ZOOM.tries - 1)
    run(bridge, "sync_panelists")
    (seat,) = seats(bridge, event)

    assert waits[0] < waits[-1] <= retry.ZOOM.longest
    assert seat.due_at is None
    assert seat.gave_up_at
    assert seat.last_error == inviting.NOT_SHOWN
