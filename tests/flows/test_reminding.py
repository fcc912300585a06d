"""Reminders become letters once each, for those whom the confirmation did not tell everything already."""

from datetime import datetime, timedelta

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import attend, current, letters, look, rows, run
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES, ReminderRule, Unit
from zoom_bridge.flows import hosting, registering, reminding
from zoom_bridge.store import claims, mail_tables

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def remind(bridge: Bridge) -> int:
    return run(bridge, "queue_reminders")


def fates(bridge: Bridge) -> dict[str, str]:
    return {
        row.kind: row.drop_reason or ("queued" if row.queued_at else "due") for row in rows(bridge, "reminders")
    }


def reminded(bridge: Bridge, event: Event, person=ANNA) -> list[str]:
    found = letters(bridge, look(bridge, event, person))
    return [kind for kind, _ in found if kind in ("day_before", "join_link")]


def move(bridge: Bridge, event: Event, by: timedelta) -> None:
    event = current(bridge, event)
    draft = a_draft(zoom_host=event.zoom_host, starts_at=event.starts_at + by, ends_at=event.ends_at + by)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def test_each_reminder_becomes_one_letter_for_everybody_with_a_seat(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)
    registering.register(bridge.db, event.slug, CHIARA, clock())

    remind(bridge)
    before = reminded(bridge, event)
    clock.set(event.starts_at - DAY)
    remind(bridge)
    remind(bridge)
    clock.set(event.starts_at - HOUR)
    remind(bridge)
    remind(bridge)

    assert before == []
    assert reminded(bridge, event, ANNA) == reminded(bridge, event, BEN) == ["day_before", "join_link"]
    assert reminded(bridge, event, CHIARA) == [], "who has not confirmed is reminded of nothing"
    assert fates(bridge) == {"day_before": "queued", "join_link": "queued"}


