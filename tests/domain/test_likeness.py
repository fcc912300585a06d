"""Two names may be one person's in spite of titles, order, spelling, initials and devices, and not for less."""

import pytest

from zoom_bridge.domain.likeness import alike


@pytest.mark.parametrize(
    "other",
    [
        "Albers, Anna", "ANNA  ALBERS", "Dr. Anna Albers", "A. Albers", "Anna", "Anna A.", "Anna Albers (sie/ihr)",
        "Anna Albers | AWO Hannover", "Anna Albers, AWO Hannover", "iPhone von Anna", "Annna Albers", "Anna Alberts", "iPad", "",
    ],
)  # fmt: skip
def test_names_that_may_be_one_persons(other: str) -> None:
    assert alike("Anna Albers", other)


@pytest.mark.parametrize("other", ["Ben", "Ben Albers", "Küche iPad", "B. Albers", "Ann Brandt", "Zoë"])
def test_names_that_are_two_peoples(other: str) -> None:
    assert not alike("Anna Albers", other)


def test_umlauts_and_accents_are_written_in_many_ways() -> None:
    assert alike("Jürgen Müller", "Juergen Mueller")
    assert alike("José Núñez", "Jose Nunez")
    assert alike("Jörg Groß", "Joerg Gross")
