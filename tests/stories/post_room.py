"""A house with letters to send, beside senders that are processes of their own and a mail server that has moods."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select, text

from tests.builders import a_draft
from tests.mail.moody_server import MoodyServer
from tests.stories.senders import Deed, Nursery, Senders
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event, EventDraft
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.flows import hosting, informing
from zoom_bridge.store import outbox, registrations, tables
from zoom_bridge.store.database import Database

#: The clocks of the senders jump over what they wait for; the letters stay useful all the while.
LASTS = timedelta(hours=20)
SENDERS = 2


@dataclass
class PostRoom:
    bridge: Bridge
    config: Path
    server: MoodyServer
    nursery: Nursery | None = None

    @property
    def db(self) -> Database:
        return self.bridge.db

    @contextmanager
    def senders(self, *, connections: int = 1) -> Iterator[Senders]:
        assert self.nursery
        senders = Senders(self.nursery, self.bridge, self.config, SENDERS, connections=connections)
        try:
            yield senders
        finally:
            senders.close()

    def after(self, letters: int, do: Callable[[], object] = lambda: None) -> Deed:
        """What is done when the server has taken so many."""
        return Deed(lambda: len(self.server.taken) >= letters, do)

    def write_the_notices(self) -> None:
        for kind in NoticeKind:
            informing.write_notice(self.db, kind, "de", "Wer wir sind", self.bridge.clock())

    def letters(self) -> list[Any]:
        with self.db.reading() as connection:
            return list(connection.execute(select(tables.messages).order_by(tables.messages.c.id)))

    def join_links_are_due(self, people: int, number: int = 0, domains: int = 1) -> Event:
        """An event that begins soon, so many people with a seat, and for each of them the letter with their link."""
        now = self.bridge.clock()
        event = hosting.create_event(self.db, draft_of(now, title_de=f"Veranstaltung {number}"), now)
        hosting.publish_event(self.db, event.id, now)
        day = now - timedelta(days=1)
        with self.db.transaction() as connection:
            addresses = [f"guest{n}@{domain_of(number, n % domains)}" for n in range(people)]
            rows = [
                {
                    "event_id": event.id,
                    "key": f"{number}-{n}",
                    "email": address,
                    "email_key": address,
                    "first_name": "Dana",
                    "last_name": f"Dorn {n}",
                    "language": "de",
                    "source": "page",
                    "created_at": day,
                    "confirmed_at": day,
                    "privacy_version": 1,
                    "revision": 1,
                    "synced_revision": 1,
                }
                for n, address in enumerate(addresses)
            ]
            connection.execute(insert(tables.registrations), rows)
            outbox.queue(
                connection,
                Kind.JOIN_LINK,
                registrations.confirmed_ids(connection, event.id, now),
                event_id=event.id,
                schedule_revision=event.schedule_revision,
                useful_until=event.ends_at,
                now=now,
                occasion="1h",
            )
            if not self.db.sqlite:
                connection.execute(text("ANALYZE"))
        return event


def draft_of(now: datetime, **changes: Any) -> EventDraft:
    starts_at = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=2)
    times = {"starts_at": starts_at, "ends_at": starts_at + LASTS}
    usual = {"title_en": "", "zoom_host": "webinar-1@example.org", "panelists": (), "double_opt_in": False}
    return a_draft(**(usual | times | changes))


def domain_of(number: int, part: int = 0) -> str:
    return f"e{number}-{part}.example.org"
