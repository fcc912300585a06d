"""What the event form's repeated rows hold: partners, speakers, questions of the organiser's own, polls, reminders. How
rows come, go and change places is in `form_rows.py`."""

import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from wtforms import Field

from zoom_bridge.domain.event import Panelist, Partner
from zoom_bridge.domain.poll import FEWEST_CHOICES, LONGEST_QUESTION, Poll, PollKind
from zoom_bridge.domain.poll import LONGEST_CHOICE as LONGEST_CHOICE_OF_POLL
from zoom_bridge.domain.poll import MOST_CHOICES as MOST_CHOICES_OF_POLL
from zoom_bridge.domain.question import Question, QuestionKind
from zoom_bridge.domain.registration import email_key
from zoom_bridge.domain.reminder_rule import AMOUNTS, MOST_RULES, ReminderRule, Unit
from zoom_bridge.web.fields import N_, Choice, Items, Line, MailAddress, SpokenForm, Tick, WebAddress
from zoom_bridge.web.form_pictures import ChosenFile, ChosenPicture

KINDS = {
    QuestionKind.TEXT: N_("A short text"),
    QuestionKind.ONE: N_("One of several choices"),
    QuestionKind.SEVERAL: N_("Any number of the choices"),
    QuestionKind.CONSENT: N_("A box to tick, to agree to something"),
}
POLL_KINDS = {
    PollKind.ONE: N_("One of several choices"),
    PollKind.SEVERAL: N_("Any number of the choices"),
}
UNITS = {
    Unit.DAYS: N_("days, at the same hour"),
    Unit.HOURS: N_("hours"),
    Unit.MINUTES: N_("minutes"),
}
MOST_CHOICES = 30
LONGEST_CHOICE = 200

_KEY = re.compile(r"[0-9a-z]{1,16}")


class Row(SpokenForm):
    """One row. `aside` names the fields that make no row by themselves: they are there in an empty one, too."""

    called = ""
    aside: frozenset[str] = frozenset()
    unnamed = N_("Please enter the name, or remove this row.")

    @property
    def filled(self) -> bool:
        return any(field.data for field in self if field.short_name not in self.aside)

    @property
    def names(self) -> tuple[Line, ...]:
        """The fields of which one at least is needed."""
        return (self.name,)

    def fits(self) -> bool:
        """Every field is looked at even after the first mistake: all complaints come at once."""
        if not self.filled:
            return True
        return all([self.validate(), self._named(), self._consistent()])

    def _named(self) -> bool:
        if any(name.data for name in self.names):
            return True
        self.names[0].complain(self.names[0].gettext(self.unnamed))
        return False

    def _consistent(self) -> bool:
        return True

    def _values(self) -> dict[str, Any]:
        return {f.short_name: f.value for f in self if isinstance(f, Line) and not isinstance(f, ChosenFile)}


class PartnerRow(Row):
    called = N_("Partner")
    name = Line(N_("Name"))
    role = Line(N_("Role"))
    url = WebAddress(N_("Web address"))
    logo = ChosenPicture(N_("Logo"))
    logofile = ChosenFile(N_("Logo"))

    def part(self) -> Partner:
        return Partner(**self._values())


class PanelistRow(Row):
    called = N_("Speaker")
    name = Line(N_("Name"))
    office = Line(N_("Office or title"))
    organisation = Line(N_("Organisation"))
    mark = Line(N_("Word beside the name"), longest=60)
    email = MailAddress(N_("E-mail address"))
    portrait = ChosenPicture(N_("Portrait"))
    portraitfile = ChosenFile(N_("Portrait"))

    def part(self) -> Panelist:
        return Panelist(**self._values())


