"""The event form: submitted fields → a draft, or errors beside the fields. What single fields understand is in
`fields.py`, rows that repeat are in `form_rows.py` and `row_kinds.py`, pictures in `form_pictures.py`, the form of an
event that there is in `refilled.py`; the page is `templates/organiser/event_form.html`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from werkzeug.datastructures import MultiDict
from wtforms import Field

from zoom_bridge.domain.event import LANGUAGES, Event, EventDraft, Recording
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES
from zoom_bridge.i18n import Speech
from zoom_bridge.web import account_choice
from zoom_bridge.web.account_choice import Account, Pool
from zoom_bridge.web.fields import (
    N_,
    Choice,
    Clock,
    Count,
    Day,
    Line,
    MailAddress,
    MailAddresses,
    Passage,
    Phone,
    SafeAddress,
    SpokenForm,
    Texts,
    Tick,
    WebAddress,
    Which,
    zone_exists,
)
from zoom_bridge.web.form_moments import MOMENTS, Moment
from zoom_bridge.web.form_pictures import ChosenFile, ChosenPicture, without_drop
from zoom_bridge.web.form_rows import arranged, bound
from zoom_bridge.web.form_sections import FOLLOW_UPS, SECTIONS, Section
from zoom_bridge.web.row_kinds import (
    ROW_KINDS,
    PanelistRow,
    PollRow,
    QuestionRow,
    ReminderRow,
    Row,
    each_at_own_time,
    each_with_own_address,
    field_label,
    tell_apart,
)

ZONES = (
    "Europe/Berlin", "Europe/Vienna", "Europe/Zurich", "Europe/Brussels", "Europe/Paris", "Europe/Amsterdam",
    "Europe/Copenhagen", "Europe/Warsaw", "Europe/Prague", "Europe/Rome", "Europe/Madrid", "Europe/London",
    "Europe/Lisbon", "Europe/Dublin", "Europe/Stockholm", "Europe/Helsinki", "Europe/Athens", "Europe/Bucharest",
    "Europe/Kyiv", "Europe/Istanbul", "Africa/Cairo", "Africa/Johannesburg", "America/New_York", "America/Chicago",
    "America/Los_Angeles", "America/Sao_Paulo", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney", "UTC",
)  # fmt: skip

#: Longer is a slip in the end's date.
LONGEST_EVENT = timedelta(hours=24)
MOST_SEATS = 20_000

_RECORDINGS = {
    Recording.NONE: N_("No. Picture and sound are not kept by Zoom."),
    Recording.CLOUD: N_(
        "In Zoom's cloud, as soon as the webinar starts. Picture, sound and names are then on Zoom's servers: say so in "
        "your privacy notice and when you welcome people."
    ),
    Recording.LOCAL: N_(
        "On the host's computer, as soon as the webinar starts. The file is yours to look after: say in your privacy "
        "notice what becomes of it."
    ),
}
#: How the account was chosen is no part of the event.
_ASIDE = ("zoom_account", "double_booked")
_TEXTS = ("title", "subtitle", "description", "themes_title", "themes", "programme", "trailer_text", "thanks")


@dataclass(frozen=True)
class Complaint:
    """One line of the summary above the form: which field, what it is called, what to do."""

    field_id: str
    label: str
    sentence: str


def complained(complaints: Sequence[Complaint]) -> dict[str, Any]:
    """What a form's template needs of them: all for the summary, and each sentence for its field."""
    return {"complaints": complaints, "errors": {one.field_id: one.sentence for one in complaints}}


class ShortForm(SpokenForm):
    """A form whose fields stand in the order of its page."""

    def __init__(self, speech: Speech, fields: "MultiDict[str, str]") -> None:
        self.speech = speech
        super().__init__(fields, meta={"texts": Texts(speech)})

    def complaints(self) -> list[Complaint]:
        """In the order of the page."""
        return [
            Complaint(field.id, self.speech.say(field.label.text), str(field.errors[0]))
            for field in self
            if field.errors
        ]


