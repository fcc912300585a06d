"""A circular: a message that an organiser writes to a chosen group of an event's people."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from zoom_bridge.domain.event import LANGUAGES, Event
from zoom_bridge.domain.letter_text import LetterText
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.registration import Registration
from zoom_bridge.domain.turnout import Turnout


class Group(StrEnum):
    """Whom a circular can be for. Who has not confirmed is in no group: they may not know of us at all.

    NOT_CLICKED  has a seat, and did not press the join button yet
    """

    REGISTERED = "registered"
    WAITING = "waiting"
    NOT_CLICKED = "not_clicked"
    ATTENDED = "attended"
    LEFT_EARLY = "left_early"
    ABSENT = "absent"
    PHONE = "phone"


#: The groups that there are once an event is over.
BY_TURNOUT = {
    Group.ATTENDED: Turnout.ATTENDED,
    Group.LEFT_EARLY: Turnout.LEFT_EARLY,
    Group.ABSENT: Turnout.ABSENT,
    Group.PHONE: Turnout.PHONE,
}


def groups_of(event: Event, now: datetime) -> tuple[Group, ...]:
    """The groups that it makes sense to write to now."""
    groups = [Group.REGISTERED]
    if event.capacity is not None and now < event.ends_at:
        groups.append(Group.WAITING)
    if event.cancelled_at:
        return tuple(groups)
    if event.doors_open_at <= now < event.ends_at:
        groups.append(Group.NOT_CLICKED)
    if now >= event.ends_at:
        groups += BY_TURNOUT
    return tuple(groups)


@dataclass(frozen=True, kw_only=True)
class Circular:
    """Subject and body in the event's languages; the body is plain text in paragraphs, with placeholders.

    group       who gets it; a name of `Group`
    written_by  the organiser, as long as they are on the team
    sent_at     when it became letters; None while it is a draft
    stopped_at  when an organiser stopped what had not left yet
    """

    id: int
    event_id: int
    group: str
    subject_de: str
    body_de: str
    subject_en: str
    body_en: str
    written_by: int | None
    written_at: datetime
    sent_at: datetime | None = None
    stopped_at: datetime | None = None

    @property
    def languages(self) -> tuple[str, ...]:
        """In which it is written. At least one, because an event has at least one."""
        return tuple(language for language in LANGUAGES if getattr(self, f"subject_{language}"))

    def language_for(self, language: str) -> str:
        """That one, or the one it is written in."""
        return language if language in self.languages else self.languages[0]

    def words(self, language: str) -> LetterText:
        """As a letter's own words, for a reader of that language."""
        language = self.language_for(language)
        subject, opening = (getattr(self, f"{part}_{language}") for part in ("subject", "body"))
        return LetterText(self.event_id, Kind.CIRCULAR, language, subject, opening, self.written_at)


def may_be_written_to(person: Registration) -> bool:
    """Has an address, and has not said that they want no such e-mails."""
    return not person.by_phone_only and person.unsubscribed_at is None


def still_concerns(circular: Circular, person: Registration) -> bool:
    """What is written to those who wait is wrong for who moved up before it left, and the other way round."""
    if circular.group == Group.WAITING:
        return not person.active
    return not person.waiting
