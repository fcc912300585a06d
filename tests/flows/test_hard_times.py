"""The twelve hard cases of time, one test each: both changeover nights, a reminder in the missing and in the doubled
hour, an event across either change, an organiser in another zone, a move across the change, the server asleep over
due times and over the start, the clock a day ahead and back, and new rules for a time zone.

In Berlin the clocks skip from 2.00 to 3.00 on 28 March 2027, and pass from 2.00 to 3.00 twice on 31 October 2027."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from jobs.scheduler import Clockwork
from jobs.timetable import TIMETABLE
from tests.builders import a_draft
from tests.cast import ANNA, BEN
from tests.clock import Clock
from tests.flows.deeds import attend, count, current, in_zoom, letters, look, rows, run, said
from tests.mailbox import Letter, Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.reminder_rule import ReminderRule, Unit
from zoom_bridge.domain.wall_time import wall_of
from zoom_bridge.flows import hosting, registering
from zoom_bridge.simulator.world import World

SPRING, AUTUMN = datetime(2027, 3, 28), datetime(2027, 10, 31)
NEW_YORK = "America/New_York"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
A_DAY, AN_HOUR = ReminderRule(1, Unit.DAYS), ReminderRule(1, Unit.HOURS)
JOBS = ("queue_reminders", "send_mail")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def on(bridge: Bridge, event: Event, clock: Clock, day: datetime, hour: float, hours: float, **more: Any) -> Event:
    """Olga's event at that time of Berlin, with Anna in it; nothing else has to be done by now."""
    starts = day + timedelta(hours=hour)
    draft = a_draft(
        zoom_host=event.zoom_host, starts_wall=starts, ends_wall=starts + timedelta(hours=hours), **more
    )
    hosting.change_event(bridge.db, event.id, draft, clock())
    attend(bridge, event, ANNA)
    run(bridge, *JOBS)
    return current(bridge, event)


def through(bridge: Bridge, clock: Clock, begin: datetime, end: datetime) -> list[tuple[datetime, str, Letter]]:
    """What arrives for Anna while the jobs run every hour."""
    mailbox: Mailbox = bridge.post  # type: ignore[assignment]
    mailbox.empty()
    arrived = []
    clock.set(begin)
    while clock() <= end:
        run(bridge, *JOBS)
        arrived += [(clock(), letter.subject, letter) for letter in mailbox.to(ANNA.email)]
        mailbox.empty()
        clock.advance(HOUR)
    return arrived


def times(letter: Letter) -> str:
    return " ".join(said(letter).split())


# --- both nights --------------------------------------------------------------------------------------------------


def test_1_half_past_two_in_the_spring_night_does_not_exist_and_is_refused(olga: Any, event: Event) -> None:
    page = olga.open(f"/organiser/events/{event.id}/edit").submit(
        "starts_day", button="save", starts_day="2027-03-28", starts_clock="02:30", ends_clock="04:00"
    )

    assert page.status == 422
    assert "weil die Uhren vorgestellt werden" in page.text


def test_2_half_past_two_in_the_autumn_night_comes_twice_and_is_asked_about(
    olga: Any, bridge: Bridge, event: Event
) -> None:
    night = {"starts_day": "2027-10-31", "starts_clock": "02:30", "ends_clock": "04:00"}
    asked = olga.open(f"/organiser/events/{event.id}/edit").submit("starts_day", button="save", **night)

    asked.submit("starts_day", button="save", starts_which="second")

    assert asked.status == 422
    assert current(bridge, event).starts_at == utc(2027, 10, 31, 1, 30)
    assert current(bridge, event).minutes == 90


# --- a reminder that falls into them ------------------------------------------------------------------------------


