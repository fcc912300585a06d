"""Bring a handful of registrations, thirty at most, on Zoom in line with ours: take off the list, add, let in.

Adding burns the person's small daily allowance at Zoom, so nobody is added twice: before the call it is written
down that we ask (`asked_zoom_at`), and if the answer gets lost, Zoom's list is read before anybody is asked for
again. Taking off the list may be repeated as often as needed. Zoom refuses a call as a whole: then each person is
tried alone, so that nobody has to wait for the one it means."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.registration import Registration, email_key, insiders
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.flows import agreeing, sparing
from zoom_bridge.flows.agreeing import LOOK_AGAIN, Batch
from zoom_bridge.store import claims, events, registrations, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import WebinarGone
from zoom_bridge.zoom.client import Status, ZoomClient
from zoom_bridge.zoom.payloads import Registrant

#: Zoom takes so many people in one call.
AT_ONCE = 30
#: When the webinar itself is not there yet, its registrants wait this long before they look again: soon while it is
#: being made (and then they are told), later when Zoom does not want to make it.
WEBINAR_SOON = timedelta(seconds=5)
WEBINAR_LATER = timedelta(minutes=1)
#: So many are asked for or removed one by one; with more, one call for all of them is less.
FEW = 3
#: Written on people whom Zoom refused together: next time, too, each of them is tried alone.
ONE_BY_ONE = "Zoom refused a call for several people. Each is tried alone."
_TABLE = tables.registrations


def sync_registrants(
    db: Database, zoom: ZoomClient, ids: Sequence[int], claim: str, clock: Callable[[], datetime]
) -> None:
    """Bring these claimed registrations of one event in line at Zoom.

    1. No webinar yet, or none any more: they wait for it.
    2. An earlier add without an answer: read Zoom's list and take over whom it shows.
    3. Take off the list who has no seat; add who has one and is not there; let in who waits there. Hosts and
       panelists come in by links of their own, and Zoom does not take them.
    """
    with db.reading() as connection:
        people = registrations.list_some(connection, ids)
        event = events.find(connection, people[0].event_id) if people else None
        twin = webinars.find_by_event(connection, event.id) if event else None
    if event is None or twin is None or event.cancelled_at or twin.gone_at or twin.zoom_id is None:
        _wait_for_webinar(db, event, twin, ids, claim, clock)
        return
    if event.urgent(clock()):
        zoom = zoom.urgently()
    batch = Batch(db, zoom, event.id, twin.zoom_id, claim, clock, insiders(event))
    try:
        if any(person.asked_zoom_at for person in people):
            people = _look_first(batch, people)
        staying = [person for person in people if person.active and person.email_key not in batch.insiders]
        _take_off(batch, [person for person in people if person not in staying])
        _add(batch, [person for person in staying if person.registrant_id is None])
        _let_in(batch, [person for person in staying if person.registrant_id])
    except WebinarGone as failure:
        with db.transaction() as connection:
            webinars.mark_gone(connection, twin.id, twin.zoom_id, clock())
            for person in people:
                agreeing.give_up(connection, batch, person, failure)


def _look_first(batch: Batch, people: list[Registration]) -> list[Registration]:
    """Take over whom Zoom has already; from here on the outcome of the earlier add is known. Only who wants to leave
    and is not listed has to wait: the list may be behind, and they would stay on it for good."""
    there = _listed(batch, {agreeing.address(person) for person in people if person.asked_zoom_at})
    early = []
    with batch.db.transaction() as connection:
        now = batch.clock()
        for person in people:
            if person.asked_zoom_at is None:
                continue
            found = there.get(agreeing.address(person))
            if found:
                registrations.change(connection, person.id, registrant_id=found.id, join_url=found.join_url)
            elif not person.active and now < person.asked_zoom_at + LOOK_AGAIN:
                due_at = person.asked_zoom_at + LOOK_AGAIN
                claims.postpone(connection, _TABLE, person.id, batch.claim, due_at, "", counted=False)
                early.append(person.id)
        known = [person.id for person in people if person.id not in early]
        lost = [p for p in people if p.id in known and p.asked_zoom_at and agreeing.address(p) not in there]
        sparing.was_not_added(connection, batch.zoom_id, lost, now)
        registrations.mark_asked(connection, known, None)
        claims.renew(connection, _TABLE, batch.claim, known, now)
        return registrations.list_some(connection, known)


def _listed(batch: Batch, addresses: set[str], *statuses: Status) -> dict[str, Registrant]:
    """Those of these addresses that are on Zoom's list. It is read no further than until all are found."""
    there: dict[str, Registrant] = {}
    for status in statuses or ("approved", "pending", "denied"):
        for page in batch.zoom.registrants_by_page(batch.zoom_id, status):
            for registrant in page:
                if email_key(registrant.email) in addresses:
                    there.setdefault(email_key(registrant.email), registrant)
            if len(there) == len(addresses):
                return there
    return there


