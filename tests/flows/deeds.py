"""What tests of flows and jobs do again and again: let one job run, seat somebody, look something up."""

import json
import re
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from jobs.timetable import TIMETABLE
from tests.mailbox import Letter
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Attendee, Registration, email_key
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.flows import receiving, registering
from zoom_bridge.store import events, registrations, tables, webinars


def run(bridge: Bridge, *names: str) -> int:
    """Each of these jobs once; how many rows they did."""
    jobs = {job.name: job for job in TIMETABLE}
    return sum(jobs[name].run(bridge, threading.Event()) for name in names)


def attend(bridge: Bridge, event: Event, *people: Attendee) -> list[Registration]:
    """They register and confirm."""
    for person in people:
        registering.register(bridge.db, event.slug, person, bridge.clock())
        registering.confirm(bridge.db, look(bridge, event, person).key, bridge.clock())
    return [look(bridge, event, person) for person in people]


def look(bridge: Bridge, event: Event, person: Attendee) -> Registration:
    """Somebody's registration as it is now."""
    with bridge.db.reading() as connection:
        found = registrations.find_by_email(connection, event.id, email_key(person.email))
    assert found is not None, f"{person.email} is not registered"
    return found


def count(bridge: Bridge, event: Event) -> int:
    with bridge.db.reading() as connection:
        return registrations.seats_taken(connection, event.id)


def twin(bridge: Bridge, event: Event) -> TwinWebinar:
    with bridge.db.reading() as connection:
        found = webinars.find_by_event(connection, event.id)
    assert found is not None
    return found


def current(bridge: Bridge, event: Event) -> Event:
    with bridge.db.reading() as connection:
        found = events.find(connection, event.id)
    assert found is not None
    return found


def rows(bridge: Bridge, table_name: str, **where: Any) -> Sequence[Any]:
    """Rows of a table as the database has them."""
    table = tables.metadata.tables[table_name]
    query = select(table).order_by(*table.primary_key.columns)
    for name, value in where.items():
        query = query.where(table.c[name] == value)
    with bridge.db.reading() as connection:
        return connection.execute(query).all()


def drifts(bridge: Bridge, event: Event) -> dict[str, tuple[str, str]]:
    """What waits for a decision: aspect → (ours, Zoom's)."""
    found = rows(bridge, "drifts", event_id=event.id)
    return {row.aspect: (row.ours, row.zooms) for row in found if row.accepted_at is None}


def letters(bridge: Bridge, person: Registration) -> list[tuple[str, str]]:
    """(kind, what became of it) of each letter to this person, oldest first."""

    def fate(row: Any) -> str:
        if row.sent_at:
            return "sent"
        return str(row.skip_reason) if row.skipped_at else "gave up" if row.gave_up_at else "waits"

    return [(row.kind, fate(row)) for row in rows(bridge, "messages", registration_id=person.id)]


def at_zoom(world: Any, status: str = "approved") -> list[str]:
    """Addresses of those whom the pretend Zoom has in this status, over all its webinars."""
    living = [webinar for webinar in world.webinars.values() if not webinar.deleted_at]
    return sorted(one.email for webinar in living for one in webinar.with_status(status))


def in_zoom(world: Any) -> list[Any]:
    """The webinars that the pretend Zoom has."""
    return [webinar for webinar in world.webinars.values() if not webinar.deleted_at]


def asked(bridge: Bridge) -> list[str]:
    """Every call to Zoom's API so far, as "METHOD last-word-of-the-path"."""
    (adapter,) = bridge.zoom._session.adapters.values()
    calls = [(request.method, request.path_url.partition("?")[0]) for request in adapter.asked]
    return [f"{method} {path.rpartition('/')[2]}" for method, path in calls if "/v2/" in path]


class Killed(BaseException):
    """What kill -9 looks like from inside: nothing is tidied up."""


def during(bridge: Bridge, call: str, meanwhile: Callable[[], object], *, before: bool = False) -> None:
    """The next call to Zoom of this kind ("METHOD path", a pattern) takes so long that something happens meanwhile:
    before Zoom does it, or after."""
    (network,) = bridge.zoom._session.adapters.values()
    usual = network.app

    def slow(environ: Any, start_response: Any) -> Any:
        if not re.fullmatch(call, f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}"):
            return usual(environ, start_response)
        network.app = usual
        if before:
            meanwhile()
        answer = list(usual(environ, start_response))
        if not before:
            meanwhile()
        return answer

    network.app = slow


def kill_during(bridge: Bridge, call: str, deed: Callable[[], object], *, before: bool) -> None:
    """Does the deed until this call to Zoom, and no further."""

    def die() -> None:
        raise Killed

    during(bridge, call, die, before=before)
    with pytest.raises(Killed):
        deed()


def announce(bridge: Bridge, name: str, webinar_id: str, at: datetime, **thing: Any) -> None:
    """A webhook of Zoom's, kept as the door would keep it."""
    described = {"id": webinar_id, **thing}
    body = {
        "event": name,
        "event_ts": int(at.timestamp() * 1000),
        "payload": {"account_id": "a", "object": described},
    }
    receiving.keep(bridge.db, name, json.dumps(body).encode(), bridge.clock())


def said(letter: Letter) -> str:
    """The letter's text with plain spaces."""
    return letter.text.replace("\xa0", " ")
