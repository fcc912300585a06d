"""Write the notices that a public body owes its readers: imprint, privacy, accessibility."""

from datetime import datetime

from zoom_bridge.domain.notice import Notice, NoticeKind
from zoom_bridge.store import notices
from zoom_bridge.store.database import Database


def write_notice(db: Database, kind: NoticeKind, language: str, text: str, now: datetime) -> bool:
    """Keep a new version when the text changed. Old versions stay: registrations say which one was read."""
    with db.transaction() as connection:
        before = notices.newest(connection, kind, language)
        if text == (before.text if before else ""):
            return False
        version = before.version + 1 if before else 1
        while not notices.add(connection, Notice(kind, language, version, text, now)):
            # Somebody saved in the same moment; ours is the newer one.
            version += 1
        return True
