"""Signatures of Zoom's webhooks: made, checked, and the answer to its question whether an address is ours.

Standard library only, because the pretend Zoom shares this one module with us; a known-answer test pins it.
What a delivery says is read in `payloads.py`, never before its signature was found good here."""

import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

TIMESTAMP_HEADER = "x-zm-request-timestamp"
SIGNATURE_HEADER = "x-zm-signature"

# Whether Zoom signs its repeats (5, 25 and 85 minutes later) anew is not documented, so two hours are still heard.
OLDEST = timedelta(hours=2)
NEWEST = timedelta(minutes=5)

_SECONDS = re.compile(r"[0-9]{1,11}")
# No colon and no brace: a "token" that is a signature base would make us sign a forged delivery.
_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


class SignatureRefused(Exception):
    """This did not come from Zoom, or not now. `reason` is for counters and logs, never for the sender."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """The value of `x-zm-signature`; `timestamp` is the text of `x-zm-request-timestamp`, in epoch seconds."""
    return f"v0={_mac(secret, b'v0:' + _as_sent(timestamp) + b':' + body)}"


def verify(
    secret: str,
    timestamp: str | None,
    signature: str | None,
    body: bytes,
    now: datetime,
    oldest: timedelta = OLDEST,
    newest: timedelta = NEWEST,
) -> timedelta:
    """How old the delivery is (negative when Zoom's clock is ahead), or SignatureRefused.

    1. Without a secret, a timestamp and a signature there is nothing to check.
    2. The signature is compared as bytes: `compare_digest` raises on text that is not ASCII.
    3. Only then is the timestamp read, and only if it is plain digits."""
    if not secret or not timestamp or not signature:
        raise SignatureRefused("missing")
    if not hmac.compare_digest(_as_sent(signature), sign(secret, timestamp, body).encode()):
        raise SignatureRefused("mismatch")
    if not _SECONDS.fullmatch(timestamp):
        raise SignatureRefused("malformed timestamp")
    age = now - datetime.fromtimestamp(0, UTC) - timedelta(seconds=int(timestamp))
    if age > oldest:
        raise SignatureRefused("too old")
    if age < -newest:
        raise SignatureRefused("from the future")
    return age


def answer_validation(secret: str, plain_token: object) -> dict[str, str]:
    """What Zoom wants to hear when it asks whether an address is ours; only for a delivery that was verified."""
    if not secret:
        raise SignatureRefused("missing")
    if not isinstance(plain_token, str) or not _PLAIN_TOKEN.fullmatch(plain_token):
        raise SignatureRefused("malformed token")
    return {"plainToken": plain_token, "encryptedToken": _mac(secret, plain_token.encode())}


def _mac(secret: str, base: bytes) -> str:
    return hmac.digest(secret.encode(), base, hashlib.sha256).hex()


def _as_sent(header: str) -> bytes:
    """Header text as bytes that never raise: whatever is not ASCII is made into something no signature contains."""
    return header.encode("ascii", "backslashreplace")
