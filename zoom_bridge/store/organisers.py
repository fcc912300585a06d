"""Organisers, their sign-ins and their sessions."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from zoom_bridge.domain.account import Organiser, Role, SignIn
from zoom_bridge.store import tables

_ORGANISER = [tables.organisers.c[field.name] for field in fields(Organiser)]
_SIGN_IN = [tables.sign_ins.c[field.name] for field in fields(SignIn)]


def find(connection: Connection, organiser_id: int) -> Organiser | None:
    return _one(connection, tables.organisers.c.id == organiser_id)


def find_by_email(connection: Connection, email: str) -> Organiser | None:
    return _one(connection, tables.organisers.c.email == email)


def find_by_session(connection: Connection, token_hash: str, now: datetime) -> Organiser | None:
    query = (
        select(*_ORGANISER)
        .join(tables.sessions, tables.sessions.c.organiser_id == tables.organisers.c.id)
        .where(tables.sessions.c.token_hash == token_hash, tables.sessions.c.expires_at > now)
    )
    row = connection.execute(query).mappings().first()
    return _organiser(row) if row else None


def list_all(connection: Connection) -> list[Organiser]:
    """By name."""
    query = select(*_ORGANISER).order_by(tables.organisers.c.name, tables.organisers.c.email)
    return [_organiser(row) for row in connection.execute(query).mappings()]


def add(
    connection: Connection, email: str, name: str, language: str, now: datetime, role: Role = Role.OWNER
) -> int | None:
    """The new organiser's key; None when the address is known."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {"email": email, "name": name, "language": language, "role": role, "created_at": now}
    statement = dialect.insert(tables.organisers).values(values).on_conflict_do_nothing(index_elements=["email"])
    return connection.execute(statement.returning(tables.organisers.c.id)).scalar()


def change(connection: Connection, organiser_id: int, **values: Any) -> None:
    connection.execute(update(tables.organisers).where(tables.organisers.c.id == organiser_id).values(**values))


def remove(connection: Connection, organiser_id: int) -> None:
    """With their sessions, sign-ins and unsaved forms."""
    connection.execute(delete(tables.organisers).where(tables.organisers.c.id == organiser_id))


def lock_owners(connection: Connection) -> set[int]:
    """Who the owners are, with nobody changing that until the transaction ends: two could remove each other."""
    query = select(tables.organisers.c.id).where(tables.organisers.c.role == Role.OWNER).with_for_update()
    return set(connection.execute(query.order_by(tables.organisers.c.id)).scalars())


def add_sign_in(connection: Connection, organiser_id: int, key: str, now: datetime, expires_at: datetime) -> int:
    values = {"organiser_id": organiser_id, "key": key, "created_at": now, "expires_at": expires_at}
    statement = insert(tables.sign_ins).values(values).returning(tables.sign_ins.c.id)
    return int(connection.execute(statement).scalar_one())


def find_sign_in(connection: Connection, sign_in_id: int) -> SignIn | None:
    row = connection.execute(select(*_SIGN_IN).where(tables.sign_ins.c.id == sign_in_id)).mappings().first()
    return SignIn(**row) if row else None


def use_sign_in(connection: Connection, key: str, now: datetime) -> int | None:
    """The organiser whose link this is, once: the second time there is nobody."""
    used = connection.execute(
        update(tables.sign_ins)
        .where(
            tables.sign_ins.c.key == key, tables.sign_ins.c.used_at.is_(None), tables.sign_ins.c.expires_at > now
        )
        .values(used_at=now)
        .returning(tables.sign_ins.c.organiser_id)
    ).first()
    return used[0] if used else None


def open_session(
    connection: Connection, token_hash: str, organiser_id: int, now: datetime, expires_at: datetime
) -> None:
    values = {"token_hash": token_hash, "organiser_id": organiser_id, "created_at": now, "expires_at": expires_at}
    connection.execute(insert(tables.sessions).values(values))


def close_session(connection: Connection, token_hash: str) -> None:
    connection.execute(delete(tables.sessions).where(tables.sessions.c.token_hash == token_hash))


def close_sessions(connection: Connection, organiser_id: int) -> None:
    """Signed out everywhere."""
    connection.execute(delete(tables.sessions).where(tables.sessions.c.organiser_id == organiser_id))


def delete_sign_ins(connection: Connection, organiser_id: int) -> None:
    """With the letters that carry them."""
    connection.execute(delete(tables.sign_ins).where(tables.sign_ins.c.organiser_id == organiser_id))


def delete_expired(connection: Connection, now: datetime) -> None:
    connection.execute(delete(tables.sessions).where(tables.sessions.c.expires_at < now))
    connection.execute(delete(tables.sign_ins).where(tables.sign_ins.c.expires_at < now))


def _one(connection: Connection, where: Any) -> Organiser | None:
    row = connection.execute(select(*_ORGANISER).where(where)).mappings().first()
    return _organiser(row) if row else None


def _organiser(row: Any) -> Organiser:
    return Organiser(**dict(row) | {"role": Role(row["role"])})
