"""Attendance, folded from sightings: whatever the order, however often, with gaps."""

from datetime import timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_sighting
from tests.clock import NOW
from zoom_bridge.domain.attendance import Fact, Match, Room, Sighting, Teller, Visit, fold

JOINED, LEFT, STARTED, ENDED = Fact.JOINED, Fact.LEFT, Fact.STARTED, Fact.ENDED


def at(minute: float) -> "NOW.__class__":  # type: ignore[name-defined]
    return NOW + timedelta(minutes=minute)


def stay(joined: float, left: float | None, participant: str = "p1", **changes: object) -> list[Sighting]:
    told = [a_sighting(JOINED, at(joined), participant=participant, **changes)]
    if left is not None:
        told.append(a_sighting(LEFT, at(left), participant=participant, **changes))
    return told


def started(minute: float = 0, **changes: object) -> Sighting:
    return a_sighting(STARTED, at(minute), **changes)


def ended(minute: float = 90, **changes: object) -> Sighting:
    return a_sighting(ENDED, at(minute), **changes)


def visits_of(room: Room) -> list[tuple[float, float | None]]:
    """Of the one person there is."""
    (attendance,) = room.attendances
    return [
        (
            (visit.joined_at - NOW) / timedelta(minutes=1),
            visit.left_at and (visit.left_at - NOW) / timedelta(minutes=1),
        )
        for visit in attendance.visits
    ]


def test_nothing_was_told_yet() -> None:
    room = fold([])

    assert room == Room((), None, None, final=False)
    assert not room.running


def test_somebody_joins_and_leaves() -> None:
    room = fold([started(), *stay(5, 65)])

    assert visits_of(room) == [(5, 65)]
    assert room.attendances[0].time_present(at(200)) == timedelta(hours=1)
    assert not room.attendances[0].present


def test_somebody_who_has_not_left_is_present_until_now() -> None:
    (attendance,) = fold([started(), *stay(5, None)]).attendances

    assert attendance.present
    assert attendance.left_at is None
    assert attendance.time_present(at(25)) == timedelta(minutes=20)


def test_the_end_of_the_sitting_closes_stays_without_a_leave() -> None:
    room = fold([started(), *stay(5, None), ended(90)])

    assert visits_of(room) == [(5, 90)]
    assert room.ended_at == at(90)
    assert not room.running


def test_a_leave_that_is_told_after_the_end_counts_all_the_same() -> None:
    assert visits_of(fold([ended(90), *stay(5, 91)])) == [(5, 91)]


def test_a_leave_without_a_join_says_that_somebody_was_there() -> None:
    assert visits_of(fold([a_sighting(LEFT, at(30))])) == [(30, 30)]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_leaves_of_one_stay_the_last_counts_and_of_two_joins_the_first(order: int) -> None:
    assert visits_of(fold([*stay(5, 50), *stay(3, 60), *stay(4, 55)][::order])) == [(3, 60)]


def test_a_rejoin_is_another_visit() -> None:
    room = fold([*stay(0, 20, "p1"), *stay(30, 60, "p2")])

    assert visits_of(room) == [(0, 20), (30, 60)]
    assert room.attendances[0].time_present(at(60)) == timedelta(minutes=50)


def test_a_rejoin_told_before_the_leave_is_the_same() -> None:
    first, second = stay(0, 20, "p1"), stay(21, 60, "p2")

    assert fold([second[0], first[1], first[0], second[1]]) == fold([*first, *second])


def test_two_devices_at_once_are_one_person() -> None:
    room = fold([*stay(0, 50, "laptop"), *stay(20, 60, "phone"), *stay(25, 30, "tablet")])

    assert visits_of(room) == [(0, 60)]


def test_who_is_still_there_on_one_device_is_present() -> None:
    assert visits_of(fold([*stay(0, None, "laptop"), *stay(20, 30, "phone")])) == [(0, None)]
    assert visits_of(fold([*stay(0, 30, "laptop"), *stay(20, None, "phone")])) == [(0, None)]


def test_stays_that_touch_are_one_visit() -> None:
    assert visits_of(fold([*stay(0, 20, "p1"), *stay(20, 40, "p2")])) == [(0, 40)]


