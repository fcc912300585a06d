"""Bring an event's polls in line at its webinar: made, changed, removed.

`webinars.poll_ids` remembers what Zoom was told of each, so that nobody is asked while nothing has changed. Before a
poll is made, that is written down; when the answer got lost, Zoom's list is read before it is made again."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.failures import Failure
from zoom_bridge.domain.poll import Poll, PollKind
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.store import claims, tables, webinars
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.answers import WebinarGone
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.polls import WebinarPoll

#: Zoom's own code for it.
SWITCHED_OFF = 4400
REFUSED = "Zoom does not take the polls. Are they switched on in the host's settings there?"


class Told(NamedTuple):
    """What Zoom knows of one of our polls: `words` is the digest of all of it. `zoom_id` is empty while an answer is
    missing."""

    zoom_id: str
    question: str
    words: str


@dataclass(frozen=True)
class _Round:
    """What one run of the flow works with."""

    db: Database
    zoom: ZoomClient
    twin: TwinWebinar
    zoom_id: str
    claim: str
    clock: Callable[[], datetime]


def sync_polls(
    db: Database,
    zoom: ZoomClient,
    twin: TwinWebinar,
    zoom_id: str,
    event: Event,
    claim: str,
    clock: Callable[[], datetime],
) -> str | None:
    """Returns what an organiser should know, if Zoom takes no polls: the webinar is in line all the same, and nobody
    tries again until it is synced anew."""
    told = told_of(twin.poll_ids)
    wanted = {poll.key: poll for poll in event.polls}
    if all(one.zoom_id for one in told.values()) and {key: one.words for key, one in told.items()} == {
        key: _digest(poll) for key, poll in wanted.items()
    }:
        return None
    try:
        _sync(_Round(db, zoom, twin, zoom_id, claim, clock), wanted, told)
    except Failure as failure:
        if isinstance(failure, WebinarGone) or not failure.permanent or failure.systemic:
            raise
        return REFUSED if failure.code == SWITCHED_OFF else failure.message
    return None


def told_of(poll_ids: str) -> dict[str, Told]:
    """Our keys, and what Zoom was told of each."""
    return {key: Told(*told) for key, told in json.loads(poll_ids or "{}").items()}


def _sync(now: _Round, wanted: Mapping[str, Poll], told: Mapping[str, Told]) -> None:
    """Zoom's answer to a poll that it does not have is the one to a webinar that it does not have: only its list
    tells, so that is read first."""
    there = {poll.id: poll for poll in now.zoom.list_polls(now.zoom_id)} if told else {}
    known = {key: one for key, one in told.items() if one.zoom_id in there}
    for key, one in told.items():
        if not one.zoom_id and (found := _find_lost(there, known, one)):
            known[key] = one._replace(zoom_id=found)
    for key in [key for key in known if key not in wanted]:
        now.zoom.delete_poll(now.zoom_id, known.pop(key).zoom_id)
        _remember(now, known)
    for key, poll in wanted.items():
        asked = Told("", poll.question, _digest(poll))
        if key not in known:
            known[key] = _create(now, known, key, poll, asked)
        elif known[key].words != asked.words:
            now.zoom.update_poll(now.zoom_id, known[key].zoom_id, _at_zoom(poll))
            known[key] = asked._replace(zoom_id=known[key].zoom_id)
        _remember(now, known)
    _remember(now, known)


def _create(now: _Round, known: Mapping[str, Told], key: str, poll: Poll, asked: Told) -> Told:
    if not _remember(now, {**known, key: asked}):
        raise Failure("Something went wrong here. We try again.")  # somebody else has the webinar by now
    try:
        return asked._replace(zoom_id=now.zoom.create_poll(now.zoom_id, _at_zoom(poll)).id)
    except Failure as failure:
        if not failure.outcome_unknown:
            _remember(now, known)
        raise


def _find_lost(there: Mapping[str, WebinarPoll], known: Mapping[str, Told], asked: Told) -> str | None:
    """The poll that Zoom made although its answer got lost."""
    taken = {one.zoom_id for one in known.values()}
    asks = (id_ for id_, one in there.items() if id_ not in taken and one.asks(asked.question))
    return next(asks, None)


def _remember(now: _Round, told: Mapping[str, Told]) -> bool:
    """While the webinar is ours."""
    with now.db.transaction() as connection:
        if not claims.renew(connection, tables.webinars, now.claim, [now.twin.id], now.clock()):
            return False
        webinars.note(connection, now.twin.id, poll_ids=json.dumps(told) if told else "")
        return True


def _digest(poll: Poll) -> str:
    words = json.dumps(_at_zoom(poll).to_wire(), sort_keys=True)
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _at_zoom(poll: Poll) -> WebinarPoll:
    return WebinarPoll(
        question=poll.question,
        choices=poll.choices,
        several=poll.kind is PollKind.SEVERAL,
        anonymous=poll.anonymous,
    )
