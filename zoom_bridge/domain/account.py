"""Accounts: an organiser, our user, who offers events; and how they sign in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: How long a mailed sign-in link is good, how long an invitation, and how long a session lasts.
SIGN_IN_WITHIN = timedelta(minutes=30)
INVITED_WITHIN = timedelta(days=7)
SESSION_LASTS = timedelta(hours=12)


class Role(StrEnum):
    """What an organiser may do. Each may do what the next may: owners also look after settings and the team, editors
    after events, reception after people and the day of the event."""

    OWNER = "owner"
    EDITOR = "editor"
    RECEPTION = "reception"

    def may(self, needed: "Role") -> bool:
        order = list(Role)
        return order.index(self) <= order.index(needed)


@dataclass(frozen=True, kw_only=True)
class Organiser:
    id: int
    email: str
    name: str
    language: str
    role: Role = Role.OWNER
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """A sign-in that was asked for. The link to it is a signed token naming `key`; it is good once."""

    id: int
    organiser_id: int
    key: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
