"""Bring one webinar, or a handful of registrants, on Zoom in line with ours.

Everything here may be stopped at any moment and is simply done again: what was under way is written down before
it starts (`asked_zoom_at`), and looked for before it is repeated."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from zoom_bridge.domain.drift import LICENCE
from zoom_bridge.domain.event import Event, lines_of
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.look import LookKind, next_look
from zoom_bridge.domain.webinar import DialIn, TwinWebinar
from zoom_bridge.flows import drifting, polling, sparing
from zoom_bridge.links import Links
from zoom_bridge.store import claims, drifts, events, looks, panel_seats, registrations, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import WebinarGone
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.payloads import Webinar, WebinarRequest

#: Zoom's lists can be behind its writes: what was asked for is absent only if two looks this far apart agree.
LOOK_AGAIN = timedelta(seconds=60)

#: And then whom we asked for.
HOSTS_REFUSED = "Zoom takes only licensed users of its account as alternative hosts; at least one of these is none"
_ZOOMS_LANGUAGES = {"de": "de-DE", "en": "en-US"}

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Reading:
    """What we asked Zoom for, what it told afterwards, which aspects we left as Zoom has them, and what an organiser
    should know although the webinar is in line."""

    request: WebinarRequest
    told: Webinar
    left: frozenset[str]
    trouble: str | None = None


def sync_webinar(db: Database, zoom: ZoomClient, links: Links, webinar_id: int, claim: str, clock: Clock) -> None:
    """Make, change, compare or remove the webinar of one event.

    1. Cancelled: remove it. Host changed: remove it and start over, because Zoom cannot hand webinars on.
    2. No webinar yet: if an earlier create ended without an answer, look for it first (`_look_for`). Otherwise
       write down that we ask, then create.
    3. Look what Zoom has: what somebody changed there is not overwritten, it waits for an organiser (`drifting.py`).
    4. Tell Zoom everything else as it is now, read it back, and write down what came out. The polls follow.
    """
    twin, event = _read(db, webinar_id)
    if event.urgent(clock()):
        zoom = zoom.urgently()
    if event.cancelled_at or (twin.host and twin.host != event.zoom_host):
        if not _remove(db, zoom, links, twin, event, claim, clock) or event.cancelled_at:
            return
        twin, event = _read(db, webinar_id)
    zoom_id = twin.zoom_id or _found_or_created(db, zoom, links, twin, event, claim, clock)
    if zoom_id is None:
        return
    try:
        request = webinar_request(event, links)
        left: frozenset[str] = frozenset()
        if twin.agreed:
            told = zoom.get_webinar(zoom_id)
            with db.transaction() as connection:
                webinars.hold(connection, event.id)
                left = drifting.notice(connection, twin, request, told, clock())
                drifting.about_to_ask(connection, twin, request, told)
        with _change_counted(db, event, clock), _hosts_named(request):
            zoom.update_webinar(zoom_id, request, left)
        told = zoom.get_webinar(zoom_id)
        trouble = polling.sync_polls(db, zoom, twin, zoom_id, event, claim, clock)
        read = Reading(request, told, left, trouble)
        _finish(db, replace(twin, zoom_id=zoom_id), event, claim, clock, read)
    except WebinarGone:
        with db.transaction() as connection:
            if claims.finish(connection, tables.webinars, twin.id, claim, gone_at=clock()):
                _begin_anew_if_wanted(connection, twin.id, zoom_id, clock())


def webinar_request(event: Event, links: Links) -> WebinarRequest:
    """What Zoom is told of an event. The agenda begins with what fits into Zoom's lists, which cut it: our page's
    address, by which a webinar is recognised as this event's."""
    words = event.wording(event.languages[0])
    return WebinarRequest(
        topic=words.title,
        agenda="\n\n".join(filter(None, (mark_of(event, links), words.subtitle))),
        start_time=event.starts_at,
        minutes=event.minutes,
        timezone=event.timezone,
        practice_session=event.practice_session,
        question_and_answer=event.participation,
        recording=event.recording,
        alternative_hosts=lines_of(event.alternative_hosts),
        open_door=event.open_door,
        email_language=_ZOOMS_LANGUAGES[event.languages[0]],
        contact_name=event.help_name,
        contact_email=event.help_email,
    )


