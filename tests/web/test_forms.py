"""The event form: what is understood, what is refused and with which sentence. Needs no database."""

import re
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from zoom_bridge.domain.event import Event, EventDraft, Panelist, Partner
from zoom_bridge.domain.instance import Instance
from zoom_bridge.domain.question import Question, QuestionKind
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES
from zoom_bridge.i18n import speech
from zoom_bridge.web.fields import clock_of, day_of
from zoom_bridge.web.form_rows import MOST_ROWS
from zoom_bridge.web.form_sections import SECTIONS
from zoom_bridge.web.forms import EventForm
from zoom_bridge.web.refilled import fields_of, fields_of_copy, fields_to_begin_with

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
FILLED_IN = {
    "title_de": "Gute Nachbarschaft",
    "starts_day": "2026-12-07",
    "starts_clock": "10:00",
    "ends_clock": "11:30",
    "timezone": "Europe/Berlin",
    "zoom_host": "host@example.org",
}


def a_form(language="en", **changes):
    return EventForm(speech(language), MultiDict(FILLED_IN | changes))


def an_event(draft, **changes):
    values = {name: getattr(draft, name) for name in EventDraft.__dataclass_fields__}
    return Event(**values, id=1, slug="gute-nachbarschaft", created_at=NOW, forget_at=draft.ends_at, **changes)


def sentences(form):
    return {complaint.field_id: complaint.sentence for complaint in form.complaints()}


def test_a_form_with_the_least_makes_a_draft():
    draft = a_form().draft(NOW, None)

    assert draft.title_de == "Gute Nachbarschaft"
    assert draft.starts_at == datetime(2026, 12, 7, 9, tzinfo=UTC)
    assert draft.ends_wall == datetime(2026, 12, 7, 11, 30)
    assert draft.capacity is None
    assert not draft.double_opt_in


def test_a_full_form_makes_a_full_draft():
    form = a_form(
        title_en="Good neighbours",
        description_de="# Fragen\r\n\r\n* Wo?\r\n",
        hosted_by="Ministerium",
        hosted_by_url="www.example.org/umwelt",
        help_phone="0511 701 07 09",
        help_email="Hilfe@Example.org",
        capacity="1.000",
        opens_day="1.12.2026",
        opens_clock="9 Uhr",
        closes_day="2026-12-07",
        closes_clock="10.15",
        double_opt_in="y",
        **{
            "partners-0-name": "Freie Wohlfahrtspflege",
            "partners-0-role": "in Kooperation mit",
            "partners-0-url": "https://example.org",
            "panelists-0-name": "Olaf Lies",
            "panelists-0-mark": "Grußwort",
        },
    )

    draft = form.draft(NOW, None)

    assert draft.languages == ("de", "en")
    assert draft.description_de == "# Fragen\n\n* Wo?"
    assert draft.hosted_by_url == "https://www.example.org/umwelt"
    assert draft.help_email == "Hilfe@example.org"
    assert draft.capacity == 1000
    assert draft.opens_at == datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert draft.closes_at == datetime(2026, 12, 7, 9, 15, tzinfo=UTC)
    assert draft.double_opt_in
    assert draft.partners == (Partner("Freie Wohlfahrtspflege", "in Kooperation mit", "https://example.org"),)
    assert draft.panelists == (Panelist("Olaf Lies", mark="Grußwort"),)


def test_an_event_comes_back_from_its_own_form_unchanged():
    draft = a_form(
        capacity="12",
        opens_day="2026-12-01",
        opens_clock="08:00",
        **{"panelists-0-name": "Ben Brandt", "panelists-1-name": "Chiara Conti", "partners-0-name": "Treff"},
    ).draft(NOW, None)

    again = EventForm(speech("de"), fields_of(an_event(draft))).draft(NOW, None)

    assert asdict(again) == asdict(draft)


def test_an_empty_form_names_every_field_that_is_needed():
    form = EventForm(speech("en"), fields_to_begin_with(Instance(), None, ""))

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == ["title_de", "starts_day", "starts_clock", "ends_clock", "zoom_host"]


