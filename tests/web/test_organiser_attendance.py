"""Attendance on the organiser's page and in the file for spreadsheets."""

import csv
import io
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy import insert

from tests import sheets
from tests.builders import a_sighting
from tests.cast import ANNA, BEN, CHIARA
from zoom_bridge.domain.attendance import Fact, Match, Teller
from zoom_bridge.domain.registration import Attendee
from zoom_bridge.flows import registering
from zoom_bridge.store import registrations, reports, sightings, tables
from zoom_bridge.web.spreadsheet import plain
from zoom_bridge.zoom.answers import NO_REPORT_LEFT

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
    assert "höchstens zugleich, um 10.03 Uhr 2" in text
    assert "Anna Albers anna@example.org seit 10.03 Uhr 17 am persönlichen Zugangslink: sicher" in text
    assert "sind wieder gegangen 1" in text
    assert "haben geklickt und sind nicht angekommen 1" in text
    assert "Chiara Conti chiara@example.org nicht dabei geklickt um 10.05 Uhr" in text
    assert "Anna Albers" not in page("?who=left").text


def test_afterwards_it_shows_who_was_there_and_who_was_not(page, bridge, event, started):
    anna, _ = seat(bridge, event, ANNA, BEN)
    see(bridge, event, *stay(anna, 3, 40), *stay(anna, 50, 93), a_sighting(Fact.ENDED, at(95)))
    started()
    opened = page()

    assert "1 Mensch war da. Diese Liste ist vorläufig." in opened.text
    # What lies behind the planned end does not count.
    assert (
        "Anna Albers anna@example.org 10.03 bis 10.40 Uhr, 10.50 bis 11.33 Uhr 77 85 % am persönlichen"
        in opened.text
    )
    assert "Ben Brandt ben@example.org nicht dabei" in opened.text
    assert '<rect class="c1" x="3.2%" width="38.9%" height="100%"/>' in opened.html


def test_the_list_can_be_narrowed_searched_and_turned_over(page, bridge, event, started):
    anna, ben, _ = seat(bridge, event, ANNA, BEN, CHIARA)
    crowd = [one for n in range(60) for one in stay(anna, 1, 5, participant=f"g{n}", registration_id=None, matched_by=None, guest=f"Gast {n:02}", name=f"Gast {n:02}")]  # fmt: skip
    see(bridge, event, *stay(anna, 0, 90), *stay(ben, 0, 30), *crowd, a_sighting(Fact.ENDED, at(90)))
    started()

    groups = {
        who: page(f"?who={who}").text.partition("Erkannt")[2] for who in ("attended", "left_early", "absent")
    }
    assert [name in groups["attended"] for name in ("Anna", "Ben", "Chiara", "Gast")] == [
        True,
        False,
        False,
        False,
    ]
    assert [name in groups["left_early"] for name in ("Anna", "Ben", "Chiara", "Gast")] == [
        False,
        True,
        False,
        False,
    ]
    assert [name in groups["absent"] for name in ("Anna", "Ben", "Chiara", "Gast")] == [False, False, True, False]
    assert "60 Menschen, Seite 2 von 2" in page("?who=guests&page=2").text
    assert "Gast 59 unbekannter Gast" in page("?who=guests&page=2").text
    assert "60 Menschen" in page("?who=doubtful").text
    assert "1 Mensch Liste" in page("?q=BRANDT").text
    assert "Niemand gefunden" in page("?q=nobody").text
    assert "63 Menschen" in page("?who=nonsense").text
    assert "63 Menschen, Seite 1 von 2" in page().text
    (row,) = rows_of(page(".csv?who=attended"))[1:]
    assert row[0] == "Anna"


def test_what_somebody_was_recognised_by_is_told_of_all_their_stays(page, bridge, event, started):
    (anna,) = seat(bridge, event, ANNA)
    by_name = {"registration_id": None, "matched_by": None, "guest": ANNA.name}
    see(bridge, event, *stay(anna, 0, 30), *stay(anna, 40, 60, **by_name), a_sighting(Fact.ENDED, at(90)))
    started()

    told = "am persönlichen Zugangslink: sicher am Namen, den sonst niemand trägt: wahrscheinlich"
    assert told in page().text


def test_whose_data_was_erased_is_counted_and_not_named(page, bridge, event, started):
    anna, _ = seat(bridge, event, ANNA, BEN)
    see(bridge, event, *stay(anna, 0, 90), a_sighting(Fact.ENDED, at(90)))
    with bridge.db.transaction() as connection:
        sightings.forget_person(connection, anna.id)
        registrations.delete(connection, anna.id)
    started()
    opened = page()

    assert "zwei Drittel der Zeit oder länger dabei 1" in opened.text
    assert "gelöscht 10.00 bis 11.30 Uhr 90 100 %" in opened.text
    assert "unbekannter Gast" not in opened.text


def test_the_report_makes_the_list_final(page, bridge, event, started):
    (anna,) = seat(bridge, event, ANNA)
    see(bridge, event, *stay(anna, 3, 80, teller=Teller.REPORT), a_sighting(Fact.ENDED, at(90)))
    started()

    assert "Diese Liste ist endgültig" in page().text


def test_where_zoom_has_no_report_the_list_says_that_it_stays_and_why(page, bridge, event, started):
    (anna,) = seat(bridge, event, ANNA)
    see(bridge, event, *stay(anna, 3, 80), a_sighting(Fact.ENDED, at(90)))
    with bridge.db.transaction() as connection:
        reports.owe(connection, event.id, "sitting-1", ended_at=at(90), due_at=at(91))
        (owed,) = reports.list_for_event(connection, event.id)
        reports.give_up(connection, owed.id, at(200), NO_REPORT_LEFT)
    started()
    text = page().text

    assert "bleibt deshalb so, wie Zoom sie während der Veranstaltung gemeldet hat" in text
    assert "Zoom hat von diesem Termin keinen Bericht mehr." in text
    assert "vorläufig" not in text


