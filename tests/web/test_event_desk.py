"""The desk of the day: who is in the room, who did not arrive, what failed, and numbers that come anew for little."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from tests.builders import a_draft, a_sighting, an_attendee
from tests.cast import ANNA, BEN, CHIARA, MALLORY, OLGA_EMAIL, OLGA_NAME
from tests.statements import counted
from zoom_bridge.domain.account import Role
from zoom_bridge.domain.attendance import Fact, Match
from zoom_bridge.domain.decision import Appearance, Verdict
from zoom_bridge.domain.webinar import DialIn
from zoom_bridge.flows import hosting, registering, welcoming
from zoom_bridge.store import decisions, organisers, outbox, overviews, registrations, sightings, tables, webinars

pytestmark = pytest.mark.either_database


@pytest.fixture
def seated(bridge, event):
    """Anna, Ben and Chiara have places, and Else comes by telephone."""
    for person in (ANNA, BEN, CHIARA):
        registering.register(bridge.db, event.slug, person, bridge.clock())
        with bridge.db.reading() as connection:
            known = registrations.find_by_email(connection, event.id, person.email)
        registering.confirm(bridge.db, known.key, bridge.clock())
    registering.add_caller(bridge.db, event.id, an_attendee(first_name="Else", email=""), bridge.clock())
    with bridge.db.reading() as connection:
        return {one.first_name: one for one in registrations.list_for_event(connection, event.id)}


@pytest.fixture
def evening(bridge, event, clock, seated, work, visit):
    """Twenty minutes into the event the webinar runs; Anna is in the room, and Olga has the desk in front of her."""
    work()
    clock.set(event.starts_at + timedelta(minutes=20))
    see(bridge, event, a_sighting(Fact.STARTED, event.starts_at), joined(seated["Anna"], clock()))
    olga = visit()
    olga.open(welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", clock())).submit("/sign-in/")
    return olga


def see(bridge, event, *told):
    with bridge.db.transaction() as connection:
        for sighting in told:
            sightings.record(connection, event.id, sighting)


def joined(person, at, **changes):
    known = {
        "participant": f"stay-{person.id}",
        "registration_id": person.id,
        "name": person.name,
        "matched_by": Match.REGISTRANT_ID,
    }
    return a_sighting(Fact.JOINED, at, **(known | changes))


def click(bridge, person, at):
    with bridge.db.transaction() as connection:
        registrations.change(connection, person.id, first_clicked_at=at)


def desk(event, end=""):
    return f"/organiser/events/{event.id}/desk{end}"


def look(visitor, event, tag=None):
    """What the script does."""
    headers = visitor.headers | ({"If-None-Match": tag} if tag else {})
    return visitor.open(desk(event, "/live"), headers=headers).response


# --- the page ---------------------------------------------------------------------------------------------------


def test_before_the_day_it_says_what_it_will_show(olga, event, seated):
    page = olga.open(desk(event))

    assert "Noch 6 Tage. Dann zeigt diese Seite" in page.text
    assert "data-live" not in page.html
    assert "angemeldet 4" in page.text


def test_on_the_evening_it_counts_everybody_where_they_are(evening, event, bridge, seated, clock):
    click(bridge, seated["Ben"], clock() - timedelta(minutes=5))
    text = evening.open(desk(event)).text

    assert "Läuft seit 10.00 Uhr Stand 10.20 Uhr, wie Zoom es meldet." in text
    assert "Mensch ist jetzt im Raum 1" in text
    assert "angemeldet 4" in text
    assert "haben geklickt und sind nicht angekommen 1" in text
    assert "haben noch nicht geklickt 1" in text
    assert "kommen per Telefon, ohne E‑Mail-Adresse 1" in text


def test_who_clicked_and_did_not_arrive_is_named_with_both_ways_to_help(evening, event, bridge, seated, clock):
    click(bridge, seated["Anna"], clock() - timedelta(minutes=20))
    click(bridge, seated["Ben"], clock() - timedelta(minutes=7))
    click(bridge, seated["Chiara"], clock() - timedelta(minutes=2))
    page = evening.open(desk(event))

    listed = page.text.split("Geklickt, nicht angekommen")[1].split("Was hakt")[0]
    assert listed.index("Chiara Conti geklickt um 10.18 Uhr, vor 2 Min.") < listed.index("Ben Brandt")
    assert "Anna" not in listed
    ben = f"/organiser/events/{event.id}/people/{seated['Ben'].id}"
    assert page.links("Link zeigen Ben Brandt") == [f"{ben}#link"]
    assert f'formaction="{ben}/resend"' in page.html


def test_who_clicked_a_moment_ago_is_still_on_the_way(evening, event, bridge, seated, clock):
    click(bridge, seated["Ben"], clock() - timedelta(seconds=30))
    before = evening.open(desk(event)).text
    clock.advance(seconds=40)

    assert "Wer den Zugangslink vor mehr als einer Minute geöffnet hat, ist angekommen." in before
    assert "Ben Brandt geklickt um" in evening.open(desk(event)).text


def test_a_letter_that_failed_today_is_named_and_an_old_one_is_not(evening, event, bridge, seated, clock):
    m = tables.messages
    with bridge.db.transaction() as connection:
        for name, hours in (("Ben", 2), ("Chiara", 48)):
            connection.execute(
                update(m)
                .where(m.c.registration_id == seated[name].id)
                .values(
                    gave_up_at=clock() - timedelta(hours=hours), last_error="The mail server refuses the recipient"
                )
            )
    text = evening.open(desk(event)).text.split("Was hakt")[1]

    assert "Ben Brandt: Der Mailserver nimmt für diese Adresse nichts an" in text
    assert "Chiara" not in text


def test_what_zoom_lacks_is_said(evening, event, bridge, clock):
    with bridge.db.transaction() as connection:
        webinars.note(connection, webinars.find_by_event(connection, event.id).id, gone_at=clock())

    assert "Das Webinar wurde bei Zoom gelöscht" in evening.open(desk(event)).text


def test_a_webinar_that_nobody_started_is_said_to_keep_people_waiting(evening, event, bridge, db):
    with db.transaction() as connection:
        connection.execute(tables.sightings.delete())

    assert "Das Webinar ist noch nicht gestartet Beginn war um 10.00 Uhr. Die Menschen warten." in evening.open(desk(event)).text  # fmt: skip


def test_the_host_starts_the_webinar_from_here_and_the_policy_lets_it(evening, event):
    page = evening.open(desk(event))
    token = dict(page.form("/start").fields)["csrf_token"]

    answer = evening.post(f"/organiser/events/{event.id}/start", [("csrf_token", token)], follow_redirects=False)

    assert answer.status == 303
    assert "form-action 'self' https:" in page.response.headers["Content-Security-Policy"]
    assert "Ton freigeben" in page.text


def test_the_reception_sees_the_desk_without_the_button_to_start(evening, event, bridge):
    with bridge.db.transaction() as connection:
        for organiser in organisers.list_all(connection):
            organisers.change(connection, organiser.id, role=Role.RECEPTION)
    page = evening.open(desk(event))

    assert page.status == 200
    assert "Mensch ist jetzt im Raum" in page.text
    assert not [form for form in page.forms if form.action.endswith("/start")]


# --- somebody rings ---------------------------------------------------------------------------------------------


def test_somebody_who_rings_is_found_with_their_way_in(evening, event, bridge, seated, clock):
    click(bridge, seated["Ben"], clock() - timedelta(minutes=7))
    page = evening.open(desk(event)).submit("q", q="brandt")

    assert "angemeldet. Hat den Zugangslink um 10.13 Uhr geöffnet und ist nicht angekommen." in page.text
    assert bridge.links.personal(seated["Ben"].key) in page.text
    assert bridge.links.personal(seated["Anna"].key) not in page.text


def test_who_is_in_the_room_is_said_to_be(evening, event):
    assert "Ist im Raum, seit 10.20 Uhr." in evening.open(desk(event, "?q=anna")).text


def test_a_caller_without_an_address_has_no_link(evening, event, bridge, seated):
    page = evening.open(desk(event, "?q=else"))

    assert "Kommt per Telefon" in page.text
    assert bridge.links.personal(seated["Else"].key) not in page.text


def test_who_is_not_found_can_be_added(evening, event):
    page = evening.open(desk(event, "?q=nobody"))

    assert "Niemand gefunden." in page.text
    assert f"/organiser/events/{event.id}/people/new" in page.links("Person am Telefon anmelden")


def test_the_numbers_to_dial_can_be_read_out(evening, event, bridge):
    with bridge.db.transaction() as connection:
        twin = webinars.find_by_event(connection, event.id)
        webinars.note(connection, twin.id, dial_in=(DialIn("DE", "+49 69 1234", "Frankfurt"),), passcode="482913")
    text = evening.open(desk(event)).text

    assert "Deutschland +49 69 1234 Frankfurt" in text
    assert f"{twin.number}, dann die Raute-Taste" in text
    assert "482913, dann die Raute-Taste" in text


def test_writing_again_leads_back_to_the_desk(evening, event, bridge, seated, work):
    token = dict(evening.open(desk(event)).form("by-hand").fields)["csrf_token"]
    address = f"/organiser/events/{event.id}/people/{seated['Ben'].id}/resend"

    page = evening.post(address, [("csrf_token", token), ("from", "desk")])

    assert page.path == desk(event)
    assert "Eine E‑Mail an Ben Brandt ist auf dem Weg." in page.text
    with bridge.db.reading() as connection:
        assert any(not letter.sent_at for letter in overviews.letters_of(connection, seated["Ben"].id))


# --- numbers that come anew -------------------------------------------------------------------------------------


def test_the_script_gets_the_parts_that_change(evening, event, seated, clock, bridge):
    click(bridge, seated["Ben"], clock() - timedelta(minutes=7))
    answer = look(evening, event)

    assert set(answer.json["parts"]) == {"live-state", "live-numbers", "live-missing", "live-trouble"}
    assert "Ben Brandt" in answer.json["parts"]["live-missing"]
    assert answer.json["told"] == "1 Mensch ist im Raum. 1 hat geklickt und ist nicht angekommen."
    page = evening.open(desk(event)).html
    assert all(f'id="{part}"' in page for part in answer.json["parts"])


def test_looking_again_at_what_is_the_same_costs_one_statement_and_no_body(evening, event, db):
    first = look(evening, event)

    with counted(db) as seen:
        again = look(evening, event, first.headers["ETag"])

    assert (again.status_code, again.get_data()) == (304, b"")
    assert len([statement for statement in seen if "sightings" in statement]) == 1
    assert len(seen) == 2  # who is signed in, and whether anything changed


@pytest.mark.parametrize("change", ["arrival", "click", "registration", "cancellation", "webinar", "minute"])
def test_looking_again_after_a_change_shows_it(evening, event, seated, bridge, clock, change):
    tag = look(evening, event).headers["ETag"]
    deeds = {
        "arrival": lambda: see(bridge, event, joined(seated["Ben"], clock())),
        "click": lambda: click(bridge, seated["Ben"], clock() - timedelta(minutes=2)),
        "registration": lambda: registering.add_caller(bridge.db, event.id, MALLORY, clock()),
        "cancellation": lambda: registering.cancel_by_organiser(bridge.db, seated["Ben"].id, clock()),
        "webinar": lambda: note_gone(bridge, event, clock()),
        "minute": lambda: clock.advance(minutes=1),
    }
    deeds[change]()

    assert look(evening, event, tag).status_code == 200


def note_gone(bridge, event, at):
    with bridge.db.transaction() as connection:
        webinars.note(connection, webinars.find_by_event(connection, event.id).id, gone_at=at)


def test_who_is_in_the_room_is_computed_once_for_everybody_who_looks(evening, event, seated, bridge, clock, db):
    look(evening, event)
    click(bridge, seated["Ben"], clock() - timedelta(minutes=2))

    with counted(db) as seen:
        look(evening, event)

    assert not [statement for statement in seen if "sightings.participant" in statement]


def test_who_is_in_the_room_is_computed_anew_when_zoom_told_more(evening, event, seated, bridge, clock):
    look(evening, event)
    see(bridge, event, joined(seated["Ben"], clock()))

    assert look(evening, event).json["told"].startswith("2 Menschen sind im Raum.")


def test_a_guest_who_registers_later_is_recognised(evening, event, bridge, clock):
    guest = {
        "registration_id": None,
        "matched_by": None,
        "guest": MALLORY.email,
        "email": MALLORY.email,
        "name": "M",
    }
    see(bridge, event, a_sighting(Fact.JOINED, clock(), participant="stay-m", **guest))
    before = look(evening, event).json["parts"]["live-numbers"]
    registering.add_caller(bridge.db, event.id, MALLORY, clock())

    assert "unbekannte Gäste im Raum" in before
    assert "unbekannte Gäste im Raum" not in look(evening, event).json["parts"]["live-numbers"]


def test_a_guest_whom_zooms_answer_names_later_is_recognised(evening, event, bridge, clock):
    told = {"registration_id": None, "matched_by": None, "guest": "B", "name": "B", "registrant": "late"}
    see(bridge, event, a_sighting(Fact.JOINED, clock(), participant="stay-b", **told))
    mallory = registering.add_caller(bridge.db, event.id, MALLORY, clock())
    look(evening, event)
    with bridge.db.transaction() as connection:
        registrations.change(connection, mallory.id, registrant_id="late")

    assert "unbekannte Gäste im Raum" not in look(evening, event).json["parts"]["live-numbers"]


def test_who_is_on_the_panel_as_well_is_not_missed(evening, event, bridge, seated):
    before = evening.open(desk(event)).text
    panelist = {"event_id": event.id, "position": 9, "name": "Ben", "office": "", "organisation": "", "mark": ""}
    with bridge.db.transaction() as connection:
        connection.execute(insert(tables.panelists).values(**panelist, email=seated["Ben"].email))

    assert "angemeldet und nicht dabei 3" in before
    assert "angemeldet und nicht dabei 2" in evening.open(desk(event)).text


def test_who_is_forgotten_is_not_named_by_what_was_computed_before(evening, event, bridge, clock):
    guest = {"registration_id": None, "matched_by": None, "guest": "Gustav", "name": "Gustav"}
    see(bridge, event, a_sighting(Fact.JOINED, clock(), participant="stay-g", **guest))
    attendance = f"/organiser/events/{event.id}/attendance"
    assert "Gustav" in evening.open(attendance).text
    with bridge.db.transaction() as connection:
        sightings.forget_guests(connection, event.id)

    assert "Gustav" not in evening.open(attendance).text


def test_who_works_here_is_named_and_not_counted_also_when_that_was_decided(evening, event, bridge, clock):
    for name, match in (("Olga", Match.HOST), ("Emil", None)):
        nobody = {"registration_id": None, "participant": name, "name": name, "guest": name, "matched_by": match}
        see(bridge, event, a_sighting(Fact.JOINED, clock(), **nobody))
    before = evening.open(desk(event)).text
    with bridge.db.transaction() as connection:
        decisions.put(connection, event.id, Appearance(0, "emil", "emil"), Verdict.STAFF, None, None, clock())
    after = evening.open(desk(event)).text

    assert "Menschen sind jetzt im Raum 2" in before
    assert "Mensch ist jetzt im Raum 1" in after
    assert "Außerdem im Raum: Emil (Team), Olga (Host)" in after


def test_the_peak_stays_when_people_have_gone(evening, event, seated, bridge, clock):
    see(bridge, event, joined(seated["Ben"], clock()))
    clock.advance(minutes=5)
    left = {"participant": f"stay-{seated['Ben'].id}", "registration_id": seated["Ben"].id}
    see(bridge, event, a_sighting(Fact.LEFT, clock(), **left))
    text = evening.open(desk(event)).text

    assert "Mensch ist jetzt im Raum 1" in text
    assert "höchstens zugleich, um 10.20 Uhr 2" in text
    assert "angemeldet und nicht dabei 2" in text


def test_names_are_shown_literally_there_too(evening, event, bridge, clock):
    mallory = registering.add_caller(bridge.db, event.id, MALLORY, clock())
    click(bridge, mallory, clock() - timedelta(minutes=2))

    assert "<script>" not in look(evening, event).json["parts"]["live-missing"]


def test_a_big_room_costs_no_more_statements(evening, event, seated, db, bridge, clock):
    with counted(db) as few:
        evening.open(desk(event))
    crowd = [joined(seated["Anna"], clock(), participant=f"device-{n}", registration_id=None, guest=f"g{n}") for n in range(200)]  # fmt: skip
    see(bridge, event, *crowd)

    with counted(db) as many:
        text = evening.open(desk(event)).text

    assert "Menschen sind jetzt im Raum 201" in text
    assert len(many) == len(few)


def test_unknown_events_have_no_desk(evening):
    for path in ("/desk", "/desk/live"):
        assert evening.open(f"/organiser/events/77{path}").status == 404


def test_strangers_do_not_look(visit, event):
    assert visit().open(desk(event, "/live")).path == "/sign-in"


def test_the_desk_of_another_event_knows_nobody_of_this_one(evening, bridge, clock, event, seated):
    other = hosting.create_event(bridge.db, a_draft(title_de="Andere"), clock())

    assert "Ben Brandt" not in evening.open(desk(other, "?q=ben")).text
    with bridge.db.reading() as connection:
        assert outbox.list_stuck(connection, other.id) == []
