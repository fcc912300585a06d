"""Attendance on the organiser's page and in the file for spreadsheets."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import a_sighting
from tests.cast import ANNA, BEN, CHIARA
from zoom_bridge.domain.attendance import Fact, Match, Teller
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import registering
from zoom_bridge.store import registrations, sightings
from zoom_bridge.web.spreadsheet import plain

START = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)


def at(minutes):
    return START + timedelta(minutes=minutes)


def seat(bridge, event, *attendees):
    for attendee in attendees:
        registering.register(bridge.db, event.slug, attendee, bridge.clock())
    with bridge.db.reading() as connection:
        known = {person.email: person for person in registrations.list_for_event(connection, event.id)}
    return [registering.confirm(bridge.db, known[attendee.email].key, bridge.clock()) for attendee in attendees]


def see(bridge, event, *told):
    with bridge.db.transaction() as connection:
        for sighting in told:
            sightings.record(connection, event.id, sighting)


def stay(person, joined, left=None, **changes):
    """Somebody's stay from one minute to another, matched by the join link."""
    known = {
        "participant": f"stay-{person.id}-{joined}",
        "registration_id": person.id,
        "name": person.name,
        "matched_by": Match.REGISTRANT_ID,
    } | changes
    told = [a_sighting(Fact.JOINED, at(joined), **known)]
    return told if left is None else [*told, a_sighting(Fact.LEFT, at(left), **known)]


@pytest.fixture
def page(olga, event, visit):
    return lambda end="": olga.open(f"/organiser/events/{event.id}/attendance{end}")


@pytest.fixture
def started(bridge, event, clock, olga):
    """Twenty minutes into the event. Olga signs in the same morning."""
    see(bridge, event, a_sighting(Fact.STARTED, at(0)))
    return lambda: clock.set(at(20))


@pytest.fixture
def clock(clock):
    clock.set(START - timedelta(hours=1))
    return clock


def test_before_the_event_the_page_says_what_will_be_there(page):
    assert "Die Veranstaltung hat noch nicht begonnen" in page().text


def test_during_the_event_it_shows_who_is_in_the_room_and_for_how_long(page, bridge, event, started):
    anna, ben, chiara = seat(bridge, event, ANNA, BEN, CHIARA)
    see(bridge, event, *stay(anna, 3), *stay(ben, 1, 9))
    with bridge.db.transaction() as connection:
        registrations.change(connection, chiara.id, first_clicked_at=at(5))
    started()
    text = page().text

    assert "Läuft seit 10.00 Uhr" in text
    assert "Mensch ist jetzt im Raum 1" in text
    assert "Anna Albers 10.03 17" in text
    assert "sind wieder gegangen 1" in text
    assert "haben geklickt und sind nicht angekommen 1" in text
    assert "Chiara Conti chiara@example.org 10.05" in text


def test_afterwards_it_shows_who_was_there_and_who_was_not(page, bridge, event, started):
    anna, _ = seat(bridge, event, ANNA, BEN)
    see(bridge, event, *stay(anna, 3, 80), a_sighting(Fact.ENDED, at(90)))
    started()
    text = page().text

    assert "1 Mensch war da. Diese Liste ist vorläufig." in text
    assert "Anna Albers anna@example.org 77 10.03 11.20 am persönlichen Zugangslink" in text
    assert "Ben Brandt" in text.split("Angemeldet und nicht da")[1]


def test_the_report_makes_the_list_final(page, bridge, event, started):
    (anna,) = seat(bridge, event, ANNA)
    see(bridge, event, *stay(anna, 3, 80, teller=Teller.REPORT), a_sighting(Fact.ENDED, at(90)))
    started()

    assert "Diese Liste ist endgültig" in page().text


def test_guests_whom_nobody_knows_are_listed_as_such(page, bridge, event, started):
    guest = {"registration_id": None, "name": "<b>Galaxy</b> A52", "guest": "Galaxy A52", "matched_by": None}
    see(bridge, event, a_sighting(Fact.JOINED, at(2), **guest))
    started()
    opened = page()

    assert "<b>Galaxy</b> A52 unbekannter Gast" in opened.text
    assert "<b>Galaxy" not in opened.html
    assert "davon unbekannte Gäste 1" in opened.text


def test_the_host_is_named_and_not_counted(page, bridge, event, started):
    host = {"registration_id": None, "name": "Olga", "guest": "webinar-1@example.org", "matched_by": Match.HOST}
    see(bridge, event, a_sighting(Fact.JOINED, at(2), **host))
    started()
    text = page().text

    assert "Der Host ist im Raum." in text
    assert "Menschen sind jetzt im Raum 0" in text


def rows_of(answer):
    body = answer.response.get_data()
    assert body.startswith("\ufeff".encode())
    assert b"\r\n" in body
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=";"))


def test_the_file_holds_everybody(page, bridge, event, started):
    anna, _ = seat(bridge, event, ANNA, BEN)
    see(bridge, event, *stay(anna, 3, 80), a_sighting(Fact.ENDED, at(90)))
    started()
    answer = page(".csv")

    head, *rows = rows_of(answer)
    assert head[0] == "Vorname"
    assert rows == [
        ["Anna", "Albers", "anna@example.org", "ja", "ja", "77", "2026-09-07 10:03:00", "2026-09-07 11:20:00", "am persönlichen Zugangslink"],
        ["Ben", "Brandt", "ben@example.org", "ja", "nein", "0", "", "", ""],
    ]  # fmt: skip
    assert answer.response.headers["Content-Disposition"] == 'attachment; filename="attendance.csv"'
    assert answer.response.headers["Cache-Control"] == "no-store"


def test_no_spreadsheet_takes_a_name_for_a_formula(page, bridge, event, started):
    seat(bridge, event, Attendee('=HYPERLINK("x")', "@SUM(A1)", "mallory@example.org"))
    started()

    (row,) = rows_of(page(".csv"))[1:]
    assert row[:2] == ['\'=HYPERLINK("x")', "'@SUM(A1)"]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_formula_signs_are_disarmed(cell):
    assert plain(cell) == f"'{cell}"


def test_other_cells_stay_as_they_are():
    assert plain("Anna-Lena") == "Anna-Lena"


def test_the_groups_are_counted_and_callers_without_an_address_are_named_apart(page, bridge, event, clock):
    anna, ben, _ = seat(bridge, event, ANNA, BEN, CHIARA)
    registering.add_caller(bridge.db, event.id, Attendee("Emil", "Ernst", ""), clock())
    see(bridge, event, a_sighting(Fact.STARTED, at(0)), *stay(anna, 0, 90), *stay(ben, 0, 20))
    see(bridge, event, a_sighting(Fact.ENDED, at(90)))
    clock.set(at(100))

    text = page().text
    rows = list(csv.reader(io.StringIO(page(".csv").response.get_data(as_text=True)), delimiter=";"))

    assert (
        "zwei Drittel der Zeit oder länger dabei 1 kürzer dabei 1 angemeldet und nicht dabei 1 am Telefon 1"
        in text
    )
    assert "Am Telefon, ohne E‑Mail-Adresse Ob sie dabei waren, kann niemand sagen" in text
    assert ["Emil", "Ernst", "", "ja", "nicht bekannt", "", "", "", "am Telefon"] in rows
