"""Events as they were read last, so that a page that many open is not read for each of them. Whether anything has
changed since is asked by a glance (`store/glances.py`), and in a rush one glance serves everybody for a moment: threads
that all go to the database wait for one another longer than the answers take."""

from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import cast

from flask import Flask, current_app, g

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.series import Series
from zoom_bridge.store import dates, events, glances, notices
from zoom_bridge.store.glances import Glance
from zoom_bridge.web.context import bridge

#: Seconds that one glance is good for: too short for anybody to notice, long enough for hundreds of pages. Tests, which
#: change something and look at once, set it to 0.
GLANCE_GOOD_FOR = 0.25

#: What an event was before it was changed stays behind; it is cleared away when it has become much.
_MOST = 500


@dataclass
class _Kept:
    glances: dict[str, tuple[Glance, float]] = field(default_factory=dict)
    events: dict[tuple[int, int, datetime | None], Event] = field(default_factory=dict)
    privacy_versions: dict[tuple[int, str], int | None] = field(default_factory=dict)
    series: dict[int, Series] = field(default_factory=dict)


def configure(app: Flask) -> None:
    app.config.setdefault("GLANCE_GOOD_FOR", GLANCE_GOOD_FOR)


def find_event(slug: str) -> tuple[Event | None, int]:
    """The event, and how many of its seats are taken where they are limited."""
    glance = _glance(slug)
    if glance is None:
        return None, 0
    g.glance = glance
    kept = _kept().events
    event = kept.get((glance.id, glance.revision, glance.published_at))
    if event is None:
        with bridge().db.reading() as connection:
            event = events.find_by_slug(connection, slug)
        if event is None:
            return None, 0
        if len(kept) >= _MOST:
            kept.clear()
        # By what was read, not by what was glanced at: it may have changed in between.
        kept[event.id, event.revision, event.published_at] = event
    return event, glance.seats_taken


def find_series(series_id: int | None) -> Series | None:
    """The series that an event is a date of. It never changes, nor does it go."""
    if series_id is None:
        return None
    kept = _kept().series
    if series_id not in kept:
        with bridge().db.reading() as connection:
            series = dates.find(connection, series_id)
        if series is None:
            return None
        kept[series_id] = series
    return kept[series_id]


def privacy_version(language: str) -> int | None:
    """The version of the privacy notice that readers of this language are shown."""
    glance = cast(Glance | None, g.get("glance"))
    if glance is None:
        return _read_privacy_version(language)
    kept, key = _kept().privacy_versions, (glance.notices, language)
    if key not in kept:
        kept[key] = _read_privacy_version(language)
    return kept[key]


def _glance(slug: str) -> Glance | None:
    kept = _kept().glances
    glance, good_until = kept.get(slug, (None, 0.0))
    if glance is None or monotonic() >= good_until:
        with bridge().db.glancing() as connection:
            glance = glances.of_event(connection, slug)
        if glance is None:
            return None  # not kept: there is no end of addresses that lead nowhere
        if len(kept) >= _MOST:
            kept.clear()
        kept[slug] = (glance, monotonic() + current_app.config["GLANCE_GOOD_FOR"])
    return glance


def _read_privacy_version(language: str) -> int | None:
    with bridge().db.reading() as connection:
        return notices.privacy_version(connection, language)


def _kept() -> _Kept:
    return cast(_Kept, current_app.extensions.setdefault("lately read", _Kept()))
