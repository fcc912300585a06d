"""Our access to Zoom (server-to-server OAuth): a token is got, kept until shortly before its end, and got anew
when Zoom refuses it. Never logged, never stored."""

import base64
import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Lock

import requests

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers, calls, raw_json
from zoom_bridge.zoom.answers import Answer

_log = logging.getLogger(__name__)

# Renewed this long before its end, so that no call sets out with a token that dies on the way.
_SPARE = timedelta(seconds=60)
# After a refusal Zoom is left alone this long: a wrong secret does not get better by asking.
_PAUSE = timedelta(seconds=60)
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,8192}")


class Oauth:
    """Shared by all threads of a process: however many need a token at once, Zoom is asked once. `oauth_url` is
    the address above /oauth/token."""

    def __init__(
        self,
        session: requests.Session,
        oauth_url: str,
        account_id: str,
        client_id: str,
        client_secret: str,
        clock: Callable[[], datetime],
    ) -> None:
        self._session = session
        self._url = oauth_url.rstrip("/") + "/oauth/token"
        self._account_id = account_id
        self._basic = "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        self._clock = clock
        self._lock = Lock()
        self._token = ""
        self._scopes: frozenset[str] = frozenset()
        self._good_until = clock()
        self._attempts = 0
        self._failure: Failure | None = None
        self._quiet_until = clock()

    def token(self, until: float) -> str:
        """A token good for at least a minute, or a Failure; `until` of time.monotonic() bounds the waiting."""
        if self._token and self._clock() < self._good_until:
            return self._token
        return self.renew(self._token, until)

    def scopes(self, until: float) -> frozenset[str]:
        """What the token may do, by Zoom's names; empty when Zoom does not tell."""
        self.token(until)
        return self._scopes

    def renew(self, refused: str, until: float) -> str:
        """Another token than the refused one.

        1. Whoever waited while another thread asked takes its token, or shares its failure.
        2. For a minute after wrong credentials, or as long as Zoom asks us to wait, it is not asked again.
        3. The token is asked for."""
        attempts = self._attempts
        with self._turn(until):
            if self._token and self._token != refused and self._clock() < self._good_until:
                return self._token
            if self._failure and (attempts != self._attempts or self._clock() < self._quiet_until):
                raise _again(self._failure)
            try:
                self._ask(until)
                self._failure = None
            except Failure as failure:
                self._failure = failure
                raise
            finally:
                self._attempts += 1
            return self._token

    @contextmanager
    def _turn(self, until: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=max(until - time.monotonic(), 0)):
            raise Failure(answers.NO_ANSWER)
        try:
            yield
        finally:
            self._lock.release()

    # https://developers.zoom.us/docs/internal-apps/s2s-oauth/
    def _ask(self, until: float) -> None:
        self._token = ""
        now = self._clock()
        form = {"grant_type": "account_credentials", "account_id": self._account_id}
        answer = calls.send(self._session, "POST", self._url, until=until, auth=self._sign, form=form)
        if not answer.ok:
            _log.warning("Zoom answered %s when asked for a token (%s)", answer.status, answer.tracking_id)
            raise self._refusal(answer, now)
        try:
            told = answer.fields()
        except raw_json.Malformed:
            raise answers.unreadable(answer, unrepeatable=False) from None
        token = raw_json.text(told, "access_token", 8193)
        if not _TOKEN.fullmatch(token):
            raise answers.unreadable(answer, unrepeatable=False)
        lasts = timedelta(seconds=min(max(raw_json.whole(told, "expires_in") or 3600, 1), 86_400))
        self._good_until = now + max(lasts - _SPARE, lasts / 2)
        self._scopes = frozenset(raw_json.text(told, "scope", 20_000).split())
        self._token = token

    def _sign(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._basic
        return request

    def _refusal(self, answer: Answer, now: datetime) -> Failure:
        """Wrong credentials come as {"reason", "error"}, with 400 or 401; all else is weather."""
        told = answer.error()
        if answer.status not in (400, 401, 403) or not ("reason" in told or "error" in told):
            failure = answers.failure(answer, now, unrepeatable=False)
            self._quiet_until = failure.not_before or self._quiet_until
            return failure
        self._quiet_until = now + _PAUSE
        said = answers.saying(raw_json.text(told, "reason") or raw_json.text(told, "error"))
        return Failure(
            answers.CREDENTIALS + (f"{answers.SAYS}{said}" if said else ""),
            permanent=True,
            systemic=True,
            not_before=self._quiet_until,
            status=answer.status,
        )


def _again(failure: Failure) -> Failure:
    """The same once more: one exception raised in several threads would mix up their tracebacks."""
    return Failure(
        failure.message,
        permanent=failure.permanent,
        systemic=failure.systemic,
        not_before=failure.not_before,
        status=failure.status,
        code=failure.code,
    )
