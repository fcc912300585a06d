"""A notice: what a public body must say of itself on every page (imprint, privacy, accessibility).

Notices are versioned, so that a registration can say which privacy notice its person read."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class NoticeKind(StrEnum):
    IMPRINT = "imprint"
    PRIVACY = "privacy"
    ACCESSIBILITY = "accessibility"


#: Nothing is published before these are filled in (§ 5 DDG, Art. 13 GDPR).
REQUIRED = (NoticeKind.IMPRINT, NoticeKind.PRIVACY)


@dataclass(frozen=True)
class Notice:
    """One version of a notice in one language. The text is Markdown."""

    kind: NoticeKind
    language: str
    version: int
    text: str
    written_at: datetime
