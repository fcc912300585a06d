"""A suggestion: who somebody in the room may be, with what speaks for it and against it."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from zoom_bridge.domain.attendance import Attendance, Room, Visit
from zoom_bridge.domain.likeness import near, stands_for, words_of
from zoom_bridge.domain.registration import Registration, email_key

#: Who clicked this long before somebody came may be the one who came.
CLICKED_BEFORE = timedelta(minutes=10)
#: Clocks differ a little: a click may seem to come after the arrival.
_CLOCKS = timedelta(minutes=1)
#: Who had left this shortly before may be back.
BACK_WITHIN = timedelta(minutes=3)
#: So many are suggested at most.
MOST = 3
#: That so many, or more, clicked in time, or come by telephone, says nothing of one of them.
_TOO_MANY = 6
#: A word that so many people bear leads to nobody.
_COMMON = 200
#: Less is no suggestion.
_ENOUGH = 20
#: "a@" or "al@" is the beginning of many an address.
_LOCAL = 4


class Evidence(StrEnum):
    """What speaks for a suggestion, or against it."""

    SAME_NAME = "same_name"
    SIMILAR_NAME = "similar_name"
    LAST_NAME = "last_name"
    FIRST_NAME = "first_name"
    ONLY_FIRST_NAME = "only_first_name"
    INITIAL = "initial"
    ADDRESS_BEGINS_ALIKE = "address_begins_alike"
    NAME_IN_ADDRESS = "name_in_address"
    CLICKED = "clicked"
    LEFT_BEFORE = "left_before"
    BY_PHONE = "by_phone"
    NAMESAKES = "namesakes"
    THERE_MEANWHILE = "there_meanwhile"
    NO_PLACE = "no_place"


_WEIGHT = {
    Evidence.SAME_NAME: 60,
    Evidence.SIMILAR_NAME: 24,
    Evidence.LAST_NAME: 30,
    Evidence.FIRST_NAME: 12,
    Evidence.ONLY_FIRST_NAME: 22,
    Evidence.INITIAL: 12,
    Evidence.ADDRESS_BEGINS_ALIKE: 40,
    Evidence.NAME_IN_ADDRESS: 25,
    Evidence.CLICKED: 28,
    Evidence.LEFT_BEFORE: 15,
    Evidence.BY_PHONE: 22,
    Evidence.NAMESAKES: -15,
    Evidence.THERE_MEANWHILE: -8,
    Evidence.NO_PLACE: -10,
}
AGAINST = frozenset(evidence for evidence, weight in _WEIGHT.items() if weight < 0)


@dataclass(frozen=True)
class Reason:
    """`number`: minutes before, or how many bear the name."""

    evidence: Evidence
    number: int = 0

    @property
    def against(self) -> bool:
        return self.evidence in AGAINST

    @property
    def weight(self) -> int:
        return _WEIGHT[self.evidence] - (2 * self.number if self.evidence is Evidence.CLICKED else 0)


@dataclass(frozen=True)
class Suggestion:
    """Who it may be. `seen`: when they are in the room under their own name."""

    person: Registration
    reasons: tuple[Reason, ...]
    seen: Attendance | None

    @property
    def weight(self) -> int:
        return sum(reason.weight for reason in self.reasons)

    @property
    def there_meanwhile(self) -> bool:
        return any(reason.evidence is Evidence.THERE_MEANWHILE for reason in self.reasons)


@dataclass(frozen=True)
class Trace:
    """What somebody left in the room. holder: whose join link it was, who it is not."""

    name: str
    address: str
    visits: tuple[Visit, ...]
    by_phone: bool
    holder: int | None


class Register:
    """Everybody who is registered, so that whom a name, an address or a moment points to is found without looking at
    all of them for each."""

    def __init__(self, room: Room, people: Sequence[Registration]) -> None:
        self._seen = {one.registration_id: one for one in room.attendees if one.registration_id is not None}
        self._namesakes = Counter(words_of(person.name) for person in people)
        self._bearers = Counter(word for person in people for word in words_of(person.name))
        self._by_word: dict[str, list[Registration]] = defaultdict(list)
        self._by_local: dict[str, list[Registration]] = defaultdict(list)
        for person in people:
            for form in {form for word in words_of(f"{person.name} {person.zoom_name}") for form in near(word)}:
                self._by_word[form].append(person)
            self._by_local[_local(person.email)].append(person)
        absent = [person for person in people if person.id not in self._seen and person.active]
        self._callers = [person for person in absent if person.by_phone_only]
        self._clicked = sorted((one.first_clicked_at, one.id, one) for one in absent if one.first_clicked_at)

    def suggestions(self, trace: Trace) -> tuple[Suggestion, ...]:
        candidates = {person.id: person for person in self._candidates(trace) if person.id != trace.holder}
        found = [
            Suggestion(person, tuple(self._reasons(trace, person)), self._seen.get(person.id))
            for person in candidates.values()
        ]
        good = [one for one in found if one.weight >= _ENOUGH]
        return tuple(sorted(good, key=lambda one: (-one.weight, one.person.name, one.person.id))[:MOST])

    def _candidates(self, trace: Trace) -> Iterator[Registration]:
        for word in words_of(trace.name) | words_of(_local(trace.address)):
            for form in near(word):
                bearers = self._by_word.get(form, [])
                yield from bearers if len(bearers) <= _COMMON else []
        if trace.address:
            yield from self._by_local.get(_local(trace.address), [])
        if trace.by_phone and len(self._callers) < _TOO_MANY:
            yield from self._callers
        came = trace.visits[0].joined_at
        first = bisect_left(self._clicked, came - CLICKED_BEFORE, key=_when)
        last = bisect_right(self._clicked, came + _CLOCKS, key=_when)
        if last - first < _TOO_MANY:
            yield from (person for _, _, person in self._clicked[first:last])

    def _reasons(self, trace: Trace, person: Registration) -> Iterator[Reason]:
        yield from self._by_name(trace, person)
        local = _local(trace.address)
        if len(local) >= _LOCAL and local == _local(person.email):
            yield Reason(Evidence.ADDRESS_BEGINS_ALIKE)
        elif words_of(person.last_name) & (words_of(local) - words_of(trace.name)):
            yield Reason(Evidence.NAME_IN_ADDRESS)
        if trace.by_phone and person.by_phone_only:
            yield Reason(Evidence.BY_PHONE)
        seen, came, clicked = self._seen.get(person.id), trace.visits[0].joined_at, person.first_clicked_at
        if not seen and clicked and came - CLICKED_BEFORE <= clicked <= came + _CLOCKS:
            yield Reason(Evidence.CLICKED, max(round((came - clicked) / timedelta(minutes=1)), 0))
        if seen and any(meet(one, other) for one in trace.visits for other in seen.visits):
            yield Reason(Evidence.THERE_MEANWHILE)
        elif seen and any(one.left_at and timedelta() <= came - one.left_at <= BACK_WITHIN for one in seen.visits):
            yield Reason(Evidence.LEFT_BEFORE)
        if not person.active:
            yield Reason(Evidence.NO_PLACE)

    def _by_name(self, trace: Trace, person: Registration) -> Iterator[Reason]:
        shown, whole = words_of(trace.name), words_of(person.name)
        first, last = words_of(person.first_name), words_of(person.last_name)
        chosen = words_of(person.zoom_name)
        if (whole and whole <= shown) or (chosen and chosen == shown):
            yield Reason(Evidence.SAME_NAME)
            if self._namesakes[whole] > 1:
                yield Reason(Evidence.NAMESAKES, self._namesakes[whole])
        elif last & shown:
            yield Reason(Evidence.LAST_NAME)
            if _abbreviated(first, shown - last):
                yield Reason(Evidence.INITIAL)
        elif any(_spelt_alike(one, other) for one in last for other in shown):
            yield Reason(Evidence.SIMILAR_NAME)
            if first & shown or _abbreviated(first, shown):
                yield Reason(Evidence.FIRST_NAME)
        elif first & shown:
            alone = any(self._bearers[word] == 1 for word in first & shown)
            yield Reason(Evidence.ONLY_FIRST_NAME if alone else Evidence.FIRST_NAME)
            if _abbreviated(last, shown - first):
                yield Reason(Evidence.INITIAL)


def meet(one: Visit, other: Visit) -> bool:
    """Whether both were there at some moment."""
    before = one.left_at is not None and one.left_at <= other.joined_at
    after = other.left_at is not None and other.left_at <= one.joined_at
    return not before and not after


def _local(address: str) -> str:
    """What stands before the @, without what some put behind a plus."""
    return email_key(address).partition("@")[0].partition("+")[0]


def _when(clicked: tuple[datetime, int, Registration]) -> datetime:
    return clicked[0]


def _abbreviated(names: Iterable[str], shown: Iterable[str]) -> bool:
    """Whether a single letter, or a short form, among what is shown stands for one of these."""
    return any(stands_for(word, name) for word in shown for name in names)


def _spelt_alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _LOCAL and not near(one).isdisjoint(near(other))
