"""Organisers: invite them, mail them a sign-in link, redeem it once; say who may do what. There are no passwords.

There is always an owner: only owners change the team, and nobody their own place in it."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.account import INVITED_WITHIN, SESSION_LASTS, SIGN_IN_WITHIN, Organiser, Role
from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.refusals import LinkExpired, NotAllowed, NotFound
from zoom_bridge.flows import allowing
from zoom_bridge.links import Links
from zoom_bridge.store import organisers, outbox
from zoom_bridge.store.database import Database


def invite(
    db: Database, links: Links, email: str, name: str, language: str, now: datetime, role: Role = Role.OWNER
) -> str:
    """Make somebody an organiser (or find them as they are) and return a sign-in link, good once, for the one who
    asked."""
    with db.transaction() as connection:
        organisers.add(connection, _folded(email), name, language, now, role)
        known = organisers.find_by_email(connection, _folded(email))
        assert known is not None
        key, _ = _sign_in(connection, known.id, now + SIGN_IN_WITHIN, now)
    return links.sign_in(key, now + SIGN_IN_WITHIN)


def invite_colleague(
    db: Database, by: int, email: str, name: str, language: str, role: Role, now: datetime
) -> bool:
    """An owner takes somebody into the team, who gets a letter with a link. False when the address belongs to the
    team already."""
    with db.transaction() as connection:
        _check_owner(connection, by)
        organiser_id = organisers.add(connection, _folded(email), name, language, now, role)
        if organiser_id is None:
            return False
        _queue_invitation(connection, organiser_id, now)
    return True


def invite_again(db: Database, by: int, organiser_id: int, now: datetime) -> None:
    with db.transaction() as connection:
        _get_colleague(connection, by, organiser_id)
        _queue_invitation(connection, organiser_id, now)


def change_role(db: Database, by: int, organiser_id: int, role: Role) -> None:
    with db.transaction() as connection:
        _get_colleague(connection, by, organiser_id)
        organisers.change(connection, organiser_id, role=role)


def sign_out_colleague(db: Database, by: int, organiser_id: int) -> None:
    """Everywhere at once: a laptop is lost, somebody has left."""
    with db.transaction() as connection:
        _get_colleague(connection, by, organiser_id)
        _sign_out_everywhere(connection, organiser_id)


def remove_colleague(db: Database, by: int, organiser_id: int) -> None:
    with db.transaction() as connection:
        _get_colleague(connection, by, organiser_id)
        organisers.remove(connection, organiser_id)


def change_own(db: Database, organiser_id: int, name: str, language: str) -> None:
    """What one may change of oneself."""
    with db.transaction() as connection:
        organisers.change(connection, organiser_id, name=name, language=language)


def sign_out_everywhere(db: Database, organiser_id: int) -> None:
    with db.transaction() as connection:
        _sign_out_everywhere(connection, organiser_id)


def ask_to_sign_in(db: Database, email: str, now: datetime, allowances: Iterable[Allowance] = ()) -> None:
    """Mail a sign-in link when the address is an organiser's; the answer is the same for everybody."""
    with db.transaction() as connection:
        allowing.spend(connection, allowances, now)
        organiser = organisers.find_by_email(connection, _folded(email))
        if organiser:
            _, sign_in_id = _sign_in(connection, organiser.id, now + SIGN_IN_WITHIN, now)
            outbox.queue_sign_in(connection, sign_in_id, now + SIGN_IN_WITHIN, now)


def redeem(db: Database, links: Links, token: str, now: datetime) -> str:
    """Turn a sign-in link into a session, once. Returns the session's token; we keep only its hash."""
    key = links.key_of_sign_in(token, now)
    session_token = secrets.token_urlsafe(32)
    with db.transaction() as connection:
        organiser_id = organisers.use_sign_in(connection, key, now) if key else None
        if organiser_id is None:
            raise LinkExpired
        organisers.open_session(connection, token_hash(session_token), organiser_id, now, now + SESSION_LASTS)
    return session_token


def sign_out(db: Database, session_token: str) -> None:
    with db.transaction() as connection:
        organisers.close_session(connection, token_hash(session_token))


def token_hash(session_token: str) -> str:
    return hashlib.sha256(session_token.encode(errors="replace")).hexdigest()


def _sign_in(connection: Connection, organiser_id: int, expires_at: datetime, now: datetime) -> tuple[str, int]:
    key = secrets.token_urlsafe(16)
    return key, organisers.add_sign_in(connection, organiser_id, key, now, expires_at)


def _queue_invitation(connection: Connection, organiser_id: int, now: datetime) -> None:
    _, sign_in_id = _sign_in(connection, organiser_id, now + INVITED_WITHIN, now)
    outbox.queue_sign_in(connection, sign_in_id, now + INVITED_WITHIN, now, Kind.INVITATION)


def _check_owner(connection: Connection, by: int) -> None:
    if by not in organisers.lock_owners(connection):
        raise NotAllowed


def _get_colleague(connection: Connection, by: int, organiser_id: int) -> Organiser:
    """Somebody else, for an owner. Nobody changes their own place: so there is always an owner left."""
    _check_owner(connection, by)
    colleague = organisers.find(connection, organiser_id)
    if colleague is None:
        raise NotFound
    if organiser_id == by:
        raise NotAllowed
    return colleague


def _sign_out_everywhere(connection: Connection, organiser_id: int) -> None:
    """Also links that were mailed and not used yet open nothing any more."""
    organisers.close_sessions(connection, organiser_id)
    organisers.delete_sign_ins(connection, organiser_id)


def _folded(email: str) -> str:
    return email.strip().casefold()
