"""Who somebody in the room is: by what is proven, by a name that nobody else bears, and by what a person decided."""

import pytest

from tests.builders import a_sighting
from tests.cast import ANNA, BEN, CHIARA
from tests.clock import NOW
from zoom_bridge.domain.attendance import Match, Sighting
from zoom_bridge.domain.decision import Appearance, Decision, Verdict
from zoom_bridge.domain.recognition import Candidate, Known, recognised

A, B, C = 1, 2, 3
PEOPLE = [
    Candidate(A, "key-a", "registrant-a", ANNA.email, "", "Anna", "Albers", "", seated=True),
    Candidate(
        B, "key-b", "registrant-b", BEN.email, "guest-1@alias.example.org", "Ben", "Brandt", "Eule", seated=True
    ),
    Candidate(C, "key-c", None, CHIARA.email, "", "Chiara", "Conti", "", seated=False),
]
KNOWN = Known({"host@example.org"}, {"petra@example.org", ANNA.email}, {"olga@example.org", BEN.email}, PEOPLE)


def seen(**told: object) -> Sighting:
    nobody = {
        "registration_id": None,
        "name": "Somebody",
        "guest": told.get("email") or told.get("name", "Somebody"),
    }
    return a_sighting(**nobody | told)


def who(sighting: Sighting, *decided: Decision) -> tuple[int | None, Match | None]:
    found = recognised(sighting, KNOWN, {one.appearance: one for one in decided})
    return found.registration_id, found.matched_by


def decided(appearance: Appearance, verdict: Verdict, registration_id: int | None = None) -> Decision:
    return Decision(
        id=1, event_id=1, matched_id=appearance.matched_id, guest=appearance.guest, name=appearance.name,
        verdict=verdict, registration_id=registration_id, decided_by=1, decided_at=NOW,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        # Each sort of evidence goes before those below it.
        (
            {"registrant": "registrant-a", "customer_key": "key-b", "email": BEN.email, "name": "Ben Brandt"},
            (A, Match.REGISTRANT_ID),
        ),
        ({"registrant": "unheard", "customer_key": "key-a", "email": BEN.email}, (A, Match.CUSTOMER_KEY)),
        ({"email": "HOST@example.org", "name": "Anna Albers"}, (None, Match.HOST)),
        ({"email": "petra@example.org", "name": "Anna Albers"}, (None, Match.PANELIST)),
        # On the panel and registered: by the panelist's link they are no attendee, by their own they are.
        ({"email": ANNA.email}, (None, Match.PANELIST)),
        ({"registrant": "registrant-a", "email": ANNA.email}, (A, Match.REGISTRANT_ID)),
        ({"email": f" {BEN.email.upper()}", "name": "Anna Albers"}, (B, Match.EMAIL)),
        ({"email": "guest-1@alias.example.org"}, (B, Match.EMAIL)),
        ({"email": "olga@example.org", "name": "Anna Albers"}, (None, Match.STAFF)),
        ({"email": "unheard@example.org", "name": " anna\u00a0 ALBERS "}, (A, Match.NAME)),
        ({"name": "Eule"}, (B, Match.NAME)),
        # No likeness, no name of somebody without a seat, no address typed as a name.
        ({"name": "Anna Alber"}, (None, None)),
        ({"name": "Anna"}, (None, None)),
        ({"name": "Chiara Conti"}, (None, None)),
        ({"name": BEN.email}, (None, None)),
        ({"name": ""}, (None, None)),
    ],
)
def test_the_best_evidence_decides(told: dict[str, str], expected: tuple[int | None, Match | None]) -> None:
    assert who(seen(**told)) == expected


def test_a_name_that_two_bear_is_nobodys() -> None:
    two = Known((), (), (), [*PEOPLE, PEOPLE[0]._replace(id=9, registrant_id="registrant-9")])

    assert recognised(seen(name="Anna Albers"), two, {}).registration_id is None


def test_what_a_person_decided_goes_before_all_evidence() -> None:
    proven = seen(registrant="registrant-a", email=ANNA.email, name="Ben Brandt")
    shared = Appearance(A, "", "ben brandt")

    assert Appearance.of(recognised(proven, KNOWN, {})) == shared
    assert who(proven, decided(shared, Verdict.PERSON, B)) == (B, Match.DECISION)
    assert who(proven, decided(shared, Verdict.GUEST)) == (None, Match.DECISION)
    assert who(proven, decided(shared, Verdict.STAFF)) == (None, Match.STAFF)
    assert who(proven._replace(name="Anna Albers"), decided(shared, Verdict.GUEST)) == (A, Match.REGISTRANT_ID)


def test_a_guest_on_somebodys_link_goes_by_their_own_name() -> None:
    proven = seen(registrant="registrant-a", email=ANNA.email, name="Bernd")

    found = recognised(proven, KNOWN, {(one := Appearance(A, "", "bernd")): decided(one, Verdict.GUEST)})

    assert (found.registration_id, found.guest) == (None, "Bernd")


def test_what_was_decided_of_an_address_holds_when_it_is_known_later_whose_it_is() -> None:
    before = Appearance(0, BEN.email, "the other one")

    assert who(seen(email=BEN.email, name="The Other One"), decided(before, Verdict.GUEST)) == (
        None,
        Match.DECISION,
    )


def test_what_was_decided_of_a_name_does_not_touch_who_is_proven_to_be_somebody_else() -> None:
    telephone = decided(Appearance(0, "galaxy a52", "galaxy a52"), Verdict.PERSON, B)

    assert who(seen(name="Galaxy A52"), telephone) == (B, Match.DECISION)
    assert who(seen(name="Galaxy A52", registrant="registrant-a"), telephone) == (A, Match.REGISTRANT_ID)


def test_who_was_forgotten_stays_so() -> None:
    forgotten = a_sighting(registration_id=None, name="", guest="#r1", matched_by=Match.EMAIL, email=BEN.email)

    assert recognised(forgotten, KNOWN, {}) == forgotten


def test_what_was_matched_before_evidence_was_kept_stands() -> None:
    assert who(a_sighting(registration_id=B, matched_by=Match.EMAIL, name="Ben")) == (B, Match.EMAIL)
    assert who(a_sighting(registration_id=None, matched_by=Match.HOST, name="Olga")) == (None, Match.HOST)


def test_a_name_that_begins_like_what_stands_for_somebody_forgotten_is_a_name() -> None:
    sighting = seen(name="#Anna")

    assert who(sighting, decided(Appearance.of(sighting), Verdict.PERSON, A)) == (A, Match.DECISION)
