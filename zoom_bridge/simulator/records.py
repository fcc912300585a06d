"""What the pretend Zoom remembers: users, webinars, registrants, sittings, webhook deliveries. Plain records in
Zoom's own words; the rules that change them are in `schedule.py`, `guest_list.py` and `rooms.py`."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Json = dict[str, Any]

APPROVED, PENDING, DENIED = "approved", "pending", "denied"


@dataclass(frozen=True, kw_only=True)
class SimulatorSettings:
    """public_url    where this pretend Zoom is reached, without a slash at the end; its links begin with it
    webhook_url   where it tells what happened; empty: it tells nobody
    plan          whose rate limits apply: free, pro, business, or unlimited (no label limits at all)
    retry_scale   webhook retries come after 5, 20 and 60 minutes times this
    hosts         users with a webinar licence; `others` have none
    """

    public_url: str
    webhook_url: str
    webhook_secret: str = field(repr=False)
    account_id: str
    client_id: str
    client_secret: str = field(repr=False)
    plan: str = "pro"
    retry_scale: float = 1.0
    hosts: tuple[str, ...] = ("webinar-1@example.org", "webinar-2@example.org")
    others: tuple[str, ...] = ("reception@example.org",)
    capacity: int = 500


@dataclass(kw_only=True)
class User:
    id: str
    email: str
    licensed: bool
    capacity: int
    removed: bool = False
    polls: bool = True


@dataclass(kw_only=True)
class Registrant:
    """answers: the other fields of the form, as they were sent. occurrence_ids: of a recurring webinar, the dates the
    person chose; empty: all of them. statuses: by occurrence, where it is another than `status`."""

    id: str
    email: str
    first_name: str
    last_name: str
    status: str
    created_at: datetime
    tk: str
    answers: Json = field(default_factory=dict)
    occurrence_ids: list[str] = field(default_factory=list)
    statuses: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def comes_to(self, occurrence_id: str) -> bool:
        return not self.occurrence_ids or occurrence_id in self.occurrence_ids

    def status_at(self, occurrence_id: str) -> str:
        return self.statuses.get(occurrence_id, self.status)


@dataclass(kw_only=True)
class Panelist:
    id: str
    name: str
    email: str
    tk: str


@dataclass(kw_only=True)
class Stay:
    """One connection from join to leave. A rejoin is another one, with another `user_id`.

    zoom_user_id  blank unless the person is signed in to the account (host)
    customer_key  what a page with Zoom's SDK named the person by
    """

    user_id: str
    participant_uuid: str
    name: str
    email: str
    registrant_id: str
    zoom_user_id: str
    device: str
    joined_at: datetime
    left_at: datetime | None = None
    customer_key: str = ""


@dataclass(kw_only=True)
class Poll:
    """asks: title, anonymous, poll_type and questions, as they were sent."""

    id: str
    asks: Json
    status: str = "notstart"


@dataclass(kw_only=True)
class Vote:
    """One answer to one question of a poll, or of the survey: then `poll_id` is the question's."""

    poll_id: str
    question: str
    answer: str
    name: str
    email: str
    at: datetime


@dataclass(kw_only=True)
class Asked:
    """One question of the audience, with the answers it got: text, name, email and time of each."""

    id: str
    question: str
    user_id: str
    name: str
    email: str
    at: datetime
    answers: list[Json] = field(default_factory=list)


@dataclass(kw_only=True)
class Recording:
    """Of one sitting, in Zoom's cloud. ready_at: when Zoom is done with it."""

    id: str
    passcode: str
    ready_at: datetime


@dataclass(kw_only=True)
class Sitting:
    """One run of a webinar, with a uuid of its own."""

    uuid: str
    practice: bool
    started_at: datetime
    ended_at: datetime | None = None
    stays: list[Stay] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    survey: list[Vote] = field(default_factory=list)
    recording: Recording | None = None

    @property
    def present(self) -> list[Stay]:
        return [stay for stay in self.stays if stay.left_at is None]


