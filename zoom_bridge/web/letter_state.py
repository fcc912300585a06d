"""What became of a letter, in words. "Handed over to the mail server" is the most we ever know, unless it comes back."""

from dataclasses import replace

from zoom_bridge.domain.bounce import Reason
from zoom_bridge.domain.bounce import reason as reason_of
from zoom_bridge.domain.correspondence import Entry
from zoom_bridge.domain.message import Kind, Message
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import N_
from zoom_bridge.web.in_words import DROPS, Said, failure_in_words, next_attempt
from zoom_bridge.web.letter_names import reminder_name

#: Why a single letter was not sent; of many at once, in_words.SKIPS speaks.
_SKIPPED = {
    "expired": N_("Not sent: its time had passed."),
    "superseded": N_("Not sent: a newer e‑mail replaced it."),
    "registration_cancelled": N_("Not sent: the registration was cancelled."),
    "event_cancelled": N_("Not sent: the event was cancelled."),
    "unsubscribed": N_("Not sent: the person wants no further e‑mails."),
    "stopped": N_("Not sent: somebody of the team stopped the message."),
    "off_the_panel": N_("Not sent: the person was no longer on the panel."),
    "covered_by_confirmation": N_("Not sent: the confirmation said it all."),
    "restored": N_("Not sent: it may have left before a backup was put back."),
}

_ANEW = N_(
    "Please ask for an address that is right, add the person anew with it, and take this registration off the list."
)
#: Why a letter came back, and what helps.
_RETURNED = {
    Reason.NO_SUCH_ADDRESS: (N_("The address does not exist."), _ANEW),
    Reason.NO_SUCH_DOMAIN: (N_("What stands behind the @ does not exist, or takes no e‑mails."), _ANEW),
    Reason.SWITCHED_OFF: (N_("The mailbox is switched off."), _ANEW),
    Reason.FULL: (N_("The mailbox is full."), N_("Please tell the person, then write again.")),
    Reason.TOO_BIG: (N_("The e‑mail is too big for that mailbox."), ""),
    Reason.UNREACHABLE: (
        N_("The mail server of this address could not be reached."),
        N_("Is the address spelt rightly? If so, please write again later."),
    ),
    Reason.NOT_WANTED: (
        N_("The mail server of this address does not want e‑mails from us."),
        N_("Whoever looks after this service finds out more with “zoom-bridge doctor”."),
    ),
    Reason.UNKNOWN: (N_("The mail server of this address did not take it."), ""),
}


def letter_in_words(letter: Message, zone: str, speech: Speech) -> Said:
    said = _returned(letter, zone, speech) if letter.bounce_status else _sent(letter, zone, speech)
    if not letter.doubtful or not letter.sent_at:
        return said
    doubt = speech.say_n(
        "%(n)s attempt ended without an answer of the mail server, so it may have arrived twice.",
        "%(n)s attempts ended without an answer of the mail server, so it may have arrived several times.",
        letter.doubtful,
    )
    return replace(said, sentences=(*said.sentences, doubt))


def _returned(letter: Message, zone: str, speech: Speech) -> Said:
    status = letter.bounce_status or ""
    why, advice = _RETURNED[reason_of(status)]
    says = speech.say(
        "The mail server there says: “%(words)s” (%(status)s)", words=letter.bounce or "", status=status
    )
    if letter.bounced_at is None:
        late = speech.say("It has not arrived yet; the mail server keeps trying.")
        return replace(_sent(letter, zone, speech), tone="care", mark="waits", sentences=(late, says))
    came_back = speech.say(
        "Came back as undeliverable on %(moment)s.", moment=speech.moment(letter.bounced_at, zone)
    )
    told = (speech.say(why), speech.say(advice) if advice else "", says)
    return Said("bad", "check", came_back, tuple(filter(None, told)))


def _sent(letter: Message, zone: str, speech: Speech) -> Said:
    if letter.sent_at:
        moment = speech.moment(letter.sent_at, zone)
        return Said("good", "over", speech.say("Handed over to the mail server on %(moment)s.", moment=moment))
    if letter.gave_up_at:
        reason = failure_in_words(letter.last_error, speech)
        return Said("bad", "check", speech.say("Could not be sent."), (reason,))
    if letter.held_at:
        return Said("care", "waits", speech.say("Held, because a backup was put back; an owner decides."))
    if letter.skipped_at:
        words = _SKIPPED.get(letter.skip_reason or "", N_("Not sent: it was no longer needed."))
        return Said("", "", speech.say(words))
    if letter.last_error and letter.due_at:
        reason = failure_in_words(letter.last_error, speech)
        return Said("care", "waits", speech.say("Waits."), (reason, next_attempt(letter.due_at, zone, speech)))
    return Said("", "waits", speech.say("Leaves in a moment."))


def entry_in_words(entry: Entry, zone: str, speech: Speech) -> tuple[str, Said, dict[str, str]]:
    """One line of what goes to a person: (what it is called, where it stands, what leads to a look at it)."""
    if entry.kind is None:
        return speech.say("One of the e‑mails after the event"), _unwritten(entry, zone, speech), {}
    shown = {"kind": str(entry.kind)} | ({"rule": entry.rule} if entry.rule else {})
    said = letter_in_words(entry.letter, zone, speech) if entry.letter else _unwritten(entry, zone, speech)
    return reminder_name(entry.kind, entry.rule, speech), said, {} if entry.kind is Kind.CIRCULAR else shown


def _unwritten(entry: Entry, zone: str, speech: Speech) -> Said:
    if entry.missed:
        return Said("", "", speech.say(_SKIPPED.get(entry.missed) or DROPS.get(entry.missed, DROPS["expired"])))
    if entry.kind is Kind.MOVED_UP:
        return Said("", "waits", speech.say("Leaves at once when a place becomes free and it is their turn."))
    if entry.at is None:
        if entry.kind is Kind.CONFIRMATION:
            return Said("", "waits", speech.say("Leaves at once when the registration is confirmed."))
        return Said("", "waits", speech.say("Leaves as soon as Zoom has reported who was there."))
    return Said("", "waits", speech.say("Planned for %(moment)s.", moment=speech.moment(entry.at, zone)))
