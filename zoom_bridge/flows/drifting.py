"""What somebody changed at Zoom: notice it, and carry out what the organiser decides. Noticing happens where the webinar
is read anyway (`syncing.py`) and again and again (`looking.py`); nothing is overwritten on the way."""

import json
from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain import drift
from zoom_bridge.domain.drift import Drift
from zoom_bridge.domain.event import Event, EventDraft, Recording
from zoom_bridge.domain.look import LookKind
from zoom_bridge.domain.refusals import NotFound
from zoom_bridge.domain.wall_time import wall_of
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.flows import hosting
from zoom_bridge.store import drifts, events, looks, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom import discrepancies
from zoom_bridge.zoom.payloads import Webinar, WebinarRequest


def notice(
    connection: Connection,
    twin: TwinWebinar,
    request: WebinarRequest,
    told: Webinar,
    now: datetime,
    *,
    just_told: bool = False,
    left: Collection[str] = (),
) -> frozenset[str]:
    """Write down what differs from what we ask for; returns the aspects that stay as Zoom has them.

    just_told   Zoom was told everything a moment ago: what differs now, it did not take
    left        but for these aspects; where the organiser decided meanwhile, they are ours again, and Zoom is to be
                told once more"""
    known = drifts.list_for_event(connection, twin.event_id)
    decided = set(left) - known.keys()
    agreed = None if just_told else _agreed(twin)
    compared = discrepancies.compare(request, told)
    found = drift.drifting(twin.event_id, compared, agreed, known, now, decided)
    chosen = {aspect: one for aspect, one in known.items() if aspect not in drift.NOTICES}
    drifts.replace_all(connection, twin.event_id, chosen, found)
    mark = discrepancies.passcode_mark(told)
    if agreed and mark not in agreed.get(drift.PASSCODE, (mark,)):
        _passcode_changed(connection, twin, mark, now)
    if decided & set(discrepancies.differing(compared)):
        webinars.make_due(connection, twin.event_id, now)
    return frozenset(found)


def agreed(request: WebinarRequest, told: Webinar) -> str:
    """What Zoom has now, to be kept: what it has otherwise later was changed there."""
    has = {aspect: [zooms] for aspect, (_, zooms) in discrepancies.compare(request, told).items()}
    return _kept(has | {drift.PASSCODE: [discrepancies.passcode_mark(told)]})


def about_to_ask(connection: Connection, twin: TwinWebinar, request: WebinarRequest, told: Webinar) -> None:
    """Zoom may have this from now on, by our own doing, even if its answer gets lost."""
    current = webinars.find(connection, twin.id)
    known = _agreed(current) if current else None
    if known is None:
        return
    asked = {aspect: ours for aspect, (ours, _) in discrepancies.compare(request, told).items()}
    values = {aspect: known.get(aspect, []) for aspect in known.keys() | asked.keys()}
    may_have = {
        aspect: [*has, asked[aspect]] if aspect in asked and asked[aspect] not in has else has
        for aspect, has in values.items()
    }
    if may_have != known:
        webinars.note(connection, twin.id, agreed=_kept(may_have))


def tell(connection: Connection, event_id: int, aspect: str, now: datetime) -> None:
    """Something that leaves nothing to choose."""
    if aspect not in drifts.list_for_event(connection, event_id):
        drifts.put(
            connection,
            Drift(event_id=event_id, aspect=aspect, ours="", zooms="", found_at=now, accepted_at=None),
        )


def put_back(db: Database, event_id: int, aspect: str, now: datetime) -> None:
    """Ours is right: Zoom is told once more, unless it has something else again by then."""
    with db.transaction() as connection:
        twin = webinars.hold(connection, event_id)
        found = drifts.list_for_event(connection, event_id).get(aspect)
        if found is None or twin is None or aspect in drift.NOTICES:
            return
        drifts.drop(connection, event_id, aspect)
        _agree(connection, twin, aspect, found.zooms)
        webinars.make_due(connection, event_id, now)


