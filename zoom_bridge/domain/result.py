"""A result: an event in figures, without anybody's name. It is computed from what is there, and kept before an event's
people are forgotten, so that the figures of a year stay when everything else has gone."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from zoom_bridge.domain.attendance import Room
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Source, insiders
from zoom_bridge.domain.short_link import ShortLink
from zoom_bridge.domain.takeaway import Counted, PollResult, Takeaway, TakeawayKind
from zoom_bridge.domain.turnout import Turnout, group, measure

#: A group of fewer could point to a person: what was chosen or typed by fewer is not kept in their words.
SMALL = 5
#: Into so many spans, about, the minutes that people stayed are told.
_SPANS = 6
_WIDTHS = (5, 10, 15, 20, 30, 60, 120, 240)


class Place(NamedTuple):
    """Of a registration what figures are made of. active: has a seat."""

    id: int
    created_at: datetime
    source: str
    active: bool
    cancelled: bool
    waiting: bool
    by_phone_only: bool
    email_key: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """registered  have a seat; `days` says how many of them registered on which day, in the event's zone
    cancelled      had a seat or waited for one, and gave it up
    waiting        were still on the waiting list
    sources        by which short link how many came; by_page, by_staff, at_zoom: how those with a seat registered
    there          in the room at any time: `came` of those registered, and guests besides
    absent         had a seat, are not on the panel and were not seen; of `callers`, who can only telephone, nobody can say
    short          came, and for less than two thirds of the time
    by_phone       came, and only ever rang
    minutes        (up to so many minutes of the time that counts, people); None: longer
    curve          (minute, how many are in the room from then on)
    final          Zoom's report has confirmed who was there
    asked          questions to the panel, of which so many were `answered`
    """

    registered: int = 0
    cancelled: int = 0
    waiting: int = 0
    days: tuple[tuple[date, int], ...] = ()
    sources: tuple[Counted, ...] = ()
    by_page: int = 0
    by_staff: int = 0
    at_zoom: int = 0
    there: int = 0
    came: int = 0
    absent: int = 0
    callers: int = 0
    short: int = 0
    by_phone: int = 0
    mean_minutes: int = 0
    minutes: tuple[tuple[int | None, int], ...] = ()
    curve: tuple[tuple[datetime, int], ...] = ()
    peak_at: datetime | None = None
    peak: int = 0
    final: bool = False
    asked: int = 0
    answered: int = 0
    polls: tuple[PollResult, ...] = ()
    survey: tuple[PollResult, ...] = ()

    @property
    def guests(self) -> int:
        """In the room and not registered, or not any more."""
        return max(self.there - self.came, 0)

    @property
    def expected(self) -> int:
        """Of whom it can be said whether they came."""
        return self.came + self.absent

    def inside(self, at: datetime) -> int:
        """How many were in the room then."""
        return next((number for moment, number in reversed(self.curve) if moment <= at), 0)

    @property
    def otherwise(self) -> int:
        """Came to the event's page by none of the short links. What those count includes who gave up again."""
        return max(self.by_page - sum(source.count for source in self.sources), 0)


def result(
    event: Event,
    room: Room,
    places: Iterable[Place],
    taken: Iterable[Takeaway],
    links: Iterable[ShortLink],
    now: datetime,
) -> Result:
    """What can be said now."""
    known = list(places)
    seated = {place.id: place for place in known if place.active}
    presence_of = measure(event, room, now)
    presences = [(one, presence_of(one)) for one in room.attendees]
    seen = {one.registration_id: presence for one, presence in presences if one.registration_id in seated}
    crew = insiders(event)
    groups = Counter(
        group(seen.get(place.id), place.by_phone_only)
        for place in seated.values()
        if place.id in seen or place.email_key not in crew
    )
    callers = sum(place.by_phone_only and place.id not in seen for place in seated.values())
    minutes = [presence.minutes for _, presence in presences]
    ways = Counter(place.source for place in seated.values())
    peak_at, peak = room.peak or (None, 0)
    found = list(taken)
    questions = [one for takeaway in _of(found, TakeawayKind.QUESTIONS) for one in takeaway.questions]
    return Result(
        registered=len(seated),
        cancelled=sum(place.cancelled for place in known),
        waiting=sum(place.waiting for place in known),
        days=_days(event, seated.values()),
        sources=tuple(Counted(choice=link.name, count=link.registrations) for link in links),
        by_page=ways[Source.PAGE],
        by_staff=ways[Source.ORGANISER],
        at_zoom=ways[Source.ZOOM],
        there=len(presences),
        came=len(seen),
        absent=groups[Turnout.ABSENT] if presences else 0,
        callers=callers if presences else 0,
        short=groups[Turnout.LEFT_EARLY],
        by_phone=sum(presence.by_phone for presence in seen.values()),
        mean_minutes=round(sum(minutes) / len(minutes)) if minutes else 0,
        minutes=_spans(minutes, event.minutes),
        curve=_by_minute(room.curve),
        peak_at=peak_at,
        peak=peak,
        final=room.final,
        asked=len(questions),
        answered=sum(bool(one.answers) or one.spoken for one in questions),
        polls=_counted(_of(found, TakeawayKind.POLLS)),
        survey=_counted(_of(found, TakeawayKind.SURVEY)),
    )


