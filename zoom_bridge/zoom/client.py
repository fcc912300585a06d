"""ZoomClient: one method for each endpoint we use, its documentation above it. What Zoom's JSON means is in
`payloads.py`, what its errors mean in `answers.py`, how a call is kept within its time in `calls.py`.

Every method raises Failure and nothing else. Creating and adding must not happen twice: when their answer got
lost, the Failure says `outcome_unknown`. All else may be repeated."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal, TypeVar
from urllib.parse import quote

import requests

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers, calls, payloads, raw_json
from zoom_bridge.zoom.answers import Answer, WebinarGone
from zoom_bridge.zoom.limits import Label
from zoom_bridge.zoom.listing import read_all
from zoom_bridge.zoom.oauth import Oauth
from zoom_bridge.zoom.payloads import Participant, Person, Registrant, Webinar, WebinarRequest

_log = logging.getLogger(__name__)

#: Zoom takes this many people in one call, for adding as for changing their status.
LARGEST_BATCH = 30
# What Zoom answers to a registrant it does not have: to DELETE, and to GET.
_REGISTRANT_MISSING = (3000, 3079)

Status = Literal["approved", "pending", "denied"]
Action = Literal["approve", "deny", "cancel"]
_Read = TypeVar("_Read")


class ZoomClient:
    """Shared by all threads of a process. `deadline` in seconds bounds each call as a whole, token included."""

    def __init__(
        self,
        session: requests.Session,
        oauth: Oauth,
        api_url: str,
        clock: Callable[[], datetime],
        deadline: float = 30,
    ) -> None:
        self._session = session
        self._oauth = oauth
        self._api_url = api_url.rstrip("/")
        self._clock = clock
        self._deadline = deadline

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/post/users/{userId}/webinars
    def create_webinar(self, host: str, request: WebinarRequest) -> Webinar:
        """Counts towards 100 creations and updates a day for each host."""
        answer = self._call(
            Label.LIGHT, "POST", "/users/{}/webinars", host, json=request.to_create(), unrepeatable=True
        )
        return _read(answer, payloads.read_webinar, unrepeatable=True)

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/get/webinars/{webinarId}
    def get_webinar(self, webinar_id: str) -> Webinar:
        answer = self._call(Label.LIGHT, "GET", "/webinars/{}", webinar_id)
        return _read(answer, payloads.read_webinar)

    def get_start_url(self, webinar_id: str) -> str:
        """Opens the webinar as its host, for two hours. Asked for when it is needed; never stored, never mailed."""
        start_url = self.get_webinar(webinar_id).start_url
        if not start_url.startswith(("https://", "http://")):
            raise Failure(answers.UNREADABLE)
        return start_url

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/patch/webinars/{webinarId}
    def update_webinar(self, webinar_id: str, request: WebinarRequest) -> None:
        """Zoom may say yes and leave a setting as it was: read back and ask `payloads.differing`."""
        self._call(Label.LIGHT, "PATCH", "/webinars/{}", webinar_id, json=request.to_update())

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/delete/webinars/{webinarId}
    def delete_webinar(self, webinar_id: str) -> None:
        """Gone already counts as done. Zoom mails nobody; our letters do."""
        try:
            self._call(Label.LIGHT, "DELETE", "/webinars/{}", webinar_id)
        except Failure as failure:
            if not (failure.status == 404 and failure.permanent):
                raise

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/put/webinars/{webinarId}/status
    def end_webinar(self, webinar_id: str) -> None:
        self._call(Label.LIGHT, "PUT", "/webinars/{}/status", webinar_id, json={"action": "end"})

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/get/users/{userId}/webinars
    def list_webinars(self, host: str) -> list[Webinar]:
        """All that are not over, or a Failure: never a part of them."""

        def get_page(page: Mapping[str, Any]) -> Answer:
            query = {"type": "scheduled", **page}
            return self._call(Label.MEDIUM, "GET", "/users/{}/webinars", host, query=query)

        return read_all(get_page, "webinars", payloads.read_webinar, attrgetter("id"))

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/post/webinars/{webinarId}/batch_registrants
    def add_registrants(self, webinar_id: str, people: Sequence[Person]) -> list[Registrant]:
        """Adds up to thirty and lets them in. Who is there already comes back as they are, with the same join URL.
        Zoom refuses all of them when it refuses one; whom it leaves out of its answer is not in ours."""
        if not people:
            return []
        if len(people) > LARGEST_BATCH:
            raise ValueError(f"more than {LARGEST_BATCH} people in one call")
        answer = self._call(
            Label.HEAVY,
            "POST",
            "/webinars/{}/batch_registrants",
            webinar_id,
            json={"auto_approve": True, "registrants": [person.to_wire() for person in people]},
            unrepeatable=True,
        )
        return _read(answer, lambda told: _added(told, people), unrepeatable=True)

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/put/webinars/{webinarId}/registrants/status
    def change_status(self, webinar_id: str, action: Action, registrants: Sequence[Registrant]) -> None:
        """Up to thirty in one call. "deny" and "cancel" are the same to Zoom: denied, until approved again."""
        if not registrants:
            return
        if len(registrants) > LARGEST_BATCH:
            raise ValueError(f"more than {LARGEST_BATCH} registrants in one call")
        wanted = [{"id": registrant.id, "email": registrant.email} for registrant in registrants]
        self._call(
            Label.MEDIUM,
            "PUT",
            "/webinars/{}/registrants/status",
            webinar_id,
            json={"action": action, "registrants": wanted},
        )

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/delete/webinars/{webinarId}/registrants/{registrantId}
    def delete_registrant(self, webinar_id: str, registrant_id: str) -> None:
        """Gone already counts as done, with the webinar or without it."""
        try:
            self._call(Label.LIGHT, "DELETE", "/webinars/{}/registrants/{}", webinar_id, registrant_id)
        except Failure as failure:
            if not (failure.permanent and (failure.status == 404 or failure.code in _REGISTRANT_MISSING)):
                raise

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/get/webinars/{webinarId}/registrants/{registrantId}
    def find_registrant(self, webinar_id: str, registrant_id: str) -> Registrant | None:
        """None when Zoom has none by this id: its webhook does not tell the denied from the removed."""
        try:
            answer = self._call(Label.LIGHT, "GET", "/webinars/{}/registrants/{}", webinar_id, registrant_id)
        except Failure as failure:
            if failure.code in _REGISTRANT_MISSING:
                return None
            raise
        return _read(answer, payloads.read_registrant)

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/get/webinars/{webinarId}/registrants
    def list_registrants(self, webinar_id: str, status: Status = "approved") -> list[Registrant]:
        """All in this status, or a Failure: never a part of them."""

        def get_page(page: Mapping[str, Any]) -> Answer:
            query = {"status": status, **page}
            return self._call(Label.MEDIUM, "GET", "/webinars/{}/registrants", webinar_id, query=query)

        def read(told: Mapping[str, Any]) -> Registrant:
            return payloads.read_registrant(told, status)

        return read_all(get_page, "registrants", read, attrgetter("id"))

    # https://developers.zoom.us/docs/api/meetings/#tag/reports/get/report/webinars/{webinarId}/participants
    def report_participants(self, sitting_uuid: str) -> list[Participant]:
        """One row for each stay, all of them or a Failure. Soon after the end rows may be missing, or Zoom may not
        know the sitting yet: that is a Failure worth another attempt."""
        value = quote(sitting_uuid, safe="") if _twice_encoded(sitting_uuid) else sitting_uuid

        def get_page(page: Mapping[str, Any]) -> Answer:
            query = {"include_fields": "registrant_id", **page}
            return self._call(Label.HEAVY, "GET", "/report/webinars/{}/participants", value, query=query)

        try:
            return read_all(get_page, "participants", payloads.read_participant, lambda participant: participant)
        except WebinarGone as failure:
            raise Failure(answers.NO_REPORT, status=failure.status, code=failure.code) from None

    def _call(
        self,
        label: Label,
        method: str,
        route: str,
        *values: str,
        query: Mapping[str, Any] | None = None,
        json: object = None,
        unrepeatable: bool = False,
    ) -> Answer:
        """A 2xx, or a Failure. A refused token is renewed once, and the call repeated once: it was not carried out."""
        until = time.monotonic() + self._deadline
        url = self._api_url + _path(route, values)
        token = self._oauth.token(until)
        for last in (False, True):
            answer = calls.send(
                self._session, method, url, until=until, auth=_bearer(token), unrepeatable=unrepeatable,
                query=query, json=json,
            )  # fmt: skip
            # The route without its values: a host's address is not for the log.
            level = logging.DEBUG if answer.ok else logging.WARNING
            _log.log(
                level,
                "Zoom answered %s to %s %s (%s, %s)",
                answer.status,
                method,
                route,
                label,
                answer.tracking_id,
            )
            if answer.ok:
                return answer
            if last or not (answer.status == 401 or answer.code == answers.TOKEN_INVALID):
                break
            token = self._oauth.renew(token, until)
        raise answers.failure(answer, self._clock(), unrepeatable=unrepeatable)


def _read(answer: Answer, read: Callable[[dict[str, Any]], _Read], *, unrepeatable: bool = False) -> _Read:
    try:
        return read(answer.fields())
    except raw_json.Malformed:
        raise answers.unreadable(answer, unrepeatable=unrepeatable) from None


def _added(told: Mapping[str, Any], people: Sequence[Person]) -> list[Registrant]:
    """Zoom answers with address, id and join URL; the names are those we sent."""
    names = {person.email.casefold(): person for person in people}
    added = []
    for registrant in map(payloads.read_registrant, raw_json.rows(told, "registrants")):
        person = names.get(registrant.email.casefold())
        if person:
            registrant = replace(registrant, first_name=person.first_name, last_name=person.last_name)
        added.append(registrant)
    return added


def _bearer(token: str) -> Callable[[requests.PreparedRequest], requests.PreparedRequest]:
    def sign(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return sign


def _path(route: str, values: Sequence[str]) -> str:
    if any(not value.strip(".") for value in values):
        # Nothing, "." and ".." would be another address.
        raise Failure(answers.WRONG, permanent=True)
    return route.format(*(quote(value, safe="", errors="replace") for value in values))


def _twice_encoded(uuid: str) -> bool:
    """Zoom's rule for uuids that would break its paths."""
    return uuid.startswith("/") or "//" in uuid
