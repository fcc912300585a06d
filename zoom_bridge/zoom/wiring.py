"""The small parts of every call to Zoom: its path, and our token on it."""

from collections.abc import Callable, Sequence
from urllib.parse import quote

import requests

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers


def path(route: str, values: Sequence[str]) -> str:
    """The route with its values, encoded."""
    if any(not value.strip(".") for value in values):
        # Nothing, "." and ".." would be another address.
        raise Failure(answers.WRONG, permanent=True)
    return route.format(*(quote(value, safe="", errors="replace") for value in values))


def sitting(uuid: str) -> str:
    """A sitting's uuid as a value of a path: Zoom wants those encoded twice that would break it otherwise."""
    return quote(uuid, safe="") if uuid.startswith("/") or "//" in uuid else uuid


def bearer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign
