"""Joined, read-only lists for pages and CSV."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Table, and_, case, func, or_, select

from zoom_bridge.domain.message import Message
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.registration import Registration, Source, Standing, ZoomStanding
from zoom_bridge.store import outbox, panel_seats, registrations, returns, tables

PAGE_SIZE = 50

_R = tables.registrations
_SEATED = _R.c.confirmed_at.is_not(None) & _R.c.cancelled_at.is_(None)
_CANCELLED = _R.c.cancelled_at.is_not(None)
_WAITED = _R.c.waiting_since.is_not(None)
_BEHIND = _R.c.synced_revision < _R.c.revision
_STUCK = _R.c.gave_up_at.is_not(None)
_BY_PHONE = _R.c.email == ""

STANDINGS: dict[Standing, ColumnElement[bool]] = {
    Standing.REGISTERED: _SEATED,
    Standing.UNCONFIRMED: _R.c.confirmed_at.is_(None) & ~_CANCELLED & ~_WAITED & (_R.c.source != Source.ZOOM),
    Standing.WAITS_FOR_APPROVAL: _R.c.confirmed_at.is_(None)
    & ~_CANCELLED
    & ~_WAITED
    & (_R.c.source == Source.ZOOM),
    Standing.WAITING_LIST: and_(*registrations.WAITING),
    Standing.CANCELLED: _CANCELLED,
}
ZOOM_STANDINGS: dict[ZoomStanding, ColumnElement[bool]] = {
    ZoomStanding.IN_LINE: ~_STUCK & ~_BEHIND & _SEATED & ~_BY_PHONE,
    ZoomStanding.WAITS: ~_STUCK & _BEHIND,
    ZoomStanding.STUCK: _STUCK,
    ZoomStanding.BY_PHONE: _BY_PHONE,
}


@dataclass(frozen=True)
class Numbers:
    """How many people stand where. `at_zoom` counts seats that Zoom knows as they are now, `by_phone` those
    of callers without an e-mail address, of whom Zoom knows nothing, `in_line` people on the waiting list."""

    registered: int = 0
    unconfirmed: int = 0
    waits_for_approval: int = 0
    cancelled: int = 0
    at_zoom: int = 0
    waiting: int = 0
    stuck: int = 0
    next_attempt_at: datetime | None = None
    last_error: str | None = None
    by_phone: int = 0
    in_line: int = 0

    @property
    def online(self) -> int:
        """Seats that Zoom has to know."""
        return self.registered - self.by_phone


@dataclass(frozen=True)
class LetterLine:
    """How many letters of a kind stand where; each reminder's are a line of their own. `skips`: (why not sent, how
    many). Of those sent, `bounced` came back, and `doubtful` may have arrived twice."""

    kind: str
    waiting: int
    sent: int
    skipped: int
    gave_up: int
    last_error: str | None
    reminder_id: int | None = None
    skips: tuple[tuple[str, int], ...] = ()
    bounced: int = 0
    doubtful: int = 0


@dataclass(frozen=True)
class People:
    rows: list[Registration]
    total: int


def numbers(connection: Connection, event_id: int) -> Numbers:
    return numbers_of(connection, [event_id]).get(event_id, Numbers())


def numbers_of(connection: Connection, event_ids: Sequence[int]) -> dict[int, Numbers]:
    """Of several events in one go; those without people are not in it."""

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    rows = connection.execute(
        select(
            _R.c.event_id,
            count(STANDINGS[Standing.REGISTERED]),
            count(STANDINGS[Standing.UNCONFIRMED]),
            count(STANDINGS[Standing.WAITS_FOR_APPROVAL]),
            count(STANDINGS[Standing.CANCELLED]),
            count(ZOOM_STANDINGS[ZoomStanding.IN_LINE]),
            count(ZOOM_STANDINGS[ZoomStanding.WAITS]),
            count(_STUCK),
            func.min(case((_BEHIND & ~_STUCK, _R.c.due_at))),
            func.max(case((_BEHIND, _R.c.last_error))),
            count(_SEATED & _BY_PHONE),
            count(STANDINGS[Standing.WAITING_LIST]),
        )
        .where(_R.c.event_id.in_(event_ids))
        .group_by(_R.c.event_id)
    )
    return {event_id: Numbers(*values) for event_id, *values in rows}


def people(
    connection: Connection,
    event_id: int,
    search: str = "",
    standing: Standing | None = None,
    zoom_standing: ZoomStanding | None = None,
    page: int = 1,
    unreached: bool = False,
) -> People:
    """One page of an event's people by name, of the waiting list by who is next; `search` is looked for in name and
    address, as it is typed. `unreached`: only those whose last letter came back."""
    where = [_R.c.event_id == event_id]
    if search:
        name = _R.c.first_name + " " + _R.c.last_name
        where.append(or_(name.icontains(search, autoescape=True), _R.c.email.icontains(search, autoescape=True)))
    if standing:
        where.append(STANDINGS[standing])
    if zoom_standing in ZOOM_STANDINGS:
        where.append(ZOOM_STANDINGS[zoom_standing])
    if unreached:
        where.append(returns.unreached(_R.c.id))
    total = connection.execute(select(func.count()).select_from(_R).where(*where)).scalar_one()
    by_name = [func.lower(_R.c.last_name), func.lower(_R.c.first_name)]
    ids = connection.execute(
        select(_R.c.id)
        .where(*where)
        .order_by(*([_R.c.waiting_since] if standing is Standing.WAITING_LIST else by_name), _R.c.id)
        .limit(PAGE_SIZE)
        .offset((max(page, 1) - 1) * PAGE_SIZE)
    ).scalars()
    wanted = list(ids)
    found = {registration.id: registration for registration in registrations.list_some(connection, wanted)}
    return People([found[id_] for id_ in wanted], total)


def letters(connection: Connection, event_id: int) -> list[LetterLine]:
    m = tables.messages

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    rows = connection.execute(
        select(
            m.c.kind,
            m.c.reminder_id,
            m.c.skip_reason,
            count(m.c.due_at.is_not(None) | m.c.held_at.is_not(None)),
            count(m.c.sent_at.is_not(None)),
            count(m.c.skipped_at.is_not(None)),
            count(m.c.gave_up_at.is_not(None)),
            func.max(m.c.last_error),
            count(m.c.bounced_at.is_not(None)),
            count(m.c.sent_at.is_not(None) & (m.c.doubtful > 0)),
        )
        .where(m.c.event_id == event_id, outbox.NO_TEST)
        .group_by(m.c.kind, m.c.reminder_id, m.c.skip_reason)
        .order_by(m.c.kind, m.c.reminder_id, m.c.skip_reason)
    )
    lines: dict[tuple[str, int | None], LetterLine] = {}
    for kind, reminder_id, reason, waiting, sent, skipped, gave_up, last_error, bounced, doubtful in rows:
        line = lines.get((kind, reminder_id)) or LetterLine(kind, 0, 0, 0, 0, None, reminder_id)
        lines[kind, reminder_id] = replace(
            line,
            waiting=line.waiting + waiting,
            sent=line.sent + sent,
            skipped=line.skipped + skipped,
            gave_up=line.gave_up + gave_up,
            last_error=max(filter(None, (line.last_error, last_error)), default=None),
            skips=line.skips + (((reason, skipped),) if skipped else ()),
            bounced=line.bounced + bounced,
            doubtful=line.doubtful + doubtful,
        )
    return list(lines.values())


def letters_of(connection: Connection, registration_id: int) -> list[Message]:
    """All letters to one person, the oldest first."""
    m = tables.messages
    ids = connection.execute(select(m.c.id).where(m.c.registration_id == registration_id)).scalars()
    return outbox.list_some(connection, list(ids))


def last_letters(connection: Connection, registration_ids: Sequence[int]) -> dict[int, Message]:
    """The newest letter to each of these people."""
    m = tables.messages
    newest = (
        select(func.max(m.c.id)).where(m.c.registration_id.in_(registration_ids)).group_by(m.c.registration_id)
    )
    ids = list(connection.execute(newest).scalars())
    return {
        letter.registration_id: letter for letter in outbox.list_some(connection, ids) if letter.registration_id
    }


def last_letters_to_panel(connection: Connection, event_id: int) -> dict[int, Message]:
    """The newest letter to each panelist of the event."""
    m = tables.messages
    to_panel = (m.c.event_id == event_id) & m.c.panel_seat_id.is_not(None)
    ids = connection.execute(select(func.max(m.c.id)).where(to_panel).group_by(m.c.panel_seat_id)).scalars()
    return {
        letter.panel_seat_id: letter for letter in outbox.list_some(connection, list(ids)) if letter.panel_seat_id
    }


def stuck_letters(connection: Connection, event_id: int) -> list[tuple[Message, Registration | PanelSeat]]:
    """Letters given up, each with the person it was for."""
    stuck = outbox.list_stuck(connection, event_id)
    ids = [message.registration_id for message in stuck if message.registration_id]
    people = {person.id: person for person in registrations.list_some(connection, ids)}
    panel = {seat.id: seat for seat in panel_seats.list_for_event(connection, event_id)}
    readers = [(m, people.get(m.registration_id or 0) or panel.get(m.panel_seat_id or 0)) for m in stuck]
    return [(message, reader) for message, reader in readers if reader]


def oldest_overdue(connection: Connection, now: datetime) -> dict[str, datetime]:
    """Table → since when its oldest due row waits; nothing for tables without overdue work."""
    found = {}
    for table in _worked():
        oldest = connection.execute(select(func.min(table.c.due_at)).where(table.c.due_at <= now)).scalar()
        if oldest:
            found[table.name] = oldest
    return found


def _worked() -> list[Table]:
    return [table for table in tables.metadata.sorted_tables if "claimed_until" in table.c]
