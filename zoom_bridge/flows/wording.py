"""Give an event's letters words of its own, or our words back."""

from datetime import datetime

from zoom_bridge.domain.letter_text import LetterText
from zoom_bridge.domain.message import LETTING_IN, Kind
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.store import events, letter_texts
from zoom_bridge.store.database import Database


def word_letter(
    db: Database, event_id: int, kind: Kind, language: str, subject: str, opening: str, now: datetime
) -> bool:
    """From now on the letter begins so; where a text is empty, with ours. Letters that wait go out with the new words.
    False when nothing was changed."""
    if kind in LETTING_IN:
        raise NotFound
    with db.transaction() as connection:
        if events.hold(connection, event_id) is None:
            raise NotFound
        before = letter_texts.find(connection, event_id, kind, language)
        if (before.subject, before.opening) == (subject, opening) if before else not (subject or opening):
            return False
        if subject or opening:
            letter_texts.keep(connection, LetterText(event_id, kind, language, subject, opening, now))
        else:
            letter_texts.remove(connection, event_id, kind, language)
        return True
