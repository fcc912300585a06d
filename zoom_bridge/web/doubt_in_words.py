"""What is doubtful about somebody in the room, as a question, and what speaks for an answer and against it."""

from markupsafe import Markup, escape

from zoom_bridge.domain.doubt import Doubt, DoubtKind
from zoom_bridge.domain.likeness import words_of
from zoom_bridge.domain.suggestion import Evidence, Reason, Suggestion
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import N_

_REASONS = {
    Evidence.SAME_NAME: N_("the same name"),
    Evidence.SIMILAR_NAME: N_("a last name spelt almost the same"),
    Evidence.LAST_NAME: N_("the same last name"),
    Evidence.FIRST_NAME: N_("the same first name"),
    Evidence.ONLY_FIRST_NAME: N_("nobody else who is registered has this first name"),
    Evidence.INITIAL: N_("the abbreviation fits"),
    Evidence.ADDRESS_BEGINS_ALIKE: N_("the addresses begin alike"),
    Evidence.NAME_IN_ADDRESS: N_("the last name is part of the address"),
    Evidence.LEFT_BEFORE: N_("had left the room just before"),
    Evidence.BY_PHONE: N_("registered by telephone"),
    Evidence.THERE_MEANWHILE: N_("was in the room under their own name meanwhile"),
    Evidence.NO_PLACE: N_("has no place"),
}


def question(doubt: Doubt, speech: Speech) -> str:
    """The heading over one doubt."""
    name = shown_name(doubt, speech)
    best = doubt.suggestions[0].person.name if doubt.suggestions else ""
    if doubt.kind is DoubtKind.SHARED:
        return speech.say("Are “%(name)s” and “%(other)s” the same person?", name=name, other=doubt.beside)
    if doubt.kind is DoubtKind.PHONE and best:
        return speech.say("Does the call “%(name)s” belong to %(person)s?", name=name, person=best)
    if doubt.kind is DoubtKind.PHONE:
        return speech.say("Whose is the call “%(name)s”?", name=name)
    if best:
        return speech.say("Is “%(name)s” %(person)s?", name=name, person=best)
    return speech.say("Who is “%(name)s”?", name=name)


def shown_name(doubt: Doubt, speech: Speech) -> str:
    return doubt.name or doubt.address or speech.say("without a name")


def sentences(suggestion: Suggestion, speech: Speech) -> str:
    """What speaks for somebody, and what against."""
    speaks_for = [_in_words(reason, speech) for reason in suggestion.reasons if not reason.against]
    against = [_in_words(reason, speech) for reason in suggestion.reasons if reason.against]
    said = [speech.say("What speaks for it: %(reasons)s.", reasons=", ".join(speaks_for))]
    if against:
        said.append(speech.say("What speaks against it: %(reasons)s.", reasons=", ".join(against)))
    return " ".join(said)


def agreeing(name: str, other: str) -> Markup:
    """A name, with those of its words underlined that the other one has as well."""
    shared = words_of(other)
    marked = (
        Markup("<mark>{}</mark>").format(word) if words_of(word) & shared else escape(word)
        for word in name.split()
    )
    return Markup(" ").join(marked)


def clicked_just_before(suggestion: Suggestion) -> bool:
    return any(reason.evidence is Evidence.CLICKED for reason in suggestion.reasons)


def _in_words(reason: Reason, speech: Speech) -> str:
    n = reason.number
    if reason.evidence is Evidence.CLICKED:
        if not n:
            return speech.say("opened the join link in the same minute")
        return speech.say_n(
            "opened the join link %(n)s minute before", "opened the join link %(n)s minutes before", n
        )
    if reason.evidence is Evidence.NAMESAKES:
        return speech.say_n("%(n)s registration bears this name", "%(n)s registrations bear this name", n)
    return speech.say(_REASONS[reason.evidence])