def _take_off(batch: Batch, people: list[Registration]) -> None:
    """Before Zoom is asked, the join URL goes: whoever comes back meanwhile, or after we died over it, is not taken
    for still being there. A few are removed, each in a call; many are cancelled together. Then Zoom keeps them as
    denied, and lets them in again when they come back."""
    leaving = [person for person in people if person.registrant_id and not person.waits_at_zoom]
    agreeing.done(batch, [(person, agreeing.as_registrant(person)) for person in people if person not in leaving])
    if len(leaving) > FEW:
        leaving = _cancel_together(batch, leaving)
    for n, person in enumerate(leaving):
        if not _begin_to_take_off(batch, leaving[n:], [person]):
            return
        try:
            batch.zoom.delete_registrant(batch.zoom_id, person.registrant_id or "")
        except Failure as failure:
            if not agreeing.final(failure):
                raise
            with batch.db.transaction() as connection:
                agreeing.give_up(connection, batch, person, failure)
        else:
            agreeing.done(batch, [(person, None)])


def _cancel_together(batch: Batch, leaving: list[Registration]) -> list[Registration]:
    """Returns whom that could not be done for."""
    if not _begin_to_take_off(batch, leaving, leaving):
        return []
    with batch.db.transaction() as connection:
        leaving = sparing.may_change_status(connection, batch.zoom_id, leaving, batch.claim, batch.clock())
    try:
        batch.zoom.change_status(batch.zoom_id, "cancel", [agreeing.as_registrant(person) for person in leaving])
    except Failure as failure:
        if not agreeing.final(failure):
            with batch.db.transaction() as connection:
                sparing.status_was_not_changed(connection, batch.zoom_id, leaving, batch.clock())
        if not (agreeing.final(failure) or agreeing.is_one_persons(failure)):
            raise
        return leaving
    agreeing.done(batch, [(person, replace(agreeing.as_registrant(person), join_url=None)) for person in leaving])
    return []


def _begin_to_take_off(batch: Batch, held: list[Registration], people: list[Registration]) -> bool:
    with batch.db.transaction() as connection:
        if not agreeing.renew(connection, batch, held):
            return False
        for person in people:
            registrations.change(connection, person.id, join_url=None)
    return True


def _add(batch: Batch, people: list[Registration]) -> None:
    alone = [person for person in people if person.last_error == ONE_BY_ONE]
    together = [person for person in people if person.last_error != ONE_BY_ONE]
    try:
        _ask_to_add(batch, together)
    except Failure as failure:
        if not (agreeing.final(failure) or agreeing.is_one_persons(failure)):
            raise
        alone = together + alone
    _add_singly(batch, alone)


def _ask_to_add(batch: Batch, people: list[Registration]) -> None:
    """One call to Zoom, and what came out of it."""
    with batch.db.transaction() as connection:
        if not people or not agreeing.renew(connection, batch, people):
            return
        people = sparing.may_be_added(connection, batch.zoom_id, people, batch.claim, batch.clock())
        ids = [person.id for person in people]
        registrations.mark_asked(connection, ids, batch.clock())
    if not people:
        return
    try:
        added = batch.zoom.add_registrants(batch.zoom_id, [agreeing.as_person(person) for person in people])
    except Failure as failure:
        if not failure.outcome_unknown:
            with batch.db.transaction() as connection:
                registrations.mark_asked(connection, ids, None)
                if not agreeing.final(failure):
                    sparing.was_not_added(connection, batch.zoom_id, people, batch.clock())
        raise
    answers = {email_key(registrant.email): registrant for registrant in added}
    there = [
        (person, answers[agreeing.address(person)]) for person in people if agreeing.address(person) in answers
    ]
    agreeing.done(batch, [(person, registrant) for person, registrant in there if registrant.join_url])
    _let_in(batch, [replace(p, registrant_id=r.id, join_url=None) for p, r in there if not r.join_url])
    if len(people) > len(there):
        raise Failure("Zoom did not answer for everybody in the call.", outcome_unknown=True)


