"""Zoom's whole list of registrants against ours: what no webhook and no answer told us. Who registered here is decided
here, who registered there is decided there; after a look both lists are on the way to agree.

The list is read page by page and never held. What a page shows is believed at once; that somebody is missing is
believed only of a complete list, and only when a second one, a minute later, says so too. Nobody is compared whom Zoom
heard of less than a minute ago or is just being told of: its lists may be behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Any

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.look import Look, next_look
from zoom_bridge.domain.registration import Source, email_key, insiders
from zoom_bridge.flows import adopting
from zoom_bridge.store import claims, counterparts, events, looks, registrations, twin_tables, webinars
from zoom_bridge.store.counterparts import Counterpart
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import WebinarGone
from zoom_bridge.zoom.client import Status, ZoomClient
from zoom_bridge.zoom.payloads import Registrant

#: Zoom's lists can be behind its writes by as much.
BEHIND = timedelta(seconds=60)
_TABLE = twin_tables.looks
#: In this order: whoever is on two lists, because they moved meanwhile, stands last where they are now.
_LISTS: tuple[Status, ...] = ("approved", "pending", "denied")


class Step(Enum):
    """What has to happen to one registration that Zoom shows."""

    NOTHING = auto()
    SEEN_AGAIN = auto()
    LEARN = auto()
    SEAT = auto()
    LET_IN = auto()
    TAKE_OFF = auto()
    LET_GO = auto()
    SYNC = auto()


@dataclass(frozen=True)
class Listed:
    """Somebody on Zoom's list."""

    person: Registrant
    status: Status

    @property
    def approved(self) -> bool:
        return self.status == "approved"


@dataclass
class Comparison:
    """One look on its way. `seen` are ours whom Zoom shows, `others` approved people whose address is on the list under
    another id as well."""

    db: Database
    zoom: ZoomClient
    look: Look
    event: Event
    zoom_id: str
    claim: str
    clock: Callable[[], datetime]
    began: datetime
    aliases: dict[str, int]
    renewed_at: datetime
    seen: set[int] = field(default_factory=set)
    others: list[tuple[int, Listed]] = field(default_factory=list)
    ids_of_others: set[int] = field(default_factory=set)
    unsettled: bool = False


def compare(db: Database, zoom: ZoomClient, look_id: int, claim: str, clock: Callable[[], datetime]) -> None:
    """Read Zoom's list of one event and bring about what differs.

    1. Every page: who is here and there agrees or is put right; who is unknown here is taken in.
    2. After the last page: who should be there and is not is added again, or was removed at Zoom; an address that is
       there twice is there once.
    3. Write down when to look next: soon when something could not be decided yet."""
    with db.reading() as connection:
        look = looks.find(connection, look_id)
        event = events.find(connection, look.event_id) if look else None
        twin = webinars.find_by_event(connection, event.id) if event else None
        aliases = counterparts.aliases(connection, event.id) if event else {}
    now = clock()
    if look is None or event is None or twin is None:
        return
    if event.cancelled_at or now >= event.ends_at or twin.gone_at or twin.zoom_id is None:
        # Nobody comes any more; or there is no list, and adopting a webinar begins the looks anew.
        _finish(db, look, claim, look.looked_at, None)
        return
    work = Comparison(db, zoom, look, event, twin.zoom_id, claim, clock, now, aliases, now)
    try:
        for status in _LISTS:
            for page in zoom.registrants_by_page(work.zoom_id, status):
                if not _take_page(work, [Listed(person, status) for person in page]):
                    return
        _find_missing(work)
        _part_twins(work)
    except WebinarGone:
        with db.transaction() as connection:
            webinars.mark_gone(connection, twin.id, work.zoom_id, clock())
        _finish(db, look, claim, look.looked_at, None)
        return
    except Failure as failure:
        if failure.systemic or not failure.permanent:
            raise
        with db.transaction() as connection:
            claims.postpone(connection, _TABLE, look.id, claim, next_look(event.starts_at, now), failure.message)
        return
    again = now + BEHIND if work.unsettled else next_look(event.starts_at, now)
    _finish(db, look, claim, now, again)


def _finish(db: Database, look: Look, claim: str, looked_at: datetime | None, due_at: datetime | None) -> None:
    with db.transaction() as connection:
        looks.finish(connection, look, claim, due_at, looked_at=looked_at)


