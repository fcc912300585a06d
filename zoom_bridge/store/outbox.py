"""Letters: queued, sent, skipped, given up. The row says which letter for whom about what; never its text."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Executable, and_, bindparam, delete, func, literal, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.letter_text import LetterText
from zoom_bridge.domain.message import Kind, Message, Urgency, urgency
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.registration import Registration
from zoom_bridge.store import claims, mail_tables, tables
from zoom_bridge.store.columns import Instant

#: Limits on the same letter to somebody who asks for it again.
MOST_AN_HOUR = 3
PRESSED_TWICE = timedelta(minutes=1)

_TABLE = tables.messages
#: Tests to organisers are letters of an event, and count nowhere.
NO_TEST = _TABLE.c.organiser_id.is_(None)
_MESSAGE_FIELDS = [field.name for field in fields(Message)]
_REGISTRATION_FIELDS = [field.name for field in fields(Registration)]
_COLUMNS = [_TABLE.c[name] for name in _MESSAGE_FIELDS]
_TO_SEND = (
    select(
        *_COLUMNS,
        *(tables.registrations.c[name].label(f"registration_{name}") for name in _REGISTRATION_FIELDS),
        mail_tables.letter_texts.c.subject.label("own_subject"),
        mail_tables.letter_texts.c.opening.label("own_opening"),
        mail_tables.letter_texts.c.written_at.label("own_written_at"),
        tables.events.c.revision.label("event_revision"),
    )
    .outerjoin(tables.registrations, tables.registrations.c.id == _TABLE.c.registration_id)
    .outerjoin(tables.events, tables.events.c.id == _TABLE.c.event_id)
    # The event's own words come along, found by their primary key: no statement more for a letter, no cache that could
    # be stale, and an event without any costs one look into the index.
    .outerjoin(
        mail_tables.letter_texts,
        and_(
            mail_tables.letter_texts.c.event_id == _TABLE.c.event_id,
            mail_tables.letter_texts.c.kind == _TABLE.c.kind,
            mail_tables.letter_texts.c.language
            == func.coalesce(_TABLE.c.language, tables.registrations.c.language),
        ),
    )
    .where(
        _TABLE.c.id == bindparam("message_id"),
        _TABLE.c.claim == bindparam("claim"),
        _TABLE.c.claimed_until > bindparam("now", type_=Instant),
    )
)


def queue(
    connection: Connection,
    kind: Kind,
    registration_ids: Iterable[int],
    *,
    event_id: int,
    schedule_revision: int,
    useful_until: datetime,
    now: datetime,
    occasion: str = "",
    reminder_id: int | None = None,
    circular_id: int | None = None,
    one_of: str = "",
) -> None:
    """Decide that these people get this letter. Deciding twice is deciding once: the unique key is registration,
    kind, schedule revision and, for letters that may rightly come again, the occasion. `one_of` stands in it instead
    of the kind where somebody gets one letter of several."""
    rows = [
        {
            "unique_key": ":".join(filter(None, (f"r{id_}", one_of or kind, str(schedule_revision), occasion))),
            "kind": kind,
            "event_id": event_id,
            "registration_id": id_,
            "reminder_id": reminder_id,
            "circular_id": circular_id,
            "schedule_revision": schedule_revision,
            "created_at": now,
            "useful_until": useful_until,
            "due_at": now,
        }
        for id_ in registration_ids
    ]
    _insert(connection, rows)


def queue_to_panel(
    connection: Connection,
    kind: Kind,
    seats: Iterable[PanelSeat],
    *,
    event_id: int,
    schedule_revision: int,
    useful_until: datetime,
    now: datetime,
    occasion: str = "",
) -> None:
    """The same for panelists. What withdrew somebody or brought them back is part of the key."""
    rows = [
        {
            "unique_key": ":".join(
                filter(None, (f"p{seat.id}", kind, f"{schedule_revision}.{seat.revision}", occasion))
            ),
            "kind": kind,
            "event_id": event_id,
            "panel_seat_id": seat.id,
            "language": seat.language,
            "schedule_revision": schedule_revision,
            "created_at": now,
            "useful_until": useful_until,
            "due_at": now,
        }
        for seat in seats
    ]
    _insert(connection, rows)


def panel_seats_with(connection: Connection, kind: Kind, event_id: int) -> set[int]:
    """Who on the panel was ever written this letter."""
    query = select(_TABLE.c.panel_seat_id).where(_TABLE.c.event_id == event_id, _TABLE.c.kind == kind)
    return set(connection.execute(query.where(_TABLE.c.panel_seat_id.is_not(None))).scalars())


def sent_since(connection: Connection, kinds: Iterable[Kind], event_id: int, since: datetime) -> set[int]:
    """The registrations whose people had one of these letters since then."""
    query = select(_TABLE.c.registration_id).where(_TABLE.c.event_id == event_id, _TABLE.c.kind.in_(list(kinds)))
    return set(connection.execute(query.where(_TABLE.c.sent_at >= since, NO_TEST)).scalars())


def sent_to(connection: Connection, kinds: Iterable[Kind], event_id: int) -> dict[int, Kind]:
    """Which of these letters each had last, by registration."""
    sent = _TABLE.c.event_id == event_id, _TABLE.c.kind.in_(list(kinds)), _TABLE.c.sent_at.is_not(None), NO_TEST
    query = select(_TABLE.c.registration_id, _TABLE.c.kind).where(*sent).order_by(_TABLE.c.sent_at, _TABLE.c.id)
    return {row.registration_id: Kind(row.kind) for row in connection.execute(query)}


def waiting(connection: Connection, kinds: Iterable[Kind], event_id: int, now: datetime) -> list[Message]:
    """Those of these kinds that nobody has begun to send."""
    query = select(*_COLUMNS).where(
        _TABLE.c.event_id == event_id,
        _TABLE.c.kind.in_(list(kinds)),
        _TABLE.c.due_at.is_not(None),
        or_(_TABLE.c.claimed_until.is_(None), _TABLE.c.claimed_until <= now),
        _TABLE.c.doubtful == 0,
        NO_TEST,
    )
    return [_message(row) for row in connection.execute(query.with_for_update(skip_locked=True)).mappings()]


def take_back(connection: Connection, ids: Sequence[int]) -> None:
    """As if it had never been decided that these are written. Of those that nobody has begun to send."""
    connection.execute(delete(_TABLE).where(_TABLE.c.id.in_(ids)))


def queue_sign_in(
    connection: Connection, sign_in_id: int, useful_until: datetime, now: datetime, kind: Kind = Kind.SIGN_IN
) -> None:
    row = {
        "unique_key": f"s{sign_in_id}",
        "kind": kind,
        "sign_in_id": sign_in_id,
        "schedule_revision": 0,
        "created_at": now,
        "useful_until": useful_until,
        "due_at": now,
    }
    _insert(connection, [row])


def queue_test(
    connection: Connection,
    kind: Kind,
    event_id: int,
    organiser_id: int,
    language: str,
    useful_until: datetime,
    now: datetime,
    circular_id: int | None = None,
) -> bool:
    """A letter as a test to an organiser. False when the same one has just been asked for: a button pressed twice,
    also when both presses come at once, because the key counts on from the test before."""
    last = find_last_test(connection, kind, event_id, organiser_id, language, circular_id)
    if last and last.created_at > now - PRESSED_TWICE:
        return False
    row = {
        "unique_key": f"t{organiser_id}:e{event_id}:{kind}{circular_id or ''}:{language}:{last.id if last else 0}",
        "kind": kind,
        "event_id": event_id,
        "organiser_id": organiser_id,
        "circular_id": circular_id,
        "language": language,
        "schedule_revision": 0,
        "created_at": now,
        "useful_until": useful_until,
        "due_at": now,
    }
    _insert(connection, [row])
    return True


def find_last_test(
    connection: Connection,
    kind: Kind,
    event_id: int,
    organiser_id: int,
    language: str,
    circular_id: int | None = None,
) -> Message | None:
    query = select(*_COLUMNS).where(
        _TABLE.c.organiser_id == organiser_id,
        _TABLE.c.event_id == event_id,
        _TABLE.c.kind == kind,
        _TABLE.c.circular_id == circular_id,
        _TABLE.c.language == language,
    )
    row = connection.execute(query.order_by(_TABLE.c.id.desc()).limit(1)).mappings().one_or_none()
    return _message(row) if row else None


def find(connection: Connection, message_id: int) -> Message | None:
    found = list_some(connection, [message_id])
    return found[0] if found else None


def list_some(connection: Connection, ids: Sequence[int]) -> list[Message]:
    query = select(*_COLUMNS).where(_TABLE.c.id.in_(ids)).order_by(_TABLE.c.created_at, _TABLE.c.id)
    return [_message(row) for row in connection.execute(query).mappings()]


def list_stuck(connection: Connection, event_id: int, limit: int = 50) -> list[Message]:
    query = (
        select(*_COLUMNS)
        .where(_TABLE.c.event_id == event_id, _TABLE.c.gave_up_at.is_not(None), NO_TEST)
        .order_by(_TABLE.c.id)
        .limit(limit)
    )
    return [_message(row) for row in connection.execute(query).mappings()]


def fix_identity(connection: Connection, ids: Sequence[int], word: str, host: str, now: datetime) -> None:
    """Message-ID and Date are fixed before the first attempt and used again at every further one, so that a
    receiver who gets a letter twice can tell. The id is made of the row's own unique key, for the whole batch in
    one statement, and of a random word: after a fresh start the keys are the same, but the letters are not."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.id.in_(ids), _TABLE.c.message_id.is_(None))
        .values(
            # Exactly as it stands in the letter, where a colon is no part of it: what comes back is found by it.
            message_id=literal("<")
            .concat(func.replace(_TABLE.c.unique_key, ":", "."))
            .concat(f".{word}@{host.replace(':', '.')}>"),
            dated_at=now,
        )
    )


