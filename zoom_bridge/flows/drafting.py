"""Keep what organisers type into an event's form before they save it, so that a closed window or an expired session
loses nothing."""

from datetime import datetime

from zoom_bridge.store import unsaved_forms
from zoom_bridge.store.database import Database
from zoom_bridge.store.unsaved_forms import UnsavedForm

#: The form of an event that there is not yet; the others are called by the event's number.
NEW = "new"


def keep_unsaved(
    db: Database, organiser_id: int, about: str, fields: tuple[tuple[str, str], ...], now: datetime
) -> None:
    """Each organiser has one unsaved form for each event, and one for a new event."""
    with db.transaction() as connection:
        unsaved_forms.keep(connection, organiser_id, about, UnsavedForm(fields, now))


def discard(db: Database, organiser_id: int, about: str) -> None:
    with db.transaction() as connection:
        unsaved_forms.remove(connection, organiser_id, about)
