"""Several Zoom accounts: the list, the choice in the event form, two events at once, and licences that are too small."""

from datetime import datetime

import pytest
from sqlalchemy import update

from tests.builders import a_draft
from tests.cast import ANNA
from tests.flows.deeds import attend, current, rows, run
from zoom_bridge.flows import hosting, pooling
from zoom_bridge.store import twin_tables

HOSTS, NEW = "/organiser/settings/hosts", "/organiser/events/new"
FIRST, SECOND = "webinar-1@example.org", "webinar-2@example.org"
MORNING = {"title_de": "Noch eine", "starts_day": "2026-09-07", "starts_clock": "12:00", "ends_clock": "13:00"}


@pytest.fixture
def pool(bridge, clock):
    """Two accounts, both asked about."""
    for email in (FIRST, SECOND):
        pooling.add(bridge.db, email, clock())
    run(bridge, "look_at_hosts")


def test_the_account_of_the_configuration_is_in_the_pool_without_being_typed(olga, bridge):
    run(bridge, "look_at_hosts")

    page = olga.open(HOSTS)

    assert FIRST in page.text
    assert "aus der Konfigurationsdatei" in page.text
    assert "Webinare für bis zu 500 Personen" in page.text
    assert not [form for form in page.forms if form.action.endswith("/remove")]


def test_owners_add_accounts_and_zoom_is_asked_about_each(olga, bridge):
    olga.open(HOSTS).submit("email", email=SECOND)
    olga.open(HOSTS).submit("email", email="reception@example.org")
    olga.open(HOSTS).submit("email", email="nobody@example.org")
    run(bridge, "look_at_hosts")

    text = olga.open(HOSTS).text

    assert f"{SECOND} Webinare für bis zu 500 Personen" in text
    assert "reception@example.org keine Webinar-Lizenz" in text
    assert "nobody@example.org keine Webinar-Lizenz Zoom kennt diesen Host nicht." in text


def test_what_is_no_address_comes_back_with_a_sentence(olga):
    page = olga.open(HOSTS).submit("email", email="webinar")

    assert page.status == 422
    assert "In dieser E-Mail-Adresse fehlt das @." in page.text.replace("\N{NON-BREAKING HYPHEN}", "-")


def test_accounts_are_asked_about_once_a_day_and_a_licence_that_goes_is_noticed(
    bridge, event, world, work, clock, pool
):
    work()
    world.find_user(FIRST).licensed = False
    clock.advance(hours=23)
    work()
    before = rows(bridge, "hosts", email=FIRST)[0].licensed
    clock.advance(hours=2)
    work()

    assert before is True
    assert rows(bridge, "hosts", email=FIRST)[0].licensed is False
    assert [row.aspect for row in rows(bridge, "drifts", event_id=event.id)] == ["licence"]


def test_a_new_event_gets_the_first_account_that_is_free_at_its_time(olga, bridge, event, pool):
    """Its neighbour ends at 11.30: half an hour to clear away, half an hour to set up."""
    for clock, host in (("12:00", SECOND), ("12:30", FIRST)):
        page = olga.open(NEW)
        offered = dict(page.form("title_de").fields)["zoom_account"]
        page.submit("title_de", button="save", **MORNING | {"starts_clock": clock, "ends_clock": "14:00"})

        assert offered == "free"
        assert rows(bridge, "events")[-1].zoom_host == host


def test_two_events_on_one_account_are_refused_with_the_other_ones_name_and_an_account_that_is_free(
    olga, bridge, event, pool
):
    page = olga.open(NEW).submit("title_de", button="save", **MORNING | {"zoom_account": FIRST})

    assert page.status == 422
    assert (
        f"{FIRST} ist belegt durch „Gute Nachbarschaft“, Montag, 7. September 2026, 10.00 bis 11.30 Uhr"
        in page.text
    )
    assert f"{SECOND} ist dann frei." in page.text
    assert len(rows(bridge, "events")) == 1

    page.submit("title_de", button="save", double_booked="y")

    assert [row.zoom_host for row in rows(bridge, "events")] == [FIRST, FIRST]


def test_moving_an_event_onto_another_one_is_noticed_and_other_edits_do_not_ask_again(
    olga, bridge, event, pool, clock
):
    later = a_draft(
        zoom_host=FIRST, starts_wall=datetime(2026, 9, 7, 15, 0), ends_wall=datetime(2026, 9, 7, 16, 0)
    )
    other = hosting.create_event(bridge.db, later, clock())
    edit = f"/organiser/events/{other.id}/edit"

    moved = olga.open(edit).submit("title_de", button="save", starts_clock="12:00", ends_clock="13:00")
    anyway = moved.submit("title_de", button="save", double_booked="y")
    renamed = olga.open(edit).submit("title_de", button="save", title_de="Anders")

    assert (moved.status, anyway.status, renamed.status) == (422, 200, 200)
    assert current(bridge, other).title_de == "Anders"


def test_without_a_second_account_an_address_is_typed_and_the_overlap_is_told_all_the_same(olga, bridge, event):
    page = olga.open(NEW)
    assert "zoom_account" not in dict(page.form("title_de").fields)

    page = page.submit("title_de", button="save", **MORNING | {"zoom_host": FIRST})

    assert page.status == 422
    assert "ist belegt durch „Gute Nachbarschaft“" in page.text


def test_another_address_can_be_typed(olga, bridge, pool):
    page = olga.open(NEW)
    wrong = page.submit("title_de", button="save", **MORNING | {"zoom_account": "other", "zoom_host": ""})
    page.submit("title_de", button="save", **MORNING | {"zoom_account": "other", "zoom_host": "third@example.org"})

    assert wrong.status == 422
    assert [row.zoom_host for row in rows(bridge, "events")] == ["third@example.org"]


def test_when_no_account_is_free_the_form_says_so(olga, bridge, event, pool, clock):
    hosting.create_event(bridge.db, a_draft(zoom_host=SECOND), clock())

    page = olga.open(NEW).submit("title_de", button="save", **MORNING)

    assert page.status == 422
    assert "Zu dieser Zeit ist keines Ihrer Zoom-Konten frei." in page.text


def test_a_licence_that_is_nearly_full_or_too_small_is_told(olga, bridge, event, pool):
    attend(bridge, event, ANNA)
    plain = olga.open("/organiser/").text
    _license(bridge, 1)
    full = (olga.open("/organiser/").text, olga.open(f"/organiser/events/{event.id}").text)

    for text in full:
        assert "1 Personen sind angemeldet, und das Zoom-Konto lässt 1 ein." in text
    assert "Zoom-Konto lässt" not in plain


def test_more_places_than_the_licence_has_are_told(olga, bridge, event, pool, clock):
    hosting.change_event(bridge.db, event.id, a_draft(zoom_host=FIRST, capacity=800), clock())

    assert "bietet 800 Plätze an, aber ihr Zoom-Konto lässt nur 500 Personen ein" in olga.open("/organiser/").text


def _license(bridge, capacity):
    with bridge.db.transaction() as connection:
        connection.execute(update(twin_tables.hosts).values(capacity=capacity))