class EventForm(SpokenForm):
    """`draft` is the way in; `complaints` says why there is none."""

    title_de = Line(N_("Title"))
    subtitle_de = Line(N_("Subtitle"), longest=300)
    description_de = Passage(N_("Description"), longest=20_000)
    themes_title_de = Line(N_("Heading of the questions or topics"))
    themes_de = Passage(N_("Questions or topics"), longest=5_000)
    programme_de = Passage(N_("Programme"), longest=5_000)
    trailer_text_de = Passage(N_("What the film or picture shows"), longest=5_000)
    thanks_de = Passage(N_("Thanks"), longest=5_000)
    title_en = Line(N_("Title in English"))
    subtitle_en = Line(N_("Subtitle in English"), longest=300)
    description_en = Passage(N_("Description in English"), longest=20_000)
    themes_title_en = Line(N_("Heading of the questions or topics in English"))
    themes_en = Passage(N_("Questions or topics in English"), longest=5_000)
    programme_en = Passage(N_("Programme in English"), longest=5_000)
    trailer_text_en = Passage(N_("What the film or picture shows, in English"), longest=5_000)
    thanks_en = Passage(N_("Thanks in English"), longest=5_000)

    trailer_url = SafeAddress(N_("Link to the film"))
    trailer_picture = ChosenPicture(N_("Picture"))
    trailer_picturefile = ChosenFile(N_("Picture"))
    recording_url = SafeAddress(N_("Link to the recording"))

    starts_day = Day(N_("Date of the event"), missing=N_("Please enter the date of the event."))
    starts_clock = Clock(N_("Start"), missing=N_("Please enter when the event starts."))
    starts_which = Which(N_("Which start do you mean?"))
    ends_clock = Clock(N_("End"), missing=N_("Please enter when the event ends."))
    ends_day = Day(N_("Date of the end"))
    ends_which = Which(N_("Which end do you mean?"))
    timezone = Choice(N_("Time zone"))

    hosted_by = Line(N_("Who hosts the event"))
    hosted_by_url = WebAddress(N_("Web address of the host body"))
    hosted_by_logo = ChosenPicture(N_("Logo of the host body"))
    hosted_by_logofile = ChosenFile(N_("Logo of the host body"))

    captions = Tick(N_("Live captions"))
    sign_language = Tick(N_("Sign language interpretation"))
    plain_language = Tick(N_("Plain language"))
    participation = Tick(N_("Questions to the panel"))

    help_name = Line(N_("Name of the help line"))
    help_phone = Phone(N_("Phone number for help"))
    help_hours = Line(N_("When the help line answers"))
    help_email = MailAddress(N_("E-mail address for help"))

    capacity = Count(N_("Number of places"), most=MOST_SEATS)
    waiting_list = Tick(N_("Waiting list when all places are taken"))
    opens_day = Day(N_("Registration opens on"))
    opens_clock = Clock(N_("Registration opens at"))
    opens_which = Which(N_("Which opening time do you mean?"))
    closes_day = Day(N_("Registration closes on"))
    closes_clock = Clock(N_("Registration closes at"))
    closes_which = Which(N_("Which closing time do you mean?"))
    double_opt_in = Tick(N_("Attendees confirm their registration by e-mail"))
    follow_up_attended = Tick(N_("To those who were there"))
    follow_up_left_early = Tick(N_("To those who were there for part of the time"))
    follow_up_absent = Tick(N_("To those who were not there"))
    follow_up_phone = Tick(N_("To those who came in by telephone"))
    zoom_account = Account(N_("Zoom account of the host"))
    double_booked = Tick(N_("Take this account anyway"))
    zoom_host = MailAddress(
        N_("Zoom account of the host"), missing=N_("Please enter the e-mail address of the Zoom account.")
    )
    practice_session = Tick(N_("Practice session before the start"))
    recording = Choice(N_("Recording"))
    open_door = Tick(N_("Let people in who register on Zoom's own page"))
    welcome_zoom = Tick(N_("Write to people who registered on Zoom's own page"))
    pseudonyms = Tick(N_("People may take part under another name"))
    alternative_hosts = MailAddresses(N_("Who else may start the webinar"), longest=2_000)

    #: Its Zoom account is taken by another event.
    overlapping = False

    def __init__(self, speech: Speech, fields: "MultiDict[str, str]", pool: Pool | None = None) -> None:
        self.speech = speech
        self.pool = pool or Pool()
        self.fields = arranged(fields, tuple(ROW_KINDS))
        spoken = {"meta": {"texts": Texts(speech)}}
        super().__init__(self.fields, **spoken)
        self.timezone.offers = _zones(speech, self.timezone.data)
        self.recording.offers = [(str(kind), speech.say(words)) for kind, words in _RECORDINGS.items()]
        self.recording.data = self.recording.data or str(Recording.NONE)
        self.rows = {
            kind: cast(list[Row], bound(row, kind, self.fields, **spoken)) for kind, row in ROW_KINDS.items()
        }
        tell_apart(cast(list[QuestionRow], self.rows["questions"]))
        tell_apart(cast(list[PollRow], self.rows["polls"]))
        account_choice.furnish(self, self.pool)

    def draft(self, now: datetime, kept: Event | None, *, publishing: bool = False) -> EventDraft | None:
        """What was submitted, as a draft; None when something does not fit, and `complaints` says what.

        A start in the past is refused unless it is the kept event's own and nothing is published."""
        # Every row is looked at even after the first mistake: all complaints come at once.
        clean = [self.validate(), *[row.fits() for rows in self.rows.values() for row in rows]]
        clean.append(each_with_own_address(cast(list[PanelistRow], self.rows["panelists"])))
        clean.append(each_at_own_time(cast(list[ReminderRow], self.rows["reminders"])))
        titled, shown, timed = self._titled(), self._trailer_shown(), self._timed(now, kept, publishing)
        whole = all(clean) and titled and shown and timed
        return self._draft() if self._hosted(now, kept) and whole else None

    def look_at_files(self) -> None:
        """Complaints about files come also when the form is not to be saved yet: nobody notices otherwise that a
        picture is missing."""
        for form in (self, *[row for rows in self.rows.values() for row in rows]):
            for field in form:
                if isinstance(field, ChosenFile):
                    field.validate(form)

    def complaints(self) -> list[Complaint]:
        """In the order of the page."""
        return [complaint for section in SECTIONS for complaint in self.complaints_in(section)]

    def complaints_in(self, section: Section) -> list[Complaint]:
        return [
            Complaint(field.id, label, str(field.errors[0]))
            for name in section.fields
            for label, field in self._places(name)
            if field.errors
        ]

    def holds(self, *names: str) -> bool:
        """Whether there is anything in these fields or rows, or wrong with them, or being done to them: then they are
        not folded away."""
        changing = without_drop(self.fields.get("change", ""))
        return any(
            field.errors or (field.data and not self._aside(name, field)) or changing.startswith(name)
            for name in names
            for _, field in self._places(name)
        )

    @property
    def usual_reminders(self) -> bool:
        """Whether they are those that most events have."""
        typed = [(row.amount.data, row.unit.data) for row in cast(list[ReminderRow], self.rows["reminders"])]
        return typed == [(str(rule.amount), str(rule.unit)) for rule in DEFAULT_RULES]

    def _places(self, name: str) -> Iterator[tuple[str, Field]]:
        """(what it is called, the field), of a field or of all rows of a kind."""
        if name not in self.rows:
            yield self.speech.say(self[name].label.text), self[name]
        for number, row in enumerate(self.rows.get(name, ())):
            for field in row:
                yield field_label(row, field, number), field

    def _aside(self, name: str, field: Field) -> bool:
        return name in self.rows and field.short_name in ROW_KINDS[name].aside

    def _titled(self) -> bool:
        titled = True
        texts = {language: self._texts(language) for language in LANGUAGES}
        for language, (title, *others) in texts.items():
            if not title.data and any(field.data for field in others):
                title.complain(self.speech.say("Please add a title, or these texts will not be seen."))
                titled = False
            elif not any(title.data for title, *_ in texts.values()) and language == LANGUAGES[0]:
                title.complain(self.speech.say("Please enter a title."))
                titled = False
        return titled

    def _texts(self, language: str) -> list[Line]:
        return [self[f"{part}_{language}"] for part in _TEXTS]

    def _trailer_shown(self) -> bool:
        texts = [text for text in (self.trailer_text_de, self.trailer_text_en) if text.data]
        if not texts or self.trailer_url.data or self.trailer_picture.data:
            return True
        self._wrong(texts[0], N_("Please add the film or the picture, or this text will not be seen."))
        return False

    def moment(self, name: str) -> Moment:
        """One of the form's moments. The end is on the day of the start when nothing else is said."""
        day, clock, which = (getattr(self, f"{name}_{part}") for part in ("day", "clock", "which"))
        date_of = self.starts_day.meant if name == "ends" and not day.data else day.meant
        wall = datetime.combine(date_of, clock.meant) if date_of and clock.meant else None
        return Moment(day, clock, which, wall, self.timezone.data or "")

    def _timed(self, now: datetime, kept: Event | None, publishing: bool) -> bool:
        moments = {name: self.moment(name) for name in MOMENTS}
        for name in ("opens", "closes"):
            self._whole(moments[name])
        self._instants = {name: moment.instant() for name, moment in moments.items()}
        starts_at, ends_at = self._instants["starts"], self._instants["ends"]
        self._span(starts_at, ends_at)
        self._window(self._instants["opens"], self._instants["closes"], ends_at)
        untouched = kept is not None and kept.starts_at == starts_at and not publishing
        if starts_at and starts_at <= now and not untouched:
            self._wrong(self.starts_day, N_("This start lies in the past. Please check date and time."))
        return not any(moment.errors for moment in moments.values())

    def _hosted(self, now: datetime, kept: Event | None) -> bool:
        starts_at, ends_at = self._instants["starts"], self._instants["ends"]
        if not starts_at or not ends_at or ends_at <= now or self.zoom_host.errors or self.zoom_account.errors:
            return True
        return account_choice.hosted(self, self.pool, starts_at, ends_at, kept)

    def _whole(self, moment: Moment) -> None:
        sentence = N_("Please enter both date and time, or neither.")
        if moment.day.data and not moment.clock.data:
            self._wrong(moment.clock, sentence)
        elif moment.clock.data and not moment.day.data:
            self._wrong(moment.day, sentence)

    def _span(self, starts: datetime | None, ends: datetime | None) -> None:
        if not starts or not ends:
            return
        if ends <= starts:
            self._wrong(
                self.ends_clock,
                N_(
                    "The end must come after the start. If the event ends on another day, enter the date of the end."
                ),
            )
        elif ends - starts > LONGEST_EVENT:
            self._wrong(
                self.ends_day, N_("The event would last more than 24 hours. Please check the date of the end.")
            )

    def _window(self, opens: datetime | None, closes: datetime | None, ends: datetime | None) -> None:
        if opens and ends and opens >= ends:
            self._wrong(self.opens_day, N_("Registration must open before the event ends."))
        if closes and ends and closes > ends:
            self._wrong(self.closes_day, N_("Registration closes with the end of the event at the latest."))
        if opens and closes and closes <= opens:
            self._wrong(self.closes_day, N_("Registration must close after it opens."))

    def _wrong(self, field: Line, sentence: str) -> None:
        field.complain(self.speech.say(sentence))

    def _draft(self) -> EventDraft:
        plain = {
            field.name: field.value if isinstance(field, Line) else field.data
            for field in self
            if not isinstance(field, Day | Clock | Which | ChosenFile) and field.short_name not in _ASIDE
        }
        follow_ups = tuple(turnout for name, turnout in FOLLOW_UPS.items() if plain.pop(name))
        starts_wall, ends_wall = self.moment("starts").wall, self.moment("ends").wall
        starts_at, ends_at = self._instants["starts"], self._instants["ends"]
        assert starts_wall
        assert ends_wall
        assert starts_at
        assert ends_at
        return EventDraft(
            **plain,
            follow_ups=follow_ups,
            starts_wall=starts_wall,
            ends_wall=ends_wall,
            starts_at=starts_at,
            ends_at=ends_at,
            opens_at=self._instants["opens"],
            closes_at=self._instants["closes"],
            **self._parts(),
        )

    def _parts(self) -> dict[str, Any]:
        return {kind: tuple(row.part() for row in rows if row.filled) for kind, rows in self.rows.items()}


def _zones(speech: Speech, chosen: str) -> list[tuple[str, str]]:
    # An event keeps the zone it has, also when the list does not offer it.
    zones = ZONES if chosen in ZONES or not chosen or not zone_exists(chosen) else (*ZONES, chosen)
    return [(zone, speech.zone_place(zone) if zone != "UTC" else "UTC") for zone in zones]
