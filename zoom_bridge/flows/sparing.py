"""Zoom gives each person and each host a small daily allowance. It is counted here before Zoom is asked, and kept from
running out: who has had enough waits until the next day, and the organiser reads why."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.registration import Registration
from zoom_bridge.store import budgets, claims, tables
from zoom_bridge.zoom.answers import BUSY_FOR_PERSON, Busy
from zoom_bridge.zoom.limits import Reach, next_day, spread

#: Adds of one person to one webinar. The last one is kept in reserve, for somebody who presses a button.
ADDS = 3
#: Approvals and denials of one person.
STATUS_CHANGES = 10
#: Creations and updates of one host's webinars. The last tenth is kept for events that run or are about to.
HOST_CHANGES = 100
_MINUTE = timedelta(minutes=1)


def may_be_added(
    connection: Connection, zoom_id: str, people: Sequence[Registration], claim: str, now: datetime
) -> list[Registration]:
    """Counts an add for each of these, and returns them without those who had enough of them today: they wait."""
    return _spend(connection, "add", ADDS, zoom_id, people, claim, now)


def was_not_added(connection: Connection, zoom_id: str, people: Sequence[Registration], now: datetime) -> None:
    """Zoom was not asked after all, or never heard of it."""
    _give_back(connection, "add", zoom_id, people, now)


def may_change_status(
    connection: Connection, zoom_id: str, people: Sequence[Registration], claim: str, now: datetime
) -> list[Registration]:
    """The same for being approved or denied."""
    return _spend(connection, "status", STATUS_CHANGES, zoom_id, people, claim, now)


def status_was_not_changed(
    connection: Connection, zoom_id: str, people: Sequence[Registration], now: datetime
) -> None:
    _give_back(connection, "status", zoom_id, people, now)


def spend_change(connection: Connection, event: Event, now: datetime) -> None:
    """Counts that the event's webinar is created or updated. Raises Busy when its host has had enough today."""
    name = budgets.of_host(event.zoom_host)
    most = HOST_CHANGES if event.urgent(now) else HOST_CHANGES * 9 // 10
    if budgets.spent(connection, [name], now).get(name, 0) >= most:
        raise Busy(Reach.HOST, next_day(now) + spread(_MINUTE))
    budgets.spend(connection, [name], now)


def change_was_not_made(connection: Connection, event: Event, failure: Failure, now: datetime) -> None:
    """Zoom could not be asked, or could not do it. What it refuses counts, and so does its word that it is enough."""
    refused = failure.permanent and not failure.systemic
    if not refused and not (isinstance(failure, Busy) and failure.reach is Reach.HOST):
        budgets.spend(connection, [budgets.of_host(event.zoom_host)], now, times=-1)


def _spend(
    connection: Connection,
    what: str,
    limit: int,
    zoom_id: str,
    people: Sequence[Registration],
    claim: str,
    now: datetime,
) -> list[Registration]:
    names = {person.id: _name(what, zoom_id, person) for person in people}
    spent = budgets.spent(connection, list(names.values()), now)
    may = [p for p in people if spent.get(names[p.id], 0) < (limit if _asked_for(p) else limit - 1)]
    for person in people:
        if person not in may:
            tomorrow = next_day(now) + spread(_MINUTE)
            claims.postpone(connection, tables.registrations, person.id, claim, tomorrow, BUSY_FOR_PERSON)
    budgets.spend(connection, [names[person.id] for person in may], now)
    return may


def _give_back(
    connection: Connection, what: str, zoom_id: str, people: Sequence[Registration], now: datetime
) -> None:
    budgets.spend(connection, [_name(what, zoom_id, person) for person in people], now, times=-1)


def _asked_for(person: Registration) -> bool:
    """It failed before, and nothing has been tried since: somebody pressed a button."""
    return person.attempts == 0 and bool(person.last_error)


def _name(what: str, zoom_id: str, person: Registration) -> str:
    return budgets.of_person(what, zoom_id, person.id)
