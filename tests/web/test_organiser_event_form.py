"""The event form at its door: nothing typed is lost, nothing is saved by accident, a new date is asked about."""

import pytest

from tests.cast import ANNA, BEN
from zoom_bridge.domain.message import Kind
from zoom_bridge.flows import informing, registering
from zoom_bridge.store import events, overviews, registrations, webinars

NEW = "/organiser/events/new"
FILLED_IN = {
    "title_de": "Sprechstunde",
    "starts_day": "2026-09-14",
    "starts_clock": "10:00",
    "ends_clock": "11:30",
}
NASTY = "<script>alert('Mallory')</script>\"'"


def all_events(bridge):
    with bridge.db.reading() as connection:
        return events.list_all(connection)


def edit(event):
    return f"/organiser/events/{event.id}/edit"


def typed(page):
    return dict(page.form("title_de").fields)


@pytest.fixture
def notices(bridge, clock):
    for kind in ("imprint", "privacy"):
        informing.write_notice(bridge.db, kind, "de", "Text", clock())


def test_saving_makes_a_draft_and_a_webinar_that_is_due(olga, bridge, clock):
    page = olga.open(NEW).submit("title_de", button="Als Entwurf speichern", **FILLED_IN)

    (event,) = all_events(bridge)
    assert page.path == f"/organiser/events/{event.id}"
    assert "Gespeichert." in page.text
    assert not event.public
    assert event.zoom_host == "webinar-1@example.org"
    assert event.double_opt_in
    with bridge.db.reading() as connection:
        assert webinars.find_by_event(connection, event.id).due_at == clock()


def test_save_and_publish_publishes(olga, bridge, notices):
    olga.open(NEW).submit("title_de", button="Speichern und veröffentlichen", **FILLED_IN)

    assert all_events(bridge)[0].public


def test_publishing_without_notices_keeps_everything_as_a_draft(olga, bridge):
    page = olga.open(NEW).submit("title_de", button="Speichern und veröffentlichen", **FILLED_IN)

    assert "Alles ist als Entwurf gespeichert, aber noch nicht veröffentlicht." in page.text
    assert "/organiser/settings" in page.links("Zu den Einstellungen")
    assert not all_events(bridge)[0].public


def test_a_wrong_form_comes_back_whole_and_says_what_to_do(olga, bridge):
    wrong = FILLED_IN | {
        "title_de": "",
        "description_de": f"# Hallo\n\n{NASTY}",
        "capacity": "viele",
        "hosted_by": NASTY,
    }

    page = olga.open(NEW).submit("title_de", button="Als Entwurf speichern", **wrong)

    assert page.status == 422
    assert "<title>Fehler: Neue Veranstaltung</title>" in page.html
    assert "#title_de" in page.links("Titel: Bitte ergänzen Sie einen Titel")
    assert "#capacity" in page.links("Zahl der Plätze")
    assert "Fehler: Bitte ergänzen Sie einen Titel, sonst sieht niemand diese Texte." in page.text
    assert {name: typed(page)[name] for name in wrong} == wrong
    assert "<script>" not in page.html
    assert not all_events(bridge)


def test_errors_are_said_in_the_organisers_language(olga):
    page = olga.open(f"{NEW}?lang=en").submit("title_de", button="Save as draft")

    assert "Error: Please enter a title." in page.text


def test_an_hour_that_comes_twice_is_asked_about_and_then_kept(olga, bridge):
    night = FILLED_IN | {"starts_day": "2026-10-25", "starts_clock": "02:30", "ends_clock": "04:00"}

    asked = olga.open(NEW).submit("title_de", button="Als Entwurf speichern", **night)
    saved = asked.submit("title_de", button="Als Entwurf speichern", starts_which="second")

    assert asked.status == 422
    assert "Wenn es zum ersten Mal 2.30 Uhr ist (MESZ)" in asked.text
    assert saved.status == 200
    assert all_events(bridge)[0].starts_at.hour == 1


def test_an_hour_that_does_not_exist_is_refused(olga, bridge):
    night = FILLED_IN | {"starts_day": "2027-03-28", "starts_clock": "02:30", "ends_clock": "04:00"}

    page = olga.open(NEW).submit("title_de", button="Als Entwurf speichern", **night)

    assert page.status == 422
    assert "weil die Uhren vorgestellt werden" in page.text
    assert not all_events(bridge)


def test_another_row_keeps_what_was_typed_and_saves_nothing(olga, bridge):
    half = {"title_de": "Halb fertig", "panelists-0-name": "Petra Podium"}

    page = olga.open(NEW).submit("title_de", button="Weiteren Podiumsgast hinzufügen", **half)

    assert page.status == 200
    assert typed(page)["panelists-0-name"] == "Petra Podium"
    assert typed(page)["panelists-1-name"] == ""
    assert typed(page)["title_de"] == "Halb fertig"
    assert "Fehler" not in page.text
    assert not all_events(bridge)