def test_different_people_are_kept_apart() -> None:
    room = fold([*stay(0, 20, "p1", registration_id=1), *stay(5, 20, "p2", registration_id=2)])

    assert [attendance.registration_id for attendance in room.attendances] == [1, 2]


def test_guests_are_told_apart_by_what_is_known_of_them() -> None:
    guests = [
        *stay(0, 20, "p1", registration_id=None, guest="ben@example.org", name="Ben"),
        *stay(30, 40, "p2", registration_id=None, guest="ben@example.org", name="Ben"),
        *stay(5, 20, "p3", registration_id=None, guest="Somebody", name="Somebody"),
    ]

    room = fold(guests)

    assert [(a.name, len(a.visits)) for a in room.attendances] == [("Ben", 2), ("Somebody", 1)]


def test_a_leave_that_does_not_say_who_it_was_belongs_to_its_join() -> None:
    joined = a_sighting(JOINED, at(0), matched_by=Match.REGISTRANT_ID)
    left = a_sighting(LEFT, at(10), registration_id=None, guest="somebody", name="")

    room = fold([left, joined])

    assert visits_of(room) == [(0, 10)]
    assert room.attendances[0].registration_id == 1
    assert room.attendances[0].matched_by is Match.REGISTRANT_ID


def test_the_better_match_says_who_somebody_is() -> None:
    by_name = a_sighting(JOINED, at(0), registration_id=7, matched_by=Match.NAME, name="Anna")
    by_id = a_sighting(LEFT, at(9), registration_id=1, matched_by=Match.REGISTRANT_ID, name="Anna Albers")

    (attendance,) = fold([by_name, by_id]).attendances

    assert (attendance.registration_id, attendance.name) == (1, "Anna Albers")


def test_a_leave_before_its_join_is_no_negative_time() -> None:
    assert visits_of(fold(stay(30, 20))) == [(30, 30)]


def test_the_report_replaces_what_the_webhooks_said() -> None:
    webhooks = [started(), *stay(5, None, "webhook-id"), ended(90)]
    report = stay(4, 88, "report-id", teller=Teller.REPORT)

    room = fold([*webhooks, *report])

    assert visits_of(room) == [(4, 88)]
    assert room.final
    assert (room.started_at, room.ended_at) == (at(0), at(90))


def test_the_report_of_one_sitting_says_nothing_of_another() -> None:
    room = fold(
        [
            *stay(0, 10, "p1", teller=Teller.REPORT),
            *stay(20, 30, "p2", sitting="sitting-2"),
            ended(sitting="sitting-2"),
        ]
    )

    assert visits_of(room) == [(0, 10), (20, 30)]
    assert not room.final


def test_the_report_alone_is_enough_when_all_webhooks_are_lost() -> None:
    room = fold(
        [*stay(3, 80, "p1", teller=Teller.REPORT), *stay(5, 85, "p2", registration_id=2, teller=Teller.REPORT)]
    )

    assert (room.started_at, room.ended_at) == (at(3), at(85))
    assert room.final
    assert not room.running


def test_a_lost_end_does_not_leave_the_room_running_once_the_report_is_there() -> None:
    room = fold([started(), *stay(3, 80, teller=Teller.REPORT)])

    assert not room.running
    assert room.ended_at == at(80)


def test_a_lost_start_does_not_hide_that_people_are_in_the_room() -> None:
    room = fold(stay(3, None))

    assert room.running
    assert room.started_at == at(3)


def test_a_webinar_started_again_runs_again() -> None:
    first = [started(0), *stay(1, None, "p1"), ended(10)]
    second = [started(20, sitting="sitting-2"), *stay(21, None, "p2", sitting="sitting-2")]

    room = fold([*first, *second])

    assert visits_of(room) == [(1, 10), (21, None)]
    assert (room.started_at, room.ended_at, room.running) == (at(0), None, True)


def test_a_second_end_changes_nothing_but_the_time() -> None:
    assert fold([started(), ended(90), ended(90)]) == fold([started(), ended(90)])


# --- any order, any number of times -----------------------------------------------------------------------------