def _add_singly(batch: Batch, people: list[Registration]) -> None:
    refused: list[tuple[Registration, Failure]] = []
    for n, person in enumerate(people):
        try:
            _ask_to_add(batch, [person])
        except Failure as failure:
            if agreeing.final(failure):
                refused.append((person, failure))
            elif agreeing.is_one_persons(failure):
                agreeing.postpone(batch, [person], failure, failure.message)
            else:
                agreeing.postpone(batch, people[n:], failure, ONE_BY_ONE)
                raise
    if refused:
        _let_in_or_give_up(batch, refused)


def _let_in_or_give_up(batch: Batch, refused: list[tuple[Registration, Failure]]) -> None:
    """Whom Zoom has as denied it does not take again, but they can be let in."""
    denied = _listed(batch, {agreeing.address(person) for person, _ in refused}, "denied")
    with batch.db.transaction() as connection:
        for person, failure in refused:
            if found := denied.get(agreeing.address(person)):
                registrations.change(connection, person.id, registrant_id=found.id, join_url=None)
            else:
                agreeing.give_up(connection, batch, person, failure)
    found_again = [
        (person, denied[agreeing.address(person)]) for person, _ in refused if agreeing.address(person) in denied
    ]
    _let_in(batch, [replace(person, registrant_id=twin.id, join_url=None) for person, twin in found_again])


def _let_in(batch: Batch, people: list[Registration]) -> None:
    """Who is at Zoom already but waits or was denied there is approved; then their link is read."""
    agreeing.done(batch, [(person, agreeing.as_registrant(person)) for person in people if person.join_url])
    waiting = [person for person in people if not person.join_url]
    if not waiting:
        return
    with batch.db.transaction() as connection:
        waiting = sparing.may_change_status(connection, batch.zoom_id, waiting, batch.claim, batch.clock())
    if not waiting:
        return
    try:
        batch.zoom.change_status(batch.zoom_id, "approve", [agreeing.as_registrant(person) for person in waiting])
    except Failure as failure:
        if not agreeing.final(failure):
            with batch.db.transaction() as connection:
                sparing.status_was_not_changed(connection, batch.zoom_id, waiting, batch.clock())
        if not (agreeing.final(failure) or agreeing.is_one_persons(failure)):
            raise
        if len(waiting) > 1:
            for person in waiting:
                _let_in(batch, [person])
            return
        if agreeing.is_one_persons(failure):
            agreeing.postpone(batch, waiting, failure, failure.message)
            return
        with batch.db.transaction() as connection:
            agreeing.give_up(connection, batch, waiting[0], failure)
        return
    listed = _read_links(batch, waiting)
    agreeing.done(
        batch,
        [
            (person, listed[agreeing.as_registrant(person).id])
            for person in waiting
            if person.registrant_id in listed
        ],
    )
    missing = [person for person in waiting if person.registrant_id not in listed]
    if missing:
        # They were removed at Zoom since. Zoom gives whoever is there already the same place again.
        with batch.db.transaction() as connection:
            for person in missing:
                registrations.change(connection, person.id, registrant_id=None)
        raise Failure("Somebody to be let in is no longer on Zoom's list; we add them anew.")


def _read_links(batch: Batch, people: list[Registration]) -> dict[str, Registrant]:
    """By Zoom's id. Of a few each is asked for: the list may be long."""
    if len(people) > FEW:
        told: Sequence[Registrant | None] = batch.zoom.list_registrants(batch.zoom_id, "approved")
    else:
        told = [batch.zoom.find_registrant(batch.zoom_id, agreeing.as_registrant(person).id) for person in people]
    return {one.id: one for one in told if one and one.join_url and one.status == "approved"}


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
