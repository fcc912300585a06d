"""The organiser's doors: who may in, the list of events, and one event at a glance with its buttons."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from tests.builders import a_draft
from tests.cast import ANNA, BEN, MALLORY
from zoom_bridge.domain.message import Kind
from zoom_bridge.flows import hosting, registering
from zoom_bridge.store import events, outbox, overviews, registrations, tables, webinars

EVENT = "/organiser/events/{}"
PAGES = ("", "/edit", "/cancel", "/people", "/attendance", "/attendance.csv")
BUTTONS = ("/edit", "/publish", "/sync", "/recreate", "/start", "/cancel")


def seat(bridge, event, *people):
    """Register and confirm."""
    seated = []
    for person in people:
        registering.register(bridge.db, event.slug, person, bridge.clock())
        with bridge.db.reading() as connection:
            known = registrations.find_by_email(connection, event.id, person.email)
        seated.append(registering.confirm(bridge.db, known.key, bridge.clock()))
    return seated


def kept(bridge, event_id):
    with bridge.db.reading() as connection:
        return events.find(connection, event_id)


def twin(bridge, event_id):
    with bridge.db.reading() as connection:
        return webinars.find_by_event(connection, event_id)


def spoil_webinar(bridge, event_id, **values):
    with bridge.db.transaction() as connection:
        webinars.note(connection, webinars.find_by_event(connection, event_id).id, **values)


# --- who may in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/organiser/", "/organiser/events/new", "/organiser/settings"])
def test_strangers_are_led_to_the_sign_in_page(visit, path):
    assert visit().open(path).path == "/sign-in"


def test_strangers_learn_nothing_of_an_event(visit, event):
    for page in PAGES:
        assert visit().open(EVENT.format(event.id) + page).path == "/sign-in"


def test_strangers_press_no_button(visit, event, bridge):
    mallory = visit()
    token = dict(mallory.open("/sign-in").form("email").fields)["csrf_token"]

    for button in (*BUTTONS, "/people/1/cancel", "/people/1/approve", "/letters/1/try-again"):
        page = mallory.post(EVENT.format(event.id) + button, [("csrf_token", token), ("action", "save")])
        assert page.path == "/sign-in"

    assert kept(bridge, event.id) == event


def test_no_button_works_without_the_pages_own_token(olga, event, bridge):
    for button in (*BUTTONS, "/people/1/cancel", "/letters/1/try-again"):
        page = olga.post(EVENT.format(event.id) + button, [("action", "save"), ("title_de", "Mallory was here")])
        assert page.status == 403

    assert kept(bridge, event.id) == event


def test_an_expired_form_shows_a_stranger_nothing(visit, event):
    page = visit().post(EVENT.format(event.id) + "/edit", [("title_de", "x")])

    assert page.path == "/sign-in"
    assert event.title_de not in page.html


@pytest.mark.parametrize("number", ["0", "7", "2147483647", "2147483648", "9" * 30, "-1", "x"])
def test_unknown_events_do_not_exist(olga, event, number):
    for page in PAGES:
        assert olga.open(EVENT.format(number) + page).status == 404


def test_unknown_events_have_no_buttons(olga, event):
    token = dict(olga.open("/organiser/events/new").form("title_de").fields)["csrf_token"]

    for button in (*BUTTONS, "/people/1/cancel", "/letters/1/try-again"):
        assert olga.post(EVENT.format(77) + button, [("csrf_token", token)]).status == 404


# --- the list ---------------------------------------------------------------------------------------------------


def test_an_empty_list_says_what_to_do_next(olga):
    page = olga.open("/organiser/")

    assert "Noch keine Veranstaltung geplant" in page.text
    assert "/organiser/events/new" in page.links("Neue Veranstaltung")


def test_the_list_says_that_the_notices_are_missing(olga):
    assert "/organiser/settings" in olga.open("/organiser/").links("Zu den Einstellungen")


def test_the_list_tells_coming_events_from_past_ones(olga, event, bridge, clock):
    hosting.create_event(bridge.db, a_draft(title_de="Frühere Runde", starts_wall=datetime(2026, 8, 1, 10), ends_wall=datetime(2026, 8, 1, 11)), clock())  # fmt: skip
    text = olga.open("/organiser/").text

    assert text.index("Gute Nachbarschaft") < text.index("Beendet") < text.index("Frühere Runde")
    assert "Anmeldung offen" in text


def test_the_list_says_what_needs_a_person(olga, event, bridge, clock, work):
    work()
    spoil_webinar(bridge, event.id, gone_at=clock())

    assert "Das Webinar wurde bei Zoom gelöscht" in olga.open("/organiser/").text


def test_the_list_shows_taken_seats(olga, event, bridge):
    seat(bridge, event, ANNA, BEN)

    assert "2 hier 2 warten 0 bei Zoom" in olga.open("/organiser/").text


def test_texts_of_others_are_shown_as_texts(olga, bridge, clock):
    nasty = "<script>alert(1)</script>{{ 7*7 }}"
    event = hosting.create_event(bridge.db, a_draft(title_de=nasty, hosted_by=nasty), clock())
    for path in ("/organiser/", *(EVENT.format(event.id) + page for page in PAGES[:-1])):
        page = olga.open(path)
        assert "<script>alert" not in page.html
        assert nasty in page.text or nasty in str(page.forms)


# --- one event --------------------------------------------------------------------------------------------------


def test_a_new_webinar_is_said_to_be_on_its_way(olga, event):
    assert "Das Webinar wird eingerichtet" in olga.open(EVENT.format(event.id)).text


def test_a_webinar_in_line_is_said_to_be_so(olga, event, work):
    work()
    text = olga.open(EVENT.format(event.id)).text

    assert "Zoom ist auf dem Stand" in text
    assert "gleich" in text


def test_the_bridge_counts_who_is_here_and_who_is_at_zoom(olga, event, bridge, work):
    work()
    seat(bridge, event, ANNA, BEN)

    before = olga.open(EVENT.format(event.id)).text
    work()
    after = olga.open(EVENT.format(event.id)).text

    assert "2 hier 2 warten 0 bei Zoom" in before
    assert "2 hier gleich 2 bei Zoom" in after


def test_a_late_sync_names_the_reason_and_the_next_attempt(olga, event, bridge, clock):
    spoil_webinar(bridge, event.id, last_error="Zoom cannot be reached.", due_at=clock() + timedelta(minutes=5))
    text = olga.open(EVENT.format(event.id)).text

    assert "Zoom ist nicht erreichbar." in text
    assert "Nächster Versuch am 01.09.2026, 10.05 Uhr." in text


def test_sync_now_tries_again_what_was_given_up(olga, event, bridge, clock):
    spoil_webinar(bridge, event.id, gave_up_at=clock(), due_at=None, last_error="Zoom refuses this.")

    page = olga.open(EVENT.format(event.id)).submit("/sync")

    assert page.status == 200
    assert twin(bridge, event.id).due_at == clock()
    assert twin(bridge, event.id).gave_up_at is None


def test_a_webinar_that_is_gone_can_be_made_anew(olga, event, bridge, clock, work):
    work()
    spoil_webinar(bridge, event.id, gone_at=clock())
    old = twin(bridge, event.id).zoom_id

    page = olga.open(EVENT.format(event.id)).submit("/recreate")
    work()

    assert page.status == 200
    assert twin(bridge, event.id).zoom_id not in (None, old)


def test_the_mail_plan_says_what_goes_when(olga, event):
    text = olga.open(EVENT.format(event.id) + "/letters").text

    assert "Sonntag, 6. September 2026, 10.00 Uhr: Erinnerung am Vortag" in text
    assert "Montag, 7. September 2026, 9.00 Uhr: Zugangslink eine Stunde vorher" in text
    assert "Mittwoch, 7. Oktober 2026: Löschung" in text


def test_letters_count_as_handed_over_and_never_as_delivered(olga, event, bridge, work):
    seat(bridge, event, ANNA)
    work()
    text = olga.open(EVENT.format(event.id) + "/letters").text

    assert "1 an den Mailserver übergeben." in text
    assert "zugestellt" not in text


def give_up_letters(bridge, event, work):
    """Anna's letter was refused for good."""
    (anna,) = seat(bridge, event, ANNA)
    with bridge.db.transaction() as connection:
        connection.execute(
            update(tables.messages)
            .where(tables.messages.c.registration_id == anna.id)
            .values(gave_up_at=bridge.clock(), due_at=None, last_error="The mail server refuses the recipient: “no” (550)")
        )  # fmt: skip
        return overviews.stuck_letters(connection, event.id)