minutes = st.integers(0, 20)
sightings = st.lists(
    st.builds(
        a_sighting,
        st.sampled_from(Fact),
        minutes.map(at),
        sitting=st.sampled_from(["sitting-1", "sitting-2"]),
        participant=st.sampled_from(["", "p1", "p2", "p3"]),
        teller=st.sampled_from(Teller),
        registration_id=st.sampled_from([None, 1, 2]),
        matched_by=st.sampled_from([None, *Match]),
        guest=st.sampled_from(["", "ben@example.org"]),
        name=st.sampled_from(["", "Anna", "Ben"]),
    ),
    max_size=14,
)


@given(sightings, st.randoms(use_true_random=False), st.data())
def test_order_and_doubles_do_not_change_the_room(
    told: list[Sighting], random: Random, data: st.DataObject
) -> None:
    doubled = told + data.draw(st.lists(st.sampled_from(told), max_size=5) if told else st.just([]))
    random.shuffle(doubled)

    assert fold(doubled) == fold(told)


@given(sightings)
def test_nobody_is_there_for_less_than_no_time_or_twice_at_once(told: list[Sighting]) -> None:
    for attendance in fold(told).attendances:
        ends = [visit.left_at for visit in attendance.visits]

        assert all(visit.left_at is None or visit.joined_at <= visit.left_at for visit in attendance.visits)
        assert None not in ends[:-1]
        assert all(
            left < after.joined_at for left, after in zip(ends, attendance.visits[1:], strict=False) if left
        )


def minute_by_minute(
    stays: list[tuple[int, int, int | None]], end: int | None, horizon: int
) -> dict[int, set[int]]:
    """The oracle: who was in the room in which minute, counted by walking through the evening."""
    present: dict[int, set[int]] = {}
    for person, joined, left in stays:
        out = left if left is not None else end if end is not None else horizon
        present.setdefault(person, set()).update(range(joined, out))
    return present


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 40), st.none() | st.integers(1, 40)), max_size=10),
    st.none() | st.just(60),
    st.randoms(use_true_random=False),
)
def test_the_fold_agrees_with_walking_through_the_evening(
    drawn: list[tuple[int, int, int | None]], end: int | None, random: Random
) -> None:
    stays = [(person, joined, joined + length if length else None) for person, joined, length in drawn]
    told = [started()] + ([ended(end)] if end else [])
    for number, (person, joined, left) in enumerate(stays):
        # Nobody leaves after the end: Zoom puts them out.
        left = min(left, end) if left and end else left
        told += stay(joined, left, f"p{number}", registration_id=person)
    random.shuffle(told)

    room = fold(told)

    horizon = 100
    expected = minute_by_minute([(p, j, min(x, end) if x and end else x) for p, j, x in stays], end, horizon)
    counted = {
        attendance.registration_id: attendance.time_present(at(horizon)) / timedelta(minutes=1)
        for attendance in room.attendances
    }
    assert counted == {person: len(present) for person, present in expected.items()}


@pytest.mark.parametrize("seed", range(40))
def test_a_shuffled_evening_of_two_hundred_has_one_result(seed: int) -> None:
    random = Random(seed)
    told = [started(), ended(90)]
    for person in range(1, 201):
        joined = random.randint(0, 60)
        told += stay(joined, joined + random.randint(1, 30), f"p{person}", registration_id=person)
    shuffled = told + random.choices(told, k=100)
    random.shuffle(shuffled)

    assert fold(shuffled) == fold(told)


def test_a_visit_is_a_pair_of_instants() -> None:
    assert fold(stay(0, 1)).attendances[0].visits == (Visit(at(0), at(1)),)


def test_a_practice_session_is_nobodys_attendance_in_whatever_order_it_is_told() -> None:
    facts = [
        a_sighting(Fact.STARTED, sitting="practice"),
        a_sighting(Fact.JOINED, sitting="practice"),
        a_sighting(Fact.PRACTICE, sitting="practice", participant="", registration_id=None, name=""),
    ]

    rooms = [fold(facts), fold(reversed(facts))]

    assert rooms[0] == rooms[1]
    assert rooms[0].attendances == ()
    assert not rooms[0].running


