"""Sends the webhooks: signed, with three seconds of patience, and again after 5, 20 and 60 minutes when the receiver
failed with 5xx or not at all. Doubled, shuffled, late, held, forged or dropped if the moods say so."""

import contextlib
import json
import logging
import random
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from hmac import compare_digest

import requests

from zoom_bridge.simulator.announcements import milliseconds
from zoom_bridge.simulator.faults import Webhooks
from zoom_bridge.simulator.records import Delivery
from zoom_bridge.simulator.world import World
from zoom_bridge.zoom.signature import SIGNATURE_HEADER, TIMESTAMP_HEADER, answer_validation, sign

# After the first, the second and the third attempt; after the fourth Zoom gives up.
RETRIES = (timedelta(minutes=5), timedelta(minutes=20), timedelta(minutes=60))
VALIDATED_EVERY = timedelta(hours=72)
# After so many failed validations in a row the owner is mailed; after the last the subscription is switched off.
OWNER_IS_MAILED, SWITCHED_OFF = (2, 4), 6
STALE_BY = timedelta(hours=3)
PATIENCE_SECONDS = 3.0
SHUFFLED_WITHIN = timedelta(seconds=3)
TICK_SECONDS = 0.2

Answer = int | tuple[int, bytes]
Post = Callable[[str, bytes, Mapping[str, str]], Answer]

log = logging.getLogger(__name__)


