"""Who in the room is doubtful, and who it may be."""

from datetime import timedelta
from typing import Any

from tests.builders import a_registration, a_sighting, an_event
from tests.cast import ANNA, BEN, CHIARA
from zoom_bridge.domain.attendance import Fact, Match, Room, Sighting, fold
from zoom_bridge.domain.decision import Appearance, Decision, Verdict
from zoom_bridge.domain.doubt import Doubt, DoubtKind, doubts, open_doubts
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.suggestion import Evidence

EVENT = an_event()
START = EVENT.starts_at
MINUTE = timedelta(minutes=1)


def registered(**changes: Any) -> list[Registration]:
    """Anna, Ben and Chiara; what is changed of Anna."""
    return [
        a_registration(ANNA, id=1, **changes),
        a_registration(BEN, id=2),
        a_registration(CHIARA, id=3),
    ]


def stay(
    name: str, since: int, until: int | None = None, number: int | None = None, **changes: Any
) -> list[Sighting]:
    """By the link of the registration with that number, or by none."""
    known: dict[str, Any] = {
        "participant": f"{name} {since}",
        "name": name,
        "registration_id": number,
        "matched_id": number or 0,
        "matched_by": Match.REGISTRANT_ID if number else None,
        "guest": "" if number else name,
    } | changes
    told = [a_sighting(Fact.JOINED, START + since * MINUTE, **known)]
    return told if until is None else [*told, a_sighting(Fact.LEFT, START + until * MINUTE, **known)]


def asked(
    *told: list[Sighting], people: list[Registration] | None = None, decided: list[Decision] | None = None
) -> list[Doubt]:
    return doubts(EVENT, room(*told), registered() if people is None else people, decided or [])


def room(*told: list[Sighting]) -> Room:
    begun = [a_sighting(Fact.STARTED, START), a_sighting(Fact.ENDED, EVENT.ends_at)]
    return fold([*begun, *(one for some in told for one in some)])


def speaks(doubt: Doubt) -> dict[str, list[tuple[Evidence, int]]]:
    return {one.person.name: [(why.evidence, why.number) for why in one.reasons] for one in doubt.suggestions}


def a_decision(appearance: Appearance, **changes: Any) -> Decision:
    kept: dict[str, Any] = {
        "id": 1, "event_id": 1, "matched_id": appearance.matched_id, "guest": appearance.guest, "name": appearance.name,
        "verdict": Verdict.GUEST, "registration_id": None, "decided_by": 1, "decided_at": START,
    }  # fmt: skip
    return Decision(**(kept | changes))


def test_who_is_known_is_not_asked_about() -> None:
    host = stay("Webinar", 0, 90, matched_by=Match.HOST)

    assert asked(stay("Anna Albers", 0, 90, 1), host) == []


def test_an_abbreviated_name_is_asked_about_with_what_speaks_for_somebody() -> None:
    people = registered(first_clicked_at=START + 2 * MINUTE)

    (found,) = asked(stay("A. Albers", 4, 90), people=people)

    assert found.kind is DoubtKind.UNKNOWN
    assert speaks(found) == {
        "Anna Albers": [(Evidence.LAST_NAME, 0), (Evidence.INITIAL, 0), (Evidence.CLICKED, 2)],
    }


def test_a_name_that_two_people_bear_is_asked_about_and_says_so() -> None:
    people = [*registered(), a_registration(ANNA, id=4, email="albers@example.org")]

    (found,) = asked(stay("Anna Albers", 0, 90), people=people)

    assert [one.person.id for one in found.suggestions] == [1, 4]
    assert speaks(found) == {"Anna Albers": [(Evidence.SAME_NAME, 0), (Evidence.NAMESAKES, 2)]}


def test_a_second_name_of_somebody_who_is_there_may_be_a_second_device() -> None:
    guest = stay("Ben Brand", 10, 80, guest="brandt.ben@privat.example.org")

    (found,) = asked(stay("Ben Brandt", 0, 90, 2), guest)

    (suggestion,) = found.suggestions
    assert suggestion.person.name == "Ben Brandt"
    assert suggestion.there_meanwhile


