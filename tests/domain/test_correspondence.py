"""What goes to one person: what they got, what is to come, and what they do not get and why."""

from datetime import datetime, timedelta

from tests.builders import a_message, a_registration, an_event
from tests.clock import NOW
from zoom_bridge.domain.correspondence import Entry, correspondence
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, Message, Skip
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.reminder import Reminder, planned_reminders

EVENT = an_event(follow_ups=("attended", "absent"))
DAY_BEFORE, JOIN_LINK, AFTERWARDS = sorted({one.due_at for one in planned_reminders(EVENT)})


def rows(event: Event = EVENT, **changes: object) -> list[Reminder]:
    """The event's reminders as they are kept; changes hold for the first."""
    kept = [
        {
            "id": number,
            "event_id": 1,
            "kind": one.kind,
            "rule": one.rule,
            "schedule_revision": 1,
            "due_at": one.due_at,
            "planned_at": one.due_at,
            "useful_until": one.useful_until,
        }
        for number, one in enumerate(planned_reminders(event), 1)
    ]
    kept[0] |= changes
    return [Reminder(**row) for row in kept]


def told(
    person: Registration,
    letters: list[Message] | None = None,
    reminders: list[Reminder] | None = None,
    now: datetime = NOW,
    event: Event = EVENT,
) -> list[tuple[Kind | None, datetime | None, str]]:
    entries = correspondence(event, person, letters or [], rows() if reminders is None else reminders, now)
    return [(entry.kind, entry.at, "planned" if entry.planned else entry.missed) for entry in entries]


def test_who_is_registered_gets_every_reminder_and_one_of_the_letters_after_the_event() -> None:
    assert told(a_registration()) == [
        (Kind.DAY_BEFORE, DAY_BEFORE, "planned"),
        (Kind.JOIN_LINK, JOIN_LINK, "planned"),
        (None, AFTERWARDS, "planned"),
    ]


def test_what_was_written_is_told_by_the_letter_and_not_by_its_plan() -> None:
    confirmation = a_message(id=1, sent_at=NOW)
    reminder = a_message(Kind.DAY_BEFORE, id=2, reminder_id=1, sent_at=DAY_BEFORE)

    entries = correspondence(
        EVENT, a_registration(), [confirmation, reminder], rows(queued_at=DAY_BEFORE), DAY_BEFORE
    )

    assert entries[:2] == (
        Entry(Kind.CONFIRMATION, NOW, letter=confirmation),
        Entry(Kind.DAY_BEFORE, DAY_BEFORE, "1d", letter=reminder),
    )
    assert [entry.kind for entry in entries[2:]] == [Kind.JOIN_LINK, None]


def test_who_registers_late_is_told_that_the_confirmation_said_it_all() -> None:
    late = DAY_BEFORE + timedelta(hours=3)
    person = a_registration(created_at=late, confirmed_at=late)

    assert told(person, reminders=rows(queued_at=DAY_BEFORE), now=late)[:2] == [
        (Kind.DAY_BEFORE, DAY_BEFORE, Skip.COVERED),
        (Kind.JOIN_LINK, JOIN_LINK, "planned"),
    ]


def test_who_has_not_confirmed_gets_the_confirmation_first() -> None:
    person = a_registration(confirmed_at=None)

    assert told(person)[:2] == [(Kind.CONFIRMATION, None, "planned"), (Kind.DAY_BEFORE, DAY_BEFORE, "planned")]
    passed = told(person, reminders=rows(queued_at=DAY_BEFORE), now=DAY_BEFORE)
    assert Kind.DAY_BEFORE not in [kind for kind, _, _ in passed], "they never had a place when it left"


def test_a_reminder_that_reached_nobody_says_why() -> None:
    assert told(a_registration(), reminders=rows(due_at=None, dropped_at=NOW, drop_reason="newer"))[0] == (
        Kind.DAY_BEFORE,
        DAY_BEFORE,
        "newer",
    )


def test_what_was_switched_off_or_is_of_an_older_date_is_nobodys() -> None:
    off = rows(due_at=None, dropped_at=NOW, drop_reason="switched_off")
    older = rows(schedule_revision=0)

    for reminders in (off, older):
        assert [kind for kind, _, _ in told(a_registration(), reminders=reminders)] == [Kind.JOIN_LINK, None]


def test_nothing_is_to_come_for_who_cancelled_or_when_the_event_is_off() -> None:
    goodbye = a_message(Kind.GOODBYE, sent_at=NOW)

    assert told(a_registration(cancelled_at=NOW), [goodbye]) == [(Kind.GOODBYE, NOW, "")]
    assert told(a_registration(), [goodbye], event=an_event(cancelled_at=NOW)) == [(Kind.GOODBYE, NOW, "")]


def test_who_wants_no_letters_afterwards_gets_none() -> None:
    assert told(a_registration(unsubscribed_at=NOW))[-1] == (None, AFTERWARDS, Skip.UNSUBSCRIBED)


def test_after_the_event_the_letter_waits_for_zooms_report() -> None:
    afterwards = rows()[2:]

    assert told(a_registration(), reminders=afterwards, now=AFTERWARDS) == [(None, None, "planned")]


def test_with_one_letter_after_the_event_it_is_clear_which() -> None:
    event = an_event(follow_ups=("attended",))

    assert told(a_registration(), reminders=rows(event), event=event)[-1][0] is Kind.FOLLOW_UP_ATTENDED