def telephony(told: Webinar) -> dict[str, Any]:
    """How people come in by telephone."""
    return {
        "dial_in": tuple(DialIn(one.country, one.number, one.city, one.free) for one in told.dial_in),
        "passcode": told.passcode,
    }


@contextmanager
def _hosts_named(request: WebinarRequest) -> Iterator[None]:
    """Zoom's own words come without addresses, and nobody would know whom it means."""
    try:
        yield
    except Failure as failure:
        if not request.alternative_hosts or "alternative" not in failure.message:
            raise
        asked = ", ".join(request.alternative_hosts)
        raise Failure(
            f"{HOSTS_REFUSED}: {asked}", permanent=True, status=failure.status, code=failure.code
        ) from failure


@contextmanager
def _change_counted(db: Database, event: Event, clock: Clock) -> Iterator[None]:
    with db.transaction() as connection:
        sparing.spend_change(connection, event, clock())
    try:
        yield
    except Failure as failure:
        with db.transaction() as connection:
            sparing.change_was_not_made(connection, event, failure, clock())
        raise


def mark_of(event: Event, links: Links) -> str:
    return links.event(event.slug)


def _found_or_created(
    db: Database, zoom: ZoomClient, links: Links, twin: TwinWebinar, event: Event, claim: str, clock: Clock
) -> str | None:
    """The id of the event's webinar at Zoom; None when it has to be looked for once more later."""
    if twin.asked_zoom_at:
        found = _look_for(zoom, links, twin, event)
        if found:
            return _adopt(db, twin, event, found, claim, clock)
        if twin.absent_at is None or clock() < twin.absent_at + LOOK_AGAIN:
            _wait_for_second_look(db, twin, claim, clock)
            return None
    with db.transaction() as connection:
        if not claims.renew(connection, tables.webinars, claim, [twin.id], clock()):
            return None
        if not twin.asked_zoom_at:  # one that got lost was counted
            sparing.spend_change(connection, event, clock())
        webinars.note(connection, twin.id, asked_zoom_at=clock(), absent_at=None, host=event.zoom_host)
    request = webinar_request(event, links)
    try:
        with _hosts_named(request):
            created = zoom.create_webinar(event.zoom_host, request)
    except Failure as failure:
        if not failure.outcome_unknown:
            with db.transaction() as connection:
                webinars.note(connection, twin.id, asked_zoom_at=None)
                sparing.change_was_not_made(connection, event, failure, clock())
        raise
    return _adopt(db, twin, event, created, claim, clock)


def _look_for(zoom: ZoomClient, links: Links, twin: TwinWebinar, event: Event) -> Webinar | None:
    """Among those of the host whom we asked to have it."""
    mark = mark_of(event, links)
    listed = zoom.list_webinars(twin.host or event.zoom_host)
    ours = [webinar for webinar in listed if mark in webinar.agenda.split()]
    return min(ours, key=lambda webinar: (str(webinar.created_at), webinar.id), default=None)


def _adopt(
    db: Database, twin: TwinWebinar, event: Event, webinar: Webinar, claim: str, clock: Clock
) -> str | None:
    """Keep the id, even if our claim is lost by now: but never in place of another one's. Who waited for the webinar
    need not wait any longer."""
    with db.transaction() as connection:
        adopted = webinars.adopt(connection, twin.id, webinar.id, event.zoom_host)
        held = claims.renew(connection, tables.webinars, claim, [twin.id], clock())
        registrations.make_due(connection, event.id, clock())
        panel_seats.make_due(connection, event.id, clock())
        looks.plan(connection, event.id, clock())
    return webinar.id if adopted and held else None


