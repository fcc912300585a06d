"""What people need, ask the panel and answered, gathered on one page."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from tests import sheets
from tests.builders import a_registration, an_event
from tests.cast import ANNA, BEN, CHIARA
from zoom_bridge.domain.question import Answer, Question, QuestionKind
from zoom_bridge.flows import registering
from zoom_bridge.store import registrations, tables
from zoom_bridge.web.wishes import alike, tallies

HOW = Question("how", QuestionKind.SEVERAL, "Wie?", "How?", ("allein", "zu zweit"), ("alone", "in twos"))
WHY = Question("why", QuestionKind.TEXT, "Warum?")
YES = Question("yes", QuestionKind.CONSENT, "Ich stimme zu")


pytestmark = pytest.mark.either_database


def who_said(*answers, **changes):
    return a_registration(answers=tuple(answers), **changes)


def test_choices_are_counted_in_the_reader_s_language_whichever_they_were_read_in():
    people = [
        who_said(Answer("how", "Wie?", ("allein",))),
        who_said(Answer("how", "How?", ("alone", "in twos"))),
        who_said(Answer("how", "Wie?", ("zu dritt",))),
        who_said(),
    ]

    (tally,) = tallies(an_event(questions=(HOW,)), people, "de")

    assert tally.label == "Wie?"
    assert tally.counts == (("allein", 2), ("zu zweit", 1), ("zu dritt", 1))
    assert tally.answered == 3


def test_what_was_written_is_listed_and_consents_are_counted():
    anna = who_said(Answer("why", "Warum?", ("Darum",)), Answer("yes", "Ich stimme zu", ("Ja",)))

    why, yes = tallies(an_event(questions=(WHY, YES)), [anna], "de")

    assert why.texts == [("Darum", [anna])]
    assert (yes.answered, yes.counts, yes.texts) == (1, (), [])


def test_the_same_wish_of_several_people_is_one():
    anna, ben, chiara = (a_registration(id=number) for number in (1, 2, 3))

    wishes = alike([("Pausen", anna), ("Untertitel", ben), ("untertitel. ", chiara)])

    assert wishes == [("Untertitel", [ben, chiara]), ("Pausen", [anna])]


def test_the_page_gathers_them_from_everybody_with_a_place(olga, event, bridge):
    with bridge.db.transaction() as connection:
        connection.execute(update(tables.events).values(questions=(HOW,), participation=True))
    for person, confirm in (
        (replace(ANNA, needs="Untertitel", asks="Was kostet das?", answers=(Answer("how", "Wie?", ("allein",)),)), True),
        (replace(BEN, needs="untertitel"), True),
        (replace(CHIARA, needs="Vorlesen", asks="Noch nicht bestätigt"), False),
    ):  # fmt: skip
        registering.register(bridge.db, event.slug, person, bridge.clock())
        with bridge.db.reading() as connection:
            known = registrations.find_by_email(connection, event.id, person.email)
        if confirm:
            registering.confirm(bridge.db, known.key, bridge.clock())
    text = olga.open(f"/organiser/events/{event.id}/wishes").text

    assert "Untertitel (2 ×) Anna Albers, Ben Brandt" in text
    assert "Was kostet das? Anna Albers" in text
    assert "1 Mensch hat geantwortet." in text
    assert "allein 1 zu zweit 0" in text
    assert "Vorlesen" not in text
    assert "Noch nicht bestätigt" not in text

    file = olga.open(f"/organiser/events/{event.id}/wishes.xlsx?lang=en").response.get_data()
    assert sheets.rows_of(file)[1:] == [
        ["What people need", "Untertitel", "Anna", "Albers", "anna@example.org"],
        ["Question to the panel", "Was kostet das?", "Anna", "Albers", "anna@example.org"],
        ["How?", "alone", "Anna", "Albers", "anna@example.org"],
        ["What people need", "untertitel", "Ben", "Brandt", "ben@example.org"],
    ]


def test_without_any_wish_the_page_says_so(olga, event):
    assert "Niemand hat angegeben, etwas zu brauchen." in olga.open(f"/organiser/events/{event.id}/wishes").text
