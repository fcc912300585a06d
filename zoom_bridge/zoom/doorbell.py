"""Rings at our own door for webhooks from outside, as Zoom would: signed, and within its three seconds. What the door
answers, or why nobody did, is told apart here; what it means is judged by whoever rings."""

import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import requests
from urllib3.exceptions import HTTPError, NameResolutionError, ReadTimeoutError

from zoom_bridge.zoom import calls, raw_json, signature
from zoom_bridge.zoom.answers import Answer

#: Zoom gives a delivery up after this.
SECONDS = 3.0
#: The name of a delivery that tells nothing: it is kept, found to be about no webinar, and emptied.
HARMLESS = "zoom_bridge.doctor"
_TOKEN = "zoom-bridge-doctor"  # noqa: S105 (what is to be signed, no secret)


class Silence(StrEnum):
    """Why nobody answered."""

    NAME = "name"
    REFUSED = "refused"
    SLOW = "slow"
    CERTIFICATE = "certificate"
    BROKEN = "broken"


class Unanswered(Exception):
    def __init__(self, silence: Silence, detail: str = "") -> None:
        super().__init__(silence)
        self.silence, self.detail = silence, detail


class Doorbell:
    """`url`: the door as the outside knows it. Every method raises Unanswered and nothing else."""

    def __init__(
        self, session: requests.Session, url: str, secret: str, account_id: str, clock: Callable[[], datetime]
    ) -> None:
        self.url = url
        self._session, self._secret, self._account_id, self._clock = session, secret, account_id, clock

    def deliver(self) -> int:
        """A signed delivery that tells nothing; the status of the answer."""
        return self._ring(HARMLESS, {"object": {}}, self._secret).status

    def deliver_forged(self) -> int:
        """The same, signed with another secret."""
        return self._ring(HARMLESS, {"object": {}}, f"not {self._secret}").status

    def validate(self) -> tuple[int, bool]:
        """Zoom's question whether the address is ours: the status, and whether the answer proves it."""
        answer = self._ring("endpoint.url_validation", {"plainToken": _TOKEN}, self._secret)
        try:
            proof = answer.fields()
        except raw_json.Malformed:
            proof = {}
        return answer.status, proof == signature.answer_validation(self._secret, _TOKEN)

    def _ring(self, name: str, payload: Mapping[str, Any], secret: str) -> Answer:
        now = self._clock()
        told = {
            "event": name,
            "event_ts": int(now.timestamp() * 1000),
            "payload": {"account_id": self._account_id, **payload},
        }
        body = json.dumps(told).encode()
        timestamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "zoom-bridge doctor",
            signature.TIMESTAMP_HEADER: timestamp,
            signature.SIGNATURE_HEADER: signature.sign(secret, timestamp, body),
        }
        until = time.monotonic() + SECONDS
        try:
            with self._session.post(
                self.url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False, stream=True
            ) as answer:
                return Answer(answer.status_code, answer.headers, calls.body(answer, until))
        except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
            raise _unanswered(error) from None


def _unanswered(error: Exception) -> Unanswered:
    reasons = list(calls.reasons(error))
    for reason in reasons:
        if isinstance(reason, ssl.SSLCertVerificationError):
            return Unanswered(Silence.CERTIFICATE, reason.verify_message)
    kinds: dict[Silence, tuple[type[BaseException], ...]] = {
        Silence.NAME: (NameResolutionError, socket.gaierror, UnicodeError),
        Silence.REFUSED: (ConnectionRefusedError,),
        Silence.SLOW: (requests.Timeout, ReadTimeoutError, TimeoutError),
    }
    for silence, kind in kinds.items():
        if any(isinstance(reason, kind) for reason in reasons):
            return Unanswered(silence)
    return Unanswered(Silence.BROKEN)
