"""The team: owners invite, change roles, sign others out and take them out; there is always an owner left."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.cast import ANNA, OLGA_EMAIL, OLGA_NAME
from tests.flows.deeds import rows
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.account import Organiser, Role
from zoom_bridge.domain.refusals import LinkExpired, NotAllowed, NotFound
from zoom_bridge.flows import welcoming
from zoom_bridge.store import organisers


def join(bridge: Bridge, email: str, role: Role) -> Organiser:
    welcoming.invite(bridge.db, bridge.links, email, email.partition("@")[0], "de", bridge.clock(), role)
    with bridge.db.reading() as connection:
        found = organisers.find_by_email(connection, email)
    assert found
    return found


@pytest.fixture
def owner(bridge: Bridge) -> Organiser:
    return join(bridge, OLGA_EMAIL, Role.OWNER)


@pytest.fixture
def editor(bridge: Bridge) -> Organiser:
    return join(bridge, "editor@example.org", Role.EDITOR)


def session_of(bridge: Bridge, email: str) -> str:
    link = welcoming.invite(bridge.db, bridge.links, email, OLGA_NAME, "de", bridge.clock())
    return welcoming.redeem(bridge.db, bridge.links, link.rpartition("/")[2], bridge.clock())


def role_of(bridge: Bridge, email: str) -> Role | None:
    with bridge.db.reading() as connection:
        found = organisers.find_by_email(connection, email)
    return found.role if found else None


def invite(bridge: Bridge, by: Organiser, email: str = ANNA.email) -> bool:
    return welcoming.invite_colleague(bridge.db, by.id, email, "Anna Albers", "de", Role.RECEPTION, bridge.clock())


def test_who_is_invited_gets_a_letter_that_lets_them_in_for_a_week(
    bridge: Bridge, owner: Organiser, mailbox: Mailbox, work: Callable[[], None], clock: object
) -> None:
    assert invite(bridge, owner)
    work()

    (letter,) = mailbox.to(ANNA.email)
    (link,) = [word for word in letter.text.split() if "/sign-in/" in word]
    bridge.clock.advance(days=6)  # type: ignore[attr-defined]
    session = welcoming.redeem(bridge.db, bridge.links, link.rpartition("/")[2], bridge.clock())
    with bridge.db.reading() as connection:
        found = organisers.find_by_session(connection, welcoming.token_hash(session), bridge.clock())
    assert found
    assert (found.email, found.role, found.name) == (ANNA.email, Role.RECEPTION, "Anna Albers")


def test_an_invitation_runs_out(
    bridge: Bridge, owner: Organiser, mailbox: Mailbox, work: Callable[[], None]
) -> None:
    invite(bridge, owner)
    work()
    (letter,) = mailbox.to(ANNA.email)
    (link,) = [word for word in letter.text.split() if "/sign-in/" in word]

    with pytest.raises(LinkExpired):
        welcoming.redeem(bridge.db, bridge.links, link.rpartition("/")[2], bridge.clock() + timedelta(days=7))


def test_an_address_belongs_to_one_person_and_keeps_its_role(bridge: Bridge, owner: Organiser) -> None:
    assert invite(bridge, owner)
    assert not invite(bridge, owner, f" {ANNA.email.upper()} ")
    assert not invite(bridge, owner, OLGA_EMAIL)

    assert role_of(bridge, OLGA_EMAIL) is Role.OWNER
    assert len(rows(bridge, "messages")) == 1


@pytest.mark.parametrize("role", [Role.EDITOR, Role.RECEPTION])
def test_only_owners_change_the_team(bridge: Bridge, owner: Organiser, role: Role) -> None:
    mallory = join(bridge, "mallory@example.org", role)
    before = rows(bridge, "organisers")

    for act in (
        lambda: invite(bridge, mallory),
        lambda: welcoming.change_role(bridge.db, mallory.id, mallory.id, Role.OWNER),
        lambda: welcoming.change_role(bridge.db, mallory.id, owner.id, Role.RECEPTION),
        lambda: welcoming.sign_out_colleague(bridge.db, mallory.id, owner.id),
        lambda: welcoming.invite_again(bridge.db, mallory.id, owner.id, bridge.clock()),
        lambda: welcoming.remove_colleague(bridge.db, mallory.id, owner.id),
    ):
        with pytest.raises(NotAllowed):
            act()

    assert rows(bridge, "organisers") == before


def test_nobody_changes_their_own_place(bridge: Bridge, owner: Organiser) -> None:
    join(bridge, "second@example.org", Role.OWNER)

    with pytest.raises(NotAllowed):
        welcoming.change_role(bridge.db, owner.id, owner.id, Role.EDITOR)
    with pytest.raises(NotAllowed):
        welcoming.remove_colleague(bridge.db, owner.id, owner.id)

    assert role_of(bridge, OLGA_EMAIL) is Role.OWNER


def test_a_role_holds_at_once(bridge: Bridge, owner: Organiser, editor: Organiser) -> None:
    welcoming.change_role(bridge.db, owner.id, editor.id, Role.OWNER)

    assert role_of(bridge, editor.email) is Role.OWNER


def test_two_owners_who_demote_each_other_at_once_leave_one(bridge: Bridge, owner: Organiser) -> None:
    for attempt in range(5):
        other = join(bridge, f"other-{attempt}@example.org", Role.OWNER)
        meet, refused = threading.Barrier(2), []

        def demote(by: int, whom: int, meet: threading.Barrier = meet, refused: list[int] = refused) -> None:
            meet.wait()
            try:
                welcoming.change_role(bridge.db, by, whom, Role.EDITOR)
            except NotAllowed:
                refused.append(by)

        pairs = [(owner.id, other.id), (other.id, owner.id)]
        threads = [threading.Thread(target=demote, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        owners = {row.id for row in rows(bridge, "organisers") if row.role == Role.OWNER}
        assert len(owners) == 1
        assert refused == [({owner.id, other.id} - owners).pop()]
        with bridge.db.transaction() as connection:
            organisers.change(connection, owner.id, role=Role.OWNER)
            organisers.remove(connection, other.id)


def test_signed_out_everywhere_means_sessions_and_unused_links(
    bridge: Bridge, owner: Organiser, editor: Organiser
) -> None:
    session = session_of(bridge, editor.email)
    unused = welcoming.invite(bridge.db, bridge.links, editor.email, "", "de", bridge.clock())
    mine = session_of(bridge, OLGA_EMAIL)

    welcoming.sign_out_colleague(bridge.db, owner.id, editor.id)

    with bridge.db.reading() as connection:
        assert organisers.find_by_session(connection, welcoming.token_hash(session), bridge.clock()) is None
        assert organisers.find_by_session(connection, welcoming.token_hash(mine), bridge.clock())
    with pytest.raises(LinkExpired):
        welcoming.redeem(bridge.db, bridge.links, unused.rpartition("/")[2], bridge.clock())


def test_who_was_taken_out_is_gone_with_sessions_and_letters(
    bridge: Bridge, owner: Organiser, mailbox: Mailbox, work: Callable[[], None]
) -> None:
    invite(bridge, owner)
    (anna,) = [row for row in rows(bridge, "organisers") if row.email == ANNA.email]

    welcoming.remove_colleague(bridge.db, owner.id, anna.id)
    work()

    assert role_of(bridge, ANNA.email) is None
    assert mailbox.to(ANNA.email) == []
    with pytest.raises(NotFound):
        welcoming.change_role(bridge.db, owner.id, anna.id, Role.OWNER)


def test_who_is_known_keeps_their_role_when_invited_from_the_command_line(
    bridge: Bridge, editor: Organiser
) -> None:
    assert join(bridge, editor.email, Role.OWNER).role is Role.EDITOR
