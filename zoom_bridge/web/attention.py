"""What waits for a person, in sentences that lead to where it can be done: the upper half of the organisers' first
page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for

from zoom_bridge.domain.event import Event
from zoom_bridge.domain.host import Host
from zoom_bridge.domain.webinar import WebinarStanding
from zoom_bridge.flows.restoring import HELD
from zoom_bridge.i18n import Speech
from zoom_bridge.store.agendas import AgendaLine
from zoom_bridge.store.runs import Run
from zoom_bridge.web import account_choice
from zoom_bridge.web.backstage import HOUSE_ZONE, may
from zoom_bridge.web.in_words import JOBS, failure_in_words, webinar_in_words

#: A draft that begins this soon may have been forgotten.
SOON = timedelta(days=7)

_NEEDS_A_LOOK = {WebinarStanding.LATE, WebinarStanding.STUCK, WebinarStanding.GONE}


@dataclass(frozen=True)
class Attention:
    """`href` is where one can act; empty when the reader may not. `about` is the event's title, where there is one."""

    sentence: str
    href: str
    about: str = ""


def of_the_house(runs: Iterable[Run], settings: str, speech: Speech) -> list[Attention]:
    """Jobs that need somebody: a wrong password, a wrong secret, letters to decide about."""
    return [_held(run, speech) if run.job == HELD else _broken(run, settings, speech) for run in runs if run.alarm]


def _broken(run: Run, settings: str, speech: Speech) -> Attention:
    since = speech.say(
        "“%(job)s” has not worked since %(moment)s.",
        job=speech.say(JOBS.get(run.job, run.job)),
        moment=speech.moment(run.failed_since or run.finished_at, HOUSE_ZONE),
    )
    return Attention(f"{since} {failure_in_words(run.last_error, speech)}", settings)


def _held(run: Run, speech: Speech) -> Attention:
    where = url_for("organiser.held_desk.show") if may("organiser.held_desk.show") else ""
    return Attention(failure_in_words(run.last_error, speech), where)


def of_an_event(line: AgendaLine, accounts: Mapping[str, Host], now: datetime, speech: Speech) -> list[Attention]:
    """Past and cancelled events rest."""
    event = line.event
    if event.ends_at <= now or event.cancelled_at:
        return []
    title = event.wording(speech.language).title
    host = accounts.get(event.zoom_host.lower())
    return [Attention(sentence, href, title) for sentence, href in _of_an_event(line, event, host, now, speech)]


def of_silence(silent: Iterable[tuple[Event, str]], speech: Speech) -> list[Attention]:
    """Events that run without a word from Zoom, each with what is wrong."""
    return [
        Attention(
            f"{words}.",
            url_for("organiser.event_desk.show", event_id=event.id, _anchor="trouble"),
            event.wording(speech.language).title,
        )
        for event, words in silent
    ]


def of_the_rooms(doubtful: Iterable[tuple[Event, int]], speech: Speech) -> list[Attention]:
    """Events that are over, each with the number of people in its room of whom it is not certain who they were."""
    return [
        Attention(
            speech.say_n(
                "It is not certain who %(n)s person in the room was.",
                "It is not certain who %(n)s people in the room were.",
                n,
            ),
            url_for("organiser.review_desk.show", event_id=event.id),
            event.wording(speech.language).title,
        )
        for event, n in doubtful
    ]


def _of_an_event(
    line: AgendaLine, event: Event, host: Host | None, now: datetime, speech: Speech
) -> Iterator[tuple[str, str]]:
    numbers = line.numbers
    overview = url_for("organiser.event", event_id=event.id)
    people = "organiser.people.show"
    if not event.public and now > event.starts_at - SOON:
        yield speech.say("It begins soon, and it is still a draft."), overview
    if event.shifted_from:
        yield speech.say("The rules of its time zone have changed."), f"{overview}#shifted"
    if line.webinar and line.webinar.standing(event.revision, cancelled=False) in _NEEDS_A_LOOK:
        yield f"{webinar_in_words(event, line.webinar, speech).words}.", f"{overview}#sync"
    elif n := line.drifts:
        yield (
            speech.say_n(
                "%(n)s thing was changed at Zoom and waits for your decision.",
                "%(n)s things were changed at Zoom and wait for your decision.",
                n,
            ),
            f"{overview}#drift",
        )
    if sentence := account_choice.too_small(event, numbers.registered, host, speech):
        yield sentence, f"{overview}#numbers"
    if n := numbers.waits_for_approval:
        yield (
            speech.say_n(
                "%(n)s registration waits for your approval.", "%(n)s registrations wait for your approval.", n
            ),
            url_for(people, event_id=event.id, standing="waits_for_approval"),
        )
    if n := numbers.stuck:
        yield (
            speech.say_n("Zoom does not take %(n)s registration.", "Zoom does not take %(n)s registrations.", n),
            url_for(people, event_id=event.id, zoom="stuck"),
        )
    if n := line.unreached:
        yield (
            speech.say_n(
                "Our last e‑mail to %(n)s person came back.", "Our last e‑mails to %(n)s people came back.", n
            ),
            url_for(people, event_id=event.id, letters="returned"),
        )
    if n := line.given_up:
        yield (
            speech.say_n("%(n)s e-mail could not be sent.", "%(n)s e-mails could not be sent.", n),
            url_for("organiser.outbox_desk.show", event_id=event.id, _anchor="stuck")
            if may("organiser.outbox_desk.show")
            else "",
        )
