"""Recognition: who somebody in the room is, by what Zoom told of them. Never by likeness: that is for people to decide
(`decision.py`)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from typing import NamedTuple

from zoom_bridge.domain.attendance import Match, Sighting, Stay
from zoom_bridge.domain.decision import Appearance, Decision, Verdict, folded
from zoom_bridge.domain.registration import email_key

#: Matches that the evidence itself proves, and that are kept with a sighting.
PROVEN = frozenset({Match.REGISTRANT_ID, Match.CUSTOMER_KEY, Match.EMAIL})
#: What stands for a guest whose name is forgotten begins with this.
FORGOTTEN = "#"

_Recognised = tuple[int | None, Match | None]
_NOBODY: _Recognised = (None, None)


class Evidence(NamedTuple):
    """What Zoom told of somebody, of the best first."""

    registrant: str
    customer_key: str
    email: str


class Candidate(NamedTuple):
    """Somebody registered, as far as they can be recognised by it. registrant_id may be None; zoom_email and
    zoom_name: under which they take part, if not under their own."""

    id: int
    key: str
    registrant_id: str | None
    email_key: str
    zoom_email: str
    first_name: str
    last_name: str
    zoom_name: str
    seated: bool


class Known:
    """Whom the evidence of one event can lead to. hosts, panel and staff are folded addresses."""

    def __init__(
        self,
        hosts: Collection[str],
        panel: Collection[str],
        staff: Collection[str],
        people: Iterable[Candidate],
    ) -> None:
        self._hosts, self._panel, self._staff, self._people = hosts, panel, staff, list(people)

    def recognise(self, evidence: Evidence) -> _Recognised:
        """By proof; or, where the address says so, that they work here."""
        address = email_key(evidence.email)
        if evidence.registrant and (found := self._by_registrant.get(evidence.registrant)):
            return found, Match.REGISTRANT_ID
        if evidence.customer_key and (found := self._by_key.get(evidence.customer_key)):
            return found, Match.CUSTOMER_KEY
        if not address:
            return _NOBODY
        if address in self._hosts:
            return None, Match.HOST
        if address in self._panel:
            return None, Match.PANELIST
        if found := self._by_address.get(address):
            return found, Match.EMAIL
        return (None, Match.STAFF) if address in self._staff else _NOBODY

    def recognise_by_name(self, name: str) -> _Recognised:
        """When exactly one of those with a seat bears it, by whichever of their names."""
        bearers = self._by_name.get(folded(name), set())
        return (next(iter(bearers)), Match.NAME) if len(bearers) == 1 else _NOBODY

    @cached_property
    def _by_registrant(self) -> Mapping[str, int]:
        return {one.registrant_id: one.id for one in self._people if one.registrant_id}

    @cached_property
    def _by_key(self) -> Mapping[str, int]:
        return {one.key: one.id for one in self._people}

    @cached_property
    def _by_address(self) -> Mapping[str, int]:
        aliases = {one.zoom_email: one.id for one in self._people if one.zoom_email}
        return aliases | {one.email_key: one.id for one in self._people}

    @cached_property
    def _by_name(self) -> Mapping[str, set[int]]:
        bearers: dict[str, set[int]] = defaultdict(set)
        for one in self._people:
            if one.seated:
                bearers[folded(f"{one.first_name} {one.last_name}")].add(one.id)
                if one.zoom_name:
                    bearers[folded(one.zoom_name)].add(one.id)
        bearers.pop("", None)
        return bearers


def is_forgotten(seen: Sighting | Stay) -> bool:
    """People may call themselves what they like, and then they have that name."""
    return not seen.name and seen.guest.startswith(FORGOTTEN)


def recognised(sighting: Sighting, known: Known, decisions: Mapping[Appearance, Decision]) -> Sighting:
    """The sighting as it is understood now. What was decided of somebody goes before all evidence, also of what they
    were before the evidence got better."""
    if is_forgotten(sighting) or sighting.matched_by is Match.DECISION:
        return sighting
    found: int | None = sighting.registration_id
    by: Match | None = sighting.matched_by
    evidence = Evidence(sighting.registrant, sighting.customer_key, sighting.email)
    if found is None and any(evidence):
        found, by = known.recognise(evidence)
    matched_id = found or 0
    if by is None:
        found, by = known.recognise_by_name(sighting.name)
    seen = sighting._replace(registration_id=found, matched_by=by, matched_id=matched_id)
    decision = decisions.get(Appearance.of(seen))
    if not decision and matched_id and seen.guest != seen.name:
        # Decided of this address before it was known whose it is.
        decision = decisions.get(Appearance.of(seen, 0))
    if not decision:
        return seen
    if decision.verdict is Verdict.PERSON:
        return seen._replace(registration_id=decision.registration_id, matched_by=Match.DECISION)
    # Of somebody else on a person's link only the name is their own.
    guest = (seen.name or seen.guest) if matched_id else seen.guest
    decided_by = Match.STAFF if decision.verdict is Verdict.STAFF else Match.DECISION
    return seen._replace(registration_id=None, matched_by=decided_by, guest=guest)
