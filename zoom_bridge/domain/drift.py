"""Drift: what somebody changed at Zoom, or Zoom by itself, so that the webinar is not what we asked for."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

#: What is told without a choice: join links are others now; the host may hold no webinars any more; what was a webinar
#: is a meeting; there is a second webinar with people in it.
PASSCODE, LICENCE, CONVERTED, DOUBLED = "passcode", "licence", "converted_to_meeting", "doubled"
NOTICES = frozenset({PASSCODE, LICENCE, CONVERTED, DOUBLED})


@dataclass(frozen=True, kw_only=True)
class Drift:
    """aspect        what differs, as Zoom calls it: "topic", "start_time", "approval_type", …
    ours, zooms   both values as text
    accepted_at   the organiser took Zoom's value; it is told again only when one of the two changes
    """

    event_id: int
    aspect: str
    ours: str
    zooms: str
    found_at: datetime
    accepted_at: datetime | None

    @property
    def open(self) -> bool:
        return self.accepted_at is None


def drifting(
    event_id: int,
    compared: Mapping[str, tuple[str, str]],
    agreed: Mapping[str, Collection[str]] | None,
    known: Mapping[str, Drift],
    now: datetime,
    decided: Collection[str] = (),
) -> dict[str, Drift]:
    """Every aspect in which Zoom has something else than we ask for, and which is not simply ours to tell.

    compared   aspect → (ours, Zoom's), as they are now
    agreed     what Zoom may have by our doing: where it has that, or was not asked for anything, we changed, and Zoom
               is to learn of it. None: it was told everything a moment ago, or nobody knows
    known      the drifts found before
    decided    aspects in which ours shall go to Zoom, whatever it has"""
    drifts = {}
    for aspect, (ours, zooms) in compared.items():
        before = known.get(aspect)
        if (
            ours == zooms
            or aspect in decided
            or (before is None and agreed is not None and zooms in agreed.get(aspect, (zooms,)))
        ):
            continue
        if before is None:
            before = Drift(
                event_id=event_id, aspect=aspect, ours=ours, zooms=zooms, found_at=now, accepted_at=None
            )
        elif (before.ours, before.zooms) != (ours, zooms):
            found_at = before.found_at if before.zooms == zooms else now
            before = replace(before, ours=ours, zooms=zooms, found_at=found_at, accepted_at=None)
        drifts[aspect] = before
    return drifts
