"""Bring a handful of panelists, thirty at most, on Zoom in line with ours: take off the panel, add, keep their links.

Zoom's answer to adding says nothing of the people, so its list is read afterwards. When an answer got lost, the list is
read before anybody is asked for again. There is no renaming at Zoom: who has another name is taken off and added."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain import retry
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.registration import email_key
from zoom_bridge.flows.agreeing import LOOK_AGAIN
from zoom_bridge.flows.enrolling import WEBINAR_LATER, WEBINAR_SOON
from zoom_bridge.store import claims, events, panel_seats, twin_tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import WebinarGone
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.panelists import Panelist, name_at_zoom

_TABLE = twin_tables.panel_seats
#: Written on seats that Zoom took and does not show.
NOT_SHOWN = "Zoom took them, but does not show them on its panel yet."

Listed = dict[str, Panelist]


@dataclass(frozen=True)
class _Round:
    """What one run of the flow works with."""

    db: Database
    zoom: ZoomClient
    event_id: int
    zoom_id: str
    claim: str
    clock: Callable[[], datetime]


def sync_panelists(
    db: Database, zoom: ZoomClient, ids: Sequence[int], claim: str, clock: Callable[[], datetime]
) -> None:
    """Bring these claimed seats of one event in line at Zoom.

    1. No webinar yet, or none any more: they wait for it.
    2. Unless all are new, read Zoom's list: who is there already, perhaps from an add whose answer got lost?
    3. Take off who is no longer on the panel, or is there under another name; add who is missing; read their links.
    """
    with db.reading() as connection:
        seats = panel_seats.list_some(connection, ids)
        event = events.find(connection, seats[0].event_id) if seats else None
        twin = webinars.find_by_event(connection, event.id) if event else None
    over = event is None or event.cancelled_at is not None
    if event is None or twin is None or over or twin.gone_at or twin.zoom_id is None:
        gone = twin is None or twin.gone_at is not None
        late = twin is not None and twin.last_error is not None
        _wait_for_webinar(db, ids, claim, clock(), over=over, gone=gone, late=late)
        return
    now = _Round(db, zoom, event.id, twin.zoom_id, claim, clock)
    try:
        _sync(now, seats)
    except WebinarGone as failure:
        with db.transaction() as connection:
            webinars.mark_gone(connection, twin.id, twin.zoom_id, clock())
            for seat in seats:
                claims.give_up(connection, _TABLE, seat.id, claim, clock(), failure.message)


def _sync(now: _Round, seats: Sequence[PanelSeat]) -> None:
    new = all(seat.active and not seat.asked_zoom_at and not seat.panelist_id for seat in seats)
    listed = {} if new else _list(now)
    missing, taken_off = [], set()
    for seat in seats:
        found = listed.get(seat.email_key)
        if found and seat.active and found.name == name_at_zoom(seat.name):
            _done(now, seat, found)
            continue
        if found:
            if not _take_off(now, seat, found):
                continue
            taken_off.add(found.id)
        elif seat.asked_zoom_at and now.clock() < seat.asked_zoom_at + LOOK_AGAIN:
            _look_again(now, seat, seat.asked_zoom_at)
            continue
        if seat.active:
            missing.append(seat)
        else:
            _done(now, seat, None)
    _add(now, missing, taken_off)


def _take_off(now: _Round, seat: PanelSeat, found: Panelist) -> bool:
    with now.db.transaction() as connection:
        if not claims.renew(connection, _TABLE, now.claim, [seat.id], now.clock()):
            return False
    try:
        now.zoom.delete_panelist(now.zoom_id, found.id)
    except Failure as failure:
        if not _final(failure):
            raise
        _give_up(now, seat, failure)
        return False
    return True


def _list(now: _Round) -> Listed:
    return {email_key(panelist.email): panelist for panelist in now.zoom.list_panelists(now.zoom_id)}


def _add(now: _Round, seats: Sequence[PanelSeat], taken_off: Collection[str]) -> None:
    """Zoom refuses a call as a whole: then each is tried alone, so that nobody waits for the one it means. A list that
    is behind may still show who was taken off a moment ago."""
    if not seats:
        return
    try:
        _ask(now, seats)
    except Failure as failure:
        if not _final(failure):
            raise
        if len(seats) > 1:
            for seat in seats:
                _add(now, [seat], taken_off)
        else:
            _give_up(now, seats[0], failure)
        return
    listed = _list(now)
    for seat in seats:
        found = listed.get(seat.email_key)
        if found and found.id not in taken_off:
            _done(now, seat, found)
        else:
            _still_missing(now, seat)


def _ask(now: _Round, seats: Sequence[PanelSeat]) -> None:
    ids = [seat.id for seat in seats]
    with now.db.transaction() as connection:
        if not claims.renew(connection, _TABLE, now.claim, ids, now.clock()):
            return
        panel_seats.mark_asked(connection, ids, now.clock())
    try:
        now.zoom.add_panelists(now.zoom_id, [Panelist(email=seat.email, name=seat.name) for seat in seats])
    except Failure as failure:
        if not failure.outcome_unknown:
            with now.db.transaction() as connection:
                panel_seats.mark_asked(connection, ids, None)
        raise


def _final(failure: Failure) -> bool:
    """Zoom will never do this for this person."""
    return failure.permanent and not failure.systemic and not isinstance(failure, WebinarGone)


def _give_up(now: _Round, seat: PanelSeat, failure: Failure) -> None:
    with now.db.transaction() as connection:
        if claims.give_up(connection, _TABLE, seat.id, now.claim, now.clock(), failure.message):
            _due_again_if_changed(now, connection, seat)


def _still_missing(now: _Round, seat: PanelSeat) -> None:
    """Zoom said yes, and its list does not show them: perhaps it is behind, but not for days."""
    at = now.clock()
    again = retry.next_attempt(Failure(NOT_SHOWN), seat.attempts + 1, at, retry.ZOOM)
    if again is None:
        _give_up(now, seat, Failure(NOT_SHOWN))
        return
    with now.db.transaction() as connection:
        due_at = max(again, at + LOOK_AGAIN)
        claims.postpone(connection, _TABLE, seat.id, now.claim, due_at, NOT_SHOWN)


def _look_again(now: _Round, seat: PanelSeat, asked_at: datetime) -> None:
    """Zoom's list can be behind its writes."""
    with now.db.transaction() as connection:
        due_at = asked_at + LOOK_AGAIN
        claims.postpone(connection, _TABLE, seat.id, now.claim, due_at, "", counted=False)


