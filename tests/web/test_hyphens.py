"""Soft hyphens in long words."""

import pytest

from zoom_bridge.web.hyphens import SHY, shy


@pytest.mark.parametrize(
    ("word", "broken"),
    [
        ("Barrierefreiheit", "Barriere|freiheit"),
        ("Landesarbeitsgemeinschaft", "Landes|arbeits|gemeinschaft"),
        ("Quartiersmanagement", "Quartiers|management"),
        ("Niedersächsisches", "Nieder|sächsisches"),
        ("Gemeinwesenarbeit", "Gemein|wesen|arbeit"),
    ],
)
def test_long_words_may_break_at_their_joints(word: str, broken: str) -> None:
    assert shy(word) == broken.replace("|", SHY)


@pytest.mark.parametrize(
    "text", ["Ministerium", "Nachbarschaft", "x" * 40, "", "https://x.example.org/arbeitsgemeinschaft"[:24]]
)
def test_shorter_and_unknown_words_stay_whole(text: str) -> None:
    assert shy(text) == text


def test_nothing_but_soft_hyphens_is_added() -> None:
    text = "Die Landesarbeitsgemeinschaft der Freien Wohlfahrtspflege <b>"

    assert shy(text).replace(SHY, "") == text
