"""A clock that leaps is not believed until another one agrees, or for ten minutes if there is none to ask."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from jobs.scheduler import Clockwork
from jobs.timekeeper import LEAPT, WRONG
from jobs.timetable import TIMETABLE
from tests.builders import an_attendee
from tests.cast import ANNA
from tests.clock import Clock
from tests.flows.deeds import attend, rows
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.simulator.world import World

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


class Passing:
    """Time passes, and the clock goes along with it."""

    def __init__(self, clock: Clock) -> None:
        self.clock, self.seconds = clock, 0.0

    def __call__(self) -> float:
        return self.seconds

    def by(self, time: timedelta) -> None:
        self.seconds += time.total_seconds()
        self.clock.advance(time)


@pytest.fixture
def passing(clock: Clock) -> Passing:
    return Passing(clock)


@pytest.fixture
def clockwork(bridge: Bridge, passing: Passing) -> Clockwork:
    clockwork = Clockwork(bridge, passing)
    clockwork._timekeeper.watch()
    return clockwork


@pytest.fixture
def send(clockwork: Clockwork) -> Callable[[], None]:
    def look_and_send() -> None:
        clockwork._timekeeper.watch()
        clockwork._tick(next(job for job in TIMETABLE if job.name == "send_mail"))

    return look_and_send


def alarm(bridge: Bridge) -> str | None:
    found = rows(bridge, "runs", job="watch_clock")
    return found[0].last_error if found else None


def test_as_time_passes_and_is_corrected_by_less_than_an_hour_nothing_waits(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox, passing: Passing, send: Any
) -> None:
    attend(bridge, event, ANNA)
    passing.by(3 * DAY)
    clock.advance(-59 * MINUTE)

    send()

    assert len(mailbox.letters) == 1
    assert rows(bridge, "runs", job="watch_clock") == []


def test_while_zooms_date_contradicts_everything_waits_and_owners_read_why(
    bridge: Bridge,
    event: Event,
    clock: Clock,
    world: World,
    mailbox: Mailbox,
    passing: Passing,
    send: Any,
    olga: Any,
) -> None:
    attend(bridge, event, ANNA)
    mailbox.empty()
    clock.advance(3 * HOUR)
    world.faults.wrong_clock(-3 * HOUR)

    for _ in range(5):
        passing.by(10 * MINUTE)
        send()
    told = olga.open("/organiser/settings/state").text
    first_page = olga.open("/organiser/").text
    clock.advance(-3 * HOUR)
    world.faults.clear()
    send()

    assert WRONG in (alarm(bridge) or WRONG)
    for page in (told, first_page):
        assert "Die Uhr dieses Rechners" in page
        assert "E‑Mails und Erinnerungen warten, bis sie wieder richtig geht" in page
        assert "2026-09-01, 08:50 UTC" in page
    assert [letter.recipient for letter in mailbox.letters] == [ANNA.email], "after, and not before"
    assert alarm(bridge) is None


def test_a_machine_that_slept_goes_on_at_once_because_zoom_agrees(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox, send: Any
) -> None:
    attend(bridge, event, ANNA)
    clock.advance(DAY)

    send()

    assert len(mailbox.letters) == 1
    assert alarm(bridge) is None


def test_without_anybody_to_ask_it_goes_on_after_ten_minutes(
    bridge: Bridge, event: Event, clock: Clock, world: World, mailbox: Mailbox, passing: Passing, send: Any
) -> None:
    attend(bridge, event, ANNA)
    nobody_answers(bridge)
    clock.advance(DAY)

    send()
    passing.by(9 * MINUTE)
    send()
    waited, said = list(mailbox.letters), alarm(bridge)
    passing.by(MINUTE)
    send()

    assert (waited, said) == ([], LEAPT)
    assert len(mailbox.letters) == 1
    assert alarm(bridge) is None


def nobody_answers(bridge: Bridge) -> None:
    bridge.zoom._session.adapters.clear()


def test_a_leap_in_the_middle_of_a_run_stops_it_before_the_next_letter(
    bridge: Bridge, event: Event, clock: Clock, world: World, mailbox: Mailbox, passing: Passing, send: Any
) -> None:
    attend(bridge, event, *(an_attendee(email=f"guest{n}@example.org") for n in range(10)))
    mailbox.empty()
    world.faults.wrong_clock(-30 * DAY)

    def leap(envelope: object) -> None:
        if len(mailbox.letters) == 2:
            clock.advance(30 * DAY)

    mailbox._in_mood(leap)
    send()
    left = len(mailbox.letters)
    mailbox.fair()
    world.faults.clear()
    clock.advance(-30 * DAY)
    passing.by(5 * MINUTE)
    send()

    recipients = [letter.recipient for letter in mailbox.letters]
    assert 3 <= left < 10, "those in hand were on their way"
    assert len(recipients) == len(set(recipients)) == 10
    assert not [row for row in rows(bridge, "messages") if row.skipped_at and row.kind == "confirmation"]


def test_a_process_that_starts_with_a_wrong_clock_hears_of_it_from_zoom(
    bridge: Bridge, event: Event, world: World, mailbox: Mailbox, clockwork: Clockwork
) -> None:
    attend(bridge, event, ANNA)
    world.faults.wrong_clock(-DAY)

    fresh = Clockwork(bridge, lambda: 0.0)
    fresh._timekeeper.watch()
    for job in TIMETABLE:
        fresh._tick(job)

    assert mailbox.letters == []
    assert (alarm(bridge) or "").startswith(WRONG)


def test_jobs_planned_by_a_clock_that_was_ahead_do_not_wait_for_that_time_to_come(
    clockwork: Clockwork, bridge: Bridge
) -> None:
    clockwork._scheduler.start(paused=True)
    try:
        planned = clockwork._scheduler.get_job("send_mail").next_run_time
        clockwork._scheduler.modify_job("send_mail", next_run_time=planned + DAY)

        clockwork._hurry()

        assert clockwork._scheduler.get_job("send_mail").next_run_time - planned < timedelta(hours=1)
    finally:
        clockwork._scheduler.shutdown()


def test_what_was_written_down_hours_after_the_start_by_a_clock_that_was_ahead_is_due_when_it_is_right_again(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox, passing: Passing, clockwork: Clockwork, send: Any
) -> None:
    passing.by(5 * HOUR)
    send()
    attend(bridge, event, ANNA)
    nobody_answers(bridge)
    clock.advance(-DAY)

    send()
    passing.by(10 * MINUTE)
    send()

    assert [letter.recipient for letter in mailbox.letters] == [ANNA.email]
