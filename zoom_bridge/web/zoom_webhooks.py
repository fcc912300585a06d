"""Zoom's door: limits, verify the raw bytes, keep, commit, 204. No work is done here, and nothing is answered before
the commit: Zoom repeats a delivery after a 5xx and never after anything else."""

import json
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from zoom_bridge.flows import receiving
from zoom_bridge.store.database import DatabaseUnavailable
from zoom_bridge.web import guards
from zoom_bridge.web.context import bridge, now
from zoom_bridge.zoom import signature

bp = Blueprint("zoom_webhooks", __name__)

_LONGEST_NAME = 100
_VALIDATION = "endpoint.url_validation"


@bp.post("/zoom/webhooks")
@guards.exempt
def receive() -> ResponseReturnValue:
    try:
        body = request.get_data(cache=False, parse_form_data=False)
    except RequestEntityTooLarge:
        return _answer(413)
    secret = bridge().settings.zoom.webhook_secret.get_secret_value()
    timestamp, signed = (
        request.headers.get(signature.TIMESTAMP_HEADER),
        request.headers.get(signature.SIGNATURE_HEADER),
    )
    try:
        signature.verify(secret, timestamp, signed, body, now())
    except signature.SignatureRefused:
        return _answer(401)
    told = _told(body)
    if told is None:
        return _answer(400)
    name, payload = told
    if name == _VALIDATION:
        return _prove(secret, payload.get("plainToken"))
    try:
        receiving.keep(bridge().db, name, body, now())
    except DatabaseUnavailable:
        return _answer(503)
    return _answer(204)


def _told(body: bytes) -> tuple[str, dict[str, Any]] | None:
    """The delivery's name and what it tells; None when it is not one of Zoom's deliveries."""
    try:
        delivery = json.loads(body)
        name, payload = delivery["event"], delivery["payload"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    if not isinstance(name, str) or not isinstance(payload, dict):
        return None
    return (name, payload) if 0 < len(name) <= _LONGEST_NAME and name.isprintable() else None


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