def test_who_comes_back_under_another_name_is_suggested() -> None:
    (found,) = asked(stay("Ben Brandt", 0, 30, 2), stay("Ben", 31, 90))

    assert (Evidence.LEFT_BEFORE, 0) in speaks(found)["Ben Brandt"]


def test_an_address_that_begins_alike_speaks_for_somebody() -> None:
    (found,) = asked(stay("iPhone", 0, 90, guest="chiara@work.example.org"))

    assert speaks(found) == {"Chiara Conti": [(Evidence.ADDRESS_BEGINS_ALIKE, 0)]}


def test_who_clicked_and_was_not_seen_may_be_anybody_who_came_right_after() -> None:
    people = registered(first_clicked_at=START + 9 * MINUTE)

    (found,) = asked(stay("Küche iPad", 10, 14), people=people)
    (too_late,) = asked(stay("Küche iPad", 30, 34), people=people)

    assert speaks(found) == {"Anna Albers": [(Evidence.CLICKED, 1)]}
    assert speaks(too_late) == {}


def test_a_call_is_asked_about_and_callers_are_suggested() -> None:
    caller = a_registration(CHIARA, id=3, email="", email_key="caller:3")

    (found,) = asked(stay("+49511***40", 3, 90, by_phone=True), people=[*registered()[:2], caller])

    assert found.kind is DoubtKind.PHONE
    assert speaks(found) == {"Chiara Conti": [(Evidence.BY_PHONE, 0)]}


def test_two_unlike_names_by_one_link_at_once_are_asked_about() -> None:
    """A couple has one last name and is two people all the same."""
    (found,) = asked(stay("Georg Albers", 0, 90, 1), stay("Anna Albers", 5, 90, 1))

    assert (found.kind, found.holder, found.name, found.beside) == (
        DoubtKind.SHARED,
        1,
        "Georg Albers",
        "Anna Albers",
    )
    assert found.appearances == (Appearance(1, "", "georg albers"),)


def test_who_else_came_by_somebodys_link_may_be_registered_too() -> None:
    (found,) = asked(stay("Anna Albers", 0, 90, 1), stay("Ben Brandt", 5, 90, 1))

    assert list(speaks(found)) == ["Ben Brandt"]


def test_the_same_name_on_two_devices_a_rename_and_a_rejoin_are_not_asked_about() -> None:
    two_devices = stay("Anna Albers", 0, 90, 1), stay("iPhone von Anna", 5, 90, 1)
    one_after_the_other = stay("Ben Brandt", 0, 30, 2), stay("Benjamin B", 30, 60, 2), stay("Werkstatt", 60, 90, 2)

    assert asked(*two_devices, *one_after_the_other) == []


def test_what_is_decided_is_not_asked_about_again() -> None:
    decided = [a_decision(Appearance(0, "gast", "gast"))]

    assert asked(stay("Gast", 0, 90), decided=decided) == []
    assert asked(stay("Anna Albers", 0, 90, 1), stay("Ben", 0, 90, 1, matched_by=Match.DECISION)) == []


def test_what_is_clearest_comes_first_then_who_was_there_for_longest() -> None:
    found = asked(stay("Kurz", 0, 4), stay("Lang", 0, 80), stay("Chiara Conti (privat)", 0, 9))

    assert [one.name for one in found] == ["Chiara Conti (privat)", "Lang", "Kurz"]


def test_those_whose_time_is_up_are_nobodys_business_any_more() -> None:
    assert asked(stay("", 0, 90, guest="#g12")) == []


def test_counting_finds_as_many_as_asking() -> None:
    told = [
        stay("Gast", 0, 90),
        stay("Anna Albers", 0, 90, 1),
        stay("Ben Brandt", 5, 90, 1),
        stay("Chiara", 0, 9, 3),
    ]

    assert len(open_doubts(room(*told))) == len(asked(*told)) == 2


def test_a_call_that_zoom_bound_to_somebody_is_no_second_person_on_their_link() -> None:
    call = stay("Call-in User 1", 3, 90, by_phone=True)
    bound = a_sighting(
        Fact.BOUND, START + 4 * MINUTE, participant="Call-in User 1 3", bound_to="Anna Albers 0",
        registration_id=None, matched_by=None, guest="", name="",
    )  # fmt: skip

    assert asked(stay("Anna Albers", 0, 90, 1), call, [bound]) == []
