"""Organisers sign in by a mailed link, good once; sessions end when they should."""

import threading
from datetime import timedelta

import pytest

from tests.cast import OLGA_EMAIL, OLGA_NAME
from tests.clock import NOW, Clock
from tests.flows.deeds import rows, run
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.account import Organiser
from zoom_bridge.domain.refusals import LinkExpired
from zoom_bridge.flows import forgetting, welcoming
from zoom_bridge.links import Links
from zoom_bridge.store import organisers


def invite(bridge: Bridge, email: str = OLGA_EMAIL) -> str:
    """The token of Olga's link."""
    link = welcoming.invite(bridge.db, bridge.links, email, OLGA_NAME, "de", bridge.clock())
    return link.rpartition("/")[2]


def redeem(bridge: Bridge, token: str) -> str:
    return welcoming.redeem(bridge.db, bridge.links, token, bridge.clock())


def signed_in(bridge: Bridge, session_token: str) -> Organiser | None:
    with bridge.db.reading() as connection:
        return organisers.find_by_session(connection, welcoming.token_hash(session_token), bridge.clock())


def test_a_link_becomes_a_session_once(bridge: Bridge) -> None:
    token = invite(bridge)

    session_token = redeem(bridge, token)

    assert signed_in(bridge, session_token).email == OLGA_EMAIL  # type: ignore[union-attr]
    with pytest.raises(LinkExpired):
        redeem(bridge, token)


def test_of_two_who_press_at_once_one_gets_in(bridge: Bridge) -> None:
    token = invite(bridge)
    sessions, refused = [], []

    def press() -> None:
        try:
            sessions.append(redeem(bridge, token))
        except LinkExpired as refusal:
            refused.append(refusal)

    threads = [threading.Thread(target=press) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(sessions), len(refused)) == (1, 5)


def test_a_link_runs_out_after_half_an_hour(bridge: Bridge, clock: Clock) -> None:
    token = invite(bridge)

    clock.advance(minutes=30)

    with pytest.raises(LinkExpired):
        redeem(bridge, token)


@pytest.mark.parametrize("forged", ["", "x", "a.b.c", "ä" * 40, "\ud800"])
def test_a_forged_link_opens_nothing(bridge: Bridge, forged: str) -> None:
    invite(bridge)

    with pytest.raises(LinkExpired):
        redeem(bridge, forged)


def test_a_link_signed_with_another_secret_opens_nothing(bridge: Bridge) -> None:
    invite(bridge)
    (row,) = rows(bridge, "sign_ins")
    forged = Links(bridge.links.base_url, "mallory's own secret, long enough").sign_in(row.key, row.expires_at)

    with pytest.raises(LinkExpired):
        redeem(bridge, forged.rpartition("/")[2])


def test_a_session_ends_after_half_a_day(bridge: Bridge, clock: Clock) -> None:
    session_token = redeem(bridge, invite(bridge))

    clock.advance(hours=12)

    assert signed_in(bridge, session_token) is None


def test_after_signing_out_the_old_cookie_is_dead_and_others_live(bridge: Bridge) -> None:
    here, there = redeem(bridge, invite(bridge)), redeem(bridge, invite(bridge))

    welcoming.sign_out(bridge.db, here)
    welcoming.sign_out(bridge.db, "nonsense")

    assert signed_in(bridge, here) is None
    assert signed_in(bridge, there) is not None


def test_the_database_does_not_hold_what_opens_a_session(bridge: Bridge) -> None:
    session_token = redeem(bridge, invite(bridge))

    assert session_token not in str(rows(bridge, "sessions"))


def test_strangers_are_mailed_nothing_and_get_the_same_answer(bridge: Bridge, mailbox: Mailbox) -> None:
    invite(bridge)

    welcoming.ask_to_sign_in(bridge.db, "mallory@example.org", NOW)
    welcoming.ask_to_sign_in(bridge.db, f" {OLGA_EMAIL.upper()} ", NOW)
    run(bridge, "send_mail")

    assert [letter.recipient for letter in mailbox.letters] == [OLGA_EMAIL]


def test_inviting_somebody_twice_makes_one_organiser(bridge: Bridge) -> None:
    invite(bridge)
    invite(bridge, OLGA_EMAIL.upper())

    assert len(rows(bridge, "organisers")) == 1


def test_spent_links_and_old_sessions_are_tidied_away(bridge: Bridge, clock: Clock) -> None:
    redeem(bridge, invite(bridge))
    welcoming.ask_to_sign_in(bridge.db, OLGA_EMAIL, clock())
    run(bridge, "send_mail")
    clock.advance(timedelta(hours=13))

    forgetting.forget_leftovers(bridge.db, clock())

    assert rows(bridge, "sign_ins") == rows(bridge, "sessions") == rows(bridge, "messages") == []
    assert len(rows(bridge, "organisers")) == 1
