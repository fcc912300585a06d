"""Thousands of join links leave while everything goes wrong: senders are killed at random moments, the mail server
refuses, hangs up and goes away, and events are moved and called off under the senders' hands. No letter is lost, none
comes more often than it has to, and nobody is told last what is no longer true.

Small by default. The whole thing, with the figures:

    python -m pytest tests/stories/test_mail_under_fire.py --kills 200 -rP"""

import random
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from tests.mail.moody_server import Moods
from tests.stories.post_room import SENDERS, PostRoom, domain_of, draft_of
from tests.stories.senders import Deed, Senders
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.flows import hosting
from zoom_bridge.store import events, runs

pytestmark = pytest.mark.processes

LETTERS_PER_KILL = 10
BAD_WEATHER = Moods(for_good=0.01, for_now=0.05, unanswered=0.05, seed=1)


def blows(room: PostRoom, senders: Senders, dice: random.Random, kills: int, letters: int) -> list[Deed]:
    """Spread over the run, each to a sender that is at work."""

    def strike() -> None:
        busy = [sender for sender in senders.alive if not sender.idle]
        senders.kill(dice.choice(busy or senders.alive))

    moments = dice.sample(range(1, letters * 9 // 10), kills)
    return [room.after(moment, strike) for moment in sorted(moments)]


@pytest.mark.parametrize(("db", "connections"), [("sqlite", 1), ("postgresql", 1), ("sqlite", 2)], indirect=["db"])
def test_killed_at_random_moments_no_letter_is_lost_and_at_most_one_a_line_is_doubled(
    room: PostRoom, kills: int, connections: int
) -> None:
    letters = kills * LETTERS_PER_KILL
    dice = random.Random(kills)
    room.join_links_are_due(letters, domains=7)
    began = time.monotonic()

    with room.senders(connections=connections) as senders:
        senders.run(blows(room, senders, dice, kills, letters), dice)

    came = room.server.recipients()
    doubled = came.total() - len(came)
    print(f"{letters} letters, {kills} kills: {doubled} doubled, in {time.monotonic() - began:.1f} s")
    kept = room.letters()
    assert len(came) == letters, f"{letters - len(came)} letters are lost"
    assert doubled <= kills * connections
    assert len(room.server.told_apart()) == letters, "a doubled letter has the same Message-ID and Date"
    assert all(row.sent_at and row.due_at is None and row.claim is None for row in kept)


def test_killed_in_bad_weather_every_letter_arrives_and_a_no_is_a_no(room: PostRoom, kills: int) -> None:
    """Of the letters taken, every twentieth answer is lost; every twentieth attempt is to come again later; every
    hundredth address does not exist; and twice the server is gone for a minute."""
    letters = kills * LETTERS_PER_KILL
    dice = random.Random(kills + 1)
    server = room.server
    server.moods = BAD_WEATHER
    room.join_links_are_due(letters, domains=7)
    gone: list[datetime] = []
    told: list[str] = []
    began = time.monotonic()

    with room.senders() as senders:

        def goes_away() -> None:
            server.down()
            gone.append(senders.clock())

        def look_after_the_server() -> None:
            if server.is_up:
                return
            with room.db.reading() as connection:
                run = runs.find(connection, "send_mail")
            told.append(run.last_error or "" if run and run.paused_until else "")
            if senders.clock() >= gone[-1] + timedelta(minutes=1):
                server.up()

        deeds = [room.after(letters * third // 3, goes_away) for third in (1, 2)]
        senders.run([*deeds, *blows(room, senders, dice, kills, letters)], dice, look_after_the_server)

    kept = room.letters()
    came = server.recipients()
    doubled = came.total() - len(came)
    print(
        f"{letters} letters, {kills} kills, {server.unanswered} answers lost, {len(server.refused)} refused for "
        f"good, gone {len(gone)} times: {doubled} doubled, in {time.monotonic() - began:.1f} s"
    )
    assert server.refused
    assert server.unanswered
    assert len(came) + len(server.refused) == letters, "a letter is lost"
    assert doubled <= kills + server.unanswered
    assert len(server.told_apart()) == len(came), "a doubled letter has the same Message-ID and Date"
    assert server.asked_again_after_a_no() == []
    assert sum(row.gave_up_at is not None for row in kept) == len(server.refused)
    assert sum(row.sent_at is not None for row in kept) == len(came)
    assert not any(row.due_at or row.claim for row in kept)
    assert len(gone) == 2
    assert any("cannot be reached" in words for words in told), "an organiser is told that the server is gone"


def test_moved_or_called_off_in_the_middle_nobodys_last_letter_is_out_of_date(room: PostRoom, kills: int) -> None:
    """But for the one letter that each sender had in flight at that moment."""
    moments = max(kills // 2, 4)
    people = 2 * LETTERS_PER_KILL
    dice = random.Random(kills + 2)
    room.server.thinks /= 2
    begun = [room.join_links_are_due(people, number) for number in range(moments)]
    changed_at: dict[int, float] = {}
    began = time.monotonic()

    with room.senders() as senders:

        def change(event: Event) -> None:
            now = senders.clock()
            if dice.random() < 0.5:
                hosting.cancel_event(room.db, event.id, now)
            else:
                week = timedelta(days=7)
                times = {"starts_at": event.starts_at + week, "ends_at": event.ends_at + week}
                draft = draft_of(now, title_de=event.title_de, **times)
                hosting.change_event(room.db, event.id, draft, now)
            changed_at[event.id] = time.monotonic()

        def when(number: int) -> Callable[[], bool]:
            moment = dice.randrange(1, people)
            return lambda: room.server.came_for[domain_of(number)] >= moment

        senders.run([Deed(when(n), partial(change, event)) for n, event in enumerate(begun)], dice)

    out_of_date, came_last = stale(room, changed_at)
    print(
        f"{moments} moments, {len(room.server.taken)} letters: {len(out_of_date)} were in flight, "
        f"{len(came_last)} of them came last, in {time.monotonic() - began:.1f} s"
    )
    assert len(changed_at) == moments
    assert max(Counter(event_id for event_id, _ in out_of_date).values(), default=0) <= SENDERS
    assert came_last <= out_of_date
    with room.db.reading() as connection:
        told = {event.id: events.find(connection, event.id) for event in begun}
    notices = [row for row in room.letters() if row.kind in {Kind.MOVED, Kind.CANCELLED}]
    assert len(notices) == moments * people, "everybody is told, once"
    assert all(row.sent_at for row in notices)
    assert {event.id for event in begun if told[event.id].cancelled_at} == {  # type: ignore[union-attr]
        row.event_id for row in notices if row.kind == Kind.CANCELLED
    }


def stale(room: PostRoom, changed_at: dict[int, float]) -> tuple[set[tuple[int, str]], set[tuple[int, str]]]:
    """(event, recipient) of join links that began to leave after the change, and of those that came last."""
    rows = {row.message_id: row for row in room.letters()}
    late: set[tuple[int, str]] = set()
    last: dict[tuple[int, str], str] = {}
    for letter in room.server.taken:
        row = rows[letter.message_id]
        whose = (row.event_id, letter.recipient)
        last[whose] = row.kind
        if row.kind == Kind.JOIN_LINK and letter.begun_at > changed_at[row.event_id]:
            late.add(whose)
    return late, {whose for whose, kind in last.items() if kind == Kind.JOIN_LINK}
