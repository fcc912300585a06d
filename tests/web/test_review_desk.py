"""The review desk: one doubt below the other, decided by one click, and taken back by another."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from tests.builders import a_sighting
from tests.cast import ANNA, BEN, CHIARA, OLGA_NAME
from tests.flows.deeds import attend
from zoom_bridge.domain.attendance import Fact, Match, fold
from zoom_bridge.domain.message import Kind
from zoom_bridge.store import certificates, outbox, sightings, tables

START = datetime(2026, 9, 7, 8, 0, tzinfo=UTC)


@pytest.fixture
def people(bridge, event):
    """Anna, Ben and Chiara are registered."""
    return attend(bridge, event, ANNA, BEN, CHIARA)


@pytest.fixture
def came(bridge, event, clock):
    """Somebody was in the room from one minute to another; by the link of a registration, or by none."""

    def tell(name, since, until, person=None, **changes):
        known = {
            "participant": f"{name} {since}",
            "name": name,
            "registration_id": person and person.id,
            "matched_by": Match.REGISTRANT_ID if person else None,
            "registrant": (person and person.registrant_id) or "",
            "guest": "" if person else name,
        } | changes
        with bridge.db.transaction() as connection:
            for fact, minute in ((Fact.JOINED, since), (Fact.LEFT, until)):
                sightings.record(
                    connection, event.id, a_sighting(fact, START + timedelta(minutes=minute), **known)
                )
        clock.advance(seconds=1)

    return tell


@pytest.fixture
def review(olga, event):
    return lambda query="": olga.open(f"/organiser/events/{event.id}/review{query}")


@pytest.fixture
def attendees(bridge, event):
    """Who counts as an attendee: the number of their registration, or their name."""

    def look():
        with bridge.db.reading() as connection:
            room = fold(sightings.list_for_event(connection, event.id))
        return {one.registration_id or one.name for one in room.attendees}

    return look


def test_one_click_makes_a_guest_the_person_they_are(people, came, review, attendees, clock) -> None:
    came("A. Albers", 1, 80)
    page = review()
    assert "Ist „A. Albers“ Anna Albers?" in page.text
    assert "gleicher Nachname, die Abkürzung passt" in page.text

    clock.advance(seconds=1)
    page = page.submit("Ja, dieselbe Person")

    assert "„A. Albers“ zählt jetzt als Anna Albers." in page.text
    assert f"von {OLGA_NAME}" in page.text
    assert "Alles ist geklärt" in page.text
    assert attendees() == {people[0].id}


def test_taking_it_back_asks_again(people, came, review, clock) -> None:
    came("A. Albers", 1, 80)
    page = review().submit("Ein Gast ohne Anmeldung")
    assert "zählt jetzt als Gast" in page.text
    clock.advance(seconds=1)

    page = page.submit("Zurücknehmen")

    assert "Die Entscheidung ist zurückgenommen." in page.text
    assert "Ist „A. Albers“ Anna Albers?" in page.text


def test_somebody_else_is_found_by_search(people, came, review, clock) -> None:
    came("Küche iPad", 1, 80)
    page = review()
    assert "Wer ist „Küche iPad“?" in page.text
    assert "Wir haben keinen Vorschlag." in page.text

    found = page.submit("/review#d-", q="conti")
    nobody = page.submit("/review#d-", q="niemand")
    clock.advance(seconds=1)
    page = found.submit("Es ist Chiara Conti")

    assert "„Küche iPad“ zählt jetzt als Chiara Conti." in page.text
    assert "Niemand, der angemeldet ist, passt zu „niemand“." in nobody.text


def test_two_people_on_one_link_are_told_apart(people, came, review, attendees, clock) -> None:
    anna, _, _ = people
    came("Anna Albers", 0, 90, anna)
    came("Georg Albers", 10, 90, anna)
    page = review()
    assert "Sind „Georg Albers“ und „Anna Albers“ dieselbe Person?" in page.text
    clock.advance(seconds=1)

    page = page.submit("Nein, zwei Menschen")

    assert "über den Zugangslink von Anna Albers" in page.text
    assert attendees() == {anna.id, "Georg Albers"}


def test_somebody_who_works_here_is_no_attendee(people, came, review, attendees, clock) -> None:
    came("Technik", 0, 90)
    page = review()
    clock.advance(seconds=1)

    page = page.submit("Arbeitet hier")

    assert "„Technik“ arbeitet hier" in page.text
    assert attendees() == set()


def test_two_organisers_who_decide_at_once_are_told(people, came, review, olga, clock) -> None:
    came("A. Albers", 1, 80)
    first, second = review(), review()
    first.submit("Ein Gast ohne Anmeldung")
    clock.advance(seconds=1)

    assert "Das ist inzwischen entschieden." in second.submit("Ja, dieselbe Person").text
    assert "zählt jetzt" not in second.text


def test_nobody_of_another_event_can_be_named(people, came, review) -> None:
    came("A. Albers", 1, 80)
    page = review()

    assert page.submit("Arbeitet hier", verdict="person:999999").status == 404
    assert page.submit("Arbeitet hier", verdict="nonsense").status == 200


def test_what_mallory_calls_themselves_is_no_markup(people, came, review) -> None:
    came("<script>alert(1)</script> Albers", 1, 80)

    page = review()

    assert "<script>alert(1)</script>" not in page.html
    assert "<mark>Albers</mark>" in page.html


def test_before_anybody_came_there_is_nothing_to_decide(people, review) -> None:
    assert "Es war noch niemand im Raum" in review().text


def test_what_was_decided_of_somebody_is_part_of_their_data(
    bridge, people, came, review, olga, visit, clock
) -> None:
    came("A. Albers", 1, 80)
    clock.advance(seconds=1)
    review().submit("Ja, dieselbe Person")

    history = olga.open(f"/organiser/events/{people[0].event_id}/people/{people[0].id}").text
    assert f"{OLGA_NAME} hat entschieden, dass „A. Albers“ im Raum diese Person war." in history
    anna, ben, _ = (visit().open(f"{bridge.links.personal(one.key)}/data.json").response.json for one in people)

    assert [one["name_at_zoom"] for one in anna["decided"]] == ["a. albers"]
    assert [(one["name"], one["recognised_by"]) for one in anna["seen_at_zoom"]] == [("A. Albers", "decision")]
    assert (ben["decided"], ben["seen_at_zoom"]) == ([], [])


def test_an_event_that_is_over_says_that_somebody_is_to_be_decided_about(
    people, came, event, clock, request
) -> None:
    came("A. Albers", 1, 80)
    clock.set(event.ends_at + timedelta(hours=1))
    olga = request.getfixturevalue("olga")

    for address in ("", "/attendance"):
        page = olga.open(f"/organiser/events/{event.id}{address}")
        assert "ist nicht sicher, wer es" in page.text
        assert f"/organiser/events/{event.id}/review" in page.links("Teilnahme prüfen")
    assert "Bei 1 Menschen im Raum ist nicht sicher, wer es war." in olga.open("/organiser/").text


def test_what_had_left_before_it_was_decided_is_told(bridge, event, people, came, review, clock) -> None:
    """Nobody can call a letter back; that it was the wrong one can be known."""
    _, ben, _ = people
    came("B. Brandt", 1, 80)
    with bridge.db.transaction() as connection:
        outbox.queue(
            connection, Kind.FOLLOW_UP_ABSENT, [ben.id],
            event_id=event.id, schedule_revision=1, useful_until=event.forget_at, now=clock(),
        )  # fmt: skip
        connection.execute(
            update(tables.messages).where(tables.messages.c.kind.startswith("follow_up")), {"sent_at": clock()}
        )
        holder = {"code_hash": "c" * 64, "holder": "h" * 64, "language": "de", "minutes": 17, "issued_at": clock()}
        certificates.add(connection, [{"event_id": event.id, "registration_id": ben.id, **holder}])
    assert "vor der Entscheidung" not in review().text

    page = review().submit("Ja, dieselbe Person")

    assert "Ben Brandt hat die E‑Mail für alle bekommen, die nicht da waren." in page.text
    assert "Ben Brandt hat eine Bescheinigung über 17 Minuten, die nicht mehr stimmt." in page.text


def test_a_number_without_end_is_nobodys(people, came, review) -> None:
    came("A. Albers", 1, 80)

    assert review().submit("Arbeitet hier", verdict="person:" + "9" * 5000).status == 404


def test_the_first_page_counts_what_is_asked_on_the_desk(people, came, event, clock, request) -> None:
    """Which of three names on one link is its holder's tells only the registration."""
    anna = people[0]
    came("Tom", 0, 20, anna)
    came("Anna Albers", 30, 80, anna)
    came("Kim", 40, 80, anna)
    clock.set(event.ends_at + timedelta(hours=1))
    olga = request.getfixturevalue("olga")

    assert "Noch 1 Fall zu klären" in olga.open(f"/organiser/events/{event.id}/review").text
    for address in ("", "/attendance"):
        assert "ist nicht sicher, wer es" in olga.open(f"/organiser/events/{event.id}{address}").text
    assert "Bei 1 Menschen im Raum ist nicht sicher, wer es war." in olga.open("/organiser/").text
