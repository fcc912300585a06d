"""The trial: the whole service with nothing configured. SQLite in a folder, a pretend Zoom and a mail catcher on
loopback ports, a strong secret made on the first start, four staged events (`staging.py`). Nothing leaves this
machine; starting again keeps what is there."""

import json
import secrets
import shutil
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from zoom_bridge import playbill, staging
from zoom_bridge.bridge import Bridge, assemble, system_clock
from zoom_bridge.config import settings_from
from zoom_bridge.flows import welcoming
from zoom_bridge.listening import Listener
from zoom_bridge.mail.catcher import MailCatcher
from zoom_bridge.simulator.records import SimulatorSettings
from zoom_bridge.simulator.sender import WebhookSender
from zoom_bridge.simulator.server import create_simulator
from zoom_bridge.simulator.world import World
from zoom_bridge.store import migrations
from zoom_bridge.web.mailbox import create_mailbox

LOOPBACK = "127.0.0.1"
OLGA = ("olga.osterkamp@example.org", "Olga Osterkamp")
#: Zoom tries a webhook again after 5, 20 and 60 minutes; nobody tries something out for so long.
RETRY_SCALE = 1 / 60
#: The configuration of a trial, there while it runs: other commands use it as if it were anybody's.
CONFIG = "config.toml"


class TrialClock:
    """The real time, except while events are staged: then it stands where the staging puts it."""

    def __init__(self) -> None:
        self.at: datetime | None = None

    def __call__(self) -> datetime:
        return self.at or system_clock()


class Trial:
    """What belongs to a trial besides the bridge: the pretend Zoom, the mail catcher and their pages."""

    def __init__(self, folder: Path, ports: dict[str, int], kept: dict[str, str]) -> None:
        self.folder = folder
        self.ports = ports
        self.clock = TrialClock()
        self.catcher = MailCatcher(folder / "letters", LOOPBACK, ports["smtp"])
        self.world = World(
            SimulatorSettings(
                public_url=self._url("zoom"),
                webhook_url=f"{self._url('web')}/zoom/webhooks",
                webhook_secret=kept["webhook_secret"],
                account_id="trial",
                client_id="trial",
                client_secret=kept["client_secret"],
                retry_scale=RETRY_SCALE,
            ),
            clock=self.clock,
            path=folder / "pretend-zoom.json",
        )
        self.sender = WebhookSender(self.world)
        self._settings = self._settings_with(kept)
        self.bridge: Bridge = assemble(settings_from(self._settings), self.clock)
        self._listeners: list[Listener] = []

    @staticmethod
    def prepare(folder: Path, port: int) -> "Trial":
        """The trial in that folder, made if it is not there yet."""
        folder.mkdir(parents=True, exist_ok=True)
        kept = _kept_secrets(folder / "trial.json")
        return Trial(folder, _free_ports(port), kept)

    @staticmethod
    def throw_away(folder: Path) -> None:
        """Only what a trial put there: the folder may hold other things."""
        for name in ("trial.json", CONFIG, "pretend-zoom.json", "bridge.db", "bridge.db-wal", "bridge.db-shm"):
            (folder / name).unlink(missing_ok=True)
        shutil.rmtree(folder / "letters", ignore_errors=True)

    def start(self, work_once: Callable[[Bridge], None]) -> None:
        """Everything but the pages and jobs, which `zoom-bridge run` starts the same way for trial and real use.
        `work_once` runs every job once; the staging needs it."""
        fresh = self.bridge.db.schema_revision() is None
        migrations.upgrade(self.bridge.db)
        self.catcher.start()
        self._serve(create_simulator(self.world), "zoom")
        self._serve(create_mailbox(self.catcher), "mailbox")
        if fresh:
            staging.stage(self.bridge, self.world, self.clock, work_once)
        self.sender.start()
        _write_config(self.folder / CONFIG, self._settings)

    def stop(self) -> None:
        (self.folder / CONFIG).unlink(missing_ok=True)
        self.sender.stop()
        for listener in self._listeners:
            listener.stop()
        self.catcher.stop()
        self.world.save()

    def where_to_look(self) -> str:
        now = self.clock()
        link = welcoming.invite(self.bridge.db, self.bridge.links, *OLGA, "de", now)
        return "\n".join(
            [
                "",
                "zoom_bridge runs as a trial. Nothing leaves this machine.",
                "",
                f"  Public pages           {self._url('web')}/",
                f"  Sign in as organiser   {link}",
                "                         (good once, for half an hour; start again for a new one)",
                f"  Mailbox                {self._url('mailbox')}/   every letter that is sent",
                f"  Pretend Zoom           {self._url('zoom')}/   start webinars, let people join and leave",
                "",
                f"  Data folder            {self.folder}   (zoom-bridge run --fresh starts over)",
                "",
                "Ctrl-C ends it.",
            ]
        )

    def _serve(self, app: Any, name: str) -> None:
        listener = Listener(app, LOOPBACK, self.ports[name], name=name)
        self._listeners.append(listener)
        listener.start()

    def _url(self, name: str) -> str:
        return f"http://{LOOPBACK}:{self.ports[name]}"

    def _settings_with(self, kept: dict[str, str]) -> dict[str, dict[str, object]]:
        return {
            "web": {
                "base_url": self._url("web"),
                "secret_key": kept["secret_key"],
                "host": LOOPBACK,
                "port": self.ports["web"],
            },
            "database": {"url": f"sqlite:///{(self.folder / 'bridge.db').resolve()}"},
            "zoom": {
                "oauth_url": self._url("zoom"),
                "api_url": f"{self._url('zoom')}/v2",
                "account_id": "trial",
                "client_id": "trial",
                "client_secret": kept["client_secret"],
                "webhook_secret": kept["webhook_secret"],
                "host": playbill.ZOOM_HOST,
            },
            "mail": {
                "host": LOOPBACK,
                "port": self.ports["smtp"],
                "security": "none",
                "sender": "veranstaltungen@example.org",
            },
        }


def _kept_secrets(path: Path) -> dict[str, str]:
    """Secrets of this trial, made on the first start and readable by nobody else."""
    if not path.exists():
        names = ("secret_key", "webhook_secret", "client_secret")
        # Under its name only when it is complete: a start that is broken off here must not spoil the next one.
        draft = path.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps({name: secrets.token_urlsafe(32) for name in names}), encoding="utf-8")
        draft.rename(path)
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return kept


def _write_config(path: Path, settings: dict[str, dict[str, object]]) -> None:
    """For nobody else's eyes: there are secrets in it."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    tables = (
        "\n".join([f"[{section}]", *(f"{key} = {json.dumps(value)}" for key, value in values.items())])
        for section, values in settings.items()
    )
    path.write_text("\n\n".join(tables) + "\n", encoding="utf-8")


def _free_ports(first: int) -> dict[str, int]:
    """Neighbouring ports, so that they are easy to remember; a taken one is passed over."""
    ports: dict[str, int] = {}
    port = first
    for name in ("web", "zoom", "mailbox", "smtp"):
        while not _is_free(port):
            port += 1
        ports[name] = port
        port += 1
    return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True
