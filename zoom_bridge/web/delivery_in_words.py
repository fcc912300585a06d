"""What organisers read of Zoom's deliveries: what each told, what became of it, why some were turned away, and what it
means when none come."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from zoom_bridge.domain.delivery import DeliveryStanding, Silence, WebhookDelivery, silence
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.webinar import TwinWebinar
from zoom_bridge.i18n import Speech
from zoom_bridge.store import contacts
from zoom_bridge.web.fields import N_
from zoom_bridge.web.in_words import failure_in_words
from zoom_bridge.web.next_step import Phase, phase

NAMES = {
    "webinar.participant_joined": N_("Somebody came into the room"),
    "webinar.participant_left": N_("Somebody left the room"),
    "webinar.participant_bind": N_("A telephone call belongs to somebody in the room"),
    "webinar.started": N_("The webinar started"),
    "webinar.ended": N_("The webinar ended"),
    "webinar.created": N_("The webinar was made at Zoom"),
    "webinar.updated": N_("The webinar was changed at Zoom"),
    "webinar.deleted": N_("The webinar was deleted at Zoom"),
    "webinar.recovered": N_("The webinar was restored at Zoom"),
    "webinar.converted_to_meeting": N_("The webinar was made a meeting at Zoom"),
    "webinar.registration_created": N_("Somebody registered at Zoom"),
    "webinar.registration_approved": N_("A registration was approved at Zoom"),
    "webinar.registration_cancelled": N_("A registration was cancelled at Zoom"),
    "webinar.registration_denied": N_("A registration was denied at Zoom"),
    "recording.completed": N_("A recording is ready"),
    "zoom_bridge.doctor": N_("The doctor rang at our own door"),
}
#: Mark, tone and words.
STANDINGS = {
    DeliveryStanding.APPLIED: ("over", "good", N_("applied")),
    DeliveryStanding.WAITS: ("waits", "care", N_("waits")),
    DeliveryStanding.IGNORED: ("closed", "", N_("passed over")),
    DeliveryStanding.FAILED: ("check", "bad", N_("failed")),
}
#: What flows/receiving.py and flows/attending.py say that they did.
OUTCOMES = {
    "registrant_id": N_("Recognised by Zoom's number of the registration."),
    "customer_key": N_("Recognised by the key of the join link."),
    "email": N_("Recognised by the address."),
    "name": N_("Recognised by the name."),
    "decision": N_("As somebody of your team decided."),
    "host": N_("The host."),
    "panelist": N_("Somebody on the panel."),
    "staff": N_("Somebody of your team."),
    "guest": N_("Nobody whom we know; see the attendance page."),
    "bound": N_("Noted with the person in the room."),
    "started": N_("Noted."),
    "ended": N_("Noted; Zoom's report is fetched."),
    "practice": N_("It was the practice session, which does not count."),
    "recording ready": N_("The recording is fetched."),
    "registered at Zoom": N_("Has a place here, too."),
    "registration known": N_("We knew of the registration."),
    "cancelled at Zoom": N_("Cancelled here, too."),
    "webinar deleted at Zoom": N_("The event's page says so."),
    "webinar converted to a meeting at Zoom": N_("The event's page says so."),
    "looked at": N_("We asked Zoom what is different."),
    "nothing to do": N_("There was nothing to do."),
    "older than what we know": N_("It was older than what we knew."),
    "not an attendee": N_("Somebody on the panel or the host, not an attendee."),
    "unknown webinar": N_("About no webinar of ours; nothing of it was kept."),
    "malformed": N_("It made no sense; nothing of it was kept."),
    "without a sitting": N_("It does not say which run of the webinar it is about."),
    "without a participant": N_("It does not say who it was."),
    "without a registrant": N_("It does not say who it was."),
    "somebody unknown": N_("About a registration that we do not know."),
}
#: Why deliveries were turned away, and what can be done.
REASONS = {
    "mismatch": (
        N_("signed with another secret"),
        N_(
            "If these are Zoom's, the secret token of the app at Zoom is not the one in the configuration file (zoom.webhook_secret). A single one may be a test of “zoom-bridge doctor”."
        ),
    ),
    "missing": (
        N_("not signed"),
        N_("They are not Zoom's, unless zoom.webhook_secret is missing in the configuration file."),
    ),
    "malformed timestamp": (N_("with a time that is none"), N_("They are not Zoom's. There is nothing to do.")),
    "too old": (
        N_("signed more than two hours ago"),
        N_("Please have the clock of this machine checked. If it is right, somebody sends old reports once more."),
    ),
    "from the future": (
        N_("signed in the future"),
        N_("Please have the clock of this machine checked: it is behind."),
    ),
    "malformed": (
        N_("signed by Zoom, but none of its reports"),
        N_("Zoom may have changed something. Please tell whoever looks after this service."),
    ),
    "too large": (N_("larger than a megabyte"), N_("They are not Zoom's. There is nothing to do.")),
}
_SILENCES = {
    Silence.REFUSED: (
        N_("Zoom's reports are turned away"),
        N_(
            "Something knocks at the address for Zoom's reports and is not signed as it should be. Most often the secret token of the app at Zoom is another one than in the configuration file, or a clock is wrong."
        ),
    ),
    Silence.STALLED: (
        N_("Zoom's reports arrive and are not applied"),
        N_("Probably the jobs do not run. Please have “zoom-bridge work” started beside the pages."),
    ),
    Silence.NOTHING: (
        N_("Zoom has reported nothing of this event yet"),
        N_(
            "Either nobody has started the webinar, or it runs and Zoom's reports do not reach us. Look into Zoom: if it runs, check the address for reports under “Event subscriptions” of the app at Zoom."
        ),
    ),
    Silence.NOBODY: (
        N_("People opened their join links, and Zoom reports nobody"),
        N_(
            "Either they do not find in, or Zoom's reports do not reach us. Look into Zoom: if they are in the room, check the address for reports under “Event subscriptions” of the app at Zoom."
        ),
    ),
}


def unheard(
    connection: Connection, event: Event, webinar: TwinWebinar | None, now: datetime, speech: Speech
) -> tuple[str, str] | None:
    """While an event runs, or is about to: what is wrong with what Zoom tells of it, and what to do. None when nothing
    is, or when other words on the page say more, because there is no webinar."""
    if webinar is None or not webinar.zoom_id or webinar.gone_at:
        return None
    if phase(event, now) not in {Phase.DAY, Phase.RUNNING}:
        return None
    found = silence(event.starts_at, contacts.ears(connection, event, now), now)
    if found is None:
        return None
    heading, sentence = _SILENCES[found]
    return speech.say(heading), speech.say(sentence)


def outcome_in_words(delivery: WebhookDelivery, speech: Speech) -> str:
    """Why it stands where it stands."""
    if delivery.standing is DeliveryStanding.FAILED:
        return failure_in_words(delivery.last_error, speech)
    if delivery.standing is DeliveryStanding.WAITS:
        known = OUTCOMES.get(delivery.last_error or "")
        return speech.say(known) if known else ""
    return speech.say(OUTCOMES[delivery.outcome]) if delivery.outcome in OUTCOMES else (delivery.outcome or "")


def took(time: timedelta, speech: Speech) -> str:
    """ "0.4 seconds", "3 minutes"."""
    seconds = time.total_seconds()
    if seconds < 90:
        return speech.say("%(n)s s", n=speech.number(round(seconds, 1)))
    if seconds < 90 * 60:
        return speech.say("%(n)s min", n=speech.number(round(seconds / 60)))
    return speech.say("%(n)s h", n=speech.number(round(seconds / 3600)))
