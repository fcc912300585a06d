"""The headers of every answer. The strict ones are the default; a door that needs another says so itself.

Nothing may be inline, nothing comes from elsewhere, nobody may frame us, and nothing is kept by a cache unless the
view says it is the same for everybody (`same_for_everybody`)."""

from collections.abc import Callable

from flask import Flask, Response, request

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
    defaults = dict(_DEFAULTS)
    if https:
        defaults["Strict-Transport-Security"] = f"max-age={_YEAR}"
    by_key = [(name.lower(), name, value) for name, value in defaults.items()]

    @app.after_request
    def complete(response: Response) -> Response:
        # Of every answer, so without searching the whole list once for each.
        given = {name.lower() for name, _ in response.headers}
        for key, name, value in by_key:
            if key not in given:
                response.headers.add(name, value)
        if response.mimetype == "text/html":
            if "vary" in given:
                response.vary.add("Accept-Language")
            else:
                response.headers.add("Vary", "Accept-Language")
        return response


def same_for_everybody(response: Response) -> Response:
    """A public page: caches may keep it, but ask before showing it again, and are told when it is still the same.
    It sets no cookie."""
    response.headers["Cache-Control"] = "public, no-cache"
    response.add_etag()
    if request.if_none_match:
        response.make_conditional(request)
    return response


def personal(**changes: str) -> Callable[[Response], Response]:
    """For pages whose address is a key: the address goes nowhere, and no copy of the page stays behind."""
    own = {
        "Content-Security-Policy": policy(**changes),
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }

    def complete(response: Response) -> Response:
        response.headers.update(own)
        return response

    return complete
