"""What goes when to whom: an event's letters and reminders as one line of steps, past first."""

from dataclasses import dataclass, field
from datetime import datetime

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.reminder import Reminder
from zoom_bridge.i18n import Speech
from zoom_bridge.store.overviews import LetterLine
from zoom_bridge.web.in_words import DROPS, LETTERS, SKIPS, failure_in_words

#: Letters that follow from what somebody does, in the order people meet them.
_ANY_TIME = (Kind.PLEASE_CONFIRM, Kind.CONFIRMATION, Kind.GOODBYE, Kind.MOVED, Kind.CANCELLED)


@dataclass(frozen=True)
class Step:
    """`look` is a class of the line's points: "done", "now", "stopped" or none for what is still to come."""

    look: str
    title: str
    sentences: tuple[str, ...] = ()
    at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class MailPlan:
    """Everything the steps are made of, read in one go."""

    event: Event
    letters: list[LetterLine]
    reminders: list[Reminder]
    skips: dict[tuple[str, str], int]
    registered: int
    now: datetime
    speech: Speech

    def steps(self) -> list[Step]:
        any_time = [self._letters(line) for kind in _ANY_TIME for line in self.letters if line.kind == kind]
        if not any(line.kind == Kind.CONFIRMATION for line in self.letters) and not self.event.cancelled_at:
            any_time.append(Step("", self._name(Kind.CONFIRMATION), (self._at_once(),)))
        dated = [self._reminder(reminder) for reminder in self._current()]
        past = [step for step in dated if step.at and step.at <= self.now]
        coming = [step for step in dated if step not in past]
        return [*any_time, *past, self._today(), *coming, self._erasure()]

    def _current(self) -> list[Reminder]:
        return [
            reminder
            for reminder in self.reminders
            if reminder.schedule_revision == self.event.schedule_revision or reminder.queued_at
        ]

    def _letters(self, line: LetterLine) -> Step:
        sentences = [self._at_once()] if line.kind == Kind.CONFIRMATION and not self.event.cancelled_at else []
        return Step(_look(line), self._name(Kind(line.kind)), (*sentences, *self._counts(line)))

    def _at_once(self) -> str:
        return self.speech.say("At once after each registration that counts.")

    def _counts(self, line: LetterLine) -> list[str]:
        """Handed over, not delivered: what becomes of a letter behind the mail server nobody tells us."""
        said = []
        if line.sent:
            said.append(
                self._say_n(
                    "%(n)s handed over to the mail server.", "%(n)s handed over to the mail server.", line.sent
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
            for (kind, reason), n in sorted(self.skips.items())
            if kind == line.kind
        ]
        said = self._say_n("%(n)s not sent", "%(n)s not sent", line.skipped)
        return f"{said}: {', '.join(reasons)}." if reasons else f"{said}."

    def _reminder(self, reminder: Reminder) -> Step:
        name = self._name(reminder.kind)
        title = f"{self._moment(reminder.planned_at)}: {name}"
        line = next((line for line in self.letters if line.kind == reminder.kind), None)
        if reminder.dropped_at:
            reason = DROPS.get(reminder.drop_reason or "", DROPS["expired"])
            return Step("stopped", title, (self.speech.say(reason),), reminder.planned_at)
        if reminder.queued_at:
            counts = tuple(self._counts(line)) if line else ()
            return Step(_look(line), title, counts or (self._nobody(),), reminder.planned_at)
        return Step("", title, (self._to_all(),), reminder.planned_at)

    def _to_all(self) -> str:
        return self._say_n(
            "To everybody registered, today %(n)s person. Who registers later gets everything with the confirmation.",
            "To everybody registered, today %(n)s people. Who registers later gets everything with the confirmation.",
            self.registered,
        )

    def _nobody(self) -> str:
        return self.speech.say("Nobody was registered then.")

    def _today(self) -> Step:
        waiting = sum(line.waiting for line in self.letters)
        said = (
            self._say_n("%(n)s e-mail is waiting to leave.", "%(n)s e-mails are waiting to leave.", waiting)
            if waiting
            else self.speech.say("No e-mail is waiting.")
        )
        title = self.speech.say("Today, %(date)s (now)", date=self.speech.date(self.now, self.event.timezone))
        return Step("now", title, (said,), self.now)

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


def _look(line: LetterLine | None) -> str:
    if line is None or line.sent:
        return "stopped" if line and line.gave_up else "done"
    return "stopped" if line.gave_up else ""
