"""Organisers: invite them, mail them a sign-in link, redeem it once. There are no passwords."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.account import SESSION_LASTS, SIGN_IN_WITHIN
from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.refusals import LinkExpired
from zoom_bridge.flows import allowing
from zoom_bridge.links import Links
from zoom_bridge.store import organisers, outbox
from zoom_bridge.store.database import Database


def invite(db: Database, links: Links, email: str, name: str, language: str, now: datetime) -> str:
    """Make somebody an organiser (or find them) and return a sign-in link, good once, for the one who asked."""
    with db.transaction() as connection:
        known = organisers.find_by_email(connection, _folded(email))
        organiser_id = known.id if known else organisers.add(connection, _folded(email), name, language, now)
        key, _ = _sign_in(connection, organiser_id, now)
    return links.sign_in(key, now + SIGN_IN_WITHIN)


def ask_to_sign_in(db: Database, email: str, now: datetime, allowances: Iterable[Allowance] = ()) -> None:
    """Mail a sign-in link when the address is an organiser's; the answer is the same for everybody."""
    with db.transaction() as connection:
        allowing.spend(connection, allowances, now)
        organiser = organisers.find_by_email(connection, _folded(email))
        if organiser:
            _, sign_in_id = _sign_in(connection, organiser.id, now)
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


def _sign_in(connection: Connection, organiser_id: int, now: datetime) -> tuple[str, int]:
    key = secrets.token_urlsafe(16)
    return key, organisers.add_sign_in(connection, organiser_id, key, now, now + SIGN_IN_WITHIN)


def _folded(email: str) -> str:
    return email.strip().casefold()
