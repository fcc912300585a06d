"""The clockwork only ticks: two of them side by side do every row once, and stopping finishes what is in hand."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from jobs import scheduler
from jobs.scheduler import Clockwork
from jobs.timetable import TIMETABLE, Job
from tests.builders import a_draft, an_attendee
from tests.flows.deeds import rows
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import hosting, registering
from zoom_bridge.simulator.world import World
from zoom_bridge.store import runs


def wait_until(true: Callable[[], object], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it does not come about"
        time.sleep(0.02)


@pytest.fixture
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same jobs, more often."""
    monkeypatch.setattr(scheduler, "TIMETABLE", tuple(replace(job, every=0.1) for job in TIMETABLE))


def test_two_clockworks_side_by_side_do_each_row_once(
    bridge: Bridge, event: Event, mailbox: Mailbox, world: World, brisk: None
) -> None:
    world.quotas.plan = "unlimited"
    draft = a_draft(double_opt_in=False, zoom_host=event.zoom_host)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())
    clockworks = [Clockwork(bridge), Clockwork(bridge)]
    for clockwork in clockworks:
        clockwork.start()

    try:
        for n in range(40):
            person = an_attendee(email=f"guest{n}@example.org")
            registering.register(bridge.db, event.slug, person, bridge.clock())
        wait_until(lambda: len(mailbox.letters) >= 40)
        wait_until(lambda: world.webinars)
        # Whoever came before the webinar was there looks again in a few seconds, of a clock that stands still.
        wait_until(lambda: all(row.join_url for row in rows(bridge, "registrations")) or _tick(bridge))
    finally:
        for clockwork in clockworks:
            clockwork.stop()

    (webinar,) = world.webinars.values()
    recipients = [letter.recipient for letter in mailbox.letters]
    assert len(webinar.registrants) == 40
    assert len(recipients) == len(set(recipients)) == 40


def _tick(bridge: Bridge) -> bool:
    bridge.clock.advance(seconds=5)  # type: ignore[attr-defined]
    return False


def test_stopping_finishes_the_row_in_hand_and_gives_the_rest_back(
    bridge: Bridge, event: Event, mailbox: Mailbox, brisk: None
) -> None:
    draft = a_draft(double_opt_in=False, zoom_host=event.zoom_host)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())
    for n in range(30):
        registering.register(bridge.db, event.slug, an_attendee(email=f"g{n}@example.org"), bridge.clock())
    handing_over, go_on = threading.Event(), threading.Event()

    def slow(envelope: object) -> None:
        handing_over.set()
        go_on.wait(10)

    mailbox._in_mood(slow)
    clockwork = Clockwork(bridge)
    clockwork.start()
    assert handing_over.wait(10)
    stopping = threading.Thread(target=clockwork.stop)
    stopping.start()
    wait_until(clockwork._stop.is_set)

    go_on.set()
    stopping.join(10)

    waiting = [row for row in rows(bridge, "messages") if row.due_at]
    assert not stopping.is_alive()
    assert len(mailbox.letters) + len(waiting) == 30
    assert mailbox.letters
    assert all(row.claim is None for row in waiting)
    assert len([row for row in rows(bridge, "messages") if row.sent_at]) == len(mailbox.letters)


def test_a_job_that_breaks_is_tried_again_at_the_next_tick_and_stops_no_other(
    bridge: Bridge, event: Event, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries, others = [], []

    def broken(bridge: Bridge, stop: threading.Event) -> int:
        tries.append(1)
        raise KeyError("a mistake of ours")

    def sound(bridge: Bridge, stop: threading.Event) -> int:
        others.append(1)
        return 1

    timetable = (Job("broken", broken, every=0.05), Job("sound", sound, every=0.05))
    monkeypatch.setattr(scheduler, "TIMETABLE", timetable)
    clockwork = Clockwork(bridge)
    clockwork.start()
    wait_until(lambda: len(tries) > 2 and len(others) > 2)
    clockwork.stop()

    assert "broken ended unexpectedly" in caplog.text
    assert [row.job for row in rows(bridge, "runs")] == ["sound"]


def test_a_job_is_never_run_twice_at_once_by_one_clockwork(
    bridge: Bridge, event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most = [], []

    def slow(bridge: Bridge, stop: threading.Event) -> int:
        at_once.append(1)
        most.append(len(at_once))
        time.sleep(0.2)
        at_once.pop()
        return 0

    monkeypatch.setattr(scheduler, "TIMETABLE", (Job("slow", slow, every=0.05),))
    clockwork = Clockwork(bridge)
    clockwork.start()
    wait_until(lambda: len(most) > 2)
    clockwork.stop()

    assert set(most) == {1}


def test_a_run_in_trouble_is_not_reported_as_well(bridge: Bridge, event: Event) -> None:
    clockwork = Clockwork(bridge)
    now = bridge.clock()
    with bridge.db.transaction() as connection:
        runs.record_trouble(connection, "send_mail", "wrong password", now + timedelta(minutes=1), True, now)
    job = next(job for job in TIMETABLE if job.name == "send_mail")

    clockwork._say(job, 0)

    (row,) = rows(bridge, "runs")
    assert (row.alarm, row.last_error) == (True, "wrong password")


def test_after_the_trouble_the_first_good_run_ends_the_alarm(bridge: Bridge, event: Event) -> None:
    clockwork = Clockwork(bridge)
    now = bridge.clock()
    with bridge.db.transaction() as connection:
        runs.record_trouble(connection, "send_mail", "wrong password", now + timedelta(minutes=1), True, now)
    bridge.clock.advance(minutes=2)  # type: ignore[attr-defined]
    job = next(job for job in TIMETABLE if job.name == "send_mail")

    clockwork._say(job, 3)

    (row,) = rows(bridge, "runs")
    assert (row.alarm, row.failed_since, row.done) == (False, None, 3)


def test_the_timetable_names_every_job_once() -> None:
    names = [job.name for job in TIMETABLE]

    assert len(set(names)) == len(names)
    assert all(job.every > 0 for job in TIMETABLE)
