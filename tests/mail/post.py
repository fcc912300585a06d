"""What the tests of letters share: letters composed for the cast, and read as a mail program reads them."""

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from tests.builders import a_message, a_registration, an_event
from tests.clock import NOW
from zoom_bridge.domain.account import Organiser, SignIn
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import LETTING_IN, TO_PANEL, Kind, Message
from zoom_bridge.domain.registration import Registration
from zoom_bridge.links import Links
from zoom_bridge.mail.letters import Envelope, Letters

SENDER = "events@example.org"
LINKS = Links("https://events.example.org", "a secret of the tests, long enough for all")
TO_ATTENDEES = tuple(kind for kind in Kind if kind not in LETTING_IN | TO_PANEL)
LANGUAGES = ("de", "en")


def letters() -> Letters:
    return Letters(LINKS, SENDER)


def an_event_for(kind: Kind, **changes: Any) -> Event:
    """An event that a letter of this kind can be about."""
    usual = {"schedule_revision": 2, "moved_from": an_event().starts_at - timedelta(days=7)}
    return an_event(
        **(usual if kind is Kind.MOVED else {})
        | ({"cancelled_at": NOW} if kind is Kind.CANCELLED else {})
        | changes
    )


def a_reader(language: str = "de", **changes: Any) -> Registration:
    return a_registration(**{"language": language, "confirm_by": NOW + timedelta(hours=72)} | changes)


def ready(kind: Kind, **changes: Any) -> Message:
    """A message at its first attempt: Message-ID and date are fixed."""
    return replace(a_message(kind, message_id="<r1.letter.1@events.example.org>", dated_at=NOW), **changes)


def a_letter(
    kind: Kind,
    language: str = "de",
    *,
    event: Event | None = None,
    registration: Registration | None = None,
    now: datetime = NOW,
    by: Letters | None = None,
) -> "Read":
    envelope = (by or letters()).compose(
        ready(kind), event or an_event_for(kind), registration or a_reader(language), now
    )
    return Read(envelope)


def a_sign_in_letter(
    language: str = "de",
    now: datetime = NOW,
    kind: Kind = Kind.SIGN_IN,
    good_for: timedelta = timedelta(minutes=30),
    **organiser: Any,
) -> "Read":
    olga = {
        "id": 1,
        "email": "olga@example.org",
        "name": "Olga Osterkamp",
        "language": language,
        "created_at": NOW,
    }
    sign_in = SignIn(
        id=7,
        organiser_id=1,
        key="s" * 22,
        created_at=NOW,
        expires_at=NOW + good_for,
        used_at=None,
    )
    message = ready(kind, event_id=None, registration_id=None, sign_in_id=7)
    return Read(letters().compose_sign_in(message, Organiser(**(olga | organiser)), sign_in, now))


class Read:
    """A letter, read."""

    def __init__(self, envelope: Envelope) -> None:
        self.envelope = envelope
        self.message: EmailMessage = message_from_bytes(envelope.data, policy=policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._part("text/plain")

    @property
    def html(self) -> str:
        return self._part("text/html")

    @property
    def calendar(self) -> str:
        return self._part("text/calendar")

    @property
    def calendar_file(self) -> str:
        return bytes(self._payload("application/ics")).decode()

    @property
    def defects(self) -> list[Exception]:
        parts = [defect for part in self.message.walk() for defect in part.defects]
        return parts + [
            defect
            for name, value in self.message.items()
            if name != "To"
            for defect in getattr(value, "defects", ())
        ]

    def part(self, content_type: str) -> EmailMessage | None:
        return next((part for part in self.message.walk() if part.get_content_type() == content_type), None)

    def _part(self, content_type: str) -> str:
        part = self.part(content_type)
        return str(part.get_content()).replace("\r\n", "\n") if part else ""

    def _payload(self, content_type: str) -> bytes:
        part = self.part(content_type)
        return part.get_payload(decode=True) if part else b""
