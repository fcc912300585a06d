"""Public addresses and signed tokens. Needs no request: letters and jobs use it as pages do.

A personal link carries the registration's random key and a signature over purpose and key, so a copy of the
database opens nothing, and a link made for one purpose is no good for another. Sign-in links are JWTs, because
they carry claims. Every address starts with the configured base URL, never with what a request says."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import jwt

_MAC_CHARS = 22  # 128 bit
#: Crockford's base 32: without I, L, O and U, which are misread.
_CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_CHARS = 28  # 140 bit


class Links:
    def __init__(self, base_url: str, secret_key: str) -> None:
        self.base_url = base_url.rstrip("/")
        self.host = urlsplit(self.base_url).hostname or ""
        self._secret = secret_key.encode()

    def page(self, path: str = "/", language: str | None = None) -> str:
        """An address of ours; `language` is written into it when the reader's is known."""
        query = f"?{urlencode({'lang': language})}" if language else ""
        return f"{self.base_url}{path}{query}"

    def event(self, slug: str, language: str | None = None) -> str:
        return self.page(f"/e/{slug}", language)

    def short(self, key: str) -> str:
        """Of a short link: for posters, so without a language."""
        return self.page(f"/l/{key}")

    def notice(self, kind: str, language: str | None = None) -> str:
        return self.page(f"/{kind}", language)

    def joining_help(self, language: str | None = None) -> str:
        return self.page("/help/zoom-in-the-browser", language)

    def personal(self, key: str, action: str = "") -> str:
        """The personal page; `action` is a page below it: "cancel", "data", "calendar.ics", "join"."""
        return self.page(f"/z/{self.personal_token(key)}" + (f"/{action}" if action else ""))

    def panel(self, key: str) -> str:
        """A panelist's own page."""
        return self.page(f"/panel/{self._token('panel', key)}")

    def confirm(self, key: str) -> str:
        return self.page(f"/confirm/{self._token('confirm', key)}")

    def unsubscribe(self, key: str) -> str:
        return self.page(f"/unsubscribe/{self._token('unsubscribe', key)}")

    def certificate(self, code: str = "", language: str | None = None) -> str:
        """Where anybody checks a certificate: the page for its code, or for any."""
        return self.page("/certificate" + (f"/{code}" if code else ""), language)

    def certificate_code(self, key: str, issued_at: datetime) -> str:
        """The check code of the certificate that the registration with this key got at that moment: 140 bit that
        nobody can guess, and nobody but us can make anew."""
        about = f"certificate\0{key}\0{issued_at.astimezone(UTC).isoformat()}"
        number = int.from_bytes(hmac.digest(self._secret, about.encode(), hashlib.sha256))
        return "".join(_CODE_ALPHABET[number >> 5 * place & 31] for place in range(_CODE_CHARS))

    def organiser_event(self, event_id: int) -> str:
        return self.page(f"/organiser/events/{event_id}")

    def personal_token(self, key: str) -> str:
        return self._token("personal", key)

    def key_of_personal(self, token: str) -> str | None:
        """The registration's key, or None when the token is not one of ours."""
        return self._key_of("personal", token)

    def key_of_panel(self, token: str) -> str | None:
        return self._key_of("panel", token)

    def key_of_confirm(self, token: str) -> str | None:
        return self._key_of("confirm", token)

    def key_of_unsubscribe(self, token: str) -> str | None:
        return self._key_of("unsubscribe", token)

    def sign_in(self, key: str, expires_at: datetime) -> str:
        claims = {"aud": "sign-in", "jti": key, "exp": int(expires_at.timestamp())}
        return self.page(f"/sign-in/{jwt.encode(claims, self._secret, algorithm='HS256')}")

    def key_of_sign_in(self, token: str, now: datetime) -> str | None:
        """The sign-in's key while the link is good. PyJWT would compare with its own clock, so we compare."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=["HS256"],
                audience="sign-in",
                options={"require": ["exp", "jti"], "verify_exp": False},
            )
        except (jwt.InvalidTokenError, ValueError):
            return None
        good = now < datetime.fromtimestamp(claims["exp"], UTC)
        return str(claims["jti"]) if good else None

    def _token(self, purpose: str, key: str) -> str:
        return f"{key}{self._mac(purpose, key)}"

    def _key_of(self, purpose: str, token: str) -> str | None:
        key, mac = token[:-_MAC_CHARS], token[-_MAC_CHARS:]
        # Bytes, because compare_digest raises on text that is not ASCII.
        good = hmac.compare_digest(mac.encode(errors="replace"), self._mac(purpose, key).encode())
        return key if key and good else None

    def _mac(self, purpose: str, key: str) -> str:
        digest = hmac.digest(self._secret, f"{purpose}\0{key}".encode(errors="replace"), hashlib.sha256)
        return base64.urlsafe_b64encode(digest)[:_MAC_CHARS].decode()
