"""Record a join or a leave; correct them from Zoom's report. Who was there is never counted up: it is folded from
these facts on every look (`domain/attendance.py`), so doubles and disorder cannot spoil it."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.attendance import Fact, Room, Sighting, Teller
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.recognition import Evidence, Known
from zoom_bridge.store import claims, events, known_people, reports, sightings, tables
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import NO_REPORT
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.payloads import Participant, Webhook

#: Zoom's report grows for a while after the end; it is looked at again this much later.
LOOK_AGAIN = timedelta(minutes=10)
#: After that the last report counts, even if it still changes.
STOP_LOOKING = timedelta(hours=24)


_FACTS = {
    "webinar.participant_joined": Fact.JOINED,
    "webinar.participant_left": Fact.LEFT,
    "webinar.participant_bind": Fact.BOUND,
    "webinar.started": Fact.STARTED,
    "webinar.ended": Fact.ENDED,
}


def record(connection: Connection, event: Event, *webhooks: Webhook) -> list[str]:
    """Keep that somebody joined or left, that a call was bound to somebody, or that the webinar started or ended; what
    was made of each."""
    people = [participant for webhook in webhooks if (participant := webhook.read_participant())]
    known = known_people.around(connection, event.id, [_evidence(participant) for participant in people])
    told = [of_webhook(webhook, known) for webhook in webhooks]
    sightings.record(connection, event.id, *filter(None, told))
    return [_outcome(sighting) for sighting in told]


def _outcome(sighting: Sighting | None) -> str:
    if sighting is None:
        return "without a participant"
    return sighting.fact if sighting.fact not in (Fact.JOINED, Fact.LEFT) else sighting.matched_by or "guest"


def of_webhook(webhook: Webhook, known: Known) -> Sighting | None:
    """What it tells. The instant is Zoom's, not the delivery's. None: of whom, it does not say."""
    fact, participant = _FACTS[webhook.name], webhook.read_participant()
    if fact is Fact.STARTED or fact is Fact.ENDED:
        at = webhook.started_at if fact is Fact.STARTED else webhook.ended_at
        fact = Fact.PRACTICE if fact is Fact.ENDED and webhook.practice else fact
        return Sighting(webhook.sitting, "", fact, at or webhook.at, Teller.WEBHOOK)
    if participant is None or not participant.user_id:
        return None
    if fact is Fact.BOUND:
        # It may be told before either is known to be there.
        bound = Sighting(webhook.sitting, participant.user_id, fact, webhook.at, Teller.WEBHOOK, by_phone=True)
        return bound._replace(bound_to=participant.bound_to) if participant.bound_to else None
    at = participant.join_time if fact is Fact.JOINED else participant.leave_time
    return _sighting(known, webhook.sitting, participant, fact, at or webhook.at, Teller.WEBHOOK)


def of_report(sitting: str, told: Iterable[Participant], known: Known) -> list[Sighting]:
    return [
        _sighting(known, sitting, participant, fact, at, Teller.REPORT)
        for participant in told
        for fact, at in ((Fact.JOINED, participant.join_time), (Fact.LEFT, participant.leave_time))
        if at and participant.user_id
    ]


def reconcile(db: Database, zoom: ZoomClient, report_id: int, claim: str, clock: Callable[[], datetime]) -> None:
    """Fetch Zoom's report of one sitting and let it outrank the webhooks.

    Zoom's report comes late and grows. One that knows of fewer stays than the webhooks or an earlier look told is
    believed only when a second look shows the same; and it is looked at again until two looks agree, or for a day. If
    there was none by then, what the webhooks told stays, and the report is given up."""
    with db.reading() as connection:
        report = reports.find(connection, report_id)
    if report is None:
        return
    told = zoom.report_participants(report.sitting)
    now = clock()
    stays = [one for one in told if one.user_id]
    with db.transaction() as connection:
        if not claims.finish(connection, tables.reports, report.id, claim, rows=len(stays), fetched_at=now):
            return
        known = sightings.instants_reported(connection, report.sitting)
        same_number = bool(stays) and report.rows == len(stays)
        agrees = same_number and (not known or known == _instants(stays))
        complete = len(stays) >= sightings.told_to_have_joined(connection, report.sitting)
        event = events.find(connection, report.event_id)
        if event and stays and (complete or same_number):
            everybody = known_people.everybody(connection, event.id)
            sightings.replace_report(
                connection, event.id, report.sitting, of_report(report.sitting, stays, everybody)
            )
            known = _instants(stays)
        if not agrees and now < report.ended_at + STOP_LOOKING:
            reports.look_again(connection, report.id, now + LOOK_AGAIN)
        elif not known:
            reports.give_up(connection, report.id, now, NO_REPORT)


def settled(connection: Connection, event: Event, room: Room) -> bool:
    """Whether what is known of who was there will stay as it is: Zoom has reported, or will not any more."""
    owed = reports.list_for_event(connection, event.id)
    over = room.final or (bool(owed) and not room.running)
    return over and not any(report.due_at for report in owed)


def _instants(told: list[Participant]) -> set[tuple[str, datetime]]:
    return {(one.user_id, at) for one in told for at in (one.join_time, one.leave_time) if at}


def _evidence(participant: Participant) -> Evidence:
    return Evidence(participant.registrant_id, participant.customer_key, participant.email)


def _sighting(
    known: Known, sitting: str, participant: Participant, fact: Fact, at: datetime, teller: Teller
) -> Sighting:
    """What is proven is kept with it; names and decisions are looked at whenever it is read."""
    registration_id, matched_by = known.recognise(_evidence(participant))
    return Sighting(
        sitting=sitting,
        participant=participant.user_id,
        fact=fact,
        at=at,
        teller=teller,
        registration_id=registration_id,
        matched_by=matched_by,
        guest=participant.email or participant.name,
        name=participant.name,
        registrant=participant.registrant_id,
        email=participant.email,
        customer_key=participant.customer_key,
        by_phone=bool(participant.phone_number),
    )
