"""Record a join or a leave; correct them from Zoom's report. Who was there is never counted up: it is folded from
these facts on every look (`domain/attendance.py`), so doubles and disorder cannot spoil it."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.attendance import Fact, Match, Sighting, Teller
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Registration, email_key
from zoom_bridge.store import claims, events, registrations, reports, sightings, tables
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.payloads import Participant, Webhook

#: Zoom's report grows for a while after the end; it is looked at again this much later.
LOOK_AGAIN = timedelta(minutes=10)
#: After that the last report counts, even if it still changes.
STOP_LOOKING = timedelta(hours=24)


def record(connection: Connection, event: Event, webhook: Webhook, fact: Fact) -> str:
    """Keep that somebody joined or left; the instant is Zoom's, not the delivery's."""
    participant = webhook.read_participant()
    if participant is None or not participant.user_id:
        return "without a participant"
    at = (participant.join_time if fact is Fact.JOINED else participant.leave_time) or webhook.at
    sighting = _sighting(connection, event, webhook.sitting, participant, fact, at, Teller.WEBHOOK)
    sightings.record(connection, event.id, sighting)
    return sighting.matched_by or "guest"


def record_sitting(connection: Connection, event_id: int, webhook: Webhook, fact: Fact) -> str:
    """Keep that the webinar as a whole started or ended."""
    at = (webhook.started_at if fact is Fact.STARTED else webhook.ended_at) or webhook.at
    sighting = Sighting(sitting=webhook.sitting, participant="", fact=fact, at=at, teller=Teller.WEBHOOK)
    sightings.record(connection, event_id, sighting)
    return fact.value


def reconcile(db: Database, zoom: ZoomClient, report_id: int, claim: str, clock: Callable[[], datetime]) -> None:
    """Fetch Zoom's report of one sitting and let it outrank the webhooks.

    Zoom's report comes late and grows. One that knows of fewer stays than the webhooks told is believed only when a
    second look shows the same; and it is looked at again until two looks agree, or for a day."""
    with db.reading() as connection:
        report = reports.find(connection, report_id)
    if report is None:
        return
    told = zoom.report_participants(report.sitting)
    now = clock()
    agrees = bool(told) and report.rows == len(told)
    with db.transaction() as connection:
        if not claims.finish(connection, tables.reports, report.id, claim, rows=len(told), fetched_at=now):
            return
        complete = len(told) >= sightings.told_to_have_joined(connection, report.sitting)
        event = events.find(connection, report.event_id)
        if event and told and (complete or agrees):
            _believe(connection, event, report.sitting, told)
        if not agrees and now < report.ended_at + STOP_LOOKING:
            reports.look_again(connection, report.id, now + LOOK_AGAIN)


def _believe(connection: Connection, event: Event, sitting: str, told: list[Participant]) -> None:
    seen = [
        _sighting(connection, event, sitting, participant, fact, at, Teller.REPORT)
        for participant in told
        for fact, at in ((Fact.JOINED, participant.join_time), (Fact.LEFT, participant.leave_time))
        if at and participant.user_id
    ]
    sightings.replace_report(connection, event.id, sitting, seen)


def _sighting(
    connection: Connection,
    event: Event,
    sitting: str,
    participant: Participant,
    fact: Fact,
    at: datetime,
    teller: Teller,
) -> Sighting:
    registration, matched_by = _match(connection, event, participant)
    return Sighting(
        sitting=sitting,
        participant=participant.user_id,
        fact=fact,
        at=at,
        teller=teller,
        registration_id=registration.id if registration else None,
        matched_by=matched_by,
        guest="" if registration else (participant.email or participant.name),
        name=registration.name if registration else participant.name,
        by_phone=bool(participant.phone_number),
    )


def _match(
    connection: Connection, event: Event, participant: Participant
) -> tuple[Registration | None, Match | None]:
    """By Zoom's registrant id, then by address; below that never by itself."""
    if participant.registrant_id:
        found = registrations.find_by_registrant(connection, event.id, participant.registrant_id)
        if found:
            return found, Match.REGISTRANT_ID
    if participant.email:
        if email_key(participant.email) == email_key(event.zoom_host):
            return None, Match.HOST
        found = registrations.find_by_address(connection, event.id, email_key(participant.email))
        if found:
            return found, Match.EMAIL
    return None, None