def test_3_a_reminder_in_the_missing_hour_comes_once_when_the_clocks_have_skipped_it(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    moved = on(bridge, event, clock, SPRING + DAY, 2.5, 1, reminders=(A_DAY,))

    arrived = through(bridge, clock, utc(2027, 3, 27, 22, 30), utc(2027, 3, 28, 6))

    assert moved.starts_at == utc(2027, 3, 29, 0, 30)
    assert [at for at, _, _ in arrived] == [utc(2027, 3, 28, 1, 30)]
    assert wall_of(arrived[0][0], "Europe/Berlin") == SPRING + timedelta(hours=3.5)


def test_4_a_reminder_in_the_doubled_hour_comes_at_its_first_passing_and_only_then(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    on(bridge, event, clock, AUTUMN + DAY, 2.5, 1, reminders=(A_DAY,))

    arrived = through(bridge, clock, utc(2027, 10, 30, 22, 30), utc(2027, 10, 31, 6))

    assert [at for at, _, _ in arrived] == [utc(2027, 10, 31, 0, 30)]


# --- an event across them -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "minutes", "begins", "ends"),
    [
        pytest.param(SPRING, 120, (2027, 3, 28, 0), (2027, 3, 28, 2), id="5 in spring, an hour shorter"),
        pytest.param(AUTUMN, 240, (2027, 10, 30, 23), (2027, 10, 31, 3), id="6 in autumn, an hour longer"),
    ],
)
def test_an_event_across_the_change_is_as_long_as_it_really_is(
    bridge: Bridge,
    event: Event,
    clock: Clock,
    world: World,
    mailbox: Mailbox,
    day: datetime,
    minutes: int,
    begins: tuple[int, ...],
    ends: tuple[int, ...],
) -> None:
    moved = on(bridge, event, clock, day, 1, 3)
    run(bridge, "sync_webinars")
    letter = mailbox.last(ANNA.email)

    assert (moved.starts_at, moved.ends_at, moved.minutes) == (utc(*begins), utc(*ends), minutes)
    assert in_zoom(world)[0].duration == minutes, "Zoom is told real minutes"
    assert "1.00 bis 4.00 Uhr" in times(letter), "people are told what their clocks show"
    assert f"DTSTART;TZID=Europe/Berlin:{day:%Y%m%d}T010000" in letter.calendar
    assert f"DTEND;TZID=Europe/Berlin:{day:%Y%m%d}T040000" in letter.calendar


# --- an organiser in another zone ---------------------------------------------------------------------------------


def test_7_an_event_in_new_york_keeps_new_yorks_hour_while_only_one_of_the_two_has_changed_its_clocks(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    """New York changes on 14 March 2027, two weeks before Berlin: the day before is 23 hours before."""
    moved = on(bridge, event, clock, datetime(2027, 3, 14), 18, 1, timezone=NEW_YORK, reminders=(A_DAY, AN_HOUR))

    arrived = through(bridge, clock, utc(2027, 3, 13, 12), utc(2027, 3, 14, 23))

    assert moved.starts_at == utc(2027, 3, 14, 22)
    assert [at for at, _, _ in arrived] == [utc(2027, 3, 13, 23), utc(2027, 3, 14, 21)]
    assert all("18.00 bis 19.00 Uhr" in times(letter) for _, _, letter in arrived)
    assert "TZID=America/New_York:20270314T180000" in look_at_calendar(bridge, event)


def look_at_calendar(bridge: Bridge, event: Event) -> str:
    from zoom_bridge.mail import ical

    registration = look(bridge, event, ANNA)
    now = bridge.clock()
    return ical.calendar_file(
        current(bridge, event), registration, bridge.links, "a@example.org", "de", now
    ).decode()


# --- a move across them -------------------------------------------------------------------------------------------


def test_8_moved_across_the_change_the_hour_on_the_wall_is_planned_with_and_told(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    on(bridge, event, clock, SPRING - DAY, 10, 1)
    mailbox.empty()

    moved = on(bridge, event, clock, SPRING, 10, 1)
    told = mailbox.last(ANNA.email)
    arrived = through(bridge, clock, utc(2027, 3, 27), utc(2027, 3, 28, 9))

    assert moved.starts_at == utc(2027, 3, 28, 8)
    assert "27. März 2027" in times(told)
    assert "28. März 2027" in times(told)
    assert [at for at, _, _ in arrived] == [utc(2027, 3, 27, 9), utc(2027, 3, 28, 7)], "10.00 the day before, 9.00"


# --- the server asleep --------------------------------------------------------------------------------------------


def test_9_asleep_over_due_times_it_sends_once_what_is_still_of_use_worded_for_now(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    """P8: due yesterday at ten, up again today at seven."""
    moved = on(bridge, event, clock, SPRING, 10, 1)

    arrived = through(bridge, clock, moved.starts_at - 3 * HOUR, moved.starts_at - 2 * HOUR)
    later = through(bridge, clock, moved.starts_at - 2 * HOUR, moved.ends_at)

    ((at, _, letter),) = arrived
    assert at == moved.starts_at - 3 * HOUR
    assert "morgen" not in times(letter).casefold()
    assert "28. März 2027" in times(letter)
    assert "heute" in (letter.subject + times(letter)).casefold()
    assert [at for at, _, _ in later] == [moved.starts_at - HOUR]


def test_10_asleep_over_the_start_it_still_shows_the_way_in_until_a_quarter_of_an_hour_before_the_end(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    """P9: the reminder of the day before is skipped, and shown as skipped."""
    moved = on(bridge, event, clock, SPRING, 10, 1)

    arrived = through(bridge, clock, moved.starts_at + 20 * timedelta(minutes=1), moved.ends_at)

    ((_, _, letter),) = arrived
    assert "eine Stunde" not in times(letter)
    assert "morgen" not in times(letter).casefold()
    fates = {row.rule: row.drop_reason for row in rows(bridge, "reminders") if row.drop_reason != "moved"}
    assert fates == {"1d": "expired", "1h": None}


# --- the clock itself ---------------------------------------------------------------------------------------------


def test_11_a_clock_a_day_ahead_sends_nothing_of_tomorrow_and_back_again_nothing_twice(
    bridge: Bridge, event: Event, clock: Clock, world: World, mailbox: Mailbox
) -> None:
    """P10: of what passes by itself, nothing has passed."""
    moved = on(bridge, event, clock, SPRING, 10, 1)
    clock.set(moved.starts_at - 26 * HOUR)
    clockwork = Clockwork(bridge, passed=lambda: 0.0)
    mailbox.empty()

    clock.advance(DAY)
    world.faults.wrong_clock(-DAY)
    every_job(clockwork)
    registering.register(bridge.db, event.slug, BEN, clock())
    every_job(clockwork)
    ahead = list(mailbox.letters)
    clock.advance(-DAY)
    world.faults.clear()
    every_job(clockwork)
    arrived = through(bridge, clock, clock(), moved.starts_at)

    assert ahead == []
    assert [letter.recipient for letter in mailbox.letters] == []
    assert [at for at, _, _ in arrived] == [moved.starts_at - 23 * HOUR, moved.starts_at - HOUR]
    assert letters(bridge, look(bridge, event, BEN)) == [("please_confirm", "sent")], "and Ben need not wait a day"


def every_job(clockwork: Clockwork) -> None:
    """Each as the clockwork runs it, with a look at the clock before."""
    clockwork._timekeeper.watch()
    for job in TIMETABLE:
        clockwork._tick(job)


# --- new rules ----------------------------------------------------------------------------------------------------


@pytest.fixture
def summer_time_is_abolished(tmp_path: Path) -> Iterator[Any]:
    """From now on Berlin is an hour ahead of UTC all year."""

    def decree() -> None:
        path = tmp_path / "zones" / "Europe" / "Berlin"
        path.parent.mkdir(parents=True)
        path.write_bytes(rules("CET", HOUR))
        zoneinfo.reset_tzpath([path.parents[1]])

    yield decree
    zoneinfo.reset_tzpath()
    zoneinfo.ZoneInfo.clear_cache()


def rules(name: str, offset: timedelta) -> bytes:
    """A zone without any change, as RFC 8536 has it: one kind of time, told twice."""
    counts = (0, 0, 0, 0, 1, len(name) + 1)
    head = b"TZif2" + bytes(15) + b"".join(number.to_bytes(4) for number in counts)
    body = int(offset.total_seconds()).to_bytes(4) + bytes(2) + name.encode() + b"\0"
    hours = int(offset / HOUR)
    return head + body + head + body + f"\n{name}-{hours}\n".encode()


def test_12_new_rules_leave_the_time_on_the_wall_and_move_the_instant_for_zoom_reminders_and_calendars(
    bridge: Bridge,
    event: Event,
    clock: Clock,
    world: World,
    summer_time_is_abolished: Any,
) -> None:
    """P13: known on the morning of the day before, after its reminder has left."""
    moved = on(bridge, event, clock, datetime(2027, 6, 15), 10, 1, reminders=(A_DAY, AN_HOUR))
    run(bridge, "sync_webinars")
    clock.set(moved.starts_at - DAY + HOUR / 2)
    attend(bridge, event, BEN)
    run(bridge, "queue_reminders")
    before = look_at_calendar(bridge, event)

    summer_time_is_abolished()
    run(bridge, "apply_time_zones", "apply_time_zones", "sync_webinars")
    shifted = current(bridge, event)
    arrived = through(bridge, clock, clock() + HOUR / 2, shifted.ends_at)

    assert (moved.starts_at, shifted.starts_at) == (utc(2027, 6, 15, 8), utc(2027, 6, 15, 9))
    assert (shifted.starts_wall, shifted.shifted_from) == (moved.starts_wall, moved.starts_at)
    assert in_zoom(world)[0].start_time == utc(2027, 6, 15, 9)
    assert [row.kind for row in rows(bridge, "messages", registration_id=look(bridge, event, ANNA).id)] == [
        "please_confirm", "confirmation", "day_before", "join_link",
    ]  # fmt: skip
    assert [at for at, _, _ in arrived][1:] == [utc(2027, 6, 15, 8)], "nothing of the day before comes twice"
    assert ("confirmation", "sent") in letters(bridge, look(bridge, event, BEN)), (
        "what waited is as true as it was"
    )
    assert sequence(look_at_calendar(bridge, event)) > sequence(before)
    assert "DTSTART;TZID=Europe/Berlin:20270615T100000" in look_at_calendar(bridge, event)
    assert "BEGIN:DAYLIGHT" in before
    assert "BEGIN:DAYLIGHT" not in look_at_calendar(bridge, event), "the zone in the entry has the new rules"
    assert count(bridge, event) == 2


def test_12_organisers_see_which_events_new_rules_have_moved_and_take_note(
    bridge: Bridge, event: Event, mailbox: Mailbox, olga: Any, summer_time_is_abolished: Any
) -> None:
    attend(bridge, event, ANNA)
    mailbox.empty()

    summer_time_is_abolished()
    run(bridge, "apply_time_zones")
    listed = olga.open("/organiser/").text
    page = olga.open(f"/organiser/events/{event.id}")
    after = page.submit("/shifted")

    assert "Die Regeln ihrer Zeitzone haben sich geändert." in listed
    assert "jetzt ein anderer Zeitpunkt: 9.00 Uhr nach Weltzeit (UTC), vorher war es 8.00 Uhr" in page.text
    assert "10.00 bis 11.30 Uhr" in page.text
    assert "Regeln ihrer Zeitzone" not in after.text
    assert current(bridge, event).shifted_from is None
    run(bridge, *JOBS)
    assert [letter.subject for letter in mailbox.letters if "verschoben" in letter.subject] == []


def sequence(calendar: str) -> int:
    return int(calendar.partition("SEQUENCE:")[2].split()[0])
