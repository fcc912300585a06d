"""Look at a webinar, because Zoom need not tell us what somebody changes there: is it still there, is it still
what we asked for, may its host still hold webinars? What is found waits for an organiser (`drifting.py`)."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain import drift
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.look import Look, LookKind, next_look
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.flows import drifting, gathering, syncing, twinning
from zoom_bridge.links import Links
from zoom_bridge.store import drifts, events, hosts, looks, panel_seats, registrations, reports, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import NoLicence, WebinarGone
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.payloads import Webinar

Clock = Callable[[], datetime]

#: A sitting that began earlier before the event was a rehearsal.
EARLIEST = timedelta(hours=2)
#: After the end a sitting is asked for this often, until so long after it.
ASK_AGAIN, LATEST = timedelta(hours=1), timedelta(hours=12)


def look_at_webinar(db: Database, zoom: ZoomClient, links: Links, look_id: int, claim: str, clock: Clock) -> None:
    """One look, and when the next one is: none once the event is cancelled, or over and what came of it is known. The
    first one at a webinar also asks whether it was made twice.

    What we hear is compared only if nothing of ours went to Zoom meanwhile: whoever told it compared, too."""
    with db.reading() as connection:
        look = looks.find(connection, look_id)
        event = events.find(connection, look.event_id) if look else None
        twin = webinars.find_by_event(connection, look.event_id) if look else None
    if look is None or event is None or twin is None:
        return
    if event.cancelled_at or clock() >= event.forget_at:
        _finish(db, look, claim, None)
        return
    if clock() >= event.ends_at:
        _look_back(db, zoom, look, event, twin, claim, clock)
        return
    told: Webinar | None = None
    trouble: Failure | None = None
    try:
        told = zoom.get_webinar(twin.zoom_id) if twin.zoom_id else None
    except Failure as failure:
        if failure.systemic or not failure.permanent:
            raise
        trouble = failure
    if told and look.looked_at is None:
        try:
            twinning.part_from_twins(db, zoom, event, twin, syncing.mark_of(event, links), clock)
        except Failure as failure:
            if failure.systemic or not failure.permanent:
                raise
            trouble = failure
    now = clock()
    error = trouble.message if trouble and not isinstance(trouble, WebinarGone | NoLicence) else None
    with db.transaction() as connection:
        webinars.hold(connection, event.id)
        if not looks.finish(
            connection, look, claim, next_look(event.starts_at, now), looked_at=now, last_error=error
        ):
            return
        if not _as_before(connection, twin, event):
            return
        if told:
            _compare(connection, twin, event, links, told, now)
        elif isinstance(trouble, WebinarGone):
            webinars.mark_gone(connection, twin.id, twin.zoom_id or "", twin.gone_at or now)
        elif isinstance(trouble, NoLicence):
            drifting.tell(connection, event.id, drift.LICENCE, now)


def _look_back(
    db: Database, zoom: ZoomClient, look: Look, event: Event, twin: TwinWebinar, claim: str, clock: Clock
) -> None:
    """Once the event is over: Zoom's news of the end may have got lost, and its list of past sittings tells, too. What
    comes after the end is owed from then on."""
    known = zoom.list_sittings(twin.zoom_id) if twin.zoom_id and not twin.gone_at else []
    held = [one for one in known if one.started_at and one.started_at >= event.starts_at - EARLIEST]
    now = clock()
    with db.transaction() as connection:
        for sitting in held:
            reports.owe(connection, event.id, sitting.uuid, ended_at=event.ends_at, due_at=now)
            gathering.owe(connection, event, sitting.uuid, event.ends_at)
        again = None if held or now >= event.ends_at + LATEST else now + ASK_AGAIN
        looks.finish(connection, look, claim, again, looked_at=now, last_error=None)


def _compare(
    connection: Connection, twin: TwinWebinar, event: Event, links: Links, told: Webinar, now: datetime
) -> None:
    webinars.note(connection, twin.id, **syncing.telephony(told))
    if twin.gone_at:
        # Somebody took it out of Zoom's bin: what came in meanwhile is told to it.
        webinars.note(connection, twin.id, gone_at=None)
        webinars.make_due(connection, event.id, now)
        registrations.make_due(connection, event.id, now)
        panel_seats.make_due(connection, event.id, now)
        looks.make_due(connection, event.id, LookKind.REGISTRANTS, now)
        drifts.drop(connection, event.id, drift.CONVERTED)
    if twin.agreed or twin.synced_revision == event.revision:
        drifting.notice(connection, twin, syncing.webinar_request(event, links), told, now)
    host = hosts.find_by_email(connection, twin.host or "")
    if host and host.licensed is False:
        drifting.tell(connection, event.id, drift.LICENCE, now)
    else:
        drifts.drop(connection, event.id, drift.LICENCE)


def _as_before(connection: Connection, twin: TwinWebinar, event: Event) -> bool:
    current_twin = webinars.find(connection, twin.id)
    current = events.find(connection, event.id)
    return (
        current_twin is not None
        and current is not None
        and current.revision == event.revision
        and (current_twin.zoom_id, current_twin.synced_at, current_twin.gone_at)
        == (twin.zoom_id, twin.synced_at, twin.gone_at)
    )


def _finish(db: Database, look: Look, claim: str, due_at: datetime | None) -> None:
    with db.transaction() as connection:
        looks.finish(connection, look, claim, due_at)
