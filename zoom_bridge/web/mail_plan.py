"""What goes when to whom: an event's letters and reminders as one line of steps, past first, or at a glance."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import FOLLOW_UPS, Kind
from zoom_bridge.domain.reminder import TURNOUT_OF, Reminder, planned_reminders
from zoom_bridge.flows.attending import STOP_LOOKING
from zoom_bridge.i18n import Speech
from zoom_bridge.store import overviews, reminders
from zoom_bridge.store.circulars import Progress
from zoom_bridge.store.overviews import LetterLine
from zoom_bridge.web.fields import N_
from zoom_bridge.web.in_words import DROPS, LETTERS, SKIPS, failure_in_words
from zoom_bridge.web.letter_names import reminder_name

#: Letters that follow from what somebody does, in the order people meet them.
_ANY_TIME = (
    Kind.PLEASE_CONFIRM, Kind.CONFIRMATION, Kind.WAITING, Kind.MOVED_UP, Kind.GOODBYE, Kind.MOVED, Kind.CANCELLED,
    Kind.PANEL_INVITATION, Kind.PANEL_MOVED, Kind.PANEL_CANCELLED, Kind.PANEL_GOODBYE, Kind.PANEL_REMINDER,
    Kind.CERTIFICATE,
)  # fmt: skip

#: Reminders have moments of their own.
OCCASIONS = {
    Kind.PLEASE_CONFIRM: N_("At once after somebody has filled in the registration form."),
    Kind.CONFIRMATION: N_("At once after each registration that counts."),
    Kind.WAITING: N_("At once to whoever registers when all places are taken."),
    Kind.MOVED_UP: N_("At once to whoever has waited longest, when a place becomes free."),
    Kind.GOODBYE: N_("At once when somebody cancels, or when you cancel somebody's registration."),
    Kind.MOVED: N_("To everybody registered, at once when you move the event."),
    Kind.CANCELLED: N_("To everybody registered, at once when you cancel the event."),
    Kind.FOLLOW_UP_ATTENDED: N_("To those who were there for at least two thirds of the time."),
    Kind.FOLLOW_UP_LEFT_EARLY: N_("To those who were there, but for less than two thirds of the time."),
    Kind.FOLLOW_UP_ABSENT: N_("To those who were registered and not there, as far as Zoom could tell."),
    Kind.FOLLOW_UP_PHONE: N_("To those who came in by telephone and have an e-mail address."),
    Kind.CERTIFICATE: N_("To those who have earned a certificate, with the PDF, when you issue it."),
    Kind.PANEL_INVITATION: N_("To each speaker with an e-mail address, when you publish the event or name them."),
    Kind.PANEL_REMINDER: N_("To each speaker with an e-mail address, with the reminders to everybody registered."),
    Kind.PANEL_MOVED: N_("To each speaker with an e-mail address, at once when you move the event."),
    Kind.PANEL_CANCELLED: N_("To each speaker with an e-mail address, at once when you cancel the event."),
    Kind.PANEL_GOODBYE: N_("To a speaker whom you take off the panel, if they had been invited."),
}


@dataclass(frozen=True)
class Step:
    """`look` is a class of the line's points: "done", "now", "stopped" or none for what is still to come; `kind` the
    letter it is about, `rule` which reminder, and `circular_id` which message to a group; `line` counts what became of
    its letters, for a picture."""

    look: str
    title: str
    sentences: tuple[str, ...] = ()
    at: datetime | None = field(default=None, compare=False)
    kind: Kind | None = field(default=None, compare=False)
    rule: str = field(default="", compare=False)
    line: LetterLine | Progress | None = field(default=None, compare=False)
    circular_id: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Glance:
    """The plan in two or three sentences. `gave_up`: how many letters could not be sent."""

    sentences: tuple[str, ...]
    gave_up: int


@dataclass(frozen=True)
class MailPlan:
    """Everything the steps are made of, read in one go."""

    event: Event
    letters: list[LetterLine]
    reminders: list[Reminder]
    registered: int
    now: datetime
    speech: Speech

    def steps(self) -> list[Step]:
        any_time = [self._letters(line) for kind in _ANY_TIME for line in self.letters if line.kind == kind]
        if not any(line.kind == Kind.CONFIRMATION for line in self.letters) and not self.event.cancelled_at:
            confirmation = Kind.CONFIRMATION
            any_time.append(Step("", self._name(confirmation), (self._at_once(),), kind=confirmation))
        if self._panel_to_invite():
            invitation = Kind.PANEL_INVITATION
            sentence = self.speech.say(OCCASIONS[invitation])
            any_time.append(Step("", self._name(invitation), (sentence,), kind=invitation))
        dated = [self._reminder(reminder) for reminder in self._current()]
        past = [step for step in dated if step.at and step.at <= self.now]
        coming = [step for step in dated if step not in past]
        return [*any_time, *past, self._today(), *coming, self._erasure()]

    def glance(self) -> Glance:
        coming = min(
            (one for one in self._current() if one.due_at and not one.dropped_at and one.planned_at > self.now),
            key=lambda one: one.planned_at,
            default=None,
        )
        following = (
            self.speech.say("Next: %(what)s.", what=self._dated(coming))
            if coming
            else self.speech.say("No further reminder is planned.")
        )
        sent = sum(line.sent for line in self.letters)
        sentences = [following, self._waiting()]
        if sent:
            sentences.append(
                self._say_n(
                    "%(n)s e-mail has been handed over to the mail server so far.",
                    "%(n)s e-mails have been handed over to the mail server so far.",
                    sent,
                )
            )
        return Glance(tuple(sentences), sum(line.gave_up for line in self.letters))

    def occasion(self, kind: Kind, rule: str = "") -> str:
        """When a letter of this kind goes, in a sentence; of a reminder, that of the rule with this code."""
        if kind is Kind.PLEASE_CONFIRM and not self.event.double_opt_in:
            return self.speech.say("Switched off for this event: registrations count at once.")
        if kind in {Kind.WAITING, Kind.MOVED_UP} and not (self.event.waiting_list and self.event.capacity):
            return self.speech.say("This event has no waiting list.")
        if kind in TURNOUT_OF and TURNOUT_OF[kind] not in self.event.follow_ups:
            return self.speech.say("Switched off for this event.")
        if kind in OCCASIONS:
            return self.speech.say(OCCASIONS[kind])
        planned = [one for one in planned_reminders(self.event) if one.kind is kind and rule in ("", one.rule)]
        if not planned:
            return self.speech.say("Switched off for this event.")
        moments = "; ".join(self._moment(one.due_at) for one in planned)
        return self.speech.say("On %(moment)s, to everybody registered.", moment=moments)

    def _panel_to_invite(self) -> bool:
        known = any(line.kind == Kind.PANEL_INVITATION for line in self.letters)
        return any(one.email for one in self.event.panelists) and not known and not self.event.cancelled_at

    def _current(self) -> list[Reminder]:
        return [
            reminder
            for reminder in self.reminders
            if reminder.schedule_revision == self.event.schedule_revision or reminder.queued_at
        ]

    def _letters(self, line: LetterLine) -> Step:
        sentences = [self._at_once()] if line.kind == Kind.CONFIRMATION and not self.event.cancelled_at else []
        kind = Kind(line.kind)
        return Step(_look(line), self._name(kind), (*sentences, *self._counts(line)), kind=kind, line=line)

    def _at_once(self) -> str:
        return self.speech.say(OCCASIONS[Kind.CONFIRMATION])

    def _counts(self, line: LetterLine) -> list[str]:
        """Handed over, not delivered: what becomes of a letter behind the mail server nobody tells us."""
        said = []
        if line.sent:
            said.append(
                self._say_n(
                    "%(n)s handed over to the mail server.", "%(n)s handed over to the mail server.", line.sent
                )
            )
        if line.bounced:
            said.append(
                self._say_n(
                    "%(n)s of them came back as undeliverable.",
                    "%(n)s of them came back as undeliverable.",
                    line.bounced,
                )
            )
        if line.doubtful:
            said.append(
                self._say_n(
                    "%(n)s of them may have arrived twice, because an answer of the mail server was missing.",
                    "%(n)s of them may have arrived twice, because an answer of the mail server was missing.",
                    line.doubtful,
                )
            )
        if line.waiting:
            said.append(self._say_n("%(n)s is waiting.", "%(n)s are waiting.", line.waiting))
            if line.last_error:
                said.append(failure_in_words(line.last_error, self.speech))
        if line.skipped:
            said.append(self._skipped(line))
        if line.gave_up:
            said.append(
                self._say_n(
                    "%(n)s could not be sent; see below.", "%(n)s could not be sent; see below.", line.gave_up
                )
            )
        return said

    def _skipped(self, line: LetterLine) -> str:
        reasons = [
            f"{self.speech.number(n)} × {self.speech.say(SKIPS[reason]) if reason in SKIPS else reason}"
            for reason, n in line.skips
        ]
        said = self._say_n("%(n)s not sent", "%(n)s not sent", line.skipped)
        return f"{said}: {', '.join(reasons)}." if reasons else f"{said}."

    def _reminder(self, reminder: Reminder) -> Step:
        title, kind, at = self._dated(reminder), reminder.kind, reminder.planned_at
        to_whom = self._afterwards(reminder) if kind in FOLLOW_UPS else (self._to_all(),)
        step = Step("", title, to_whom, at, kind, reminder.rule)
        if reminder.dropped_at:
            reason = DROPS.get(reminder.drop_reason or "", DROPS["expired"])
            return replace(step, look="stopped", sentences=(self.speech.say(reason),))
        if reminder.queued_at:
            line = self._line(reminder)
            counts = tuple(self._counts(line)) if line else ()
            nobody = self.speech.say("Nobody.") if kind in FOLLOW_UPS else self._nobody()
            return replace(step, look=_look(line), sentences=counts or (nobody,), line=line)
        return step

    def _afterwards(self, reminder: Reminder) -> tuple[str, ...]:
        to_whom = self.speech.say(OCCASIONS[reminder.kind])
        if self.now < reminder.planned_at:
            return (to_whom, self.speech.say("Leaves as soon as Zoom has reported who was there."))
        latest = self._moment(self.event.ends_at + STOP_LOOKING)
        waits = self.speech.say(
            "Waits for Zoom's report of who was there, until %(moment)s at the latest.", moment=latest
        )
        return (to_whom, waits)

    def _line(self, reminder: Reminder) -> LetterLine | None:
        """What became of its letters. Some are older than our knowing which reminder they came from."""
        of_kind = {line.reminder_id: line for line in self.letters if line.kind == reminder.kind}
        return of_kind.get(reminder.id) or of_kind.get(None)

    def _dated(self, reminder: Reminder) -> str:
        name = reminder_name(reminder.kind, reminder.rule, self.speech)
        return f"{self._moment(reminder.planned_at)}: {name}"

    def _to_all(self) -> str:
        return self._say_n(
            "To everybody registered, today %(n)s person. Who registers later gets everything with the confirmation.",
            "To everybody registered, today %(n)s people. Who registers later gets everything with the confirmation.",
            self.registered,
        )

    def _nobody(self) -> str:
        return self.speech.say("Nobody was registered then.")

    def _today(self) -> Step:
        title = self.speech.say("Today, %(date)s (now)", date=self.speech.date(self.now, self.event.timezone))
        return Step("now", title, (self._waiting(),), self.now)

    def _waiting(self) -> str:
        waiting = sum(line.waiting for line in self.letters)
        if not waiting:
            return self.speech.say("No e-mail is waiting.")
        return self._say_n("%(n)s e-mail is waiting to leave.", "%(n)s e-mails are waiting to leave.", waiting)

    def _erasure(self) -> Step:
        date = self.speech.date(self.event.forget_at, self.event.timezone)
        title = self.speech.say("%(date)s: Erasure", date=date)
        return Step("", title, (self.speech.say("All data of attendees is erased, here and at Zoom."),))

    def _moment(self, at: datetime) -> str:
        zone = self.event.timezone
        return f"{self.speech.date(at, zone)}, {self.speech.time(at, zone)}"

    def _name(self, kind: Kind) -> str:
        return self.speech.say(LETTERS[kind])

    def _say_n(self, one: str, many: str, n: int) -> str:
        return self.speech.say_n(one, many, n)


def read_plan(connection: Connection, event: Event, registered: int, now: datetime, speech: Speech) -> MailPlan:
    return MailPlan(
        event,
        overviews.letters(connection, event.id),
        reminders.list_for_event(connection, event.id),
        registered,
        now,
        speech,
    )


def _look(line: LetterLine | None) -> str:
    if line is None or line.sent:
        return "stopped" if line and line.gave_up else "done"
    return "stopped" if line.gave_up else ""
