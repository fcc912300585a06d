"""Send one letter: look once more, hand it over, write that down, and only then take the next."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import LETTING_IN, Kind, Skip, reason_to_skip
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import allowing
from zoom_bridge.links import Links
from zoom_bridge.mail.letters import Envelope, Letters
from zoom_bridge.mail.smtp import Line
from zoom_bridge.store import claims, events, organisers, outbox, tables
from zoom_bridge.store.database import Database
from zoom_bridge.store.outbox import ToSend

#: Who asks for a test waits for it: later than this it only surprises.
TEST_WITHIN = timedelta(hours=2)


def claim_letters(db: Database, links: Links, limit: int, now: datetime) -> tuple[str, list[int]]:
    """Take letters that are due. With the claim, and so before any attempt, their Message-ID and Date are fixed."""
    with db.transaction() as connection:
        word, ids = claims.claim(connection, tables.messages, now, limit)
        if ids:
            outbox.fix_identity(connection, ids, word, links.host, now)
    return word, ids


def send_letter(
    db: Database,
    line: Line,
    letters: Letters,
    message_id: int,
    claim: str,
    clock: Callable[[], datetime],
    events_seen: dict[tuple[int, int], Event],
) -> None:
    """Send a claimed letter. `events_seen` spares reading the same event for every letter of a run; it is kept by
    revision, so a change is never missed.

    1. Look once more, right before it leaves: still ours, still true, still wanted?
    2. Hand it to the mail server. A failure leaves this function; the row says then that it was not sent.
    3. Commit that it was sent. Killed between 2 and 3, it will leave again, with the same Message-ID and Date.
    """
    now = clock()
    with db.reading() as connection:
        to_send = outbox.find_to_send(connection, message_id, claim, now)
        if to_send is None:
            return
        if to_send.message.kind in LETTING_IN:
            skip, envelope = _sign_in_letter(connection, letters, to_send, now)
        elif to_send.message.organiser_id is not None:
            skip, envelope = _test_letter(connection, letters, to_send, now)
        else:
            skip, envelope = _letter(connection, letters, to_send, now, events_seen)
    if envelope is not None:
        line.send(envelope)
    with db.transaction() as connection:
        outcome = {"sent_at": clock()} if envelope else {"skipped_at": now, "skip_reason": skip}
        claims.finish(connection, tables.messages, message_id, claim, **outcome)


def write_test(
    db: Database,
    event_id: int,
    kind: Kind,
    language: str,
    organiser_id: int,
    now: datetime,
    allowances: Iterable[Allowance] = (),
) -> bool:
    """Send one of the event's letters to an organiser's own address, with sample links. It is work like any other
    letter and leaves with them. False when the same one is on its way already: the button was pressed twice."""
    if kind in LETTING_IN:
        raise NotFound
    with db.transaction() as connection:
        if events.find(connection, event_id) is None:
            raise NotFound
        queued = outbox.queue_test(connection, kind, event_id, organiser_id, language, now + TEST_WITHIN, now)
        if queued:
            allowing.spend(connection, allowances, now)
        return queued


def try_again(db: Database, message_id: int, now: datetime) -> None:
    """A letter that was given up is tried once more, by an organiser's wish."""
    with db.transaction() as connection:
        if outbox.find(connection, message_id) is None:
            raise NotFound
        outbox.make_due(connection, message_id, now)


def _letter(
    connection: Connection,
    letters: Letters,
    to_send: ToSend,
    now: datetime,
    events_seen: dict[tuple[int, int], Event],
) -> tuple[Skip | None, Envelope | None]:
    message, registration = to_send.message, to_send.registration
    if registration is None:
        return Skip.FORGOTTEN, None
    seen = (registration.event_id, to_send.event_revision)
    event = events_seen.get(seen) or events.find(connection, registration.event_id)
    if event is None:
        return Skip.FORGOTTEN, None
    events_seen[seen] = event
    skip = reason_to_skip(message, event, registration, now)
    return skip, None if skip else letters.compose(message, event, registration, now, to_send.own)


def _test_letter(
    connection: Connection, letters: Letters, to_send: ToSend, now: datetime
) -> tuple[Skip | None, Envelope | None]:
    message = to_send.message
    organiser = organisers.find(connection, message.organiser_id or 0)
    event = events.find(connection, message.event_id or 0)
    if organiser is None or event is None:
        return Skip.FORGOTTEN, None
    if now >= message.useful_until:
        return Skip.EXPIRED, None
    return None, letters.compose_test(message, event, organiser, now, to_send.own)


def _sign_in_letter(
    connection: Connection, letters: Letters, to_send: ToSend, now: datetime
) -> tuple[Skip | None, Envelope | None]:
    message = to_send.message
    sign_in = organisers.find_sign_in(connection, message.sign_in_id or 0)
    organiser = organisers.find(connection, sign_in.organiser_id) if sign_in else None
    if sign_in is None or organiser is None:
        return Skip.FORGOTTEN, None
    if sign_in.used_at or now >= message.useful_until:
        return Skip.EXPIRED, None
    return None, letters.compose_sign_in(message, organiser, sign_in, now)
