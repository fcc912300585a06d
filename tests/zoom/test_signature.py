"""What comes signed by Zoom is heard, and nothing else; whatever Mallory sends, it is refused and nothing breaks."""

import ast
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoom_bridge.zoom import signature
from zoom_bridge.zoom.signature import SignatureRefused, answer_validation, sign, verify

SECRET = "a-webhook-secret"
TIMESTAMP = "1795420800"
BODY = b'{"event":"webinar.started","event_ts":1795420800000,"payload":{"account_id":"Ac"}}'
# printf 'v0:1795420800:{"event":…}' | openssl dgst -sha256 -hmac 'a-webhook-secret'
KNOWN = "v0=04c0f3276db09cba9a5fa3f21784347ab539a48bb3edb0ec9964a8f969301609"
NOW = datetime.fromtimestamp(int(TIMESTAMP), UTC)


def refusal(timestamp: str | None, given: str | None, body: bytes = BODY, now: datetime = NOW) -> str:
    with pytest.raises(SignatureRefused) as refused:
        verify(SECRET, timestamp, given, body, now)
    return refused.value.reason


def test_a_signature_is_the_one_that_openssl_computes() -> None:
    assert sign(SECRET, TIMESTAMP, BODY) == KNOWN


def test_what_zoom_signed_is_heard_and_its_age_told() -> None:
    age = verify(SECRET, TIMESTAMP, KNOWN, BODY, NOW + timedelta(seconds=7))

    assert age == timedelta(seconds=7)


@pytest.mark.parametrize("late", [timedelta(minutes=5), timedelta(minutes=85), timedelta(hours=2)])
def test_a_repeated_delivery_is_heard_for_two_hours(late: timedelta) -> None:
    assert verify(SECRET, TIMESTAMP, KNOWN, BODY, NOW + late) == late


def test_a_delivery_older_than_two_hours_is_refused() -> None:
    assert refusal(TIMESTAMP, KNOWN, now=NOW + timedelta(hours=2, seconds=1)) == "too old"


def test_zooms_clock_may_be_five_minutes_ahead_but_not_more() -> None:
    assert verify(SECRET, TIMESTAMP, KNOWN, BODY, NOW - timedelta(minutes=5)) == timedelta(minutes=-5)
    assert refusal(TIMESTAMP, KNOWN, now=NOW - timedelta(minutes=5, seconds=1)) == "from the future"


@pytest.mark.parametrize(("timestamp", "given"), [(None, KNOWN), ("", KNOWN), (TIMESTAMP, None), (TIMESTAMP, "")])
def test_without_timestamp_or_signature_nothing_is_heard(timestamp: str | None, given: str | None) -> None:
    assert refusal(timestamp, given) == "missing"


def test_without_a_secret_of_ours_nothing_is_heard() -> None:
    forged = sign("", TIMESTAMP, BODY)

    with pytest.raises(SignatureRefused):
        verify("", TIMESTAMP, forged, BODY, NOW)


@pytest.mark.parametrize(
    "given",
    [
        sign("another-secret", TIMESTAMP, BODY),
        KNOWN.removeprefix("v0="),
        KNOWN.upper(),
        KNOWN[:-1],
        KNOWN + "0",
        KNOWN + "\n",
        "v0=",
        "v0=ü" + KNOWN[4:],
        "v0=\ud800" + KNOWN[4:],
        "v0=\\xfc",
        "\x00" * 5000,
    ],
)
def test_a_signature_of_mallorys_is_refused(given: str) -> None:
    assert refusal(TIMESTAMP, given) == "mismatch"


def test_a_changed_body_or_timestamp_is_refused() -> None:
    assert refusal(TIMESTAMP, KNOWN, body=BODY + b" ") == "mismatch"
    assert refusal("1795420801", KNOWN) == "mismatch"


@pytest.mark.parametrize(
    "timestamp",
    ["1e400", "nan", "inf", "9" * 400, "-1795420800", "+1795420800", " 1795420800", "1795420800 ", "1795420800\n",
     "0x6b", "1_795_420_800", "1795420800.5", "١٧٩٥٤٢٠٨٠٠", "1795420800000000", "\ud800"],
)  # fmt: skip
def test_a_timestamp_that_is_no_time_is_refused_even_when_well_signed(timestamp: str) -> None:
    assert refusal(timestamp, sign(SECRET, timestamp, BODY)) == "malformed timestamp"


def test_a_timestamp_of_many_digits_is_from_the_future() -> None:
    assert refusal("9" * 11, sign(SECRET, "9" * 11, BODY)) == "from the future"


@given(timestamp=st.none() | st.text(), given=st.none() | st.text(), body=st.binary())
def test_whatever_mallory_sends_is_refused_and_nothing_breaks(
    timestamp: str | None, given: str | None, body: bytes
) -> None:
    assert refusal(timestamp, given, body)


@given(timestamp=st.text(min_size=1), body=st.binary())
def test_a_good_signature_leads_to_an_age_or_a_refusal_and_never_to_anything_else(
    timestamp: str, body: bytes
) -> None:
    outcome: object
    try:
        outcome = timedelta(minutes=-5) <= verify(SECRET, timestamp, sign(SECRET, timestamp, body), body, NOW)
    except SignatureRefused as refused:
        outcome = refused.reason in {"malformed timestamp", "too old", "from the future"}

    assert outcome is True


def test_zooms_question_is_answered_as_openssl_computes() -> None:
    answer = answer_validation(SECRET, "qgg8vlvZRS6UYooatFL8Aw")

    # printf 'qgg8vlvZRS6UYooatFL8Aw' | openssl dgst -sha256 -hmac 'a-webhook-secret'
    assert answer == {
        "plainToken": "qgg8vlvZRS6UYooatFL8Aw",
        "encryptedToken": "b947dd6cfd11efdb8ecfe6dfafe2881064af8cabd8a7b452a69bb4a815414d2c",
    }


@pytest.mark.parametrize(
    "token",
    [
        f"v0:{TIMESTAMP}:{BODY.decode()}",
        "v0:1:x",
        "v0:",
        "",
        " ",
        "a b",
        "a" * 65,
        "tökèn",
        "abc\n",
        None,
        7,
        ["a"],
        {},
    ],
)
def test_what_is_not_a_token_is_not_signed_for_anybody(token: object) -> None:
    with pytest.raises(SignatureRefused):
        answer_validation(SECRET, token)


@given(timestamp=st.text(), body=st.binary())
def test_no_answer_to_a_question_is_ever_the_signature_of_a_delivery(timestamp: str, body: bytes) -> None:
    base = f"v0:{timestamp}:{body.decode(errors='replace')}"

    with pytest.raises(SignatureRefused):
        answer_validation(SECRET, base)


def test_the_module_shared_with_the_pretend_zoom_needs_the_standard_library_alone() -> None:
    tree = ast.parse(Path(signature.__file__).read_text())

    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    }

    assert imported <= sys.stdlib_module_names