def _take_page(work: Comparison, page: Sequence[Listed]) -> bool:
    """False when somebody else has taken over the look."""
    if work.clock() > work.renewed_at + claims.LEASE / 3:
        work.renewed_at = work.clock()
        with work.db.transaction() as connection:
            if not claims.renew(connection, _TABLE, work.claim, [work.look.id], work.renewed_at):
                return False
    with work.db.reading() as connection:
        listed_ids = [one.person.id for one in page]
        by_id = {
            one.registrant_id: one for one in counterparts.by_registrants(connection, work.event.id, listed_ids)
        }
        keys = {email_key(one.person.email) for one in page if one.person.id not in by_id}
        aliased = [work.aliases[key] for key in keys & work.aliases.keys()]
        others = counterparts.by_addresses(connection, work.event.id, keys, aliased) if keys else []
    by_address = {one.email_key: one for one in others} | {one.zoom_email: one for one in others if one.zoom_email}
    differing: list[tuple[Counterpart, Listed]] = []
    newcomers: list[Listed] = []
    for listed in page:
        known = by_id.get(listed.person.id) or by_address.get(email_key(listed.person.email))
        if known is None:
            newcomers += [listed] if listed.status != "denied" else []
        elif known.registrant_id not in (None, listed.person.id) and known.active:
            # Known under another id: which of them stays is decided when the whole list is read.
            if listed.approved:
                work.others.append((known.id, listed))
                work.ids_of_others.add(known.id)
        else:
            work.seen.add(known.id)
            if _next_step(work, known, listed) is not Step.NOTHING:
                differing.append((known, listed))
    for known, listed in differing:
        _put_right(work, known.id, listed)
    for listed in newcomers:
        _take_in(work, listed)
    return True


def _next_step(work: Comparison, ours: Counterpart, listed: Listed) -> Step:
    if ours.gave_up_at and ours.claim is None and ours.active and listed.status != "denied":
        return Step.SYNC  # Zoom did not want them, but there they are
    if not ours.settled:
        return Step.NOTHING
    step = _step(ours, listed)
    if step not in (Step.NOTHING, Step.SEEN_AGAIN) and not _old_enough(work, ours):
        work.unsettled = True
        return Step.NOTHING
    return step


def _step(ours: Counterpart, listed: Listed) -> Step:
    """A pure decision about somebody on whom nobody is at work."""
    if ours.active:
        if listed.status == "denied":
            return Step.LET_GO
        if listed.status == "pending":
            return Step.LET_IN
        same = (
            ours.registrant_id == listed.person.id and (listed.person.join_url or ours.join_url) == ours.join_url
        )
        return Step.LEARN if not same else Step.SEEN_AGAIN if ours.absent_at else Step.NOTHING
    if ours.cancelled_at is None:
        if ours.waits_at_zoom and listed.status != "pending":
            return Step.SEAT if listed.approved else Step.LET_GO
        if ours.registrant_id != listed.person.id and listed.status != "denied":
            return Step.LEARN
        return Step.SEEN_AGAIN if ours.absent_at else Step.NOTHING
    if listed.status == "denied":
        return Step.NOTHING
    if ours.cancelled_by == "zoom":
        return Step.SEAT if listed.approved else Step.NOTHING
    return Step.TAKE_OFF


def _old_enough(work: Comparison, ours: Counterpart) -> bool:
    known_since = max(filter(None, (ours.synced_at, ours.confirmed_at, ours.cancelled_at)), default=None)
    return known_since is None or known_since <= work.began - BEHIND


def _put_right(work: Comparison, registration_id: int, listed: Listed) -> None:
    """Decided once more on the row as it is now."""
    with work.db.transaction() as connection:
        event = events.hold(connection, work.event.id)
        ours = counterparts.lock(connection, registration_id)
        if event is None or ours is None or not _still(connection, work):
            return
        step = _next_step(work, ours, listed)
        now = work.clock()
        person = listed.person
        if step in (Step.SEAT, Step.LET_GO):
            known = registrations.find(connection, ours.id)
            if known and step is Step.LET_GO:
                adopting.let_go(connection, event, known, now, now)
            elif known:
                adopting.learn(connection, event, known, person, listed.approved, now, now)
            return
        learned: dict[str, Any] = {"registrant_id": person.id, "join_url": person.join_url, "absent_at": None}
        if step is Step.SEEN_AGAIN:
            counterparts.mark_absent(connection, [ours.id], None)
        elif step is Step.LEARN:
            registrations.change(connection, ours.id, **learned | {"join_url": person.join_url or ours.join_url})
        elif step in (Step.LET_IN, Step.TAKE_OFF, Step.SYNC):
            _sync(connection, ours, now, **learned)


