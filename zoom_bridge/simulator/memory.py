"""The pretend Zoom's memory and clock. One lock guards all of it; it forgets nothing while it runs, and with a file
not even between two starts. What can be done with it is in `world.py`."""

import base64
import json
import secrets
import uuid
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from threading import RLock
from urllib.parse import quote

from zoom_bridge.simulator import announcements, notebook, objections
from zoom_bridge.simulator.faults import Faults, Next, Webhooks
from zoom_bridge.simulator.quotas import Quotas
from zoom_bridge.simulator.records import (
    Delivery,
    DeliveryNote,
    Json,
    Registrant,
    SimulatorSettings,
    User,
    Webinar,
)
from zoom_bridge.simulator.unconfirmed import Unconfirmed

TOKEN_LIVES = timedelta(hours=1)
ZAK_LIVES = timedelta(hours=2)
PAGE_LIVES = timedelta(minutes=15)
# For so long an expired token is still told apart from one that never was.
TOKEN_REMEMBERED = timedelta(days=1)
LOG_LINES = 500


class Memory:
    """clock: everybody's; this Zoom's own may be ahead of it, see `turn_forward`.
    path: where `save` puts everything; read at once when it is there already.
    """

    def __init__(
        self, settings: SimulatorSettings, clock: Callable[[], datetime], path: Path | None = None
    ) -> None:
        self.settings = settings
        self.clock = clock
        self.ahead = timedelta(0)
        self.path = path
        self.lock = RLock()
        self.changed = False
        self.faults = Faults()
        self.unconfirmed = Unconfirmed()
        self.quotas = Quotas(settings.plan, self.now, self.unconfirmed)
        self.users = {user.id: user for user in _users(settings)}
        self.webinars: dict[int, Webinar] = {}
        self.tokens: dict[str, tuple[datetime, int]] = {}
        self.zaks: dict[str, tuple[str, datetime]] = {}
        self.pages: dict[str, tuple[str, int, datetime]] = {}
        self.download_tokens: dict[str, datetime] = {}
        self.outgoing: list[Delivery] = []
        self.log: deque[DeliveryNote] = deque(maxlen=LOG_LINES)
        self.uuids_made = 0
        # When the sender next asks the webhook address whether it knows the secret: at its start, and on demand.
        self.validation_due_at = self.now()
        self.validated = False
        self.validations_failed = 0
        self.subscription_disabled = False
        if path and path.exists():
            notebook.read(self, path)

    # Its own clock

    def now(self) -> datetime:
        return self.clock() + self.ahead

    def turn_forward(self, by: timedelta) -> None:
        """From now on this Zoom is later than everybody else by so much more. Nothing turns it back."""
        if by < timedelta(0):
            raise ValueError("a clock that goes back would make undone what was done")
        with self.lock:
            self.ahead += by
            self.changed = True

    # Memory on disk

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

    # Looking things up; the caller holds the lock

    def find_user(self, key: str) -> User | None:
        wanted = key.lower()
        if key == "me" and self.unconfirmed.me == "owner":
            return next(iter(self.users.values()))
        users = [user for user in self.users.values() if not user.removed]
        return next((user for user in users if user.id == key or user.email.lower() == wanted), None)

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
        password = f"pwd={quote(webinar.link_password, safe='')}" if webinar.link_password else ""
        return f"{self.settings.public_url}/w/{webinar.id}?" + "&".join(filter(None, (query, password)))

    # Tokens

    def new_token(self) -> str:
        with self.lock:
            now = self.now()
            if self.unconfirmed.new_token_ends_the_old:
                self.tokens.clear()
            self.tokens = {key: kept for key, kept in self.tokens.items() if kept[0] + TOKEN_REMEMBERED > now}
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
        operation: str = "",
        scope: str = "all",
    ) -> None:
        """Put a webhook on its way, as the moods of the moment have it. The body is fixed here."""
        self.changed = True
        now = self.now()
        who = (operator.email, operator.id) if operator else None
        message = announcements.envelope(event, at or now, self.settings.account_id, thing, who)
        if operation or event in ("webinar.created", "webinar.deleted"):
            message["payload"]["operation"] = operation or "all"
        if old is not None:
            message["payload"]["scope"] = scope
            message["payload"]["old_object"] = old
            message["payload"]["time_stamp"] = announcements.milliseconds(at or now)
        self.enqueue(event, webinar.id, message)

    def enqueue(
        self, event: str, webinar_id: int | None, message: Json, not_before: datetime | None = None
    ) -> None:
        """Any message at all, put on its way as the moods of the moment have it."""
        moods, now = self.faults.moods, self.now()
        why_not = self._why_not(event)
        befallen = None if why_not else self.faults.befalls(event)
        if befallen is Next.LOST:
            why_not = "dropped"
        if why_not:
            self.note(Delivery(id="", event=event, webinar_id=webinar_id, body="", due_at=now), None, 0, why_not)
            return
        due_at = max(now, not_before or now) + (self.faults.late_by if Webhooks.LATE in moods else timedelta(0))
        bodies = [_written(message)] * (2 if Webhooks.DOUBLED in moods else 1)
        if Webhooks.REWORDED in moods:
            bodies.append(_written(dict(reversed(message.items()))))
        if Webhooks.FOREIGN in moods:
            foreign = {**message["payload"], "account_id": "another-account"}
            bodies.append(_written(message | {"payload": foreign}))
        for body in bodies:
            delivery = Delivery(id=str(uuid.uuid4()), event=event, webinar_id=webinar_id, body=body, due_at=due_at)
            delivery.held = True if befallen is Next.HELD else None
            self.outgoing.append(delivery)
        if Webhooks.REPLAYED in moods:
            self.outgoing.append(self.outgoing[-1])

    def _why_not(self, event: str) -> str:
        if not self.settings.webhook_url:
            return "no address"
        if self.subscription_disabled:
            return "disabled"
        lost = Webhooks.DROPPED in self.faults.moods or event in self.faults.lost_events
        return "dropped" if lost else ""

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


def _written(message: Json) -> str:
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))
