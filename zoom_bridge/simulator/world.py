"""The pretend Zoom's memory and clock. One lock guards all of it; it forgets nothing while it runs, and with a file
not even between two starts. Rules live beside it: `schedule.py`, `guest_list.py`, `rooms.py`."""

import base64
import json
import secrets
import uuid
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import RLock
from urllib.parse import quote

from zoom_bridge.simulator import announcements, guest_list, notebook, objections, rooms, schedule
from zoom_bridge.simulator.faults import Faults, Webhooks
from zoom_bridge.simulator.quotas import Quotas
from zoom_bridge.simulator.records import (
    Delivery,
    DeliveryNote,
    Json,
    Registrant,
    SimulatorSettings,
    Sitting,
    Stay,
    User,
    Webinar,
)

__all__ = ["SimulatorSettings", "World"]

TOKEN_LIVES = timedelta(hours=1)
ZAK_LIVES = timedelta(hours=2)
PAGE_LIVES = timedelta(minutes=15)
LOG_LINES = 500


class World:
    """path: where `save` puts everything; read at once when it is there already."""

    def __init__(
        self,
        settings: SimulatorSettings,
        clock: Callable[[], datetime] | None = None,
        path: Path | None = None,
    ) -> None:
        self.settings = settings
        self.now = clock or _real_time
        self.path = path
        self.lock = RLock()
        self.changed = False
        self.faults = Faults()
        self.quotas = Quotas(settings.plan, self.now)
        self.users = {user.id: user for user in _users(settings)}
        self.webinars: dict[int, Webinar] = {}
        self.tokens: dict[str, tuple[datetime, int]] = {}
        self.zaks: dict[str, tuple[str, datetime]] = {}
        self.pages: dict[str, tuple[str, int, datetime]] = {}
        self.outgoing: list[Delivery] = []
        self.log: deque[DeliveryNote] = deque(maxlen=LOG_LINES)
        self.uuids_made = 0
        # When the sender next asks the webhook address whether it knows the secret: at its start, and on demand.
        self.validation_due_at = self.now()
        if path and path.exists():
            notebook.read(self, path)

    # Memory on disk

    @classmethod
    def load(cls, path: Path, settings: SimulatorSettings, clock: Callable[[], datetime] | None = None) -> "World":
        return cls(settings, clock, path)

    def save(self, path: Path | None = None) -> None:
        target = path or self.path
        if target is None:
            return
        with self.lock:
            notebook.write(self, target)
            self.changed = False

    def save_if_changed(self) -> None:
        if self.changed and self.path:
            self.save()

    # Webinars

    def create_webinar(
        self, host: str, body: Json, at: datetime | None = None, source: str = "open_api"
    ) -> Webinar:
        with self.lock:
            return schedule.create(self, host, body, at, source)

    def update_webinar(self, webinar_id: int, body: Json, at: datetime | None = None) -> None:
        with self.lock:
            schedule.update(self, webinar_id, body, at)

    def delete_webinar(self, webinar_id: int, at: datetime | None = None) -> None:
        with self.lock:
            schedule.delete(self, webinar_id, at)

    # Registrants

    def register(
        self,
        webinar_id: int,
        email: str,
        first_name: str,
        last_name: str = "",
        at: datetime | None = None,
        *,
        approve: bool = False,
    ) -> Registrant:
        """As if somebody filled in Zoom's own form; none of the API's limits apply."""
        person = {"email": email, "first_name": first_name, "last_name": last_name}
        with self.lock:
            return guest_list.add(self, webinar_id, person, at, approve=approve)

    def change_status(self, webinar_id: int, action: str, registrant_id: str, at: datetime | None = None) -> None:
        """action: approve, deny or cancel, as somebody in Zoom's portal."""
        with self.lock:
            guest_list.change_status(self, webinar_id, action, [{"id": registrant_id}], at)

    def remove_registrant(self, webinar_id: int, registrant_id: str, at: datetime | None = None) -> None:
        with self.lock:
            guest_list.remove(self, webinar_id, registrant_id, at)

    # Sittings

    def start(self, webinar_id: int, at: datetime | None = None, *, practice: bool = False) -> Sitting:
        with self.lock:
            return rooms.start(self, webinar_id, at, practice=practice)

    def join(
        self,
        webinar_id: int,
        who: str | None = None,
        at: datetime | None = None,
        *,
        device: str = "computer",
        name: str = "",
        email: str = "",
    ) -> Stay:
        with self.lock:
            return rooms.join(self, webinar_id, who, at, device=device, name=name, email=email)

    def leave(self, webinar_id: int, participant: Stay | str, at: datetime | None = None) -> None:
        with self.lock:
            rooms.leave(self, webinar_id, participant, at)

    def end(self, webinar_id: int, at: datetime | None = None) -> None:
        with self.lock:
            rooms.end(self, webinar_id, at)

    # Looking things up; the caller holds the lock

    def find_user(self, key: str) -> User | None:
        wanted = key.lower()
        return self.users.get(key) or next((u for u in self.users.values() if u.email.lower() == wanted), None)

    def user(self, key: str) -> User:
        user = self.find_user(key)
        if user is None:
            raise objections.no_such_user(key)
        return user

    def webinar(self, webinar_id: int) -> Webinar:
        webinar = self.webinars.get(webinar_id)
        if webinar is None or webinar.deleted_at:
            raise objections.no_such_webinar(webinar_id)
        return webinar

    # Addresses

    def join_url(self, webinar: Webinar, registrant: Registrant) -> str:
        return self._address(webinar, f"tk={quote(registrant.tk, safe='')}&uuid={webinar.page}")

    def panelist_url(self, webinar: Webinar, tk: str) -> str:
        return self._address(webinar, f"tk={quote(tk, safe='')}")

    def generic_join_url(self, webinar: Webinar) -> str:
        return self._address(webinar, "")

    def registration_url(self, webinar: Webinar) -> str:
        return f"{self.settings.public_url}/webinar/register/{webinar.page}" if webinar.asks_to_register else ""

    def start_url(self, webinar: Webinar) -> str:
        return f"{self.settings.public_url}/s/{webinar.id}?zak={self.new_zak(webinar.host_id)}"

    def _address(self, webinar: Webinar, query: str) -> str:
        password = f"pwd={quote(webinar.password, safe='')}" if webinar.password else ""
        return f"{self.settings.public_url}/w/{webinar.id}?" + "&".join(filter(None, (query, password)))

    # Tokens

    def new_token(self) -> str:
        with self.lock:
            now = self.now()
            self.tokens = {token: entry for token, entry in self.tokens.items() if entry[0] > now}
            token = f"eyJzdiI6IjAwMDAwMiJ9.{secrets.token_urlsafe(48)}.{secrets.token_urlsafe(32)}"
            self.tokens[token] = (now + TOKEN_LIVES, self.faults.token_generation)
            self.changed = True
            return token

    def knows_token(self, token: str) -> bool:
        until, generation = self.tokens.get(token, (None, 0))
        return until is not None and until > self.now() and generation == self.faults.token_generation

    def new_zak(self, user_id: str) -> str:
        with self.lock:
            zak = secrets.token_urlsafe(32)
            self.zaks[zak] = (user_id, self.now() + ZAK_LIVES)
            return zak

    def knows_zak(self, zak: str, user_id: str) -> bool:
        owner, until = self.zaks.get(zak, ("", None))
        return owner == user_id and until is not None and until > self.now()

    # Names for new things

    def new_id(self) -> str:
        return secrets.token_urlsafe(16)

    def new_webinar_id(self) -> int:
        """Eleven digits, far above 2^31."""
        while (number := 80_000_000_000 + secrets.randbelow(10**10)) in self.webinars:
            pass
        return number

    def new_uuid(self) -> str:
        """Base64, as Zoom's are: one in five begins with a slash, one in five contains two of them, and those must be
        encoded twice in an address."""
        self.uuids_made += 1
        text = base64.b64encode(uuid.uuid4().bytes).decode()
        if self.uuids_made % 5 == 2:
            return "/" + text[1:]
        return text[:8] + "//" + text[10:] if self.uuids_made % 5 == 3 else text

    # Telling

    def announce(
        self,
        event: str,
        webinar: Webinar,
        thing: Json,
        at: datetime | None = None,
        *,
        operator: User | None = None,
        old: Json | None = None,
    ) -> None:
        """Put a webhook on its way, as the moods of the moment have it. The body is fixed here."""
        self.changed = True
        now = self.now()
        who = (operator.email, operator.id) if operator else None
        message = announcements.envelope(event, at or now, self.settings.account_id, thing, who)
        if old is not None:
            message["payload"]["scope"] = "all"
            message["payload"]["old_object"] = old
            message["payload"]["time_stamp"] = announcements.milliseconds(at or now)
        self.enqueue(event, webinar.id, message)

    def enqueue(self, event: str, webinar_id: int | None, message: Json) -> None:
        moods, now = self.faults.moods, self.now()
        if not self.settings.webhook_url or Webhooks.DROPPED in moods:
            remark = "dropped" if self.settings.webhook_url else "no address"
            self.note(Delivery(id="", event=event, webinar_id=webinar_id, body="", due_at=now), None, 0, remark)
            return
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
        due_at = now + self.faults.late_by if Webhooks.LATE in moods else now
        for _ in range(2 if Webhooks.DOUBLED in moods else 1):
            delivery = Delivery(id=str(uuid.uuid4()), event=event, webinar_id=webinar_id, body=body, due_at=due_at)
            self.outgoing.append(delivery)

    def note(self, delivery: Delivery, status: int | None, ms: int, remark: str = "") -> None:
        self.changed = True
        self.log.append(
            DeliveryNote(
                at=self.now(),
                delivery_id=delivery.id,
                event=delivery.event,
                webinar_id=delivery.webinar_id,
                attempt=delivery.attempt,
                status=status,
                ms=ms,
                remark=remark,
            )
        )


def _users(settings: SimulatorSettings) -> list[User]:
    emails = [(email, True) for email in settings.hosts] + [(email, False) for email in settings.others]
    return [
        User(id=_user_id(email), email=email, licensed=licensed, capacity=settings.capacity if licensed else 0)
        for email, licensed in emails
    ]


def _user_id(email: str) -> str:
    """The same at every start: webinars that were kept belong to it."""
    return base64.urlsafe_b64encode(sha256(email.lower().encode()).digest())[:22].decode()


def _real_time() -> datetime:
    return datetime.now(UTC)
