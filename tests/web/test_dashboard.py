"""The organisers' first page: what is next, what waits for a person, and that it costs the same for many events."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from tests.builders import a_draft, an_attendee
from tests.cast import ANNA, BEN, OLGA_EMAIL, OLGA_NAME
from tests.statements import counted
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.registration import Source
from zoom_bridge.flows import hosting, registering, welcoming
from zoom_bridge.store import organisers, overviews, registrations, runs, tables, webinars

pytestmark = pytest.mark.either_database


def seat(bridge, event, *people):
    for person in people:
        registering.register(bridge.db, event.slug, person, bridge.clock())
        with bridge.db.reading() as connection:
            known = registrations.find_by_email(connection, event.id, person.email)
        registering.confirm(bridge.db, known.key, bridge.clock())


def offer(bridge, title, starts_wall, publish=True):
    draft = a_draft(title_de=title, starts_wall=starts_wall, ends_wall=starts_wall + timedelta(hours=1))
    event = hosting.create_event(bridge.db, draft, bridge.clock())
    if publish:
        hosting.publish_event(bridge.db, event.id, bridge.clock())
    return event


def many_more(bridge, event, n):
    """Copies of an event, written directly, half of them over."""
    with bridge.db.transaction() as connection:
        row = dict(
            connection.execute(select(tables.events).where(tables.events.c.id == event.id)).mappings().one()
        )
        del row["id"]
        shift = timedelta(days=365)
        copies = [
            row
            | {"slug": f"copy-{number}"}
            | ({"starts_at": row["starts_at"] - shift, "ends_at": row["ends_at"] - shift} if number % 2 else {})
            for number in range(n)
        ]
        connection.execute(insert(tables.events), copies)


def test_what_is_next_stands_large_with_its_bridge_and_countdown(olga, event, bridge, work):
    seat(bridge, event, ANNA, BEN)
    work()
    offer(bridge, "Danach im Herbst", datetime(2026, 10, 1, 10))
    page = olga.open("/organiser/")

    text = page.text
    assert "Als Nächstes Gute Nachbarschaft Anmeldung offen Montag, 7. September 2026" in text
    assert "noch 6 Tage" in text
    assert "2 hier gleich 2 bei Zoom" in text
    assert text.index("Gute Nachbarschaft") < text.index("Danach") < text.index("Danach im Herbst")
    assert page.links("Tag der Veranstaltung") == [f"/organiser/events/{event.id}/desk"]


def test_on_the_day_the_first_button_leads_to_the_desk(olga, event, clock, bridge):
    clock.set(event.starts_at - timedelta(minutes=90))
    page = sign_in_again(olga, bridge).open("/organiser/")

    assert "noch 90 Minuten" in page.text
    assert page.links("Zum Tag der Veranstaltung") == [f"/organiser/events/{event.id}/desk"]


def sign_in_again(visitor, bridge):
    """A session lasts twelve hours."""
    link = welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock())
    visitor.open(link).submit("/sign-in/")
    return visitor


def test_several_events_that_run_are_all_there(olga, event, bridge, clock):
    offer(bridge, "Nebenan", datetime(2026, 9, 7, 10, 30))
    clock.set(event.starts_at + timedelta(minutes=5))
    text = sign_in_again(olga, bridge).open("/organiser/").text

    assert (
        text.index("Jetzt") < text.index("Gute Nachbarschaft") < text.index("Nebenan") < text.index("Braucht Sie")
    )


def test_a_cancelled_event_is_not_what_is_next(olga, event, bridge, clock):
    hosting.cancel_event(bridge.db, event.id, clock())
    text = olga.open("/organiser/").text

    assert "Noch keine Veranstaltung geplant" in text
    assert "Abgesagt" in text


def test_nothing_to_do_is_said(olga, event):
    assert "Nichts. Alles ist, wie es sein soll." in olga.open("/organiser/").text


def test_each_thing_that_waits_leads_to_where_it_can_be_done(olga, event, bridge, clock, work):
    seat(bridge, event, ANNA, BEN)
    work()
    draft = offer(bridge, "Vergessen", datetime(2026, 9, 4, 10), publish=False)
    r, m = tables.registrations, tables.messages
    with bridge.db.transaction() as connection:
        webinars.note(connection, webinars.find_by_event(connection, event.id).id, gone_at=clock())
        connection.execute(update(r).where(r.c.email == ANNA.email).values(gave_up_at=clock()))
        connection.execute(update(r).where(r.c.email == BEN.email).values(confirmed_at=None, source=Source.ZOOM))
        connection.execute(update(m).values(gave_up_at=clock(), sent_at=None))
        runs.record_trouble(connection, "send_mail", "The mail server does not let us in", clock(), True, clock())
    page = olga.open("/organiser/")

    here = f"/organiser/events/{event.id}"
    assert page.links("Sie beginnt bald und ist noch ein Entwurf.") == [f"/organiser/events/{draft.id}"]
    assert page.links("Das Webinar wurde bei Zoom gelöscht.") == [f"{here}#sync"]
    assert page.links("1 Anmeldung wartet auf Ihre Zusage.") == [f"{here}/people?standing=waits_for_approval"]
    assert page.links("Zoom nimmt 1 Anmeldung nicht an.") == [f"{here}/people?zoom=stuck"]
    assert page.links("E‑Mails konnten nicht gesendet werden.") == [f"{here}/letters#stuck"]
    assert page.links("„E‑Mails verschicken“ geht seit") == ["/organiser/settings"]


def test_past_and_cancelled_events_rest(olga, event, bridge, clock):
    with bridge.db.transaction() as connection:
        webinars.note(connection, webinars.find_by_event(connection, event.id).id, gone_at=clock())
    hosting.cancel_event(bridge.db, event.id, clock())

    assert "bei Zoom gelöscht" not in olga.open("/organiser/").text


def test_events_that_are_over_have_pages_of_their_own(olga, event, bridge):
    many_more(bridge, event, 80)
    page = olga.open("/organiser/")
    (address,) = page.links("Alle beendeten Veranstaltungen")

    first = olga.open(address)
    (following,) = first.links("Nächste Seite")

    assert page.html.count("Beendet</span>") == 10
    assert "40 Veranstaltungen, Seite 1 von 2" in first.text
    assert olga.open(following).html.count("Beendet</span>") == 15


def test_many_events_to_come_have_pages_of_their_own(olga, event, bridge):
    many_more(bridge, event, 80)
    page = olga.open("/organiser/")
    (address,) = page.links("Alle kommenden Veranstaltungen")

    assert page.html.count("Anmeldung offen</span>") == 26
    assert "41 Veranstaltungen, Seite 1 von 2" in olga.open(address).text


@pytest.mark.parametrize("asked", ["0", "-3", "x", "99999999999"])
def test_pages_that_are_not_there_do_no_harm(olga, asked):
    for which in ("past", "coming"):
        assert olga.open(f"/organiser/{which}?page={asked}").status == 200


def test_many_events_cost_as_many_statements_as_few(olga, event, bridge, db):
    many_more(bridge, event, 4)
    with counted(db) as few:
        olga.open("/organiser/")
    many_more_with_other_names(bridge, event, 496)

    with counted(db) as many:
        page = olga.open("/organiser/")

    assert "Alle kommenden Veranstaltungen" in page.text
    assert len(many) == len(few) <= 15


def many_more_with_other_names(bridge, event, n):
    with bridge.db.transaction() as connection:
        connection.execute(update(tables.events).values(slug="first-" + tables.events.c.slug))
    many_more(bridge, event, n)


def test_the_reception_is_not_offered_what_it_may_not_do(olga, event, bridge):
    with bridge.db.transaction() as connection:
        for organiser in organisers.list_all(connection):
            organisers.change(connection, organiser.id, role=Role.RECEPTION)
    page = olga.open("/organiser/")

    assert not page.links("Neue Veranstaltung")
    assert page.links("Menschen") == [f"/organiser/events/{event.id}/people"]


def test_an_empty_house_tells_the_reception_what_will_be(olga, bridge):
    with bridge.db.transaction() as connection:
        for organiser in organisers.list_all(connection):
            organisers.change(connection, organiser.id, role=Role.RECEPTION)

    assert "Sobald jemand aus Ihrem Team eine anlegt, steht sie hier." in olga.open("/organiser/").text


def test_callers_by_telephone_are_not_missed_at_zoom(olga, event, bridge, work):
    seat(bridge, event, ANNA)
    registering.add_caller(bridge.db, event.id, an_attendee(first_name="Else", email=""), bridge.clock())
    work()

    with bridge.db.reading() as connection:
        found = overviews.numbers(connection, event.id)
    assert (found.registered, found.online, found.at_zoom, found.by_phone) == (2, 1, 1, 1)
    assert "1 hier gleich 1 bei Zoom" in olga.open("/organiser/").text
