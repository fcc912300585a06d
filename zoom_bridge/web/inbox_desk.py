"""The settings' page about what Zoom reports to us: what came and what became of it, how long that took, what was turned
away and why. What failed can be applied again, and everything can be taken away as a file, for `zoom-bridge replay`."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.delivery import DeliveryStanding, WebhookDelivery, delay
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import receiving
from zoom_bridge.flows.forgetting import KEEP_DELIVERIES
from zoom_bridge.store import contacts, events, inbox, rejections, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.web import backstage
from zoom_bridge.web.context import bridge, now, say, say_n, speech
from zoom_bridge.web.delivery_in_words import NAMES, REASONS, STANDINGS, outcome_in_words, took

bp = Blueprint("inbox_desk", __name__)

_LAST_PAGE = 10_000
#: Of so many events, the latest first, one can be chosen.
_EVENTS = 100
#: So many deliveries of a file that is downloaded are held at a time.
_AT_ONCE = 500
_AGAIN = (DeliveryStanding.FAILED, DeliveryStanding.IGNORED)
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


@bp.get("/settings/webhooks")
@backstage.needs(Role.OWNER)
def show() -> str:
    since = now() - KEEP_DELIVERIES
    page = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    with bridge().db.reading() as connection:
        told_of = [one for one in events.list_all(connection, _EVENTS) if one.published_at]
        standing, chosen, about = _asked(connection)
        found, more = inbox.page(connection, since, standing, about, page)
        shown = [_row(connection, delivery) for delivery in found]
        counts = inbox.count(connection, since)
        times = inbox.times(connection, now() - _HOUR)
        refused = rejections.list_since(connection, now() - _DAY)
        last_at = contacts.last_delivery_at(connection)
    return render_template(
        "organiser/inbox.html",
        zone=backstage.HOUSE_ZONE,
        address=bridge().links.page("/zoom/webhooks"),
        last_at=last_at,
        counts=[(standing, *_in_words(standing), n) for standing, n in counts.items()],
        failed=counts[DeliveryStanding.FAILED],
        days=KEEP_DELIVERIES.days,
        lately=len(times),
        arrived=_delay([(told, received) for told, received, _, _ in times]),
        applied=_delay([(received, done or passed) for _, received, done, passed in times]),
        refused=[(*_reason(one.reason), one) for one in refused],
        rows=shown,
        standings=[(standing, words) for standing in DeliveryStanding for _, _, words in [_in_words(standing)]],
        events=told_of,
        chosen={"standing": standing, "event": chosen},
        page=page,
        pages=page + more,
    )


@bp.get("/settings/webhooks.jsonl")
@backstage.needs(Role.OWNER)
def download() -> Response:
    """What `zoom-bridge replay` reads: a line of JSON for each delivery, the oldest first."""
    with bridge().db.reading() as connection:
        standing, _, about = _asked(connection)
    lines = _lines(bridge().db, now() - KEEP_DELIVERIES, standing, about)
    response = Response(lines, mimetype="application/jsonl")
    response.headers["Content-Disposition"] = 'attachment; filename="zoom-reports.jsonl"'
    return response


@bp.post("/settings/webhooks/apply-again")
@backstage.needs(Role.OWNER)
def apply_all_again() -> ResponseReturnValue:
    n = receiving.apply_again(bridge().db, now())
    flash(say_n("%(n)s report is applied once more.", "%(n)s reports are applied once more.", n), "good")
    return redirect(url_for("organiser.inbox_desk.show"), 303)


@bp.post(f"/settings/webhooks/<{backstage.KEY}:delivery_id>/apply-again")
@backstage.needs(Role.OWNER)
def apply_again(delivery_id: int) -> ResponseReturnValue:
    if receiving.apply_again(bridge().db, now(), delivery_id):
        flash(say("The report is applied once more."), "good")
    else:
        flash(say("It waits already, or nothing is left of it."), "care")
    return redirect(url_for("organiser.inbox_desk.show"), 303)


def _asked(connection: Connection) -> tuple[DeliveryStanding | None, int | None, str]:
    """What the filters say: a standing, an event, and what Zoom calls that event's webinar."""
    asked = request.args.get("standing")
    standing: StrEnum | None = DeliveryStanding(asked) if asked in set(DeliveryStanding) else None
    event_id = request.args.get("event", type=int)
    twin = webinars.find_by_event(connection, event_id) if event_id and 0 < event_id < 2**31 else None
    about = (twin.zoom_id or "") if twin else ""
    return standing, event_id if about else None, about  # type: ignore[return-value]


def _row(connection: Connection, delivery: WebhookDelivery) -> dict[str, object]:
    zoom_id = receiving.webinar_id(delivery)
    twin = webinars.find_by_zoom_id(connection, zoom_id) if zoom_id else None
    event: Event | None = events.find(connection, twin.event_id) if twin else None
    mark, tone, words = _in_words(delivery.standing)
    return {
        "delivery": delivery,
        "name": say(NAMES[delivery.name]) if delivery.name in NAMES else delivery.name,
        "event": event,
        "mark": mark,
        "tone": tone,
        "words": words,
        "reason": outcome_in_words(delivery, speech()),
        "again": bool(delivery.body) and delivery.standing in _AGAIN and delivery.outcome != "nothing to do",
    }


def _in_words(standing: DeliveryStanding) -> tuple[str, str, str]:
    mark, tone, words = STANDINGS[standing]
    return mark, tone, say(words)


def _reason(reason: str) -> tuple[str, str]:
    words, advice = REASONS.get(reason, (reason, ""))
    return say(words), say(advice) if advice else ""


def _delay(pairs: list[tuple[datetime | None, datetime | None]]) -> tuple[str, str] | None:
    found = delay(pairs)
    return (took(found.median, speech()), took(found.worst, speech())) if found else None


def _lines(db: Database, since: datetime, standing: DeliveryStanding | None, about: str) -> Iterator[str]:
    """Portion by portion; nothing is kept open at the database while somebody's browser takes its time."""
    after = 0
    while True:
        with db.reading() as connection:
            some = inbox.kept_bodies(connection, since, standing, about, after, _AT_ONCE)
        for delivery in some:
            # Bytes that are no text survive this way and back, so that a copy is known as one.
            body = delivery.body.decode(errors="surrogateescape")
            line = {"received_at": delivery.received_at.isoformat(), "name": delivery.name, "body": body}
            yield json.dumps(line) + "\n"
        if len(some) < _AT_ONCE:
            return
        after = some[-1].id