def _wait_for_second_look(db: Database, twin: TwinWebinar, claim: str, clock: Clock) -> None:
    first_look = twin.absent_at or clock()
    with db.transaction() as connection:
        webinars.note(connection, twin.id, absent_at=first_look)
        claims.postpone(
            connection,
            tables.webinars,
            twin.id,
            claim,
            first_look + LOOK_AGAIN,
            "Zoom did not say whether the webinar was made. We look once more before we make another.",
            counted=False,
        )


def _remove(
    db: Database, zoom: ZoomClient, links: Links, twin: TwinWebinar, event: Event, claim: str, clock: Clock
) -> bool:
    """Delete the webinar. A create whose answer got lost is looked for first, or it would stay behind."""
    zoom_id = twin.zoom_id
    if zoom_id is None and twin.asked_zoom_at:
        found = _look_for(zoom, links, twin, event)
        if found is None and (twin.absent_at is None or clock() < twin.absent_at + LOOK_AGAIN):
            _wait_for_second_look(db, twin, claim, clock)
            return False
        zoom_id = found.id if found else None
    if zoom_id and not twin.gone_at:
        zoom.delete_webinar(zoom_id)
    if event.cancelled_at:
        _finish(db, twin, event, claim, clock)
        return True
    with db.transaction() as connection:
        webinars.forget_twin(connection, twin.id, clock())
        registrations.forget_twins(connection, event.id, clock())
        panel_seats.forget_twins(connection, event.id, clock())
        return claims.renew(connection, tables.webinars, claim, [twin.id], clock())


def _finish(
    db: Database, twin: TwinWebinar, event: Event, claim: str, clock: Clock, read: Reading | None = None
) -> None:
    """Write down the revision Zoom agreed to, and what we read of the webinar: nothing when it is removed. If the
    event changed meanwhile, the row is due again: finishing takes the row's lock first, so a change is either seen
    here or makes the row due after us."""
    learned = {"agreed": "", "dial_in": (), "passcode": ""}
    if read:
        learned = telephony(read.told) | {"agreed": drifting.agreed(read.request, read.told)}
    with db.transaction() as connection:
        now = clock()
        if claims.finish(
            connection,
            tables.webinars,
            twin.id,
            claim,
            synced_revision=event.revision,
            synced_at=now,
            asked_zoom_at=None,
            last_error=read.trouble if read else None,
            **learned,
            # News that it is gone, which came while we were asking, is newer than what we asked.
            **({"gone_at": None} if twin.gone_at else {}),
        ):
            current = events.find(connection, event.id)
            if current and current.revision != event.revision:
                webinars.make_due(connection, event.id, now)
            if read:
                drifting.notice(connection, twin, read.request, read.told, now, just_told=True, left=read.left)
                drifts.drop(connection, event.id, LICENCE)
                looks.make_due(connection, event.id, LookKind.WEBINAR, next_look(event.starts_at, now))
                # It may have been over, or later than it is now.
                looks.bring_forward(connection, event.id, LookKind.REGISTRANTS, next_look(event.starts_at, now))
            else:
                drifts.forget(connection, event.id)
            _begin_anew_if_wanted(connection, twin.id, twin.zoom_id, now)


def _begin_anew_if_wanted(connection: Connection, webinar_id: int, zoom_id: str | None, now: datetime) -> None:
    """What we learned was about a webinar that is to be replaced: it says nothing of the new one."""
    current = webinars.find(connection, webinar_id)
    if current and current.zoom_id != zoom_id:
        webinars.forget_twin(connection, webinar_id, now)


def _read(db: Database, webinar_id: int) -> tuple[TwinWebinar, Event]:
    with db.reading() as connection:
        twin = webinars.find(connection, webinar_id)
        event = events.find(connection, twin.event_id) if twin else None
    if twin is None or event is None:
        raise Failure("The event is no longer there.", permanent=True)
    return twin, event