def take(db: Database, event_id: int, aspect: str, zooms: str, now: datetime) -> bool:
    """Zoom's is right: it becomes the event's own, or, where our form does not know it, stays as it is there.

    zooms   what the organiser saw; False when Zoom has something else again by now, or the event was changed
    Refused, as every change of an event is, when somebody else was faster (`ChangedMeanwhile`)."""
    with db.reading() as connection:
        event = events.find(connection, event_id)
        found = drifts.list_for_event(connection, event_id).get(aspect)
    if event is None:
        raise NotFound
    if found is None or found.zooms != zooms:
        return False
    draft = with_zooms(event, found)
    if draft is None and takes_effect(aspect):
        return False
    if draft:
        hosting.change_event(db, event_id, draft, now, event.revision)
    with db.transaction() as connection:
        if draft or aspect == drift.PASSCODE:
            drifts.drop(connection, event_id, aspect)
            return True
        return drifts.accept(connection, event_id, aspect, zooms, now)


def takes_effect(aspect: str) -> bool:
    """Whether taking Zoom's changes our event."""
    return aspect in _OF_THE_FORM


def with_zooms(event: Event, found: Drift) -> EventDraft | None:
    """The event as it is when Zoom's value is taken; None when ours cannot be so."""
    draft = EventDraft(**{field.name: getattr(event, field.name) for field in fields(EventDraft)})
    zooms = found.zooms
    match found.aspect:
        case "topic":
            titled = (
                replace(draft, title_de=zooms) if event.languages[0] == "de" else replace(draft, title_en=zooms)
            )
            return titled if zooms else None
        case "start_time":
            starts_at = datetime.fromisoformat(zooms)
            return _moved(draft, starts_at, starts_at + (event.ends_at - event.starts_at))
        case "duration":
            minutes = int(zooms)
            return (
                _moved(draft, event.starts_at, event.starts_at + timedelta(minutes=minutes)) if minutes else None
            )
        case "auto_recording":
            return replace(draft, recording=zooms) if zooms in set(Recording) else None
        case "practice_session":
            return replace(draft, practice_session=zooms == "true")
        case "question_and_answer":
            return replace(draft, participation=zooms == "true")
        case "alternative_hosts":
            return replace(draft, alternative_hosts=zooms.replace(",", "\n"))
        case "approval_type":
            return replace(draft, open_door=zooms == "0") if zooms in ("0", "1") else None
    return None


#: Aspects that our own form knows.
_OF_THE_FORM = frozenset(
    {
        "topic",
        "start_time",
        "duration",
        "auto_recording",
        "practice_session",
        "question_and_answer",
        "alternative_hosts",
        "approval_type",
    }
)


def _moved(draft: EventDraft, starts_at: datetime, ends_at: datetime) -> EventDraft:
    """Registration closes with the end at the latest."""
    closes_at = min(draft.closes_at, ends_at) if draft.closes_at else None
    return replace(
        draft,
        starts_at=starts_at,
        ends_at=ends_at,
        starts_wall=wall_of(starts_at, draft.timezone),
        ends_wall=wall_of(ends_at, draft.timezone),
        closes_at=closes_at,
    )


def _agreed(twin: TwinWebinar) -> dict[str, list[str]] | None:
    """Aspect → what Zoom may have by agreement with us."""
    return dict(json.loads(twin.agreed)) if twin.agreed else None


def _kept(may_have: Mapping[str, list[str]]) -> str:
    return json.dumps(may_have, ensure_ascii=False)


def _agree(connection: Connection, twin: TwinWebinar, aspect: str, zooms: str) -> None:
    """That Zoom has this is known."""
    webinars.note(connection, twin.id, agreed=_kept((_agreed(twin) or {}) | {aspect: [zooms]}))


def _passcode_changed(connection: Connection, twin: TwinWebinar, mark: str, now: datetime) -> None:
    """Everybody's join link is another one: they are read again. Told once for each change."""
    looks.make_due(connection, twin.event_id, LookKind.REGISTRANTS, now)
    _agree(connection, twin, drift.PASSCODE, mark)
    drifts.put(
        connection,
        Drift(event_id=twin.event_id, aspect=drift.PASSCODE, ours="", zooms=mark, found_at=now, accepted_at=None),
    )
