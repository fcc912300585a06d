"""How a call of the API is taken: which token, scope and rate limit it needs, how its body and its pages are read.
Each table of routes (`webinar_desk.py`, `registrant_desk.py`, `report_desk.py` and so on) is served through here."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote

from flask import Flask, Response, g, jsonify, make_response, request

from zoom_bridge.simulator import objections, shapes
from zoom_bridge.simulator.faults import Kind
from zoom_bridge.simulator.memory import PAGE_LIVES
from zoom_bridge.simulator.quotas import Label
from zoom_bridge.simulator.records import Json, Webinar
from zoom_bridge.simulator.world import World

Item = TypeVar("Item")

PAGE_SIZE, LARGEST_PAGE = 30, 300


@dataclass(frozen=True)
class Route:
    """scope: the granular name; the token may hold it as it is or with `:admin`. classic: what old apps hold instead.
    take(world, **parts of the path) → (status, body)."""

    method: str
    rule: str
    label: Label
    scope: str
    take: Callable[..., tuple[int, Json | None]]


def open_desk(app: Flask, world: World, routes: Sequence[Route]) -> None:
    for route in routes:
        app.add_url_rule(
            "/v2" + route.rule,
            endpoint=f"{route.method} {route.rule}",
            view_func=_view(world, route),
            methods=[route.method],
        )


def json_body() -> Json:
    body = request.get_json(force=True, silent=True)
    if not isinstance(body, dict):
        raise objections.bad_request("Request Body should be a valid JSON object.")
    return body


def webinar_number(text: str) -> int:
    """Where only a number will do."""
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise objections.bad_request("Invalid webinar id.")
    return int(text)


def webinar_by_key(world: World, key: str) -> tuple[Webinar, str]:
    """A number, or the uuid of the webinar or of one of its sittings; the second value is the uuid, if it was one.

    A uuid that begins with a slash or contains two arrives encoded twice, or it is not understood."""
    if key.isascii() and key.isdigit():
        return world.webinar(webinar_number(key)), ""
    if key.startswith("/") or "//" in key:
        raise objections.bad_request("Invalid webinar id.")
    uuid = unquote(key)
    for webinar in world.webinars.values():
        if not webinar.deleted_at and uuid in (webinar.uuid, *(sitting.uuid for sitting in webinar.sittings)):
            return webinar, uuid
    raise objections.no_such_webinar(uuid)


def page_of(
    world: World,
    name: str,
    items: Sequence[Item],
    shape: Callable[[Item], Json],
    *,
    of: str,
    numbered: bool = True,
    by_token: bool = True,
) -> tuple[int, Json]:
    """One page of a list; `of` says whose, so that no token opens another list. numbered: it still knows the
    page_number of old. by_token: it takes the tokens it gives."""
    size = request.args.get("page_size", PAGE_SIZE, type=int) or PAGE_SIZE
    if size > LARGEST_PAGE and world.unconfirmed.large_page == "error":
        raise objections.large_page()
    size = min(max(size, 1), LARGEST_PAGE)
    start = _page_start(world, of) if by_token else 0
    if numbered and not start:
        start = (max(request.args.get("page_number", 1, type=int), 1) - 1) * size
    rows = [shape(item) for item in items[start : start + size]]
    token = ""
    if start + size < len(items):
        token = secrets.token_urlsafe(24)
        world.pages[token] = (of, start + size, world.now() + PAGE_LIVES)
    page = shapes.page_answer(name, rows, len(items), size, token)
    return 200, page | {"page_number": start // size + 1} if numbered else page


def _page_start(world: World, of: str) -> int:
    token = request.args.get("next_page_token", "")
    if not token:
        return 0
    owner, start, until = world.pages.get(token, ("", 0, world.now()))
    if owner != of or until <= world.now() or world.faults.meets(Kind.LOST_PAGE):
        raise objections.stale_page()
    return start


def _view(world: World, route: Route) -> Callable[..., Response]:
    def view(**parts: Any) -> Response:
        with world.lock:
            _check_token(world)
            _check_scope(world, route.scope)
            g.rate_headers = world.quotas.spend_label(route.label)
            status, body = route.take(world, **parts)
        return make_response(jsonify(body) if body is not None else b"", status)

    return view


def _check_token(world: World) -> None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not world.knows_token(token):
        raise objections.bad_token(token in world.tokens and world.unconfirmed.expired_access_says == "expired")


def _check_scope(world: World, scope: str) -> None:
    if scope in world.faults.missing_scopes:
        raise objections.scope_missing([f"{scope}:admin", scope])
