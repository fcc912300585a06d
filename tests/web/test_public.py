"""The pages for everybody."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN, MALLORY
from tests.statements import counted
from zoom_bridge.domain.event import Event
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import registrations


def an_event_of(bridge: Any, event: Event, **changes: Any) -> Event:
    """Another event of Olga's, published."""
    draft = a_draft(**({"title_de": "Noch eine", "zoom_host": bridge.settings.zoom.host} | changes))
    other = hosting.create_event(bridge.db, draft, bridge.clock())
    hosting.publish_event(bridge.db, other.id, bridge.clock())
    return other


def everybody(bridge: Any, event: Event) -> list[Any]:
    with bridge.db.reading() as connection:
        return registrations.list_for_event(connection, event.id)


def register(visit: Any, event: Event, language: str = "de", **fields: str) -> Any:
    filled = {"first_name": "Anna", "last_name": "Albers", "email": "anna@example.org"} | fields
    return visit(language).open(f"/e/{event.slug}/register").submit("first_name", **filled)


def test_the_list_says_that_there_is_nothing_yet(visit: Any) -> None:
    page = visit().open("/")

    assert page.status == 200
    assert "Zurzeit keine Veranstaltungen" in page.text


def test_the_list_shows_coming_events_and_no_drafts(bridge: Any, event: Event, visit: Any) -> None:
    hosting.create_event(bridge.db, a_draft(title_de="Geheimer Entwurf"), bridge.clock())

    page = visit().open("/")

    assert "Gute Nachbarschaft" in page.text
    assert "Montag, 7. September 2026 10.00 bis 11.30 Uhr" in page.text
    assert "Geheimer Entwurf" not in page.text


def test_the_event_page_says_who_what_when_how_and_whom_to_ring(event: Event, visit: Any) -> None:
    page = visit().open(f"/e/{event.slug}")

    for words in (
        "Gute Nachbarschaft", "Was wir aus der Zeit von Corona lernen können", "7. September 2026",
        "10.00 bis 11.30 Uhr", "90 Minuten", "Umweltministerium", "Landesarbeitsgemeinschaft", "Petra Podium",
        "Grußwort", "Zoom ohne Installation", "0511 701 07 09", "Anmeldung offen", "Filme",
    ):  # fmt: skip
        assert words in page.text
    assert len(page.links("Zur Anmeldung")) == 2
    assert page.html.count("<h1") == 1


def test_the_event_page_speaks_english(event: Event, visit: Any) -> None:
    page = visit("en").open(f"/e/{event.slug}")

    assert '<html lang="en">' in page.html
    assert "Good neighbours" in page.text
    assert "Monday, 7 September 2026, 10:00–11:30 (CEST)" in page.text
    assert "Registration open" in page.text


def test_texts_in_another_language_than_the_page_are_marked(bridge: Any, event: Event, visit: Any) -> None:
    only_german = an_event_of(bridge, event, title_en="", subtitle_en="", description_en="")

    page = visit("en").open(f"/e/{only_german.slug}")

    assert '<h1 lang="de">Noch eine</h1>' in page.html


def test_the_language_in_the_address_wins_and_stays_in_the_links(event: Event, visit: Any) -> None:
    page = visit("de").open(f"/e/{event.slug}?lang=en")

    assert '<html lang="en">' in page.html
    assert all("lang=en" in href for href in page.links("To the registration"))
    assert (
        visit("de").open(page.links("To the registration")[0]).html.startswith('<!doctype html>\n<html lang="en">')
    )


@pytest.mark.parametrize(
    ("header", "language"), [("fr, en;q=0.5", "en"), ("fr", "de"), ("", "de"), ("de-AT", "de")]
)
def test_the_browser_chooses_the_language_else_it_is_german(visit: Any, header: str, language: str) -> None:
    page = visit(header).open("/")

    assert f'<html lang="{language}">' in page.html
    assert "Accept-Language" in page.response.headers["Vary"]


def test_public_pages_set_no_cookie_and_are_the_same_for_everybody(event: Event, visit: Any) -> None:
    for path in ("/", f"/e/{event.slug}", "/imprint", "/privacy", "/accessibility", "/help/zoom-in-the-browser"):
        response = visit().open(path).response

        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
        assert "Cookie" not in response.headers["Vary"]
        assert response.headers["Cache-Control"] == "public, no-cache"


def test_a_draft_is_seen_by_organisers_only(bridge: Any, event: Event, visit: Any, olga: Any) -> None:
    draft = hosting.create_event(bridge.db, a_draft(title_de="Entwurf"), bridge.clock())

    assert visit().open(f"/e/{draft.slug}").status == 404
    preview = olga.open(f"/e/{draft.slug}")
    assert preview.status == 200
    assert preview.response.headers["Cache-Control"] == "no-store"
    assert "Diese Seite sehen nur" in preview.text
    assert olga.open(f"/e/{draft.slug}/register").status == 404


