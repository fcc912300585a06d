"""Keep one webhook delivery; later apply it. Keeping is one insert, so that Zoom has its answer in time."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from zoom_bridge.domain.attendance import Fact
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.registration import Registration, Source, email_key
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.flows import attending
from zoom_bridge.store import claims, events, inbox, outbox, registrations, reports, sightings, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.payloads import LONGEST_NAME, Malformed, Registrant, Webhook, clean, parse_webhook

#: Zoom's report is asked for this long after the end; it comes late.
REPORT_AFTER = timedelta(seconds=60)
#: What Zoom tells comes in any order: news of somebody unknown waits so long for the news of their coming.
WAIT_FOR_NEWS = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=30)
LONGEST_EMAIL = 254


def keep(db: Database, name: str, body: bytes, now: datetime) -> None:
    """Keep a verified delivery. A copy of one that we have changes nothing. Returns after the commit."""
    with db.transaction() as connection:
        inbox.keep(connection, name, body, now)


def apply(db: Database, delivery_id: int, claim: str, now: datetime) -> None:
    """Do what a delivery tells us, and mark it, in one transaction.

    Names we do not know and webinars that are not ours are marked as ignored; of the latter we keep no body,
    because it may speak of people who have nothing to do with us."""
    with db.transaction() as connection:
        delivery = inbox.find(connection, delivery_id)
        if delivery is None:
            return
        webhook = _parsed(delivery.body)
        twin = webinars.find_by_zoom_id(connection, webhook.webinar_id) if webhook and webhook.webinar_id else None
        event = events.find(connection, twin.event_id) if twin else None
        if webhook is None:
            done = {"ignored_at": now, "outcome": "malformed", "body": b""}
        elif twin is None or event is None:
            done = {"ignored_at": now, "outcome": "unknown webinar", "body": b""}
        elif webhook.name not in _ACTS:
            done = {"ignored_at": now, "outcome": "nothing to do"}
        elif webhook.name in _OF_A_SITTING and not webhook.sitting:
            done = {"ignored_at": now, "outcome": "without a sitting"}
        else:
            try:
                outcome = _ACTS[webhook.name](News(connection, twin, event, webhook, now))
                done = {"applied_at": now, "outcome": outcome}
            except OfSomebodyUnknown as unknown:
                if now < delivery.received_at + WAIT_FOR_NEWS:
                    soon = now + LOOK_AGAIN
                    claims.postpone(connection, tables.deliveries, delivery_id, claim, soon, str(unknown))
                    return
                done = {"ignored_at": now, "outcome": str(unknown), "body": b""}
        claims.finish(connection, tables.deliveries, delivery_id, claim, **done)


class OfSomebodyUnknown(Exception):
    """What happened to somebody arrived before the news that there is such a person, or long after they are
    forgotten."""


@dataclass(frozen=True)
class News:
    """What an act needs: the open transaction, the webinar and the event it is about, what was told, and when."""

    connection: Connection
    twin: TwinWebinar
    event: Event
    webhook: Webhook
    now: datetime


def _parsed(body: bytes) -> Webhook | None:
    try:
        return parse_webhook(body)
    except Malformed:
        return None


def _joined(news: News) -> str:
    return attending.record(news.connection, news.event, news.webhook, Fact.JOINED)


def _left(news: News) -> str:
    return attending.record(news.connection, news.event, news.webhook, Fact.LEFT)


def _started(news: News) -> str:
    return attending.record_sitting(news.connection, news.event.id, news.webhook, Fact.STARTED)


def _ended(news: News) -> str:
    if news.webhook.practice:
        return attending.record_sitting(news.connection, news.event.id, news.webhook, Fact.PRACTICE)
    outcome = attending.record_sitting(news.connection, news.event.id, news.webhook, Fact.ENDED)
    reports.owe(
        news.connection,
        news.event.id,
        news.webhook.sitting,
        ended_at=news.webhook.at,
        due_at=max(news.now, news.webhook.at) + REPORT_AFTER,
    )
    return outcome


def _registrant_came(news: News) -> str:
    """Registered or approved at Zoom: one of ours whose link we now have, or somebody who came by Zoom's form."""
    person = news.webhook.read_registrant()
    if person is None:
        return "without a registrant"
    # Held, so that nobody is let in past a letter to all.
    news = replace(news, event=events.hold(news.connection, news.event.id) or news.event)
    approved = news.webhook.name.endswith("approved") or person.status == "approved"
    known = _known(news, person)
    if known is None:
        if not 0 < len(person.email) <= LONGEST_EMAIL:
            return "without an address"
        if _came_by_zoom(news, person, approved):
            return "registered at Zoom"
        # Another delivery about the same person was faster by a moment.
        known = _known(news, person)
    if known is None or known.registrant_id not in (None, person.id):
        return "nothing to do"
    if known.cancelled_at and not (
        known.cancelled_by == "zoom" and approved and news.webhook.at > known.cancelled_at
    ):
        return "nothing to do"
    _learn(news, known, person, approved)
    return "registration known"


