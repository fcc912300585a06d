"""An event's figures in words and charts, in the reader's language. With `discreet` what is told of fewer than five is
not told exactly, for readers who need not know of single persons (`domain.result.discreet`)."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.result import SMALL, Result
from zoom_bridge.domain.takeaway import PollResult
from zoom_bridge.i18n import Speech
from zoom_bridge.web.chart_shapes import Chart, Form, Row, Tick

#: At the most, about: more columns than these, and days become weeks, and weeks become months.
_MOST_COLUMNS = 31
#: The curve has a point each so many minutes, and labels each so many.
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 240)
_MOST_POINTS, _MOST_TICKS = 40, 5


def per_cent(part: int, whole: int, speech: Speech) -> str:
    return speech.say("%(n)s%%", n=speech.number(round(100 * part / whole))) if whole else ""


def sentences(
    figures: Result, event: Event, now: datetime, speech: Speech, *, discreet: bool = False
) -> list[str]:
    """What came of it, before any number."""
    worth_telling = SMALL if discreet else 1
    say, say_n = speech.say, speech.say_n
    if not figures.there:
        if event.ends_at > now:
            return [
                say_n(
                    "%(n)s person is registered so far.", "%(n)s people are registered so far.", figures.registered
                )
            ]
        return [
            say_n("%(n)s person was registered.", "%(n)s people were registered.", figures.registered),
            say("Zoom has shown nobody in the room."),
        ]
    if not figures.registered:
        # So it is where nobody had to register.
        said = [say_n("%(n)s person was there.", "%(n)s people were there.", figures.there)]
    else:
        said = [
            say_n(
                "%(came)s of %(n)s person registered was there.", "%(came)s of %(n)s people registered were there.",
                figures.registered, came=speech.number(figures.came),
            )
        ]  # fmt: skip
        if figures.guests >= worth_telling:
            said.append(
                say_n(
                    "Besides, %(n)s person was in the room who is not registered.",
                    "Besides, %(n)s people were in the room who are not registered.",
                    figures.guests,
                )
            )
    if figures.callers >= worth_telling:
        said.append(
            say_n(
                "Of %(n)s person who can only telephone nobody can say it.",
                "Of %(n)s people who can only telephone nobody can say it.",
                figures.callers,
            )
        )
    if figures.peak_at:
        said.append(
            say(
                "Most were there at %(time)s: %(n)s.",
                time=speech.time(figures.peak_at, event.timezone), n=speech.number(figures.peak),
            )
        )  # fmt: skip
    return said


def registering(figures: Result, speech: Speech) -> Chart | None:
    """When people registered."""
    if not figures.days:
        return None
    first, last = figures.days[0][0], figures.days[-1][0]
    say = speech.say
    if (last - first).days < _MOST_COLUMNS:
        title, head, rows = say("Registrations by day"), say("Day"), _by(figures.days, first, last, 1, speech)
    elif (last - first).days < _MOST_COLUMNS * 7:
        monday = first - timedelta(days=first.weekday())
        title, head, rows = (
            say("Registrations by week"),
            say("Week from"),
            _by(figures.days, monday, last, 7, speech),
        )
    else:
        title, head, rows = say("Registrations by month"), say("Month"), _by_month(figures.days, speech)
    best = max(rows, key=lambda row: row.value)
    says = speech.say_n(
        "%(n)s registration in all. Most on %(when)s: %(most)s.", "%(n)s registrations in all. Most on %(when)s: %(most)s.",
        figures.registered, when=best.label, most=best.number,
    )  # fmt: skip
    places = sorted({0, len(rows) // 2, len(rows) - 1})
    ticks = tuple(Tick(rows[place].label, (place + 0.5) / len(rows)) for place in places)
    return Chart(Form.COLUMNS, title, (head, say("Registrations")), tuple(rows), says, best.number, ticks)


def _by(days: Sequence[tuple[date, int]], first: date, last: date, width: int, speech: Speech) -> list[Row]:
    numbers = dict(days)
    rows = []
    for start in range(0, (last - first).days + 1, width):
        number = sum(numbers.get(first + timedelta(days=start + day), 0) for day in range(width))
        rows.append(_row(_short(first + timedelta(days=start), speech), number, speech))
    return rows


def _short(day: date, speech: Speech) -> str:
    return f"{day.day}.{day.month}." if speech.language == "de" else f"{day.day}/{day.month}"


def _by_month(days: Sequence[tuple[date, int]], speech: Speech) -> list[Row]:
    numbers = {
        month: sum(number for _, number in some)
        for month, some in groupby(days, lambda one: one[0].replace(day=1))
    }
    return [
        _row(f"{month.month}/{month.year}", numbers.get(month, 0), speech)
        for month in _months(min(numbers), max(numbers))
    ]


def _months(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def sources(figures: Result, speech: Speech, *, discreet: bool = False) -> Chart | None:
    """Where people came from. Told discreetly, who came by a way that few took is among those who came otherwise."""
    say = speech.say
    rows = [_row(source.choice, source.count, speech, ours=False) for source in figures.sources]
    if not rows:
        return None
    ways = [(say("added by us"), figures.by_staff), (say("in Zoom's own form"), figures.at_zoom)]
    told = [(words, number) for words, number in ways if number >= (SMALL if discreet else 1)]
    otherwise = figures.otherwise
    if discreet:
        otherwise += sum(number for _, number in ways if number < SMALL)
        if otherwise < SMALL:
            otherwise = 0
    rows += [
        _row(words, number, speech)
        for words, number in [*told, (say("directly, or otherwise"), otherwise)]
        if number
    ]
    rows.sort(key=lambda row: -row.value)
    return Chart(Form.BARS, say("Where registrations came from"), (say("Way"), say("Registrations")), tuple(rows))


def room(figures: Result, event: Event, speech: Speech, *, discreet: bool = False) -> Chart | None:
    """How many were there at what time."""
    if len(figures.curve) < 2 or not figures.peak_at:
        return None
    begins, ends = figures.curve[0][0], figures.curve[-1][0]
    long = max((ends - begins).total_seconds() / 60, 1)
    step = timedelta(minutes=next((step for step in _STEPS if long / step <= _MOST_POINTS), _STEPS[-1]))
    at_peak = figures.peak_at.replace(second=0, microsecond=0)
    points = {at: figures.inside(at) for at in [begins, *_round(begins, ends, step, event), ends]}
    points[max(at_peak, begins)] = figures.peak

    def clock(at: datetime) -> str:
        return speech.clock(at, event.timezone)

    rows = tuple(
        _row(clock(at), number, speech, at=_along(at, begins, ends), discreet=discreet)
        for at, number in sorted(points.items())
    )
    apart = timedelta(minutes=next((step for step in _STEPS[2:] if long / step <= _MOST_TICKS), _STEPS[-1]))
    ticks = tuple(Tick(clock(at), _along(at, begins, ends)) for at in _round(begins, ends, apart, event))
    note = speech.say("%(n)s at %(time)s", n=speech.number(figures.peak), time=clock(figures.peak_at))
    says = speech.say(
        "From %(begin)s to %(end)s. Most were there at %(time)s: %(n)s.",
        begin=clock(begins), end=clock(ends), time=clock(figures.peak_at), n=speech.number(figures.peak),
    )  # fmt: skip
    head = (speech.say("Time"), speech.say("In the room"))
    return Chart(Form.CURVE, speech.say("People in the room"), head, rows, says, note, ticks)


def _along(at: datetime, begins: datetime, ends: datetime) -> float:
    return min(max((at - begins) / (ends - begins), 0), 1)


def _round(begins: datetime, ends: datetime, step: timedelta, event: Event) -> Iterator[datetime]:
    """Round times in between, as the clock on the wall shows them."""
    midnight = begins.astimezone(ZoneInfo(event.timezone)).replace(hour=0, minute=0, second=0, microsecond=0)
    at = begins + (-(begins - midnight) % step)
    while at <= ends:
        yield at
        at += step


def staying(figures: Result, speech: Speech) -> Chart | None:
    """How long people stayed."""
    if not figures.minutes:
        return None
    rows, since = [], 0
    for limit, number in figures.minutes:
        if limit is None:
            label = speech.say("over %(n)s", n=since) if since else speech.say("however long")
        elif since:
            label = speech.say("%(since)s to %(until)s", since=since + 1, until=limit)
        else:
            label = speech.say("up to %(n)s", n=limit)
        rows.append(_row(label, number, speech))
        since = limit or since
    title = speech.say("Minutes in the room, several devices counted together")
    return Chart(Form.BARS, title, (speech.say("Minutes"), speech.say("People")), tuple(rows))


def answers(poll: PollResult, speech: Speech, *, discreet: bool = False) -> Chart:
    """How a question of a poll or of the survey was answered."""
    rows = tuple(
        _row(
            choice.choice or speech.say("other answers"),
            choice.count,
            speech,
            ours=not choice.choice,
            discreet=discreet,
        )
        for choice in poll.choices
    )
    return Chart(Form.BARS, poll.question, (speech.say("Answer"), speech.say("How often")), rows)


def hides(chart: Chart) -> bool:
    """Whether a number of it is not told: then nor is a sum from which it could be reckoned."""
    return any(row.hidden for row in chart.rows)


def _row(
    label: str, number: int, speech: Speech, *, at: float = 0, ours: bool = True, discreet: bool = False
) -> Row:
    if discreet and 0 < number < SMALL:
        return Row(label, speech.say("fewer than %(n)s", n=SMALL), 0, at, ours, hidden=True)
    return Row(label, speech.number(number), number, at, ours)
