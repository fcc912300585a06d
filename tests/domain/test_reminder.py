"""Reminders: which are owed, when they are due, and how long they are of use."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import an_event
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.reminder import covered_by_confirmation, planned_reminders
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES, ReminderRule, Unit
from zoom_bridge.domain.wall_time import wall_of

STARTS, ENDS = datetime(2026, 9, 7, 8, 0, tzinfo=UTC), datetime(2026, 9, 7, 9, 30, tzinfo=UTC)


def test_an_event_owes_a_reminder_the_day_before_and_one_an_hour_before() -> None:
    day_before, join_link = planned_reminders(an_event())

    assert (day_before.kind, join_link.kind) == (Kind.DAY_BEFORE, Kind.JOIN_LINK)
    assert day_before.due_at == datetime(2026, 9, 6, 8, 0, tzinfo=UTC)
    assert day_before.useful_until == STARTS - timedelta(hours=2)
    assert join_link.due_at == STARTS - timedelta(hours=1)
    assert join_link.useful_until == ENDS - timedelta(minutes=15)


@pytest.mark.parametrize(
    ("rules", "kinds"),
    [
        (DEFAULT_RULES, [Kind.DAY_BEFORE, Kind.JOIN_LINK]),
        (DEFAULT_RULES[:1], [Kind.DAY_BEFORE]),
        (DEFAULT_RULES[1:], [Kind.JOIN_LINK]),
        ((), []),
    ],
)
def test_the_organiser_chooses_which(rules: tuple[ReminderRule, ...], kinds: list[Kind]) -> None:
    event = an_event(reminders=rules)

    assert [reminder.kind for reminder in planned_reminders(event)] == kinds


def test_reminders_at_free_times_come_earliest_first_and_each_is_of_use_until_the_next() -> None:
    rules = (ReminderRule(30, Unit.MINUTES), ReminderRule(3, Unit.DAYS), ReminderRule(2, Unit.HOURS))

    planned = planned_reminders(an_event(reminders=rules))

    assert [(one.rule, one.kind) for one in planned] == [
        ("3d", Kind.DAY_BEFORE),
        ("2h", Kind.JOIN_LINK),
        ("30m", Kind.JOIN_LINK),
    ]
    assert [one.due_at for one in planned] == [
        datetime(2026, 9, 4, 8, 0, tzinfo=UTC),
        STARTS - timedelta(hours=2),
        STARTS - timedelta(minutes=30),
    ]
    assert [one.useful_until for one in planned] == [
        STARTS - timedelta(hours=2),
        STARTS - timedelta(minutes=30),
        ENDS - timedelta(minutes=15),
    ]


@pytest.mark.parametrize(
    "rule", [ReminderRule(3, Unit.DAYS), ReminderRule(72, Unit.HOURS), ReminderRule(5, Unit.MINUTES)]
)
def test_a_rule_is_read_from_its_code(rule: ReminderRule) -> None:
    assert ReminderRule.read(rule.code) == rule


@pytest.mark.parametrize("code", ["", "d", "0d", "61d", "4m", "999h", "1y", "-1d", "1.5h", "²d", "1d "])
def test_what_is_no_rules_code_is_none(code: str) -> None:
    assert ReminderRule.read(code) is None


@pytest.mark.parametrize("starts_wall", [datetime(2026, 3, 29, 10, 0), datetime(2026, 10, 25, 10, 0)])
def test_the_day_before_is_at_the_same_hour_also_when_the_clocks_change(starts_wall: datetime) -> None:
    event = an_event(starts_wall=starts_wall, ends_wall=starts_wall + timedelta(hours=1))

    due_at = planned_reminders(event)[0].due_at

    assert wall_of(due_at, "Europe/Berlin") == starts_wall - timedelta(days=1)
    assert event.starts_at - due_at != timedelta(days=1)


def test_the_join_link_of_a_short_event_is_of_use_for_its_first_half() -> None:
    event = an_event(ends_wall=datetime(2026, 9, 7, 10, 10))

    assert planned_reminders(event)[1].useful_until == STARTS + timedelta(minutes=5)


@given(
    st.datetimes(datetime(2024, 1, 1, 4), datetime(2035, 1, 1)),
    st.integers(1, 24 * 60),
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe", "UTC", "America/Havana"]),
)
def test_every_reminder_is_due_before_it_is_useless(starts: datetime, minutes: int, zone: str) -> None:
    starts_at = starts.replace(tzinfo=UTC)
    event = an_event(timezone=zone, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=minutes))

    planned = planned_reminders(event)

    assert all(reminder.due_at < reminder.useful_until < event.ends_at for reminder in planned)
    assert [reminder.due_at for reminder in planned] == sorted(reminder.due_at for reminder in planned)


def test_who_registers_late_gets_one_letter() -> None:
    assert covered_by_confirmation(reminder_due_at=STARTS, confirmed_at=STARTS + timedelta(seconds=1))
    assert covered_by_confirmation(reminder_due_at=STARTS, confirmed_at=STARTS)
    assert not covered_by_confirmation(reminder_due_at=STARTS, confirmed_at=STARTS - timedelta(seconds=1))