def test_an_english_title_alone_is_enough():
    form = a_form(title_de="", title_en="Good neighbours")

    assert form.draft(NOW, None).languages == ("en",)


def test_texts_without_a_title_in_their_language_are_not_lost_silently():
    form = a_form(subtitle_en="What we can learn")

    assert form.draft(NOW, None) is None
    assert sentences(form) == {"title_en": "Please add a title, or these texts will not be seen."}


def test_a_wall_time_that_does_not_exist_is_refused():
    form = a_form(starts_day="2027-03-28", starts_clock="02:30", ends_clock="04:00")

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == ["starts_clock"]
    assert "clocks go forward" in sentences(form)["starts_clock"]


def test_a_wall_time_that_comes_twice_is_asked_about():
    form = a_form(starts_day="2027-10-31", starts_clock="02:30", ends_clock="04:00")

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == ["starts_which"]
    assert [value for value, _ in form.moment("starts").passings(speech("en"))] == ["first", "second"]


@pytest.mark.parametrize(("which", "hour"), [("first", 0), ("second", 1)])
def test_the_answer_decides_which_of_the_two_is_meant(which, hour):
    form = a_form(starts_day="2027-10-31", starts_clock="02:30", ends_clock="04:00", starts_which=which)

    draft = form.draft(NOW, None)

    assert draft.starts_at == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
    assert EventForm(speech("de"), fields_of(an_event(draft))).starts_which.data == which


def test_a_time_that_comes_once_is_never_asked_about():
    assert a_form().moment("starts").passings(speech("de")) == []


def test_an_end_before_the_start_is_not_taken_for_the_next_day():
    form = a_form(starts_clock="22:00", ends_clock="01:00")

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == ["ends_clock"]


def test_an_event_may_end_on_another_day():
    draft = a_form(starts_clock="22:00", ends_clock="01:00", ends_day="2026-12-08").draft(NOW, None)

    assert draft.minutes == 180


def test_an_event_of_several_days_is_a_slip():
    form = a_form(ends_day="2026-12-17")

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == ["ends_day"]


def test_a_new_event_does_not_start_in_the_past():
    form = a_form(starts_day="2026-11-22")

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == ["starts_day"]


