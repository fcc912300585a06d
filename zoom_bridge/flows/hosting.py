"""Create, change, publish and cancel an event. What Zoom and the attendees have to learn of it is left as due
rows: `syncing.py` and `mailing.py` carry it out. Who is on the panel is in `seating.py`."""

import re
import secrets
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.look import LookKind
from zoom_bridge.domain.message import Kind, useful_until
from zoom_bridge.domain.question import with_new_consents
from zoom_bridge.domain.refusals import ChangedMeanwhile, EventCancelled, NotFound, NotPublishable
from zoom_bridge.domain.reminder import planned_reminders
from zoom_bridge.flows import placing, seating
from zoom_bridge.store import (
    events,
    hosts,
    letter_texts,
    looks,
    notices,
    outbox,
    panel_seats,
    registrations,
    reminders,
    takeaways,
    webinars,
)
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.client import ZoomClient


def create_event(db: Database, draft: EventDraft, now: datetime, copied_from: int | None = None) -> Event:
    """Keep the event with its reminders and a webinar that is to be made. A copy's letters have the words that those
    of the event it was copied from have."""
    with db.transaction() as connection:
        return keep_new(connection, draft, now, copied_from)


def change_event(
    db: Database, event_id: int, draft: EventDraft, now: datetime, seen_revision: int | None = None
) -> Event:
    """Keep the new version. A moved date plans the reminders anew and tells everybody who has a seat, once.

    `seen_revision`: the one the draft was made from. Refused when there is a newer one, so that nobody undoes a
    colleague's change without knowing of it."""
    with db.transaction() as connection:
        before = _existing(connection, event_id)
        if before.cancelled_at:
            raise EventCancelled
        draft = replace(draft, questions=with_new_consents(draft.questions, before.questions))
        if seen_revision not in (None, before.revision):
            if _says_the_same(before, draft):
                return before  # the button was pressed twice
            raise ChangedMeanwhile
        return keep_changed(connection, before, draft, now)


def publish_event(db: Database, event_id: int, now: datetime) -> None:
    """Show the event to everybody. Refused while imprint or privacy notice are missing."""
    with db.transaction() as connection:
        event = _existing(connection, event_id)
        if event.cancelled_at:
            raise EventCancelled
        if missing := notices.missing(connection):
            raise NotPublishable(missing)
        if not event.published_at:
            keep_published(connection, event, now)


def cancel_event(db: Database, event_id: int, now: datetime) -> None:
    """Call the event off: reminders stop at once, everybody with a seat, or waiting for one, gets one letter,
    the webinar goes."""
    with db.transaction() as connection:
        event = _existing(connection, event_id)
        if event.cancelled_at:
            return
        events.mark_cancelled(connection, event.id, now)
        reminders.drop(connection, event.id, now, "cancelled")
        webinars.make_due(connection, event.id, now)
        if event.public and now < event.ends_at:
            _write_to(connection, Kind.CANCELLED, _seated(connection, event, now), event, now)
            _write_to(connection, Kind.CANCELLED, registrations.waiting_ids(connection, event.id), event, now)
            seating.write_to_panel(connection, Kind.PANEL_CANCELLED, event, None, now)


def sync_again(db: Database, event_id: int, now: datetime) -> None:
    """Compare with Zoom now, and try again at once whatever waits or was given up; the host's licence included."""
    with db.transaction() as connection:
        event = _existing(connection, event_id)
        if host := hosts.find_by_email(connection, event.zoom_host):
            hosts.make_due(connection, host.id, now)
        webinars.make_due(connection, event_id, now)
        registrations.make_due(connection, event_id, now)
        panel_seats.make_due(connection, event_id, now)
        looks.make_due(connection, event_id, LookKind.REGISTRANTS, now)


def recreate_webinar(db: Database, event_id: int, now: datetime) -> None:
    """The webinar was deleted at Zoom and the organiser wants a new one. Our join links stay valid."""
    with db.transaction() as connection:
        _existing(connection, event_id)
        twin = webinars.find_by_event(connection, event_id)
        if twin is None or twin.gone_at is None:
            return
        webinars.forget_twin(connection, twin.id, now)
        registrations.forget_twins(connection, event_id, now)
        panel_seats.forget_twins(connection, event_id, now)


def start_url(db: Database, zoom: ZoomClient, event_id: int) -> str:
    """The host's own link, asked for when its button is pressed and never kept: it opens the webinar as host."""
    with db.reading() as connection:
        twin = webinars.find_by_event(connection, event_id)
    if twin is None or twin.zoom_id is None:
        raise NotFound
    return zoom.get_start_url(twin.zoom_id)


def end_webinar(db: Database, zoom: ZoomClient, event_id: int) -> None:
    """For everybody in the room, at once: whoever presses the button is on the spot and cannot wait for a job. Kept is
    nothing; that it ended, Zoom tells by itself."""
    with db.reading() as connection:
        twin = webinars.find_by_event(connection, event_id)
    if twin is None or twin.zoom_id is None:
        raise NotFound
    zoom.urgently().end_webinar(twin.zoom_id)