def test_guests_whom_nobody_knows_are_listed_as_such(page, bridge, event, started):
    guest = {"registration_id": None, "name": "<b>Galaxy</b> A52", "guest": "Galaxy A52", "matched_by": None}
    see(bridge, event, a_sighting(Fact.JOINED, at(2), **guest))
    started()
    opened = page()

    assert "<b>Galaxy</b> A52 unbekannter Gast" in opened.text
    assert "<b>Galaxy" not in opened.html
    assert "ohne Anmeldung dabei 1" in opened.text


def test_who_works_here_is_named_apart_and_not_counted(page, bridge, event, started):
    nobody = {"registration_id": None, "name": "Olga", "guest": "webinar-1@example.org"}
    see(bridge, event, a_sighting(Fact.JOINED, at(2), **nobody, matched_by=Match.HOST))
    guest = nobody | {"name": "Emil", "guest": "emil@example.org", "participant": "participant-2"}
    see(bridge, event, a_sighting(Fact.JOINED, at(3), **guest, matched_by=Match.PANELIST))
    started()
    text = page().text

    assert "Menschen sind jetzt im Raum 0" in text
    assert "Host, Podium und Team Sie sind im Raum und zählen nicht als Teilnehmende. Emil Podium seit 10.03 Uhr Olga Host" in text  # fmt: skip
    assert [row[1] for row in rows_of(page(".csv"))[1:]] == ["Emil", "Olga"]


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
        ["Anna", "Albers", "anna@example.org", "ja", "ja", "77", "85", "2026-09-07 10:03:00", "2026-09-07 11:20:00", "1", "", "am persönlichen Zugangslink: sicher"],
        ["Ben", "Brandt", "ben@example.org", "ja", "nein", "0", "0", "", "", "", "", ""],
    ]  # fmt: skip
    assert answer.response.headers["Content-Disposition"] == 'attachment; filename="attendance.csv"'
    assert answer.response.headers["Cache-Control"] == "no-store"


def test_the_workbook_holds_the_same_with_numbers_and_moments_as_such(page, bridge, event, started):
    anna, _ = seat(bridge, event, ANNA, BEN)
    see(bridge, event, *stay(anna, 3, 80), a_sighting(Fact.ENDED, at(90)))
    started()
    answer = page(".xlsx")
    book = answer.response.get_data()

    assert sheets.rows_of(book)[1:] == [
        ["Anna", "Albers", "anna@example.org", "ja", "ja", 77, 85, datetime(2026, 9, 7, 10, 3), datetime(2026, 9, 7, 11, 20), 1, None, "am persönlichen Zugangslink: sicher"],
        ["Ben", "Brandt", "ben@example.org", "ja", "nein", 0, 0],
    ]  # fmt: skip
    sheet = ElementTree.tostring(sheets.part_of(book, "xl/worksheets/sheet1.xml"), encoding="unicode")
    assert 'state="frozen"' in sheet
    assert 'autoFilter ref="A1:L3"' in sheet
    assert answer.response.headers["Content-Disposition"] == 'attachment; filename="attendance.xlsx"'
    assert answer.response.headers["Cache-Control"] == "no-store"


def test_no_spreadsheet_takes_a_name_for_a_formula_a_link_or_a_number(page, bridge, event, started):
    seat(bridge, event, Attendee('=HYPERLINK("x")', "@SUM(A1)", "mallory@example.org"))
    seat(bridge, event, Attendee("https://example.org/x", "0049", "ben@example.org"))
    started()

    (numbered, disarmed) = rows_of(page(".csv"))[1:]
    assert disarmed[:2] == ['\'=HYPERLINK("x")', "'@SUM(A1)"]
    rows = sheets.rows_of(page(".xlsx").response.get_data())[1:]
    assert [row[:2] for row in rows] == [["https://example.org/x", "0049"], ['=HYPERLINK("x")', "@SUM(A1)"]]
    assert numbered[1] == "0049"


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
    assert "Emil Ernst Per Telefon, ohne E‑Mail-Adresse: Das kann niemand sagen." in text
    assert ["Emil", "Ernst", "", "ja", "nicht bekannt", "", "", "", "", "", "ja", ""] in rows


def test_who_registered_and_is_on_the_panel_as_well_was_not_missed(page, bridge, event, clock):
    anna, ben = seat(bridge, event, ANNA, BEN)
    see(bridge, event, a_sighting(Fact.STARTED, at(0)), *stay(anna, 0, 90), a_sighting(Fact.ENDED, at(90)))
    with bridge.db.transaction() as connection:
        connection.execute(insert(tables.panelists).values(event_id=event.id, position=9, name=ben.name, office="", organisation="", mark="", email=ben.email))  # fmt: skip
    clock.set(at(100))
    text = page().text

    assert "angemeldet und nicht dabei 0" in text
    assert "Ben Brandt ben@example.org" in text


def test_a_guest_whose_name_begins_with_a_number_sign_is_not_erased(page, bridge, event, started):
    seat(bridge, event, ANNA)
    guest = {"participant": "g", "registration_id": None, "matched_by": None, "name": "#rita", "guest": "#rita"}
    see(bridge, event, a_sighting(Fact.JOINED, at(3), **guest))
    started()
    text = page().text

    assert "#rita unbekannter Gast" in text
    assert "ohne Anmeldung dabei (1)" in text
