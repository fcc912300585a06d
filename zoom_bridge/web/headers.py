"""The headers of every answer. The strict ones are the default; a door that needs another says so itself.

Nothing may be inline, nothing comes from elsewhere, nobody may frame us, and nothing is kept by a cache unless the
view says it is the same for everybody (`same_for_everybody`)."""

from collections.abc import Callable

from flask import Flask, Response

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def policy(**changes: str) -> str:
    """The content security policy, with directives changed: policy(form_action="'self' https:")."""
    directives = _POLICY | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(f"{name} {value}" for name, value in directives.items())


_DEFAULTS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_YEAR = 365 * 24 * 60 * 60


def configure(app: Flask, https: bool) -> None:
    defaults = list(_DEFAULTS.items())
    if https:
        defaults.append(("Strict-Transport-Security", f"max-age={_YEAR}"))

    @app.after_request
    def complete(response: Response) -> Response:
        for name, value in defaults:
            response.headers.setdefault(name, value)
        if response.mimetype == "text/html":
            response.vary.add("Accept-Language")
        return response


def same_for_everybody(response: Response) -> Response:
    """A public page: caches may keep it, but ask before showing it again. It sets no cookie."""
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def personal(form_action: str = "'self'") -> Callable[[Response], Response]:
    """For pages whose address is a key: the address goes nowhere, and no copy of the page stays behind."""
    own = {
        "Content-Security-Policy": policy(form_action=form_action),
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }

    def complete(response: Response) -> Response:
        response.headers.update(own)
        return response

    return complete
