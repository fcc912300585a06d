"""Zoom's door: limits, verify the raw bytes, keep, commit, 204. No work is done here, and nothing is answered before
the commit: Zoom repeats a delivery after a 5xx and never after anything else."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, cast

from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from zoom_bridge.flows import receiving
from zoom_bridge.store.database import DatabaseUnavailable
from zoom_bridge.web import guards
from zoom_bridge.web.context import bridge, now
from zoom_bridge.zoom import signature

bp = Blueprint("zoom_webhooks", __name__)

_LONGEST_NAME = 100
#: Deliveries turned away are written down as numbers, and this often.
_WRITE_DOWN_EVERY = timedelta(seconds=1)
_VALIDATION = "endpoint.url_validation"


@dataclass
class Tally:
    """Deliveries turned away, by hour and reason, that are not written down yet. Whoever knocks a thousand times a
    second makes us write once in a while, and never a row for each."""

    counts: Counter[tuple[datetime, str]] = field(default_factory=Counter)
    last_at: datetime | None = None
    written_at: datetime | None = None
    lock: Lock = field(default_factory=Lock)

    def add(self, reason: str, now: datetime) -> None:
        with self.lock:
            self.counts[now.replace(minute=0, second=0, microsecond=0), reason] += 1
            self.last_at = now

    def due(self, now: datetime) -> Counter[tuple[datetime, str]]:
        """What is to be written now, if anything is. It is not in the tally any more."""
        with self.lock:
            if not self.counts or (self.written_at and abs(now - self.written_at) < _WRITE_DOWN_EVERY):
                return Counter()
            due, self.counts, self.written_at = self.counts, Counter(), now
            return due


@bp.post("/zoom/webhooks")
@guards.exempt
def receive() -> ResponseReturnValue:
    try:
        body = request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        return _refuse(413, "too large")
    secret = bridge().settings.zoom.webhook_secret.get_secret_value()
    timestamp, signed = (
        request.headers.get(signature.TIMESTAMP_HEADER),
        request.headers.get(signature.SIGNATURE_HEADER),
    )
    try:
        signature.verify(secret, timestamp, signed, body, now())
    except signature.SignatureRefused as refused:
        return _refuse(401, refused.reason)
    told = _told(body)
    if told is None:
        return _refuse(400, "malformed")
    name, payload, event_ts = told
    if name == _VALIDATION:
        return _prove(secret, payload.get("plainToken"))
    try:
        receiving.keep(bridge().db, name, body, now(), event_ts)
    except DatabaseUnavailable:
        return _answer(503)
    _write_down()
    return _answer(204)


def _told(body: bytes) -> tuple[str, dict[str, Any], object] | None:
    """The delivery's name, what it tells and when that was; None when it is not one of Zoom's deliveries."""
    try:
        delivery = json.loads(body)
        name, payload, event_ts = delivery["event"], delivery["payload"], delivery.get("event_ts")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    if not isinstance(name, str) or not isinstance(payload, dict):
        return None
    if not (0 < len(name) <= _LONGEST_NAME and name.isprintable()):
        return None
    return name, payload, event_ts


def _refuse(status: int, reason: str) -> Response:
    """Nothing of it is kept but that it came."""
    _tally().add(reason, now())
    _write_down()
    return _answer(status)


def _write_down() -> None:
    due = _tally().due(now())
    if due:
        with suppress(DatabaseUnavailable):  # numbers may get lost, the answer may not
            receiving.count_refused(bridge().db, due, now())


def _tally() -> Tally:
    return cast(Tally, current_app.extensions.setdefault("refused deliveries", Tally()))


def _prove(secret: str, plain_token: object) -> ResponseReturnValue:
    """Answer Zoom's question whether this address is ours. Only for what has the shape of a token: anything else
    could be the text of a forged delivery that wants to be signed."""
    try:
        proof = signature.answer_validation(secret, plain_token)
    except signature.SignatureRefused:
        return _answer(400)
    return Response(json.dumps(proof), 200, mimetype="application/json")


def _answer(status: int) -> Response:
    return Response(status=status)
