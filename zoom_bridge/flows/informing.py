"""What a public body says of itself: the notices that it owes its readers (imprint, privacy, accessibility), its name
and how its pages look."""

from dataclasses import replace
from datetime import datetime

from zoom_bridge.domain.instance import Instance
from zoom_bridge.domain.notice import Notice, NoticeKind
from zoom_bridge.store import instances, notices
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


def describe_house(db: Database, **changes: str) -> Instance:
    """Change what is said of the body that runs this service; the rest stays as it is."""
    with db.transaction() as connection:
        instance = replace(instances.get(connection), **changes)
        instances.keep(connection, instance)
    return instance
