"""Zoom's JSON ⇄ Webinar, Registrant, Participant. Ids are text for us, whatever they were on the wire; unknown
fields are passed over. What Zoom tells by itself, its webhooks, is read here too; signatures are checked in
`signature.py`, calls are made in `client.py`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from zoom_bridge.zoom import raw_json, telephony
from zoom_bridge.zoom.clipping import clean as clean
from zoom_bridge.zoom.clipping import cut_agenda as cut_agenda
from zoom_bridge.zoom.clipping import cut_topic as cut_topic
from zoom_bridge.zoom.raw_json import Malformed as Malformed
from zoom_bridge.zoom.telephony import DialInNumber

LONGEST_NAME = 64

Setting = bool | int | str

# Zoom wraps these switches in an object with `enable`.
_WRAPPED = (
    "attendees_and_panelists_reminder_email_notification",
    "follow_up_attendees_email_notification",
    "follow_up_absentees_email_notification",
    "question_and_answer",
)
_WORDS = ("audio", "auto_recording", "email_language", "contact_name", "contact_email")
_SCHEDULED_WEBINAR = 5
#: An open door lets in whoever finds Zoom's own form. Behind a closed one they wait for approval, and people we add
#: with auto_approve are let in.
_LET_IN_AT_ONCE, _APPROVAL_BY_HAND = 0, 1
#: What people may do where the panel takes questions: ask, without a name if they like, and read what was answered.
_QUESTIONS_WELCOME: Mapping[str, Setting] = {
    "allow_submit_questions": True,
    "allow_anonymous_questions": True,
    "answer_questions": "only",
}


@dataclass(frozen=True, kw_only=True)
class WebinarRequest:
    """What a webinar shall be. `start_time` is an aware instant; `timezone` only says how Zoom shows it.

    recording          "none", "cloud" or "local": whether and where Zoom records by itself
    alternative_hosts  addresses of licensed users of the account, who may start it too
    open_door          Zoom's own registration form lets people in without approval
    email_language     of what Zoom still mails: "de-DE", "en-US"
    contact_name, contact_email   whom Zoom names for questions; where they are empty, nothing is asked for"""

    topic: str
    agenda: str
    start_time: datetime
    minutes: int
    timezone: str
    practice_session: bool = True
    question_and_answer: bool = True
    recording: str = "none"
    alternative_hosts: tuple[str, ...] = ()
    open_door: bool = False
    email_language: str = "en-US"
    contact_name: str = ""
    contact_email: str = ""

    def __post_init__(self) -> None:
        if self.start_time.tzinfo is None:
            raise ValueError("start_time is naive")

    @property
    def settings(self) -> dict[str, Setting]:
        """By Zoom's names, those of questions and answers as if they stood beside the others. Every mail that Zoom
        would send by itself is off: our letters carry our links."""
        contact = {"contact_name": clean(self.contact_name), "contact_email": self.contact_email}
        return {
            "approval_type": _LET_IN_AT_ONCE if self.open_door else _APPROVAL_BY_HAND,
            "registrants_email_notification": False,
            "attendees_and_panelists_reminder_email_notification": False,
            "follow_up_attendees_email_notification": False,
            "follow_up_absentees_email_notification": False,
            "panelists_invitation_email_notification": False,
            "practice_session": self.practice_session,
            "auto_recording": self.recording,
            "alternative_hosts": _one_list(self.alternative_hosts),
            "question_and_answer": self.question_and_answer,
            **(_QUESTIONS_WELCOME if self.question_and_answer else {}),
            "audio": "both",
            "email_language": self.email_language,
            **{name: value for name, value in contact.items() if value},
            "show_share_button": False,
            "allow_multiple_devices": False,
        }

    def to_create(self) -> dict[str, Any]:
        return {
            "type": _SCHEDULED_WEBINAR,
            "topic": cut_topic(self.topic),
            "agenda": cut_agenda(self.agenda),
            "start_time": self.start_time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "duration": self.minutes,
            "timezone": self.timezone,
            "settings": _as_zoom_nests_them(self.settings),
        }

    def to_update(self) -> dict[str, Any]:
        """As at creation, and what Zoom takes only in an update."""
        wanted = self.to_create()
        wanted["settings"] |= {"registrants_confirmation_email": False, "notify_registrants": False}
        return wanted


@dataclass(frozen=True, kw_only=True)
class Webinar:
    """A webinar as Zoom tells it. Lists tell less: no settings, no host_email, no start_url, half the agenda.

    start_url  lets whoever has it start the webinar as the host: never stored, never mailed
    settings   those of a WebinarRequest that Zoom told, by the same names
    dial_in    telephone numbers through which people come in
    password   the passcode as it stands in join links; passcode: what is keyed in on the telephone, digits or empty"""

    id: str
    uuid: str
    host_id: str
    host_email: str = field(repr=False)
    topic: str
    agenda: str
    start_time: datetime | None
    minutes: int | None
    timezone: str
    created_at: datetime | None
    join_url: str = field(repr=False)
    start_url: str = field(repr=False)
    settings: Mapping[str, Setting]
    dial_in: tuple[DialInNumber, ...]
    passcode: str = field(repr=False)
    password: str = field(repr=False)

    @property
    def approval_type(self) -> Setting | None:
        return self.settings.get("approval_type")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody to be added to a webinar."""

    email: str = field(repr=False)
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)

    def to_wire(self) -> dict[str, str]:
        return {
            "email": self.email,
            "first_name": clean(self.first_name)[:LONGEST_NAME],
            "last_name": clean(self.last_name)[:LONGEST_NAME],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Registrant:
    """Somebody registered at Zoom. `join_url` is None while they wait for approval; `status` is approved, pending
    or denied, None where Zoom does not say."""

    id: str
    email: str = field(repr=False)
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    join_url: str | None = field(default=None, repr=False)
    status: str | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Participant:
    """One stay of somebody in a webinar: a row of the report, or the person in a webhook.

    user_id              of the stay: the same in join and leave, another one after coming back
    participant_user_id  of the person's Zoom account; "" for guests
    seconds              None where Zoom does not say; 0 soon after the end may mean "not counted yet"
    status               in_meeting or in_waiting_room; "" where Zoom does not say
    customer_key         what a page with Zoom's SDK said of who joins
    bound_to             with a telephone call that was bound to somebody: their stay"""

    user_id: str
    participant_user_id: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    registrant_id: str
    phone_number: str = field(default="", repr=False)
    join_time: datetime | None
    leave_time: datetime | None
    seconds: int | None = None
    status: str = ""
    customer_key: str = field(default="", repr=False)
    bound_to: str = ""


def read_webinar(fields: Mapping[str, Any]) -> Webinar:
    """Malformed when there is no id: without it the rest is no use."""
    if not (webinar_id := raw_json.ident(fields, "id")):
        raise Malformed("a webinar without an id")
    settings = raw_json.section(fields, "settings")
    return Webinar(
        id=webinar_id,
        uuid=raw_json.ident(fields, "uuid"),
        host_id=raw_json.ident(fields, "host_id"),
        host_email=raw_json.text(fields, "host_email"),
        topic=raw_json.text(fields, "topic"),
        agenda=raw_json.text(fields, "agenda"),
        start_time=raw_json.instant(fields, "start_time"),
        minutes=raw_json.whole(fields, "duration"),
        timezone=raw_json.text(fields, "timezone"),
        created_at=raw_json.instant(fields, "created_at"),
        join_url=raw_json.text(fields, "join_url"),
        start_url=raw_json.text(fields, "start_url"),
        settings=_read_settings(settings),
        dial_in=telephony.read_numbers(settings),
        passcode=telephony.read_passcode(fields),
        password=raw_json.ident(fields, "password"),
    )


def _read_settings(told: Mapping[str, Any]) -> dict[str, Setting]:
    questions = raw_json.section(told, "question_and_answer")
    switches = {
        "approval_type": raw_json.whole(told, "approval_type"),
        "alternative_hosts": _hosts(told),
        **{name: raw_json.text(told, name) or None for name in _WORDS},
        **{
            name: raw_json.flag(questions, name)
            for name in ("allow_submit_questions", "allow_anonymous_questions")
        },
        "answer_questions": raw_json.text(questions, "answer_questions") or None,
        **{name: raw_json.flag(raw_json.section(told, name), "enable") for name in _WRAPPED},
        **{
            name: raw_json.flag(told, name)
            for name in (
                "registrants_email_notification",
                "registrants_confirmation_email",
                "panelists_invitation_email_notification",
                "practice_session",
                "show_share_button",
                "allow_multiple_devices",
            )
        },
    }
    return {name: value for name, value in switches.items() if value is not None}


def _hosts(told: Mapping[str, Any]) -> str | None:
    """Zoom separates them with commas or semicolons, and not always in the order in which it got them."""
    value = told.get("alternative_hosts")
    return _one_list(re.split("[,;]", value)) if isinstance(value, str) else None


def _one_list(hosts: Iterable[str]) -> str:
    return ",".join(sorted({host.strip().lower() for host in hosts} - {""}))


def _as_zoom_nests_them(settings: Mapping[str, Setting]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in settings.items():
        if name in _QUESTIONS_WELCOME:
            nested["question_and_answer"][name] = value
        else:
            nested[name] = {"enable": value} if name in _WRAPPED else value
    return nested


def read_registrant(fields: Mapping[str, Any], status: str | None = None) -> Registrant:
    """From a list (`id`) or an answer to adding (`registrant_id`); `status` is what was asked for."""
    if not (registrant_id := raw_json.ident(fields, "registrant_id") or raw_json.ident(fields, "id")):
        raise Malformed("a registrant without an id")
    return Registrant(
        id=registrant_id,
        email=raw_json.text(fields, "email"),
        first_name=raw_json.text(fields, "first_name"),
        last_name=raw_json.text(fields, "last_name"),
        join_url=raw_json.text(fields, "join_url") or None,
        status=raw_json.text(fields, "status") or status,
        created_at=raw_json.instant(fields, "create_time"),
    )


def read_participant(fields: Mapping[str, Any]) -> Participant:
    """The report says `name` and `user_email` where webhooks say `user_name` and `email`."""
    return Participant(
        user_id=raw_json.ident(fields, "user_id") or raw_json.ident(fields, "participant_uuid"),
        participant_user_id=raw_json.ident(fields, "participant_user_id"),
        name=raw_json.text(fields, "name", 200) or raw_json.text(fields, "user_name", 200),
        email=_email(fields, "user_email") or _email(fields, "email"),
        registrant_id=raw_json.ident(fields, "registrant_id"),
        phone_number=raw_json.ident(fields, "phone_number"),
        join_time=raw_json.instant(fields, "join_time"),
        leave_time=raw_json.instant(fields, "leave_time"),
        seconds=raw_json.whole(fields, "duration"),
        status=raw_json.ident(fields, "status"),
        customer_key=raw_json.ident(fields, "customer_key"),
        bound_to=raw_json.ident(fields, "bind_user_id"),
    )


def _email(fields: Mapping[str, Any], name: str) -> str:
    return raw_json.ident(fields, name, longest=254)


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """What one delivery says.

    at           when it happened, not when it was sent
    sitting      uuid of one run of the webinar
    object       Zoom's description of the webinar, as it came
    participant  the person who joined or left, as it came
    registrant   the person who registered, as it came
    plain_token  what Zoom wants to see signed when it asks whether the address is ours"""

    name: str
    at: datetime
    account_id: str
    webinar_id: str
    sitting: str
    object: dict[str, Any] = field(repr=False)
    participant: dict[str, Any] | None = field(repr=False)
    registrant: dict[str, Any] | None = field(repr=False)
    plain_token: str | None = field(default=None, repr=False)

    @property
    def started_at(self) -> datetime | None:
        return raw_json.instant(self.object, "start_time")

    @property
    def ended_at(self) -> datetime | None:
        return raw_json.instant(self.object, "end_time")

    @property
    def practice(self) -> bool:
        """Only the practice session ended, not the webinar."""
        return raw_json.flag(self.object, "practice_session") is True

    def read_participant(self) -> Participant | None:
        return read_participant(self.participant) if self.participant else None

    def read_registrant(self) -> Registrant | None:
        """None also when the registrant came without an id: there is nothing to tie it to."""
        return (
            read_registrant(self.registrant) if self.registrant and raw_json.ident(self.registrant, "id") else None
        )


def parse_webhook(body: bytes) -> Webhook:
    """Malformed for everything that is not a delivery of Zoom's: never another exception, never a guess."""
    said = raw_json.decode_object(body)
    raw_json.require_storable(said)
    payload = _part(said, "payload") or {}
    described = _part(payload, "object") or {}
    if not (name := raw_json.ident(said, "event", longest=100)):
        raise Malformed("no event")
    if (at := told_at(said.get("event_ts"))) is None:
        raise Malformed("event_ts is not a time")
    return Webhook(
        name=name,
        at=at,
        account_id=raw_json.ident(payload, "account_id"),
        webinar_id=raw_json.ident(described, "id", longest=32),
        sitting=raw_json.ident(described, "uuid"),
        object=described,
        participant=_part(described, "participant"),
        registrant=_part(described, "registrant"),
        plain_token=raw_json.text(payload, "plainToken") or None,
    )


def _part(fields: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    value = fields.get(name)
    if value is not None and not isinstance(value, dict):
        raise Malformed(f"{name} is not an object")
    return value


def told_at(event_ts: object) -> datetime | None:
    """When it happened, from Zoom's milliseconds; None where they are none."""
    milliseconds = raw_json.whole({"event_ts": event_ts}, "event_ts")
    if milliseconds is None or not 0 < milliseconds < 10**13:
        return None
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)
