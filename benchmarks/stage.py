"""Ours, set up to be measured: a configuration, a database with one event, and the commands that run on it."""

import contextlib
import json
import secrets
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from benchmarks.programs import LOOPBACK, Program, free_port, running, wait_until
from zoom_bridge.bridge import system_clock
from zoom_bridge.domain.event import Event, EventDraft, Panelist, Partner
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.flows import hosting, informing
from zoom_bridge.store import events, migrations
from zoom_bridge.store.database import Database

#: Room for everybody: a limit, because counting seats under it belongs to the work.
CAPACITY = 50_000
ZOOM_BRIDGE = Path(sys.executable).with_name("zoom-bridge")


@dataclass(frozen=True)
class Stage:
    """A folder with everything in it, and where to find it."""

    folder: Path
    config: Path
    db: Database
    event: Event
    port: int
    zoom_port: int
    webhook_secret: str

    @contextlib.contextmanager
    def serving(self) -> Iterator[Program]:
        with self.running("serve") as program:
            program.wait_for_page(self.port, self.event_page)
            yield program

    @contextlib.contextmanager
    def working(self) -> Iterator[Program]:
        """The jobs, and the pretend Zoom that they talk to; the event's webinar is made."""
        with self.running("simulate"), self.running("work") as program:
            wait_until(lambda: self.count("webinars", "synced_revision > 0") == 1, "the webinar")
            yield program

    @contextlib.contextmanager
    def running(self, command: str) -> Iterator[Program]:
        with running(*self.command(command), log=self.folder / f"{command}.log") as program:
            yield program

    def command(self, command: str) -> list[object]:
        return [ZOOM_BRIDGE, command, "--config", self.config]

    @property
    def event_page(self) -> str:
        return f"/e/{self.event.slug}"

    def count(self, table: str, condition: str = "true") -> int:
        with self.db.reading() as connection:
            return int(connection.execute(text(f"SELECT count(*) FROM {table} WHERE {condition}")).scalar_one())

    def webinar_id(self) -> str:
        with self.db.reading() as connection:
            return str(connection.execute(text("SELECT zoom_id FROM webinars")).scalar_one())

    def wait_until_idle(self, *tables: str) -> None:
        """Until nothing is left to be done, so that it does not disturb who is measured next."""
        for table in tables:
            wait_until(lambda table=table: not self.count(table, "due_at IS NOT NULL"), f"{table} to be done", 300)


@contextlib.contextmanager
def set_up(
    mail_port: int,
    connections: int = 4,
    database_url: str | None = None,
    capacity: int | None = CAPACITY,
    plan: str = "pro",
) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="zoom-bridge-benchmark-") as name:
        folder = Path(name)
        url = database_url or f"sqlite:///{folder}/bridge.db"
        port, zoom_port, webhook_secret = free_port(), free_port(), secrets.token_urlsafe(32)
        config = folder / "config.toml"
        config.write_text(
            _config(url, port, zoom_port, mail_port, connections, webhook_secret, plan), encoding="utf-8"
        )
        db = Database(url)
        try:
            migrations.upgrade(db)
            event = _publish(db, system_clock(), capacity)
            yield Stage(folder, config, db, event, port, zoom_port, webhook_secret)
        finally:
            db.dispose()


def _config(
    url: str, port: int, zoom_port: int, mail_port: int, connections: int, webhook_secret: str, plan: str
) -> str:
    zoom = f"http://{LOOPBACK}:{zoom_port}"
    sections = {
        # Visitors name a network of their own each, as behind a proxy; so limits are counted and nobody meets one.
        "web": {
            "base_url": f"http://{LOOPBACK}:{port}",
            "port": port,
            "secret_key": secrets.token_urlsafe(32),
            "trusted_proxies": 1,
        },
        "database": {"url": url},
        "zoom": {
            "oauth_url": zoom,
            "api_url": f"{zoom}/v2",
            "account_id": "benchmark",
            "client_id": "benchmark",
            "client_secret": secrets.token_urlsafe(32),
            "webhook_secret": webhook_secret,
            "plan": plan,
        },
        "mail": {
            "host": LOOPBACK,
            "port": mail_port,
            "security": "none",
            "sender": "events@example.org",
            "connections": connections,
        },
    }
    return "\n".join(
        f"[{section}]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())
        for section, values in sections.items()
    )


def _publish(db: Database, now: datetime, capacity: int | None) -> Event:
    for kind in NoticeKind:
        informing.write_notice(db, kind, "de", "Ein Text, der hier stehen muss.", now)
    event = hosting.create_event(db, draft(now, capacity), now)
    hosting.publish_event(db, event.id, now)
    with db.reading() as connection:
        published = events.find(connection, event.id)
    assert published
    return published


def draft(now: datetime, capacity: int | None) -> EventDraft:
    """Two weeks ahead."""
    starts_at = (now + timedelta(days=14)).replace(hour=8, minute=0, second=0, microsecond=0)
    ends_at = starts_at + timedelta(minutes=90)
    return EventDraft(
        title_de="Gute Nachbarschaft",
        subtitle_de="Was wir aus der Corona-Zeit lernen können",
        description_de=_DESCRIPTION,
        timezone="UTC",
        starts_wall=starts_at.astimezone(UTC).replace(tzinfo=None),
        ends_wall=ends_at.astimezone(UTC).replace(tzinfo=None),
        starts_at=starts_at,
        ends_at=ends_at,
        hosted_by="Musterministerium",
        help_name="Servicestelle",
        help_phone="0511 701 07 09",
        help_hours="Montag bis Freitag 9 bis 15 Uhr",
        help_email="hilfe@example.org",
        zoom_host="webinar-1@example.org",
        capacity=capacity,
        double_opt_in=False,
        partners=(Partner("Landesarbeitsgemeinschaft", "In Kooperation mit"),),
        panelists=(Panelist("Olga Osterkamp", "", "Servicestelle", "Moderation"), Panelist("Ben Brandt")),
    )


_DESCRIPTION = """\
Neunzig Minuten mit Filmen aus den Nachbarschaften, Gespräch und Onlinebeteiligung: mit Menschen, die dort wohnen,
**freiwillig helfen** oder in der Gemeinwesenarbeit tätig sind.

1. Wo, wie und warum ist in dieser Zeit gute Nachbarschaft gelungen?
2. Was folgt daraus für das Zusammenleben in den Quartieren?
3. Was braucht es, damit gute Nachbarschaft dauerhaft unterstützt wird?
"""
