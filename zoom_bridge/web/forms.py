"""The event form: submitted fields → a draft, or errors beside the fields. What single fields understand is in
`fields.py`, rows that repeat are in `form_rows.py`; the page is `templates/organiser/event_form.html`."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from werkzeug.datastructures import MultiDict
from wtforms import Field, Form

from zoom_bridge.domain.event import LANGUAGES, Event, EventDraft, Panelist, Partner
from zoom_bridge.i18n import Speech
from zoom_bridge.web.fields import (
    N_,
    Choice,
    Clock,
    Count,
    Day,
    Line,
    MailAddress,
    Passage,
    Phone,
    Texts,
    Tick,
    WebAddress,
    Which,
    zone_exists,
)
from zoom_bridge.web.form_moments import MOMENTS, Moment, moment_fields
from zoom_bridge.web.form_rows import arranged, bound, filled, row_of

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
ROWS = ("partners", "panelists")


@dataclass(frozen=True)
class Complaint:
    """One line of the summary above the form: which field, what it is called, what to do."""

    field_id: str
    label: str
    sentence: str


class _SpokenForm(Form):  # type: ignore[misc]
    class Meta:
        texts: Texts

        def get_translations(self, form: Form) -> Texts:  # noqa: ARG002
            return self.texts


class PartnerFields(_SpokenForm):
    name = Line(N_("Name"))
    role = Line(N_("Role"))
    url = WebAddress(N_("Web address"))


class PanelistFields(_SpokenForm):
    name = Line(N_("Name"))
    office = Line(N_("Office or title"))
    organisation = Line(N_("Organisation"))
    mark = Line(N_("Word beside the name"), longest=60)


class EventForm(_SpokenForm):
    """`draft` is the way in; `complaints` says why there is none."""

    title_de = Line(N_("Title"))
    subtitle_de = Line(N_("Subtitle"), longest=300)
    description_de = Passage(N_("Description"), longest=20_000)
    title_en = Line(N_("Title in English"))
    subtitle_en = Line(N_("Subtitle in English"), longest=300)
    description_en = Passage(N_("Description in English"), longest=20_000)

    starts_day = Day(N_("Date of the event"), missing=N_("Please enter the date of the event."))
    starts_clock = Clock(N_("Start"), missing=N_("Please enter when the event starts."))
    starts_which = Which(N_("Which start do you mean?"))
    ends_clock = Clock(N_("End"), missing=N_("Please enter when the event ends."))
    ends_day = Day(N_("Date of the end"))
    ends_which = Which(N_("Which end do you mean?"))
    timezone = Choice(N_("Time zone"))

    hosted_by = Line(N_("Who hosts the event"))
    hosted_by_url = WebAddress(N_("Web address of the host body"))

    help_name = Line(N_("Name of the help line"))
    help_phone = Phone(N_("Phone number for help"))
    help_hours = Line(N_("When the help line answers"))
    help_email = MailAddress(N_("E-mail address for help"))

    capacity = Count(N_("Number of places"), most=MOST_SEATS)
    opens_day = Day(N_("Registration opens on"))
    opens_clock = Clock(N_("Registration opens at"))
    opens_which = Which(N_("Which opening time do you mean?"))
    closes_day = Day(N_("Registration closes on"))
    closes_clock = Clock(N_("Registration closes at"))
    closes_which = Which(N_("Which closing time do you mean?"))
    double_opt_in = Tick(N_("Attendees confirm their registration by e-mail"))
    remind_day_before = Tick(N_("Reminder the day before, at the same hour"))
    remind_hour_before = Tick(N_("Join link one hour before"))
    zoom_host = MailAddress(
        N_("Zoom account of the host"), missing=N_("Please enter the e-mail address of the Zoom account.")
    )

    def __init__(self, speech: Speech, fields: "MultiDict[str, str]") -> None:
        self.speech = speech
        self.fields = arranged(fields, ROWS)
        spoken = {"meta": {"texts": Texts(speech)}}
        super().__init__(self.fields, **spoken)
        self.timezone.offers = _zones(speech, self.timezone.data)
        self.partners = bound(PartnerFields, "partners", self.fields, **spoken)
        self.panelists = bound(PanelistFields, "panelists", self.fields, **spoken)

    @classmethod
    def empty(cls, speech: Speech, zoom_host: str) -> "EventForm":
        return cls(
            speech,
            MultiDict(
                {
                    "timezone": "Europe/Berlin",
                    "zoom_host": zoom_host,
                    "double_opt_in": "y",
                    "remind_day_before": "y",
                    "remind_hour_before": "y",
                }
            ),
        )

    @classmethod
    def of(cls, speech: Speech, event: Event) -> "EventForm":
        return cls(speech, _fields_of(event))

    def draft(self, now: datetime, kept: Event | None, *, publishing: bool = False) -> EventDraft | None:
        """What was submitted, as a draft; None when something does not fit, and `complaints` says what.

        A start in the past is refused unless it is the kept event's own and nothing is published."""
        rows = [*self.partners, *self.panelists]
        # Every row is looked at even after the first mistake: all complaints come at once.
        clean = [self.validate(), *[row.validate() for row in rows], *[self._named(row) for row in rows]]
        titled, timed = self._titled(), self._timed(now, kept, publishing)
        return self._draft() if all(clean) and titled and timed else None

    def complaints(self) -> list[Complaint]:
        return [
            Complaint(field.id, self.label_of(field), str(field.errors[0]))
            for field in self._places()
            if field.errors
        ]

    def label_of(self, field: Field) -> str:
        """What the field is called; in a row, with its number: "Partner 2: Name"."""
        label = self.speech.say(field.label.text)
        name, _, rest = field.name.partition("-")
        if name not in ROWS:
            return label
        kind = self.speech.say(N_("Partner") if name == "partners" else N_("Speaker"))
        return f"{kind} {int(rest.partition('-')[0]) + 1}: {label}"

    def _places(self) -> Iterator[Field]:
        """All fields in the order of the page."""
        for field in self:
            if field.name == "help_name":
                for row in [*self.partners, *self.panelists]:
                    yield from row
            yield field

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
        return [getattr(self, f"{part}_{language}") for part in ("title", "subtitle", "description")]

    def _named(self, row: Form) -> bool:
        if row.name.data or not filled(row):
            return True
        row.name.complain(self.speech.say("Please enter the name, or remove this row."))
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
            if not isinstance(field, Day | Clock | Which)
        }
        starts_wall, ends_wall = self.moment("starts").wall, self.moment("ends").wall
        starts_at, ends_at = self._instants["starts"], self._instants["ends"]
        assert starts_wall
        assert ends_wall
        assert starts_at
        assert ends_at
        return EventDraft(
            **plain,
            starts_wall=starts_wall,
            ends_wall=ends_wall,
            starts_at=starts_at,
            ends_at=ends_at,
            opens_at=self._instants["opens"],
            closes_at=self._instants["closes"],
            partners=tuple(Partner(**_values(row)) for row in self.partners if filled(row)),
            panelists=tuple(Panelist(**_values(row)) for row in self.panelists if filled(row)),
        )


def _values(row: Form) -> dict[str, str]:
    return {field.short_name: field.value for field in row}


def _zones(speech: Speech, chosen: str) -> list[tuple[str, str]]:
    # An event keeps the zone it has, also when the list does not offer it.
    zones = ZONES if chosen in ZONES or not chosen or not zone_exists(chosen) else (*ZONES, chosen)
    return [(zone, speech.zone_place(zone) if zone != "UTC" else "UTC") for zone in zones]


def _fields_of(event: Event) -> "MultiDict[str, str]":
    """The fields as they would have to be submitted to get this event again."""
    fields: MultiDict[str, str] = MultiDict()
    known = asdict(event)
    for name, value in known.items():
        if isinstance(value, str):
            fields[name] = value
        elif isinstance(value, bool) and value:
            fields[name] = "y"
    fields["capacity"] = str(event.capacity or "")
    for moment in MOMENTS:
        if instant := getattr(event, f"{moment}_at"):
            fields.update(moment_fields(moment, instant, event.timezone))
    if fields["ends_day"] == fields["starts_day"]:
        del fields["ends_day"]
    for name in ROWS:
        for number, row in enumerate(known[name]):
            fields.update({row_of(name, number) + part: text for part, text in row.items()})
    return fields
