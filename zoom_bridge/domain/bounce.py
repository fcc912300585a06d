"""A bounce: what a mail server says of a letter that it could not deliver, or not yet. How it is read out of what comes
back is in `mail/returned.py`."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class Bounce:
    """One recipient of one letter that came back.

    message_id   of the letter, as we sent it
    recipients   whom it is about: the address that we wrote to and, behind a forwarding, the one it ended at
    final        False: the server keeps trying
    status       as in RFC 3463: "5.1.1"
    words        the server's own
    """

    message_id: str
    recipients: tuple[str, ...]
    final: bool
    status: str
    words: str


@dataclass(frozen=True)
class Mark:
    """How far the mailbox that they come back to has been read. Numbers are good as long as the server says that its `validity` is the same."""

    validity: int
    last_uid: int


class Reason(StrEnum):
    """Why a letter came back, as far as its status tells."""

    NO_SUCH_ADDRESS = "no_such_address"
    NO_SUCH_DOMAIN = "no_such_domain"
    SWITCHED_OFF = "switched_off"
    FULL = "full"
    TOO_BIG = "too_big"
    UNREACHABLE = "unreachable"
    NOT_WANTED = "not_wanted"
    UNKNOWN = "unknown"


_REASONS = {
    "1.0": Reason.NO_SUCH_ADDRESS,
    "1.1": Reason.NO_SUCH_ADDRESS,
    "1.2": Reason.NO_SUCH_DOMAIN,
    "1.3": Reason.NO_SUCH_ADDRESS,
    "1.6": Reason.NO_SUCH_ADDRESS,
    "1.10": Reason.NO_SUCH_DOMAIN,
    "2.1": Reason.SWITCHED_OFF,
    "2.2": Reason.FULL,
    "2.3": Reason.TOO_BIG,
    "3.4": Reason.TOO_BIG,
    "4.4": Reason.NO_SUCH_DOMAIN,
}
#: By the subject alone, when the detail says nothing known.
_SUBJECTS = {"4": Reason.UNREACHABLE, "7": Reason.NOT_WANTED}


def reason(status: str) -> Reason:
    """Whether it is 4.x.x or 5.x.x says only how the server felt about it at last, not what the matter is."""
    _, _, detail = status.partition(".")
    return _REASONS.get(detail) or _SUBJECTS.get(detail.partition(".")[0], Reason.UNKNOWN)
