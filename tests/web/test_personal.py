"""The pages of one registration."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from tests.builders import a_sighting
from tests.cast import ANNA, BEN
from tests.clock import NOW
from zoom_bridge.domain.attendance import Fact
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.registration import Registration
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import registrations, sightings, tables

JOIN_URL = "https://zoom.example.org/w/81234567890?tk=anna"


def find(bridge: Any, event: Event, email: str = ANNA.email) -> Registration:
    with bridge.db.reading() as connection:
        found = registrations.find_by_email(connection, event.id, email)
    assert found is not None
    return found


@pytest.fixture
def unconfirmed(bridge: Any, event: Event) -> Registration:
    registering.register(bridge.db, event.slug, ANNA, bridge.clock())
    return find(bridge, event)


@pytest.fixture
def confirmed(bridge: Any, unconfirmed: Registration) -> Registration:
    registering.confirm(bridge.db, unconfirmed.key, bridge.clock())
    return unconfirmed


@pytest.fixture
def anna(bridge: Any, confirmed: Registration) -> Registration:
    """Anna, confirmed and known to Zoom."""
    with bridge.db.transaction() as connection:
        registrations.change(
            connection, confirmed.id, join_url=JOIN_URL, registrant_id="r-anna", synced_revision=1,
            synced_at=bridge.clock(),
        )  # fmt: skip
    return confirmed


@pytest.fixture
def link(bridge: Any, anna: Registration) -> str:
    return str(bridge.links.personal(anna.key))


def test_opening_the_confirmation_link_changes_nothing_and_its_button_reserves_the_seat(
    bridge: Any, event: Event, unconfirmed: Registration, visit: Any
) -> None:
    asked = visit().open(bridge.links.confirm(unconfirmed.key))
    before = find(bridge, event).active
    page = asked.submit("/confirm/")

    assert "Bestätigen Sie Ihre Anmeldung" in asked.text
    assert not before
    assert find(bridge, event).active
    assert page.path == f"/z/{bridge.links.personal_token(unconfirmed.key)}"
    assert "Ihr Platz ist sicher" in page.text


def test_a_confirmation_link_that_was_used_leads_to_the_personal_page(
    bridge: Any, anna: Registration, visit: Any
) -> None:
    page = visit().open(bridge.links.confirm(anna.key))

    assert page.path.startswith("/z/")


def test_a_confirmation_link_that_came_too_late_says_how_to_go_on(
    bridge: Any, unconfirmed: Registration, visit: Any, clock: Any
) -> None:
    asked = visit().open(bridge.links.confirm(unconfirmed.key))
    clock.advance(hours=73)

    late, pressed = visit().open(bridge.links.confirm(unconfirmed.key)), asked.submit("/confirm/")

    assert (late.status, pressed.status) == (410, 410)
    assert late.links("Wieder anmelden")


def test_an_unconfirmed_place_asks_to_be_confirmed(bridge: Any, unconfirmed: Registration, visit: Any) -> None:
    page = visit().open(bridge.links.personal(unconfirmed.key))

    assert "Bitte bestätigen Sie Ihre Anmeldung" in page.text
    assert visit().open(page.links("Zur Bestätigung")[0]).status == 200


def test_days_before_the_page_says_when_the_doors_open(link: str, visit: Any) -> None:
    page = visit().open(link)

    assert "Persönliche Seite von Anna Albers" in page.text
    assert "Am Tag der Veranstaltung öffnet der Zugang um 9.45 Uhr." in page.text
    assert "Bei Zoom sind Sie angemeldet." in page.text
    assert not page.forms


def test_shortly_before_the_page_counts_the_minutes(event: Event, link: str, visit: Any, clock: Any) -> None:
    clock.set(event.starts_at - timedelta(minutes=40))

    page = visit().open(link)

    assert "Noch 40 Minuten bis zum Beginn" in page.text
    assert "Der Zugang öffnet um 9.45 Uhr. Sie sind hier richtig. Stand 9.20 Uhr." in page.text


def test_with_open_doors_the_button_leads_to_the_own_join_url_and_is_remembered(
    bridge: Any, event: Event, link: str, visit: Any, clock: Any
) -> None:
    clock.set(event.starts_at - timedelta(minutes=8))
    page = visit().open(link)

    form = page.form("/join")
    answer = page.visitor.post(form.action, form.filled({}, None), follow_redirects=False).response

    assert "Noch 8 Minuten bis zum Beginn" in page.text
    assert (answer.status_code, answer.headers["Location"]) == (303, JOIN_URL)
    assert find(bridge, event).first_clicked_at == clock()
    assert JOIN_URL not in page.html


def test_while_zoom_is_still_learning_of_somebody_the_page_says_so(
    bridge: Any, event: Event, confirmed: Registration, visit: Any, clock: Any
) -> None:
    clock.set(event.starts_at)

    page = visit().open(bridge.links.personal(confirmed.key))

    assert "Wir melden Sie gerade bei Zoom an" in page.text
    assert page.links("Noch einmal versuchen")
    assert not page.forms


def test_after_the_end_and_after_a_cancellation_no_button_is_left(
    bridge: Any, event: Event, link: str, visit: Any, clock: Any
) -> None:
    clock.set(event.doors_close_at)
    over = visit().open(link)
    clock.set(event.starts_at - timedelta(days=1))
    hosting.cancel_event(bridge.db, event.id, clock())
    cancelled = visit().open(link)

    assert "Beendet" in over.text
    assert "Die Veranstaltung findet nicht statt." in cancelled.text
    assert not over.forms
    assert not cancelled.forms


def test_a_join_button_pressed_too_late_leads_back_to_the_page(
    event: Event, link: str, visit: Any, clock: Any
) -> None:
    clock.set(event.starts_at)
    page = visit().open(link)
    clock.set(event.doors_close_at)

    after = page.submit("/join")

    assert "Beendet" in after.text


def test_cancelling_asks_first_then_frees_the_seat_and_one_click_brings_it_back(
    bridge: Any, event: Event, link: str, visit: Any
) -> None:
    asked = visit().open(visit().open(link).links("Anmeldung absagen")[0])
    still = find(bridge, event).active
    gone = asked.submit("/cancel")
    cancelled = find(bridge, event).cancelled_at
    back = gone.submit("/return")

    assert still
    assert cancelled
    assert "Sie sind abgemeldet" in gone.text
    assert "genügt ein Klick" in gone.text
    assert find(bridge, event).active
    assert "Ihr Platz ist sicher" in back.text


def test_who_was_taken_off_by_the_organisers_finds_no_way_back(
    bridge: Any, event: Event, anna: Registration, link: str, visit: Any
) -> None:
    registering.cancel_by_organiser(bridge.db, anna.id, bridge.clock())

    page = visit().open(link)

    assert "Die Veranstalter haben Ihre Anmeldung zurückgenommen." in page.text
    assert not page.forms


def test_my_data_are_said_in_words_and_as_a_file(anna: Registration, link: str, visit: Any) -> None:
    page = visit().open(f"{link}/data")
    file = visit().open(f"{link}/data.json").response

    assert "anna@example.org" in page.text
    assert "7. Oktober 2026" in page.text
    kept = json.loads(file.data)
    assert kept["registration"]["email"] == "anna@example.org"
    assert kept["registration"]["known_to_zoom"] is True
    assert anna.key not in file.text
    assert JOIN_URL not in file.text
    assert "attachment" in file.headers["Content-Disposition"]


def test_the_file_of_my_data_has_my_letters_and_visits_and_nobody_elses(
    bridge: Any, anna: Registration, link: str, visit: Any, work: Any
) -> None:
    work()
    with bridge.db.transaction() as connection:
        for fact, minutes in ((Fact.JOINED, 0), (Fact.LEFT, 30)):
            mine = a_sighting(fact, NOW + timedelta(minutes=minutes), registration_id=anna.id)
            sightings.record(connection, anna.event_id, mine)
        other = a_sighting(
            Fact.JOINED, NOW, participant="somebody", registration_id=None, name="Ben", guest="ben@example.org"
        )
        sightings.record(connection, anna.event_id, other)

    with bridge.db.transaction() as connection:
        connection.execute(update(tables.messages), {"bounced_at": NOW, "bounce": "mailbox full"})

    kept = json.loads(visit().open(f"{link}/data.json").response.data)

    [confirmation] = [letter for letter in kept["letters"] if letter["kind"] == "confirmation"]
    assert confirmation["because"] == "mailbox full"
    assert [(one["came_at"][:16], one["went_at"][:16]) for one in kept["visits"]] == [
        ("2026-09-01T08:00", "2026-09-01T08:30")
    ]
    assert "ben@example.org" not in json.dumps(kept)


def test_the_calendar_file_is_personal_and_calls_the_date_off_when_cancelled(
    bridge: Any, anna: Registration, link: str, visit: Any
) -> None:
    first = visit().open(f"{link}/calendar.ics").response
    registering.cancel(bridge.db, anna.key, bridge.clock())
    second = visit().open(f"{link}/calendar.ics").response

    assert b"METHOD:PUBLISH" in first.data
    assert b"METHOD:CANCEL" in second.data
    assert b"zoom.example.org" not in first.data


def test_no_look_at_any_page_changes_anything(bridge: Any, event: Event, link: str, visit: Any) -> None:
    before = find(bridge, event)

    for rest in ("", "/cancel", "/data", "/data.json", "/calendar.ics", "/join", "/return"):
        visit().open(link + rest)

    assert find(bridge, event) == before


def test_guessed_cut_and_changed_tokens_all_lead_to_the_same_page(
    bridge: Any, anna: Registration, link: str, visit: Any
) -> None:
    token = link.rpartition("/")[2]
    flipped = token[:-1] + ("A" if token[-1] != "A" else "B")
    of_another_purpose = bridge.links.confirm(anna.key).rpartition("/")[2]

    answers = {
        visit().open(f"/z/{wrong}").text
        for wrong in (flipped, token[:-1], token + "A", "x", anna.key, of_another_purpose, "ä" * 30)
    }

    assert len(answers) == 1
    assert visit().open(f"/z/{flipped}").status == 404
    assert visit().open(f"/confirm/{token}").status == 404


def test_token_pages_go_nowhere_and_stay_nowhere(bridge: Any, link: str, visit: Any) -> None:
    for address in (
        link,
        f"{link}/data",
        f"{link}/cancel",
        f"{link}/calendar.ics",
        "/z/unknown",
        "/confirm/unknown",
    ):
        headers = visit().open(address).response.headers

        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "noindex" in headers["X-Robots-Tag"]


def test_the_page_speaks_the_language_somebody_registered_in(bridge: Any, event: Event, visit: Any) -> None:
    registering.register(bridge.db, event.slug, BEN, bridge.clock())

    link = bridge.links.personal(find(bridge, event, BEN.email).key)

    assert '<html lang="en">' in visit("de").open(link).html
    assert '<html lang="de">' in visit("en").open(f"{link}?lang=de").html