def test_a_past_event_can_still_be_corrected():
    kept = an_event(a_form().draft(NOW, None))
    later = datetime(2027, 1, 1, tzinfo=UTC)

    assert a_form(subtitle_de="Danke").draft(later, kept).subtitle_de == "Danke"
    assert a_form(starts_clock="09:00").draft(later, kept) is None
    assert a_form().draft(later, kept, publishing=True) is None


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title_de": "x" * 201}, "title_de"),
        ({"subtitle_de": "x" * 301}, "subtitle_de"),
        ({"description_de": "x" * 20_001}, "description_de"),
        ({"hosted_by": "x" * 201}, "hosted_by"),
        ({"hosted_by_url": "javascript:alert(1)"}, "hosted_by_url"),
        ({"hosted_by_url": "ftp://example.org"}, "hosted_by_url"),
        ({"hosted_by_url": "https://"}, "hosted_by_url"),
        ({"hosted_by_url": "https://[::1"}, "hosted_by_url"),
        ({"hosted_by_url": "https://example.org:x"}, "hosted_by_url"),
        ({"hosted_by_url": "https://olga:secret@example.org"}, "hosted_by_url"),
        ({"hosted_by_url": 'https://example.org/"><script>'}, "hosted_by_url"),
        ({"hosted_by_url": "nonsense"}, "hosted_by_url"),
        ({"trailer_url": "http://video.example.org/1"}, "trailer_url"),
        ({"trailer_url": "javascript:alert(1)"}, "trailer_url"),
        ({"recording_url": "http://video.example.org/1"}, "recording_url"),
        ({"trailer_text_de": "Ein Hof"}, "trailer_text_de"),
        ({"themes_de": "x" * 5001}, "themes_de"),
        ({"programme_en": "Films"}, "title_en"),
        ({"zoom_host": "host"}, "zoom_host"),
        ({"zoom_host": "host@"}, "zoom_host"),
        ({"zoom_host": "host@example..org"}, "zoom_host"),
        ({"help_email": "a b@example.org"}, "help_email"),
        ({"help_phone": "ring us"}, "help_phone"),
        ({"help_phone": "1" * 41}, "help_phone"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "20001"}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"capacity": "-5"}, "capacity"),
        ({"capacity": "²"}, "capacity"),
        ({"capacity": "9" * 5000}, "capacity"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": ""}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"starts_day": "0001-01-01"}, "starts_day"),
        ({"starts_day": "9999-12-31"}, "starts_day"),
        ({"starts_day": "30.2.2027"}, "starts_day"),
        ({"starts_clock": "25:00"}, "starts_clock"),
        ({"opens_day": "2026-12-01"}, "opens_clock"),
        ({"opens_clock": "10:00"}, "opens_day"),
        ({"opens_day": "2026-12-08", "opens_clock": "10:00"}, "opens_day"),
        ({"closes_day": "2026-12-08", "closes_clock": "10:00"}, "closes_day"),
        ({"panelists-0-office": "Ministerin"}, "panelists-0-name"),
        ({"panelists-0-name": "Ben", "panelists-0-mark": "x" * 61}, "panelists-0-mark"),
        ({"partners-0-name": "Treff", "partners-0-url": "data:text/html,x"}, "partners-0-url"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_beside_its_field(changes, field):
    form = a_form(**changes)

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == [field]


def test_characters_that_cannot_be_seen_are_left_out():
    form = a_form(
        title_de="Gute\x00 \u202eNach\u2066bar\x1bschaft\u2028\r\nheute\ud800", description_de="a\x00\r\n\tb"
    )

    draft = form.draft(NOW, None)

    assert draft.title_de == "Gute Nachbarschaft heute"
    assert draft.description_de == "a\n\tb"


def test_letters_of_all_languages_stay_as_they_were_typed():
    draft = a_form(title_de="Nachbarschaft: جيران, שכנים, 👩‍👩‍👧, Ze\u0308hn").draft(NOW, None)

    assert draft.title_de == "Nachbarschaft: جيران, שכנים, 👩‍👩‍👧, Zëhn"


def test_what_was_typed_stays_in_the_form():
    form = a_form(starts_day="bald", capacity="viele", title_de="")

    form.draft(NOW, None)

    assert form.starts_day.shown == "bald"
    assert not form.starts_day.readable
    assert form.capacity.data == "viele"


def names_in(rows):
    return [row.name.data for row in rows]


def with_speakers(**changes):
    return a_form(
        **{"panelists-0-name": "Anna", "panelists-1-name": "Ben", "panelists-2-name": "Chiara"} | changes
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("panelists add", ["Anna", "Ben", "Chiara", ""]),
        ("panelists remove 1", ["Anna", "Chiara"]),
        ("panelists up 2", ["Anna", "Chiara", "Ben"]),
        ("panelists up 0", ["Anna", "Ben", "Chiara"]),
        ("panelists remove 7", ["Anna", "Ben", "Chiara"]),
        ("partners add", ["Anna", "Ben", "Chiara"]),
        ("hosts add", ["Anna", "Ben", "Chiara"]),
        ("panelists remove " + "9" * 5000, ["Anna", "Ben", "Chiara"]),
    ],
)
def test_rows_change_by_their_buttons_and_nothing_is_lost(change, expected):
    form = with_speakers(change=change, title_de="")

    assert names_in(form.rows["panelists"]) == expected
    assert form.title_de.data == ""
    assert form.starts_day.data == "2026-12-07"


def test_empty_rows_are_dropped_from_the_draft():
    draft = with_speakers(**{"panelists-1-name": "", "panelists-9-name": "Mallory"}).draft(NOW, None)

    assert [panelist.name for panelist in draft.panelists] == ["Anna", "Chiara", "Mallory"]


def test_rows_have_an_end():
    form = a_form(**{f"panelists-{n}-name": f"Ben {n}" for n in range(MOST_ROWS + 20)})

    assert len(form.rows["panelists"]) == MOST_ROWS


def test_row_numbers_in_other_scripts_or_of_any_length_are_ignored():
    form = a_form(**{"panelists-²-name": "x", f"panelists-{'9' * 5000}-name": "x", "panelists-٣-name": "x"})

    assert names_in(form.rows["panelists"]) == [""]


def test_complaints_about_rows_say_which_row():
    form = a_form(**{"panelists-0-name": "Anna", "panelists-1-office": "Leitung"})

    form.draft(NOW, None)

    assert [complaint.label for complaint in form.complaints()] == ["Speaker 2: Name"]


def test_a_zone_that_the_list_does_not_offer_stays_with_its_event():
    kept = an_event(a_form(timezone="Asia/Tokyo").draft(NOW, None))
    form = EventForm(speech("de"), MultiDict(FILLED_IN | {"timezone": "Pacific/Apia"}))

    assert form.draft(NOW, kept).timezone == "Pacific/Apia"


@pytest.mark.parametrize(("text", "expected"), [
    ("2026-12-07", date(2026, 12, 7)), ("7.12.2026", date(2026, 12, 7)), ("07. 12. 2026", date(2026, 12, 7)),
    ("7.12.26", None), ("2026-13-01", None), ("٧.١٢.٢٠٢٦", None),
])  # fmt: skip
def test_dates_are_read_as_browsers_and_people_write_them(text, expected):
    assert day_of(text) == expected


@pytest.mark.parametrize(("text", "expected"), [
    ("10:00", time(10)), ("9.30 Uhr", time(9, 30)), ("10", time(10)), ("10:00:00", time(10)), ("24:00", None),
    ("10:60", None), ("zehn", None),
])  # fmt: skip
def test_times_are_read_as_browsers_and_people_write_them(text, expected):
    assert clock_of(text) == expected


def test_every_field_stands_in_one_section():
    form = a_form()

    placed = [name for section in SECTIONS for name in section.fields]

    assert sorted(placed) == sorted([*form._fields, *form.rows])


def test_what_the_page_says_beyond_its_description_comes_into_the_draft():
    draft = a_form(
        themes_title_de="Drei Fragen",
        themes_de="Wo?\r\n\r\n Wie? ",
        programme_de="Grußwort\nFilme",
        thanks_de="**Danke**",
        trailer_url="video.example.org/w/1",
        trailer_text_de="Ein Hof",
        recording_url="https://video.example.org/w/2",
        captions="y",
        participation="y",
    ).draft(NOW, None)

    assert draft.wording("de").themes == ("Wo?", "Wie?")
    assert draft.wording("de").programme == ("Grußwort", "Filme")
    assert (draft.trailer_url, draft.recording_url) == (
        "https://video.example.org/w/1",
        "https://video.example.org/w/2",
    )
    assert (draft.captions, draft.sign_language, draft.plain_language, draft.participation) == (
        True,
        False,
        False,
        True,
    )


PICTURE = "0123456789abcdef" * 4


def test_pictures_are_named_by_their_digests_and_nothing_else():
    form = a_form(
        hosted_by_logo=PICTURE,
        trailer_picture="../../etc/passwd",
        **{"partners-0-name": "Treff", "partners-0-logo": PICTURE, "panelists-0-name": "Petra"}
        | {"panelists-0-portrait": '"><script>', "panelists-0-portraitfile": "<b>no slip</b>"},
    )

    draft = form.draft(NOW, None)

    assert draft.pictures == (PICTURE, PICTURE)
    assert draft.partners == (Partner("Treff", logo=PICTURE),)
    assert draft.panelists == (Panelist("Petra"),)


def test_why_a_file_gave_no_picture_is_said_beside_its_field():
    form = a_form(**{"panelists-0-name": "Petra", "panelists-0-portraitfile": "empty"})

    assert form.draft(NOW, None) is None
    assert sentences(form) == {"panelists-0-portraitfile": "This file is empty. Please choose another one."}


def question(number=0, **parts):
    return {f"questions-{number}-{part}": text for part, text in parts.items()}


def test_questions_of_the_organisers_own_come_into_the_draft_with_their_keys():
    form = a_form(
        **question(0, key="ab12", kind="text", labelde="Woher?"),
        **question(1, key="cd34", kind="one", labelde="Wo?", labelen="Where?", choicesde="Hier\n\nDort", choicesen="Here\nThere", required="y"),
        **question(2, key="ef56", kind="consent", labelde="Fotos?"),
    )  # fmt: skip

    draft = form.draft(NOW, None)

    assert draft.questions == (
        Question("ab12", QuestionKind.TEXT, "Woher?"),
        Question("cd34", QuestionKind.ONE, "Wo?", "Where?", ("Hier", "Dort"), ("Here", "There"), required=True),
        Question("ef56", QuestionKind.CONSENT, "Fotos?"),
    )
    again = EventForm(speech("de"), fields_of(an_event(draft))).draft(NOW, None)
    assert again.questions == draft.questions


def test_a_new_question_has_its_key_before_it_is_saved():
    """The form that is sent twice makes the same question twice, and not two questions."""
    shown = a_form(**question(labelde="Woher?"))

    key = shown.rows["questions"][0].key.data

    assert a_form(**question(labelde="Woher?", key=key)).draft(NOW, None).questions[0].key == key


@pytest.mark.parametrize("forged", ["", "<script>", "x" * 17, "ab 12", "Ä"])
def test_a_key_that_is_none_is_replaced(forged):
    (asked,) = a_form(**question(labelde="Woher?", key=forged)).draft(NOW, None).questions

    assert re.fullmatch("[0-9a-f]{8}", asked.key)


def test_no_two_questions_have_the_same_key():
    form = a_form(**question(0, labelde="Woher?", key="same"), **question(1, labelde="Wohin?", key="same"))

    keys = [asked.key for asked in form.draft(NOW, None).questions]

    assert keys[0] == "same"
    assert len(set(keys)) == 2


@pytest.mark.parametrize(("parts", "field", "words"), [
    ({"kind": "one", "choicesde": "Hier\nDort"}, "labelde", "write the question"),
    ({"labelde": "Wo?", "kind": "one"}, "choicesde", "at least two"),
    ({"labelde": "Wo?", "kind": "several", "choicesde": "Hier"}, "choicesde", "at least two"),
    ({"labelen": "Where?", "kind": "one", "choicesen": "Here"}, "choicesen", "at least two"),
    ({"labelde": "Wo?", "kind": "one", "choicesde": "Hier\nHier"}, "choicesde", "the same"),
    ({"labelde": "Wo?", "kind": "one", "choicesde": "Hier\nDort", "choicesen": "Here"}, "choicesen", "as many"),
    ({"labelde": "Wo?", "kind": "text", "choicesde": "Hier\nDort"}, "choicesde", "no choices"),
    ({"labelde": "Wo?", "kind": "consent", "choicesen": "Yes\nNo"}, "choicesen", "no choices"),
    ({"labelde": "Wo?", "kind": "one", "choicesde": "\n".join(map(str, range(31)))}, "choicesde", "at most 30"),
    ({"labelde": "Wo?", "kind": "one", "choicesde": "a\n" + "b" * 201}, "choicesde", "200 characters"),
    ({"labelde": "x" * 301}, "labelde", "300"),
    ({"labelde": "Wo?", "kind": "essay"}, "kind", "choose one"),
])  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused_beside_its_field(parts, field, words):
    form = a_form(**question(**parts))

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == [f"questions-0-{field}"]
    assert words in sentences(form)[f"questions-0-{field}"]


def test_a_question_is_no_row_as_long_as_nothing_is_written_into_it():
    form = a_form(**question(key="ab12", kind="one", required="y"))

    assert form.draft(NOW, None).questions == ()
    assert not form.holds("questions")


@pytest.mark.parametrize(("changes", "names", "open_"), [
    ({}, ["programme_de"], False),
    ({"programme_de": "Filme"}, ["programme_de"], True),
    ({"change": "partners add"}, ["partners"], True),
    ({"change": "drop trailer_picture"}, ["trailer_picture"], True),
    ({"change": "panelists add"}, ["partners"], False),
])  # fmt: skip
def test_what_holds_nothing_is_folded_away(changes, names, open_):
    assert a_form(**changes).holds(*names) is open_


def test_a_copy_is_the_same_at_another_time():
    full = a_form(
        subtitle_de="Wie?", capacity="12", opens_day="2026-12-01", opens_clock="08:00", recording_url="https://example.org/r",
        **{"panelists-0-name": "Petra Podium"}, **question(key="ab12", labelde="Woher?"),
    ).draft(NOW, None)  # fmt: skip

    copy = EventForm(speech("en"), fields_of_copy(an_event(full)))

    assert copy.draft(NOW, None) is None
    assert list(sentences(copy)) == ["starts_day"]
    assert not any(copy[name].data for name in ("opens_day", "opens_clock", "closes_day", "recording_url"))
    assert (copy.starts_clock.data, copy.capacity.data) == ("10:00", "12")
    dated = EventForm(speech("en"), MultiDict(fields_of_copy(an_event(full)) | {"starts_day": "2027-01-11"}))
    kept = replace(
        dated.draft(NOW, None), **dict.fromkeys(("starts_wall", "ends_wall", "starts_at", "ends_at"), NOW)
    )
    before = replace(full, recording_url="", opens_at=None, **dict.fromkeys(("starts_wall", "ends_wall", "starts_at", "ends_at"), NOW))  # fmt: skip
    assert kept == before


HOUSE = Instance(name="Umweltministerium", url="https://ministry.example.org", help_phone="0511 1")


def begun(instance, latest):
    return EventForm(speech("de"), fields_to_begin_with(instance, latest, "host@example.org"))


def test_a_new_form_knows_who_invites_and_whom_to_ring_from_the_settings():
    latest = an_event(a_form(hosted_by="Anderes Amt", help_name="Andere Hilfe").draft(NOW, None))

    form = begun(HOUSE, latest)

    assert (form.hosted_by.data, form.hosted_by_url.data) == ("Umweltministerium", "https://ministry.example.org")
    assert (form.help_phone.data, form.help_name.data) == ("0511 1", "")


def test_without_settings_a_new_form_takes_them_from_the_latest_event():
    latest = an_event(a_form(hosted_by="Amt", hosted_by_logo=PICTURE, help_phone="0511 2").draft(NOW, None))

    form = begun(Instance(), latest)

    assert (form.hosted_by.data, form.hosted_by_logo.data, form.help_phone.data) == ("Amt", PICTURE, "0511 2")


def test_title_day_start_and_end_are_enough():
    fields = fields_to_begin_with(Instance(), None, "host@example.org")
    least = {name: FILLED_IN[name] for name in ("title_de", "starts_day", "starts_clock", "ends_clock")}

    draft = EventForm(speech("de"), MultiDict(fields | least)).draft(NOW, None, publishing=True)

    assert draft.zoom_host == "host@example.org"
    assert draft.double_opt_in
    assert draft.reminders == DEFAULT_RULES


NAMES = sorted(
    {
        *a_form()._fields,
        "questions-0-key",
        "questions-0-kind",
        "questions-1-kind",
        "questions-0-labelde",
        "questions-0-choicesde",
        "questions-0-choicesen",
        "panelists-0-portrait",
        "partners-0-logofile",
        "panelists-0-name",
        "partners-1-url",
        "panelists-2-mark",
        "change",
        "action",
    }
)
TYPED = st.text(max_size=40) | st.from_regex(r"[0-9]{1,4}[-.:][0-9]{1,2}([-.][0-9]{1,4})?", fullmatch=True)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=20), TYPED, max_size=12))
def test_whatever_is_submitted_there_is_an_answer(fields):
    form = a_form("de", **fields)

    draft = form.draft(NOW, None)

    assert (draft is None) == bool(form.complaints())


@pytest.mark.parametrize("field", ["hosted_by_url", "recording_url", "partners-0-url"])
def test_an_address_is_no_longer_than_its_column_with_its_beginning_added(field):
    typed = "example.org/" + "x" * 486

    form = a_form(**{field: typed, "partners-0-name": "Verein"})

    assert form.draft(NOW, None) is None
    assert "shorten this to 500 characters; at present it has 506" in sentences(form)[field]
