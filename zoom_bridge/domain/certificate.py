"""A certificate: that somebody was there for long enough, with a code by which a third person can check it."""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.turnout import Presence

#: Of the time that counts (`turnout.py`), unless the organiser says otherwise; in per cent.
USUAL_SHARE = 80
#: Who missed it by so many per cent of the time, or less, missed it narrowly.
NARROWLY = 10
_GROUP = 4
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0"})
#: What keyboards and telephones put for the same apostrophe or hyphen.
_SAME = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc\u00b4\u0060", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013", "-")
)


@dataclass(frozen=True, kw_only=True)
class CertificateRule:
    """How an event certifies. share: of the time, in per cent, that somebody must have been there. The texts replace
    ours where they are not empty; who signs stands below it, or nobody."""

    event_id: int
    share: int = USUAL_SHARE
    text_de: str = ""
    text_en: str = ""
    signed_by: str = ""

    def text(self, language: str) -> str:
        """Our own where it is empty."""
        return self.text_de if language == "de" else self.text_en

    def earned_by(self, share: float) -> bool:
        return _per_cent(share) >= self.share

    def narrowly_missed_by(self, share: float) -> bool:
        return self.share - NARROWLY <= _per_cent(share) < self.share


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """One that was issued. It is never changed: who was there for another time than it says, or is called otherwise now,
    gets a new one, and this one is withdrawn.

    code_hash    SHA-256 of the check code; the code itself is made anew from the secret key, the registration's key and
                 the moment of issue (`links.py`), so that nobody can make it once the person is forgotten
    holder       hash of the holder's name, with the code as its key: so a name can be compared after it was forgotten
    minutes      that the certificate states
    registration_id  None once the person is forgotten"""

    id: int
    event_id: int
    registration_id: int | None
    code_hash: str
    holder: str
    language: str
    minutes: int
    issued_at: datetime
    withdrawn_at: datetime | None

    def has_code(self, code: str) -> bool:
        return hmac.compare_digest(self.code_hash, hash_of(code))

    def is_of(self, event: Event) -> bool:
        """Whether it speaks of the date that the event has now. What was issued before that is over is of an earlier one,
        from which the event has moved."""
        return self.issued_at >= event.ends_at

    def held_by(self, name: str, code: str) -> bool:
        return hmac.compare_digest(self.holder, holder_of(name, code))


@dataclass(frozen=True)
class Candidate:
    """Somebody of whom it was decided whether they get one.

    minutes, share  how long they were there, of the time that counts
    certificate  the one that holds, or the last one that was withdrawn
    stale        it holds, but not what is true: another date, time or name, a code that we no longer make"""

    person: Registration
    minutes: int
    share: float
    earned: bool
    narrowly: bool
    certificate: Certificate | None = None
    stale: bool = False

    @property
    def per_cent(self) -> int:
        """Rounded down: 79.9 is not enough for 80."""
        return int(_per_cent(self.share))

    @property
    def holds(self) -> bool:
        return self.certificate is not None and self.certificate.withdrawn_at is None

    @property
    def withdrawn(self) -> bool:
        return self.certificate is not None and not self.holds

    @property
    def to_issue(self) -> bool:
        """Gets one with all others. Whose certificate was withdrawn gets another only when somebody says so."""
        return self.earned and self.certificate is None

    @property
    def to_replace(self) -> bool:
        return self.earned and self.holds and self.stale

    @property
    def to_withdraw(self) -> bool:
        return not self.earned and self.holds


def candidates(
    rule: CertificateRule,
    event: Event,
    people: Iterable[Registration],
    presences: Mapping[int, Presence],
    certificates: Mapping[int, Certificate],
    codes: Mapping[int, str],
) -> list[Candidate]:
    """Everybody who was there or has a certificate, in the order of `people`. `certificates` by registration: the one
    that holds, or else the last; `codes`: what the check code of each has to be.

    However somebody came: a telephone's minutes are as good as a computer's once somebody knows whose they are. Whose
    call nobody could assign was not there as far as we know."""
    found = []
    for person in people:
        presence, certificate = presences.get(person.id), certificates.get(person.id)
        minutes, share = (presence.minutes, presence.share) if presence and person.active else (0, 0.0)
        if certificate is None and not minutes:
            continue
        stale = certificate is not None and not (
            certificate.is_of(event)
            and certificate.minutes == minutes
            and certificate.has_code(codes[person.id])
            and certificate.held_by(person.name, codes[person.id])
        )
        # A certificate without a name certifies nobody.
        there = minutes > 0 and bool(person.name)
        earned, narrowly = there and rule.earned_by(share), there and rule.narrowly_missed_by(share)
        found.append(Candidate(person, minutes, share, earned, narrowly, certificate, stale))
    return found


def _per_cent(share: float) -> float:
    """Without what computing adds: 0.29 is 29 per cent."""
    return round(share * 100, 6)


def written(code: str) -> str:
    """As it stands on paper: in groups of four."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read(typed: str) -> str:
    """What somebody typed as a code: hyphens, blanks and case make no difference, nor do letters that are misread."""
    return "".join(character for character in typed.upper() if character.isalnum()).translate(_MISREAD)


def hash_of(code: str) -> str:
    return hashlib.sha256(code.encode(errors="replace")).hexdigest()


def holder_of(name: str, code: str) -> str:
    """Case, blanks and the kind of apostrophe or hyphen make no difference: somebody types it from paper."""
    # In this order: NFKC takes an acute accent that stands alone apart.
    folded = " ".join(unicodedata.normalize("NFKC", name.translate(_SAME)).casefold().split())
    return hmac.new(code.encode(errors="replace"), folded.encode(errors="replace"), hashlib.sha256).hexdigest()
