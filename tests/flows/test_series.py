"""Several dates of one thing: made of one event, registered for at once, confirmed with one button, told in one letter."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.builders import an_attendee
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import Clock
from tests.flows.deeds import attend, count, current, in_zoom, letters, look, rows, run
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.letter_text import LetterText
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.recurrence import MOST_DATES, Rhythm, Start, days
from zoom_bridge.domain.refusals import EventFull, LinkExpired, NotAllowed, WallTimeMissing
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.domain.reminder_rule import ReminderRule, Unit
from zoom_bridge.domain.series import Registering, Series
from zoom_bridge.flows import hosting, registering, serial, subscribing, wording
from zoom_bridge.simulator.world import World
from zoom_bridge.store import dates, letter_texts


def weekly(bridge: Bridge, event: Event, number: int = 3, how: Registering = Registering.PER_DATE) -> Series:
    more = [Start(day) for day in days(event.starts_wall.date(), Rhythm.WEEKLY, dates=number)[1:]]
    return serial.make_series(bridge.db, event.id, more, how, bridge.clock())


def dates_of(bridge: Bridge, series: Series) -> list[Event]:
    with bridge.db.reading() as connection:
        return dates.list_of(connection, series.id)


def choose(bridge: Bridge, series: Series, person: Attendee, *chosen: Event) -> list[Event]:
    """Registers, and returns what could not be had any more."""
    slugs = [event.slug for event in chosen]
    return subscribing.register_for_dates(bridge.db, series.slug, slugs, person, bridge.clock())


def confirm(bridge: Bridge, event: Event, person: Attendee) -> None:
    registering.confirm(bridge.db, look(bridge, event, person).key, bridge.clock())


def said(text: str) -> str:
    return text.replace("\xa0", " ")


def whole(calendar: str) -> str:
    """Without the breaks in its lines."""
    return calendar.replace("\r\n ", "")


# making one


def test_each_date_is_an_event_of_its_own_with_its_own_webinar(bridge: Bridge, event: Event, world: World) -> None:
    hosting_words = LetterText(event.id, Kind.CONFIRMATION, "de", "Schön!", "", bridge.clock())
    wording.word_letter(
        bridge.db, event.id, Kind.CONFIRMATION, "de", hosting_words.subject, hosting_words.opening, bridge.clock()
    )

    first, second, third = dates_of(bridge, weekly(bridge, event))
    run(bridge, "sync_webinars")

    assert first.id == event.id
    assert [one.starts_wall.date() for one in (second, third)] == [date(2026, 9, 14), date(2026, 9, 21)]
    assert second.slug == f"{event.slug}-2026-09-14"
    assert (second.published_at is not None, second.panelists) == (True, event.panelists)
    assert sorted(one.start_time for one in in_zoom(world)) == [one.starts_at for one in (first, second, third)]
    with bridge.db.reading() as connection:
        copied = letter_texts.find(connection, third.id, Kind.CONFIRMATION, "de")
    assert copied is not None
    assert copied.subject == "Schön!"


def test_nothing_is_made_when_one_hour_does_not_exist(bridge: Bridge, event: Event) -> None:
    night = replace(event, starts_wall=event.starts_wall.replace(hour=2, minute=30))
    more = [Start(date(2026, 9, 14)), Start(date(2027, 3, 28), night.starts_wall.time())]

    with pytest.raises(WallTimeMissing):
        serial.make_series(bridge.db, event.id, more, Registering.ONCE, bridge.clock())

    assert len(rows(bridge, "events")) == 1
    assert rows(bridge, "series") == []


def test_an_event_is_in_one_series_at_most_and_a_series_has_an_end(bridge: Bridge, event: Event) -> None:
    too_many = [Start(day) for day in days(event.starts_wall.date(), Rhythm.WEEKLY)[1:]]
    with pytest.raises(NotAllowed):
        serial.make_series(bridge.db, event.id, too_many, Registering.ONCE, bridge.clock())
    assert len(too_many) == MOST_DATES
    series = weekly(bridge, event)

    assert weekly(bridge, event) == series, "the button was pressed twice"
    assert len(dates_of(bridge, series)) == 3


def test_each_date_has_the_reminders_of_the_first(bridge: Bridge, event: Event) -> None:
    rules = (ReminderRule(3, Unit.DAYS), ReminderRule(30, Unit.MINUTES))
    draft = replace(serial.draft_of(event), reminders=rules)
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())

    _, second = dates_of(bridge, weekly(bridge, event, 2))

    assert second.reminders == rules
    assert [row.rule for row in rows(bridge, "reminders", event_id=second.id)] == ["3d", "30m"]


def test_a_date_can_be_added_later(bridge: Bridge, event: Event) -> None:
    series = weekly(bridge, event, 2)

    for _ in range(2):
        serial.add_date(bridge.db, series.id, Start(date(2026, 12, 1)), bridge.clock())

    assert [one.starts_wall.date() for one in dates_of(bridge, series)][2:] == [date(2026, 12, 1)]


def test_texts_of_one_date_hold_for_those_that_come_when_that_is_wanted(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    series = weekly(bridge, event, 4)
    first, second, third, fourth = dates_of(bridge, series)
    hosting.cancel_event(bridge.db, fourth.id, clock())
    clock.set(first.ends_at)
    changed = replace(serial.draft_of(second), title_de="Anders", capacity=5)
    hosting.change_event(bridge.db, second.id, changed, clock())

    assert serial.spread(bridge.db, series.id, second.id, clock()) == 1

    after = current(bridge, third)
    assert (after.title_de, after.capacity, after.starts_at) == ("Anders", 5, third.starts_at)
    assert current(bridge, first).title_de == event.title_de, "what is over stays as it was"
    assert current(bridge, fourth).title_de == event.title_de
    assert rows(bridge, "messages") == [], "nobody is written to because of it"


# registering


def test_one_letter_one_button_one_confirmation_for_all_chosen_dates(
    bridge: Bridge, event: Event, mailbox: Mailbox, world: World, work: Callable[[], None]
) -> None:
    series = weekly(bridge, event)
    first, second, third = dates_of(bridge, series)

    assert choose(bridge, series, ANNA, first, third) == []
    work()
    (asking,) = mailbox.to(ANNA.email)
    assert "7. September" in said(asking.text)
    assert "21. September" in said(asking.text)
    assert "14. September" not in said(asking.text)
    registering.confirm(
        bridge.db, bridge.links.key_of_confirm(asking.link("/confirm/").rpartition("/")[2]) or "", bridge.clock()
    )
    work()

    _, told = mailbox.to(ANNA.email)
    for one in (first, third):
        link = bridge.links.personal(look(bridge, one, ANNA).key)
        assert link in told.text
        assert link in told.html
        assert f"UID:{look(bridge, one, ANNA).key}@" in whole(told.file)
    assert told.file.count("BEGIN:VEVENT") == 2
    assert (count(bridge, first), count(bridge, second), count(bridge, third)) == (1, 0, 1)
    at_zoom = {one.start_time: [who.email for who in one.with_status("approved")] for one in in_zoom(world)}
    assert at_zoom == {first.starts_at: [ANNA.email], second.starts_at: [], third.starts_at: [ANNA.email]}


def test_in_english_it_reads_as_well(bridge: Bridge, event: Event, mailbox: Mailbox) -> None:
    series = weekly(bridge, event)
    choose(bridge, series, BEN, *dates_of(bridge, series))
    run(bridge, "send_mail")
    confirm(bridge, event, BEN)
    run(bridge, "send_mail")

    asking, told = mailbox.to(BEN.email)
    assert "You have registered for 3 dates of this series." in asking.text
    assert told.subject == "Your dates: Good neighbours"
    assert "You are registered for 3 dates: your places are reserved." in told.text
    assert "10:00–11:30 (CEST)" in told.text


def test_the_letter_names_the_hour_by_which_all_of_its_dates_can_be_confirmed(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    series = weekly(bridge, event)
    choose(bridge, series, ANNA, *dates_of(bridge, series))
    clock.advance(hours=48)
    registering.send_link_again(bridge.db, event.slug, ANNA.email, bridge.clock())
    run(bridge, "send_mail")

    told = said(mailbox.last(ANNA.email).text)
    assert "14. September" in told
    assert "Bitte bestätigen Sie bis Freitag, 4. September 2026, 10.00 Uhr." in told

    clock.advance(hours=30)
    registering.send_link_again(bridge.db, event.slug, ANNA.email, bridge.clock())
    run(bridge, "send_mail")
    assert "14. September" not in said(mailbox.last(ANNA.email).text), "it lapsed"


def test_registering_once_is_for_all_dates_to_come(bridge: Bridge, event: Event, clock: Clock) -> None:
    series = weekly(bridge, event, 4, Registering.ONCE)
    first, second, third, fourth = dates_of(bridge, series)
    hosting.cancel_event(bridge.db, third.id, clock())
    clock.set(first.ends_at)

    assert choose(bridge, series, ANNA) == []

    assert [row.event_id for row in rows(bridge, "registrations")] == [second.id, fourth.id]
    assert len({row.party for row in rows(bridge, "registrations")}) == 1


def test_a_date_that_is_full_is_named_and_the_others_are_kept(bridge: Bridge, event: Event) -> None:
    series = weekly(bridge, event)
    first, second, third = dates_of(bridge, series)
    hosting.change_event(bridge.db, second.id, replace(serial.draft_of(second), capacity=1), bridge.clock())
    attend(bridge, second, BEN)

    assert [one.id for one in choose(bridge, series, ANNA, first, second, third)] == [second.id]
    with pytest.raises(EventFull):
        choose(bridge, series, CHIARA, second)

    confirm(bridge, first, ANNA)
    assert (count(bridge, first), count(bridge, second), count(bridge, third)) == (1, 1, 1)


def test_a_seat_lost_while_the_letter_waited_does_not_cost_the_others(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    series = weekly(bridge, event)
    first, second, third = dates_of(bridge, series)
    hosting.change_event(bridge.db, first.id, replace(serial.draft_of(first), capacity=1), bridge.clock())
    choose(bridge, series, ANNA, first, second, third)
    attend(bridge, first, BEN)

    confirm(bridge, first, ANNA)
    run(bridge, "send_mail")

    assert not look(bridge, first, ANNA).active
    assert look(bridge, second, ANNA).active
    assert "7. September" not in said(mailbox.last(ANNA.email).text)
    assert "21. September" in said(mailbox.last(ANNA.email).text)


def test_pressing_confirm_twice_is_pressing_it_once(bridge: Bridge, event: Event) -> None:
    series = weekly(bridge, event)
    choose(bridge, series, ANNA, *dates_of(bridge, series))

    confirm(bridge, event, ANNA)
    confirm(bridge, event, ANNA)

    assert [kind for kind, _ in letters(bridge, look(bridge, event, ANNA))] == ["please_confirm", "confirmation"]
    assert len(rows(bridge, "messages")) == 2


def test_after_three_days_none_of_the_dates_can_be_confirmed(bridge: Bridge, event: Event, clock: Clock) -> None:
    series = weekly(bridge, event)
    choose(bridge, series, ANNA, *dates_of(bridge, series))
    clock.advance(hours=72)

    with pytest.raises(LinkExpired):
        confirm(bridge, event, ANNA)


def test_who_is_registered_for_a_date_keeps_that_and_gets_one_letter_about_all(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    series = weekly(bridge, event)
    first, second, _ = dates_of(bridge, series)
    (before,) = attend(bridge, first, ANNA)
    run(bridge, "send_mail")

    choose(bridge, series, an_attendee(first_name="Mallory"), first, second)
    run(bridge, "send_mail")
    assert "7. September" not in said(mailbox.last(ANNA.email).text), "only what is new is to be confirmed"
    confirm(bridge, second, ANNA)
    run(bridge, "send_mail")

    kept = look(bridge, first, ANNA)
    assert (kept.key, kept.confirmed_at, kept.first_name) == (before.key, before.confirmed_at, "Anna")
    told = said(mailbox.last(ANNA.email).text)
    assert "7. September" in told
    assert "14. September" in told


def test_without_double_opt_in_the_dates_are_taken_at_once(bridge: Bridge, event: Event) -> None:
    hosting.change_event(bridge.db, event.id, replace(serial.draft_of(event), double_opt_in=False), bridge.clock())
    series = weekly(bridge, current(bridge, event))

    choose(bridge, series, ANNA, *dates_of(bridge, series))

    assert [row.kind for row in rows(bridge, "messages")] == ["confirmation"]
    assert [count(bridge, one) for one in dates_of(bridge, series)] == [1, 1, 1]


# what comes after


def test_the_confirmation_leaves_though_its_first_date_was_called_off_meanwhile(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    series = weekly(bridge, event)
    first, second, third = dates_of(bridge, series)
    choose(bridge, series, ANNA, first, second, third)
    choose(bridge, series, CHIARA, first, second)
    for person in (ANNA, CHIARA):
        confirm(bridge, first, person)
    hosting.cancel_event(bridge.db, first.id, bridge.clock())

    run(bridge, "send_mail")

    links = {
        one.starts_wall.day: bridge.links.personal(look(bridge, one, ANNA).key) for one in (first, second, third)
    }
    told = next(letter for letter in mailbox.to(ANNA.email) if "Ihre Termine" in letter.subject)
    assert [day for day, link in links.items() if link in told.text] == [14, 21]
    # Of Chiara's, one is left: she gets the letter about that one, as anybody does.
    alone = next(letter for letter in mailbox.to(CHIARA.email) if "Ihr Zugang" in letter.subject)
    assert bridge.links.personal(look(bridge, second, CHIARA).key) in alone.text
    assert f"UID:{look(bridge, second, CHIARA).key}@" in whole(alone.calendar)


def test_all_dates_to_come_are_given_back_with_one_letter(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    series = weekly(bridge, event)
    first, second, third = dates_of(bridge, series)
    choose(bridge, series, ANNA, first, second, third)
    confirm(bridge, first, ANNA)
    clock.set(first.ends_at)
    run(bridge, "send_mail")

    subscribing.cancel_all(bridge.db, look(bridge, second, ANNA).key, clock())
    subscribing.cancel_all(bridge.db, look(bridge, second, ANNA).key, clock())
    run(bridge, "send_mail")

    assert look(bridge, first, ANNA).active, "what is over stays as it was"
    assert not look(bridge, third, ANNA).active
    goodbyes = [row for row in rows(bridge, "messages") if row.kind == "goodbye"]
    assert len(goodbyes) == 1
    letter = mailbox.last(ANNA.email)
    assert "Sie sind von 2 Terminen abgemeldet." in letter.text
    assert re.findall("STATUS:(.*)\r\n", letter.file) == ["CANCELLED", "CANCELLED"]


def test_one_date_given_back_leaves_the_others(
    bridge: Bridge, event: Event, clock: Clock, mailbox: Mailbox
) -> None:
    series = weekly(bridge, event)
    first, second, third = dates_of(bridge, series)
    choose(bridge, series, ANNA, first, second, third)
    confirm(bridge, first, ANNA)
    clock.advance(minutes=5)

    registering.cancel(bridge.db, look(bridge, second, ANNA).key, clock())
    run(bridge, "send_mail")

    assert [count(bridge, one) for one in (first, second, third)] == [1, 0, 1]
    assert "METHOD:CANCEL" in mailbox.last(ANNA.email).calendar
    clock.advance(minutes=5)
    registering.come_back(bridge.db, look(bridge, second, ANNA).key, clock())
    assert count(bridge, second) == 1


def test_dates_nobody_confirmed_go_after_their_time(bridge: Bridge, event: Event, clock: Clock) -> None:
    series = weekly(bridge, event)
    choose(bridge, series, ANNA, *dates_of(bridge, series))
    clock.advance(hours=73)

    run(bridge, "forget")

    assert rows(bridge, "registrations") == []


def test_the_same_letter_is_not_written_again_and_again(bridge: Bridge, event: Event, clock: Clock) -> None:
    series = weekly(bridge, event)
    for _ in range(8):
        choose(bridge, series, ANNA, *dates_of(bridge, series))
        clock.advance(minutes=2)

    assert len(rows(bridge, "messages")) <= 4


def test_of_several_dates_the_free_ones_are_confirmed_and_the_full_ones_waited_for(
    bridge: Bridge, event: Event, mailbox: Mailbox
) -> None:
    series = weekly(bridge, event, 2)
    first, second = dates_of(bridge, series)
    draft = replace(serial.draft_of(second), capacity=1, waiting_list=True)
    hosting.change_event(bridge.db, second.id, draft, bridge.clock())
    attend(bridge, second, CHIARA)

    assert choose(bridge, series, ANNA, first, second) == []
    confirm(bridge, first, ANNA)
    confirm(bridge, first, ANNA)

    assert look(bridge, first, ANNA).active
    assert look(bridge, second, ANNA).waiting
    assert [kind for kind, _ in letters(bridge, look(bridge, first, ANNA))] == ["please_confirm", "confirmation"]
    assert [kind for kind, _ in letters(bridge, look(bridge, second, ANNA))] == ["waiting"]

    registering.cancel(bridge.db, look(bridge, second, CHIARA).key, bridge.clock())
    assert look(bridge, second, ANNA).active

    attend(bridge, second, CHIARA)
    subscribing.cancel_all(bridge.db, look(bridge, first, ANNA).key, bridge.clock())
    assert look(bridge, second, CHIARA).active


def test_leaving_all_dates_tells_of_seats_in_one_letter_and_of_each_waiting_list_in_its_own(
    bridge: Bridge, event: Event, mailbox: Mailbox, clock: Clock
) -> None:
    series = weekly(bridge, event, 2)
    first, second = dates_of(bridge, series)
    draft = replace(serial.draft_of(second), capacity=1, waiting_list=True)
    hosting.change_event(bridge.db, second.id, draft, bridge.clock())
    attend(bridge, second, CHIARA)
    choose(bridge, series, ANNA, first, second)
    confirm(bridge, first, ANNA)
    run(bridge, "send_mail")
    mailbox.letters.clear()

    subscribing.cancel_all(bridge.db, look(bridge, second, ANNA).key, clock.advance(minutes=1))
    run(bridge, "send_mail")

    subjects = sorted(letter.subject for letter in mailbox.letters)
    assert [subject.partition(":")[0] for subject in subjects] == [
        "Sie sind abgemeldet",
        "Sie stehen nicht mehr auf der Warteliste",
    ]
