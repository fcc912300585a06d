"""Who may send us a form, and how often.

Every POST must come from our own pages (`Origin`). Where somebody is signed in, it also needs a token bound to their
session; when that is missing (the page was open too long, cookies are refused), a form with typed data comes back with
all of it: the view names the page to show with `@shown_again_by`, and itself does not run.

Attendees have no session: what their forms may do hangs on the key in the address, or is open to anybody, so another
site's page gains nothing by sending one. They get no cookie, and no form of theirs grows too old to be sent."""

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, current_app, g, make_response, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import Forbidden

from zoom_bridge.domain.allowance import Allowance

csrf = CSRFProtect()

P = ParamSpec("P")
R = TypeVar("R")

#: The doors of attendees.
WITHOUT_SESSION = frozenset(
    {
        "public",
        "signpost",
        "registrar",
        "series_door",
        "personal",
        "my_data",
        "panelist",
        "unsubscriber",
        "verifier",
    }
)

_UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class ForeignOrigin(Forbidden):
    """Another site's page sent this form."""


class FormExpired(Forbidden):
    """The form's token is missing or no longer fits."""


def configure(app: Flask, base_url: str) -> None:
    # Our own check, below, also sees pages that send no Referer on purpose.
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_TIME_LIMIT=None,
    )
    csrf.init_app(app)
    own = origins(base_url)
    app.jinja_env.globals["form_expired"] = lambda: g.get("form_expired", False)
    app.jinja_env.globals["form_needs_token"] = lambda: request.blueprint not in WITHOUT_SESSION

    @app.before_request
    def check_form() -> ResponseReturnValue | None:
        if request.method not in _UNSAFE or request.endpoint is None or _exempt():
            return None
        if not _same_origin(own):
            raise ForeignOrigin
        if request.blueprint in WITHOUT_SESSION:
            return None
        try:
            csrf.protect()
        except CSRFError as error:
            return _show_again(error)
        return None


def shown_again_by(show: Callable[..., ResponseReturnValue]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Marks a POST view: when the form's token does not fit, `show` makes the page, with what was typed."""

    def mark(view: Callable[P, R]) -> Callable[P, R]:
        view.shown_again_by = show  # type: ignore[attr-defined]
        return view

    return mark


def _show_again(error: CSRFError) -> ResponseReturnValue:
    show = getattr(_view(), "shown_again_by", None)
    if show is None:
        raise FormExpired from error
    g.form_expired = True
    response = make_response(show(**(request.view_args or {})))
    response.status_code = 403
    return response


def _view() -> Callable[..., Any] | None:
    return current_app.view_functions.get(request.endpoint or "")


def exempt(view: Callable[P, R]) -> Callable[P, R]:
    """Marks a view that checks its caller by other means: Zoom's signature, or a key that no page of ours sends."""
    view.checks_its_caller = True  # type: ignore[attr-defined]
    return view


def _exempt() -> bool:
    return getattr(_view(), "checks_its_caller", False)


def origins(base_url: str) -> frozenset[str]:
    """Our own origins. On a loopback address its other spellings are ours too."""
    parts = urlsplit(base_url)
    hosts = hosts_of(base_url)
    port = f":{parts.port}" if parts.port else ""
    return frozenset(f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}" for host in hosts)


def hosts_of(base_url: str) -> tuple[str, ...]:
    host = urlsplit(base_url).hostname or ""
    return LOOPBACK if host in LOOPBACK else (host,)


def _same_origin(own: frozenset[str]) -> bool:
    """Browsers name the origin on every POST. From pages with `no-referrer` they say "null", as sandboxed frames of
    other sites do: then the browser must say itself that the form was ours. Programs that name nothing are left to
    the token."""
    origin = request.headers.get("Origin")
    if origin == "null":
        return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
    return origin is None or origin in own


def allowance(purpose: str, limit: int, per: timedelta, subject: str) -> Allowance:
    """`limit` times in `per` for this subject, who is kept only as a keyed hash: the list of limits names nobody."""
    return Allowance(f"{purpose}:{_hashed(subject)}", limit, per)


def of_network(purpose: str, limit: int, per: timedelta) -> tuple[Allowance, ...]:
    """The same for the network the visitor comes from.

    Not for loopback addresses: they are a trial, or a proxy that nobody told us of (web.trusted_proxies), behind
    which everybody would look like one visitor and be locked out together."""
    network = _network(request.remote_addr)
    return (allowance(f"{purpose} from", limit, per, network),) if network else ()


def _network(address: str | None) -> str | None:
    """The caller's address; of IPv6 the /64, because one home has them all."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    # A socket for both kinds writes IPv4 addresses as IPv6, and all of these are in one /64.
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return None
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


def _hashed(subject: str) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, subject.encode(errors="replace"), hashlib.sha256).hexdigest()[:32]