def _done(now: _Round, seat: PanelSeat, found: Panelist | None) -> None:
    """Write down what Zoom agreed to. What changed meanwhile is due again, and what was agreed about a webinar that is
    to be replaced says nothing of the new one."""
    with now.db.transaction() as connection:
        if not claims.finish(
            connection,
            _TABLE,
            seat.id,
            now.claim,
            synced_revision=seat.revision,
            synced_at=now.clock(),
            asked_zoom_at=None,
            panelist_id=found.id if found else None,
            join_url=(found.join_url or None) if found else None,
        ):
            return
        twin = webinars.find_by_event(connection, now.event_id)
        if twin is None or twin.zoom_id != now.zoom_id:
            panel_seats.change(connection, seat.id, panelist_id=None, join_url=None)
        _due_again_if_changed(now, connection, seat)


def _due_again_if_changed(now: _Round, connection: Connection, seat: PanelSeat) -> None:
    current = panel_seats.find(connection, seat.id)
    if current and current.revision != seat.revision:
        panel_seats.change(connection, seat.id, due_at=now.clock(), gave_up_at=None)


def _wait_for_webinar(
    db: Database, ids: Sequence[int], claim: str, now: datetime, *, over: bool, gone: bool, late: bool
) -> None:
    with db.transaction() as connection:
        for id_ in ids:
            if over:
                claims.finish(connection, _TABLE, id_, claim, synced_revision=_TABLE.c.revision)
            elif gone:
                claims.give_up(connection, _TABLE, id_, claim, now, "The webinar is gone at Zoom.")
            else:
                error = "The webinar is not set up at Zoom yet."
                due_at = now + (WEBINAR_LATER if late else WEBINAR_SOON)
                claims.postpone(connection, _TABLE, id_, claim, due_at, error, counted=False)
