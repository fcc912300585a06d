"""Reminders in the event form: rows that come and go, and what they may say."""

import pytest
from werkzeug.datastructures import MultiDict

from tests.web.test_forms import FILLED_IN, NOW, a_form, an_event, sentences
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.reminder_rule import DEFAULT_RULES, MOST_RULES, ReminderRule, Unit
from zoom_bridge.i18n import speech
from zoom_bridge.store import events
from zoom_bridge.web.forms import EventForm
from zoom_bridge.web.refilled import fields_of, fields_of_copy

THREE = (ReminderRule(3, Unit.DAYS), ReminderRule(2, Unit.HOURS), ReminderRule(30, Unit.MINUTES))


def with_reminders(*rows, **more):
    fields = {}
    for number, (amount, unit) in enumerate(rows):
        fields |= {f"reminders-{number}-amount": amount, f"reminders-{number}-unit": unit}
    return a_form(**fields, **more)


def test_any_number_of_reminders_at_free_times():
    draft = with_reminders(("3", "days"), ("2", "hours"), ("30", "minutes")).draft(NOW, None)

    assert draft.reminders == THREE


def test_no_reminder_at_all_is_a_choice_as_well():
    assert with_reminders(("", "days")).draft(NOW, None).reminders == ()


@pytest.mark.parametrize(
    ("change", "amounts"),
    [
        ("reminders add", ["3", "2", "30", None]),
        ("reminders remove 0", ["2", "30"]),
        ("reminders remove 2", ["3", "2"]),
    ],
)
def test_rows_come_and_go(change, amounts):
    form = with_reminders(("3", "days"), ("2", "hours"), ("30", "minutes"), change=change)

    assert [row.amount.data or None for row in form.rows["reminders"]] == amounts


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        ("61", "days", "from 1 to 60"),
        ("73", "hours", "from 1 to 72"),
        ("181", "minutes", "from 5 to 180"),
        ("4", "minutes", "from 5 to 180"),
        ("0", "days", "from 1 to 60"),
        ("-1", "hours", "from 1 to 72"),
        ("x", "minutes", "from 5 to 180"),
        ("²", "days", "from 1 to 60"),
    ],
)
def test_what_nobody_would_want_is_refused_with_the_bounds(amount, unit, said):
    form = with_reminders((amount, unit))

    assert form.draft(NOW, None) is None
    assert said in sentences(form)["reminders-0-amount"]


def test_a_unit_that_was_never_offered_is_refused():
    form = with_reminders(("1", "years"))

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == ["reminders-0-unit"]


@pytest.mark.parametrize("twin", [("1", "days"), ("24", "hours")])
def test_two_reminders_at_the_same_time_are_one_too_many(twin):
    form = with_reminders(("1", "days"), twin)

    assert form.draft(NOW, None) is None
    assert "Another reminder leaves at this time" in sentences(form)["reminders-1-amount"]


def test_more_reminders_than_people_put_up_with_are_refused():
    form = with_reminders(*[(str(n), "days") for n in range(1, MOST_RULES + 2)])

    assert form.draft(NOW, None) is None
    assert list(sentences(form)) == [f"reminders-{MOST_RULES}-amount"]


def test_an_events_reminders_come_back_into_its_form_and_into_a_copys():
    kept = an_event(with_reminders(("3", "days"), ("2", "hours"), ("30", "minutes")).draft(NOW, None))

    for fields in (fields_of(kept), fields_of_copy(kept)):
        form = EventForm(speech("de"), MultiDict(fields | FILLED_IN))
        assert form.draft(NOW, None).reminders == THREE


def test_the_usual_reminders_are_folded_away_and_others_are_shown(olga, event: Event, bridge):
    page = olga.open(f"/organiser/events/{event.id}/edit")
    fold = "<summary>Bestätigung und Erinnerungen"

    more = page.submit("title_de", button="reminders add")
    wrong = more.submit("title_de", button="save", **{"reminders-2-amount": "99"})
    saved = wrong.submit("title_de", button="save", **{"reminders-2-amount": "7"})

    assert f"<details>{fold}" in page.html
    assert f"<details open>{fold}" in more.html
    assert (wrong.status, saved.status) == (422, 200)
    assert "Erinnerung 3: Wie lange vor dem Beginn" in wrong.text
    with bridge.db.reading() as connection:
        assert events.find(connection, event.id).reminders == (*DEFAULT_RULES, ReminderRule(7, Unit.DAYS))


def test_there_is_no_button_for_one_reminder_too_many(olga, event: Event):
    page = olga.open(f"/organiser/events/{event.id}/edit")
    for _ in range(MOST_RULES - len(DEFAULT_RULES)):
        page = page.submit("title_de", button="reminders add")

    assert "reminders add" not in page.html
    assert "polls add" in page.html
