"""create_app(bridge): the web service, put together step by step. Each step has its own module where it is longer."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from jinja2 import StrictUndefined
from werkzeug.local import LocalProxy
from werkzeug.middleware.proxy_fix import ProxyFix

from zoom_bridge import i18n
from zoom_bridge.bridge import Bridge
from zoom_bridge.web import (
    backstage,
    branding,
    context,
    error_pages,
    feeds,
    guards,
    headers,
    health,
    lately_read,
    my_data,
    organiser,
    panelist,
    personal,
    picture_door,
    public,
    registrar,
    series_door,
    sign_in,
    signpost,
    unsubscriber,
    verifier,
    zoom_webhooks,
)
from zoom_bridge.web.hyphens import shy

_MEGABYTE = 1024 * 1024


def create_app(bridge: Bridge) -> Flask:
    app = Flask(__name__)
    app.extensions["bridge"] = bridge
    web = bridge.settings.web
    https = urlsplit(web.base_url).scheme == "https"

    configure_sessions(app, web.secret_key.get_secret_value(), https)
    configure_limits(app, web.base_url, web.trusted_proxies)
    configure_templates(app)
    headers.configure(app, https)
    backstage.configure(app)
    guards.configure(app, web.base_url)
    error_pages.configure(app)
    picture_door.configure(app)
    branding.configure(app)
    lately_read.configure(app)
    for door in (
        public.bp,
        signpost.bp,
        registrar.bp,
        series_door.bp,
        feeds.bp,
        picture_door.bp,
        branding.bp,
        personal.bp,
        my_data.bp,
        panelist.bp,
        unsubscriber.bp,
        verifier.bp,
        sign_in.bp,
        organiser.bp,
        zoom_webhooks.bp,
        health.bp,
    ):
        app.register_blueprint(door)
    return app


class Sessions(SecureCookieSessionInterface):
    """Flask's own, but with one signer: the secret stays the same, and every request needs it twice."""

    def __init__(self) -> None:
        self._signer: Any = None

    def get_signing_serializer(self, app: Flask) -> Any:
        self._signer = self._signer or super().get_signing_serializer(app)
        return self._signer


def configure_sessions(app: Flask, secret_key: str, https: bool) -> None:
    """The cookie holds the form token and, for organisers, a token whose truth is in the database."""
    app.secret_key = secret_key
    app.session_interface = Sessions()
    app.config.update(
        # Browsers accept the prefix only with Secure, which a trial on a loopback address does not have.
        SESSION_COOKIE_NAME="__Host-session" if https else "session",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )


def configure_limits(app: Flask, base_url: str, trusted_proxies: int) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=_MEGABYTE,
        MAX_FORM_MEMORY_SIZE=_MEGABYTE // 2,
        MAX_FORM_PARTS=300,
        TRUSTED_HOSTS=list(guards.hosts_of(base_url)),
    )
    if trusted_proxies:
        hops = trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def configure_templates(app: Flask) -> None:
    app.jinja_options = {
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": ["jinja2.ext.i18n", "jinja2.ext.do"],
    }
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: i18n.translations(context.speech().language).gettext(message),
        lambda one, many, n: i18n.translations(context.speech().language).ngettext(one, many, n),
        newstyle=True,
    )
    versions = _static_versions(Path(app.static_folder or ""))
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = timedelta(days=365)

    def asset(name: str) -> str:
        """Its address changes with its content, so browsers may keep it."""
        return f"{app.static_url_path}/{name}?v={versions[name]}"

    app.jinja_env.globals.update(
        speech=LocalProxy(context.speech), this_page_in=context.this_page_in, came_by=context.came_by, asset=asset
    )
    app.jinja_env.filters.update(iso=iso, dialled=dialled, shy=shy)
    app.url_defaults(_keep_language)
    app.url_defaults(_keep_short_link)


def _static_versions(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for path in folder.rglob("*")
        if path.is_file()
    }


def _keep_language(endpoint: str, values: dict[str, object]) -> None:
    """Who asked for a language in the address keeps it from page to page."""
    files = endpoint in ("static", "pictures.show")
    if not files and "lang" not in values and (asked := context.asked_language()):
        values["lang"] = asked


def _keep_short_link(endpoint: str, values: dict[str, object]) -> None:
    """Who came by a short link still did on the way to the registration form, and when sending it."""
    if endpoint in context.ON_THE_WAY and (key := context.came_by()):
        values.setdefault("from", key)


def iso(instant: datetime, zone: str) -> str:
    """For <time datetime>: the instant on the event's wall clock, with its offset."""
    return instant.astimezone(ZoneInfo(zone)).isoformat(timespec="minutes")


def dialled(phone: str) -> str:
    """For tel: links: digits, and the plus in front."""
    digits = "".join(char for char in phone if char.isdecimal() and char.isascii())
    return f"+{digits}" if phone.strip().startswith("+") else digits
