"""Olga writes to a group of her event's people."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA, OLGA_EMAIL, OLGA_NAME
from tests.clock import Clock
from tests.flows.deeds import attend, current, letters, look, rows, said
from tests.flows.evenings import deliver, hold
from tests.flows.posting import hand_over, in_hand, send
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.circular import Group
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.refusals import ChangedMeanwhile, NotFound
from zoom_bridge.flows import addressing, circulating, hosting, mailing, registering, welcoming
from zoom_bridge.simulator.world import World
from zoom_bridge.store import circulars, organisers, registrations

WORDS = {
    "de": ("Bitte mitbringen: {Titel}", "Guten Tag {Name},\n\nbringen Sie Fragen mit."),
    "en": ("Please bring: {Title}", "Dear {Name},\n\nbring questions."),
}


@pytest.fixture
def me(bridge: Bridge) -> int:
    welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock())
    with bridge.db.reading() as connection:
        (olga,) = organisers.list_all(connection)
    return olga.id


def draft(bridge: Bridge, event: Event, me: int, group: Group = Group.REGISTERED, **words: tuple[str, str]) -> int:
    return circulating.write_circular(bridge.db, event.id, group, words or WORDS, me, bridge.clock())


def sent(bridge: Bridge, event: Event, me: int, group: Group = Group.REGISTERED, **words: tuple[str, str]) -> int:
    circular_id = draft(bridge, event, me, group, **words)
    circulating.send_circular(bridge.db, event.id, circular_id, bridge.clock())
    return circular_id


def progress(bridge: Bridge, circular_id: int) -> circulars.Progress:
    with bridge.db.reading() as connection:
        return circulars.progress(connection, [circular_id])[circular_id]


def names(bridge: Bridge, event: Event) -> dict[Group, list[str]]:
    with bridge.db.reading() as connection:
        found = addressing.groups(connection, current(bridge, event), bridge.clock())
    return {group: [person.first_name for person in people] for group, people in found.items()}


def change(bridge: Bridge, event: Event, person: Any, **values: Any) -> None:
    with bridge.db.transaction() as connection:
        registrations.change(connection, look(bridge, event, person).id, **values)


def only_circulars(bridge: Bridge, event: Event, person: Any) -> list[str]:
    return [fate for kind, fate in letters(bridge, look(bridge, event, person)) if kind == Kind.CIRCULAR]


def test_everybody_registered_gets_it_once_in_their_language(
    bridge: Bridge, event: Event, me: int, mailbox: Mailbox
) -> None:
    attend(bridge, event, ANNA, BEN)
    send(bridge)
    mailbox.empty()

    circular_id = sent(bridge, event, me)
    circulating.send_circular(bridge.db, event.id, circular_id, bridge.clock())
    send(bridge)

    assert sorted(letter.recipient for letter in mailbox.letters) == [ANNA.email, BEN.email]
    anna, ben = mailbox.last(ANNA.email), mailbox.last(BEN.email)
    assert (anna.subject, ben.subject) == ("Bitte mitbringen: Gute Nachbarschaft", "Please bring: Good neighbours")
    assert said(anna).startswith("Guten Tag Anna Albers,\r\n\r\nbringen Sie Fragen mit.\r\n")
    assert "<bdi>Ben Brandt</bdi>" in ben.html
    assert anna.link("/z/") == bridge.links.personal(look(bridge, event, ANNA).key)
    assert anna.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "Umweltministerium" in anna.message["From"]
    done = progress(bridge, circular_id)
    assert (done.all, done.sent, done.waiting) == (2, 2, 0)


def test_written_in_one_language_it_reaches_everybody_in_that_language(
    bridge: Bridge, event: Event, me: int, mailbox: Mailbox
) -> None:
    attend(bridge, event, BEN)

    sent(bridge, event, me, de=WORDS["de"])
    send(bridge)

    ben = mailbox.last(BEN.email)
    assert ben.subject == "Bitte mitbringen: Gute Nachbarschaft"
    assert '<html lang="de">' in ben.html


def test_two_circulars_to_the_same_people_are_two(bridge: Bridge, event: Event, me: int, mailbox: Mailbox) -> None:
    attend(bridge, event, ANNA)

    sent(bridge, event, me)
    sent(bridge, event, me, de=("Noch etwas", "Hallo"), en=("One more thing", "Hello"))
    send(bridge)

    assert [letter.subject for letter in mailbox.to(ANNA.email)][-2:] == [
        "Bitte mitbringen: Gute Nachbarschaft",
        "Noch etwas",
    ]


def test_the_way_in_leaves_before_it(bridge: Bridge, event: Event, me: int, mailbox: Mailbox) -> None:
    attend(bridge, event, ANNA)
    send(bridge)
    mailbox.empty()

    sent(bridge, event, me)
    attend(bridge, event, BEN)

    urgency = {row.kind: row.urgency for row in rows(bridge, "messages")}
    assert urgency["circular"] > urgency["confirmation"]


def test_stopped_what_has_not_left_stays_here_and_what_has_left_is_counted(
    bridge: Bridge, event: Event, me: int, mailbox: Mailbox
) -> None:
    attend(bridge, event, ANNA, BEN, CHIARA)
    send(bridge)
    mailbox.empty()
    circular_id = sent(bridge, event, me)
    word, ids = in_hand(bridge)
    hand_over(bridge, mailbox, word, ids[0])

    circulating.stop_circular(bridge.db, event.id, circular_id, bridge.clock())
    for held in ids[1:]:  # they were in the sender's hand already
        hand_over(bridge, mailbox, word, held)
    send(bridge)

    done = progress(bridge, circular_id)
    assert len(mailbox.letters) == 1
    assert (done.sent, done.waiting, done.reasons) == (1, 0, (("stopped", 2),))


def test_stopped_before_a_sender_has_them_none_leaves(
    bridge: Bridge, event: Event, me: int, mailbox: Mailbox
) -> None:
    attend(bridge, event, ANNA, BEN)
    send(bridge)
    mailbox.empty()
    mailbox.refuse(ANNA.email)
    circular_id = sent(bridge, event, me)
    send(bridge)
    failed = progress(bridge, circular_id)
    second = sent(bridge, event, me)

    circulating.stop_circular(bridge.db, event.id, circular_id, bridge.clock())
    circulating.stop_circular(bridge.db, event.id, second, bridge.clock())
    send(bridge)

    assert (failed.sent, failed.gave_up) == (1, 1)
    assert progress(bridge, circular_id).reasons == (("stopped", 1),), "nobody tries the failed one again"
    assert progress(bridge, second).reasons == (("stopped", 2),)
    assert [letter.recipient for letter in mailbox.letters] == [BEN.email]


def test_who_cancels_or_unsubscribes_meanwhile_does_not_get_it(
    bridge: Bridge, event: Event, me: int, mailbox: Mailbox
) -> None:
    anna, _ = attend(bridge, event, ANNA, BEN)
    send(bridge)
    mailbox.empty()

    sent(bridge, event, me)
    registering.cancel_by_organiser(bridge.db, anna.id, bridge.clock())
    change(bridge, event, BEN, unsubscribed_at=bridge.clock())
    send(bridge)

    assert only_circulars(bridge, event, ANNA) == ["registration_cancelled"]
    assert only_circulars(bridge, event, BEN) == ["unsubscribed"]


def test_a_move_leaves_it_as_it_is(bridge: Bridge, event: Event, me: int, mailbox: Mailbox) -> None:
    attend(bridge, event, ANNA)

    sent(bridge, event, me, de=("Am {Datum}", "Bis dann"))
    moved = a_draft(starts_at=event.starts_at + timedelta(days=7), ends_at=event.ends_at + timedelta(days=7))
    hosting.change_event(bridge.db, event.id, moved, bridge.clock())
    send(bridge)

    assert only_circulars(bridge, event, ANNA) == ["sent"]
    assert "Am Montag, 14. September 2026" in [letter.subject for letter in mailbox.to(ANNA.email)]


def test_when_the_event_is_cancelled_older_circulars_stop_and_new_ones_leave(
    bridge: Bridge, event: Event, me: int, mailbox: Mailbox, clock: Clock
) -> None:
    attend(bridge, event, ANNA)

    sent(bridge, event, me)
    clock.advance(minutes=1)
    hosting.cancel_event(bridge.db, event.id, clock())
    clock.advance(minutes=1)
    sent(bridge, event, me, de=("Der Ersatztermin", "Guten Tag {Name}"))
    send(bridge)

    assert only_circulars(bridge, event, ANNA) == ["event_cancelled", "sent"]
    assert "Abgesagt:" in said(mailbox.last(ANNA.email))


def test_in_no_group_is_who_has_not_confirmed_has_cancelled_has_no_address_or_unsubscribed(
    bridge: Bridge, event: Event, clock: Clock
) -> None:
    attend(bridge, event, ANNA)
    registering.register(bridge.db, event.slug, BEN, clock())
    attend(bridge, event, CHIARA)
    change(bridge, event, CHIARA, unsubscribed_at=clock())

    assert names(bridge, event) == {Group.REGISTERED: ["Anna"]}


def test_who_has_not_clicked_is_a_group_while_the_doors_are_open(
    bridge: Bridge, event: Event, me: int, clock: Clock
) -> None:
    attend(bridge, event, ANNA, BEN)
    change(bridge, event, ANNA, first_clicked_at=clock())
    before = names(bridge, event)
    clock.set(event.starts_at)
    circular_id = draft(bridge, event, me, Group.NOT_CLICKED)
    during = names(bridge, event)
    clock.set(event.ends_at)

    assert Group.NOT_CLICKED not in before
    assert during[Group.NOT_CLICKED] == ["Ben"]
    with pytest.raises(ChangedMeanwhile):
        circulating.send_circular(bridge.db, event.id, circular_id, clock())
    assert not [row for row in rows(bridge, "messages") if row.kind == Kind.CIRCULAR]


def test_who_waits_for_a_seat_is_a_group_of_its_own(
    bridge: Bridge, event: Event, me: int, mailbox: Mailbox
) -> None:
    hosting.change_event(bridge.db, event.id, a_draft(zoom_host=event.zoom_host, capacity=2), bridge.clock())
    attend(bridge, event, ANNA, BEN)
    send(bridge)
    mailbox.empty()
    change(bridge, event, BEN, confirmed_at=None, waiting_since=bridge.clock())

    assert names(bridge, event) == {Group.REGISTERED: ["Anna"], Group.WAITING: ["Ben"]}


def test_who_moves_up_meanwhile_does_not_read_what_is_for_those_who_wait(
    bridge: Bridge, event: Event, me: int
) -> None:
    limited = a_draft(zoom_host=event.zoom_host, capacity=1, waiting_list=True)
    hosting.change_event(bridge.db, event.id, limited, bridge.clock())
    attend(bridge, event, ANNA, BEN, CHIARA)
    sent(bridge, event, me, Group.WAITING)

    registering.cancel(bridge.db, look(bridge, event, ANNA).key, bridge.clock())
    send(bridge)

    assert only_circulars(bridge, event, BEN) == ["superseded"]
    assert only_circulars(bridge, event, CHIARA) == ["sent"]


def test_afterwards_there_is_a_group_for_each_way_it_went(
    bridge: Bridge, event: Event, me: int, webinar: Any, world: World, clock: Clock, mailbox: Mailbox
) -> None:
    attend(bridge, event, CHIARA)
    send(bridge)
    hold(bridge, event, world, webinar, clock)
    deliver(bridge, world)
    clock.set(event.ends_at + timedelta(hours=1))
    groups = names(bridge, event)

    sent(bridge, event, me, Group.ABSENT)
    send(bridge)

    assert groups[Group.REGISTERED] == ["Anna", "Ben", "Chiara"]
    assert groups[Group.ABSENT] == ["Chiara"]
    assert sorted(groups[Group.ATTENDED] + groups[Group.LEFT_EARLY]) == ["Anna", "Ben"]
    assert only_circulars(bridge, event, CHIARA) == ["sent"]


def test_a_draft_can_be_changed_and_discarded_until_it_is_sent(bridge: Bridge, event: Event, me: int) -> None:
    first = draft(bridge, event, me)
    second = sent(bridge, event, me)
    mailing.write_test(bridge.db, event.id, Kind.CIRCULAR, "de", me, bridge.clock(), circular_id=first)

    words = {"de": ("Anders", "Ganz anders")}
    circulating.write_circular(bridge.db, event.id, Group.REGISTERED, words, me, bridge.clock(), first)
    changed = rows(bridge, "circulars", id=first)
    circulating.discard_circular(bridge.db, event.id, first)

    assert (changed[0].subject_de, changed[0].body_de) == ("Anders", "Ganz anders")
    assert [row.id for row in rows(bridge, "circulars")] == [second]
    with pytest.raises(ChangedMeanwhile):
        circulating.discard_circular(bridge.db, event.id, second)
    with pytest.raises(NotFound):
        circulating.send_circular(bridge.db, event.id, first, bridge.clock())


def test_a_test_of_a_circular_reaches_its_writer_and_counts_nowhere(
    bridge: Bridge, event: Event, me: int, mailbox: Mailbox
) -> None:
    send(bridge)
    mailbox.empty()
    ids = [draft(bridge, event, me), draft(bridge, event, me, de=("Zwei", "Hallo {Name}"))]
    now = bridge.clock()

    asked = [
        mailing.write_test(bridge.db, event.id, Kind.CIRCULAR, "de", me, now, circular_id=id_)
        for id_ in (*ids, ids[0])
    ]
    send(bridge)

    assert asked == [True, True, False], "two circulars have a test each, a button pressed twice has one"
    assert sorted(letter.subject for letter in mailbox.to(OLGA_EMAIL)) == [
        "[Test] Bitte mitbringen: Gute Nachbarschaft",
        "[Test] Zwei",
    ]
    with bridge.db.reading() as connection:
        assert circulars.progress(connection, ids) == {}
    with pytest.raises(NotFound):
        mailing.write_test(bridge.db, event.id, Kind.CIRCULAR, "de", me, now)
