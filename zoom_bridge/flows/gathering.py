"""Fetch what a webinar leaves behind: the questions and how they were answered, the results of polls and of the survey,
the recording.
"There is none" is an answer as good as any; who asked without a name stays without one."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.event import Event, Recording
from zoom_bridge.domain.poll import Poll
from zoom_bridge.domain.takeaway import (
    AskedQuestion,
    CloudRecording,
    Counted,
    PollResult,
    RecordedFile,
    Takeaway,
    TakeawayKind,
    keep,
)
from zoom_bridge.store import claims, events, takeaways, twin_tables
from zoom_bridge.store.database import Database
from zoom_bridge.zoom.client import ZoomClient
from zoom_bridge.zoom.proceedings import Recorded, Voted

#: Zoom's reports come some minutes after the end, and grow for a while: they are looked at until they say the same as
#: the time before.
REPORTS_AFTER, REPORTS_AGAIN = timedelta(minutes=5), timedelta(hours=1)
REPORTS_BY = timedelta(hours=24)
#: Zoom tells when a recording is ready. In case that got lost, it is asked, first after an hour and then rarely.
RECORDING_AFTER, RECORDING_AGAIN = timedelta(hours=1), timedelta(hours=6)
RECORDING_BY = timedelta(hours=48)
#: The survey is answered when people go, and for days from Zoom's mail.
SURVEY_AFTER = timedelta(hours=1)
SURVEY_AGAIN = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
#: What people wrote in their own words is told from what they chose by these: no choice is longer, and no list of
#: choices.
LONGEST_CHOICE, MOST_CHOICES = 100, 20

_Found = Sequence[AskedQuestion | PollResult | CloudRecording]


def owe(connection: Connection, event: Event, sitting: str, ended_at: datetime) -> None:
    """A sitting that was not practice is over."""
    for kind in (TakeawayKind.QUESTIONS, TakeawayKind.POLLS):
        takeaways.owe(connection, event.id, sitting, kind, ended_at + REPORTS_AFTER)
    takeaways.owe(connection, event.id, sitting, TakeawayKind.SURVEY, ended_at + SURVEY_AFTER)
    if event.recording == Recording.CLOUD:
        takeaways.owe(connection, event.id, sitting, TakeawayKind.RECORDING, ended_at + RECORDING_AFTER)


def recording_ready(connection: Connection, event: Event, sitting: str, now: datetime) -> None:
    """Zoom says so. It may say so of recordings that the host began by hand, and again of further files."""
    takeaways.owe(connection, event.id, sitting, TakeawayKind.RECORDING, now)
    takeaways.make_due(connection, sitting, TakeawayKind.RECORDING, now)


def gather(db: Database, zoom: ZoomClient, takeaway_id: int, claim: str, clock: Callable[[], datetime]) -> None:
    with db.reading() as connection:
        takeaway = takeaways.find(connection, takeaway_id)
        event = events.find(connection, takeaway.event_id) if takeaway else None
        ended_at = takeaways.ended_at(connection, takeaway.sitting) if takeaway else None
    if takeaway is None or event is None:
        return
    if clock() >= event.forget_at:
        # Of an evening whose people are forgotten, nothing is fetched any more.
        with db.transaction() as connection:
            claims.finish(connection, twin_tables.takeaways, takeaway.id, claim)
        return
    found = _fetch(zoom, takeaway, event)
    now = clock()
    with db.transaction() as connection:
        # What was there once stays, should Zoom have nothing of it any more.
        learned = {"data": keep(found)} if found else {}
        again = _again(takeaway, keep(found), ended_at, now)
        claims.finish(
            connection, twin_tables.takeaways, takeaway.id, claim, fetched_at=now, due_at=again, **learned
        )


def _again(takeaway: Takeaway, found: str, ended_at: datetime | None, now: datetime) -> datetime | None:
    """When to look once more. Without a known end (nobody but the recording's news told of it) one look is enough."""
    if ended_at is None:
        return None
    if takeaway.kind is TakeawayKind.RECORDING:
        return now + RECORDING_AGAIN if not found and now + RECORDING_AGAIN <= ended_at + RECORDING_BY else None
    if takeaway.kind is TakeawayKind.SURVEY:
        return next((ended_at + after for after in SURVEY_AGAIN if now < ended_at + after), None)
    if now < ended_at + REPORTS_AGAIN:
        return ended_at + REPORTS_AGAIN
    settled = takeaway.fetched_at and found in ("", takeaway.data)
    return now + REPORTS_AGAIN if not settled and now + REPORTS_AGAIN <= ended_at + REPORTS_BY else None


def _fetch(zoom: ZoomClient, takeaway: Takeaway, event: Event) -> _Found:
    match takeaway.kind:
        case TakeawayKind.QUESTIONS:
            return [
                AskedQuestion(question=one.question, name=one.name, answers=one.answers, spoken=one.spoken)
                for one in zoom.report_questions(takeaway.sitting)
            ]
        case TakeawayKind.POLLS:
            return _counted(zoom.report_votes(takeaway.sitting), event.polls)
        case TakeawayKind.SURVEY:
            return _answered(zoom.report_survey(takeaway.sitting))
        case TakeawayKind.RECORDING:
            recorded = zoom.find_recording(takeaway.sitting)
            return [_recording(recorded)] if recorded else []


def _recording(recorded: Recorded) -> CloudRecording:
    files = (RecordedFile(kind=one.kind, size=one.size, play_url=one.play_url) for one in recorded.files)
    return CloudRecording(link=recorded.link, passcode=recorded.passcode, files=tuple(files))


def _counted(votes: Iterable[Voted], polls: Sequence[Poll]) -> list[PollResult]:
    """Zoom tells each person's answer; we keep how often each was given and nobody's. The choices of our own polls
    stand in their order, those nobody chose as well; others by how often they were chosen."""
    by_question: dict[tuple[str, str], list[str]] = {}
    for vote in votes:
        by_question.setdefault((vote.poll_id, vote.question), []).append(vote.answer)
    results = []
    for (_, question), given in by_question.items():
        offered = next((poll.choices for poll in polls if poll.question == question), ())
        counts = Counter(choice for answer in given for choice in _choices(answer, offered))
        order = [*offered, *(choice for choice, _ in counts.most_common() if choice not in offered)]
        choices = tuple(Counted(choice=choice, count=counts[choice]) for choice in order)
        results.append(PollResult(question=question, people=len(given), choices=choices))
    return results


def _answered(votes: Iterable[Voted]) -> list[PollResult]:
    """Here as well nobody's answers are kept together, and nobody's name. Zoom does not tell which questions offered
    choices: where everybody's answers are short and some were given more than once, they are counted."""
    by_question: dict[tuple[str, str], list[str]] = {}
    for vote in votes:
        by_question.setdefault((vote.poll_id, vote.question), []).append(vote.answer)
    return [_own_words_or_choices(question, given) for (_, question), given in by_question.items()]


def _own_words_or_choices(question: str, given: list[str]) -> PollResult:
    counts = Counter(choice for answer in given for choice in _choices(answer, ()))
    scale = all(choice.isascii() and choice.isdigit() for choice in counts)
    short = len(counts) <= MOST_CHOICES and max(map(len, counts), default=0) <= LONGEST_CHOICE
    if short and (scale or counts.total() > len(counts)):
        order = sorted(counts, key=int) if scale else [choice for choice, _ in counts.most_common()]
        choices = tuple(Counted(choice=choice, count=counts[choice]) for choice in order)
        return PollResult(question=question, people=len(given), choices=choices)
    return PollResult(
        question=question, people=len(given), choices=(), said=tuple(sorted(given, key=str.casefold))
    )


def _choices(answer: str, offered: Sequence[str]) -> list[str]:
    """One answer may name several choices; a choice may have a semicolon of its own."""
    if answer in offered:
        return [answer]
    return [choice for choice in (part.strip() for part in answer.split(";")) if choice]