@dataclass(frozen=True)
class ToSend:
    """What has to be looked at right before a letter leaves, read in one go. `own`: the event's own words for it."""

    message: Message
    registration: Registration | None
    own: LetterText | None
    event_revision: int


def find_to_send(connection: Connection, message_id: int, claim: str, now: datetime) -> ToSend | None:
    """The letter with its person, as they are now. None when the claim is lost or its lease has run out."""
    parameters = {"message_id": message_id, "claim": claim, "now": now}
    row = connection.execute(_TO_SEND, parameters).one_or_none()
    return _to_send(row) if row else None


def _to_send(row: Any) -> ToSend:
    values = tuple(row)
    message = Message(**dict(zip(_MESSAGE_FIELDS, values, strict=False)) | {"kind": Kind(row.kind)})
    person = dict(zip(_REGISTRATION_FIELDS, values[len(_MESSAGE_FIELDS) :], strict=False))
    registration = Registration(**person) if person["id"] is not None else None
    own = None
    if row.own_written_at is not None:
        language = message.language or person["language"]
        own = LetterText(
            message.event_id or 0, message.kind, language, row.own_subject, row.own_opening, row.own_written_at
        )
    return ToSend(message, registration, own, values[-1] or 0)


def claim(connection: Connection, word: str, limit: int, now: datetime, *, urgent: bool = False) -> list[int]:
    """Take letters that are due, the most urgent first; or none but those."""
    order = (_TABLE.c.urgency, _TABLE.c.due_at, _TABLE.c.id)
    only = _TABLE.c.urgency == Urgency.FIRST if urgent else None
    return claims.claim_in_order(connection, _TABLE, word, now, limit, order, only)


