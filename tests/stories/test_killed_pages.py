"""The process behind the pages is killed while people register and Zoom tells what happens. What was answered with a
yes is kept; what was not may be asked again, and is kept once."""

import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from tests.builders import a_draft
from tests.stories.processes import LOOPBACK, Processes, Running, free_port, write_config
from tests.stories.traveller import Traveller, on_the_wire
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.flows import hosting, informing
from zoom_bridge.store import events, migrations, registrations, tables
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

pytestmark = pytest.mark.processes

#: So many yeses of each kind before the next blow.
BETWEEN_BLOWS = 6
BLOWS = 3


@dataclass
class Crowd:
    """People who register one after another, and Zoom, which tells one thing after another. All of them note what was
    answered with a yes, and go on when there was no answer."""

    ours: str
    public_path: str
    stop: threading.Event = field(default_factory=threading.Event)
    registered: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    unanswered: list[str] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def come(self) -> None:
        self._go(lambda: self._register("first"))
        self._go(lambda: self._register("second"))
        self._go(self._tell)

    def go(self) -> None:
        self.stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _go(self, act: Callable[[], None]) -> None:
        thread = threading.Thread(target=act, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _register(self, queue: str) -> None:
        number = 0
        while not self.stop.wait(0.01):
            number += 1
            email = f"{queue}{number}@example.org"
            browser = Traveller({self.ours: on_the_wire()})
            try:
                form = browser.open(f"{self.public_path}/register")
                answer = form.submit("email", first_name="Dana", last_name="Dorn", email=email)
            except (requests.RequestException, OSError):
                self.unanswered.append(email)
                continue
            assert answer.status == 200, answer.text
            self.registered.append(email)

    def _tell(self) -> None:
        number = 0
        while not self.stop.wait(0.01):
            number += 1
            body = json.dumps(
                {"event": "webinar.participant_joined", "payload": {"object": {"id": number}}}
            ).encode()
            while not self.stop.wait(0.01):
                with suppress(requests.RequestException, OSError):
                    if post_webhook(f"{self.ours}/zoom/webhooks", body) == 204:
                        self.told.append(hashlib.sha256(body).hexdigest())
                        break
                # As Zoom does: the same once more.
                self.unanswered.append(str(number))


def post_webhook(url: str, body: bytes) -> int:
    timestamp = str(int(datetime.now(UTC).timestamp()))
    headers = {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign("webhook-secret", timestamp, body)}
    return requests.post(url, data=body, headers=headers, timeout=30).status_code


def test_what_was_acknowledged_survives_the_death_of_the_process_that_said_so(
    empty_database_url: str, processes: Processes, tmp_path: Path
) -> None:
    port = free_port()
    config = write_config(
        tmp_path, empty_database_url, web_port=port, zoom_port=free_port(), smtp_port=free_port()
    )
    db = Database(empty_database_url)
    event = published(db)
    pages = serve(processes, "pages", config, port)
    crowd = Crowd(f"http://{LOOPBACK}:{port}", f"/e/{event.slug}")

    crowd.come()
    for _ in range(BLOWS):
        some_more(processes, crowd)
        for pid in pages.children():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    some_more(processes, crowd)
    pages.kill()
    pages = serve(processes, "pages-again", config, port)
    some_more(processes, crowd)
    crowd.go()
    assert pages.stop() == 0, pages.report()

    assert crowd.unanswered, "nobody noticed the blows, so nothing was tested"
    with db.reading() as connection:
        kept = [one.email for one in registrations.list_for_event(connection, event.id)]
        letters = connection.execute(select(tables.messages.c.registration_id)).scalars().all()
        deliveries = connection.execute(select(tables.deliveries.c.digest)).scalars().all()
    db.dispose()
    assert set(crowd.registered) <= set(kept)
    assert len(kept) == len(set(kept)) == len(letters), "one letter for each registration, none without"
    assert set(crowd.told) <= set(deliveries)
    assert len(deliveries) == len(set(deliveries))


def serve(processes: Processes, name: str, config: Path, port: int) -> Running:
    running = processes.start(name, "serve", "--config", config)
    processes.wait_for_port(port)
    return running


def some_more(processes: Processes, crowd: Crowd) -> None:
    registered, told = len(crowd.registered), len(crowd.told)
    processes.wait_until(
        lambda: len(crowd.registered) >= registered + BETWEEN_BLOWS and len(crowd.told) >= told + BETWEEN_BLOWS,
        "more people to be registered and more to be told",
    )


def published(db: Database) -> Event:
    migrations.upgrade(db)
    now = datetime.now(UTC)
    starts_at = now.replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
    draft = a_draft(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=90))
    for kind in NoticeKind:
        informing.write_notice(db, kind, "de", "Wer wir sind", now)
    event_id = hosting.create_event(db, draft, now).id
    hosting.publish_event(db, event_id, now)
    with db.reading() as connection:
        event = events.find(connection, event_id)
    assert event
    return event
