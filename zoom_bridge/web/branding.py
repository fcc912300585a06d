"""Whose house this is, on every page: the body's name and logo, and its colour as a stylesheet of its own.

What is written there is kept in each process for a few seconds, so that pages need not ask for it one by one. Writing
it is `body_settings.py`."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import cast

from flask import Blueprint, Flask, Response, current_app

from zoom_bridge.domain.colour import Look, colour_of, look_of
from zoom_bridge.domain.instance import Instance
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.store import instances
from zoom_bridge.store.database import DatabaseUnavailable
from zoom_bridge.web.context import bridge, now

bp = Blueprint("branding", __name__)

#: Our own accent; it stands in the stylesheet.
HOUSE_ACCENT = "#045766"

_KEPT_FOR = timedelta(seconds=5)
_FOR_GOOD = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class _Kept:
    instance: Instance
    read_at: datetime


def configure(app: Flask) -> None:
    app.jinja_env.globals.update(instance=instance, look_address=look_address)


def instance() -> Instance:
    """Also for templates. While the database is away, what was known last: an error page needs a head, too."""
    kept = cast(_Kept | None, current_app.extensions.get("branding"))
    if kept is None or not timedelta(0) <= now() - kept.read_at < _KEPT_FOR:
        kept = _Kept(_read() or (kept.instance if kept else Instance()), now())
        current_app.extensions["branding"] = kept
    return kept.instance


def forget() -> None:
    """It was written anew. Other processes notice by themselves."""
    current_app.extensions.pop("branding", None)


def leave_as_it_is() -> None:
    """The database has just failed to answer: the page that says so need not wait for it once more."""
    kept = cast(_Kept | None, current_app.extensions.get("branding"))
    current_app.extensions["branding"] = _Kept(kept.instance if kept else Instance(), now())


def _read() -> Instance | None:
    try:
        with bridge().db.reading() as connection:
            return instances.get(connection)
    except DatabaseUnavailable:
        return None


def look_address() -> str:
    """Of the stylesheet with the instance's accent; empty when it has none. It changes with its content."""
    accent = instance().accent
    return f"/look-{accent[1:]}.css?v={_version(accent)}" if accent else ""


@bp.get("/look-<digits>.css")
def look(digits: str) -> Response:
    accent = f"#{digits}"
    if colour_of(accent) != accent:
        raise NotFound
    response = Response(_style(look_of(accent)), mimetype="text/css")
    response.headers["Cache-Control"] = _FOR_GOOD
    return response


@lru_cache(maxsize=8)
def _version(accent: str) -> str:
    return hashlib.sha256(_style(look_of(accent)).encode()).hexdigest()[:12]


def _style(look: Look) -> str:
    """The accent, and what browsers that cannot clamp it themselves need."""
    light, dark = look.light, look.dark
    return f""":root {{ --accent: {look.accent}; }}
@supports not (color: oklch(from red l c h)) {{
  @media screen {{ :root {{ --field: {light.field}; --link: {light.link}; }} }}
  @media screen and (prefers-color-scheme: dark) {{
    :root {{ --field: {dark.field}; --link: {dark.link}; --button: {dark.button}; }}
  }}
}}
"""