def addresses(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    """To whom these letters go, of those to attendees that will leave at first sight."""
    people, event = tables.registrations.c, tables.events.c
    query = (
        select(_TABLE.c.id, people.email)
        .join(tables.registrations, people.id == _TABLE.c.registration_id)
        .join(tables.events, event.id == _TABLE.c.event_id)
        .where(_TABLE.c.id.in_(ids), people.cancelled_at.is_(None), event.cancelled_at.is_(None))
        .where(or_(_TABLE.c.kind != Kind.PLEASE_CONFIRM, people.confirmed_at.is_(None)))
        .where(_TABLE.c.schedule_revision == event.schedule_revision)
    )
    return {row.id: row.email for row in connection.execute(query)}


def shift(connection: Connection, event_id: int, before: int, after: int) -> None:
    """The schedule that these letters are about has a new number, and they are as true as they were."""
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.event_id == event_id, _TABLE.c.schedule_revision == before)
        .values(schedule_revision=after)
    )


def make_due(connection: Connection, message_id: int, now: datetime) -> None:
    connection.execute(
        update(_TABLE)
        .where(_TABLE.c.id == message_id, _TABLE.c.gave_up_at.is_not(None))
        .values(due_at=now, attempts=0, gave_up_at=None, last_error=None)
    )


def may_write_again(connection: Connection, registration_id: int, kind: Kind, now: datetime) -> bool:
    """Somebody who registers again gets the same letter again, but not for a button pressed twice, and at most
    three times an hour: nobody's mailbox is filled through our form."""
    query = select(func.count(), func.max(_TABLE.c.created_at)).where(
        _TABLE.c.registration_id == registration_id,
        _TABLE.c.kind == kind,
        _TABLE.c.created_at > now - timedelta(hours=1),
    )
    written, last = connection.execute(query).one()
    return written < MOST_AN_HOUR and (last is None or last <= now - PRESSED_TWICE)


def anything_sent(connection: Connection, event_id: int, schedule_revision: int) -> bool:
    """Whether anybody got a letter about the event as this schedule has it."""
    query = select(_TABLE.c.id).where(
        _TABLE.c.event_id == event_id,
        _TABLE.c.schedule_revision == schedule_revision,
        _TABLE.c.sent_at.is_not(None),
        NO_TEST,
    )
    return connection.execute(query.limit(1)).first() is not None


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        urgent = [row | {"urgency": urgency(row["kind"])} for row in rows]
        connection.execute(_adding(connection.dialect.name), urgent)


@cache
def _adding(dialect: str) -> Executable:
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(_TABLE).on_conflict_do_nothing(index_elements=["unique_key"])


def _message(row: Any) -> Message:
    return Message(**dict(row) | {"kind": Kind(row["kind"])})
