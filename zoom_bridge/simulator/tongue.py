"""The pages of the pretend Zoom speak German and English, whichever the reader's browser asks for first. Both texts
stand beside each other where they are used."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, request

_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


def language() -> str:
    return request.accept_languages.best_match(["de", "en"], default="de") or "de"


def t(german: str, english: str) -> str:
    return german if language() == "de" else english


def when(at: datetime | None, timezone: str = "UTC") -> str:
    if at is None:
        return t("ohne Termin", "no date")
    wall = at.astimezone(ZoneInfo(timezone))
    return wall.strftime("%d.%m.%Y, %H.%M") if language() == "de" else wall.strftime("%-d %b %Y, %H:%M")


def span(time: timedelta) -> str:
    """Days, hours and minutes; what is nothing is left out."""
    minutes = int(time.total_seconds()) // 60
    parts = (
        (minutes // 1440, t("Tag", "day"), t("Tage", "days")),
        (minutes // 60 % 24, t("Stunde", "hour"), t("Stunden", "hours")),
        (minutes % 60, t("Minute", "minute"), t("Minuten", "minutes")),
    )
    return ", ".join(f"{number} {one if number == 1 else many}" for number, one, many in parts if number)


def dress(pages: Blueprint) -> None:
    """Give the pages their words and headers, and refuse what another site's page posts here."""
    pages.before_request(_same_site_only)
    pages.after_request(_with_headers)
    words: dict[str, Callable[..., str]] = {"t": t, "when": when, "span": span, "language": language}
    pages.context_processor(lambda: words)


def _same_site_only() -> None:
    origin = request.headers.get("Origin")
    if request.method == "POST" and origin is not None and origin.partition("://")[2] != request.host:
        abort(403)


def _with_headers(answer: Response) -> Response:
    answer.headers["Content-Security-Policy"] = _POLICY
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "no-store"
    return answer
