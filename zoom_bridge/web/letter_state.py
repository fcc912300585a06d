"""What became of a letter, in words. "Handed over to the mail server" is the most we ever know."""

from zoom_bridge.domain.message import Message
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import N_
from zoom_bridge.web.in_words import Said, failure_in_words, next_attempt

#: Why a single letter was not sent; of many at once, in_words.SKIPS speaks.
_SKIPPED = {
    "expired": N_("Not sent: its time had passed."),
    "superseded": N_("Not sent: a newer e‑mail replaced it."),
    "registration_cancelled": N_("Not sent: the registration was cancelled."),
    "event_cancelled": N_("Not sent: the event was cancelled."),
    "off_the_panel": N_("Not sent: the person was no longer on the panel."),
    "covered_by_confirmation": N_("Not sent: the confirmation said it all."),
}


def letter_in_words(letter: Message, zone: str, speech: Speech) -> Said:
    if letter.sent_at:
        moment = speech.moment(letter.sent_at, zone)
        return Said("good", "over", speech.say("Handed over to the mail server on %(moment)s.", moment=moment))
    if letter.gave_up_at:
        reason = failure_in_words(letter.last_error, speech)
        return Said("bad", "check", speech.say("Could not be sent."), (reason,))
    if letter.skipped_at:
        words = _SKIPPED.get(letter.skip_reason or "", N_("Not sent: it was no longer needed."))
        return Said("", "", speech.say(words))
    if letter.last_error and letter.due_at:
        reason = failure_in_words(letter.last_error, speech)
        return Said("care", "waits", speech.say("Waits."), (reason, next_attempt(letter.due_at, zone, speech)))
    return Said("", "waits", speech.say("Leaves in a moment."))
