"""One person as the reception sees them, and callers who are added by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from tests.builders import a_draft, a_sighting, an_attendee
from tests.cast import ANNA, BEN, CHIARA, MALLORY, OLGA_EMAIL, OLGA_NAME
from tests.statements import counted
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import Fact, Match
from zoom_bridge.domain.question import Answer, Question, QuestionKind
from zoom_bridge.domain.reminder_rule import ReminderRule, Unit
from zoom_bridge.domain.webinar import DialIn
from zoom_bridge.flows import hosting, registering, welcoming
from zoom_bridge.store import organisers, overviews, registrations, sightings, tables, webinars

COMES = Question("comes", QuestionKind.ONE, "Wie kommen Sie?", "", ("allein", "zu zweit"), (), required=True)


pytestmark = pytest.mark.either_database


def people(event, end=""):
    return f"/organiser/events/{event.id}/people{end}"


def register(bridge, event, person, confirm=True):
    registering.register(bridge.db, event.slug, person, bridge.clock())
    with bridge.db.reading() as connection:
        known = registrations.find_by_email(connection, event.id, person.email)
    return registering.confirm(bridge.db, known.key, bridge.clock()) if confirm else known


def everybody(bridge, event):
    with bridge.db.reading() as connection:
        return registrations.list_for_event(connection, event.id)


def letters(bridge, person):
    with bridge.db.reading() as connection:
        return overviews.letters_of(connection, person.id)


def change_event(bridge, event, **values):
    with bridge.db.transaction() as connection:
        connection.execute(update(tables.events).where(tables.events.c.id == event.id).values(**values))


def change(bridge, person, **values):
    with bridge.db.transaction() as connection:
        registrations.change(connection, person.id, **values)


# --- one person -------------------------------------------------------------------------------------------------


def test_a_person_s_page_holds_what_they_told_us(olga, event, bridge):
    answer = Answer("comes", "Wie kommen Sie?", ("zu zweit",))
    told = replace(ANNA, needs="Gebärdensprache", asks="Was kostet das?", answers=(answer,))
    anna = register(bridge, event, told)
    page = olga.open(people(event)).links("Anna Albers")
    text = olga.open(page[0]).text

    assert page == [people(event, f"/{anna.id}")]
    assert "Bedarf Gebärdensprache" in text
    assert "Frage an das Podium Was kostet das?" in text
    assert "Wie kommen Sie? zu zweit" in text
    assert "Sprache unserer E‑Mails Deutsch" in text


def test_it_holds_the_link_with_a_word_on_who_may_get_it(olga, event, bridge):
    anna = register(bridge, event, ANNA)
    text = olga.open(people(event, f"/{anna.id}")).text

    assert bridge.links.personal(anna.key) in text
    assert "Geben Sie ihn nur dieser Person" in text


def test_who_has_no_place_has_no_link(olga, event, bridge):
    ben = register(bridge, event, BEN, confirm=False)

    assert bridge.links.personal(ben.key) not in olga.open(people(event, f"/{ben.id}")).text


def test_letters_are_handed_over_and_never_delivered(olga, event, bridge, work):
    anna = register(bridge, event, ANNA)
    before = olga.open(people(event, f"/{anna.id}")).text
    work()
    after = olga.open(people(event, f"/{anna.id}")).text

    assert "Bestätigung Geht gleich hinaus." in before
    assert "Bestätigung An den Mailserver übergeben am 01.09.2026, 10.00 Uhr." in after
    assert "zugestellt" not in after


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"gave_up_at": "now", "due_at": None, "last_error": "The mail server refuses the recipient"}, "Konnte nicht gesendet werden. Der Mailserver nimmt für diese Adresse nichts an"),
        ({"skipped_at": "now", "due_at": None, "skip_reason": "expired"}, "Nicht verschickt: Die Zeit dafür war vorbei."),
        ({"last_error": "The mail server asks for a pause"}, "Wartet."),
    ],
)  # fmt: skip
def test_what_became_of_a_letter_is_said_in_words(olga, event, bridge, clock, values, said):
    anna = register(bridge, event, ANNA)
    m = tables.messages
    with bridge.db.transaction() as connection:
        values = {name: clock() if value == "now" else value for name, value in values.items()}
        connection.execute(update(m).where(m.c.kind == "confirmation").values(**values))

    assert said in olga.open(people(event, f"/{anna.id}")).text
    assert said.partition(".")[0] in olga.open(people(event)).text


def test_the_plan_of_one_person_stands_beside_what_they_got(olga, event, bridge, clock, work):
    rules = (ReminderRule(3, Unit.DAYS), ReminderRule(1, Unit.DAYS), ReminderRule(1, Unit.HOURS))
    tomorrow = {"starts_at": clock() + timedelta(hours=26), "ends_at": clock() + timedelta(hours=28)}
    draft = a_draft(zoom_host=event.zoom_host, reminders=rules, **tomorrow)
    hosting.change_event(bridge.db, event.id, draft, clock())
    anna = register(bridge, event, ANNA)
    ben = register(bridge, event, BEN, confirm=False)
    work()

    page = olga.open(people(event, f"/{anna.id}"))
    told = page.text.split("Was geschehen ist")[0]
    clock.advance(hours=2)
    work()
    later = olga.open(people(event, f"/{anna.id}")).text

    assert "Erinnerung 3 Tage vorher Nicht verschickt: In der Bestätigung stand schon alles." in told
    assert "Bestätigung An den Mailserver übergeben am 01.09.2026, 10.00 Uhr." in told
    assert "Erinnerung am Vortag Geplant für den 01.09.2026, 12.00 Uhr." in told
    assert "Zugangslink eine Stunde vorher Geplant für den 02.09.2026, 11.00 Uhr." in told
    assert f"/organiser/events/{event.id}/letters/day_before?person={anna.id}&rule=1d" in page.links()
    assert "Erinnerung am Vortag An den Mailserver übergeben am 01.09.2026, 12.00 Uhr." in later
    assert later.count("Erinnerung am Vortag") == page.text.count("Erinnerung am Vortag")
    unconfirmed = olga.open(people(event, f"/{ben.id}")).text
    assert "Bestätigung Geht sofort hinaus, wenn die Anmeldung bestätigt wird." in unconfirmed


def test_what_happened_stands_in_its_order(olga, event, bridge, clock, work):
    anna = register(bridge, event, ANNA)
    work()
    change(bridge, anna, first_clicked_at=event.starts_at)
    told = {"registration_id": anna.id, "participant": "p", "matched_by": Match.REGISTRANT_ID}
    with bridge.db.transaction() as connection:
        for sighting in (
            a_sighting(Fact.JOINED, event.starts_at + timedelta(minutes=1), **told),
            a_sighting(Fact.LEFT, event.starts_at + timedelta(minutes=9), **told),
        ):
            sightings.record(connection, event.id, sighting)
    history = olga.open(people(event, f"/{anna.id}")).text.split("Was geschehen ist")[1]

    order = ["Auf der Seite angemeldet.", "Der Platz ist sicher.", "Hat den Zugangslink zum ersten Mal geöffnet.", "Ist in den Raum gekommen.", "Hat den Raum verlassen."]  # fmt: skip
    assert sorted(order, key=history.index) == order


def test_who_took_somebody_off_the_list_is_said(olga, event, bridge, clock):
    anna, ben = register(bridge, event, ANNA), register(bridge, event, BEN)
    registering.cancel(bridge.db, anna.key, clock())
    registering.cancel_by_organiser(bridge.db, ben.id, clock())

    assert "Hat sich abgemeldet." in olga.open(people(event, f"/{anna.id}")).text
    assert "Wurde von Ihrem Team von der Liste genommen." in olga.open(people(event, f"/{ben.id}")).text


def test_taking_somebody_off_the_list_asks_first(olga, event, bridge):
    anna = register(bridge, event, ANNA)
    (address,) = olga.open(people(event, f"/{anna.id}")).links("Von der Liste nehmen")

    asked = olga.open(address)

    assert everybody(bridge, event)[0].active
    asked.submit("/cancel")
    assert not everybody(bridge, event)[0].active


def test_the_letter_somebody_needs_is_sent_once_more(olga, event, bridge, clock, work):
    anna = register(bridge, event, ANNA)
    work()
    clock.advance(minutes=5)
    written = len(letters(bridge, anna))

    page = olga.open(people(event, f"/{anna.id}")).submit("/resend")

    assert "Eine E‑Mail an Anna Albers ist auf dem Weg." in page.text
    assert len(letters(bridge, anna)) == written + 1


def test_nobody_s_mailbox_is_filled(olga, event, bridge, work):
    anna = register(bridge, event, ANNA)
    page = olga.open(people(event, f"/{anna.id}"))
    page.submit("/resend")
    written = len(letters(bridge, anna))

    again = page.submit("/resend")

    assert "An Anna Albers ging gerade erst eine E‑Mail." in again.text
    assert len(letters(bridge, anna)) == written


def test_who_cancelled_gets_no_letter(olga, event, bridge, clock):
    anna = register(bridge, event, ANNA)
    page = olga.open(people(event, f"/{anna.id}"))
    registering.cancel(bridge.db, anna.key, clock())

    assert "Für Anna Albers gibt es jetzt keine E‑Mail." in page.submit("/resend").text
    assert not [form for form in olga.open(people(event, f"/{anna.id}")).forms if "/resend" in form.action]


def test_people_of_another_event_are_unknown_here(olga, event, bridge, clock):
    anna = register(bridge, event, ANNA)
    other = hosting.create_event(bridge.db, a_draft(title_de="Andere"), clock())
    token = dict(olga.open(people(event, f"/{anna.id}")).form("/resend").fields)["csrf_token"]

    assert olga.open(people(other, f"/{anna.id}")).status == 404
    assert olga.post(people(other, f"/{anna.id}/resend"), [("csrf_token", token)]).status == 404


def test_names_are_shown_literally(olga, event, bridge):
    mallory = register(bridge, event, replace(MALLORY, needs="<script>alert(2)</script>"))
    page = olga.open(people(event, f"/{mallory.id}"))

    assert "<script>alert" not in page.html
    assert MALLORY.name in page.text


# --- callers ----------------------------------------------------------------------------------------------------


def add(olga, event, **typed):
    return olga.open(people(event, "/new")).submit("first_name", **typed)


def test_a_caller_without_an_address_is_added_and_read_what_they_need(olga, event, bridge, work):
    work()
    with bridge.db.transaction() as connection:
        twin = webinars.find_by_event(connection, event.id)
        webinars.note(connection, twin.id, dial_in=(DialIn("DE", "+49 69 1234"),), passcode="482913")

    page = add(olga, event, first_name="Else", last_name="Ebert")

    (else_,) = everybody(bridge, event)
    assert page.path == people(event, f"/{else_.id}")
    assert (else_.name, else_.by_phone_only, else_.active) == ("Else Ebert", True, True)
    assert "Else Ebert ist jetzt angemeldet." in page.text
    read_out = page.text.split("Zum Vorlesen am Telefon")[1]
    assert "Montag, 7. September 2026, 10.00 bis 11.30 Uhr. Einlass ab 9.45 Uhr." in read_out
    assert "+49 69 1234" in read_out
    assert f"Nummer des Webinars {twin.number}" in read_out
    assert "Kenncode 482913" in read_out
    assert "/z/" not in page.html


def test_a_caller_with_an_address_gets_link_and_letter(olga, event, bridge):
    page = add(olga, event, first_name="Anna", last_name="Albers", email="anna@example.org", language="en")

    (anna,) = everybody(bridge, event)
    assert (anna.active, anna.language, anna.source) == (True, "en", "organiser")
    assert bridge.links.personal(anna.key) in page.text
    assert len(letters(bridge, anna)) == 1


def test_needs_questions_and_answers_of_a_caller_are_kept(olga, event, bridge):
    change_event(bridge, event, questions=(COMES,), participation=True)

    add(olga, event, first_name="Else", last_name="Ebert", needs="Untertitel", asks="Warum?", **{"answer-comes": "zu zweit"})  # fmt: skip

    (else_,) = everybody(bridge, event)
    assert (else_.needs, else_.asks) == ("Untertitel", "Warum?")
    assert else_.answers == (Answer("comes", "Wie kommen Sie?", ("zu zweit",)),)


def test_on_the_telephone_nobody_has_to_answer(olga, event, bridge):
    change_event(bridge, event, questions=(COMES,))

    add(olga, event, first_name="Else", last_name="Ebert")

    assert len(everybody(bridge, event)) == 1


def test_what_makes_no_sense_comes_back_with_everything_typed(olga, event, bridge):
    page = add(olga, event, first_name="Else", last_name="", email="else@", needs="Untertitel")

    assert page.status == 422
    assert "Bitte prüfen Sie 2 Angaben" in page.text
    assert "Bitte tragen Sie den Nachnamen ein." in page.text
    assert dict(page.form("first_name").fields)["needs"] == "Untertitel"
    assert not everybody(bridge, event)


def test_a_form_that_was_open_too_long_comes_back_with_everything_typed(olga, event, bridge):
    page = olga.post(people(event, "/new"), [("csrf_token", "old"), ("first_name", "Else"), ("language", "de")])

    assert page.status == 403
    assert dict(page.form("first_name").fields)["first_name"] == "Else"
    assert not everybody(bridge, event)


def test_a_full_event_is_said_to_be_with_everything_typed(olga, event, bridge):
    register(bridge, event, ANNA)
    change_event(bridge, event, capacity=1)

    page = add(olga, event, first_name="Else", last_name="Ebert")

    assert page.status == 409
    assert "Alle Plätze sind vergeben." in page.text
    assert dict(page.form("first_name").fields)["last_name"] == "Ebert"


def test_an_address_that_is_registered_leads_to_its_person(olga, event, bridge):
    anna = register(bridge, event, ANNA)

    page = add(olga, event, first_name="Anna", last_name="Albers", email="Anna@example.org")

    assert page.path == people(event, f"/{anna.id}")
    assert "Mit dieser Adresse ist schon jemand angemeldet." in page.text


def test_pressing_the_button_twice_adds_one_caller(olga, event, bridge, clock):
    form = olga.open(people(event, "/new"))

    for _ in range(2):
        page = form.submit("first_name", first_name="Else", last_name="Ebert")
    clock.advance(minutes=2)
    form.submit("first_name", first_name="Else", last_name="Ebert")

    assert page.status == 200
    assert len(everybody(bridge, event)) == 2


def test_to_a_draft_nobody_is_added(olga, bridge, clock):
    draft = hosting.create_event(bridge.db, a_draft(), clock())

    assert not olga.open(people(draft)).links("Person am Telefon anmelden")
    assert add(olga, draft, first_name="Else", last_name="Ebert").status == 404


def test_the_reception_adds_callers(event, bridge, clock, visit):
    rita = visit()
    rita.open(welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", clock())).submit("/sign-in/")
    with bridge.db.transaction() as connection:
        for organiser in organisers.list_all(connection):
            organisers.change(connection, organiser.id, role=Role.RECEPTION)

    assert add(rita, event, first_name="Else", last_name="Ebert").status == 200
    assert len(everybody(bridge, event)) == 1


# --- lists ------------------------------------------------------------------------------------------------------


def test_the_list_of_people_costs_the_same_for_one_page_of_one_and_of_fifty(olga, event, bridge):
    register(bridge, event, ANNA)
    with counted(bridge.db) as few:
        olga.open(people(event))
    for number in range(30):
        register(bridge, event, an_attendee(email=f"guest{number}@example.org"))

    with counted(bridge.db) as many:
        olga.open(people(event))

    assert len(many) == len(few)


def test_the_file_of_people_holds_answers_needs_and_questions(olga, event, bridge):
    change_event(bridge, event, questions=(COMES,))
    now_asked = Answer("comes", "Wie kommen Sie?", ("zu zweit",))
    asked_once = Answer("old", "Woher?", ("=1+1",))
    register(bridge, event, replace(ANNA, needs="Untertitel", asks="Warum?", answers=(now_asked, asked_once)))
    register(bridge, event, CHIARA, confirm=False)
    answer = olga.open(f"/organiser/events/{event.id}/people.csv").response

    lines = answer.get_data().decode("utf-8-sig").split("\r\n")
    assert answer.get_data().startswith("\ufeff".encode())
    assert lines[0].endswith(
        "Angemeldet am;Auf die Warteliste gesetzt;Bedarf;Frage an das Podium;Wie kommen Sie?;Woher?"
    )
    assert lines[1] == "Anna;Albers;anna@example.org;de;angemeldet;wartet;2026-09-01 10:00:00;;Untertitel;Warum?;zu zweit;'=1+1"  # fmt: skip
    assert lines[2].startswith("Chiara;Conti;chiara@example.org;de;unbestätigt;")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="people.csv"'
