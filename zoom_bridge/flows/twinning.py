"""A second webinar of the same event: something on the way sent our one request to Zoom twice. It is found by our mark
and by when it was made, and goes if nobody is in it; otherwise an organiser is told."""

from collections.abc import Callable
from datetime import datetime, timedelta

from zoom_bridge.domain import drift
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.flows import drifting
from zoom_bridge.store import drifts, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.client import Status, ZoomClient
from zoom_bridge.zoom.payloads import Webinar

#: A request that was doubled arrives twice within moments. What was made later is somebody's copy, and theirs.
_WITHIN = timedelta(minutes=2)
_STATUSES: tuple[Status, ...] = ("approved", "pending", "denied")


def part_from_twins(
    db: Database, zoom: ZoomClient, event: Event, twin: TwinWebinar, mark: str, clock: Callable[[], datetime]
) -> None:
    """Of several webinars that were made for the event at once, keep the one we know; `mark` is what its agenda begins
    with. One in which somebody is already, or that Zoom does not delete, stays and is told of."""
    doubles = _doubles(db, zoom.list_webinars(twin.host or event.zoom_host), twin, mark)
    taken = [double for double in doubles if _has_people(zoom, double.id)]
    for double in doubles:
        if double not in taken and not _deleted(zoom, double.id):
            taken.append(double)
    with db.transaction() as connection:
        if taken:
            drifting.tell(connection, event.id, drift.DOUBLED, clock())
        else:
            drifts.drop(connection, event.id, drift.DOUBLED)


def _doubles(db: Database, listed: list[Webinar], twin: TwinWebinar, mark: str) -> list[Webinar]:
    ours = next((webinar for webinar in listed if webinar.id == twin.zoom_id), None)
    if ours is None or ours.created_at is None:
        return []
    marked = [
        webinar
        for webinar in listed
        if webinar is not ours
        and mark in webinar.agenda.split()
        and webinar.created_at
        and abs(webinar.created_at - ours.created_at) <= _WITHIN
    ]
    with db.reading() as connection:
        return [webinar for webinar in marked if webinars.find_by_zoom_id(connection, webinar.id) is None]


def _deleted(zoom: ZoomClient, zoom_id: str) -> bool:
    """False when Zoom refuses it, for example because it is running."""
    try:
        zoom.delete_webinar(zoom_id)
    except Failure as failure:
        if failure.systemic or not failure.permanent:
            raise
        return False
    return True


def _has_people(zoom: ZoomClient, zoom_id: str) -> bool:
    return any(zoom.list_registrants(zoom_id, status) for status in _STATUSES)
