"""Where letters go, as far as it takes nothing. One recipient who is refused for the moment (greylisting) is that
recipient's matter; several of one domain in a row are the domain's, and it is left alone for a while. A domain that later
takes whom it refused greylists everybody: from then on a first refusal there says nothing. When everybody is refused
wherever they are, it is our own mail server, or what it thinks of us."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

#: So many different recipients of a domain, refused for the moment with none accepted in between, are the domain's.
IN_A_ROW = 3
#: So many refusals in a row, at so many domains at least, are everybody's.
EVERYBODY, EVERYWHERE = 10, 3
#: How long a domain is left alone: at first, and at most.
FIRST_REST = timedelta(minutes=5)
LONGEST_REST = timedelta(hours=1)


@dataclass
class _Domain:
    """refused: in a row, with none accepted in between. before: refused at any time, and not accepted since."""

    refused: set[str] = field(default_factory=set)
    before: set[str] = field(default_factory=set)
    greylists: bool = False
    rests: timedelta = timedelta()
    until: datetime | None = None


class Destinations:
    """What this process has seen of them."""

    def __init__(self) -> None:
        self._domains: dict[str, _Domain] = {}
        self._refused_in_a_row: list[str] = []
        self._lock = Lock()

    def rests_until(self, address: str, now: datetime) -> datetime | None:
        with self._lock:
            domain = self._domains.get(_domain(address))
            return domain.until if domain and domain.until and now < domain.until else None

    def accepted(self, address: str) -> None:
        with self._lock:
            self._refused_in_a_row.clear()
            domain = self._domains.get(_domain(address))
            if domain:
                greylists = domain.greylists or address in domain.before
                domain.before.discard(address)
                self._domains[_domain(address)] = _Domain(before=domain.before, greylists=greylists)

    def refused(self, address: str, now: datetime, *, for_now: bool) -> None:
        """A server said no to a letter; `for_now`: it may say yes later. Who has rested and refuses the next one rests
        twice as long."""
        with self._lock:
            domain = self._domains.setdefault(_domain(address), _Domain())
            met = address in domain.before
            if for_now:
                domain.before.add(address)
                if domain.greylists and not met:
                    return
            self._refused_in_a_row = [*self._refused_in_a_row, _domain(address)][-EVERYBODY:]
            if not for_now:
                return
            domain.refused.add(address)
            rested = domain.until is None or now >= domain.until
            if len(domain.refused) >= IN_A_ROW and rested:
                domain.rests = min(max(2 * domain.rests, FIRST_REST), LONGEST_REST)
                domain.until = now + domain.rests

    @property
    def all_refuse(self) -> bool:
        with self._lock:
            last = self._refused_in_a_row
            return len(last) == EVERYBODY and len(set(last)) >= EVERYWHERE


def _domain(address: str) -> str:
    return address.rpartition("@")[2].casefold()
