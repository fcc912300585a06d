"""Creating, changing, publishing and cancelling an event, and what Zoom and the attendees learn of it."""

import threading
from datetime import timedelta

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN
from tests.clock import NOW, Clock
from tests.flows.deeds import (
    asked,
    at_zoom,
    attend,
    current,
    drifts,
    in_zoom,
    letters,
    look,
    rows,
    run,
    said,
    twin,
)
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.domain.refusals import ChangedMeanwhile, EventCancelled, NotFound, NotPublishable
from zoom_bridge.domain.registration import Door
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES
from zoom_bridge.flows import hosting, informing, registering
from zoom_bridge.simulator.world import World


def change(bridge: Bridge, event: Event, **changes: object) -> Event:
    draft = a_draft(**{"zoom_host": event.zoom_host, "capacity": event.capacity} | changes)
    return hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def reminders(bridge: Bridge) -> list[tuple[str, int, str]]:
    return [
        (row.kind, row.schedule_revision, row.drop_reason or ("queued" if row.queued_at else "due"))
        for row in rows(bridge, "reminders")
    ]


def test_an_event_gets_a_readable_address_from_its_title(bridge: Bridge) -> None:
    event = hosting.create_event(bridge.db, a_draft(title_de="Größe, Maß & Öl — für alle!"), NOW)

    assert event.slug == "groesse-mass-oel-fuer-alle"


def test_addresses_never_collide_and_never_change(bridge: Bridge) -> None:
    slugs = [hosting.create_event(bridge.db, a_draft(), NOW).slug for _ in range(4)]
    first = rows(bridge, "events")[0].id

    hosting.change_event(bridge.db, first, a_draft(title_de="Ganz anders"), NOW)

    assert slugs[:2] == ["gute-nachbarschaft", "gute-nachbarschaft-2026-09-07"]
    assert len(set(slugs)) == 4
    assert rows(bridge, "events")[0].slug == "gute-nachbarschaft"