class WebhookSender:
    """post(url, body, headers) → status, or (status, body); raising OSError means that no connection came about.
    Without a thread, `deliver_due()` sends everything that is due by the world's clock."""

    def __init__(self, world: World, post: Post | None = None, seed: int | None = None) -> None:
        self._world = world
        self._session = requests.Session()
        self._session.trust_env = False
        self._post = post or self._post_for_real
        self._dice = random.Random(seed)  # noqa: S311 (only shuffles)
        self._round = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    # As a thread

    def start(self) -> None:
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The delivery in hand is finished; what is still on its way waits in the world's file, if it has one."""
        self._stopping.set()
        if self._thread:
            self._thread.join(PATIENCE_SECONDS * 2)
            self._thread = None
        self._session.close()
        self._world.save_if_changed()

    def _run(self) -> None:
        saved_at = 0.0
        while not self._stopping.wait(TICK_SECONDS):
            try:
                self.ask_when_due()
                self.deliver_due(at_once=False)
                if time.monotonic() - saved_at >= 1:
                    self._world.save_if_changed()
                    saved_at = time.monotonic()
            except Exception:
                log.exception("the webhook sender stumbled")

    # The address

    def ask_when_due(self) -> None:
        """At the start, when somebody wants it, and every 72 hours. Until the address was good once, its owner still
        sets it up and tries again soon; from then on, failures are counted."""
        world = self._world
        if not world.settings.webhook_url or world.validation_due_at > world.now() or world.subscription_disabled:
            return
        good = self.ask_whether_ours()
        with world.lock:
            world.changed = True
            if good:
                world.validated, world.validations_failed = True, 0
            elif world.validated:
                world.validations_failed += 1
            soon = not good and not world.validated
            world.validation_due_at = world.now() + (
                RETRIES[0] * world.settings.retry_scale if soon else VALIDATED_EVERY
            )
            if world.validations_failed in OWNER_IS_MAILED:
                self._remark("owner mailed")
            elif world.validations_failed >= SWITCHED_OFF:
                world.subscription_disabled = True
                self._remark("subscription disabled")

    def _remark(self, remark: str) -> None:
        now = self._world.now()
        event = "endpoint.url_validation"
        self._world.note(Delivery(id="", event=event, webinar_id=None, body="", due_at=now), None, 0, remark)

    # One round

    def deliver_due(self, *, at_once: bool = True) -> int:
        """How many attempts were made. at_once: do not wait for more before shuffling.

        A delivery stays in the queue until it is through or given up, so that what is saved meanwhile has it."""
        attempts = 0
        with self._round:
            for delivery in self._due(at_once):
                if self._stopping.is_set() and self._thread:
                    break
                self._attempt(delivery)
                attempts += 1
        return attempts

    def ask_whether_ours(self) -> bool:
        """`endpoint.url_validation`: does the receiver know the secret? Asked when an address is saved, and from time
        to time."""
        world = self._world
        token = secrets.token_urlsafe(16)
        message = {"event": "endpoint.url_validation", "event_ts": milliseconds(world.now())}
        # As short as Zoom writes it: its own library signs what it has read and written again.
        body = json.dumps(message | {"payload": {"plainToken": token}}, separators=(",", ":")).encode()
        delivery = Delivery(
            id=secrets.token_hex(16), event="endpoint.url_validation", webinar_id=None, body="", due_at=world.now()
        )
        status, answer, ms = self._send(delivery, body)
        wanted = answer_validation(world.settings.webhook_secret, token)["encryptedToken"]
        good = status in (200, 204) and compare_digest(_encrypted(answer), wanted)
        with world.lock:
            world.note(delivery, status, ms, "validated" if good else "not validated")
        return good

    def _due(self, at_once: bool) -> list[Delivery]:
        world = self._world
        with world.lock:
            moods, now = world.faults.moods, world.now()
            all_held = Webhooks.HELD in moods
            due = [d for d in world.outgoing if d.due_at <= now and not (all_held if d.held is None else d.held)]
        if Webhooks.SHUFFLED in moods:
            if not at_once and due and max(now - delivery.due_at for delivery in due) < SHUFFLED_WITHIN:
                return []
            self._dice.shuffle(due)
        return due

    def _attempt(self, delivery: Delivery) -> None:
        status, _, ms = self._send(delivery, delivery.body.encode())
        world = self._world
        with world.lock:
            if delivery not in world.outgoing:  # a replay, which was noted already
                return
            delivery.attempt += 1
            # Of a repeat, Zoom takes any 2xx; of the first attempt only these two.
            good = status in (200, 204) or (delivery.attempt > 1 and 200 <= status < 300)
            again = (status == 0 or status >= 500) and delivery.attempt <= len(RETRIES)
            remark = "" if good else "given up"
            if again:
                delivery.due_at = world.now() + RETRIES[delivery.attempt - 1] * world.settings.retry_scale
                remark = f"again at {delivery.due_at:%H:%M:%S} UTC"
            else:
                world.outgoing.remove(delivery)
            world.note(delivery, status, ms, remark)

    def send(
        self,
        body: bytes,
        content_type: str = "application/json; charset=utf-8",
        headers: Mapping[str, str] | None = None,
    ) -> int:
        """Any bytes at all, signed unless `headers` say otherwise; → the status."""
        delivery = Delivery(id=secrets.token_hex(16), event="", webinar_id=None, body="", due_at=self._world.now())
        return self._send(delivery, body, {"Content-Type": content_type, **(headers or {})})[0]

    def _send(
        self, delivery: Delivery, body: bytes, others: Mapping[str, str] | None = None
    ) -> tuple[int, bytes, int]:
        """Status 0: no connection, or no answer in time."""
        settings = self._world.settings
        headers = self._headers(delivery, body) | dict(others or {})
        began = time.monotonic()
        answer: Answer = 0
        with contextlib.suppress(OSError):
            answer = self._post(settings.webhook_url, body, headers)
        status, content = answer if isinstance(answer, tuple) else (answer, b"")
        return status, content, int((time.monotonic() - began) * 1000)

    def _headers(self, delivery: Delivery, body: bytes) -> dict[str, str]:
        """Signed at the time everybody agrees on, not by our own clock when it was turned forward: what is dated too
        far ahead would be refused, and lost for good."""
        world = self._world
        unconfirmed, moods = world.unconfirmed, world.faults.moods
        again = delivery.attempt > 0
        at = world.clock() + world.faults.clock_off - (STALE_BY if Webhooks.STALE in moods else timedelta(0))
        timestamp = str(int(at.timestamp()))
        delivery.signed_at = delivery.signed_at or timestamp
        if again and not unconfirmed.retries_signed_anew:
            timestamp = delivery.signed_at
        secret = world.settings.webhook_secret + ("?" if Webhooks.FORGED in moods else "")
        request_id = secrets.token_hex(16) if again and not unconfirmed.retries_keep_their_id else delivery.id
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Zoom Marketplace/1.0a",
            TIMESTAMP_HEADER: timestamp,
            SIGNATURE_HEADER: sign(secret, timestamp, body),
            "x-zm-request-id": request_id,
            "x-zm-trackingid": f"v=2.0;clid=us06;rid=WEB_{secrets.token_hex(16)}",
        }
        if Webhooks.UNSIGNED in moods:
            del headers[SIGNATURE_HEADER]
        return headers

    def _post_for_real(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        answer = self._session.post(
            url, data=body, headers=dict(headers), timeout=PATIENCE_SECONDS, allow_redirects=False
        )
        return answer.status_code, answer.content


def _encrypted(answer: bytes) -> str:
    with contextlib.suppress(ValueError):
        found = json.loads(answer)
        if isinstance(found, dict):
            return str(found.get("encryptedToken")).encode("ascii", "replace").decode()
    return ""
