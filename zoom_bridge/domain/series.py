"""A series: several dates of one thing. Each date is an event of its own, with its own webinar, letters and
attendance; the series ties them together and says how people register. When its dates are is computed in
`recurrence.py`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.registration import Registration

#: Letters that tell of all dates that were chosen, confirmed or given back together.
TOGETHER = frozenset({Kind.PLEASE_CONFIRM, Kind.CONFIRMATION, Kind.GOODBYE})


class Registering(StrEnum):
    """ONCE: for all dates that are still to come. PER_DATE: people choose."""

    ONCE = "once"
    PER_DATE = "per_date"


@dataclass(frozen=True, kw_only=True)
class Series:
    id: int
    slug: str
    registering: Registering
    created_at: datetime


@dataclass(frozen=True)
class TakenDate:
    """One date of a series, and the registration that somebody has for it."""

    event: Event
    registration: Registration


def told_together(
    kind: Kind, registration: Registration, taken: Iterable[TakenDate], now: datetime
) -> list[TakenDate]:
    """The dates that one letter to this person tells of: what was chosen, confirmed or given back together, as far as
    it is still to come. `taken` are all dates of the series that the address is registered for."""
    ahead = [one for one in taken if now < one.event.ends_at and not one.event.cancelled_at]
    if kind is Kind.GOODBYE:
        if registration.waited:
            return []
        return [one for one in ahead if one.registration.confirmed_at and _given_back_with(one, registration)]
    chosen = [one for one in ahead if one.registration.party == registration.party != ""]
    if kind is Kind.CONFIRMATION:
        return [one for one in chosen if one.registration.active]
    if kind is Kind.PLEASE_CONFIRM:
        return [one for one in chosen if _may_still_confirm(one.registration, now)]
    return []


def _may_still_confirm(registration: Registration, now: datetime) -> bool:
    unconfirmed = not registration.confirmed_at and not registration.cancelled_at and not registration.waiting
    return unconfirmed and registration.may_confirm(now)


def _given_back_with(one: TakenDate, registration: Registration) -> bool:
    return registration.cancelled_at is not None and one.registration.cancelled_at == registration.cancelled_at
