"""Decide who somebody in the room was, and take that back. The decision stands beside what Zoom told and changes
nothing of it: it is applied on every look (`domain/recognition.py`), also to what webhooks and the report tell later."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.decision import Appearance, Decision, Verdict
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.flows import following_up
from zoom_bridge.store import decisions, events, registrations
from zoom_bridge.store.database import Database


def decide(
    db: Database,
    event_id: int,
    appearances: Sequence[Appearance],
    verdict: Verdict,
    registration_id: int | None,
    organiser_id: int,
    now: datetime,
) -> None:
    """`registration_id` with Verdict.PERSON: somebody of this event."""
    with db.transaction() as connection:
        if verdict is Verdict.PERSON:
            _check_person(connection, event_id, registration_id)
        for appearance in appearances:
            decisions.put(connection, event_id, appearance, verdict, registration_id, organiser_id, now)
        _write_accordingly(connection, event_id, now)


def undo(db: Database, event_id: int, decision_id: int, now: datetime) -> Decision | None:
    """What was taken back; None when somebody else has done so already."""
    with db.transaction() as connection:
        decision = decisions.find_by_id(connection, decision_id)
        if decision is None or decision.event_id != event_id:
            return None
        decisions.remove(connection, decision_id)
        _write_accordingly(connection, event_id, now)
    return decision


def _check_person(connection: Connection, event_id: int, registration_id: int | None) -> None:
    person = registrations.find(connection, registration_id) if registration_id else None
    if person is None or person.event_id != event_id:
        raise NotFound


def _write_accordingly(connection: Connection, event_id: int, now: datetime) -> None:
    event = events.find(connection, event_id)
    if event:
        following_up.follow_decision(connection, event, now)
