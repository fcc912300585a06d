"""Make a series of an event, add a date to it, and let one date's texts hold for those that come. Each date is an event
of its own: it is moved, cancelled and written about as any other, in `hosting.py`. How people register for several is in
`subscribing.py`."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.question import with_new_consents
from zoom_bridge.domain.recurrence import MOST_DATES, Start, on_day, with_texts_of
from zoom_bridge.domain.refusals import EventCancelled, NotAllowed, NotFound, NotPublishable
from zoom_bridge.domain.series import Registering, Series
from zoom_bridge.flows import hosting
from zoom_bridge.store import dates, events, letter_texts, notices, webinars
from zoom_bridge.store.database import Database


def make_series(
    db: Database, event_id: int, more: Sequence[Start], registering: Registering, now: datetime
) -> Series:
    """The event becomes the first date of a series, copies of it the others; when it is in one already, nothing
    changes. Raises WallTimeRefused for an hour that a day does not have, NotAllowed when there are too many dates."""
    with db.transaction() as connection:
        event = events.lock(connection, event_id)
        if event is None:
            raise NotFound
        if event.cancelled_at:
            raise EventCancelled
        if event.series_id is not None and (known := dates.find(connection, event.series_id)):
            return known  # the button was pressed twice
        if len(more) >= MOST_DATES:
            raise NotAllowed
        kept = (dates.add(connection, slug, registering, now) for slug in _slugs(event))
        series = next(series for series in kept if series)
        dates.join(connection, event.id, series.id)
        # Its page says so; Zoom is told nothing new, and finds that out by itself.
        webinars.make_due(connection, event.id, now)
        for start in more:
            _add(connection, series, event, start, now)
        return series


def add_date(db: Database, series_id: int, start: Start, now: datetime) -> Event:
    """One date more, a copy of the last one. Raises as `make_series` does."""
    with db.transaction() as connection:
        series = dates.find(connection, series_id)
        known = _lock(connection, series_id)
        living = sorted((event for event in known if not event.cancelled_at), key=lambda event: event.starts_at)
        if series is None or not living:
            raise NotFound
        wanted = on_day(draft_of(living[-1]), start).starts_at
        for event in living:
            if event.starts_at == wanted:
                return event  # the button was pressed twice
        if len(known) >= MOST_DATES:
            raise NotAllowed
        return _add(connection, series, living[-1], start, now)


def spread(db: Database, series_id: int, event_id: int, now: datetime) -> int:
    """The other dates that are still to come get this one's texts and settings, and its letters' own words. Each keeps
    its own day and host. Returns how many they were."""
    with db.transaction() as connection:
        known = _lock(connection, series_id)
        source = next((event for event in known if event.id == event_id), None)
        if source is None:
            raise NotFound
        others = [one for one in known if one.id != event_id and not one.cancelled_at and now < one.starts_at]
        for event in others:
            draft = with_texts_of(event, source)
            draft = replace(draft, questions=with_new_consents(draft.questions, event.questions))
            hosting.keep_changed(connection, event, draft, now)
            for text in letter_texts.list_for_event(connection, event.id):
                letter_texts.remove(connection, event.id, text.kind, text.language)
            letter_texts.copy(connection, source.id, event.id, now)
        return len(others)


def publish_all(db: Database, series_id: int, now: datetime) -> int:
    """Show all dates that are still to come. Refused while imprint or privacy notice are missing."""
    with db.transaction() as connection:
        if missing := notices.missing(connection):
            raise NotPublishable(missing)
        drafts = [one for one in _lock(connection, series_id) if not one.public and not one.cancelled_at]
        coming = [one for one in drafts if now < one.starts_at]
        for event in coming:
            hosting.keep_published(connection, event, now)
        return len(coming)


def _lock(connection: Connection, series_id: int) -> list[Event]:
    """All dates of the series, locked in the order of their numbers."""
    locked = [events.lock(connection, event_id) for event_id in dates.ids_of(connection, series_id)]
    return [event for event in locked if event]


def _add(connection: Connection, series: Series, like: Event, start: Start, now: datetime) -> Event:
    """It is published when the one that it is a copy of is."""
    draft = on_day(draft_of(like), start)
    event = hosting.keep_new(connection, draft, now, like.id, dated=True)
    dates.join(connection, event.id, series.id)
    if like.public:
        hosting.keep_published(connection, event, now)
    return event


def draft_of(event: Event) -> EventDraft:
    return EventDraft(**{field.name: getattr(event, field.name) for field in fields(EventDraft)})


def _slugs(event: Event) -> Iterator[str]:
    """As its title reads. Series have their own addresses, /s/…, so it may be that of an event as well."""
    slug = hosting.slug_of(event.wording(event.languages[0]).title) or "reihe"
    yield slug
    while True:
        yield f"{slug}-{secrets.token_hex(3)}"
