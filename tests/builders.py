"""Sensible, unsurprising things to test with: Monday, 7 September 2026, 10.00 to 11.30 in Berlin.

A builder takes the fields that matter to a test by name. Wall times and instants move along with one another."""

from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from tests.cast import ANNA
from tests.clock import NOW
from zoom_bridge.domain.attendance import Fact, Sighting, Teller
from zoom_bridge.domain.event import Event, EventDraft, Panelist, Partner
from zoom_bridge.domain.message import Kind, Message
from zoom_bridge.domain.registration import Attendee, Registration, Source, email_key
from zoom_bridge.domain.wall_time import instant_of, wall_of
from zoom_bridge.domain.webinar import TwinWebinar

STARTS_WALL = datetime(2026, 9, 7, 10, 0)
ENDS_WALL = datetime(2026, 9, 7, 11, 30)


def a_draft(**changes: Any) -> EventDraft:
    """What Olga submits."""
    times: dict[str, Any] = {
        "timezone": "Europe/Berlin",
        "starts_wall": STARTS_WALL,
        "ends_wall": ENDS_WALL,
    } | changes
    for end in ("starts", "ends"):
        if f"{end}_at" in changes:
            times[f"{end}_wall"] = wall_of(times[f"{end}_at"], times["timezone"])
        else:
            times[f"{end}_at"] = instant_of(times[f"{end}_wall"], times["timezone"])
    texts = {
        "title_de": "Gute Nachbarschaft",
        "subtitle_de": "Was wir aus der Zeit von Corona lernen können",
        "description_de": "Wo, wie und warum gelang **gute Nachbarschaft**?\n\n- Filme\n- Gespräch",
        "title_en": "Good neighbours",
        "subtitle_en": "What we can learn from the time of Corona",
        "description_en": "Where, how and why did **good neighbourhood** work?\n\n- films\n- discussion",
        "hosted_by": "Umweltministerium",
        "hosted_by_url": "https://ministry.example.org",
        "help_name": "Servicestelle",
        "help_phone": "0511 701 07 09",
        "help_hours": "Mo bis Fr, 9 bis 16 Uhr",
        "help_email": "help@example.org",
        "zoom_host": "host@example.org",
        # Full is full, unless a test is about the waiting list.
        "waiting_list": False,
        "partners": (Partner("Landesarbeitsgemeinschaft", "in Kooperation mit", "https://partner.example.org"),),
        "panelists": (Panelist("Petra Podium", "Ministerin", "Umweltministerium", "Grußwort"),),
    }
    return EventDraft(**(texts | times))


def an_event(**changes: Any) -> Event:
    """Olga's event, published and not yet begun."""
    of_draft = {field.name for field in fields(EventDraft)}
    draft = a_draft(**{name: value for name, value in changes.items() if name in of_draft})
    texts = {field.name: getattr(draft, field.name) for field in fields(EventDraft)}
    kept = {
        "id": 1,
        "slug": "gute-nachbarschaft",
        "created_at": NOW,
        "published_at": NOW,
        "forget_at": draft.ends_at + timedelta(days=30),
    }
    return Event(**(texts | kept | changes))


def an_attendee(**changes: Any) -> Attendee:
    return Attendee(**(asdict(ANNA) | changes))


def a_registration(attendee: Attendee = ANNA, **changes: Any) -> Registration:
    """Anna's place at Olga's event: confirmed, and brought to Zoom."""
    person = asdict(attendee) | {name: changes[name] for name in asdict(attendee) if name in changes}
    kept = {
        "id": 1,
        "event_id": 1,
        "key": "k" * 22,
        **person,
        "email_key": email_key(person["email"]),
        "source": Source.PAGE,
        "created_at": NOW,
        "confirm_by": None,
        "confirmed_at": NOW,
        "cancelled_at": None,
        "cancelled_by": None,
        "privacy_version": 1,
        "revision": 1,
        "synced_revision": 1,
        "synced_at": NOW,
        "registrant_id": f"registrant-{attendee.first_name.casefold()}",
        "join_url": f"https://zoom.example.org/w/81234567890?tk={attendee.first_name.casefold()}",
        "asked_zoom_at": None,
        "first_clicked_at": None,
        "due_at": None,
        "attempts": 0,
        "last_error": None,
        "gave_up_at": None,
    }
    return Registration(**(kept | changes))


def a_webinar(**changes: Any) -> TwinWebinar:
    """The twin of Olga's event, in line with it."""
    kept = {
        "id": 1,
        "event_id": 1,
        "zoom_id": "81234567890",
        "host": "host@example.org",
        "synced_revision": 1,
        "synced_at": NOW,
        "asked_zoom_at": None,
        "absent_at": None,
        "gone_at": None,
        "due_at": None,
        "attempts": 0,
        "last_error": None,
        "gave_up_at": None,
    }
    return TwinWebinar(**(kept | changes))


def a_message(kind: Kind = Kind.CONFIRMATION, **changes: Any) -> Message:
    """A letter to Anna, waiting in the outbox."""
    kept = {
        "id": 1,
        "unique_key": f"{kind}:1:1",
        "kind": kind,
        "event_id": 1,
        "registration_id": 1,
        "sign_in_id": None,
        "schedule_revision": 1,
        "created_at": NOW,
        "useful_until": NOW + timedelta(days=3),
        "message_id": None,
        "dated_at": None,
        "sent_at": None,
        "skipped_at": None,
        "skip_reason": None,
        "gave_up_at": None,
        "due_at": NOW,
        "attempts": 0,
        "last_error": None,
    }
    return Message(**(kept | changes))


def a_sighting(fact: Fact = Fact.JOINED, at: datetime = NOW, **changes: Any) -> Sighting:
    """Anna joins, says a webhook."""
    kept = {
        "sitting": "sitting-1",
        "participant": "participant-1",
        "fact": fact,
        "at": at,
        "teller": Teller.WEBHOOK,
        "registration_id": 1,
        "name": ANNA.name,
    }
    if fact in {Fact.STARTED, Fact.ENDED}:
        kept |= {"participant": "", "registration_id": None, "name": ""}
    return Sighting(**(kept | changes))
