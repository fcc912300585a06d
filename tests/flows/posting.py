"""Letters in the hand of a sender."""

from datetime import timedelta

from tests.clock import Clock
from tests.flows.deeds import letters, rows, run
from tests.mailbox import Mailbox
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import mailing


def send(bridge: Bridge) -> int:
    return run(bridge, "send_mail")


def send_until_quiet(bridge: Bridge, clock: Clock, hours: float = 1) -> None:
    end = clock() + timedelta(hours=hours)
    while due := [row.due_at for row in rows(bridge, "messages") if row.due_at and row.due_at <= end]:
        clock.set(max(min(due), clock()) + timedelta(minutes=3))
        send(bridge)


def in_hand(bridge: Bridge) -> tuple[str, list[int]]:
    word, letters = mailing.claim_letters(bridge.db, bridge.links, 10, bridge.clock())
    return word, list(letters)


def hand_over(
    bridge: Bridge,
    mailbox: Mailbox,
    word: str,
    message_id: int,
    seen: dict[tuple[int, int], Event] | None = None,
) -> None:
    """One letter, as a sender does it: look, hand over, write down. What must not leave raises its error."""
    turns = mailing.Run(bridge.db, bridge.letters, word, bridge.clock, events_seen={} if seen is None else seen)
    turn = turns.take_turn([], [message_id], 1)
    for _, error in turn.broken:
        raise error
    for one in turn.leaving:
        mailbox.send(one.envelope)
        turns.take_turn([one.number], [], 0)


def outbox(bridge: Bridge) -> list[tuple[str, str]]:
    return [pair for person in rows(bridge, "registrations") for pair in letters(bridge, person)]
