"""Send one letter: look once more, hand it over, write that down, and only then take the next."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import (
    LETTING_IN,
    OF_THE_LINK,
    Kind,
    Message,
    Skip,
    reason_to_skip,
    reason_to_skip_for_panel,
)
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.series import TOGETHER, told_together
from zoom_bridge.flows import allowing
from zoom_bridge.links import Links
from zoom_bridge.mail.letters import Envelope, Letters
from zoom_bridge.mail.smtp import Line
from zoom_bridge.store import claims, dates, events, organisers, outbox, panel_seats, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.store.outbox import ToSend

#: Letters with a join link that leads nowhere wait until it leads somewhere again. How often that is looked up:
LOOK_AGAIN = timedelta(minutes=2)
LEADS_NOWHERE = "The webinar cannot take place at Zoom as things are. This e-mail waits until that is repaired."

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

    1. Look once more, right before it leaves: still ours, still true, still wanted? Does its link lead anywhere?
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
        elif to_send.message.panel_seat_id is not None:
            skip, envelope = _panel_letter(connection, letters, to_send, now, events_seen)
        else:
            skip, envelope = _letter(connection, letters, to_send, now, events_seen)
        held = envelope is not None and _leads_nowhere(connection, to_send.message)
    if held:
        with db.transaction() as connection:
            claims.postpone(
                connection, tables.messages, message_id, claim, now + LOOK_AGAIN, LEADS_NOWHERE, counted=False
            )
        return
    if envelope is not None:
        line.send(envelope)
    with db.transaction() as connection:
        outcome = {"sent_at": clock()} if envelope else {"skipped_at": now, "skip_reason": skip}
        claims.finish(connection, tables.messages, message_id, claim, **outcome)


def _leads_nowhere(connection: Connection, message: Message) -> bool:
    """Whether the join link, which is all that this letter is about, is a dead one at present."""
    about_the_link = message.kind in OF_THE_LINK and message.organiser_id is None
    return about_the_link and message.event_id is not None and webinars.out_of_reach(connection, message.event_id)


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
    event = _event(connection, registration.event_id, to_send, events_seen)
    if event is None:
        return Skip.FORGOTTEN, None
    if message.kind in TOGETHER and event.series_id:
        taken = dates.taken_by(connection, event.series_id, registration.email_key)
        told = told_together(message.kind, registration, taken, now)
        if now >= message.useful_until or (not told and now >= event.ends_at):
            return Skip.EXPIRED, None
        if len(told) > 1:
            return None, letters.compose_dates(message, registration, told, to_send.own)
        if told and told[0].registration.id != registration.id:
            # The date that it was written for is off; of those chosen with it, one is left.
            event, registration = events.find(connection, told[0].event.id) or event, told[0].registration
            revision = event.schedule_revision
            message = replace(
                message, registration_id=registration.id, event_id=event.id, schedule_revision=revision
            )
    skip = reason_to_skip(message, event, registration, now)
    return skip, None if skip else letters.compose(message, event, registration, now, to_send.own)


def _panel_letter(
    connection: Connection,
    letters: Letters,
    to_send: ToSend,
    now: datetime,
    events_seen: dict[tuple[int, int], Event],
) -> tuple[Skip | None, Envelope | None]:
    message = to_send.message
    seat = panel_seats.find(connection, message.panel_seat_id or 0)
    event = _event(connection, seat.event_id, to_send, events_seen) if seat else None
    if seat is None or event is None:
        return Skip.FORGOTTEN, None
    skip = reason_to_skip_for_panel(message, event, seat, now)
    return skip, None if skip else letters.compose_for_panel(message, event, seat, now, to_send.own)


def _event(
    connection: Connection, event_id: int, to_send: ToSend, events_seen: dict[tuple[int, int], Event]
) -> Event | None:
    seen = (event_id, to_send.event_revision)
    event = events_seen.get(seen) or events.find(connection, event_id)
    if event:
        events_seen[seen] = event
    return event


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
