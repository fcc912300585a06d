"""Letters that came back, and how far the mailbox they come back to has been read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.bounce import Bounce, Mark
from zoom_bridge.store import mail_tables, tables, twin_tables

_M, _BOXES = tables.messages, mail_tables.mailboxes
_LATER = _M.alias("later")
_WRITERS = tables.organisers.alias("writers")


#: Of a letter: it came back, and no later one to the same person was handed over and stayed there.
UNREACHED = _M.c.bounced_at.is_not(None) & ~exists().where(
    _LATER.c.registration_id == _M.c.registration_id,
    _LATER.c.id > _M.c.id,
    _LATER.c.sent_at.is_not(None),
    _LATER.c.bounced_at.is_(None),
)


def unreached(registration_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whether the last letter to this person came back, as far as we know."""
    return exists().where(_M.c.registration_id == registration_id, UNREACHED)


def count_unreached(connection: Connection, event_id: int) -> int:
    """How many people with a registration our last letter did not reach."""
    people = tables.registrations
    query = (
        select(func.count(func.distinct(_M.c.registration_id)))
        .join(people, people.c.id == _M.c.registration_id)
        .where(_M.c.event_id == event_id, people.c.cancelled_at.is_(None), UNREACHED)
    )
    return connection.execute(query).scalar_one()


@dataclass(frozen=True)
class Written:
    """A letter of ours, and the address that it was written to."""

    message_id: int
    email: str


def find_letter(connection: Connection, message_id: str) -> Written | None:
    """Whom we wrote to under this Message-ID: an attendee, somebody on the panel, or an organiser."""
    registrations, seats, organisers = tables.registrations, twin_tables.panel_seats, tables.organisers
    query = (
        select(
            _M.c.id,
            func.coalesce(registrations.c.email, seats.c.email, organisers.c.email, _WRITERS.c.email, ""),
        )
        .outerjoin(registrations, registrations.c.id == _M.c.registration_id)
        .outerjoin(seats, seats.c.id == _M.c.panel_seat_id)
        .outerjoin(organisers, organisers.c.id == _M.c.organiser_id)
        .outerjoin(tables.sign_ins, tables.sign_ins.c.id == _M.c.sign_in_id)
        .outerjoin(_WRITERS, _WRITERS.c.id == tables.sign_ins.c.organiser_id)
        .where(_M.c.message_id == message_id)
    )
    row = connection.execute(query.limit(1)).one_or_none()
    return Written(*row) if row else None


def record(connection: Connection, written: Written, bounce: Bounce, now: datetime) -> bool:
    """It came back for good, or it is only late; said of each letter once. False when that was known."""
    values = {"bounce_status": bounce.status, "bounce": bounce.words}
    changed = update(_M).where(_M.c.id == written.message_id, _M.c.bounced_at.is_(None))
    if bounce.final:
        changed = changed.values(bounced_at=now, **values)
    else:
        changed = changed.where(_M.c.bounce.is_(None)).values(values)
    return connection.execute(changed).rowcount == 1


def how_far(connection: Connection, name: str) -> Mark | None:
    query = select(_BOXES.c.validity, _BOXES.c.last_uid).where(_BOXES.c.name == name)
    row = connection.execute(query).one_or_none()
    return Mark(*row) if row else None


def remember(connection: Connection, name: str, mark: Mark) -> None:
    values = {"validity": mark.validity, "last_uid": mark.last_uid}
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        insert(_BOXES).values(name=name, **values).on_conflict_do_update(index_elements=["name"], set_=values)
    )
