"""An event's own words for a letter, in one language: its subject and its opening. They are text with placeholders,
never a template: what stands in them is filled in or shown as it is, and nothing else happens."""

from dataclasses import dataclass
from datetime import datetime

from zoom_bridge.domain.message import Kind


@dataclass(frozen=True)
class LetterText:
    """Empty: the letter has our own subject, or our own opening. The opening is plain text in paragraphs."""

    event_id: int
    kind: Kind
    language: str
    subject: str
    opening: str
    written_at: datetime