def _sync(connection: Connection, ours: Counterpart, now: datetime, **learned: Any) -> None:
    """Zoom has to be told once more."""
    registrations.change(
        connection,
        ours.id,
        revision=ours.revision + 1,
        due_at=now,
        attempts=0,
        gave_up_at=None,
        **{"absent_at": None} | learned,
    )


def _take_in(work: Comparison, listed: Listed) -> None:
    if not adopting.may_be_attendee(work.event, listed.person):
        return
    with work.db.transaction() as connection:
        event = events.hold(connection, work.event.id)
        if event is None or not _still(connection, work):
            return
        known = adopting.find(connection, event.id, listed.person)
        if known is None:
            now = work.clock()
            at = min(listed.person.created_at or now, now)
            adopting.take_in(connection, event, listed.person, listed.approved, at, now)
        elif known.registrant_id != listed.person.id:
            # The same address came on the list, or by a webhook, a moment ago.
            work.others.append((known.id, listed))
            work.ids_of_others.add(known.id)
        known = known or adopting.find(connection, event.id, listed.person)
        if known and known.registrant_id == listed.person.id:
            work.seen.add(known.id)


def _still(connection: Connection, work: Comparison) -> bool:
    """Whether the list is still that of the event's webinar."""
    twin = webinars.find_by_event(connection, work.event.id)
    return twin is not None and twin.zoom_id == work.zoom_id and twin.gone_at is None


def _find_missing(work: Comparison) -> None:
    """Who should be on the list, and is on none of them under any id."""
    inside = insiders(work.event)
    after = 0
    while True:
        with work.db.reading() as connection:
            some = counterparts.expected_at_zoom(connection, work.event.id, after)
        if not some:
            return
        after = some[-1].id
        for ours in some:
            listed = ours.id in work.seen or ours.id in work.ids_of_others
            if listed or not ours.settled or ours.email_key in inside:
                continue
            if not _old_enough(work, ours):
                work.unsettled = True
            else:
                _miss(work, ours.id)


def _miss(work: Comparison, registration_id: int) -> None:
    with work.db.transaction() as connection:
        event = events.hold(connection, work.event.id)
        ours = counterparts.lock(connection, registration_id)
        if (
            event is None
            or ours is None
            or not ours.settled
            or not _old_enough(work, ours)
            or not _still(connection, work)
        ):
            return
        now = work.clock()
        if ours.registrant_id is None:
            if ours.active:
                _sync(connection, ours, now)  # they came in by a link of their own until now
        elif ours.absent_at is None:
            counterparts.mark_absent(connection, [ours.id], work.began)
            work.unsettled = True
        elif work.began < ours.absent_at + BEHIND:
            work.unsettled = True
        elif ours.source == Source.ZOOM:
            known = registrations.find(connection, ours.id)
            if known:
                adopting.let_go(connection, event, known, now, now)
        else:
            _sync(connection, ours, now, registrant_id=None, join_url=None)


def _part_twins(work: Comparison) -> None:
    """An address that is on the list twice keeps the place whose link we hold. When that one is gone, the other one is
    theirs."""
    for registration_id, listed in work.others:
        with work.db.transaction() as connection:
            ours = counterparts.lock(connection, registration_id)
            if ours is None or ours.registrant_id == listed.person.id or not _still(connection, work):
                continue
            if not ours.settled or not _old_enough(work, ours):
                # Whoever is given up, or waits until tomorrow, is for the next look.
                soon = ours.settled or ours.claim or (ours.due_at and ours.due_at <= work.began + BEHIND)
                work.unsettled |= bool(soon)
                continue
            if registration_id not in work.seen:
                work.seen.add(registration_id)
                theirs = {"registrant_id": listed.person.id, "join_url": listed.person.join_url}
                registrations.change(connection, ours.id, **theirs, absent_at=None)
                continue
        work.zoom.delete_registrant(work.zoom_id, listed.person.id)