def wordless(figures: Result, event: Event) -> Result:
    """Without the words of single people: choices that we offered, or that several made, are nobody's own. All others
    become one line that says none of them."""
    offered = {poll.question: poll.choices for poll in event.polls}
    return replace(
        figures,
        polls=tuple(_wordless(poll, offered.get(poll.question, ())) for poll in figures.polls),
        survey=tuple(_wordless(poll, ()) for poll in figures.survey),
    )


def discreet(figures: Result) -> Result:
    """The same for readers who need not know of single persons (after `wordless`): how long fewer than five stayed, or where they came
    from, is told together with others; what fewer than five answered is not told. Those who registered and who came
    as a whole are told as they are."""
    enough, crowded = figures.there >= SMALL, figures.peak >= SMALL
    return replace(
        figures,
        sources=tuple(source for source in figures.sources if source.count >= SMALL),
        mean_minutes=figures.mean_minutes if enough else 0,
        minutes=_together(figures.minutes) if enough else (),
        curve=figures.curve if crowded else (),
        peak_at=figures.peak_at if crowded else None,
        peak=figures.peak if crowded else 0,
        polls=tuple(poll for poll in figures.polls if poll.people >= SMALL),
        survey=tuple(poll for poll in figures.survey if poll.people >= SMALL),
    )


def _together(spans: Sequence[tuple[int | None, int]]) -> tuple[tuple[int | None, int], ...]:
    """Neighbours are put together until nobody is in a group of fewer than five."""
    found: list[tuple[int | None, int]] = []
    waiting = 0
    for limit, number in spans:
        waiting += number
        if waiting >= SMALL:
            found.append((limit, waiting))
            waiting = 0
    if waiting and found:
        found[-1] = (spans[-1][0], found[-1][1] + waiting)
    return tuple(found)


def keep(figures: Result) -> str:
    """As it is kept in the database."""
    return json.dumps(asdict(figures), ensure_ascii=False, default=lambda moment: moment.isoformat())


def kept(text: str) -> Result:
    """What `keep` made."""
    told: dict[str, Any] = json.loads(text)
    return Result(
        **told
        | {
            "days": tuple((date.fromisoformat(day), number) for day, number in told["days"]),
            "sources": tuple(Counted(**one) for one in told["sources"]),
            "minutes": tuple((limit, number) for limit, number in told["minutes"]),
            "curve": tuple((datetime.fromisoformat(at), number) for at, number in told["curve"]),
            "peak_at": datetime.fromisoformat(told["peak_at"]) if told["peak_at"] else None,
            "polls": tuple(map(_poll, told["polls"])),
            "survey": tuple(map(_poll, told["survey"])),
        }
    )


def _poll(told: dict[str, Any]) -> PollResult:
    return PollResult(**told | {"choices": tuple(Counted(**choice) for choice in told["choices"]), "said": ()})


def _of(found: list[Takeaway], kind: TakeawayKind) -> list[Takeaway]:
    return [one for one in found if one.kind is kind]


def _days(event: Event, seated: Iterable[Place]) -> tuple[tuple[date, int], ...]:
    zone = ZoneInfo(event.timezone)
    return tuple(sorted(Counter(place.created_at.astimezone(zone).date() for place in seated).items()))


def _spans(minutes: list[int], planned: int) -> tuple[tuple[int | None, int], ...]:
    """How many stayed for how long, in spans of equal width up to the planned time and one for whoever stayed longer."""
    if not minutes:
        return ()
    width = next((width for width in _WIDTHS if planned / width <= _SPANS), _WIDTHS[-1])
    limits = list(range(width, max(planned, width) + 1, width))
    told = Counter(next((limit for limit in limits if stayed <= limit), None) for stayed in minutes)
    longer = ((None, told[None]),) if told[None] else ()
    return tuple((limit, told[limit]) for limit in limits) + longer


def _by_minute(curve: Iterable[tuple[datetime, int]]) -> tuple[tuple[datetime, int], ...]:
    """As many points as minutes at the most, however many people came and went."""
    return tuple({at.replace(second=0, microsecond=0): number for at, number in curve}.items())


def _counted(found: Iterable[Takeaway]) -> tuple[PollResult, ...]:
    return tuple(replace(poll, said=()) for takeaway in found for poll in takeaway.results)


def _wordless(poll: PollResult, offered: Collection[str]) -> PollResult:
    named = [one for one in poll.choices if one.count >= SMALL or one.choice in offered]
    others = sum(one.count for one in poll.choices) - sum(one.count for one in named)
    return replace(poll, choices=(*named, *([Counted(choice="", count=others)] if others else [])))