def test_a_webinar_that_goes_on_as_the_same_sitting_after_its_practice_counts() -> None:
    """Whether Zoom calls the webinar by another uuid than its practice session, nothing official says."""
    whole = {"participant": "", "registration_id": None, "name": ""}
    facts = [
        a_sighting(Fact.STARTED, at(-30), **whole),
        a_sighting(Fact.PRACTICE, at(0), **whole),
        a_sighting(Fact.JOINED, at(1)),
    ]

    assert fold(facts).running
    assert len(fold(reversed(facts)).attendees) == 1


def bound(call: str, to: str, minute: float = 30) -> Sighting:
    who = {"registration_id": None, "name": ""}
    return a_sighting(Fact.BOUND, at(minute), participant=call, bound_to=to, by_phone=True, **who)


def rang(joined: float, left: float | None, participant: str = "call", **changes: object) -> list[Sighting]:
    number = {"registration_id": None, "guest": "+4930****17", "name": "+4930****17"}
    return stay(joined, left, participant, **number | {"by_phone": True} | changes)


@pytest.mark.parametrize("to_call", [True, False])
def test_a_call_that_was_bound_to_somebody_is_theirs_whichever_way_it_is_told(to_call: bool) -> None:
    binding = bound("laptop", "call") if to_call else bound("call", "laptop")

    room = fold([binding, *rang(20, 80), *stay(0, 50, "laptop", matched_by=Match.REGISTRANT_ID)])

    assert visits_of(room) == [(0, 80)]
    assert room.attendances[0].name == "Anna Albers"
    assert room.attendances[0].by_phone is False
    assert [one.by_phone for one in room.attendances[0].stays] == [False, True]


def test_a_call_stays_theirs_in_a_report_that_has_other_ids_for_calls() -> None:
    webhooks = [bound("call", "laptop"), *rang(20, 80), *stay(0, 50, "laptop"), *rang(21, 25, "another")]
    report = [
        *rang(20, 80, "9", teller=Teller.REPORT, by_phone=False),
        *stay(0, 50, "laptop", teller=Teller.REPORT),
    ]

    assert visits_of(fold(webhooks + report)) == [(0, 80)]


def test_a_call_of_which_somebody_decided_whose_it_is_is_not_the_bound_persons() -> None:
    decided = rang(20, 80, registration_id=2, matched_by=Match.DECISION)

    room = fold([bound("call", "laptop"), *decided, *stay(0, 50, "laptop")])

    assert [one.registration_id for one in room.attendances] == [1, 2]


def test_a_sitting_whose_end_got_lost_is_over_when_the_webinar_starts_again() -> None:
    room = fold([started(0), *stay(5, None), started(30, sitting="sitting-2"), ended(60, sitting="sitting-2")])

    assert visits_of(room) == [(5, 30)]
    assert not room.running
    assert room.ended_at == at(60)


def test_who_joins_in_the_future_by_zooms_clock_has_been_there_for_no_time_yet() -> None:
    (attendance,) = fold([started(), *stay(5, None)]).attendances

    assert attendance.time_present(at(3)) == timedelta()


def test_the_curve_counts_each_attendee_once_and_nobody_who_works_here() -> None:
    nobody = {"registration_id": None, "name": "Olga"}
    room = fold(
        [
            *stay(0, 50, "laptop"),
            *stay(10, 60, "tablet"),
            *stay(20, 40, "b", registration_id=2),
            *stay(30, 40, "c", registration_id=3),
            *stay(0, 90, "host", matched_by=Match.HOST, guest="host@example.org", **nobody),
            *stay(0, 90, "panel", matched_by=Match.PANELIST, guest="petra@example.org", **nobody),
            *stay(0, 90, "staff", matched_by=Match.STAFF, guest="olga@example.org", **nobody),
        ]
    )

    assert len(room.attendances) == 6
    assert [one.registration_id for one in room.attendees] == [1, 2, 3]
    assert room.curve == ((at(0), 1), (at(20), 2), (at(30), 3), (at(40), 1), (at(60), 0))
    assert room.peak == (at(30), 3)
    assert fold([]).peak is None