def test_a_letter_that_was_given_up_is_shown_and_can_be_tried_again(olga, event, bridge, work):
    stuck = give_up_letters(bridge, event, work)
    page = olga.open(EVENT.format(event.id) + "/letters")

    again = page.submit(f"/letters/{stuck[0][0].id}/try-again")

    assert "Der Mailserver nimmt für diese Adresse nichts an: “no” (550)" in page.text
    assert again.status == 200
    with bridge.db.reading() as connection:
        assert outbox.find(connection, stuck[0][0].id).due_at == bridge.clock()


def test_letters_of_another_event_do_not_exist_here(olga, event, bridge, clock, work):
    stuck = give_up_letters(bridge, event, work)
    other = hosting.create_event(bridge.db, a_draft(title_de="Andere"), clock())
    token = dict(olga.open("/organiser/events/new").form("title_de").fields)["csrf_token"]

    page = olga.post(f"{EVENT.format(other.id)}/letters/{stuck[0][0].id}/try-again", [("csrf_token", token)])

    assert page.status == 404


def test_start_as_host_leads_to_zoom_and_the_policy_lets_it(olga, event, work):
    work()
    page = olga.open(EVENT.format(event.id))
    token = dict(page.form("/start").fields)["csrf_token"]

    answer = olga.post(EVENT.format(event.id) + "/start", [("csrf_token", token)], follow_redirects=False)

    assert answer.status == 303
    assert answer.response.headers["Location"].startswith("https://zoom.example.org/")
    assert "form-action 'self' https:" in page.response.headers["Content-Security-Policy"]


