"""Events as they were read last, so that a page that many open is not read for each of them. Whether anything has
changed since is asked every time (`store/glances.py`): nobody is shown what is out of date."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from flask import current_app, g

from zoom_bridge.domain.event import Event
from zoom_bridge.store import events, glances, notices
from zoom_bridge.store.glances import Glance
from zoom_bridge.web.context import bridge

#: What an event was before it was changed stays behind; it is cleared away when it has become much.
_MOST = 500


@dataclass
class _Kept:
    events: dict[tuple[int, int, datetime | None], Event] = field(default_factory=dict)
    privacy_versions: dict[tuple[int, str], int | None] = field(default_factory=dict)


def find_event(slug: str) -> tuple[Event | None, int]:
    """The event, and how many of its seats are taken where they are limited."""
    with bridge().db.glancing() as connection:
        glance = glances.of_event(connection, slug)
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


def privacy_version(language: str) -> int | None:
    """The version of the privacy notice that readers of this language are shown."""
    glance = cast(Glance | None, g.get("glance"))
    if glance is None:
        return _read_privacy_version(language)
    kept, key = _kept().privacy_versions, (glance.notices, language)
    if key not in kept:
        kept[key] = _read_privacy_version(language)
    return kept[key]


def _read_privacy_version(language: str) -> int | None:
    with bridge().db.reading() as connection:
        return notices.privacy_version(connection, language)


def _kept() -> _Kept:
    return cast(_Kept, current_app.extensions.setdefault("lately read", _Kept()))
