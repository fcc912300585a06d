"""An event: what an organiser offers. Its webinar is only its twin at Zoom."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from zoom_bridge.domain.poll import Poll
from zoom_bridge.domain.question import Question
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES, ReminderRule

#: Doors open this long before the start, on the waiting page and in the letters.
DOORS_OPEN_BEFORE = timedelta(minutes=15)
#: People still find in for this long after the planned end, because evenings run late.
DOORS_CLOSE_AFTER = timedelta(minutes=30)
#: From here on what an event needs from Zoom is urgent.
URGENT = timedelta(hours=24)
#: "Few seats left" is said from here on.
FEW_SEATS = 10

LANGUAGES = ("de", "en")


class Recording(StrEnum):
    """Whether Zoom records by itself, and where."""

    NONE = "none"
    CLOUD = "cloud"
    LOCAL = "local"


class State(StrEnum):
    """What one sentence at the top of the page says. Derived from times, never stored."""

    DRAFT = "draft"
    CANCELLED = "cancelled"
    OVER = "over"
    RUNNING = "running"
    OPENS_LATER = "opens_later"
    CLOSED = "closed"
    FULL = "full"
    FEW_SEATS = "few_seats"
    OPEN = "open"


@dataclass(frozen=True)
class Wording:
    """An event's own texts in one language. Description and thanks are Markdown; themes and programme are lists.

    themes_title, themes   questions or points that the event looks into, under a heading of their own
    programme              what happens, in order, without fixed times
    trailer_text           what the trailer shows and says, for people who do not watch it
    thanks                 said instead of the invitation once the event is over
    """

    language: str
    title: str
    subtitle: str
    description: str
    themes_title: str
    themes: tuple[str, ...]
    programme: tuple[str, ...]
    trailer_text: str
    thanks: str


@dataclass(frozen=True)
class Partner:
    """`logo` is a picture's digest, or empty."""

    name: str
    role: str = ""
    url: str = ""
    logo: str = ""


@dataclass(frozen=True)
class Panelist:
    """Speaks. `mark` is a word beside the name, such as "Grußwort" or "Moderation"; `portrait` is a picture's digest,
    or empty. With an `email` they have a seat on the panel at Zoom, and a letter with their own link."""

    name: str
    office: str = ""
    organisation: str = ""
    mark: str = ""
    portrait: str = ""
    email: str = ""