def test_start_as_host_says_why_zoom_does_not(olga, event, work, world):
    work()
    page = olga.open(EVENT.format(event.id))
    world.faults.down()

    answer = page.submit("/start")

    assert answer.status == 502
    assert "Das Webinar ist nicht gestartet" in answer.text
    assert "webinar-1@example.org" in answer.text


def test_an_event_without_a_webinar_offers_no_start(olga, event):
    page = olga.open(EVENT.format(event.id))

    assert not [form for form in page.forms if form.action.endswith("/start")]


def test_cancelling_says_first_how_many_people_are_written_to(olga, event, bridge, work):
    seat(bridge, event, ANNA, BEN, MALLORY)
    page = olga.open(EVENT.format(event.id) + "/cancel")

    after = page.submit("/cancel")

    assert "3 Menschen bekommen eine E‑Mail, dass die Veranstaltung ausfällt." in page.text
    assert "Die Veranstaltung ist abgesagt." in after.text
    assert kept(bridge, event.id).cancelled_at
    with bridge.db.reading() as connection:
        assert {line.kind: line.waiting for line in overviews.letters(connection, event.id)}[Kind.CANCELLED] == 3


def test_opening_the_cancel_page_cancels_nothing(olga, event, bridge):
    olga.open(EVENT.format(event.id) + "/cancel")

    assert kept(bridge, event.id).cancelled_at is None


def test_a_cancelled_event_can_neither_be_changed_nor_cancelled_again(olga, event, bridge, clock):
    hosting.cancel_event(bridge.db, event.id, clock())

    assert olga.open(EVENT.format(event.id) + "/edit").path == EVENT.format(event.id)
    assert olga.open(EVENT.format(event.id) + "/cancel").path == EVENT.format(event.id)


def test_publishing_without_notices_says_where_to_write_them(olga, bridge, clock):
    event = hosting.create_event(bridge.db, a_draft(), clock())

    page = olga.open(EVENT.format(event.id)).submit("/publish")

    assert page.status == 200
    assert "/organiser/settings" in page.links("Zu den Einstellungen")
    assert not kept(bridge, event.id).public


def test_a_draft_whose_date_has_passed_is_not_published(olga, event, bridge, clock):
    soon = {"starts_wall": datetime(2026, 9, 1, 11), "ends_wall": datetime(2026, 9, 1, 12)}
    draft = hosting.create_event(bridge.db, a_draft(title_de="Zu spät", **soon), clock())
    opened = olga.open(EVENT.format(draft.id))
    clock.advance(hours=2)

    page = opened.submit("/publish")

    assert "Der Termin verging" in page.text
    assert not [form for form in page.forms if form.action.endswith("/publish")]
    assert "Bitte wählen Sie einen neuen Termin" in page.text
    assert not kept(bridge, draft.id).public


def test_a_draft_becomes_public_by_its_button(olga, event, bridge, clock):
    draft = hosting.create_event(bridge.db, a_draft(title_de="Entwurf"), clock())

    page = olga.open(EVENT.format(draft.id)).submit("/publish")

    assert "Die Veranstaltung ist veröffentlicht." in page.text
    assert kept(bridge, draft.id).public
