"""Away from letters that do not belong to the registration: by a button, or by the mail program's one click."""

import pytest

from tests.cast import ANNA, BEN
from tests.web.test_organiser import seat
from zoom_bridge.domain.recurrence import Rhythm, Start, days
from zoom_bridge.domain.series import Registering
from zoom_bridge.flows import hosting, serial, unsubscribing
from zoom_bridge.store import dates, registrations


@pytest.fixture
def anna(bridge, event):
    return seat(bridge, event, ANNA)[0]


def at(bridge, person):
    with bridge.db.reading() as connection:
        return registrations.find(connection, person.id).unsubscribed_at


def test_a_button_unsubscribes_and_another_takes_it_back(bridge, anna, visit, clock):
    page = visit().open(bridge.links.unsubscribe(anna.key))
    looked = at(bridge, anna)

    page = page.submit("/unsubscribe/")
    done = at(bridge, anna)
    page = page.submit("/undo")

    assert looked is None, "mail scanners open every link"
    assert done == clock()
    assert at(bridge, anna) is None
    assert "Set-Cookie" not in page.response.headers


def test_a_mail_program_unsubscribes_with_one_click_from_wherever_it_is(bridge, anna, client):
    path = bridge.links.unsubscribe(anna.key).removeprefix(bridge.links.base_url)

    answer = client.post(
        path,
        base_url=bridge.links.base_url,
        data={"List-Unsubscribe": "One-Click"},
        headers={"Origin": "https://mail.example.com"},
    )

    assert (answer.status_code, "Set-Cookie" in answer.headers) == (200, False)
    assert at(bridge, anna)


def test_a_link_for_something_else_or_somebody_else_unsubscribes_nobody(bridge, event, anna, client):
    [ben] = seat(bridge, event, BEN)
    token = bridge.links.unsubscribe(anna.key).rpartition("/")[2]
    forged = [bridge.links.personal_token(anna.key), ben.key + token[len(anna.key) :], anna.key, "x"]

    answers = [client.post(f"/unsubscribe/{one}", base_url=bridge.links.base_url).status_code for one in forged]

    assert answers == [404] * 4
    assert at(bridge, anna) is None
    assert at(bridge, ben) is None


def test_it_goes_for_all_dates_of_a_series(bridge, event, anna, visit, clock):
    following = [Start(day) for day in days(event.starts_wall.date(), Rhythm.WEEKLY, dates=3)[1:]]
    series = serial.make_series(bridge.db, event.id, following, Registering.PER_DATE, clock())
    with bridge.db.reading() as connection:
        _, second, third = dates.list_of(connection, series.id)
    for one in (second, third):
        hosting.publish_event(bridge.db, one.id, clock())
    [again] = seat(bridge, second, ANNA)
    [ben] = seat(bridge, second, BEN)

    page = visit().open(bridge.links.unsubscribe(again.key)).submit("/unsubscribe/")

    assert "für alle Termine der Reihe" in page.text
    assert at(bridge, anna)
    assert at(bridge, again)
    [later] = seat(bridge, third, ANNA)
    assert at(bridge, later)
    assert at(bridge, ben) is None


def test_organisers_read_it_at_the_person(bridge, event, anna, olga, clock):
    unsubscribing.unsubscribe(bridge.db, anna.key, clock())

    page = olga.open(f"/organiser/events/{event.id}/people/{anna.id}")

    assert "Weitere E‑Mails möchte keine; bekommt nur, was zur Anmeldung gehört" in page.text