def show_recording(db: Database, event_id: int, takeaway_id: int, now: datetime) -> None:
    """The event's page leads to this recording from now on."""
    with db.transaction() as connection:
        event = _existing(connection, event_id)
        takeaway = takeaways.find(connection, takeaway_id)
        recording = takeaway.recording if takeaway and takeaway.event_id == event_id else None
        if recording is None or not recording.link:
            raise NotFound
        if event.cancelled_at:
            raise EventCancelled
        draft = EventDraft(**{field.name: getattr(event, field.name) for field in fields(EventDraft)})
        keep_changed(connection, event, replace(draft, recording_url=recording.link), now)


def keep_new(
    connection: Connection,
    draft: EventDraft,
    now: datetime,
    copied_from: int | None = None,
    *,
    dated: bool = False,
) -> Event:
    """A new event, with what follows from it. `dated`: its address names its day, because it is one of several."""
    kept = (events.add(connection, draft, slug, now) for slug in _slugs(draft, dated=dated))
    event = _existing(connection, next(event_id for event_id in kept if event_id))
    reminders.plan(connection, event.id, event.schedule_revision, planned_reminders(event), now)
    webinars.add(connection, event.id, now)
    seating.seat_panel(connection, event, now)
    if copied_from is not None:
        letter_texts.copy(connection, copied_from, event.id, now)
    return event


def keep_published(connection: Connection, event: Event, now: datetime) -> None:
    """The event is seen from now on, with what follows from it."""
    events.mark_published(connection, event.id, now)
    seating.invite(connection, event, now)


def keep_changed(connection: Connection, before: Event, draft: EventDraft, now: datetime) -> Event:
    """A locked event's new version, with what follows from it: whoever is told of a new date, and who moves up because
    there are more seats now."""
    events.change(connection, before, draft, _start_as_told(connection, before))
    event = _existing(connection, before.id)
    planned = planned_reminders(event)
    wanted = [(reminder.kind, reminder.rule) for reminder in planned]
    reminders.drop_outdated(connection, event.id, event.schedule_revision, wanted, now)
    reminders.plan(connection, event.id, event.schedule_revision, planned, now)
    webinars.make_due(connection, event.id, now)
    stayed = seating.seat_panel(connection, event, now)
    moved = event.schedule_revision > before.schedule_revision and event.public
    seated = _seated(connection, event, now) if moved else []
    placing.move_up(connection, event, now)
    if moved:
        # Who moved up has a letter that tells the new date already.
        _write_to(connection, Kind.MOVED, seated, event, now)
        _write_to(connection, Kind.MOVED, registrations.waiting_ids(connection, event.id), event, now)
        seating.write_to_panel(connection, Kind.PANEL_MOVED, event, stayed, now)
    return event


def _existing(connection: Connection, event_id: int) -> Event:
    """The event, locked: two changes at once are one after the other, each with a revision of its own."""
    event = events.lock(connection, event_id)
    if event is None:
        raise NotFound
    return event


def _says_the_same(event: Event, draft: EventDraft) -> bool:
    return all(getattr(event, field.name) == getattr(draft, field.name) for field in fields(EventDraft))


def _start_as_told(connection: Connection, event: Event) -> datetime:
    """The start that people know of. Moved twice before any letter could leave, they still know the first one."""
    untold = event.moved_from and not outbox.anything_sent(connection, event.id, event.schedule_revision)
    return event.moved_from if event.moved_from and untold else event.starts_at


def _seated(connection: Connection, event: Event, now: datetime) -> Sequence[int]:
    return registrations.confirmed_ids(connection, event.id, now)


def _write_to(connection: Connection, kind: Kind, ids: Sequence[int], event: Event, now: datetime) -> None:
    outbox.queue(
        connection,
        kind,
        ids,
        event_id=event.id,
        schedule_revision=event.schedule_revision,
        useful_until=useful_until(kind, event, now),
        now=now,
    )


def _slugs(draft: EventDraft, *, dated: bool = False) -> Iterator[str]:
    """Readable addresses made of the title, the nicest first. The first one that is free never changes again,
    because people keep it."""
    slug = slug_of(draft.wording(draft.languages[0]).title)
    if slug and not dated:
        yield slug
    with_day = f"{slug}-{draft.starts_wall:%Y-%m-%d}".strip("-")
    yield with_day
    while True:
        yield f"{with_day}-{secrets.token_hex(3)}"


def slug_of(title: str) -> str:
    """ "Gute Nachbarschaft für alle" → "gute-nachbarschaft-fuer-alle"."""
    for letter, spelled in {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "ae", "Ö": "oe", "Ü": "ue"}.items():
        title = title.replace(letter, spelled)
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-")
