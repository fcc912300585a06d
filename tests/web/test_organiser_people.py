"""The list of people: find them, let them in, take them off the list."""

import pytest
from sqlalchemy import update

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA, MALLORY
from zoom_bridge.domain.registration import Attendee, Source
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import registrations, tables


def people(event, query=""):
    return f"/organiser/events/{event.id}/people{query}"


def register(bridge, event, *attendees):
    for attendee in attendees:
        registering.register(bridge.db, event.slug, attendee, bridge.clock())
    with bridge.db.reading() as connection:
        known = {person.email: person for person in registrations.list_for_event(connection, event.id)}
    return [known[attendee.email] for attendee in attendees]


def find(bridge, person):
    with bridge.db.reading() as connection:
        return registrations.find(connection, person.id)


def change(bridge, person, **values):
    with bridge.db.transaction() as connection:
        connection.execute(
            update(tables.registrations).where(tables.registrations.c.id == person.id).values(**values)
        )


def test_an_empty_list_gives_the_address_to_send_around(olga, event):
    text = olga.open(people(event)).text

    assert "Noch niemand angemeldet" in text
    assert "https://events.example.org/e/gute-nachbarschaft" in text


def test_people_are_listed_with_their_standing_here_and_at_zoom(olga, event, bridge, work):
    work()
    anna, _ = register(bridge, event, ANNA, BEN)
    registering.confirm(bridge.db, anna.key, bridge.clock())
    work()
    text = olga.open(people(event)).text

    assert "2 Menschen" in text
    assert "Anna Albers anna@example.org angemeldet bei Zoom angemeldet" in text
    assert "Ben Brandt ben@example.org unbestätigt noch nicht" in text


def test_names_are_shown_literally(olga, event, bridge):
    register(bridge, event, MALLORY)
    page = olga.open(people(event))

    assert "<script>" not in page.html
    assert MALLORY.name in page.text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=albers", {"Anna Albers"}),
        ("?q=ANNA+ALB", {"Anna Albers"}),
        ("?q=chiara%40example", {"Chiara Conti"}),
        ("?q=%25", set()),
        ("?q=_", set()),
        ("?q=%00", {"Anna Albers", "Ben Brandt", "Chiara Conti"}),
        ("?q=%27+OR+1%3D1+--", set()),
        ("?standing=registered", {"Anna Albers"}),
        ("?standing=cancelled", {"Chiara Conti"}),
        ("?standing=nonsense", {"Anna Albers", "Ben Brandt", "Chiara Conti"}),
        ("?zoom=waits", {"Anna Albers"}),
        ("?standing=registered&q=ben", set()),
    ],
)
def test_people_are_found_by_name_address_and_standing(olga, event, bridge, query, expected):
    anna, _, chiara = register(bridge, event, ANNA, BEN, CHIARA)
    registering.confirm(bridge.db, anna.key, bridge.clock())
    change(bridge, chiara, cancelled_at=bridge.clock())
    text = olga.open(people(event, query)).text

    assert {name for name in ("Anna Albers", "Ben Brandt", "Chiara Conti") if name in text} == expected


def test_long_lists_have_pages_that_keep_the_search(olga, event, bridge):
    register(bridge, event, *[Attendee("Gast", f"{n:03}", f"gast{n}@example.org") for n in range(60)])
    first = olga.open(people(event, "?q=gast"))

    (address,) = first.links("Nächste Seite")
    second = olga.open(address)

    assert "60 Menschen, Seite 1 von 2" in first.text
    assert "Gast 059" in second.text
    assert "Gast 000" not in second.text


@pytest.mark.parametrize("page", ["0", "-1", "x", "²", "9" * 30, "99999999"])
def test_pages_that_are_not_there_do_no_harm(olga, event, bridge, page):
    register(bridge, event, ANNA)

    assert olga.open(people(event, f"?page={page}")).status == 200


def test_somebody_who_registered_at_zoom_is_let_in_by_a_button(olga, event, bridge):
    (anna,) = register(bridge, event, ANNA)
    change(bridge, anna, source=Source.ZOOM, confirm_by=None)
    page = olga.open(people(event))

    after = page.submit(f"/{anna.id}/approve")

    assert "über Zoom angemeldet" in page.text
    assert "wartet auf Ihre Zusage" in page.text
    assert "Anna Albers ist jetzt angemeldet." in after.text
    assert find(bridge, anna).active


def test_nobody_is_let_in_when_all_places_are_taken(olga, event, bridge, clock):
    hosting.change_event(bridge.db, event.id, a_draft(capacity=1), clock())
    anna, ben = register(bridge, event, ANNA, BEN)
    change(bridge, anna, source=Source.ZOOM, confirm_by=None)
    registering.confirm(bridge.db, ben.key, clock())

    after = olga.open(people(event)).submit(f"/{anna.id}/approve")

    assert "Alle Plätze sind vergeben." in after.text
    assert not find(bridge, anna).active


def test_taking_somebody_off_the_list_is_asked_about_first(olga, event, bridge):
    (anna,) = register(bridge, event, ANNA)
    registering.confirm(bridge.db, anna.key, bridge.clock())

    asked = olga.open(people(event, f"/{anna.id}/cancel"))
    assert find(bridge, anna).cancelled_at is None
    after = asked.submit("/cancel")

    assert "Die Anmeldung von Anna Albers absagen?" in asked.text
    assert "Die Anmeldung von Anna Albers ist abgesagt." in after.text
    assert find(bridge, anna).cancelled_by == "organiser"


def test_people_of_another_event_do_not_exist_here(olga, event, bridge, clock):
    other = hosting.create_event(bridge.db, a_draft(title_de="Andere"), clock())
    (anna,) = register(bridge, event, ANNA)
    token = dict(olga.open("/organiser/events/new").form("title_de").fields)["csrf_token"]

    assert olga.open(people(other, f"/{anna.id}/cancel")).status == 404
    for button in ("approve", "cancel"):
        assert olga.post(people(other, f"/{anna.id}/{button}"), [("csrf_token", token)]).status == 404
    assert find(bridge, anna) == anna
