"""Keep one webhook delivery; later apply it. Keeping is one insert, so that Zoom has its answer in time."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.delivery import WebhookDelivery
from zoom_bridge.domain.drift import CONVERTED
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.look import LookKind
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.flows import adopting, attending, drifting, gathering
from zoom_bridge.store import claims, events, inbox, looks, rejections, reports, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.payloads import Malformed, Webhook, parse_webhook, told_at

#: Zoom's report is asked for this long after the end; it comes late.
REPORT_AFTER = timedelta(seconds=60)
#: What Zoom tells comes in any order: news of somebody unknown waits so long for the news of their coming.
WAIT_FOR_NEWS = timedelta(minutes=10)
LOOK_AGAIN = timedelta(seconds=30)


def keep(db: Database, name: str, body: bytes, now: datetime, event_ts: object = None) -> None:
    """Keep a verified delivery. A copy of one that we have changes nothing. Returns after the commit, which is one for
    all who keep something just now. `event_ts`: what the delivery says of when it happened."""
    db.write_together(inbox.keep, inbox.as_row(name, body, told_at(event_ts), now))


def count_refused(db: Database, refused: Mapping[tuple[datetime, str], int], last_at: datetime) -> None:
    """Deliveries that were turned away, by hour and reason."""
    with db.transaction() as connection:
        rejections.add(connection, refused, last_at)


def apply(db: Database, delivery_ids: Sequence[int], claim: str, now: datetime) -> None:
    """Do what these deliveries tell us, and mark them.

    1. They are read, and understood, before anything is locked.
    2. Each is applied in a transaction of its own,
    3. but those that only tell who came and who went, which on an evening are nearly all, together with the others
       about their event, in one order for all workers."""
    with db.reading() as connection:
        deliveries = inbox.list_some(connection, delivery_ids)
    of_people: dict[str, list[Told]] = defaultdict(list)
    for delivery in deliveries:
        told = Told(delivery, _parsed(delivery.body))
        if told.of_a_person:
            of_people[told.webhook.webinar_id].append(told)  # type: ignore[union-attr]
        else:
            _apply(db, told, claim, now)
    for people in of_people.values():
        _apply_together(db, people, claim, now)


def apply_again(db: Database, now: datetime, delivery_id: int | None = None) -> int:
    """Whatever was made of this delivery, or of all that failed, it is done once more; what is known already stays as
    it is. Returns how many there are: of those whose body is gone nothing can be read any more."""
    with db.transaction() as connection:
        return inbox.make_due(connection, now, delivery_id)


def webinar_id(delivery: WebhookDelivery) -> str:
    """Zoom's id of the webinar that a delivery is about; "" when none can be read."""
    webhook = _parsed(delivery.body)
    return webhook.webinar_id if webhook else ""


@dataclass(frozen=True)
class Told:
    """A delivery, and what it says; None when it makes no sense."""

    delivery: WebhookDelivery
    webhook: Webhook | None

    @property
    def body(self) -> bytes:
        return self.delivery.body

    @property
    def of_a_person(self) -> bool:
        return self.webhook is not None and self.webhook.name in _OF_A_PERSON


def _apply(db: Database, told: Told, claim: str, now: datetime) -> None:
    with db.transaction() as connection:
        try:
            done = _done(connection, told, now)
        except OfSomebodyUnknown as unknown:
            if now < told.delivery.received_at + WAIT_FOR_NEWS:
                soon, why = now + LOOK_AGAIN, str(unknown)
                claims.postpone(connection, tables.deliveries, told.delivery.id, claim, soon, why, counted=False)
                return
            done = _ignored(str(unknown), now, emptied=True)
        claims.finish(connection, tables.deliveries, told.delivery.id, claim, **done)


def _apply_together(db: Database, people: Sequence[Told], claim: str, now: datetime) -> None:
    """Who came and who went, all of one webinar."""
    with db.transaction() as connection:
        _, event = _subject(connection, people[0].webhook)
        heard = [told for told in people if event and told.webhook and told.webhook.sitting]
        outcomes = (
            attending.record(connection, event, *(told.webhook for told in heard if told.webhook)) if event else []
        )
        done = {told.delivery.id: _applied(outcome, now) for told, outcome in zip(heard, outcomes, strict=True)}
        others = [told for told in people if told.delivery.id not in done]
        claims.finish_each(connection, tables.deliveries, claim, done)
        for told in others:
            claims.finish(connection, tables.deliveries, told.delivery.id, claim, **_done(connection, told, now))


def _subject(connection: Connection, webhook: Webhook | None) -> tuple[TwinWebinar | None, Event | None]:
    """The webinar, and the event, that it is about."""
    twin = webinars.find_by_zoom_id(connection, webhook.webinar_id) if webhook and webhook.webinar_id else None
    return twin, events.find(connection, twin.event_id) if twin else None


def _done(connection: Connection, told: Told, now: datetime) -> dict[str, object]:
    """Names we do not know and webinars that are not ours are marked as ignored; of the latter we keep no body, because
    it may speak of people who have nothing to do with us."""
    webhook = told.webhook
    if webhook is None:
        return _ignored("malformed", now, emptied=True)
    twin, event = _subject(connection, webhook)
    if twin is None or event is None:
        return _ignored("unknown webinar", now, emptied=True)
    with_keys = webhook.name in _WITH_KEYS
    if webhook.name not in _ACTS:
        return _ignored("nothing to do", now, emptied=with_keys)
    if webhook.name in _OF_A_SITTING and not webhook.sitting:
        return _ignored("without a sitting", now, emptied=with_keys)
    outcome = _ACTS[webhook.name](News(connection, twin, event, webhook, now))
    return _applied(outcome, now) | ({"body": b""} if with_keys else {})


def _applied(outcome: str, now: datetime) -> dict[str, object]:
    return {"applied_at": now, "ignored_at": None, "outcome": outcome}


def _ignored(outcome: str, now: datetime, *, emptied: bool) -> dict[str, object]:
    return {"applied_at": None, "ignored_at": now, "outcome": outcome} | ({"body": b""} if emptied else {})


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


def _seen(news: News) -> str:
    return attending.record(news.connection, news.event, news.webhook)[0]


def _ended(news: News) -> str:
    (outcome,) = attending.record(news.connection, news.event, news.webhook)
    if news.webhook.practice:
        return outcome
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
    "webinar.participant_joined": _seen,
    "webinar.participant_left": _seen,
    "webinar.participant_bind": _seen,
    "webinar.started": _seen,
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
#: These write down what was seen and change nothing else, so many can share a transaction.
_OF_A_PERSON = ("webinar.participant_joined", "webinar.participant_left")
#: What holds keys to somebody's files is not kept once it is applied.
_WITH_KEYS = ("recording.completed",)
_OF_A_SITTING = (
    "webinar.participant_joined",
    "webinar.participant_left",
    "webinar.participant_bind",
    "webinar.started",
    "webinar.ended",
    "recording.completed",
)