@dataclass(kw_only=True)
class Occurrence:
    """One date of a recurring webinar; its id is the first start it had."""

    id: str
    start_time: datetime
    duration: int
    deleted: bool = False
    agenda: str = ""

    @property
    def end_time(self) -> datetime:
        return self.start_time + timedelta(minutes=self.duration)


@dataclass(kw_only=True)
class Webinar:
    """page is the id of Zoom's own registration page, WN_…; it is not the uuid of any sitting.

    questions      what Zoom's form asks besides name and address
    link_password  the passcode that links carry
    is_meeting     it was converted, and counts as deleted here
    """

    id: int
    uuid: str
    page: str
    host_id: str
    type: int
    topic: str
    agenda: str
    start_time: datetime | None
    duration: int
    timezone: str
    password: str
    created_at: datetime
    creation_source: str
    settings: Json
    extras: Json = field(default_factory=dict)
    deleted_at: datetime | None = None
    registrants: dict[str, Registrant] = field(default_factory=dict)
    ids_by_email: dict[str, str] = field(default_factory=dict)
    panelists: dict[str, Panelist] = field(default_factory=dict)
    sittings: list[Sitting] = field(default_factory=list)
    polls: dict[str, Poll] = field(default_factory=dict)
    occurrences: list[Occurrence] = field(default_factory=list)
    questions: Json = field(default_factory=dict)
    link_password: str = ""
    is_meeting: bool = False

    @property
    def running(self) -> Sitting | None:
        return next((sitting for sitting in reversed(self.sittings) if sitting.ended_at is None), None)

    @property
    def held(self) -> list[Sitting]:
        """Sittings that are over and were not practice: the ones that reports know."""
        return [sitting for sitting in self.sittings if sitting.ended_at and not sitting.practice]

    @property
    def dates(self) -> list[Occurrence]:
        """Of a recurring webinar, those that were not taken out."""
        return [occurrence for occurrence in self.occurrences if not occurrence.deleted]

    @property
    def scheduled_end(self) -> datetime | None:
        """Of a recurring webinar, the end of its last date; None: it has no fixed time."""
        if self.type == 6:
            return None
        if self.dates:
            return max(occurrence.end_time for occurrence in self.dates)
        return self.start_time + timedelta(minutes=self.duration) if self.start_time else None

    @property
    def asks_to_register(self) -> bool:
        return self.settings["approval_type"] in (0, 1)

    def over(self, at: datetime) -> bool:
        """Nobody can register any more: the time is past and nobody is in the room."""
        return self.running is None and self.scheduled_end is not None and self.scheduled_end <= at

    def registrant_by_email(self, email: str) -> Registrant | None:
        return self.registrants.get(self.ids_by_email.get(email.strip().lower(), ""))

    def add_registrant(self, registrant: Registrant) -> None:
        self.registrants[registrant.id] = registrant
        self.ids_by_email[registrant.email.lower()] = registrant.id

    def remove_registrant(self, registrant: Registrant) -> None:
        del self.registrants[registrant.id]
        del self.ids_by_email[registrant.email.lower()]

    def with_status(self, status: str) -> list[Registrant]:
        return [registrant for registrant in self.registrants.values() if registrant.status == status]


@dataclass(kw_only=True)
class Delivery:
    """One webhook on its way. The body is fixed when the thing happens; headers are made at each attempt.

    attempt    how many were made so far
    signed_at  when the first was signed
    held       True: stays until somebody lets it go; False: goes, though others are held back
    """

    id: str
    event: str
    webinar_id: int | None
    body: str
    due_at: datetime
    attempt: int = 0
    signed_at: str = ""
    held: bool | None = None


@dataclass(kw_only=True)
class DeliveryNote:
    """A line of the delivery log. status 0: no connection; None: not sent at all, `remark` says why."""

    at: datetime
    delivery_id: str
    event: str
    webinar_id: int | None
    attempt: int
    status: int | None
    ms: int
    remark: str