def _known(news: News, person: Registrant) -> Registration | None:
    known = registrations.find_by_registrant(news.connection, news.event.id, person.id) or (
        registrations.find_by_email(news.connection, news.event.id, email_key(person.email))
    )
    return registrations.lock(news.connection, known)


def _came_by_zoom(news: News, person: Registrant, approved: bool) -> bool:
    registration = registrations.add(
        news.connection,
        event_id=news.event.id,
        key=secrets.token_urlsafe(12),
        email=person.email,
        email_key=email_key(person.email),
        first_name=clean(person.first_name)[:LONGEST_NAME],
        last_name=clean(person.last_name)[:LONGEST_NAME],
        language=news.event.languages[0],
        source=Source.ZOOM,
        created_at=news.now,
        confirmed_at=news.webhook.at if approved else None,
        registrant_id=person.id,
        join_url=person.join_url,
        revision=1,
        synced_revision=1,
        synced_at=news.webhook.at,
    )
    if registration is None:
        return False
    sightings.recognise(news.connection, registration)
    if approved:
        _welcome(news, registration)
    return True


def _learn(news: News, known: Registration, person: Registrant, approved: bool) -> None:
    """Zoom knows them, and we learn under which id and link. Whom Zoom lets in, or lets in again, has a seat."""
    learned: dict[str, Any] = {"registrant_id": person.id}
    if person.join_url and not _older(news, known):
        learned["join_url"] = person.join_url
    seated = approved and (known.cancelled_at is not None or known.waits_at_zoom)
    if seated:
        learned |= {
            "confirmed_at": known.confirmed_at or news.webhook.at,
            "cancelled_at": None,
            "cancelled_by": None,
        }
    if known.synced_revision == known.revision:
        learned["synced_at"] = max(known.synced_at or news.webhook.at, news.webhook.at)
        if seated:
            # Whoever is at work on this row has to notice.
            learned |= {"revision": known.revision + 1, "synced_revision": known.revision + 1}
    registrations.change(news.connection, known.id, **learned)
    if seated:
        _welcome(news, replace(known, revision=known.revision + 1))


def _welcome(news: News, registration: Registration) -> None:
    """Zoom's own letters are off: ours tells them that they are in, and how to find in."""
    if news.event.public and not news.event.cancelled_at and news.now < news.event.ends_at:
        outbox.queue(
            news.connection,
            Kind.CONFIRMATION,
            [registration.id],
            event_id=news.event.id,
            schedule_revision=news.event.schedule_revision,
            useful_until=useful_until(Kind.CONFIRMATION, news.event, news.now),
            now=news.now,
            occasion=f"v{registration.revision}",
        )


def _registrant_went(news: News) -> str:
    """Cancelled or denied at Zoom. Our own removals are told back to us too, and late news must not undo a
    come-back: so only the record we hold counts, and only news from after we last agreed with Zoom."""
    person = news.webhook.read_registrant()
    if person is None:
        return "without a registrant"
    known = _known(news, person)
    if known is None:
        raise OfSomebodyUnknown("somebody unknown")
    if known.registrant_id != person.id or (known.cancelled_at and known.cancelled_by != "zoom"):
        return "nothing to do"
    if _older(news, known):
        return "older than what we know"
    registrations.change(
        news.connection,
        known.id,
        cancelled_at=max(known.cancelled_at or news.webhook.at, news.webhook.at),
        cancelled_by="zoom",
        join_url=None,
        # Whoever is at work on this row has to notice; Zoom knows already.
        revision=known.revision + 1,
        synced_revision=known.revision + 1,
    )
    return "cancelled at Zoom"


def _older(news: News, known: Registration) -> bool:
    """Whether we and Zoom have agreed, or decided otherwise here, since that happened."""
    since = [moment for moment in (known.synced_at, known.confirmed_at) if moment]
    return bool(since) and news.webhook.at < max(since)


def _webinar_deleted(news: News) -> str:
    if news.event.cancelled_at or news.webhook.object.get("occurrences"):
        return "nothing to do"
    webinars.mark_gone(news.connection, news.twin.id, news.webhook.webinar_id, news.now)
    return "webinar deleted at Zoom"


_ACTS: dict[str, Callable[[News], str]] = {
    "webinar.participant_joined": _joined,
    "webinar.participant_left": _left,
    "webinar.started": _started,
    "webinar.ended": _ended,
    "webinar.registration_created": _registrant_came,
    "webinar.registration_approved": _registrant_came,
    "webinar.registration_cancelled": _registrant_went,
    "webinar.registration_denied": _registrant_went,
    "webinar.deleted": _webinar_deleted,
}
_OF_A_SITTING = ("webinar.participant_joined", "webinar.participant_left", "webinar.started", "webinar.ended")
