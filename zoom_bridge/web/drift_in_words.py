"""What organisers read of changes made at Zoom: what is different, what Zoom has and what we have, and what may follow from
either. The buttons are in `drift_desk.py`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from zoom_bridge.domain import drift
from zoom_bridge.domain.drift import Drift
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import drifting
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import N_

_NAMES = {
    "topic": N_("title"),
    "agenda": N_("description"),
    "start_time": N_("start"),
    "duration": N_("length"),
    "approval_type": N_("who approves registrations"),
    "registrants_email_notification": N_("Zoom's own e-mails to registrants"),
    "registrants_confirmation_email": N_("Zoom's own confirmation e-mails"),
    "attendees_and_panelists_reminder_email_notification": N_("Zoom's own reminders"),
    "follow_up_attendees_email_notification": N_("Zoom's own e-mails after the event"),
    "follow_up_absentees_email_notification": N_("Zoom's own e-mails to those who did not come"),
    "panelists_invitation_email_notification": N_("Zoom's own invitations to speakers"),
    "practice_session": N_("practice session"),
    "auto_recording": N_("recording"),
    "alternative_hosts": N_("alternative hosts"),
    "email_language": N_("the language of Zoom's e-mails"),
    "contact_name": N_("the contact's name"),
    "contact_email": N_("the contact's e-mail address"),
    "allow_submit_questions": N_("asking questions"),
    "allow_anonymous_questions": N_("asking without a name"),
    "answer_questions": N_("who sees which questions"),
    "question_and_answer": N_("questions and answers"),
    "audio": N_("telephone and computer audio"),
    "show_share_button": N_("buttons to share the event"),
    "allow_multiple_devices": N_("joining with several devices"),
}
_VALUES = {
    ("approval_type", "0"): N_("everybody is let in at once"),
    ("approval_type", "1"): N_("somebody has to approve"),
    ("approval_type", "2"): N_("nobody can register"),
    ("auto_recording", "none"): N_("off"),
    ("auto_recording", "cloud"): N_("in Zoom's cloud"),
    ("auto_recording", "local"): N_("on the host's computer"),
    ("audio", "both"): N_("both"),
    ("audio", "telephony"): N_("telephone only"),
    ("audio", "voip"): N_("computer only"),
    ("audio", "thirdParty"): N_("through another provider"),
    ("answer_questions", "only"): N_("only answered ones"),
    ("answer_questions", "all"): N_("all"),
}
_SWITCHED = {"true": N_("on"), "false": N_("off")}

_MAILS = frozenset(name for name in _NAMES if name.endswith(("_notification", "_confirmation_email")))
_MAIL_ADVICE = N_("People then get e-mails from Zoom beside yours, with links of Zoom's own.")
_DOOR_ADVICE = N_(
    "Without registration Zoom lets in whoever has the address, and takes nobody of those who register here."
)
_ASKS = ("start_time", "duration")

_NOTICES = {
    drift.PASSCODE: N_(
        "The passcode of the webinar was changed at Zoom. All join links are read again by themselves; people who come by "
        "telephone have to be told the new one, it stands at the desk of the day."
    ),
    drift.LICENCE: N_(
        "The Zoom account of the host may hold no webinars any more, so nobody could join. Reminders and join links wait. "
        "Please have the licence given back, then press “Sync now”; or choose another account in the event's form."
    ),
    drift.CONVERTED: N_(
        "The webinar was converted into a meeting at Zoom. Nobody who registered here can join it."
    ),
    drift.DOUBLED: N_(
        "Zoom has made this webinar twice, and somebody is registered in the second one, which we do not use. Please look "
        "who it is in Zoom, let them know of this page, and delete the second webinar there."
    ),
}


@dataclass(frozen=True)
class Difference:
    """A drift in words.

    zooms     Zoom's value, to be sent along: only what was seen can be taken
    advice    what follows from it, where that is not plain
    takeable  Zoom's value can become ours
    asks      taking it writes to people, so a page asks first
    notice    there is nothing to choose"""

    aspect: str
    name: str
    zooms: str
    sentence: str
    advice: str
    takeable: bool
    asks: bool
    notice: bool
    taken: bool


def differences(event: Event, found: Iterable[Drift], now: datetime, speech: Speech) -> list[Difference]:
    """Of a webinar that there is. What waits for a decision comes first."""
    said = [_in_words(event, one, now, speech) for one in found if one.aspect != drift.CONVERTED]
    return sorted(said, key=lambda one: one.taken)


def converted(found: Iterable[Drift]) -> bool:
    return any(one.aspect == drift.CONVERTED for one in found)


def name_of(aspect: str, speech: Speech) -> str:
    name = speech.say(_NAMES[aspect]) if aspect in _NAMES else aspect
    return name[:1].upper() + name[1:]


def value_of(aspect: str, value: str, event: Event, speech: Speech) -> str:
    if (aspect, value) in _VALUES:
        return speech.say(_VALUES[aspect, value])
    if value in _SWITCHED:
        return speech.say(_SWITCHED[value])
    if aspect == "start_time":
        return speech.moment(datetime.fromisoformat(value), event.timezone)
    if aspect == "duration":
        return speech.say_n("%(n)s minute", "%(n)s minutes", int(value))
    if not value:
        return speech.say("nothing")
    return value.replace(",", ", ") if aspect == "alternative_hosts" else speech.say("“%(words)s”", words=value)


def _in_words(event: Event, one: Drift, now: datetime, speech: Speech) -> Difference:
    notice = one.aspect in drift.NOTICES
    if notice:
        sentence = speech.say(_NOTICES[one.aspect])
    else:
        sentence = speech.say(
            "%(what)s: at Zoom %(zooms)s, here %(ours)s.",
            what=name_of(one.aspect, speech),
            zooms=value_of(one.aspect, one.zooms, event, speech),
            ours=value_of(one.aspect, one.ours, event, speech),
        )
    return Difference(
        one.aspect,
        name_of(one.aspect, speech),
        one.zooms,
        sentence,
        _advice(one, now, speech),
        not notice and one.open and takeable(event, one, now),
        one.aspect in _ASKS,
        notice,
        not one.open,
    )


def takeable(event: Event, one: Drift, now: datetime) -> bool:
    """Whether our event can be as it is at Zoom: not with a start that has passed."""
    if not drifting.takes_effect(one.aspect):
        return True
    draft = drifting.with_zooms(event, one)
    return draft is not None and (draft.starts_at == event.starts_at or draft.starts_at > now)


def _advice(one: Drift, now: datetime, speech: Speech) -> str:
    if one.aspect == "approval_type" and one.zooms == "2":
        return speech.say(_DOOR_ADVICE)
    if one.aspect in _MAILS and one.zooms == "true":
        return speech.say(_MAIL_ADVICE)
    if one.aspect == "start_time" and datetime.fromisoformat(one.zooms) <= now:
        return speech.say("This time has passed, so it can only be put back.")
    return ""
