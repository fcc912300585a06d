"""What all of the organiser's pages have in common: who is signed in and may be here, and which event it is about.

Every view of these pages says who may open it, beside its address: `@backstage.needs(Role.EDITOR)`. One that says
nothing is opened by nobody."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask, current_app, g, make_response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from zoom_bridge.domain.account import Organiser, Role
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotAllowed, NotFound
from zoom_bridge.store import events, organisers
from zoom_bridge.web.context import bridge, prefer_language
from zoom_bridge.web.sign_in import signed_in

#: Database keys are no larger; a longer number in an address is an unknown one, not a fault.
KEY = "int(max=2147483647)"

#: Where no event names a zone.
HOUSE_ZONE = "Europe/Berlin"

P = ParamSpec("P")
R = TypeVar("R")


def needs(role: Role) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks a view with the role that it takes to open it."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.needs = role  # type: ignore[attr-defined]
        return view

    return mark


def configure(app: Flask) -> None:
    """Before `guards.configure`: a form that comes back because its token had expired is a page like any other."""
    app.before_request(only_organisers)
    app.jinja_env.globals.update(me=me, may=may)


def only_organisers() -> ResponseReturnValue | None:
    """Runs before each of these pages; strangers are led to the sign-in page."""
    if request.blueprints[-1:] != ["organiser"]:
        return None
    prefer_language(me().language)
    needed = needed_for(request.endpoint or "")
    if needed is None:
        raise NotAllowed
    return None if me().role.may(needed) else _refused(needed)


def needed_for(endpoint: str) -> Role | None:
    view: Any = current_app.view_functions[endpoint]
    return cast(Role | None, getattr(view, "needs", None))


def may(endpoint: str) -> bool:
    """For templates: whether to show the link or button that leads there."""
    needed = needed_for(endpoint)
    return needed is not None and me().role.may(needed)


def me() -> Organiser:
    """Who is signed in."""
    if "organiser" not in g:
        g.organiser = signed_in()
    return cast(Organiser, g.organiser)


def _refused(needed: Role) -> ResponseReturnValue:
    with bridge().db.reading() as connection:
        owners = [one for one in organisers.list_all(connection) if one.role is Role.OWNER]
    return make_response(render_template("organiser/not_allowed.html", needed=needed, owners=owners), 403)


def get_event(connection: Connection, event_id: int) -> Event:
    """Every organiser sees every event."""
    event = events.find(connection, event_id)
    if event is None:
        raise NotFound
    return event


def read_event(event_id: int) -> Event:
    with bridge().db.reading() as connection:
        return get_event(connection, event_id)
