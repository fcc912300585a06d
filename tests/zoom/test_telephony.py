"""The numbers to dial and the passcode to key in, as Zoom tells them, and whatever else may stand there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom_bridge.zoom.payloads import read_webinar
from zoom_bridge.zoom.telephony import MOST_NUMBERS, DialInNumber, read_numbers, read_passcode

BERLIN = {
    "country": "DE",
    "country_name": "Germany",
    "city": "Berlin",
    "number": "+49 30 23125 100",
    "type": "toll",
}
FREE = {"country": "GB", "country_name": "United Kingdom", "number": "+44 808 157 0100", "type": "tollfree"}


def test_numbers_are_read_in_zooms_order_each_once() -> None:
    told = {"global_dial_in_numbers": [FREE, BERLIN, BERLIN | {"country_name": "Deutschland"}]}

    assert read_numbers(told) == (
        DialInNumber("GB", "+44 808 157 0100", free=True),
        DialInNumber("DE", "+49 30 23125 100", "Berlin"),
    )


def test_they_come_with_the_webinar() -> None:
    webinar = read_webinar({"id": 1, "password": "482917", "settings": {"global_dial_in_numbers": [BERLIN]}})

    assert [one.number for one in webinar.dial_in] == ["+49 30 23125 100"]
    assert webinar.passcode == "482917"
    assert "482917" not in repr(webinar)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"global_dial_in_numbers": None},
        {"global_dial_in_numbers": "none"},
        {"global_dial_in_numbers": ["+49 30 23125 100"]},
        {"global_dial_in_numbers": [{"country": "DE"}]},
        {"global_dial_in_numbers": [BERLIN | {"number": "javascript:alert(1)"}]},
        {"global_dial_in_numbers": [BERLIN | {"number": "+49 30\n23125"}]},
        {"global_dial_in_numbers": [BERLIN | {"country": "Germany"}]},
    ],
)
def test_what_cannot_be_dialled_is_passed_over(settings: dict[str, Any]) -> None:
    assert read_numbers(settings) == ()


def test_one_that_cannot_be_dialled_does_not_spoil_the_others() -> None:
    assert len(read_numbers({"global_dial_in_numbers": [{}, BERLIN, None, FREE]})) == 2


def test_there_are_never_more_than_can_be_kept() -> None:
    many = [BERLIN | {"number": f"+49 30 23125 {n:03}"} for n in range(500)]

    assert len(read_numbers({"global_dial_in_numbers": many})) == MOST_NUMBERS


@pytest.mark.parametrize(
    ("password", "passcode"),
    [
        ("482917", "482917"),
        (482917, "482917"),
        ("a82917", ""),
        ("48*917", ""),
        ("٤٨٢", ""),
        ("", ""),
        (None, ""),
        ("1" * 30, ""),
    ],
)
def test_a_passcode_is_for_the_telephone_only_when_it_can_be_keyed_in(password: object, passcode: str) -> None:
    assert read_passcode({"password": password}) == passcode


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from([*BERLIN, "global_dial_in_numbers"]), inner)))  # fmt: skip
def test_no_json_at_all_makes_it_stumble(said: Any) -> None:
    settings = said if isinstance(said, dict) else {"global_dial_in_numbers": said}

    assert all(one.number and len(one.country) == 2 for one in read_numbers(settings))
