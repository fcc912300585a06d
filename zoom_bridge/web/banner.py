"""What the line at the top of an event's page says: every state of an event in words, with its mark."""

from dataclasses import dataclass
from datetime import datetime

from zoom_bridge.domain.event import Event, State
from zoom_bridge.domain.refusals import Refusal
from zoom_bridge.domain.registration import check_registering
from zoom_bridge.i18n import Speech


@dataclass(frozen=True)
class Banner:
    """tone: "good", "care", "bad", "live" or "". mark: its shape, see pieces.html."""

    tone: str
    mark: str
    title: str
    sentence: str


def may_register(event: Event, seats_taken: int, now: datetime) -> bool:
    try:
        check_registering(event, seats_taken, now)
    except Refusal:
        return False
    return True


def banner(event: Event, seats_taken: int, now: datetime, speech: Speech) -> Banner:
    match event.state(now, seats_taken):
        case State.DRAFT:
            return Banner(
                "care",
                "closed",
                speech.say("Draft"),
                speech.say("Only organisers who are signed in see this page."),
            )
        case State.CANCELLED:
            return Banner(
                "bad",
                "cancelled",
                speech.say("Cancelled"),
                speech.say("This event will not take place. Everybody who was registered gets an e‑mail."),
            )
        case State.OVER:
            return Banner("", "over", speech.say("Over"), speech.say("Thank you to everybody who was there."))
        case State.RUNNING:
            return _running(event, may_register(event, seats_taken, now), event.full(seats_taken), speech)
        case State.OPENS_LATER:
            return Banner("", "waits", speech.say("Registration opens later"), _opens(event, speech))
        case State.CLOSED:
            return Banner(
                "",
                "closed",
                speech.say("Registration closed"),
                speech.say("Whoever is registered gets in as planned."),
            )
        case State.FULL:
            sentence = (
                speech.say(
                    "All places are taken. On the waiting list you move up automatically when one becomes free."
                )
                if event.waiting_list
                else speech.say("All places are taken. If one becomes free, you can register here again.")
            )
            return Banner("", "full", speech.say("Fully booked"), sentence)
        case State.FEW_SEATS:
            left = (event.capacity or 0) - seats_taken
            words = speech.say_n("Only %(n)s place left", "Only %(n)s places left", left)
            return Banner("care", "few", words, _until(event, speech))
        case State.OPEN:
            return Banner("good", "open", speech.say("Registration open"), _until(event, speech))


def _running(event: Event, open_: bool, full: bool, speech: Speech) -> Banner:
    title = speech.say("Running since %(time)s", time=speech.time(event.starts_at, event.timezone))
    if not open_:
        sentence = speech.say("Whoever is registered can still come in through the personal link.")
    elif full:
        sentence = speech.say(
            "All places are taken. On the waiting list you move up automatically when one becomes free."
        )
    else:
        sentence = speech.say("You can still register and join.")
    return Banner("live", "running", title, sentence)


def _opens(event: Event, speech: Speech) -> str:
    assert event.opens_at
    return speech.say(
        "You can register from %(date)s, %(time)s.",
        date=speech.date(event.opens_at, event.timezone),
        time=speech.time(event.opens_at, event.timezone),
    )


def _until(event: Event, speech: Speech) -> str:
    if event.closes_at is None or event.closes_at >= event.ends_at:
        return speech.say("You can register until the event begins, and even while it runs.")
    return speech.say(
        "You can register until %(date)s, %(time)s.",
        date=speech.date(event.closes_at, event.timezone),
        time=speech.time(event.closes_at, event.timezone),
    )
