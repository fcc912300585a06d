"""Circulars in words: whom they are for, how far they are, and how long it takes until all have left."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from zoom_bridge.domain.circular import Circular, Group
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.forecast import Basis, Forecast
from zoom_bridge.domain.letter_text import Placeholder, filled
from zoom_bridge.i18n import Speech
from zoom_bridge.i18n import speech as speech_of
from zoom_bridge.store.circulars import Progress
from zoom_bridge.web.fields import N_
from zoom_bridge.web.in_words import SKIPS, Said, failure_in_words
from zoom_bridge.web.mail_plan import Step

GROUPS = {
    Group.REGISTERED: N_("Everybody registered"),
    Group.WAITING: N_("Who is on the waiting list"),
    Group.NOT_CLICKED: N_("Who has not pressed the button to join yet"),
    Group.ATTENDED: N_("Who was there for at least two thirds of the time"),
    Group.LEFT_EARLY: N_("Who was there for part of the time"),
    Group.ABSENT: N_("Who was not there"),
    Group.PHONE: N_("Who came in by telephone"),
}

_BASES = {
    Basis.LIMIT: N_("The mail server takes %(number)s e-mails an hour from us."),
    Basis.MEASURED: N_("Measured on the e-mails that left last."),
    Basis.GUESSED: N_("Estimated: too few e-mails have left so far to measure it."),
}


def subject_in_words(circular: Circular, event: Event, speech: Speech) -> str:
    """Filled in, in the reader's language if it is written in it."""
    own = circular.words(speech.language)
    speak, zone = speech_of(own.language), event.timezone
    values = {
        Placeholder.NAME: "",
        Placeholder.TITLE: event.wording(own.language).title,
        Placeholder.DATE: speak.date(event.starts_at, zone),
        Placeholder.BEGINS: speak.time(event.starts_at, zone),
        Placeholder.ENDS: speak.time(event.ends_at, zone),
        Placeholder.HOST: event.hosted_by,
        Placeholder.HELP_PHONE: event.help_phone,
    }
    return filled(own.subject, own.language, values)


def with_circulars(
    steps: Sequence[Step],
    circulars: Iterable[Circular],
    progress: Mapping[int, Progress],
    event: Event,
    speech: Speech,
) -> list[Step]:
    """The plan's steps with a step for each circular that was sent, where its time is."""
    now = next(index for index, step in enumerate(steps) if step.look == "now")
    past = [step for step in steps[:now] if step.at]
    for circular in circulars:
        if circular.sent_at:
            found, zone = progress.get(circular.id, Progress()), event.timezone
            date, time = speech.date(circular.sent_at, zone), speech.time(circular.sent_at, zone)
            title = f"{date}, {time}: {subject_in_words(circular, event, speech)}"
            sentences = (f"{speech.say(GROUPS[Group(circular.group)])}.", *counts_in_words(found, speech))
            look = "stopped" if circular.stopped_at or found.gave_up else "done" if found.sent else ""
            past.append(Step(look, title, sentences, circular.sent_at, line=found, circular_id=circular.id))
    undated = [step for step in steps[:now] if not step.at]
    return [*undated, *sorted(past, key=lambda step: str(step.at)), *steps[now:]]


def state_in_words(circular: Circular, progress: Progress, zone: str, speech: Speech) -> Said:
    if circular.sent_at is None:
        return Said("", "waits", speech.say("Draft, not sent"))
    if circular.stopped_at:
        moment = speech.moment(circular.stopped_at, zone)
        return Said("care", "closed", speech.say("Stopped on %(moment)s", moment=moment))
    if progress.waiting or progress.held:
        return Said("", "waits", speech.say("Leaving"))
    if progress.gave_up:
        return Said("bad", "check", speech.say("Left, but not to everybody"))
    return Said("good", "over", speech.say("Left"))


def counts_in_words(progress: Progress, speech: Speech) -> list[str]:
    """Handed over, not delivered: what becomes of a letter behind the mail server nobody tells us."""
    said = []
    if progress.sent or not progress.all:
        said.append(
            speech.say_n(
                "%(n)s handed over to the mail server.", "%(n)s handed over to the mail server.", progress.sent
            )
        )
    if progress.waiting:
        said.append(speech.say_n("%(n)s is waiting.", "%(n)s are waiting.", progress.waiting))
        if progress.last_error:
            said.append(failure_in_words(progress.last_error, speech))
    if progress.held:
        said.append(
            speech.say_n(
                "%(n)s is held since a backup was restored.",
                "%(n)s are held since a backup was restored.",
                progress.held,
            )
        )
    if progress.skipped:
        reasons = [
            f"{speech.number(n)} × {speech.say(SKIPS.get(reason, reason))}" for reason, n in progress.reasons
        ]
        not_sent = speech.say_n("%(n)s not sent", "%(n)s not sent", progress.skipped)
        said.append(f"{not_sent}: {', '.join(reasons)}.")
    if progress.gave_up:
        said.append(speech.say_n("%(n)s could not be sent.", "%(n)s could not be sent.", progress.gave_up))
    return said


def forecast_in_words(
    found: Forecast, most_per_hour: int, useful_until: datetime, now: datetime, zone: str, speech: Speech
) -> tuple[str, ...]:
    """How long, what that rests on, and what it means when the time does not suffice."""
    minutes = round(found.takes / timedelta(minutes=1))
    if minutes <= 120:
        lasts = speech.say_n("about %(n)s minute", "about %(n)s minutes", minutes)
    else:
        lasts = speech.say_n("about %(n)s hour", "about %(n)s hours", round(minutes / 60))
    sentences = [
        speech.say(
            "It takes %(lasts)s until all have left, that is until %(moment)s.",
            lasts=lasts,
            moment=speech.moment(now + found.takes, zone),
        ),
        speech.say(_BASES[found.basis], number=speech.number(most_per_hour)),
    ]
    if now + found.takes > useful_until:
        sentences.append(
            speech.say(
                "That is too long: after %(moment)s no further ones leave.",
                moment=speech.moment(useful_until, zone),
            )
        )
    return tuple(sentences)
