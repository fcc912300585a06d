"""Keep one webhook delivery; later apply it. Keeping is one insert, so that Zoom has its answer in time."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.attendance import Fact
from zoom_bridge.domain.drift import CONVERTED
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.look import LookKind
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.flows import adopting, attending, drifting, gathering
from zoom_bridge.store import claims, events, inbox, looks, reports, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.payloads import Malformed, Webhook, parse_webhook

#: Zoom's report is asked for this long after the end; it comes late.
REPORT_AFTER = timedelta(seconds=60)
#: What Zoom tells comes in any order: news of somebody unknown waits so long for the news of their coming.
WAIT_FOR_NEWS = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=30)


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
        if webhook and webhook.name in _WITH_KEYS:
            done["body"] = b""
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
    gathering.owe(news.connection, news.event, news.webhook.sitting, max(news.now, news.webhook.at))
    return outcome


def _recorded(news: News) -> str:
    gathering.recording_ready(news.connection, news.event, news.webhook.sitting, news.now)
    return "recording ready"


def _registrant_came(news: News) -> str:
    """Registered or approved at Zoom: one of ours whose link we now have, or somebody who came by Zoom's form."""
    person = news.webhook.read_registrant()
    if person is None:
        return "without a registrant"
    # Held, so that nobody is let in past a letter to all.
    event = events.hold(news.connection, news.event.id) or news.event
    approved = news.webhook.name.endswith("approved") or person.status == "approved"
    known = adopting.find(news.connection, event.id, person)
    if known is None:
        if not adopting.may_be_attendee(news.event, person):
            return "not an attendee"
        if adopting.take_in(news.connection, event, person, approved, news.webhook.at, news.now):
            return "registered at Zoom"
        # Another delivery about the same person was faster by a moment.
        known = adopting.find(news.connection, event.id, person)
    if known is None or known.registrant_id not in (None, person.id):
        return "nothing to do"
    if known.cancelled_at and not (
        known.cancelled_by == "zoom" and approved and news.webhook.at > known.cancelled_at
    ):
        return "nothing to do"
    adopting.learn(news.connection, event, known, person, approved, news.webhook.at, news.now)
    return "registration known"


def _registrant_went(news: News) -> str:
    """Cancelled or denied at Zoom. Our own removals are told back to us too, and late news must not undo a
    come-back: so only the record we hold counts, and only news from after we last agreed with Zoom."""
    person = news.webhook.read_registrant()
    if person is None:
        return "without a registrant"
    # Held, because the seat may be somebody else's from now on.
    event = events.hold(news.connection, news.event.id) or news.event
    known = adopting.find(news.connection, event.id, person)
    if known is None:
        raise OfSomebodyUnknown("somebody unknown")
    if known.registrant_id != person.id or (known.cancelled_at and known.cancelled_by != "zoom"):
        return "nothing to do"
    if adopting.older(known, news.webhook.at):
        return "older than what we know"
    adopting.let_go(news.connection, event, known, news.webhook.at, news.now)
    return "cancelled at Zoom"


def _webinar_deleted(news: News) -> str:
    if news.event.cancelled_at or news.webhook.object.get("occurrences"):
        return "nothing to do"
    webinars.mark_gone(news.connection, news.twin.id, news.webhook.webinar_id, news.now)
    return "webinar deleted at Zoom"


def _webinar_converted(news: News) -> str:
    """There is a meeting in its place, of which our calls know nothing: for us it is gone, and we know how."""
    if news.event.cancelled_at:
        return "nothing to do"
    webinars.mark_gone(news.connection, news.twin.id, news.webhook.webinar_id, news.now)
    drifting.tell(news.connection, news.event.id, CONVERTED, news.now)
    return "webinar converted to a meeting at Zoom"


def _webinar_changed(news: News) -> str:
    """By somebody, or by ourselves: a look tells."""
    looked = looks.make_due(news.connection, news.event.id, LookKind.WEBINAR, news.now)
    return "looked at" if looked else "nothing to do"


_ACTS: dict[str, Callable[[News], str]] = {
    "webinar.participant_joined": _joined,
    "webinar.participant_left": _left,
    "webinar.started": _started,
    "webinar.ended": _ended,
    "recording.completed": _recorded,
    "webinar.registration_created": _registrant_came,
    "webinar.registration_approved": _registrant_came,
    "webinar.registration_cancelled": _registrant_went,
    "webinar.registration_denied": _registrant_went,
    "webinar.deleted": _webinar_deleted,
    "webinar.updated": _webinar_changed,
    "webinar.recovered": _webinar_changed,
    "webinar.converted_to_meeting": _webinar_converted,
}
#: What holds keys to somebody's files is not kept once it is applied.
_WITH_KEYS = ("recording.completed",)
_OF_A_SITTING = (
    "webinar.participant_joined",
    "webinar.participant_left",
    "webinar.started",
    "webinar.ended",
    "recording.completed",
)
