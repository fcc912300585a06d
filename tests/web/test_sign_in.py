"""The organisers' door."""

from typing import Any

import pytest
from sqlalchemy import func, select

from tests.cast import OLGA_EMAIL, OLGA_NAME
from zoom_bridge.flows import welcoming
from zoom_bridge.store import tables


@pytest.fixture
def link(bridge: Any) -> str:
    return welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock())


def letters(bridge: Any) -> int:
    with bridge.db.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(tables.messages)).scalar_one())


def ask(visitor: Any, email: str) -> Any:
    return visitor.open("/sign-in").submit("email", email=email)


def test_the_answer_is_the_same_for_known_and_unknown_addresses(bridge: Any, link: str, visit: Any) -> None:
    known, unknown = ask(visit(), " Olga@Example.org "), ask(visit(), "mallory@example.org")

    assert (known.status, known.path, known.html) == (unknown.status, unknown.path, unknown.html)
    assert letters(bridge) == 1


def test_opening_the_link_uses_nothing_up_and_its_button_signs_in(link: str, visit: Any) -> None:
    olga = visit()
    olga.open(link)
    page = olga.open(link).submit("/sign-in/")

    assert page.path.startswith("/organiser")
    assert page.status == 200


def test_a_link_is_good_once(link: str, visit: Any) -> None:
    first, second = visit().open(link), visit().open(link)

    assert first.submit("/sign-in/").path.startswith("/organiser")
    assert second.submit("/sign-in/").status == 410


def test_an_old_link_says_how_to_get_a_new_one(link: str, visit: Any, clock: Any) -> None:
    clock.advance(minutes=31)

    page = visit().open(link)

    assert page.status == 410
    assert page.links("Neuen Link anfordern")


def test_signing_in_makes_a_new_session(link: str, visit: Any) -> None:
    olga = visit()
    page = olga.open(link)
    before = olga.client.get_cookie("__Host-session", "events.example.org")
    planted = page.form("/sign-in/").fields

    page.submit("/sign-in/")

    after = olga.client.get_cookie("__Host-session", "events.example.org")
    assert before.value != after.value
    assert olga.post("/sign-out", planted).status == 403


def test_after_signing_out_the_old_cookie_opens_nothing(olga: Any, visit: Any) -> None:
    cookie = olga.client.get_cookie("__Host-session", "events.example.org").value
    page = olga.open("/organiser/")
    page.submit("/sign-out")
    thief = visit()
    thief.client.set_cookie("__Host-session", cookie, domain="events.example.org", secure=True)

    assert olga.open("/organiser/").path == "/sign-in"
    assert thief.open("/organiser/").path == "/sign-in"


def test_a_session_ends_by_itself(olga: Any, clock: Any) -> None:
    clock.advance(hours=13)

    assert olga.open("/organiser/").path == "/sign-in"


def test_strangers_are_led_to_the_sign_in_and_then_to_where_they_wanted(
    bridge: Any, event: Any, link: str, visit: Any
) -> None:
    olga = visit()
    wanted = f"/organiser/events/{event.id}"

    led = olga.open(wanted)
    page = olga.open(link).submit("/sign-in/")

    assert led.path == "/sign-in"
    assert page.path == wanted


@pytest.mark.parametrize(
    "planted",
    [
        "https://evil.example.com/",
        "//evil.example.com",
        "/\\evil.example.com",
        "/organiser/\\..\\x",
        "/organiser/\r\nX: 1",
        7,
    ],
)
def test_nobody_is_led_to_another_site(link: str, visit: Any, planted: Any) -> None:
    olga = visit()
    page = olga.open(link)
    with olga.client.session_transaction(base_url="https://events.example.org") as session:
        session["next"] = planted

    form = page.form("/sign-in/")
    answer = olga.post(form.action, form.filled({}, None), follow_redirects=False).response

    assert (answer.status_code, answer.headers["Location"]) == (303, "/organiser/")


@pytest.mark.parametrize(
    ("typed", "sentence"), [("", "Bitte tragen Sie"), ("olga", "Es fehlt das @"), ("olga@", "Nach dem @")]
)
def test_slips_in_the_address_are_explained(visit: Any, typed: str, sentence: str) -> None:
    page = ask(visit(), typed)

    assert page.status == 422
    assert sentence in page.text


def test_links_cannot_be_asked_for_without_end(bridge: Any, link: str, visit: Any) -> None:
    statuses = [ask(visit(), OLGA_EMAIL).status for _ in range(7)]

    assert statuses == [200] * 5 + [429] * 2


@pytest.mark.parametrize("token", ["x", "ä", "a.b.c", "eyJhbGciOiJub25lIn0.eyJhdWQiOiJzaWduLWluIn0."])
def test_forged_tokens_are_refused(visit: Any, token: str) -> None:
    page = visit().open(f"/sign-in/{token}")

    assert page.status == 410


def test_who_is_signed_in_is_not_asked_again(olga: Any) -> None:
    assert olga.open("/sign-in").path == "/organiser/"
