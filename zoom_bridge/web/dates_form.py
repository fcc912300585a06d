"""The forms that say when the dates of a series are. What the single fields understand is in `fields.py`, the arithmetic
in `domain/recurrence.py`; the pages are in `series_desk.py`."""

from collections.abc import Sequence
from datetime import datetime

from werkzeug.datastructures import MultiDict
from wtforms import Field

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.recurrence import MOST_DATES, Rhythm, Start, days, on_day
from zoom_bridge.domain.refusals import WallTimeDoubled, WallTimeMissing
from zoom_bridge.domain.series import Registering
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import (
    N_,
    YEARS,
    Choice,
    Clock,
    Count,
    Day,
    Line,
    Passage,
    clock_of,
    day_of,
)
from zoom_bridge.web.forms import ShortForm

_MOST_WEEKS = 12
_TOO_MANY = N_("These are more than %(most)s dates. Please choose fewer.")


class _DatesForm(ShortForm):
    def __init__(self, speech: Speech, event: Event, fields: "MultiDict[str, str]") -> None:
        self.event = event
        super().__init__(speech, fields)

    def _possible(self, starts: Sequence[Start], field: Line, known: Sequence[datetime], now: datetime) -> bool:
        """Whether each of these can be a date; the first that cannot is complained about."""
        seen = set(known)
        for start in starts:
            day = start.day.strftime("%d.%m.%Y")
            try:
                draft = on_day(self.event, start)
            except WallTimeMissing:
                field.complain(
                    self.speech.say("On %(day)s this time does not exist, because the clocks go forward.", day=day)
                )
                return False
            except WallTimeDoubled:
                field.complain(
                    self.speech.say("On %(day)s this time comes twice, because the clocks go back.", day=day)
                )
                return False
            if draft.starts_at <= now:
                field.complain(self.speech.say("%(day)s lies in the past.", day=day))
                return False
            if draft.starts_wall in seen:
                field.complain(self.speech.say("%(day)s is a date twice.", day=day))
                return False
            seen.add(draft.starts_wall)
        return True


class SeriesForm(_DatesForm):
    """What makes a series of an event. `starts` is the way in; `complaints` says why there is none."""

    rhythm = Choice(N_("How do the dates follow one another?"))
    weeks = Count(N_("Every how many weeks?"), most=_MOST_WEEKS)
    number = Count(N_("How many dates in all?"), most=MOST_DATES)
    until = Day(N_("Last possible day"))
    chosen = Passage(N_("All further dates"), longest=5_000)
    registering = Choice(N_("How do people register?"))

    def __init__(self, speech: Speech, event: Event, fields: "MultiDict[str, str]") -> None:
        super().__init__(speech, event, fields)
        weekday = speech.weekday(event.starts_at, event.timezone)
        number = (event.starts_wall.day - 1) // 7
        self.rhythm.offers = [
            (Rhythm.WEEKLY, speech.say("Weekly, on %(weekday)s", weekday=weekday)),
            (
                Rhythm.MONTHLY_DAY,
                speech.say("Monthly, on day %(day)s", day=speech.number(event.starts_wall.day)),
            ),
            (Rhythm.MONTHLY_WEEKDAY, speech.say(_MONTHLY[number], weekday=weekday)),
            (Rhythm.CHOSEN, speech.say("On days that I choose")),
        ]
        self.registering.offers = [
            (Registering.PER_DATE, speech.say("People choose the dates that they come to")),
            (Registering.ONCE, speech.say("Once, for all dates that are still to come")),
        ]

    def starts(self, now: datetime) -> list[Start] | None:
        """The dates besides the first; None when something does not fit."""
        if not self.validate():
            return None
        rhythm = Rhythm(self.rhythm.value)
        field: Field = self.chosen if rhythm is Rhythm.CHOSEN else self.number
        found = self._chosen() if rhythm is Rhythm.CHOSEN else self._following(rhythm)
        if found is None:
            return None
        if not found:
            field.complain(self.speech.say("This makes no further date. Please check what you entered."))
        elif len(found) >= MOST_DATES:
            field.complain(self.speech.say(_TOO_MANY, most=self.speech.number(MOST_DATES)))
        elif self._possible(found, field, [self.event.starts_wall], now):
            return found
        return None

    def _following(self, rhythm: Rhythm) -> list[Start] | None:
        if (self.number.value is None) == (self.until.value is None):
            self.number.complain(
                self.speech.say("Please enter how many dates there are, or the last possible day.")
            )
            return None
        first = self.event.starts_wall.date()
        weeks = (self.weeks.value or 1) if rhythm is Rhythm.WEEKLY else 1
        return [Start(day) for day in days(first, rhythm, weeks, self.number.value, self.until.value)[1:]]

    def _chosen(self) -> list[Start] | None:
        found = []
        for line in filter(None, map(str.strip, (self.chosen.data or "").splitlines())):
            start = start_of(line)
            if start is None:
                sentence = "“%(line)s” is no date. Please write one date on each line, for example 7.12.2026 or 7.12.2026, 19.00."
                self.chosen.complain(self.speech.say(sentence, line=line[:40]))
                return None
            if start.day.year not in YEARS:
                self.chosen.complain(self.speech.say("Please check the year."))
                return None
            found.append(start)
        return sorted(found, key=lambda start: (start.day, start.clock or self.event.starts_wall.time()))


class DateForm(_DatesForm):
    """One date more."""

    day = Day(N_("Day"), missing=N_("Please enter the day."))
    clock = Clock(N_("Start, if it is another"))

    def start(self, known: Sequence[Event], now: datetime) -> Start | None:
        if not self.validate():
            return None
        start = Start(self.day.value, self.clock.value)
        if len(known) >= MOST_DATES:
            self.day.complain(self.speech.say(_TOO_MANY, most=self.speech.number(MOST_DATES)))
            return None
        taken = [event.starts_wall for event in known if not event.cancelled_at]
        return start if self._possible([start], self.day, taken, now) else None


_MONTHLY = (
    N_("Monthly, on the first %(weekday)s"),
    N_("Monthly, on the second %(weekday)s"),
    N_("Monthly, on the third %(weekday)s"),
    N_("Monthly, on the fourth %(weekday)s"),
    N_("Monthly, on the last %(weekday)s"),
)


def start_of(line: str) -> Start | None:
    """ "7.12.2026", "7.12.2026, 19 Uhr", "2026-12-07 19:00"."""
    if day := day_of(line):
        return Start(day)
    for position, character in enumerate(line):
        if character in " ,":
            day, clock = day_of(line[:position].strip(" ,")), clock_of(line[position:].strip(" ,"))
            if day and clock:
                return Start(day, clock)
    return None