@dataclass(frozen=True, kw_only=True)
class EventDraft:
    """A submitted event form that made sense. Instants are aware UTC, wall times naive in `timezone`; pictures are
    digests; themes and programme hold one item per line.

    participation  the panel takes questions: Q&A at Zoom, and a question field on the registration form
    captions, sign_language, plain_language   the accessibility services offered
    alternative_hosts  Zoom users who may start the webinar too: one e-mail address per line
    open_door          Zoom's own registration form lets people in at once; otherwise they wait for approval there
    welcome_zoom       who registered in Zoom's own form gets our letter
    pseudonyms         people may take part under a name and an address that are not theirs
    reminders          when everybody registered is written to before the start
    follow_ups         who is written to after the end: names of `turnout.Turnout`
    waiting_list       who comes when all seats are taken may wait for one
    """

    title_de: str = ""
    subtitle_de: str = ""
    description_de: str = ""
    themes_title_de: str = ""
    themes_de: str = ""
    programme_de: str = ""
    trailer_text_de: str = ""
    thanks_de: str = ""
    title_en: str = ""
    subtitle_en: str = ""
    description_en: str = ""
    themes_title_en: str = ""
    themes_en: str = ""
    programme_en: str = ""
    trailer_text_en: str = ""
    thanks_en: str = ""
    timezone: str = "Europe/Berlin"
    starts_wall: datetime
    ends_wall: datetime
    starts_at: datetime
    ends_at: datetime
    hosted_by: str = ""
    hosted_by_url: str = ""
    hosted_by_logo: str = ""
    trailer_url: str = ""
    trailer_picture: str = ""
    recording_url: str = ""
    captions: bool = False
    sign_language: bool = False
    plain_language: bool = False
    participation: bool = False
    questions: tuple[Question, ...] = ()
    help_name: str = ""
    help_phone: str = ""
    help_hours: str = ""
    help_email: str = ""
    zoom_host: str = ""
    alternative_hosts: str = ""
    practice_session: bool = True
    recording: str = Recording.NONE
    open_door: bool = False
    welcome_zoom: bool = True
    pseudonyms: bool = False
    polls: tuple[Poll, ...] = ()
    capacity: int | None = None
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    double_opt_in: bool = True
    reminders: tuple[ReminderRule, ...] = DEFAULT_RULES
    follow_ups: tuple[str, ...] = ()
    waiting_list: bool = True
    partners: tuple[Partner, ...] = ()
    panelists: tuple[Panelist, ...] = ()

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(language for language in LANGUAGES if getattr(self, f"title_{language}"))

    def wording(self, language: str) -> Wording:
        """The texts in that language, or in the one there is; `Wording.language` says which."""
        if language not in self.languages:
            language = self.languages[0]
        return Wording(
            language,
            getattr(self, f"title_{language}"),
            getattr(self, f"subtitle_{language}"),
            getattr(self, f"description_{language}"),
            getattr(self, f"themes_title_{language}"),
            lines_of(getattr(self, f"themes_{language}")),
            lines_of(getattr(self, f"programme_{language}")),
            getattr(self, f"trailer_text_{language}"),
            getattr(self, f"thanks_{language}"),
        )

    @property
    def pictures(self) -> tuple[str, ...]:
        """The digests of all pictures it shows."""
        logos = (self.hosted_by_logo, *(partner.logo for partner in self.partners))
        portraits = (panelist.portrait for panelist in self.panelists)
        return tuple(filter(None, (self.trailer_picture, *logos, *portraits)))


@dataclass(frozen=True, kw_only=True)
class Event(EventDraft):
    """A kept event.

    revision           raised by every change; the webinar is in line when its synced revision is the same
    schedule_revision  raised when the date moves; letters about an older one are out of date
    moved_from         the start before the last move
    shifted_from       the instant of the start before new time-zone rules changed it; the wall time is the same
    series_id          the series it is one date of
    forget_at          when the personal data of its attendees goes
    """

    id: int
    slug: str
    created_at: datetime
    published_at: datetime | None = None
    cancelled_at: datetime | None = None
    revision: int = 1
    schedule_revision: int = 1
    moved_from: datetime | None = None
    shifted_from: datetime | None = None
    forget_at: datetime = field()
    series_id: int | None = None

    def state(self, now: datetime, seats_taken: int) -> State:
        if self.cancelled_at:
            return State.CANCELLED
        if not self.published_at:
            return State.DRAFT
        if now >= self.ends_at:
            return State.OVER
        if self.starts_at <= now:
            return State.RUNNING
        if self.opens_at and now < self.opens_at:
            return State.OPENS_LATER
        if self.closes_at and now >= self.closes_at:
            return State.CLOSED
        return self._seats(seats_taken)

    def _seats(self, seats_taken: int) -> State:
        if self.capacity is None:
            return State.OPEN
        left = self.capacity - seats_taken
        if left <= 0:
            return State.FULL
        return State.FEW_SEATS if left <= FEW_SEATS else State.OPEN

    def full(self, seats_taken: int) -> bool:
        return self.capacity is not None and seats_taken >= self.capacity

    @property
    def public(self) -> bool:
        return self.published_at is not None

    @property
    def doors_open_at(self) -> datetime:
        return self.starts_at - DOORS_OPEN_BEFORE

    def urgent(self, now: datetime) -> bool:
        """It runs, or is about to: what it needs from Zoom cannot wait until tomorrow."""
        return self.starts_at - URGENT <= now < self.ends_at

    @property
    def doors_close_at(self) -> datetime:
        return self.ends_at + DOORS_CLOSE_AFTER


def lines_of(text: str) -> tuple[str, ...]:
    """The items of a list that was typed one per line."""
    return tuple(filter(None, (line.strip() for line in text.splitlines())))