def test_an_event_can_be_opened_and_saved_without_changing_it(olga, bridge, event):
    page = olga.open(edit(event)).submit("title_de", button="Änderungen speichern")

    (kept,) = all_events(bridge)
    assert page.path == f"/organiser/events/{event.id}"
    assert kept.schedule_revision == event.schedule_revision
    texts = set(event.__dataclass_fields__) - {"revision", "published_at"}
    assert {name: getattr(kept, name) for name in texts} == {name: getattr(event, name) for name in texts}


def test_a_colleagues_change_is_not_undone_without_saying_so(olga, bridge, event):
    opened = olga.open(edit(event))
    olga.open(edit(event)).submit("title_de", button="Änderungen speichern", subtitle_de="Von der Kollegin")

    refused = opened.submit("title_de", button="Änderungen speichern", subtitle_de="Von Olga")
    (unchanged,) = all_events(bridge)
    again = refused.submit("title_de", button="Änderungen speichern")

    assert refused.status == 409
    assert "Jemand anderes hat diese Veranstaltung inzwischen geändert" in refused.text
    assert unchanged.subtitle_de == "Von der Kollegin"
    assert "Gespeichert." in again.text
    assert all_events(bridge)[0].subtitle_de == "Von Olga"


def test_after_a_mistake_in_the_form_a_colleagues_change_is_still_noticed(olga, bridge, event):
    opened = olga.open(edit(event))
    olga.open(edit(event)).submit("title_de", button="Änderungen speichern", subtitle_de="Von der Kollegin")

    wrong = opened.submit("title_de", button="Änderungen speichern", title_de="")
    page = wrong.submit("title_de", button="Änderungen speichern", title_de="Berichtigt")

    assert (wrong.status, page.status) == (422, 409)
    assert all_events(bridge)[0].subtitle_de == "Von der Kollegin"


def test_the_button_pressed_twice_is_no_colleague(olga, bridge, event):
    opened = olga.open(edit(event))

    pages = [opened.submit("title_de", button="Änderungen speichern", subtitle_de="Neu") for _ in range(2)]

    assert [page.status for page in pages] == [200, 200]
    assert all_events(bridge)[0].revision == event.revision + 1


def test_fields_that_no_form_has_are_ignored(olga, bridge, event):
    page = olga.open(edit(event))

    page.submit("title_de", button="Änderungen speichern", slug="mallory", id="7", published_at="", cancelled_at="2026-01-01", revision="99")  # fmt: skip

    (kept,) = all_events(bridge)
    assert (kept.slug, kept.id, kept.cancelled_at, kept.revision) == (
        event.slug,
        event.id,
        None,
        event.revision + 1,
    )
    assert kept.public


def seat(bridge, event, *people):
    for person in people:
        registering.register(bridge.db, event.slug, person, bridge.clock())
    with bridge.db.reading() as connection:
        for known in registrations.list_for_event(connection, event.id):
            registering.confirm(bridge.db, known.key, bridge.clock())


def moved_letters(bridge, event):
    with bridge.db.reading() as connection:
        return sum(line.waiting for line in overviews.letters(connection, event.id) if line.kind == Kind.MOVED)


def test_a_new_date_is_asked_about_before_anybody_is_written_to(olga, bridge, event):
    seat(bridge, event, ANNA, BEN)

    asked = olga.open(edit(event)).submit(
        "title_de", button="Änderungen speichern", starts_day="2026-09-08", subtitle_de=NASTY
    )

    assert "2 Menschen bekommen eine E‑Mail mit der neuen Zeit." in asked.text
    assert "<script>" not in asked.html
    assert all_events(bridge) == [event]

    agreed = asked.submit("sure", button="Verschieben und allen schreiben")

    (kept,) = all_events(bridge)
    assert agreed.path == f"/organiser/events/{event.id}"
    assert kept.starts_wall.day == 8
    assert kept.subtitle_de == NASTY
    assert moved_letters(bridge, event) == 2


def test_back_from_the_question_the_form_is_as_it_was_typed(olga, bridge, event):
    seat(bridge, event, ANNA)
    asked = olga.open(edit(event)).submit("title_de", button="Änderungen speichern", starts_day="2026-09-08")

    page = asked.submit("sure", button="Zurück zum Formular")

    assert typed(page)["starts_day"] == "2026-09-08"
    assert typed(page)["panelists-0-name"] == "Petra Podium"
    assert all_events(bridge) == [event]


def test_agreeing_to_one_date_is_not_agreeing_to_another(olga, bridge, event):
    seat(bridge, event, ANNA)
    asked = olga.open(edit(event)).submit("title_de", button="Änderungen speichern", starts_day="2026-09-08")

    again = asked.submit("sure", button="Verschieben und allen schreiben", starts_day="2026-09-09")

    assert "Mittwoch, 9. September 2026" in again.text
    assert all_events(bridge) == [event]


def test_without_registrations_a_new_date_needs_no_question(olga, bridge, event):
    olga.open(edit(event)).submit("title_de", button="Änderungen speichern", starts_day="2026-09-08")

    assert all_events(bridge)[0].starts_wall.day == 8


def test_a_form_whose_token_has_run_out_comes_back_whole(olga, bridge, event):
    page = olga.post(edit(event), [("csrf_token", "stale"), ("title_de", "Lang getippt"), ("action", "save")])

    assert page.status == 403
    assert typed(page)["title_de"] == "Lang getippt"
    assert all_events(bridge) == [event]