def test_a_moved_event_says_its_old_and_new_time(bridge: Any, event: Event, visit: Any) -> None:
    moved = a_draft(
        starts_wall=datetime(2026, 9, 8, 14, 0), ends_wall=datetime(2026, 9, 8, 15, 30), zoom_host=event.zoom_host
    )
    hosting.change_event(bridge.db, event.id, moved, bridge.clock())

    page = visit().open(f"/e/{event.slug}")

    assert "Verschoben" in page.text
    assert "Neu: Dienstag, 8. September 2026, 14.00 bis 15.30 Uhr" in page.text
    assert "Bisher: Montag, 7. September 2026, 10.00 Uhr" in page.text


def test_a_cancelled_event_says_so_and_takes_no_registrations(bridge: Any, event: Event, visit: Any) -> None:
    hosting.cancel_event(bridge.db, event.id, bridge.clock())

    page = visit().open(f"/e/{event.slug}")

    assert "Abgesagt" in page.text
    assert not page.links("Zur Anmeldung")
    assert visit().open(f"/e/{event.slug}/register").status == 409


def test_a_full_event_says_so_on_its_page_and_its_form(bridge: Any, event: Event, visit: Any) -> None:
    full = an_event_of(bridge, event, capacity=1, double_opt_in=False)
    registering.register(bridge.db, full.slug, ANNA, bridge.clock())

    page = visit().open(f"/e/{full.slug}")
    form = visit().open(f"/e/{full.slug}/register")

    assert "Ausgebucht" in page.text
    assert not page.links("Zur Anmeldung")
    assert form.status == 409
    assert "Alle Plätze sind vergeben" in form.text
    assert form.links("Zurück zur Veranstaltung") == [f"/e/{full.slug}"]
    assert "0511 701 07 09" in form.text


def test_the_last_places_are_counted(bridge: Any, event: Event, visit: Any) -> None:
    small = an_event_of(bridge, event, capacity=6)

    assert "Noch 6 Plätze" in visit().open(f"/e/{small.slug}").text


def test_registration_that_opens_later_names_the_day(bridge: Any, event: Event, visit: Any) -> None:
    later = an_event_of(bridge, event, opens_at=datetime.fromisoformat("2026-09-03T08:00+00:00"))

    page = visit().open(f"/e/{later.slug}")

    assert "ab Donnerstag, 3. September 2026, 10.00 Uhr" in page.text
    assert visit().open(f"/e/{later.slug}/register").status == 409


def test_during_and_after_the_event_the_page_says_so(event: Event, visit: Any, clock: Any) -> None:
    clock.set(event.starts_at + timedelta(minutes=5))
    running = visit().open(f"/e/{event.slug}")
    clock.set(event.ends_at)
    over = visit().open(f"/e/{event.slug}")

    assert "Läuft seit 10.00 Uhr" in running.text
    assert running.links("Anmelden und teilnehmen")
    assert "Beendet" in over.text
    assert not over.links("Anmelden und teilnehmen")


def test_registering_leads_to_the_mailbox_page_and_reserves_no_seat_yet(
    bridge: Any, event: Event, visit: Any
) -> None:
    page = register(visit, event)

    assert page.path == f"/e/{event.slug}/registered"
    assert "Wir haben Ihnen gerade geschrieben." in page.text
    assert "0511 701 07 09" in page.text
    [kept] = everybody(bridge, event)
    assert (kept.name, kept.email, kept.language, kept.active) == ("Anna Albers", "anna@example.org", "de", False)


def test_a_known_address_gets_the_same_answer_as_a_new_one(bridge: Any, event: Event, visit: Any) -> None:
    new, known = register(visit, event), register(visit, event, first_name="Mallory")

    assert (new.status, new.path, new.html) == (known.status, known.path, known.html)
    assert len(everybody(bridge, event)) == 1


def test_the_language_of_the_page_becomes_the_language_of_the_letters(
    bridge: Any, event: Event, visit: Any
) -> None:
    register(visit, event, "en", email=BEN.email)

    assert everybody(bridge, event)[0].language == "en"


def test_mistakes_are_explained_beside_the_field_and_nothing_is_lost(
    bridge: Any, event: Event, visit: Any
) -> None:
    page = register(visit, event, first_name="Anna", last_name="", email="anna.albers@")

    assert page.status == 422
    assert page.html.count("<title>Fehler:") == 1
    assert "Bitte prüfen Sie 2 Angaben" in page.text
    assert page.links("Nachname: Bitte tragen Sie Ihren Nachnamen ein.") == ["#last_name"]
    assert page.links("Nach dem @ fehlt der Name des Anbieters.") == ["#email"]
    assert 'aria-describedby="email-hint email-error"' in page.html
    assert dict(page.form("first_name").fields)["email"] == "anna.albers@"
    assert everybody(bridge, event) == []


def test_names_of_other_scripts_are_kept_as_they_are_written(bridge: Any, event: Event, visit: Any) -> None:
    register(visit, event, first_name="Zoë‍", last_name="عبد الله", email="z@bücher.example.org")

    [kept] = everybody(bridge, event)
    assert kept.last_name == "عبد الله"
    assert kept.email == "z@xn--bcher-kva.example.org"


