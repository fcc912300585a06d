"""The waiting list on pages: the full event's page and form, the place in line, and what organisers see and do."""

import csv
import io
from urllib.parse import urlsplit

import pytest

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, CHIARA
from zoom_bridge.domain.registration import Standing
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import registrations


def look(bridge, event, person):
    with bridge.db.reading() as connection:
        return registrations.find_by_email(connection, event.id, person.email)


def click(visitor, page, words):
    return visitor.open(page.links(words)[0])


def ticked(page, name):
    return dict(page.form("title_de").fields).get(name) == "y"


def attend(bridge, event, *people):
    for person in people:
        registering.register(bridge.db, event.slug, person, bridge.clock())
        registering.confirm(bridge.db, look(bridge, event, person).key, bridge.clock())


@pytest.fixture
def full(bridge, event):
    """One place, which is Anna's."""
    draft = a_draft(capacity=1, waiting_list=True, zoom_host=event.zoom_host)
    return hosting.change_event(bridge.db, event.id, draft, bridge.clock())


def test_a_stranger_reads_that_all_is_taken_waits_and_finds_their_place_in_line(bridge, full, visit, clock):
    attend(bridge, full, ANNA, BEN)
    clock.advance(minutes=1)

    someone = visit()
    page = someone.open("/e/gute-nachbarschaft")
    assert "Auf der Warteliste rücken Sie von selbst nach" in page.text
    form = click(someone, page, "Zur Warteliste")
    assert "Mit diesem Formular setzen Sie sich auf die Warteliste" in form.text
    told = form.submit("/register", first_name="Chiara", last_name="Conti", email=CHIARA.email)
    assert "Inzwischen sind alle Plätze vergeben" in told.text

    asked = visit().open(bridge.links.confirm(look(bridge, full, CHIARA).key))
    assert "dann stehen Sie auf der Warteliste" in asked.text
    mine = asked.submit("/confirm/")
    assert "Sie stehen an Stelle 2" in mine.text
    assert "Einen Platz haben Sie noch nicht" in mine.text
    assert "Zum Ausprobieren" not in mine.text

    left = click(visit(), mine, "Warteliste verlassen").submit("/cancel")
    assert "Sie stehen nicht mehr auf der Warteliste" in left.text
    back = left.submit("/return")
    assert "Sie stehen an Stelle 2" in back.text


def test_who_gives_the_last_place_back_reads_that_they_would_wait_for_another(bridge, full, visit):
    attend(bridge, full, ANNA)

    asked = visit().open(f"{bridge.links.personal(look(bridge, full, ANNA).key)}/cancel")

    assert "stehen Sie am Ende der Warteliste" in asked.text


def test_when_it_is_over_or_called_off_nobody_waits_on_their_page(bridge, full, visit, clock):
    attend(bridge, full, ANNA, BEN)
    mine = bridge.links.personal(look(bridge, full, BEN).key)

    clock.set(full.ends_at)
    assert "No place became free for you in time" in visit().open(mine).text

    hosting.cancel_event(bridge.db, full.id, clock())
    assert "This event will not take place" in visit().open(mine).text


def test_organisers_see_the_line_in_order_and_let_somebody_up_or_off(bridge, full, olga, clock):
    zoe = an_attendee(first_name="Zoe", last_name="Zander", email="zoe@example.org")
    for person in (ANNA, zoe, BEN):
        attend(bridge, full, person)
        clock.advance(minutes=1)

    overview = olga.open(f"/organiser/events/{full.id}")
    assert "auf der Warteliste 2" in overview.text
    people = click(olga, overview, "auf der Warteliste")
    assert people.text.index("Zoe Zander") < people.text.index("Ben Brandt")
    assert "Anna Albers" not in people.text

    ben = click(olga, people, "Ben Brandt")
    assert "an Stelle 2" in ben.text
    assert "Ben Brandt hat jetzt einen Platz" in ben.submit("/move-up").text
    assert look(bridge, full, BEN).standing is Standing.REGISTERED

    people = olga.open(f"/organiser/events/{full.id}/people?standing=waiting_list")
    asked = click(olga, click(olga, people, "Zoe Zander"), "Von der Liste nehmen")
    gone = asked.submit("/cancel")
    assert "Zoe Zander steht nicht mehr auf der Warteliste" in gone.text


def test_the_file_tells_since_when_somebody_waits(bridge, full, olga):
    attend(bridge, full, ANNA, BEN)

    file = olga.open(f"/organiser/events/{full.id}/people.csv").response.get_data().decode("utf-8-sig")
    anna, ben = csv.DictReader(io.StringIO(file), delimiter=";")

    assert (anna["Auf die Warteliste gesetzt"], ben["Stand"]) == ("", "auf der Warteliste")
    assert ben["Auf die Warteliste gesetzt"]


def test_a_caller_with_an_address_is_put_on_the_list_and_one_without_is_not(bridge, full, olga):
    attend(bridge, full, ANNA)
    form = olga.open(f"/organiser/events/{full.id}/people/new")

    refused = form.submit("/people/new", first_name="Ben", last_name="Brandt", email="")
    assert "nur Personen mit E‑Mail-Adresse" in refused.text

    added = form.submit("/people/new", first_name="Ben", last_name="Brandt", email=BEN.email)
    assert "Ben Brandt steht jetzt auf der Warteliste" in added.text


def test_new_events_have_the_list_ticked_and_the_form_takes_it_off(olga, bridge, full):
    assert ticked(olga.open("/organiser/events/new"), "waiting_list")

    form = olga.open(f"/organiser/events/{full.id}/edit")
    assert ticked(form, "waiting_list")
    form.submit("title_de", button="save", waiting_list=None)

    assert not ticked(olga.open(f"/organiser/events/{full.id}/edit"), "waiting_list")


def test_who_has_no_seat_yet_gets_no_calendar_entry_and_with_it_no_number_to_dial(bridge, full, visit):
    attend(bridge, full, ANNA, BEN)
    mine = bridge.links.personal(look(bridge, full, BEN).key)

    page = visit().open(f"{mine}/calendar.ics")

    assert page.path == urlsplit(mine).path
