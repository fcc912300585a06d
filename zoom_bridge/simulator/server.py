"""The pretend Zoom as one Flask app: the token endpoint, the API, the pages. Faults lie around it as weather."""

import secrets
from base64 import b64decode
from binascii import Error as NotBase64
from hmac import compare_digest

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from zoom_bridge.simulator import (
    controls,
    panelist_desk,
    poll_desk,
    recording_desk,
    registrant_desk,
    report_desk,
    user_desk,
    waiting_room,
    webinar_desk,
)
from zoom_bridge.simulator.desks import open_desk
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.memory import TOKEN_LIVES
from zoom_bridge.simulator.objections import Objection
from zoom_bridge.simulator.weather import Weather
from zoom_bridge.simulator.world import SimulatorSettings, World

__all__ = ["SimulatorSettings", "World", "create_simulator"]

LARGEST_BODY = 1 << 20
ROUTES = (
    *webinar_desk.ROUTES,
    *registrant_desk.ROUTES,
    *panelist_desk.ROUTES,
    *poll_desk.ROUTES,
    *report_desk.ROUTES,
    *recording_desk.ROUTES,
    *user_desk.ROUTES,
)


def create_simulator(world: World) -> Flask:
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.mimetype = "application/json;charset=UTF-8"  # type: ignore[attr-defined]
    # A uuid with two slashes must arrive as it was sent, to be refused.
    app.url_map.merge_slashes = False
    app.add_url_rule("/oauth/token", view_func=lambda: _give_token(world), endpoint="token", methods=["POST"])
    open_desk(app, world, ROUTES)
    app.register_blueprint(waiting_room.pages(world))
    app.register_blueprint(recording_desk.pages(world))
    app.register_blueprint(controls.pages(world))
    app.register_error_handler(Objection, _objected)
    app.register_error_handler(HTTPException, _not_recognised)
    app.after_request(lambda answer: _with_zooms_headers(world, answer))
    app.wsgi_app = Weather(app.wsgi_app, world.faults, world.now)  # type: ignore[method-assign]
    return app


def _give_token(world: World) -> tuple[Response, int]:
    """Server-to-server: the account's own app asks with id and secret. Errors here have a shape of their own."""
    settings = world.settings
    name, secret = _basic_credentials()
    known = _same(name, settings.client_id) and _same(secret, settings.client_secret)
    if not known or world.faults.meets(Kind.UNKNOWN_CLIENT):
        status = world.unconfirmed.wrong_secret_status
        return _no_token("Invalid client_id or client_secret", "invalid_client", status)
    if request.form.get("grant_type") != "account_credentials":
        return _no_token("unsupported grant type", "unsupported_grant_type")
    if request.form.get("account_id") != settings.account_id:
        return _no_token("Account does not exist", "invalid_request")
    answer = {
        "access_token": world.new_token(),
        "token_type": "bearer",
        "expires_in": int(TOKEN_LIVES.total_seconds()),
        "scope": " ".join(_scopes(world)),
        "api_url": settings.public_url,
    }
    return jsonify(answer), 200


def _basic_credentials() -> tuple[str, str]:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        name, _, secret = b64decode(value, validate=True).decode().partition(":")
    except (NotBase64, ValueError):
        return "", ""
    return name, secret


def _same(given: str, wanted: str) -> bool:
    return compare_digest(given.encode(), wanted.encode())


def _no_token(reason: str, error: str, status: int = 400) -> tuple[Response, int]:
    return jsonify({"reason": reason, "error": error}), status


def _scopes(world: World) -> list[str]:
    return sorted({f"{route.scope}:admin" for route in ROUTES if route.scope not in world.faults.missing_scopes})


def _of_the_api() -> bool:
    return request.path.startswith(("/v2/", "/oauth/"))


def _objected(objection: Objection) -> Response | tuple[Response, int]:
    if not _of_the_api():
        return controls.refused(objection)
    answer = jsonify(objection.body())
    answer.headers.update(objection.headers)
    return answer, objection.status


def _not_recognised(error: HTTPException) -> Response | HTTPException | tuple[Response, int]:
    if not _of_the_api():
        return error
    status = error.code or 500
    words = "This API endpoint is not recognized." if status == 404 else error.name
    return jsonify({"code": 2300 if status == 404 else status, "message": words}), status


def _with_zooms_headers(world: World, answer: Response) -> Response:
    if _of_the_api():
        answer.date = world.clock() + world.faults.clock_off
        if answer.status_code == 204:
            del answer.headers["Content-Type"]
        answer.headers["x-zm-trackingid"] = f"v=2.0;clid=us06;rid=WEB_{secrets.token_hex(16)}"
        for name, value in g.get("rate_headers", {}).items():
            answer.headers.setdefault(name, value)
    return answer