def test_who_registers_after_a_reminder_fell_due_does_not_get_it(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    clock.set(event.starts_at - DAY + timedelta(minutes=1))
    attend(bridge, event, BEN)

    remind(bridge)

    assert reminded(bridge, event, ANNA) == ["day_before"]
    assert reminded(bridge, event, BEN) == []


def test_who_cancelled_is_not_reminded_and_who_came_back_late_is_told_by_the_confirmation(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    anna, ben = attend(bridge, event, ANNA, BEN)
    registering.cancel(bridge.db, anna.key, clock())
    registering.cancel(bridge.db, ben.key, clock())
    clock.set(event.starts_at - DAY + timedelta(minutes=1))
    registering.come_back(bridge.db, ben.key, clock())

    remind(bridge)

    assert reminded(bridge, event, ANNA) == reminded(bridge, event, BEN) == []


def test_after_a_long_night_only_what_is_still_of_use_is_sent(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "send_mail")
    mailbox.empty()
    clock.set(event.starts_at + timedelta(minutes=20))

    remind(bridge)
    run(bridge, "send_mail")

    assert fates(bridge) == {"day_before": "expired", "join_link": "queued"}
    assert len(mailbox.to(ANNA.email)) == 1, "the way in helps while the event runs"


FREE = (ReminderRule(3, Unit.DAYS), ReminderRule(1, Unit.DAYS), ReminderRule(2, Unit.HOURS), ReminderRule(30, Unit.MINUTES))  # fmt: skip


def with_rules(bridge: Bridge, event: Event, *rules: ReminderRule) -> Event:
    draft = a_draft(zoom_host=event.zoom_host, reminders=rules)
    return hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def test_with_any_number_of_reminders_each_comes_once_and_who_is_late_gets_only_what_is_to_come(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    with_rules(bridge, event, *FREE)
    attend(bridge, event, ANNA)

    for before in (3 * DAY, DAY, 2 * HOUR, HOUR / 2):
        clock.set(event.starts_at - before)
        remind(bridge)
        remind(bridge)
        if before == DAY:
            clock.advance(minutes=1)
            attend(bridge, event, BEN)

    assert reminded(bridge, event, ANNA) == ["day_before", "day_before", "join_link", "join_link"]
    assert reminded(bridge, event, BEN) == ["join_link", "join_link"]
    assert {row.rule for row in rows(bridge, "reminders") if row.queued_at} == {"3d", "1d", "2h", "30m"}


def test_a_letter_that_waited_until_the_next_reminder_came_makes_room_for_it(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    with_rules(bridge, event, FREE[0])
    with_rules(bridge, event, *FREE)
    attend(bridge, event, ANNA)
    run(bridge, "send_mail")
    mailbox.empty()
    clock.set(event.starts_at - 3 * DAY)
    remind(bridge)

    clock.set(event.starts_at - DAY)
    remind(bridge)
    run(bridge, "send_mail")

    assert len(mailbox.to(ANNA.email)) == 1
    assert letters(bridge, look(bridge, event, ANNA))[-2:] == [("day_before", "expired"), ("day_before", "sent")]


def test_without_reminders_there_are_none_and_later_there_may_be_some(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    with_rules(bridge, event)
    off = fates(bridge)
    with_rules(bridge, event, FREE[3])
    attend(bridge, event, ANNA)
    clock.set(event.starts_at - HOUR / 2)
    remind(bridge)

    assert off == {"day_before": "switched_off", "join_link": "switched_off"}
    assert reminded(bridge, event) == ["join_link"]


def test_down_over_the_whole_event_sends_nothing(bridge: Bridge, event: Event, clock: Clock) -> None:
    attend(bridge, event, ANNA)
    clock.set(event.ends_at)

    remind(bridge)

    assert fates(bridge) == {"day_before": "expired", "join_link": "expired"}
    assert reminded(bridge, event) == []


def test_a_letter_that_could_not_leave_in_time_is_skipped_and_shown(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "send_mail")
    clock.set(event.starts_at - DAY)
    remind(bridge)
    clock.set(event.starts_at - timedelta(hours=2))
    mailbox.empty()

    run(bridge, "send_mail")

    assert mailbox.letters == []
    assert letters(bridge, look(bridge, event, ANNA))[-1] == ("day_before", "expired")


def test_when_both_are_due_only_the_newer_is_sent(bridge: Bridge, event: Event, clock: Clock) -> None:
    """By their usual times this cannot happen; an unusual plan must not send two letters at once."""
    attend(bridge, event, ANNA)
    with bridge.db.transaction() as connection:
        connection.execute(mail_tables.reminders.update().values(useful_until=event.ends_at))
    clock.set(event.starts_at - timedelta(minutes=30))

    remind(bridge)

    assert fates(bridge) == {"day_before": "newer", "join_link": "queued"}
    assert reminded(bridge, event) == ["join_link"]


def test_a_draft_reminds_nobody(bridge: Bridge, clock: Clock) -> None:
    draft = hosting.create_event(bridge.db, a_draft(), clock())
    clock.set(draft.starts_at - DAY)

    remind(bridge)

    assert fates(bridge) == {"day_before": "not_published", "join_link": "due"}


def test_a_cancelled_event_reminds_nobody_even_if_the_reminder_was_in_hand(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    clock.set(event.starts_at - DAY)
    word, ids = claim(bridge)
    hosting.cancel_event(bridge.db, event.id, clock())

    reminding.queue_reminder(bridge.db, ids[0], word, clock())

    assert reminded(bridge, event) == []
    assert fates(bridge)["day_before"] == "cancelled"


def test_a_reminder_that_was_switched_off_while_it_was_in_hand_is_not_sent(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    clock.set(event.starts_at - DAY)
    word, ids = claim(bridge)
    draft = a_draft(zoom_host=event.zoom_host, reminders=DEFAULT_RULES[1:])
    hosting.change_event(bridge.db, event.id, draft, clock())

    reminding.queue_reminder(bridge.db, ids[0], word, clock())

    assert reminded(bridge, event) == []
    assert fates(bridge)["day_before"] == "switched_off"


def test_an_event_moved_while_the_reminder_was_in_hand_reminds_at_the_new_date(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    clock.set(event.starts_at - DAY)
    word, ids = claim(bridge)
    move(bridge, event, 7 * DAY)

    reminding.queue_reminder(bridge.db, ids[0], word, clock())
    early = reminded(bridge, event)
    clock.advance(days=7)
    remind(bridge)

    assert early == []
    assert reminded(bridge, event) == ["day_before"]
    assert [row.schedule_revision for row in rows(bridge, "messages", kind="day_before")] == [2]


def test_a_reminder_letter_of_the_old_date_does_not_leave_after_the_move(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    attend(bridge, event, ANNA)
    run(bridge, "send_mail")
    clock.set(event.starts_at - DAY)
    remind(bridge)
    move(bridge, event, 7 * DAY)
    mailbox.empty()

    run(bridge, "send_mail")

    assert len(mailbox.letters) == 1, "only the letter that it has moved"
    assert ("day_before", "superseded") in letters(bridge, look(bridge, event, ANNA))


def test_moved_back_and_forth_each_reminder_comes_once(bridge: Bridge, event: Event, clock: Clock) -> None:
    attend(bridge, event, ANNA)
    move(bridge, event, DAY)
    move(bridge, event, -DAY)
    clock.set(event.starts_at - DAY)
    remind(bridge)
    clock.set(event.starts_at - HOUR)
    remind(bridge)

    assert reminded(bridge, event) == ["day_before", "join_link"]


def test_a_reminder_claimed_twice_writes_its_letters_once(bridge: Bridge, event: Event, clock: Clock) -> None:
    attend(bridge, event, ANNA)
    clock.set(event.starts_at - DAY)
    sleeper, ids = claim(bridge)
    clock.advance(claims.LEASE)
    successor, _ = claim(bridge)

    for word in (successor, sleeper):
        reminding.queue_reminder(bridge.db, ids[0], word, clock())

    assert reminded(bridge, event) == ["day_before"]


@pytest.mark.parametrize("night", ["2026-10-25", "2026-03-29"])
def test_the_day_before_is_the_same_hour_on_the_wall_when_the_clocks_change(
    bridge: Bridge, event: Event, night: str
) -> None:
    starts = datetime.fromisoformat(f"{night}T18:00:00")
    draft = a_draft(starts_wall=starts, ends_wall=starts + HOUR)

    planned = hosting.create_event(bridge.db, draft, bridge.clock()).id

    (day_before,) = rows(bridge, "reminders", event_id=planned, kind="day_before")
    assert draft.starts_at - day_before.planned_at in (timedelta(hours=23), timedelta(hours=25))


def claim(bridge: Bridge) -> tuple[str, list[int]]:
    with bridge.db.transaction() as connection:
        return claims.claim(connection, mail_tables.reminders, bridge.clock(), 1)