def test_two_organisers_who_create_the_same_event_at_once_get_two(bridge: Bridge) -> None:
    started = threading.Barrier(2)

    def create() -> None:
        started.wait()
        hosting.create_event(bridge.db, a_draft(), NOW)

    threads = [threading.Thread(target=create) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({row.slug for row in rows(bridge, "events")}) == 2


def test_a_title_without_latin_letters_still_gives_an_address(bridge: Bridge) -> None:
    event = hosting.create_event(bridge.db, a_draft(title_de="Привет"), NOW)

    assert event.slug == "2026-09-07"


def test_publishing_is_refused_while_imprint_or_privacy_notice_are_missing(bridge: Bridge) -> None:
    event = hosting.create_event(bridge.db, a_draft(), NOW)
    informing.write_notice(bridge.db, NoticeKind.IMPRINT, "de", "Umweltministerium", NOW)

    with pytest.raises(NotPublishable) as refused:
        hosting.publish_event(bridge.db, event.id, NOW)

    assert refused.value.missing == ("privacy",)
    assert current(bridge, event).published_at is None


def test_publishing_twice_keeps_the_first_time(bridge: Bridge, event: Event, clock: Clock) -> None:
    hosting.publish_event(bridge.db, event.id, clock.advance(hours=1))

    assert current(bridge, event).published_at == NOW


def test_nothing_can_be_done_to_an_event_that_does_not_exist(bridge: Bridge) -> None:
    for deed in (hosting.publish_event, hosting.cancel_event, hosting.sync_again, hosting.recreate_webinar):
        with pytest.raises(NotFound):
            deed(bridge.db, 99, NOW)
    with pytest.raises(NotFound):
        hosting.change_event(bridge.db, 99, a_draft(), NOW)


def test_zoom_has_one_webinar_after_any_number_of_edits(bridge: Bridge, event: Event, world: World) -> None:
    for n in range(5):
        change(bridge, event, title_de=f"Titel {n}")
        run(bridge, "sync_webinars")

    (webinar,) = in_zoom(world)
    assert webinar.topic == "Titel 4"
    assert twin(bridge, event).synced_revision == current(bridge, event).revision == 6


def test_zooms_own_mails_are_off_and_registration_is_on(bridge: Bridge, event: Event, world: World) -> None:
    run(bridge, "sync_webinars")

    (webinar,) = in_zoom(world)
    assert webinar.type == 5
    assert webinar.asks_to_register
    assert webinar.settings["registrants_email_notification"] is False
    assert webinar.settings["registrants_confirmation_email"] is False
    assert webinar.settings["attendees_and_panelists_reminder_email_notification"]["enable"] is False
    assert drifts(bridge, event) == {}


def test_what_zoom_silently_leaves_as_it_was_is_read_back_and_shown(
    bridge: Bridge, event: Event, world: World
) -> None:
    run(bridge, "sync_webinars")
    (webinar,) = in_zoom(world)
    webinar.type = 6  # of this kind Zoom takes no change of who approves registrations
    webinar.settings["approval_type"] = 2

    hosting.sync_again(bridge.db, event.id, NOW)
    run(bridge, "sync_webinars")

    assert drifts(bridge, event) == {"approval_type": ("1", "2")}


def test_another_host_gets_a_new_webinar_and_the_old_one_goes(bridge: Bridge, event: Event, world: World) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    before = look(bridge, event, ANNA)

    change(bridge, event, zoom_host="webinar-2@example.org")
    run(bridge, "sync_webinars", "sync_registrants")

    (webinar,) = in_zoom(world)
    after = look(bridge, event, ANNA)
    assert world.users[webinar.host_id].email == "webinar-2@example.org"
    assert at_zoom(world) == [ANNA.email]
    assert after.join_url
    assert after.join_url != before.join_url
    assert after.key == before.key


def test_a_moved_event_drops_the_old_reminders_plans_new_ones_and_tells_everybody_once(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    anna, ben = attend(bridge, event, ANNA, BEN)
    run(bridge, "send_mail")
    mailbox.empty()

    change(bridge, event, starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7))
    run(bridge, "send_mail")

    assert reminders(bridge) == [
        ("day_before", 1, "moved"),
        ("join_link", 1, "moved"),
        ("day_before", 2, "due"),
        ("join_link", 2, "due"),
    ]
    assert len(mailbox.to(ANNA.email)) == len(mailbox.to(BEN.email)) == 1
    assert letters(bridge, anna)[-1] == letters(bridge, ben)[-1] == ("moved", "sent")
    assert "7. September" in said(mailbox.last(ANNA.email))
    assert "14. September" in said(mailbox.last(ANNA.email))


def test_moved_twice_before_a_letter_leaves_only_the_last_date_is_told_and_the_one_people_knew(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "send_mail")
    mailbox.empty()

    for days in (7, 14):
        by = timedelta(days=days)
        change(bridge, event, starts_at=event.starts_at + by, ends_at=event.ends_at + by)
    run(bridge, "send_mail")

    (letter,) = mailbox.to(ANNA.email)
    assert "21. September" in said(letter)
    assert "7. September" in said(letter), "the date that Anna knows"
    assert "14. September" not in said(letter), "nobody was ever told of this one"
    assert letters(bridge, anna)[-2:] == [("moved", "superseded"), ("moved", "sent")]


def test_who_confirms_while_the_event_moves_gets_a_letter_with_the_new_date(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    (anna,) = attend(bridge, event, ANNA)

    change(bridge, event, starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7))
    run(bridge, "send_mail")

    assert ("confirmation", "superseded") in letters(bridge, anna)
    assert "14. September" in said(mailbox.last(ANNA.email))


def test_moving_a_draft_tells_nobody(bridge: Bridge) -> None:
    event = hosting.create_event(bridge.db, a_draft(), NOW)

    change(bridge, event, starts_at=event.starts_at + timedelta(days=1), ends_at=event.ends_at + timedelta(days=1))

    assert rows(bridge, "messages") == []
    assert current(bridge, event).moved_from is None


def test_a_corrected_word_moves_nothing(bridge: Bridge, event: Event, mailbox: Mailbox) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "send_mail")
    mailbox.empty()

    change(bridge, event, title_de="Beste Nachbarschaft")
    run(bridge, "send_mail")

    assert mailbox.letters == []
    assert reminders(bridge) == [("day_before", 1, "due"), ("join_link", 1, "due")]


