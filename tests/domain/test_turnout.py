"""Who was there, who only for a while, who was missing, and of whom nobody can say."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from tests.builders import a_registration, a_sighting, an_event
from tests.cast import BEN as BEN_BRANDT
from zoom_bridge.domain.attendance import Fact, Sighting, Teller, fold
from zoom_bridge.domain.event import Event, Panelist
from zoom_bridge.domain.turnout import Turnout, presences, turnouts

EVENT = an_event()
ANNA, BEN = a_registration(), a_registration(id=2)


def stay(joined: float, left: float | None, person: int | None = 1, **changes: object) -> list[Sighting]:
    """In minutes from the event's start, which takes ninety."""
    who = {"participant": f"p{person}.{joined}", "registration_id": person, **changes}
    told = [a_sighting(Fact.JOINED, at(joined), **who)]
    return [*told, a_sighting(Fact.LEFT, at(left), **who)] if left is not None else told


def ran(begun: float, over: float) -> list[Sighting]:
    return [a_sighting(Fact.STARTED, at(begun)), a_sighting(Fact.ENDED, at(over))]


def at(minute: float):  # type: ignore[no-untyped-def]
    return EVENT.starts_at + timedelta(minutes=minute)


def of_anna(sightings: Iterable[Sighting], event: Event = EVENT) -> Turnout:
    return turnouts(event, fold(sightings), [ANNA])[ANNA.id]


@pytest.mark.parametrize(
    ("visits", "turnout"),
    [
        ([stay(0, 90)], Turnout.ATTENDED),
        ([stay(0, 60)], Turnout.ATTENDED),
        ([stay(0, 59)], Turnout.LEFT_EARLY),
        ([stay(31, 90)], Turnout.LEFT_EARLY),
        ([stay(0, 40), stay(60, 80)], Turnout.ATTENDED),
        # Before the start and after the planned end nobody misses anything.
        ([stay(-20, 39)], Turnout.LEFT_EARLY),
        ([stay(60, 150)], Turnout.LEFT_EARLY),
        ([stay(-20, -5)], Turnout.LEFT_EARLY),
        # Whose leaving nobody told, stayed to the end.
        ([stay(20, None)], Turnout.ATTENDED),
        ([], Turnout.ABSENT),
    ],
)
def test_two_thirds_of_the_planned_time_are_attending(visits: list[list[Sighting]], turnout: Turnout) -> None:
    told = [*ran(-20, 150), *stay(0, 90, person=2), *(one for visit in visits for one in visit)]

    assert of_anna(told) is turnout


def test_an_evening_that_was_shorter_asks_for_two_thirds_of_what_there_was() -> None:
    assert of_anna([*ran(15, 45), *stay(15, 40)]) is Turnout.ATTENDED


def test_an_evening_at_quite_another_time_counts_as_it_ran() -> None:
    assert of_anna([*ran(1000, 1060), *stay(1000, 1050)]) is Turnout.ATTENDED
    assert of_anna([*ran(1000, 1060), *stay(1000, 1010)]) is Turnout.LEFT_EARLY


def test_who_only_rang_is_a_group_of_its_own_whatever_the_report_leaves_out() -> None:
    rang = stay(0, 90, by_phone=True)
    report = [*stay(0, 90, teller=Teller.REPORT)]

    assert of_anna([*ran(0, 90), *rang, *report]) is Turnout.PHONE


def test_who_rang_and_came_online_as_well_was_there() -> None:
    assert of_anna([*ran(0, 90), *stay(0, 5, by_phone=True), *stay(6, 90)]) is Turnout.ATTENDED


def test_a_caller_without_an_address_comes_by_telephone_and_who_cancelled_is_in_no_group() -> None:
    caller = a_registration(id=3, email="", email_key="caller:3")
    gone = a_registration(id=4, cancelled_at=EVENT.starts_at, cancelled_by="self")

    found = turnouts(EVENT, fold([*ran(0, 90), *stay(0, 90)]), [ANNA, BEN, caller, gone])

    assert found == {1: Turnout.ATTENDED, 2: Turnout.ABSENT, 3: Turnout.PHONE}


def test_where_nobody_at_all_was_seen_nobody_was_absent() -> None:
    assert turnouts(EVENT, fold(ran(0, 90)), [ANNA, BEN]) == {}


def test_who_registered_and_sat_on_the_panel_was_not_missed() -> None:
    event = an_event(panelists=(Panelist("Ben Brandt", email=BEN_BRANDT.email),))
    speaker = a_registration(BEN_BRANDT, id=2)

    assert turnouts(event, fold([*ran(0, 90), *stay(0, 90)]), [ANNA, speaker]) == {1: Turnout.ATTENDED}
    assert turnouts(event, fold(stay(0, 90, person=2)), [speaker]) == {2: Turnout.ATTENDED}


def test_an_evening_that_begins_after_its_planned_end_counts_while_it_runs() -> None:
    room = fold([a_sighting(Fact.STARTED, at(100)), *stay(100, None)])

    assert presences(EVENT, room, at(120))[1].minutes == 20
