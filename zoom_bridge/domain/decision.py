"""A decision: what an organiser made of somebody in the room whom the evidence alone does not name, or names wrongly."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from zoom_bridge.domain.attendance import Sighting, Stay

_LONGEST_GUEST, _LONGEST_NAME = 254, 200


class Verdict(StrEnum):
    """PERSON: somebody who is registered. GUEST: a person of their own, who is not. STAFF: works here and is nobody's
    attendee."""

    PERSON = "person"
    GUEST = "guest"
    STAFF = "staff"


@dataclass(frozen=True)
class Appearance:
    """How somebody appeared in the room, as far as it is the same in all their joins and leaves; what is decided of one
    holds for all sightings of it, of webhooks and reports, earlier and later ones.

    matched_id  the registration that the evidence led to; 0: none
    guest       without one, the address or else the name; both in small letters
    name        the name that Zoom showed, in small letters"""

    matched_id: int
    guest: str
    name: str

    @classmethod
    def of(cls, seen: Sighting | Stay, matched_id: int | None = None) -> Self:
        """matched_id: what the evidence alone led to, if that is not what `seen` says."""
        matched_id = seen.matched_id if matched_id is None else matched_id
        guest = "" if matched_id else folded(seen.guest or seen.name)
        return cls(matched_id, guest[:_LONGEST_GUEST], folded(seen.name)[:_LONGEST_NAME])


def folded(name: str) -> str:
    """A name or an address as it is compared."""
    return " ".join(name.casefold().split())


@dataclass(frozen=True, kw_only=True)
class Decision:
    """registration_id: who it is, with Verdict.PERSON. decided_by: the organiser's number; None when they are gone."""

    id: int
    event_id: int
    matched_id: int
    guest: str
    name: str
    verdict: Verdict
    registration_id: int | None
    decided_by: int | None
    decided_at: datetime

    @property
    def appearance(self) -> Appearance:
        return Appearance(self.matched_id, self.guest, self.name)
