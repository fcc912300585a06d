"""Keep the pictures that organisers upload. They were made anew before (`web/uploads.py`); what nobody shows any more
goes by itself (`forgetting.py`)."""

from collections.abc import Iterable

from zoom_bridge.domain.picture import Picture
from zoom_bridge.store import pictures
from zoom_bridge.store.database import Database


def keep(db: Database, uploaded: Iterable[Picture]) -> None:
    """At once, also when the form they came with is not saved: nobody has to choose a picture twice."""
    with db.transaction() as connection:
        for picture in uploaded:
            pictures.keep(connection, picture)
