"""Letters: from a row of the outbox to the bytes that leave. Sending them is in `smtp.py`.

What all readers of one letter about one event share is prepared once and kept (`prepared.py`); for each reader
only the slots are filled in, the header is written, and the header is read again before the letter is let go."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from threading import Lock

from jinja2 import TemplateError

from zoom_bridge.domain.account import Organiser, SignIn
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.letter_text import LetterText, Specimen
from zoom_bridge.domain.message import LETTING_IN, TO_PANEL, UNSOLICITED, Kind, Message
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.series import TakenDate
from zoom_bridge.domain.webinar import PhoneWay
from zoom_bridge.i18n import LANGUAGES, speech
from zoom_bridge.links import Links
from zoom_bridge.mail import letterhead
from zoom_bridge.mail.enclosed import Enclosing, file_name, in_slot
from zoom_bridge.mail.ical import Entry, calendar_of_dates, entry_of, panel_entry
from zoom_bridge.mail.prepared import PreparedBody, prepare, slot
from zoom_bridge.mail.rendering import (
    METHODS,
    OTHERWISE_WHEN_WAITING,
    Person,
    Rendered,
    moment,
    nearness,
    render,
    render_dates,
    render_sign_in,
    suggestion,
)
from zoom_bridge.mail.specimens import TEST_MARK, example

#: How many prepared letters are kept. One is some 30 kB.
KEPT = 64

_SLOTS = Person(*(slot(field.name) for field in fields(Person)))
_ENTRY_SLOTS = Entry(slot("uid"), slot("sequence"), slot("stamp"), slot("link"), slot("attendee"))


@dataclass(frozen=True)
class Envelope:
    """A letter ready to leave: bare addresses, and the bytes with CRLF."""

    sender: str
    recipient: str
    data: bytes


@dataclass(frozen=True)
class _Prepared:
    """`about` is the event as it was then, `own` its own words: a prepared letter is good only while both are still
    the same."""

    about: Event | None
    own: LetterText | None
    before_recipient: bytes
    after_recipient: bytes
    body: PreparedBody
    names: tuple[str, ...]


class Letters:
    """Composes every letter there is. `sender` is an address, or a name with an address in angle brackets; `bounces` is
    the address that undeliverable letters come back to, if it is another one."""

    def __init__(self, links: Links, sender: str, bounces: str = "") -> None:
        self.links = links
        name, address = parseaddr(sender)
        self._sender_as_given = sender
        self._sender_name = name
        self._sender = letterhead.clean_address(address)
        self._bounces = letterhead.clean_address(bounces) if bounces else self._sender
        self._kept: OrderedDict[Hashable, _Prepared] = OrderedDict()
        self._lock = Lock()

    def compose(
        self,
        message: Message,
        event: Event,
        registration: Registration,
        now: datetime,
        own: LetterText | None = None,
        phone: PhoneWay | None = None,
        enclosing: Enclosing | None = None,
    ) -> Envelope:
        """One letter to one attendee; `own` holds the event's own words for it, `phone` how to come in by telephone, as
        far as Zoom has told us. Raises a permanent Failure when it must not leave as it is."""
        _check_belonging(message, event, registration)
        kind, language = message.kind, own.language if own else registration.language
        if language not in LANGUAGES:
            language = LANGUAGES[0]
        name = letterhead.clean_line(registration.name)
        near = nearness(event, now)
        waiting = _to_somebody_waiting(kind, registration)
        own = None if waiting else own
        prepared = self._prepared(
            (kind, language, event.id, near, bool(name), phone, waiting, bool(enclosing)),
            event,
            lambda: render(
                kind,
                language,
                event,
                near,
                _slots(name),
                _ENTRY_SLOTS,
                self.links,
                self._sender_as_given,
                own,
                phone,
                waiting=waiting,
            ),
            own,
            file_name(language, enclosing),
        )
        values = self._values(message, event, registration, name, language) | in_slot(enclosing)
        return self._envelope(message, prepared, name, registration.email, values)

    def compose_dates(
        self,
        message: Message,
        registration: Registration,
        taken: Sequence[TakenDate],
        own: LetterText | None = None,
    ) -> Envelope:
        """One letter to one attendee about several dates of a series; `registration` is the one that it was written
        for. Nothing of it is kept for other readers: everybody chose their own dates."""
        if message.registration_id != registration.id or message.kind in LETTING_IN:
            raise Failure("The letter and the registration do not belong together.", permanent=True)
        if {one.registration.email_key for one in taken} != {registration.email_key}:
            raise Failure("The dates are not all this person's.", permanent=True)
        language = registration.language if registration.language in LANGUAGES else LANGUAGES[0]
        name = letterhead.clean_line(registration.name)
        first, key = taken[0].event, taken[0].registration.key
        # Asked again on different days, they lapse on different days: the first one counts.
        until = min(
            (one.registration.confirm_by or message.useful_until for one in taken), default=message.useful_until
        )
        person = Person(
            name=name,
            link=self.links.personal(key),
            cancel_link=self.links.personal(key, "cancel"),
            data_link=self.links.personal(key, "data"),
            confirm_link=self.links.confirm(key),
            confirm_by=_until(language, until.replace(second=0, microsecond=0), first.timezone),
        )
        rendered = render_dates(message.kind, language, taken, person, self.links, own)
        if message.kind in METHODS:
            stamp = message.dated_at or message.created_at
            calendar = calendar_of_dates(taken, self.links, self._sender_as_given, language, stamp)
            rendered = replace(rendered, calendar=calendar)
        return self._envelope(message, self._prepare(rendered, first, own), name, registration.email, {})

    def compose_for_panel(
        self, message: Message, event: Event, seat: PanelSeat, now: datetime, own: LetterText | None = None
    ) -> Envelope:
        """One letter to somebody on the panel."""
        if message.panel_seat_id != seat.id or seat.event_id != event.id or message.kind not in TO_PANEL:
            raise Failure("The letter and the panelist do not belong together.", permanent=True)
        kind, language = message.kind, seat.language if seat.language in LANGUAGES else LANGUAGES[0]
        name = letterhead.clean_line(seat.name)
        near = nearness(event, now)
        prepared = self._prepared(
            (kind, language, event.id, near, bool(name)),
            event,
            lambda: render(
                kind, language, event, near, _slots(name), _ENTRY_SLOTS, self.links, self._sender_as_given, own
            ),
            own,
        )
        values = {"name": name, "link": self.links.panel(seat.key)}
        if method := METHODS.get(kind):
            stamp = message.dated_at or message.created_at
            values |= vars(panel_entry(event, seat, self.links, method, stamp))
        return self._envelope(message, prepared, name, seat.email, values)

    def compose_sign_in(self, message: Message, organiser: Organiser, sign_in: SignIn, now: datetime) -> Envelope:
        """The letter that signs an organiser in, or invites them."""
        if message.sign_in_id != sign_in.id or sign_in.organiser_id != organiser.id:
            raise Failure("The sign-in is not this organiser's.", permanent=True)
        minutes = int((sign_in.expires_at - now).total_seconds() // 60)
        if minutes < 1:
            raise Failure("The sign-in link has run out.", permanent=True)
        language = organiser.language if organiser.language in LANGUAGES else LANGUAGES[0]
        name = letterhead.clean_line(organiser.name)
        prepared = self._prepared(
            (message.kind, language, sign_in.expires_at, minutes, bool(name)),
            None,
            lambda: render_sign_in(message.kind, language, _slots(name), sign_in.expires_at, minutes, self.links),
        )
        values = {"name": name, "sign_in_link": self.links.sign_in(sign_in.key, sign_in.expires_at)}
        return self._envelope(message, prepared, name, organiser.email, values)

    def compose_test(
        self,
        message: Message,
        event: Event,
        organiser: Organiser,
        now: datetime,
        own: LetterText | None = None,
        enclosing: Enclosing | None = None,
    ) -> Envelope:
        """One of the event's letters as a specimen to an organiser. Nothing of it is kept for other readers."""
        if message.organiser_id != organiser.id or message.event_id != event.id or message.registration_id:
            raise Failure("The letter is not this organiser's.", permanent=True)
        language = message.language if message.language in LANGUAGES else LANGUAGES[0]
        name = letterhead.clean_line(organiser.name)
        rendered = example(
            message.kind, language, event, name, organiser.email, now, self.links, self._sender_as_given, own
        )
        marked = replace(rendered, subject=f"{TEST_MARK} {rendered.subject}")
        prepared = self._prepare(marked, event, own, file_name(language, enclosing))
        return self._envelope(message, prepared, name, organiser.email, in_slot(enclosing))

    def specimen(
        self,
        kind: Kind,
        language: str,
        event: Event,
        name: str,
        email: str,
        now: datetime,
        own: LetterText | None,
        *,
        waiting: bool = False,
    ) -> Specimen:
        """The letter as somebody of that name, on the waiting list or not, would read it."""
        reply_to = _usable(event.help_email)
        return Specimen(
            sender=_shown(event.hosted_by or self._sender_name, self._sender),
            reply_to=_shown(event.help_name, reply_to) if reply_to else "",
            recipient=_shown(name, email),
            **vars(
                example(
                    kind,
                    language,
                    event,
                    name,
                    email,
                    now,
                    self.links,
                    self._sender_as_given,
                    own,
                    waiting=waiting,
                )
            ),
        )

    def suggestion(self, kind: Kind, language: str) -> tuple[str, str]:
        """Our own subject and opening with placeholders, for an organiser to change."""
        return suggestion(kind, language)

    def _values(
        self, message: Message, event: Event, registration: Registration, name: str, language: str
    ) -> dict[str, str]:
        """What goes into the slots; only what this kind of letter has."""
        key = registration.key
        if message.kind is Kind.PLEASE_CONFIRM:
            until = registration.confirm_by or message.useful_until
            return {
                "name": name,
                "confirm_link": self.links.confirm(key),
                "confirm_by": _until(language, until.replace(second=0, microsecond=0), event.timezone),
                "data_link": self.links.personal(key, "data"),
            }
        values = {
            "name": name,
            "link": self.links.personal(key),
            "cancel_link": self.links.personal(key, "cancel"),
            "data_link": self.links.personal(key, "data"),
        }
        if message.kind in UNSOLICITED:
            values["unsubscribe_link"] = self.links.unsubscribe(key)
        method = METHODS.get(message.kind)
        if method and not _to_somebody_waiting(message.kind, registration):
            stamp = message.dated_at or message.created_at
            # vars, because asdict copies deeply and this happens for every letter.
            values |= vars(entry_of(event, registration, self.links, method, stamp))
        return values

    def _prepared(
        self,
        key: Hashable,
        about: Event | None,
        rendering: Callable[[], Rendered],
        own: LetterText | None = None,
        file: str = "",
    ) -> _Prepared:
        """The prepared letter, kept or new. Two threads may prepare the same one; the later one stays."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and (kept.about is about or kept.about == about) and kept.own == own:
                self._kept.move_to_end(key)
                return kept
        try:
            new = self._prepare(rendering(), about, own, file)
        except TemplateError as error:
            raise Failure(f"The letter's template cannot be filled in: {error}", permanent=True) from error
        with self._lock:
            self._kept[key] = new
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return new

    def _prepare(
        self, rendered: Rendered, about: Event | None, own: LetterText | None, file: str = ""
    ) -> _Prepared:
        body = prepare(rendered.text, rendered.html, rendered.calendar, rendered.method, file)
        sender_name = (about.hosted_by if about else "") or self._sender_name
        before = letterhead.address_line("From", sender_name, self._sender)
        after = letterhead.text_line("Subject", rendered.subject)
        after += (
            b"Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: OOF, AutoReply\r\nMIME-Version: 1.0\r\n"
        )
        names = ["From", "To", "Subject", "Auto-Submitted", "X-Auto-Response-Suppress", "MIME-Version"]
        if about and (reply_to := _usable(about.help_email)):
            after += letterhead.address_line("Reply-To", about.help_name, reply_to)
            names += ["Reply-To"]
        after += body.content_type
        return _Prepared(about, own, before, after, body, (*names, "Content-Type", "Date", "Message-ID"))

    def _envelope(
        self, message: Message, prepared: _Prepared, name: str, email: str, values: Mapping[str, str]
    ) -> Envelope:
        recipient = letterhead.clean_address(email)
        # A specimen has no way out of its own.
        unsubscribe = values.get("unsubscribe_link")
        head = b"".join(
            (
                prepared.before_recipient,
                letterhead.address_line("To", name, recipient),
                prepared.after_recipient,
                letterhead.own_lines(message),
                letterhead.unsubscribe_lines(unsubscribe) if unsubscribe else b"",
            )
        )
        letterhead.check(head, (*prepared.names, *(letterhead.UNSUBSCRIBING if unsubscribe else ())))
        return Envelope(self._bounces, recipient, head + b"\r\n" + prepared.body.filled(values))


def _slots(name: str) -> Person:
    """Slots for everything; without a name the greeting has no place for one."""
    return _SLOTS if name else Person(**(asdict(_SLOTS) | {"name": ""}))


def _to_somebody_waiting(kind: Kind, registration: Registration) -> bool:
    return kind in OTHERWISE_WHEN_WAITING and registration.waited


def _check_belonging(message: Message, event: Event, registration: Registration) -> None:
    """A letter is about its own registration, or it does not leave: no link reaches another person."""
    if message.registration_id != registration.id or registration.event_id != event.id:
        raise Failure("The letter and the registration do not belong together.", permanent=True)
    if message.event_id not in {None, event.id} or message.kind in LETTING_IN | TO_PANEL:
        raise Failure("The letter is not about this event.", permanent=True)
    if message.kind is Kind.MOVED and event.moved_from is None:
        raise Failure("The event has not moved, so there is nothing to tell.", permanent=True)
    if message.kind is Kind.CANCELLED and event.cancelled_at is None:
        raise Failure("The event is not cancelled, so there is nothing to tell.", permanent=True)


def _shown(name: str, address: str) -> str:
    name = letterhead.clean_line(name)
    return f"{name} <{address}>" if name else address


def _usable(address: str) -> str:
    """A help address that cannot be used costs the Reply-To, not everybody's letter."""
    try:
        return letterhead.clean_address(address) if address.isascii() else ""
    except Failure:
        return ""


@lru_cache(maxsize=4096)
def _until(language: str, instant: datetime, zone: str) -> str:
    return moment(speech(language), instant, zone)
