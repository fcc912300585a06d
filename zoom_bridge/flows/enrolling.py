"""Bring a handful of registrations, thirty at most, on Zoom in line with ours: take off the list, add, let in.

Adding burns the person's small daily allowance at Zoom, so nobody is added twice: before the call it is written
down that we ask (`asked_zoom_at`), and if the answer gets lost, Zoom's list is read before anybody is asked for
again. Taking off the list may be repeated as often as needed. Zoom refuses a call as a whole: then each person is
tried alone, so that nobody has to wait for the one it means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain import retry
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.registration import Registration, email_key
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.store import claims, events, registrations, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import WebinarGone
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.payloads import Person, Registrant

#: Zoom takes so many people in one call.
AT_ONCE = 30
#: When the webinar itself is not there yet, its registrants wait this long before they look again: soon while it is
#: being made (and then they are told), later when Zoom does not want to make it.
WEBINAR_SOON = timedelta(seconds=5)
WEBINAR_LATER = timedelta(minutes=1)
#: Zoom's lists can be behind its writes: whoever was asked for is not on them only if they say so this much later.
LOOK_AGAIN = timedelta(seconds=60)
#: "Come back tomorrow" may mean one person's allowance; so many in a row mean ours.
IN_A_ROW = 3
_LONG_WAIT = timedelta(minutes=5)

#: Written on people whom Zoom refused together: next time, too, each of them is tried alone.
ONE_BY_ONE = "Zoom refused a call for several people. Each is tried alone."
_TABLE = tables.registrations


@dataclass(frozen=True)
class Batch:
    """What one run of the flow works with."""

    db: Database
    zoom: ZoomClient
    event_id: int
    zoom_id: str
    claim: str
    clock: Callable[[], datetime]


def sync_registrants(
    db: Database, zoom: ZoomClient, ids: Sequence[int], claim: str, clock: Callable[[], datetime]
) -> None:
    """Bring these claimed registrations of one event in line at Zoom.

    1. No webinar yet, or none any more: they wait for it.
    2. An earlier add without an answer: read Zoom's list and take over whom it shows.
    3. Take off the list who has no seat; add who has one and is not there; let in who waits there.
    """
    with db.reading() as connection:
        people = registrations.list_some(connection, ids)
        event = events.find(connection, people[0].event_id) if people else None
        twin = webinars.find_by_event(connection, event.id) if event else None
    if event is None or twin is None or event.cancelled_at or twin.gone_at or twin.zoom_id is None:
        _wait_for_webinar(db, event, twin, ids, claim, clock)
        return
    batch = Batch(db, zoom, event.id, twin.zoom_id, claim, clock)
    try:
        if any(person.asked_zoom_at for person in people):
            people = _look_first(batch, people)
        _take_off(batch, [person for person in people if not person.active])
        _add(batch, [person for person in people if person.active and person.registrant_id is None])
        _let_in(batch, [person for person in people if person.active and person.registrant_id])
    except WebinarGone as failure:
        with db.transaction() as connection:
            webinars.mark_gone(connection, twin.id, twin.zoom_id, clock())
            for person in people:
                _give_up(connection, batch, person, failure)


def _look_first(batch: Batch, people: list[Registration]) -> list[Registration]:
    """Take over whom Zoom has already; from here on the outcome of the earlier add is known. Only who wants to leave
    and is not listed has to wait: the list may be behind, and they would stay on it for good."""
    there: dict[str, Registrant] = {}
    for status in ("denied", "pending", "approved"):
        for registrant in batch.zoom.list_registrants(batch.zoom_id, status):
            there[email_key(registrant.email)] = registrant
    early = []
    with batch.db.transaction() as connection:
        now = batch.clock()
        for person in people:
            if person.asked_zoom_at is None:
                continue
            found = there.get(person.email_key)
            if found:
                registrations.change(connection, person.id, registrant_id=found.id, join_url=found.join_url)
            elif not person.active and now < person.asked_zoom_at + LOOK_AGAIN:
                due_at = person.asked_zoom_at + LOOK_AGAIN
                claims.postpone(connection, _TABLE, person.id, batch.claim, due_at, "", counted=False)
                early.append(person.id)
        known = [person.id for person in people if person.id not in early]
        registrations.mark_asked(connection, known, None)
        claims.renew(connection, _TABLE, batch.claim, known, now)
        return registrations.list_some(connection, known)


def _take_off(batch: Batch, people: list[Registration]) -> None:
    """Before Zoom is asked, the join URL goes: whoever comes back meanwhile, or after we died over it, is not taken
    for still being there."""
    leaving = [person for person in people if person.registrant_id and not person.waits_at_zoom]
    _done(batch, [(person, _twin(person)) for person in people if person not in leaving])
    for n, person in enumerate(leaving):
        with batch.db.transaction() as connection:
            if not _renew(connection, batch, leaving[n:]):
                return
            registrations.change(connection, person.id, join_url=None)
        try:
            batch.zoom.delete_registrant(batch.zoom_id, person.registrant_id or "")
        except Failure as failure:
            if not _final(failure):
                raise
            with batch.db.transaction() as connection:
                _give_up(connection, batch, person, failure)
        else:
            _done(batch, [(person, None)])


def _add(batch: Batch, people: list[Registration]) -> None:
    alone = [person for person in people if person.last_error == ONE_BY_ONE]
    together = [person for person in people if person.last_error != ONE_BY_ONE]
    try:
        _ask_to_add(batch, together)
    except Failure as failure:
        if not (_final(failure) or _may_be_one_persons(batch, failure)):
            raise
        alone = together + alone
    _add_singly(batch, alone)


def _ask_to_add(batch: Batch, people: list[Registration]) -> None:
    """One call to Zoom, and what came out of it."""
    ids = [person.id for person in people]
    with batch.db.transaction() as connection:
        if not ids or not _renew(connection, batch, people):
            return
        registrations.mark_asked(connection, ids, batch.clock())
    try:
        added = batch.zoom.add_registrants(
            batch.zoom_id, [Person(email=p.email, first_name=p.first_name, last_name=p.last_name) for p in people]
        )
    except Failure as failure:
        if not failure.outcome_unknown:
            with batch.db.transaction() as connection:
                registrations.mark_asked(connection, ids, None)
        raise
    answers = {email_key(registrant.email): registrant for registrant in added}
    there = [(person, answers[person.email_key]) for person in people if person.email_key in answers]
    _done(batch, [(person, registrant) for person, registrant in there if registrant.join_url])
    _let_in(batch, [replace(p, registrant_id=r.id, join_url=None) for p, r in there if not r.join_url])
    if len(people) > len(there):
        raise Failure("Zoom did not answer for everybody in the call.", outcome_unknown=True)


def _add_singly(batch: Batch, people: list[Registration]) -> None:
    in_a_row = 0
    for n, person in enumerate(people):
        try:
            _ask_to_add(batch, [person])
            in_a_row = 0
        except Failure as failure:
            if _final(failure):
                with batch.db.transaction() as connection:
                    _give_up(connection, batch, person, failure)
            elif _may_be_one_persons(batch, failure) and in_a_row + 1 < IN_A_ROW:
                in_a_row += 1
                _postpone(batch, [person], failure, failure.message)
            else:
                whose = failure.message if _may_be_one_persons(batch, failure) else ONE_BY_ONE
                _postpone(batch, people[n:], failure, whose)
                raise


def _let_in(batch: Batch, people: list[Registration]) -> None:
    """Who is at Zoom already but waits or was denied there is approved; then their link is read."""
    _done(batch, [(person, _twin(person)) for person in people if person.join_url])
    waiting = [person for person in people if not person.join_url]
    if not waiting:
        return
    try:
        batch.zoom.change_status(batch.zoom_id, "approve", [_twin(person) for person in waiting])
    except Failure as failure:
        if not _final(failure):
            raise
        if len(waiting) > 1:
            for person in waiting:
                _let_in(batch, [person])
            return
        with batch.db.transaction() as connection:
            _give_up(connection, batch, waiting[0], failure)
        return
    listed = {r.id: r for r in batch.zoom.list_registrants(batch.zoom_id, "approved") if r.join_url}
    _done(batch, [(person, listed[_twin(person).id]) for person in waiting if person.registrant_id in listed])
    missing = [person for person in waiting if person.registrant_id not in listed]
    if missing:
        # They were removed at Zoom since. Zoom gives whoever is there already the same place again.
        with batch.db.transaction() as connection:
            for person in missing:
                registrations.change(connection, person.id, registrant_id=None)
        raise Failure("Somebody to be let in is no longer on Zoom's list; we add them anew.")


def _twin(person: Registration) -> Registrant:
    """What we know of them at Zoom."""
    return Registrant(id=person.registrant_id or "", email=person.email, join_url=person.join_url)


def _final(failure: Failure) -> bool:
    """Zoom will never take this person."""
    return failure.permanent and not failure.systemic and not isinstance(failure, WebinarGone)


def _may_be_one_persons(batch: Batch, failure: Failure) -> bool:
    """Zoom does not say whose daily limit is reached: ours, or that of one person in the call."""
    not_before = failure.not_before
    return failure.status == 429 and not_before is not None and not_before > batch.clock() + _LONG_WAIT


def _renew(connection: Connection, batch: Batch, people: Sequence[Registration]) -> bool:
    return claims.renew(connection, _TABLE, batch.claim, [person.id for person in people], batch.clock())


def _done(batch: Batch, agreed: Sequence[tuple[Registration, Registrant | None]]) -> None:
    """Write down what Zoom agreed to. Whoever changed their mind meanwhile is due again, and what was agreed about a
    webinar that is to be replaced says nothing of the new one."""
    if not agreed:
        return
    with batch.db.transaction() as connection:
        now = batch.clock()
        revisions = {
            person.id: person.revision
            for person, registrant in sorted(agreed, key=lambda pair: pair[0].id)
            if claims.finish(
                connection,
                _TABLE,
                person.id,
                batch.claim,
                synced_revision=person.revision,
                synced_at=now,
                asked_zoom_at=None,
                registrant_id=(registrant.id or None) if registrant else None,
                join_url=registrant.join_url if registrant else None,
            )
        }
        twin = webinars.find_by_event(connection, batch.event_id)
        replaced = twin is None or twin.zoom_id != batch.zoom_id
        for current in registrations.list_some(connection, list(revisions)):
            if replaced:
                registrations.change(connection, current.id, registrant_id=None, join_url=None)
            if current.revision != revisions[current.id]:
                registrations.change(connection, current.id, due_at=now)


def _give_up(connection: Connection, batch: Batch, person: Registration, failure: Failure) -> None:
    now = batch.clock()
    if claims.give_up(connection, _TABLE, person.id, batch.claim, now, failure.message):
        current = registrations.find(connection, person.id)
        if current and current.revision != person.revision:
            registrations.change(connection, person.id, due_at=now, gave_up_at=None)


def _postpone(batch: Batch, people: Sequence[Registration], failure: Failure, error: str) -> None:
    with batch.db.transaction() as connection:
        now = batch.clock()
        for person in people:
            again = retry.next_attempt(failure, person.attempts + 1, now, retry.ZOOM) or now
            claims.postpone(connection, _TABLE, person.id, batch.claim, again, error)


def _wait_for_webinar(
    db: Database,
    event: Event | None,
    twin: TwinWebinar | None,
    ids: Sequence[int],
    claim: str,
    clock: Callable[[], datetime],
) -> None:
    over = event is None or event.cancelled_at is not None
    with db.transaction() as connection:
        now = clock()
        for id_ in ids:
            if over:
                claims.finish(connection, _TABLE, id_, claim, synced_revision=_TABLE.c.revision)
            elif twin is None or twin.gone_at:
                claims.give_up(connection, _TABLE, id_, claim, now, "The webinar is gone at Zoom.")
            else:
                soon = WEBINAR_SOON if twin.last_error is None else WEBINAR_LATER
                error = "The webinar is not set up at Zoom yet."
                claims.postpone(connection, _TABLE, id_, claim, now + soon, error, counted=False)