class QuestionRow(Row):
    """`key` is hidden and comes with the row from its first sight on, so that answers keep their question."""

    called = N_("Question")
    aside = frozenset({"key", "kind", "required"})
    unnamed = N_("Please write the question, or remove this row.")

    key = Line()
    kind = Choice(N_("How it is answered"))
    labelde = Line(N_("Question"), longest=300)
    labelen = Line(N_("Question in English"), longest=300)
    choicesde = Items(N_("Choices"), longest=6000)
    choicesen = Items(N_("Choices in English"), longest=6000)
    required = Tick(N_("An answer is required"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind.offers = [(str(kind), self.kind.gettext(words)) for kind, words in KINDS.items()]
        self.kind.data = self.kind.data or str(QuestionKind.TEXT)
        if not _KEY.fullmatch(self.key.data or ""):
            self.renew_key()

    def renew_key(self) -> None:
        self.key.data = secrets.token_hex(4)

    @property
    def names(self) -> tuple[Line, ...]:
        return (self.labelde, self.labelen)

    @property
    def asks_to_choose(self) -> bool:
        return self.kind.data in (QuestionKind.ONE, QuestionKind.SEVERAL)

    def part(self) -> Question:
        return Question(
            self.key.value,
            QuestionKind(self.kind.value),
            self.labelde.value,
            self.labelen.value,
            self.choicesde.value,
            self.choicesen.value,
            bool(self.required.data),
        )

    def _consistent(self) -> bool:
        fields = (self.choicesde, self.choicesen)
        if any(field.errors for field in (*fields, self.kind)):
            return False
        complaints = list(self._complaints())
        for field, sentence in complaints[:1]:
            field.complain(sentence)
        return not complaints

    def _complaints(self) -> Iterator[tuple[Line, str]]:
        german, english = self.choicesde.value, self.choicesen.value
        first = self.choicesde if german or not english else self.choicesen
        if not self.asks_to_choose:
            if german or english:
                yield first, first.gettext("This question has no choices. Please choose how it is answered, or remove them.")  # fmt: skip
            return
        if max(len(german), len(english)) < 2:
            yield first, first.gettext("Please write at least two choices, each on a line of its own.")
        if german and english and len(german) != len(english):
            sentence = first.gettext("Please write as many choices as in German, in the same order.")
            yield self.choicesen, sentence
        for field, choices in ((self.choicesde, german), (self.choicesen, english)):
            if len(set(choices)) < len(choices):
                yield field, field.gettext("Two of these choices are the same. Please remove one.")
            if len(choices) > MOST_CHOICES or any(len(choice) > LONGEST_CHOICE for choice in choices):
                sentence = field.gettext(
                    "Please write at most %(most)s choices of at most %(longest)s characters."
                )
                yield field, sentence % {"most": MOST_CHOICES, "longest": LONGEST_CHOICE}


class PollRow(Row):
    """`key` is hidden, like a question's: a reworded poll stays the same at Zoom."""

    called = N_("Poll")
    aside = frozenset({"key", "kind", "anonymous"})

    key = Line()
    question = Line(N_("Question"), longest=LONGEST_QUESTION)
    kind = Choice(N_("How it is answered"))
    choices = Items(N_("Choices"), longest=2000)
    anonymous = Tick(N_("Nobody sees who answered what"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.kind.offers = [(str(kind), self.kind.gettext(words)) for kind, words in POLL_KINDS.items()]
        self.kind.data = self.kind.data or str(PollKind.ONE)
        if not _KEY.fullmatch(self.key.data or ""):
            self.renew_key()
            self.anonymous.data = True

    def renew_key(self) -> None:
        self.key.data = secrets.token_hex(4)

    @property
    def names(self) -> tuple[Line, ...]:
        return (self.question,)

    unnamed = N_("Please write the question, or remove this row.")

    def part(self) -> Poll:
        return Poll(
            key=self.key.value,
            question=self.question.value,
            kind=PollKind(self.kind.value),
            choices=self.choices.value,
            anonymous=bool(self.anonymous.data),
        )

    def _consistent(self) -> bool:
        if self.choices.errors:
            return False
        choices, gettext = self.choices.value, self.choices.gettext
        if not FEWEST_CHOICES <= len(choices) <= MOST_CHOICES_OF_POLL:
            sentence = gettext("Please write two to ten choices, each on a line of its own.")
        elif len(set(choices)) < len(choices):
            sentence = gettext("Two of these choices are the same. Please remove one.")
        elif any(len(choice) > LONGEST_CHOICE_OF_POLL for choice in choices):
            sentence = gettext("Please shorten each choice to %(longest)s characters.")
            sentence %= {"longest": LONGEST_CHOICE_OF_POLL}
        else:
            return True
        self.choices.complain(sentence)
        return False


class Amount(Line):
    """A whole number within bounds that the row's unit sets."""

    bounds = AMOUNTS[Unit.DAYS]

    def read(self, text: str) -> int:
        # Digits of other scripts are none of ours, and nobody needs more than three.
        number = int(text) if re.fullmatch("[0-9]{1,3}", text) else 0
        if number not in self.bounds:
            sentence = self.gettext("Please enter a whole number from %(fewest)s to %(most)s.")
            self.refuse(sentence % {"fewest": self.bounds[0], "most": self.bounds[-1]})
        return number


class ReminderRow(Row):
    """A row without a number is no reminder."""

    called = N_("Reminder")
    aside = frozenset({"unit"})

    amount = Amount(N_("How long before the start"))
    unit = Choice(N_("Unit"))

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.unit.offers = [(str(unit), self.unit.gettext(words)) for unit, words in UNITS.items()]
        self.unit.data = self.unit.data or str(Unit.DAYS)
        if self.unit.data in dict(self.unit.offers):
            self.amount.bounds = AMOUNTS[Unit(self.unit.data)]

    @property
    def names(self) -> tuple[Line, ...]:
        return (self.amount,)

    def part(self) -> ReminderRule:
        return ReminderRule(self.amount.value, Unit(self.unit.value))


def each_with_own_address(rows: Iterable[PanelistRow]) -> bool:
    """A link onto the panel is one person's: two of them cannot share an address."""
    known: set[str] = set()
    good = True
    for row in rows:
        key = email_key(row.email.value or "")
        if key and key in known:
            row.email.complain(
                row.email.gettext("Another speaker has this address. Each needs an address of their own.")
            )
            good = False
        known.add(key)
    return good


def each_at_own_time(rows: Iterable[ReminderRow]) -> bool:
    """No two reminders at once, and no more of them than people put up with."""
    filled = [row for row in rows if row.filled]
    for row in filled[MOST_RULES:]:
        sentence = row.amount.gettext("More than %(most)s reminders are too many. Please remove this one.")
        row.amount.complain(sentence % {"most": MOST_RULES})
    known: set[int] = set()
    for row in filled:
        if row.amount.errors or row.unit.errors:
            continue
        minutes = row.part().minutes
        if minutes in known:
            row.amount.complain(row.amount.gettext("Another reminder leaves at this time. Please remove one."))
        known.add(minutes)
    return not any(row.amount.errors for row in filled)


def tell_apart(rows: Iterable[QuestionRow | PollRow]) -> None:
    """No two questions have the same key: answers would be taken for one another's."""
    known = set()
    for row in rows:
        if row.key.data in known:
            row.renew_key()
        known.add(row.key.data)


ROW_KINDS: dict[str, type[Row]] = {
    "partners": PartnerRow,
    "panelists": PanelistRow,
    "questions": QuestionRow,
    "polls": PollRow,
    "reminders": ReminderRow,
}


def field_label(row: Row, field: Field, number: int) -> str:
    """ "Partner 2: Name"."""
    gettext = row.names[0].gettext
    return f"{gettext(row.called)} {number + 1}: {gettext(field.label.text)}"