def test_a_form_from_another_site_is_not_taken(olga, bridge, event):
    fields = olga.open(edit(event)).form("title_de").fields
    fields = [*[field for field in fields if field[0] != "title_de"], ("title_de", "Mallory"), ("action", "save")]

    page = olga.post(edit(event), fields, headers={"Origin": "https://evil.example.org"})

    assert page.status == 403
    assert all_events(bridge) == [event]


@pytest.mark.parametrize("rubbish", [
    [("change", "panelists add")] * 3, [("action", "publish"), ("action", "save")], [("timezone", "\x00")],
    [("starts_day", "2026-09-14"), ("starts_clock", "9" * 5000)], [("panelists-" + "9" * 4400 + "-name", "x")],
    [("capacity", "1e5")], [("starts_which", "third"), ("change", "")], [("title_de", "\ud800"[:0] + "x" * 100_000)],
])  # fmt: skip
def test_rubbish_is_answered_and_not_tripped_over(olga, rubbish):
    token = dict(olga.open(NEW).form("title_de").fields)["csrf_token"]

    page = olga.post(NEW, [("csrf_token", token), *rubbish])

    assert page.status in (200, 422)


def test_how_the_webinar_runs_is_kept_and_stands_in_the_summary(olga, event, bridge):
    page = olga.open(edit(event))
    assert "So läuft das Webinar: mit Probelauf, keine Aufzeichnung" in page.text

    page = page.submit(
        "title_de", button="Änderungen speichern", practice_session=None, recording="cloud",
        alternative_hosts=" ben@example.org \n\nAnna@Example.org\nben@example.org",
    )  # fmt: skip

    assert page.status == 200
    with bridge.db.reading() as connection:
        kept = events.find(connection, event.id)
    assert (kept.practice_session, kept.recording) == (False, "cloud")
    assert kept.alternative_hosts == "ben@example.org\nAnna@example.org"
    again = olga.open(edit(event))
    assert "ohne Probelauf, Aufzeichnung bei Zoom, 2 weitere Personen dürfen es starten" in again.text
    copy = dict(olga.open(f"{NEW}?from={event.id}").form("title_de").fields)
    assert (copy["recording"], copy["alternative_hosts"].split()) == ("cloud", kept.alternative_hosts.split())
    assert "practice_session" not in copy


def test_a_wrong_alternative_host_and_a_recording_never_offered_come_back_with_a_sentence(olga, event):
    page = olga.open(edit(event)).submit(
        "title_de", button="Änderungen speichern", recording="tape", alternative_hosts="ben@example.org\nAnna"
    )

    assert page.status == 422
    assert "Bitte prüfen Sie „Anna“. Schreiben Sie in jede Zeile eine E‑Mail-Adresse." in page.text
    assert "Bitte wählen Sie" in page.text
    assert typed(page)["alternative_hosts"].split() == ["ben@example.org", "Anna"]


def test_a_new_event_has_a_practice_session_and_no_recording(olga, bridge):
    olga.open(NEW).submit("title_de", button="Als Entwurf speichern", **FILLED_IN)

    (event,) = all_events(bridge)
    assert (event.practice_session, event.recording, event.alternative_hosts) == (True, "none", "")


def test_polls_are_prepared_in_the_form_and_keep_their_key(olga, event, bridge):
    first = {"polls-0-question": "Welcher Baum?", "polls-0-choices": "Linde\nEiche"}
    page = olga.open(edit(event)).submit("title_de", button="Änderungen speichern", **first)
    assert page.status == 200
    with bridge.db.reading() as connection:
        (kept,) = events.find(connection, event.id).polls

    reworded = {"polls-0-question": "Welcher Strauch?", "polls-0-kind": "several", "polls-0-anonymous": None}
    olga.open(edit(event)).submit("title_de", button="Änderungen speichern", **reworded)

    with bridge.db.reading() as connection:
        (changed,) = events.find(connection, event.id).polls
    assert (kept.question, kept.kind, kept.choices, kept.anonymous) == (
        "Welcher Baum?",
        "one",
        ("Linde", "Eiche"),
        True,
    )
    assert (changed.key, changed.question, changed.kind) == (kept.key, "Welcher Strauch?", "several")
    assert not changed.anonymous


@pytest.mark.parametrize(
    ("choices", "sentence"),
    [
        ("Linde", "Bitte schreiben Sie zwei bis zehn Antworten"),
        ("\n".join(map(str, range(11))), "Bitte schreiben Sie zwei bis zehn Antworten"),
        ("Linde\nLinde", "Zwei dieser"),
        (f"Linde\n{'x' * 129}", "Bitte kürzen Sie jede Antwort auf 128 Zeichen."),
    ],
)
def test_a_poll_that_zoom_would_not_take_is_refused_in_the_form(olga, event, choices, sentence):
    poll = {"polls-0-question": "Welcher Baum?", "polls-0-choices": choices}

    page = olga.open(edit(event)).submit("title_de", button="Änderungen speichern", **poll)

    assert page.status == 422
    assert sentence in page.text