def test_fields_that_were_not_asked_for_are_ignored(bridge: Any, event: Event, visit: Any) -> None:
    register(visit, event, confirmed_at="2026-01-01", source="organiser", is_admin="1", event_id="99")

    [kept] = everybody(bridge, event)
    assert (kept.confirmed_at, kept.source, kept.event_id) == (None, "page", event.id)


def test_whoever_fills_in_the_robots_field_is_asked_to_empty_it(bridge: Any, event: Event, visit: Any) -> None:
    page = register(visit, event, remark="cheap watches")

    assert page.status == 422
    assert "Bitte leeren Sie dieses Feld." in page.text
    assert everybody(bridge, event) == []


def test_one_mailbox_is_not_bombed_with_letters(event: Event, visit: Any) -> None:
    answers = [register(visit, event).status for _ in range(7)]

    assert answers == [200] * 5 + [429] * 2


def test_a_robot_that_registers_strangers_from_one_network_is_stopped(event: Event, visit: Any) -> None:
    robot = visit()
    form = robot.open(f"/e/{event.slug}/register").form("first_name")
    of_a_robot = {"environ_overrides": {"REMOTE_ADDR": "198.51.100.7"}}

    statuses = [
        robot.post(
            form.action,
            form.filled({"first_name": "A", "last_name": "B", "email": f"stranger-{n}@example.org"}, None),
            **of_a_robot,
        ).status
        for n in range(31)
    ]

    assert statuses == [200] * 30 + [429]


def test_hostile_texts_are_shown_literally(bridge: Any, event: Event, visit: Any) -> None:
    hostile = "<script>alert(1)</script>\"'{{7*7}}"
    bad = an_event_of(
        bridge, event, title_de=hostile, subtitle_de=hostile, description_de=hostile, hosted_by=hostile,
        help_name=hostile, help_hours=hostile, hosted_by_url="javascript:alert(1)",
    )  # fmt: skip

    pages = [visit().open(f"/e/{bad.slug}{rest}") for rest in ("", "/register", "/registered")] + [
        visit().open("/")
    ]
    again = register(visit, bad, first_name=MALLORY.first_name, last_name="")

    for page in [*pages, again]:
        assert "<script>" not in page.html
        assert "{{7*7}}" in page.text
        assert "javascript:" not in page.html
    assert "Mallory&#34;&gt;&lt;script&gt;" in again.html


def test_the_calendar_file_is_an_attachment_with_a_fixed_name(event: Event, visit: Any) -> None:
    response = visit().open(f"/e/{event.slug}/calendar.ics").response

    assert response.headers["Content-Type"].startswith("text/calendar")
    assert response.headers["Content-Disposition"] == 'attachment; filename="event.ics"'
    assert b"BEGIN:VEVENT" in response.data


def test_imprint_privacy_and_accessibility_are_one_click_away_from_every_page(event: Event, visit: Any) -> None:
    for path in ("/", f"/e/{event.slug}", f"/e/{event.slug}/register", "/sign-in", "/no/such/page"):
        page = visit().open(path)

        assert {"/imprint", "/privacy", "/accessibility"} <= set(page.links())


def test_a_notice_is_shown_and_its_absence_said(event: Event, visit: Any) -> None:
    assert "imprint (de)" in visit().open("/imprint").text
    assert "privacy (en)" in visit("en").open("/privacy").text


def test_a_notice_that_is_not_there_yet_says_so(visit: Any) -> None:
    assert "Dieser Text ist noch nicht da" in visit().open("/imprint").text


@pytest.mark.parametrize("address", ["/", "/events.json"])
def test_a_long_list_costs_as_many_statements_as_a_short_one(
    bridge: Any, event: Event, visit: Any, address: str
) -> None:
    registering.register(bridge.db, event.slug, ANNA, bridge.clock())
    registering.confirm(bridge.db, everybody(bridge, event)[0].key, bridge.clock())
    visit().open(address)
    with counted(bridge.db) as short:
        visit().open(address)
    for number in range(5):
        an_event_of(bridge, event, title_de=f"Noch eine {number}", capacity=3)

    with counted(bridge.db) as long:
        page = visit().open(address)

    assert "Noch eine 4" in page.response.get_data(as_text=True)
    assert len(long) == len(short)


def test_the_list_says_of_each_event_how_many_places_are_left(bridge: Any, event: Event, visit: Any) -> None:
    small = an_event_of(bridge, event, capacity=1, double_opt_in=False)
    an_event_of(bridge, event, title_de="Und noch eine", capacity=1)
    registering.register(bridge.db, small.slug, ANNA, bridge.clock())

    states = {one["id"]: one["state"] for one in visit().open("/events.json").response.json["events"]}

    assert visit().open("/").text.count("Ausgebucht") == 1
    assert states[small.slug] == "full"
    assert sorted(states.values()) == ["few_seats", "full", "open"]
