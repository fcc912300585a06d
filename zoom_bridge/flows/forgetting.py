"""Erase personal data and old rows when their time is up, at Zoom as well."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.registration import Registration, email_key
from zoom_bridge.flows import agreeing, summing_up
from zoom_bridge.store import (
    allowances,
    decisions,
    events,
    inbox,
    organisers,
    panel_seats,
    pictures,
    registrations,
    rejections,
    sightings,
    takeaways,
    unsaved_forms,
    webinars,
)
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import WebinarGone
from zoom_bridge.zoom.client import ZoomClient

log = logging.getLogger(__name__)

#: Raw webhook deliveries are emptied after this.
KEEP_DELIVERIES = timedelta(days=30)
KEEP_ALLOWANCES = timedelta(days=2)
#: What somebody needs to take part may tell of their health, and what they asked of their mind: it goes first, this
#: long after the event's end.
KEEP_NEEDS = timedelta(days=1)
#: An event form that was typed and never saved.
KEEP_UNSAVED = timedelta(days=30)
#: Pictures that nothing shows: uploaded into a form that may still be saved.
KEEP_PICTURES = timedelta(days=30)


def forget_leftovers(db: Database, now: datetime) -> int:
    """What nobody needs any more: what people needed for an event that is over, sign-ups never confirmed, spent
    sign-ins, old raw deliveries and counters, forms never saved and pictures that nothing shows. Returns how many
    people it was about."""
    with db.transaction() as connection:
        emptied = registrations.forget_needs(connection, now - KEEP_NEEDS)
        inbox.empty_bodies(connection, now - KEEP_DELIVERIES)
        rejections.delete_old(connection, now - KEEP_DELIVERIES)
        organisers.delete_expired(connection, now)
        allowances.delete_old(connection, now - KEEP_ALLOWANCES)
        unsaved_forms.delete_old(connection, now - KEEP_UNSAVED)
        pictures.delete_unused(connection, now - KEEP_PICTURES)
        return emptied + registrations.delete_unconfirmed(connection, now)


def events_to_forget(db: Database, now: datetime) -> list[int]:
    with db.reading() as connection:
        return events.list_to_forget(connection, now)


def forget_attendees(db: Database, zoom: ZoomClient, event_id: int) -> int:
    """Erase everybody who registered for an event, or was on its panel, whose retention date has passed: first at Zoom, one by one, then
    here. A failure at Zoom leaves the rest for the next time. What remains are counts without names, and the figures of
    the report as they were before."""
    _keep_figures(db, event_id)
    with db.reading() as connection:
        twin = webinars.find_by_event(connection, event_id)
        people = registrations.list_for_event(connection, event_id)
    # Gone: Zoom has already forgotten the whole webinar.
    zoom_id = twin.zoom_id if twin and not twin.gone_at else None
    lost = _lost_registrants(zoom, zoom_id, people)
    with db.transaction() as connection:
        sightings.keep_who_they_are(connection, event_id)
    for person in people:
        registrant_id = person.registrant_id or lost.get(agreeing.address(person))
        if zoom_id and registrant_id:
            with _as_far_as_zoom_lets():
                zoom.delete_registrant(zoom_id, registrant_id)
        with db.transaction() as connection:
            sightings.forget_person(connection, person.id)
            registrations.delete(connection, person.id)
    with db.transaction() as connection:
        sightings.forget_guests(connection, event_id)
        decisions.forget(connection, event_id)
        takeaways.forget(connection, event_id)
    return len(people) + _forget_panel(db, zoom, zoom_id, event_id)


def _keep_figures(db: Database, event_id: int) -> None:
    """What cannot be summed up must not keep people's data here."""
    try:
        with db.transaction() as connection:
            summing_up.keep(connection, event_id)
    except (KeyError, TypeError, ValueError):
        log.exception("event %s is forgotten without figures", event_id)


def _forget_panel(db: Database, zoom: ZoomClient, zoom_id: str | None, event_id: int) -> int:
    """Speakers stay on the event's page, their addresses go."""
    with db.reading() as connection:
        seats = panel_seats.list_for_event(connection, event_id)
    keys = {seat.email_key for seat in seats}
    if zoom_id and keys:
        with _as_far_as_zoom_lets():
            for panelist in zoom.list_panelists(zoom_id):
                if email_key(panelist.email) in keys:
                    with _as_far_as_zoom_lets():
                        zoom.delete_panelist(zoom_id, panelist.id)
    with db.transaction() as connection:
        panel_seats.delete_for_event(connection, event_id)
    return len(seats)


def _lost_registrants(zoom: ZoomClient, zoom_id: str | None, people: list[Registration]) -> dict[str, str]:
    """Address → Zoom's id, of those whom Zoom may have although its answer got lost."""
    lost = {agreeing.address(person) for person in people if person.asked_zoom_at and not person.registrant_id}
    found: dict[str, str] = {}
    if zoom_id and lost:
        with suppress(WebinarGone):
            for status in ("denied", "pending", "approved"):
                found |= {email_key(one.email): one.id for one in zoom.list_registrants(zoom_id, status)}
    return {key: registrant_id for key, registrant_id in found.items() if key in lost}


@contextmanager
def _as_far_as_zoom_lets() -> Iterator[None]:
    """What Zoom refuses for good must not keep people's data here for good."""
    try:
        yield
    except Failure as failure:
        if failure.systemic or not failure.permanent:
            raise
        log.warning("somebody cannot be erased at Zoom: %s", failure.message)
