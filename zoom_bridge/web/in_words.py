"""What organisers read instead of states: how far Zoom knows, what a letter is called, why it was not sent, and what
went wrong. What the public reads of an event's state is in `banner.py`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import Match
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.message import Kind, Skip
from zoom_bridge.domain.panel_seat import PanelSeat
from zoom_bridge.domain.registration import Registration, Standing, ZoomStanding
from zoom_bridge.domain.webinar import TwinWebinar, WebinarStanding
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import N_

# Between the sentence that can be translated and Zoom's own words.
_SAYS = " Zoom says: "
_LONGEST_ERROR = 300

#: What the post office and our own work say, without the mail server's words behind. Zoom's are in zoom/answers.py.
MISHAPS = (
    N_("The mail server does not let us in"),
    N_("The mail server refuses a secure connection"),
    N_("The mail server refuses our user name or password"),
    N_("The mail server refuses our sender address"),
    N_("The mail server refuses the recipient"),
    N_("The mail server refuses the recipient for now"),
    N_("The mail server refuses one recipient after another"),
    N_("The recipient's mail server takes nothing at present. This e-mail waits until it does."),
    N_("The mail server refuses the letter"),
    N_("The mail server refuses the letter for now"),
    N_("The mail server asks for a pause"),
    N_("The letter is too big for the mail server"),
    N_(
        "The clock of this machine has leapt by more than an hour. E-mails and reminders wait until another clock agrees with it, at most for ten minutes."
    ),
    N_(
        "The clock of this machine is wrong. E-mails and reminders wait until it is right again. Zoom says that now it is"
    ),
    N_(
        "A backup was put back. E-mails whose time came before that may have left already: they are held until an owner decides."
    ),
    N_("The mail server cannot be reached"),
    N_("The mail server cannot be reached."),
    N_("The mail server did not answer in time."),
    N_("The mail server's certificate is not valid"),
    N_("No secure connection to the mail server came about"),
    N_("The mail server does not offer STARTTLS, and without it no letter is sent."),
    N_("Signing in to the mail server is not possible this way."),
    N_("The mail server did not answer in time before we had signed in."),
    N_("The mail server broke off the connection before we had signed in."),
    N_("The mail server did not answer in time before the whole letter was there."),
    N_("The mail server broke off the connection before the whole letter was there."),
    N_("The mail server did not answer in time after the letter: it may have arrived."),
    N_("The mail server broke off the connection after the letter: it may have arrived."),
    N_("The mail server cannot write to addresses with letters other than a to z before the @."),
    N_("The e-mail address cannot be used."),
    N_("The extra “imap” is not installed."),
    N_("The mailbox does not let us in"),
    N_("The mailbox has no such folder"),
    N_("The mailbox's certificate is not valid"),
    N_("The mailbox cannot be reached"),
    N_("The mailbox cannot be read"),
    N_("The part of the e-mail address after the @ is not a domain."),
    N_("The letter's header is not as it should be, so it was not sent."),
    N_("The letter's template cannot be filled in"),
    N_("The event has not moved, so there is nothing to tell."),
    N_("The event is not cancelled, so there is nothing to tell."),
    N_("The event is no longer there."),
    N_("Zoom takes only licensed users of its account as alternative hosts; at least one of these is none"),
    N_("Zoom does not take the polls. Are they switched on in the host's settings there?"),
    N_("Zoom did not answer for everybody in the call."),
    N_("Somebody to be let in is no longer on Zoom's list; we add them anew."),
    N_("The webinar is not set up at Zoom yet."),
    N_("The webinar is gone at Zoom."),
    N_("Zoom refused a call for several people. Each is tried alone."),
    N_("Zoom took them, but does not show them on its panel yet."),
    N_("Zoom did not say whether the webinar was made. We look once more before we make another."),
    N_("The webinar cannot take place at Zoom as things are. This e-mail waits until that is repaired."),
    N_("Something went wrong here. We try again."),
    N_(
        "Papers as PDF are not installed on this server. Whoever runs it adds them with: pip install zoom-bridge[pdf]"
    ),
)

#: What a role is called, and what it may.
ROLES = {
    Role.OWNER: (N_("Owner"), N_("Everything, settings and team included.")),
    Role.EDITOR: (
        N_("Editor"),
        N_("Create, publish, change and cancel events, with their e-mails; and all that reception may."),
    ),
    Role.RECEPTION: (
        N_("Reception"),
        N_("Find people, register callers, send links again; the day of the event and the attendance."),
    ),
}

LETTERS = {
    Kind.PLEASE_CONFIRM: N_("Please confirm"),
    Kind.CONFIRMATION: N_("Confirmation"),
    Kind.DAY_BEFORE: N_("Reminder, days before"),
    Kind.JOIN_LINK: N_("Join link, hours or minutes before"),
    Kind.MOVED: N_("The event has moved"),
    Kind.CANCELLED: N_("The event is cancelled"),
    Kind.GOODBYE: N_("Cancellation of a registration"),
    Kind.WAITING: N_("On the waiting list"),
    Kind.MOVED_UP: N_("Moved up from the waiting list"),
    Kind.FOLLOW_UP_ATTENDED: N_("Afterwards: to those who were there"),
    Kind.FOLLOW_UP_LEFT_EARLY: N_("Afterwards: to those who were there for part of the time"),
    Kind.FOLLOW_UP_ABSENT: N_("Afterwards: to those who were not there"),
    Kind.FOLLOW_UP_PHONE: N_("Afterwards: to those who came in by telephone"),
    Kind.CERTIFICATE: N_("Afterwards: certificate of attendance"),
    Kind.CIRCULAR: N_("Message from the organisers"),
    Kind.PANEL_INVITATION: N_("Speakers: invitation with their own link"),
    Kind.PANEL_REMINDER: N_("Speakers: reminder"),
    Kind.PANEL_MOVED: N_("Speakers: the event has moved"),
    Kind.PANEL_CANCELLED: N_("Speakers: the event is cancelled"),
    Kind.PANEL_GOODBYE: N_("Speakers: no longer on the panel"),
}

SKIPS: dict[str, str] = {
    Skip.EXPIRED: N_("their time had passed"),
    Skip.SUPERSEDED: N_("a newer e-mail replaced them"),
    Skip.REGISTRATION_CANCELLED: N_("the person had cancelled"),
    Skip.EVENT_CANCELLED: N_("the event was cancelled"),
    Skip.COVERED: N_("the confirmation said it all"),
    Skip.UNSUBSCRIBED: N_("the person wants no further e‑mails"),
    Skip.FORGOTTEN: N_("the person's data had been erased"),
    Skip.RESTORED: N_("they may have left before a backup was put back"),
    Skip.OFF_THE_PANEL: N_("the person was no longer on the panel"),
    Skip.STOPPED: N_("somebody of the team stopped the message"),
}

DROPS: dict[str, str] = {
    "past": N_("Not sent: its time had passed already when it was planned."),
    "moved": N_("Not sent: the event was moved."),
    "cancelled": N_("Not sent: the event was cancelled."),
    "not_published": N_("Not sent: the event was not published then."),
    "expired": N_("Not sent: it would have come too late to be of use."),
    "newer": N_("Not sent: the next reminder was already due."),
    "switched_off": N_("Not sent: it was switched off."),
    "nobody_seen": N_("Not sent: Zoom reported nobody who was there, so we cannot say who was missing."),
}

JOBS = {
    "sync_webinars": N_("Bring events to Zoom"),
    "sync_registrants": N_("Bring registrations to Zoom"),
    "sync_panelists": N_("Bring speakers to Zoom"),
    "queue_reminders": N_("Prepare reminders"),
    "send_mail": N_("Send e-mails"),
    "apply_webhooks": N_("Apply what Zoom reports"),
    "reconcile_attendance": N_("Fetch Zoom's attendance reports"),
    "gather_takeaways": N_("Fetch questions, polls and recordings"),
    "compare_registrants": N_("Compare Zoom's list of people with ours"),
    "look_at_webinars": N_("Look for changes made at Zoom"),
    "look_at_hosts": N_("Look at the licences of Zoom accounts"),
    "read_bounces": N_("Read which e‑mails came back"),
    "forget": N_("Erase data whose time is up"),
    "apply_time_zones": N_("Look for new rules of time zones"),
    "watch_clock": N_("The clock of this machine"),
    "restored": N_("Put a backup back"),
}

#: By what somebody was recognised, and how sure that is.
MATCHES = {
    Match.DECISION: (N_("by a decision of your team"), N_("decided")),
    Match.REGISTRANT_ID: (N_("by the personal join link"), N_("certain")),
    Match.CUSTOMER_KEY: (N_("by the personal join link"), N_("certain")),
    Match.EMAIL: (N_("by the e-mail address"), N_("very likely")),
    Match.NAME: (N_("by the name, which nobody else bears"), N_("likely")),
    Match.HOST: (N_("by the host's address"), N_("certain")),
    Match.PANELIST: (N_("by the panelist's address"), N_("certain")),
    Match.STAFF: (N_("as one of your team"), N_("certain")),
}
#: What those do who are in the room without being attendees.
CREW = {Match.HOST: N_("host"), Match.PANELIST: N_("panelist"), Match.STAFF: N_("team")}

STANDINGS = {
    Standing.REGISTERED: ("good", "over", N_("registered")),
    Standing.UNCONFIRMED: ("", "waits", N_("unconfirmed")),
    Standing.WAITS_FOR_APPROVAL: ("care", "check", N_("waits for your approval")),
    Standing.WAITING_LIST: ("", "waits", N_("on the waiting list")),
    Standing.CANCELLED: ("bad", "cancelled", N_("cancelled")),
}

ZOOM_STANDINGS = {
    ZoomStanding.IN_LINE: ("good", "over", N_("arrived at Zoom")),
    ZoomStanding.WAITS: ("care", "waits", N_("waits")),
    ZoomStanding.STUCK: ("bad", "check", N_("please check")),
    ZoomStanding.NOT_WANTED: ("", "", N_("not yet")),
    ZoomStanding.REMOVED: ("", "", N_("signed off at Zoom")),
    ZoomStanding.BY_PHONE: ("", "", N_("comes by telephone")),
}


@dataclass(frozen=True)
class Said:
    """A state in words: tone and mark as in `pieces.html`, a word or two, and sentences."""

    tone: str
    mark: str
    words: str
    sentences: tuple[str, ...] = ()


def failure_in_words(message: str | None, speech: Speech) -> str:
    """What went wrong, in the reader's language as far as we said it ourselves; Zoom's and the mail server's own
    words stand behind as they are."""
    if not message:
        return speech.say("The reason is not known.")
    sentence, says, words = message.partition(_SAYS)
    if says:
        zoom_says = speech.say("Zoom says: “%(words)s”", words=words.strip())
        said = f"{speech.say(sentence)} {zoom_says}"
    else:
        sentence, colon, words = (message, "", "") if message in MISHAPS else message.partition(": ")
        said = speech.say(sentence) + colon + words
    return said if len(said) <= _LONGEST_ERROR else f"{said[:_LONGEST_ERROR]}…"


def standing_in_words(registration: Registration, speech: Speech) -> Said:
    tone, mark, words = STANDINGS[registration.standing]
    return Said(tone, mark, speech.say(words))


def zoom_standing_in_words(registration: Registration | PanelSeat, zone: str, speech: Speech) -> Said:
    tone, mark, words = ZOOM_STANDINGS[registration.zoom_standing]
    sentences = []
    if registration.zoom_standing in {ZoomStanding.WAITS, ZoomStanding.STUCK} and registration.last_error:
        sentences.append(failure_in_words(registration.last_error, speech))
    if registration.zoom_standing is ZoomStanding.WAITS and registration.due_at and registration.attempts:
        sentences.append(next_attempt(registration.due_at, zone, speech))
    if registration.zoom_standing is ZoomStanding.IN_LINE and registration.last_error:
        tone, mark, words = "", "", N_("comes in otherwise")
        sentences.append(failure_in_words(registration.last_error, speech))
    return Said(tone, mark, speech.say(words), tuple(sentences))


def next_attempt(due_at: datetime, zone: str, speech: Speech) -> str:
    return speech.say("Next attempt on %(moment)s.", moment=speech.moment(due_at, zone))


def webinar_in_words(event: Event, webinar: TwinWebinar | None, speech: Speech) -> Said:
    """Does Zoom know the event as it is now, and if not, what happens next?"""
    if webinar is None:
        return Said("", "waits", speech.say("No webinar"), (speech.say("Zoom knows nothing of this event."),))
    return _WEBINARS[webinar.standing(event.revision, event.cancelled_at is not None)](event, webinar, speech)


def _in_line(event: Event, webinar: TwinWebinar, speech: Speech) -> Said:
    since = speech.moment(webinar.synced_at, event.timezone) if webinar.synced_at else ""
    sentence = speech.say("Zoom has known the event as it is now since %(moment)s.", moment=since)
    if webinar.last_error:
        words = speech.say("Zoom is up to date, but without the polls")
        return Said("care", "check", words, (sentence, failure_in_words(webinar.last_error, speech)))
    return Said("good", "over", speech.say("Zoom is up to date"), (sentence,))


def _waits(event: Event, webinar: TwinWebinar, speech: Speech) -> Said:  # noqa: ARG001 (all sayings are called alike)
    words, sentence = (
        (
            speech.say("The change is on its way to Zoom"),
            speech.say("This takes a few seconds. You need not wait."),
        )
        if webinar.zoom_id
        else (
            speech.say("The webinar is being set up"),
            speech.say("This takes a few seconds. You need not wait."),
        )
    )
    return Said("care", "waits", words, (sentence,))


def _late(event: Event, webinar: TwinWebinar, speech: Speech) -> Said:
    words = (
        speech.say("The change has not arrived at Zoom yet")
        if webinar.zoom_id
        else speech.say("There is no webinar at Zoom yet")
    )
    sentences = [failure_in_words(webinar.last_error, speech)]
    if webinar.due_at:
        sentences.append(next_attempt(webinar.due_at, event.timezone, speech))
    sentences.append(speech.say("You need not do anything."))
    if event.public:
        sentences.append(speech.say("People can register meanwhile; their places are kept here."))
    return Said("care", "waits", words, tuple(sentences))


def _stuck(event: Event, webinar: TwinWebinar, speech: Speech) -> Said:
    sentences = [
        failure_in_words(webinar.last_error, speech),
        speech.say("Please check the host's Zoom account and the event's date, then press “Sync now”."),
    ]
    if event.public:
        sentences.append(speech.say("People can register meanwhile; their places are kept here."))
    return Said("bad", "check", speech.say("Zoom refuses this event"), tuple(sentences))


def _gone(event: Event, webinar: TwinWebinar, speech: Speech) -> Said:
    since = speech.moment(webinar.gone_at, event.timezone) if webinar.gone_at else ""
    return Said(
        "bad",
        "check",
        speech.say("The webinar was deleted at Zoom"),
        (
            speech.say("Noticed on %(moment)s. Nobody can join as things are.", moment=since),
            speech.say(
                "Create it anew: all join links that people already have will then lead to the new webinar."
            ),
        ),
    )


def _removed(event: Event, webinar: TwinWebinar, speech: Speech) -> Said:  # noqa: ARG001
    return Said("", "over", speech.say("Removed"), (speech.say("The webinar no longer exists at Zoom."),))


_WEBINARS: dict[WebinarStanding, Callable[[Event, TwinWebinar, Speech], Said]] = {
    WebinarStanding.IN_LINE: _in_line,
    WebinarStanding.WAITS: _waits,
    WebinarStanding.LATE: _late,
    WebinarStanding.STUCK: _stuck,
    WebinarStanding.GONE: _gone,
    WebinarStanding.REMOVED: _removed,
}
