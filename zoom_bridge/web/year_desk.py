"""What came of a year's events. Events whose people are forgotten are in it with the figures that were kept."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.result import Result
from zoom_bridge.flows import summing_up
from zoom_bridge.i18n import Speech
from zoom_bridge.store import results
from zoom_bridge.web import backstage, event_desk
from zoom_bridge.web.chart_shapes import Chart, Form, Row, Tick
from zoom_bridge.web.context import bridge, now, speech
from zoom_bridge.web.result_in_words import per_cent
from zoom_bridge.web.spreadsheet import FORM, Cell, offer, wall

bp = Blueprint("year_desk", __name__)

_ZONE = ZoneInfo(backstage.HOUSE_ZONE)
_YEAR = "/years/<int(min=1970, max=9000):year>"


@dataclass(frozen=True)
class Line:
    event: Event
    figures: Result


@dataclass(frozen=True)
class Year:
    year: int
    years: list[int]
    lines: list[Line]

    @property
    def registered(self) -> int:
        return sum(line.figures.registered for line in self.lines)

    @property
    def there(self) -> int:
        return sum(line.figures.there for line in self.lines)

    @property
    def came(self) -> int:
        return sum(line.figures.came for line in self.lines)

    @property
    def expected(self) -> int:
        return sum(line.figures.expected for line in self.lines)


@bp.get(_YEAR)
@backstage.needs(Role.EDITOR)
def show(year: int) -> str:
    found = _year(year)
    return render_template(
        "organiser/year.html",
        found=found,
        chart=_by_month(found, speech()),
        share=lambda figures: per_cent(figures.came, figures.expected, speech()),
    )


@bp.get(f"{_YEAR}.{FORM}")
@backstage.needs(Role.EDITOR)
def as_file(year: int, form: str) -> Response:
    return offer(_rows(_year(year), speech()), str(year), form)


def _year(year: int) -> Year:
    since, until = (datetime(start, 1, 1, tzinfo=_ZONE) for start in (year, year + 1))
    with bridge().db.reading() as connection:
        years = results.years(connection, now(), backstage.HOUSE_ZONE)
        if year not in years and year != now().astimezone(_ZONE).year:
            raise NotFound
        held = results.events_between(connection, since, until, now())
        kept = results.find_all(connection, held)
        lines = [
            Line(
                event,
                kept.get(event.id) or summing_up.figures(connection, event, event_desk.room_of(event.id), now()),
            )
            for event in held
        ]
    return Year(year, years, lines)


def _by_month(found: Year, words: Speech) -> Chart | None:
    """How many were there, month by month."""
    there: Counter[int] = Counter()
    for line in found.lines:
        there[line.event.starts_at.astimezone(_ZONE).month] += line.figures.there
    if not there.total():
        return None
    months = [
        words.month(datetime(found.year, month, 15, tzinfo=_ZONE), backstage.HOUSE_ZONE) for month in range(1, 13)
    ]
    rows = tuple(Row(name, words.number(there[month]), there[month]) for month, name in enumerate(months, 1))
    best = max(rows, key=lambda row: row.value)
    says = words.say(
        "%(n)s people in all. Most in %(when)s: %(most)s.",
        n=words.number(found.there), when=best.label, most=best.number,
    )  # fmt: skip
    # Every second month: in a narrow window there is no room for more.
    ticks = tuple(Tick(str(month), (month - 0.5) / 12) for month in range(1, 13, 2))
    head = (words.say("Month"), words.say("People"))
    return Chart(Form.COLUMNS, words.say("People at events, by month"), head, rows, says, best.number, ticks)


def _rows(found: Year, words: Speech) -> Iterator[list[Cell]]:
    say = words.say
    yield [
        say("Event"), say("Begins"), say("Registered"), say("Gave up their place"), say("Was there"),
        say("Registered and there"), say("Registered and not there"), say("At the same time"),
        say("Minutes on average"), say("Questions"),
    ]  # fmt: skip
    for line in found.lines:
        event, figures = line.event, line.figures
        yield [
            event.wording(words.language).title, wall(event.starts_at, event.timezone), figures.registered,
            figures.cancelled, figures.there, figures.came, figures.absent, figures.peak, figures.mean_minutes,
            figures.asked,
        ]  # fmt: skip
