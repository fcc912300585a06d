"""Send letters: look once more, hand each over, write that down, and only then take the next."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from zoom_bridge.domain.allowance import Allowance
from zoom_bridge.domain.circular import still_concerns
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.message import (
    LETTING_IN,
    OF_THE_LINK,
    Kind,
    Message,
    Skip,
    reason_to_skip,
    reason_to_skip_for_panel,
)
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.series import TOGETHER, told_together
from zoom_bridge.domain.webinar import PhoneWay
from zoom_bridge.flows import allowing, certifying
from zoom_bridge.links import Links
from zoom_bridge.mail.letters import Envelope, Letters
from zoom_bridge.paper.press import NotInstalled
from zoom_bridge.store import (
    allowances,
    certificates,
    circulars,
    claims,
    dates,
    events,
    organisers,
    outbox,
    panel_seats,
    tables,
    webinars,
)
from zoom_bridge.store.database import Database, StatementFailed
from zoom_bridge.store.outbox import ToSend

#: Letters with a join link that leads nowhere wait until it leads somewhere again. How often that is looked up:
LOOK_AGAIN = timedelta(minutes=2)
LEADS_NOWHERE = "The webinar cannot take place at Zoom as things are. This e-mail waits until that is repaired."

DOMAIN_RESTS = "The recipient's mail server takes nothing at present. This e-mail waits until it does."

#: Under this name letters are counted where the mail server takes only so many in an hour, and this share of them is
#: kept for those that are urgent.
POSTAGE = "mail"
KEPT_FOR_URGENT = 0.25

#: Who asks for a test waits for it: later than this it only surprises.
TEST_WITHIN = timedelta(hours=2)


class Seen(NamedTuple):
    """An event as it was read for a run of letters, and how one comes in by telephone."""

    event: Event
    phone: PhoneWay | None


#: Events by number and revision.
EventsSeen = dict[tuple[int, int], Seen]
#: Makes a letter, when it is wanted.
Composing = Callable[[], Envelope]
#: Why a letter does not leave, or how it is made.
Look = tuple[Skip | None, Composing | None]


@dataclass(frozen=True)
class Outgoing:
    """A letter that may leave now."""

    number: int
    envelope: Envelope


@dataclass
class Turn:
    """What came of looking at letters. leaving: those that go out. seen: all that were looked at. skipped: how many are
    not wanted any more. broken: what must not leave as it is. spent: the mail server takes no more in this hour."""

    leaving: list[Outgoing] = field(default_factory=list)
    seen: list[int] = field(default_factory=list)
    skipped: int = 0
    spent: bool = False
    broken: list[tuple[int, Exception]] = field(default_factory=list)


def claim_letters(
    db: Database, links: Links, limit: int, now: datetime, word: str = "", *, urgent: bool = False
) -> tuple[str, dict[int, str]]:
    """Take letters that are due, the most urgent first, or none but those; by a word that may hold some already. With
    the claim, and so before any attempt, their Message-ID and Date are fixed. Each comes with the address that it goes
    to, as far as that is known before it is looked at."""
    word = word or claims.new_word()
    with db.transaction() as connection:
        ids = outbox.claim(connection, word, limit, now, urgent=urgent)
        if not ids:
            return word, {}
        outbox.fix_identity(connection, ids, word, links.host, now)
        return word, dict.fromkeys(ids, "") | outbox.addresses(connection, ids)


def postage(db: Database, most_per_hour: int, now: datetime) -> tuple[int, int]:
    """Where the mail server takes only so many letters in an hour: how many urgent ones may leave now, and how many
    others, because the last ones are kept for what is urgent."""
    with db.reading() as connection:
        left = allowances.room(connection, POSTAGE, most_per_hour, now).left
    return left, left - math.ceil(most_per_hour * KEPT_FOR_URGENT)


@dataclass(frozen=True)
class Run:
    """What the turns of one run of letters have in common.

    word          the claim's
    events_seen   spares reading the same event for every letter; kept by revision, so a change is never missed
    most_per_hour letters that the mail server takes in an hour, or 0 for no limit
    rests_until   until when the mail server of an address takes nothing"""

    db: Database
    letters: Letters
    word: str
    clock: Callable[[], datetime]
    most_per_hour: int = 0
    rests_until: Callable[[str, datetime], datetime | None] | None = None
    events_seen: EventsSeen = field(default_factory=dict)

    def take_turn(self, taken: Sequence[int], waiting: Sequence[int], wanted: int) -> Turn:
        """Write down which letters the mail server has taken, and look at the next: so many are wanted of those that wait.
        All of it is one commit, and the letters are composed after it. Killed before it, a letter that was taken leaves
        again, with the same Message-ID and Date.

        Each letter is looked at right before it leaves: still ours, still true, still wanted? Does its link lead anywhere?"""
        now, word = self.clock(), self.word
        turn = Turn()
        good: list[tuple[int, Composing]] = []
        with self.db.transaction() as connection:
            if taken:
                claims.finish_all(connection, tables.messages, taken, word, sent_at=now)
            booked = 0
            if self.most_per_hour and wanted:
                booked = allowances.book(connection, POSTAGE, wanted, self.most_per_hour, now)
                turn.spent = booked < wanted
                wanted = booked
            while len(good) < wanted and len(turn.seen) < len(waiting):
                number = waiting[len(turn.seen)]
                turn.seen.append(number)
                try:
                    to_send = outbox.find_to_send(connection, number, word, now)
                    if to_send is None:
                        continue
                    skip, composing = self._look(connection, to_send, now)
                except StatementFailed:
                    raise
                except Exception as error:
                    # What cannot even be read must not take along what is written down here.
                    turn.broken.append((number, error))
                    continue
                if composing is None:
                    _skip(connection, to_send.message, word, now, skip)
                    turn.skipped += 1
                elif _leads_nowhere(connection, to_send.message):
                    _postpone(connection, to_send.message, word, now + LOOK_AGAIN, LEADS_NOWHERE)
                elif until := self._rests_until(to_send, now):
                    _postpone(connection, to_send.message, word, until, DOMAIN_RESTS)
                else:
                    good.append((number, composing))
            if booked:
                allowances.give_back(connection, POSTAGE, booked - len(good), now)
        for number, composing in good:
            try:
                turn.leaving.append(Outgoing(number, composing()))
            except Exception as error:
                # One poisoned letter stops nobody.
                turn.broken.append((number, error))
        return turn

    def _rests_until(self, to_send: ToSend, now: datetime) -> datetime | None:
        if self.rests_until is None or to_send.registration is None:
            return None
        return self.rests_until(to_send.registration.email, now)

    def _look(self, connection: Connection, to_send: ToSend, now: datetime) -> Look:
        if to_send.message.kind in LETTING_IN:
            return self._sign_in_letter(connection, to_send, now)
        if to_send.message.organiser_id is not None:
            return self._test_letter(connection, to_send, now)
        if to_send.message.panel_seat_id is not None:
            return self._panel_letter(connection, to_send, now)
        return self._letter(connection, to_send, now)

    def _letter(self, connection: Connection, to_send: ToSend, now: datetime) -> Look:
        message, registration = to_send.message, to_send.registration
        if registration is None:
            return Skip.FORGOTTEN, None
        seen = self._event(connection, registration.event_id, to_send)
        if seen is None:
            return Skip.FORGOTTEN, None
        event, phone = seen
        if message.circular_id is not None:
            circular = circulars.find(connection, message.circular_id)
            if circular is None or circular.stopped_at:
                return Skip.STOPPED, None
            if not still_concerns(circular, registration):
                return Skip.SUPERSEDED, None
            to_send = replace(to_send, own=circular.words(registration.language))
        if message.kind is Kind.CERTIFICATE:
            return self._certificate(connection, to_send, registration, event, now)
        if message.kind in TOGETHER and event.series_id:
            taken = dates.taken_by(connection, event.series_id, registration.email_key)
            told = told_together(message.kind, registration, taken, now)
            if now >= message.useful_until or (not told and now >= event.ends_at):
                return Skip.EXPIRED, None
            if len(told) > 1:
                return None, partial(self.letters.compose_dates, message, registration, told, to_send.own)
            if told and told[0].registration.id != registration.id:
                # The date that it was written for is off; of those chosen with it, one is left.
                event, registration = events.find(connection, told[0].event.id) or event, told[0].registration
                phone = _phone_way(connection, event.id)
                revision = event.schedule_revision
                message = replace(
                    message, registration_id=registration.id, event_id=event.id, schedule_revision=revision
                )
        skip = reason_to_skip(message, event, registration, now)
        return skip, None if skip else partial(
            self.letters.compose, message, event, registration, now, to_send.own, phone
        )

    def _certificate(
        self, connection: Connection, to_send: ToSend, person: Registration, event: Event, now: datetime
    ) -> Look:
        """The letter that goes with a certificate. One that was issued later has a letter of its own."""
        message, certificate = to_send.message, certificates.find_holding(connection, person.id)
        skip = reason_to_skip(message, event, person, now)
        if skip or certificate is None or certificate.issued_at > message.created_at:
            return skip or Skip.SUPERSEDED, None
        if not certifying.may_be_shown(self.letters.links, event, person, certificate):
            return Skip.SUPERSEDED, None
        printing = certifying.printing(connection, event)
        enclosing = partial(_enclosed, partial(printing.sheet, self.letters.links, person, certificate))
        return None, partial(self.letters.compose, message, event, person, now, to_send.own, enclosing=enclosing)

    def _panel_letter(self, connection: Connection, to_send: ToSend, now: datetime) -> Look:
        message = to_send.message
        seat = panel_seats.find(connection, message.panel_seat_id or 0)
        seen = self._event(connection, seat.event_id, to_send) if seat else None
        if seat is None or seen is None:
            return Skip.FORGOTTEN, None
        event = seen.event
        skip = reason_to_skip_for_panel(message, event, seat, now)
        return skip, None if skip else partial(
            self.letters.compose_for_panel, message, event, seat, now, to_send.own
        )

    def _event(self, connection: Connection, event_id: int, to_send: ToSend) -> Seen | None:
        key = (event_id, to_send.event_revision)
        if key not in self.events_seen and (event := events.find(connection, event_id)):
            self.events_seen[key] = Seen(event, _phone_way(connection, event_id))
        return self.events_seen.get(key)

    def _test_letter(self, connection: Connection, to_send: ToSend, now: datetime) -> Look:
        message = to_send.message
        organiser = organisers.find(connection, message.organiser_id or 0)
        event = events.find(connection, message.event_id or 0)
        if organiser is None or event is None:
            return Skip.FORGOTTEN, None
        if now >= message.useful_until:
            return Skip.EXPIRED, None
        own = to_send.own
        if message.circular_id is not None:
            circular = circulars.find(connection, message.circular_id)
            own = circular.words(message.language or "") if circular else None
        enclosing = None
        if message.kind is Kind.CERTIFICATE:
            printing = certifying.printing(connection, event)
            language = message.language or organiser.language
            specimen = partial(printing.specimen, self.letters.links, organiser.name, language, now)
            enclosing = partial(_enclosed, specimen)
        return None, partial(self.letters.compose_test, message, event, organiser, now, own, enclosing)

    def _sign_in_letter(self, connection: Connection, to_send: ToSend, now: datetime) -> Look:
        message = to_send.message
        sign_in = organisers.find_sign_in(connection, message.sign_in_id or 0)
        organiser = organisers.find(connection, sign_in.organiser_id) if sign_in else None
        if sign_in is None or organiser is None:
            return Skip.FORGOTTEN, None
        if sign_in.used_at or now >= message.useful_until:
            return Skip.EXPIRED, None
        return None, partial(self.letters.compose_sign_in, message, organiser, sign_in, now)


def _skip(connection: Connection, message: Message, word: str, now: datetime, reason: Skip | None) -> None:
    claims.finish(connection, tables.messages, message.id, word, skipped_at=now, skip_reason=reason)


def _postpone(connection: Connection, message: Message, word: str, until: datetime, why: str) -> None:
    claims.postpone(connection, tables.messages, message.id, word, until, why, counted=False)


def _leads_nowhere(connection: Connection, message: Message) -> bool:
    """Whether the join link, which is all that this letter is about, is a dead one at present."""
    about_the_link = message.kind in OF_THE_LINK and message.organiser_id is None
    return about_the_link and message.event_id is not None and webinars.out_of_reach(connection, message.event_id)


def write_test(
    db: Database,
    event_id: int,
    kind: Kind,
    language: str,
    organiser_id: int,
    now: datetime,
    allowances: Iterable[Allowance] = (),
    circular_id: int | None = None,
) -> bool:
    """Send one of the event's letters to an organiser's own address, with sample links. It is work like any other
    letter and leaves with them. False when the same one is on its way already: the button was pressed twice."""
    if kind in LETTING_IN or (kind is Kind.CIRCULAR) != (circular_id is not None):
        raise NotFound
    with db.transaction() as connection:
        if events.find(connection, event_id) is None:
            raise NotFound
        until = now + TEST_WITHIN
        queued = outbox.queue_test(
            connection, kind, event_id, organiser_id, language, until, now, circular_id=circular_id
        )
        if queued:
            allowing.spend(connection, allowances, now)
        return queued


def try_again(db: Database, message_id: int, now: datetime) -> None:
    """A letter that was given up is tried once more, by an organiser's wish."""
    with db.transaction() as connection:
        if outbox.find(connection, message_id) is None:
            raise NotFound
        outbox.make_due(connection, message_id, now)


def _enclosed(printed: Callable[[], bytes]) -> bytes:
    try:
        return printed()
    except NotInstalled as error:
        raise Failure(str(error)) from error


def _phone_way(connection: Connection, event_id: int) -> PhoneWay | None:
    twin = webinars.find_by_event(connection, event_id)
    return twin.phone_way if twin else None
