"""An event in figures: right, told without pointing to anybody, and the same after they were kept."""

from datetime import date, timedelta

import pytest

from tests.builders import a_registration, an_event
from tests.cast import ANNA, BEN
from tests.clock import NOW
from tests.domain.test_turnout import at, ran, stay
from zoom_bridge.domain.attendance import Match, fold
from zoom_bridge.domain.event import Event, Panelist
from zoom_bridge.domain.poll import Poll, PollKind
from zoom_bridge.domain.registration import Registration, Source
from zoom_bridge.domain.result import Place, Result, discreet, keep, kept, result, wordless
from zoom_bridge.domain.short_link import ShortLink
from zoom_bridge.domain.takeaway import (
    AskedQuestion,
    Counted,
    PollResult,
    Takeaway,
    TakeawayKind,
)
from zoom_bridge.domain.takeaway import keep as as_data

EVENT = an_event(polls=(Poll(key="p", question="Kaffee?", kind=PollKind.ONE, choices=("Ja", "Nein")),))


def a_takeaway(kind: TakeawayKind, *found: AskedQuestion | PollResult) -> Takeaway:
    return Takeaway(
        id=1, event_id=1, sitting="s", kind=kind, data=as_data(found), fetched_at=NOW, due_at=None, attempts=0,
        last_error=None, gave_up_at=None,
    )  # fmt: skip


def votes(question: str, *choices: tuple[str, int], said: tuple[str, ...] = ()) -> PollResult:
    counted = tuple(Counted(choice=choice, count=count) for choice, count in choices)
    return PollResult(
        question=question, people=sum(number for _, number in choices) or len(said), choices=counted, said=said
    )


def places(*people: Registration) -> list[Place]:
    return [
        Place(
            one.id,
            one.created_at,
            one.source,
            one.active,
            one.cancelled_at is not None,
            one.waiting,
            one.by_phone_only,
            one.email_key,
        )
        for one in people
    ]


def an_evening(event: Event = EVENT) -> Result:
    """Anna stays, Ben goes early, Chiara does not come, Dora can only telephone, Emil gave up his place; a guest looks
    in and the host is there."""
    day = timedelta(days=1)
    people = [
        a_registration(),
        a_registration(id=2, created_at=NOW + day),
        a_registration(id=3, created_at=NOW + day, source=Source.ORGANISER),
        a_registration(id=4, email="", source=Source.ORGANISER),
        a_registration(id=5, cancelled_at=NOW),
    ]
    room = fold([
        *ran(0, 92), *stay(0, 90, 1), *stay(5, 35, 2), *stay(10, 20, None, guest="iPad", name="iPad"),
        *stay(-5, 92, None, guest="host@example.org", matched_by=Match.HOST),
    ])  # fmt: skip
    taken = [
        a_takeaway(
            TakeawayKind.QUESTIONS,
            AskedQuestion(question="Wann?", answers=("Um zehn.",), spoken=False, name="Anna"),
            AskedQuestion(question="Warum?", name="", answers=(), spoken=False),
        ),
        a_takeaway(
            TakeawayKind.POLLS,
            votes("Kaffee?", ("Ja", 1), ("Nein", 0)),
            votes("Woher?", ("Aus Hannover", 7), ("Ich bin Anna Albers", 1)),
        ),
        a_takeaway(TakeawayKind.SURVEY, votes("Was noch?", said=("Mehr Anna Albers!",))),
    ]
    links = [ShortLink(id=1, event_id=1, key="k", name="Rundbrief", created_at=NOW, registrations=1)]
    return result(event, room, places(*people), taken, links, event.ends_at)


def test_an_evening_is_summed_up() -> None:
    found = an_evening()

    assert (found.registered, found.cancelled, found.came, found.absent, found.callers) == (4, 1, 2, 1, 1)
    assert (found.there, found.guests, found.short) == (3, 1, 1)
    assert found.days == ((NOW.date(), 2), (NOW.date() + timedelta(days=1), 2))
    assert (found.by_page, found.by_staff, found.otherwise) == (2, 2, 1)
    assert (found.peak_at, found.peak) == (at(10), 3)
    assert found.curve == ((at(0), 1), (at(5), 2), (at(10), 3), (at(20), 2), (at(35), 1), (at(90), 0))
    assert found.minutes == ((15, 1), (30, 1), (45, 0), (60, 0), (75, 0), (90, 1))
    assert found.mean_minutes == 43
    assert (found.asked, found.answered) == (2, 1)


def test_what_is_kept_is_what_was_and_nobodys_words_are_in_it() -> None:
    found = wordless(an_evening(), EVENT)

    assert kept(keep(found)) == found
    assert "Anna" not in keep(found)
    assert found.polls[1].choices == (Counted(choice="Aus Hannover", count=7), Counted(choice="", count=1))
    assert (found.survey[0].people, found.survey[0].said) == (1, ())
    assert kept(keep(Result())) == Result()


def test_an_evening_at_quite_another_time_has_everybody_in_one_span_and_in_the_curve() -> None:
    room = fold([*ran(300, 540), *(one for n in range(1, 240) for one in stay(300 + n / 2, 300 + n, n))])

    found = result(EVENT, room, [], [], [], at(600))

    assert sum(number for _, number in found.minutes) == found.there == 239
    assert found.minutes[-1][0] is None
    assert found.curve[-1][1] == 0
    assert len(found.curve) <= 241


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ([(15, 9), (30, 14)], [(15, 9), (30, 14)]),
        ([(15, 1), (30, 14)], [(30, 15)]),
        ([(15, 9), (30, 2)], [(30, 11)]),
        ([(15, 9), (30, 0), (45, 3), (60, 2), (None, 8)], [(15, 9), (60, 5), (None, 8)]),
        ([(15, 9), (30, 0), (None, 4)], [(None, 13)]),
        ([(15, 9), (30, 0)], [(15, 9)]),
    ],
)
def test_told_discreetly_no_group_is_smaller_than_five_and_nobody_is_left_out(
    spans: list[tuple[int | None, int]], told: list[tuple[int | None, int]]
) -> None:
    number = sum(number for _, number in spans)

    found = discreet(Result(there=number, minutes=tuple(spans))).minutes

    assert list(found) == told
    assert sum(number for _, number in found) == number


def test_told_discreetly_four_people_have_no_minutes_no_curve_and_no_answers() -> None:
    poll = votes("Kaffee?", ("Ja", 4))
    of_four = Result(
        there=4, mean_minutes=40, minutes=((90, 4),), curve=((NOW, 4),), peak_at=NOW, peak=4, polls=(poll,),
        sources=(Counted(choice="Rundbrief", count=4),),
    )  # fmt: skip

    found = discreet(of_four)

    assert found == Result(there=4)


def test_a_day_is_a_day_on_the_wall_of_the_event() -> None:
    late = NOW.replace(hour=22, minute=30)

    found = result(EVENT, fold([]), places(a_registration(created_at=late)), [], [], NOW)

    assert found.days == ((date(late.year, late.month, late.day) + timedelta(days=1), 1),)


def test_nothing_that_was_seen_is_nothing_that_can_be_said() -> None:
    found = result(EVENT, fold([]), places(a_registration()), [], [], NOW)

    assert found == Result(registered=1, days=found.days, by_page=1)


def test_who_registered_and_sat_on_the_panel_was_not_missed() -> None:
    event = an_event(panelists=(Panelist("Ben Brandt", email=BEN.email),))
    people = [a_registration(ANNA), a_registration(BEN, id=2)]
    room = fold([*ran(0, 90), *stay(0, 90)])

    assert result(event, room, places(*people), [], [], NOW).absent == 0
