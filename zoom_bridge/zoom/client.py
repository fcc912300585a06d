"""ZoomClient: one method for each endpoint we use, its documentation above it. What Zoom's JSON means is in
`payloads.py`, what its errors mean in `answers.py`, how a call is kept within its time in `calls.py`.

Every method raises Failure and nothing else. Creating and adding must not happen twice: when their answer got
lost, the Failure says `outcome_unknown`. All else may be repeated."""

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any, Literal, TypeVar

import requests

from zoom_bridge.domain.failures import Failure
from zoom_bridge.zoom import answers, calls, discrepancies, payloads, proceedings, raw_json, users, wiring
from zoom_bridge.zoom.answers import Answer, WebinarGone
from zoom_bridge.zoom.limits import Label
from zoom_bridge.zoom.listing import Reading, read_all, read_by_page
from zoom_bridge.zoom.oauth import Oauth
from zoom_bridge.zoom.pacing import Pace
from zoom_bridge.zoom.panelists import Panelist, read_panelist
from zoom_bridge.zoom.payloads import Participant, Person, Registrant, Webinar, WebinarRequest
from zoom_bridge.zoom.polls import WebinarPoll, read_poll
from zoom_bridge.zoom.proceedings import Asked, PastSitting, Recorded, Voted
from zoom_bridge.zoom.users import User, UserSettings

_log = logging.getLogger(__name__)

#: Zoom takes this many people in one call, for adding as for changing their status.
LARGEST_BATCH = 30
# What Zoom answers to a registrant it does not have: to DELETE, and to GET.
_REGISTRANT_MISSING = (3000, 3079)
# And to a user: none at all, none in this account.
_USER_MISSING = (1001, 1010)
# And to a sitting that was not recorded, or not yet.
_RECORDING_MISSING = 3301
# And to a webinar without a survey, in one way or the other.
_SURVEY_MISSING = (3000, answers.WEBINAR_MISSING)

Status = Literal["approved", "pending", "denied"]
Action = Literal["approve", "deny", "cancel"]
_Read = TypeVar("_Read")