def test_a_word_corrected_while_a_reminder_is_due_costs_nobody_the_reminder(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "send_mail")
    mailbox.empty()
    clock.set(event.starts_at - timedelta(hours=1) + timedelta(seconds=3))

    change(bridge, event, title_de="Beste Nachbarschaft")
    run(bridge, "queue_reminders", "send_mail")

    assert len(mailbox.to(ANNA.email)) == 1
    assert reminders(bridge) == [("day_before", 1, "expired"), ("join_link", 1, "queued")]


def test_what_became_of_a_reminder_is_not_told_otherwise_after_an_edit(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    clock.set(event.ends_at)
    run(bridge, "queue_reminders")

    change(bridge, event, title_de="Beste Nachbarschaft")

    assert reminders(bridge) == [("day_before", 1, "expired"), ("join_link", 1, "expired")]


def test_a_reminder_can_be_switched_off_and_on_again(bridge: Bridge, event: Event) -> None:
    change(bridge, event, reminders=DEFAULT_RULES[1:])
    off = reminders(bridge)
    change(bridge, event)

    assert off == [("day_before", 1, "switched_off"), ("join_link", 1, "due")]
    assert reminders(bridge) == [("day_before", 1, "due"), ("join_link", 1, "due")]


def test_a_reminder_whose_time_is_past_at_the_new_date_is_not_sent(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)

    change(bridge, event, starts_at=clock() + timedelta(hours=5), ends_at=clock() + timedelta(hours=6))

    assert reminders(bridge)[2:] == [("day_before", 2, "past"), ("join_link", 2, "due")]


def test_a_cancelled_event_stops_reminders_writes_one_letter_and_takes_the_webinar_away(
    bridge: Bridge, event: Event, mailbox: Mailbox, world: World, clock: Clock
) -> None:
    (anna,) = attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants", "send_mail")
    mailbox.empty()

    hosting.cancel_event(bridge.db, event.id, clock.advance(hours=1))
    hosting.cancel_event(bridge.db, event.id, clock.advance(hours=1))
    run(bridge, "sync_webinars", "send_mail")
    clock.set(event.starts_at - timedelta(minutes=59))
    run(bridge, "queue_reminders", "send_mail")

    assert len(mailbox.to(ANNA.email)) == 1
    assert letters(bridge, anna)[-1] == ("cancelled", "sent")
    assert in_zoom(world) == []
    assert reminders(bridge) == [("day_before", 1, "cancelled"), ("join_link", 1, "cancelled")]
    assert registering.join(bridge.db, anna.key, clock()) == (Door.CANCELLED, None)


def test_a_cancelled_event_cannot_be_changed_or_published(bridge: Bridge, event: Event) -> None:
    hosting.cancel_event(bridge.db, event.id, NOW)

    with pytest.raises(EventCancelled):
        change(bridge, event)
    with pytest.raises(EventCancelled):
        hosting.publish_event(bridge.db, event.id, NOW)


def test_cancelling_before_zoom_knew_of_the_event_makes_no_webinar(
    bridge: Bridge, event: Event, world: World
) -> None:
    hosting.cancel_event(bridge.db, event.id, NOW)

    run(bridge, "sync_webinars")

    assert asked(bridge) == []
    assert twin(bridge, event).due_at is None


def test_who_waits_for_zoom_when_the_event_is_cancelled_waits_no_longer(bridge: Bridge, event: Event) -> None:
    attend(bridge, event, ANNA)
    hosting.cancel_event(bridge.db, event.id, NOW)

    run(bridge, "sync_webinars", "sync_registrants")

    anna = look(bridge, event, ANNA)
    assert (anna.due_at, anna.synced_revision) == (None, anna.revision)


def test_a_webinar_deleted_at_zoom_is_made_anew_on_demand_and_join_links_stay_valid(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "sync_webinars", "sync_registrants")
    before = look(bridge, event, ANNA)
    world.delete_webinar(int(twin(bridge, event).zoom_id or ""))
    hosting.sync_again(bridge.db, event.id, clock())
    run(bridge, "sync_webinars")
    assert twin(bridge, event).gone_at is not None

    hosting.recreate_webinar(bridge.db, event.id, clock())
    run(bridge, "sync_webinars", "sync_registrants")

    after = look(bridge, event, ANNA)
    clock.set(event.starts_at)
    assert registering.join(bridge.db, before.key, clock()) == (Door.OPEN, after.join_url)
    assert after.join_url != before.join_url
    assert twin(bridge, event).gone_at is None
    assert len(in_zoom(world)) == 1


def test_after_recreating_only_those_with_a_seat_are_brought_to_zoom(
    bridge: Bridge, event: Event, world: World, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)
    run(bridge, "sync_webinars", "sync_registrants")
    registering.cancel(bridge.db, look(bridge, event, BEN).key, clock())
    world.delete_webinar(int(twin(bridge, event).zoom_id or ""))
    hosting.sync_again(bridge.db, event.id, clock())
    run(bridge, "sync_webinars", "sync_registrants")

    hosting.recreate_webinar(bridge.db, event.id, clock())
    run(bridge, "sync_webinars", "sync_registrants")

    ben = look(bridge, event, BEN)
    assert at_zoom(world) == [ANNA.email]
    assert (ben.due_at, ben.gave_up_at, ben.synced_revision) == (None, None, ben.revision)


def test_a_webinar_that_is_there_is_not_recreated(bridge: Bridge, event: Event, world: World) -> None:
    run(bridge, "sync_webinars")
    (webinar,) = in_zoom(world)

    hosting.recreate_webinar(bridge.db, event.id, NOW)
    run(bridge, "sync_webinars")

    assert in_zoom(world) == [webinar]


def test_the_start_link_is_asked_for_and_never_kept(bridge: Bridge, event: Event) -> None:
    with pytest.raises(NotFound):
        hosting.start_url(bridge.db, bridge.zoom, event.id)
    run(bridge, "sync_webinars")

    url = hosting.start_url(bridge.db, bridge.zoom, event.id)

    assert "zak=" in url
    assert not any("zak=" in str(row) for row in rows(bridge, "webinars"))


def test_nobody_undoes_a_colleagues_change_without_knowing_of_it(bridge: Bridge, event: Event) -> None:
    seen = event.revision
    change(bridge, event, title_de="Von Olga")

    with pytest.raises(ChangedMeanwhile):
        hosting.change_event(bridge.db, event.id, a_draft(title_de="Von Otto"), NOW, seen)

    assert current(bridge, event).title_de == "Von Olga"


def test_a_change_saved_twice_by_the_same_button_is_one(bridge: Bridge, event: Event) -> None:
    draft = a_draft(title_de="Von Olga", zoom_host=event.zoom_host)

    for _ in range(2):
        hosting.change_event(bridge.db, event.id, draft, NOW, event.revision)

    assert current(bridge, event).revision == event.revision + 1


def test_of_two_changes_at_once_each_gets_a_revision_of_its_own(bridge: Bridge, event: Event) -> None:
    started = threading.Barrier(4)

    def edit(n: int) -> None:
        started.wait()
        change(bridge, event, title_de=f"Titel {n}")

    threads = [threading.Thread(target=edit, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert current(bridge, event).revision == 5