class ZoomClient:
    """Shared by all threads of a process. `deadline` in seconds bounds each call as a whole, token included; waiting
    for its turn, which `pace` may ask for, comes on top."""

    def __init__(
        self,
        session: requests.Session,
        oauth: Oauth,
        api_url: str,
        clock: Callable[[], datetime],
        pace: Pace | None = None,
        deadline: float = 30,
    ) -> None:
        self._session = session
        self._oauth = oauth
        self._api_url = api_url.rstrip("/")
        self._clock = clock
        self._pace = pace
        self._deadline = deadline
        self._urgent = False

    def urgently(self) -> "ZoomClient":
        """The same client, for what cannot wait until tomorrow: it may spend what is kept of each day for that."""
        hurried = copy(self)
        hurried._urgent = True  # noqa: SLF001 (our own)
        return hurried

    def unpaced(self) -> "ZoomClient":
        """The same client for a clock that stands still, by which no turn would ever come."""
        hasty = copy(self)
        hasty._pace = None  # noqa: SLF001 (our own)
        return hasty

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
    def update_webinar(self, webinar_id: str, request: WebinarRequest, leaving: Collection[str] = ()) -> None:
        """`leaving`: aspects that stay as Zoom has them. Zoom may say yes and leave another setting as it was: read
        back and ask `discrepancies.compare`."""
        wanted = discrepancies.left_out(request.to_update(), leaving)
        self._call(Label.LIGHT, "PATCH", "/webinars/{}", webinar_id, json=wanted)

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
        return read_all(*self._registrants(webinar_id, status))

    def registrants_by_page(self, webinar_id: str, status: Status) -> Iterator[list[Registrant]]:
        """The same for a list that is too long to be held: complete only when it ends without a Failure. Somebody may
        come twice."""
        return read_by_page(*self._registrants(webinar_id, status))

    def _registrants(self, webinar_id: str, status: Status) -> Reading[Registrant]:
        def get_page(page: Mapping[str, Any]) -> Answer:
            query = {"status": status, **page}
            return self._call(Label.MEDIUM, "GET", "/webinars/{}/registrants", webinar_id, query=query)

        def read(told: Mapping[str, Any]) -> Registrant:
            return payloads.read_registrant(told, status)

        return get_page, "registrants", read, attrgetter("id")

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/post/webinars/{webinarId}/panelists
    def add_panelists(self, webinar_id: str, people: Sequence[Panelist]) -> None:
        """Up to thirty. Zoom's answer says nothing of them: their links are in the list."""
        if not people:
            return
        if len(people) > LARGEST_BATCH:
            raise ValueError(f"more than {LARGEST_BATCH} people in one call")
        wanted = {"panelists": [person.to_wire() for person in people]}
        self._call(Label.MEDIUM, "POST", "/webinars/{}/panelists", webinar_id, json=wanted, unrepeatable=True)

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/get/webinars/{webinarId}/panelists
    def list_panelists(self, webinar_id: str) -> list[Panelist]:
        answer = self._call(Label.MEDIUM, "GET", "/webinars/{}/panelists", webinar_id)
        return _read(answer, lambda told: list(map(read_panelist, raw_json.rows(told, "panelists"))))

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/delete/webinars/{webinarId}/panelists/{panelistId}
    def delete_panelist(self, webinar_id: str, panelist_id: str) -> None:
        """Zoom does not document what it says of somebody it does not have: ask the list."""
        self._call(Label.LIGHT, "DELETE", "/webinars/{}/panelists/{}", webinar_id, panelist_id)

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/get/webinars/{webinarId}/polls
    def list_polls(self, webinar_id: str) -> list[WebinarPoll]:
        answer = self._call(Label.LIGHT, "GET", "/webinars/{}/polls", webinar_id)
        return _read(answer, lambda told: list(map(read_poll, raw_json.rows(told, "polls"))))

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/post/webinars/{webinarId}/polls
    def create_poll(self, webinar_id: str, poll: WebinarPoll) -> WebinarPoll:
        answer = self._call(
            Label.LIGHT, "POST", "/webinars/{}/polls", webinar_id, json=poll.to_wire(), unrepeatable=True
        )
        return _read(answer, read_poll, unrepeatable=True)

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/put/webinars/{webinarId}/polls/{pollId}
    def update_poll(self, webinar_id: str, poll_id: str, poll: WebinarPoll) -> None:
        self._call(Label.LIGHT, "PUT", "/webinars/{}/polls/{}", webinar_id, poll_id, json=poll.to_wire())

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/delete/webinars/{webinarId}/polls/{pollId}
    def delete_poll(self, webinar_id: str, poll_id: str) -> None:
        self._call(Label.LIGHT, "DELETE", "/webinars/{}/polls/{}", webinar_id, poll_id)

    # https://developers.zoom.us/docs/api/meetings/#tag/webinars/get/past_webinars/{webinarId}/instances
    def list_sittings(self, webinar_id: str) -> list[PastSitting]:
        """Those that are over; none before the first of them is."""
        try:
            answer = self._call(Label.LIGHT, "GET", "/past_webinars/{}/instances", webinar_id)
        except WebinarGone:
            return []
        return _read(answer, proceedings.read_sittings)

    # https://developers.zoom.us/docs/api/meetings/#tag/reports/get/report/webinars/{webinarId}/participants
    def report_participants(self, sitting_uuid: str) -> list[Participant]:
        """One row for each stay, all of them or a Failure. Soon after the end rows may be missing, or Zoom may not
        know the sitting yet: that is a Failure worth another attempt."""
        value = wiring.sitting(sitting_uuid)

        def get_page(page: Mapping[str, Any]) -> Answer:
            query = {"include_fields": "registrant_id", **page}
            return self._call(Label.HEAVY, "GET", "/report/webinars/{}/participants", value, query=query)

        with answers.report_to_come():
            return read_all(get_page, "participants", payloads.read_participant, lambda participant: participant)

    # https://developers.zoom.us/docs/api/meetings/#tag/reports/get/report/webinars/{webinarId}/qa
    def report_questions(self, sitting_uuid: str) -> list[Asked]:
        with answers.report_to_come():
            answer = self._call(Label.HEAVY, "GET", "/report/webinars/{}/qa", wiring.sitting(sitting_uuid))
        return _read(answer, proceedings.read_questions)

    # https://developers.zoom.us/docs/api/meetings/#tag/reports/get/report/webinars/{webinarId}/polls
    def report_votes(self, sitting_uuid: str) -> list[Voted]:
        with answers.report_to_come():
            answer = self._call(Label.HEAVY, "GET", "/report/webinars/{}/polls", wiring.sitting(sitting_uuid))
        return _read(answer, proceedings.read_votes)

    # https://developers.zoom.us/docs/api/meetings/#tag/reports/get/report/webinars/{webinarId}/survey
    def report_survey(self, sitting_uuid: str) -> list[Voted]:
        """Empty also when the webinar has no survey, or Zoom does not know of it yet. An app that was made for an older
        version of ours lacks this permission: nothing else has to stop for that."""
        try:
            answer = self._call(Label.HEAVY, "GET", "/report/webinars/{}/survey", wiring.sitting(sitting_uuid))
        except Failure as failure:
            if failure.code in _SURVEY_MISSING:
                return []
            raise answers.of_this_alone(failure) from None
        return _read(answer, proceedings.read_survey)

    # https://developers.zoom.us/docs/api/meetings/#tag/cloud-recording/get/meetings/{meetingId}/recordings
    def find_recording(self, sitting_uuid: str) -> Recorded | None:
        """None while Zoom has none, or is not done with it."""
        try:
            answer = self._call(Label.LIGHT, "GET", "/meetings/{}/recordings", wiring.sitting(sitting_uuid))
        except Failure as failure:
            if failure.code == _RECORDING_MISSING:
                return None
            raise
        return _read(answer, proceedings.read_recording)

    # https://developers.zoom.us/docs/api/users/#tag/users/get/users/{userId}
    def tell_time(self) -> datetime | None:
        """What Zoom's clock says, or None when it cannot be asked. Every answer is dated, also one to a stranger."""
        return calls.date_of(self._session, f"{self._api_url}/users/me")

    def scopes(self) -> frozenset[str]:
        """What our access to Zoom may do, by Zoom's names; empty when Zoom does not tell."""
        return self._oauth.scopes(time.monotonic() + self._deadline)

    # https://developers.zoom.us/docs/api/users/#tag/users/get/users/{userId}
    def find_user(self, email: str) -> User | None:
        """None when the account has no such user."""
        try:
            answer = self._call(Label.LIGHT, "GET", "/users/{}", email)
        except Failure as failure:
            if failure.code in _USER_MISSING:
                return None
            raise
        return _read(answer, users.read_user)

    # https://developers.zoom.us/docs/api/users/#tag/users/get/users/{userId}/settings
    def get_user_settings(self, email: str) -> UserSettings:
        answer = self._call(Label.MEDIUM, "GET", "/users/{}/settings", email)
        return _read(answer, users.read_settings)

    def get_user_locks(self, email: str) -> tuple[bool | None, bool | None]:
        """Whether joining from the browser, and joining at all, needs a Zoom account: two more looks."""
        told = [
            self._call(Label.MEDIUM, "GET", "/users/{}/settings", email, query={"option": option})
            for option in users.OPTIONS
        ]
        return _read(told[0], users.read_security), _read(told[1], users.read_authentication)

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
        """A 2xx, or a Failure. Once a refused token is renewed, and once a moment is waited that Zoom asked for, and
        then the call is repeated: it was not carried out."""
        until = time.monotonic() + self._deadline
        url = self._api_url + wiring.path(route, values)
        token = self._oauth.token(until)
        renewed = waited = False
        while True:
            until += self._wait_for_turn(label, until)
            answer = calls.send(
                self._session, method, url, until=until, auth=wiring.bearer(token), unrepeatable=unrepeatable,
                query=query, json=json,
            )  # fmt: skip
            # The route without its values: a host's address is not for the log.
            level = logging.DEBUG if answer.ok else logging.WARNING
            said = "Zoom answered %s to %s %s (%s, %s)"
            _log.log(level, said, answer.status, method, route, label, answer.tracking_id)
            if answer.ok:
                if answer.body and not answer.is_json:
                    # A page of somebody on the way: Zoom itself says JSON, or nothing.
                    raise answers.unreadable(answer, unrepeatable=unrepeatable)
                return answer
            if not renewed and (answer.status == 401 or answer.code == answers.TOKEN_INVALID):
                token, renewed = self._oauth.renew(token, until), True
                continue
            failure = answers.failure(answer, self._clock(), unrepeatable=unrepeatable)
            if not (self._pace and self._pace.heed(label, failure)) or waited:
                raise failure
            waited = True

    def _wait_for_turn(self, label: Label, until: float) -> float:
        """How many seconds it took."""
        if self._pace is None:
            return 0
        began = time.monotonic()
        self._pace.take(label, until, urgent=self._urgent)
        return time.monotonic() - began


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
