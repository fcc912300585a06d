"""Registering with the organiser's own questions, and "send me my link again"."""

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.notice import NoticeKind
from zoom_bridge.domain.question import Answer, Question, QuestionKind
from zoom_bridge.flows import hosting, informing, registering
from zoom_bridge.store import events, outbox, registrations

QUESTIONS = (
    Question("town", QuestionKind.TEXT, "Aus welchem Ort kommen Sie?", "Which town are you from?"),
    Question(
        "way",
        QuestionKind.ONE,
        "Woher kennen Sie uns?",
        "How did you find us?",
        ("Zeitung", "Netz"),
        ("Paper", "Web"),
    ),
    Question(
        "topics", QuestionKind.SEVERAL, "Was interessiert Sie?", "", ("Wohnen", "Pflege", "Kinder"), required=True
    ),
    Question(
        "photo", QuestionKind.CONSENT, "Ich bin mit Fotos einverstanden.", "I agree to photos.", required=True
    ),
)
THREE = {"first_name": "Anna", "last_name": "Albers", "email": ANNA.email}


def change(bridge: Any, event: Event, **changes: Any) -> None:
    draft = a_draft(**({"zoom_host": bridge.settings.zoom.host} | changes))
    hosting.change_event(bridge.db, event.id, draft, bridge.clock())


@pytest.fixture
def asking(bridge: Any, event: Event) -> Event:
    """The event with questions of Olga's, and a panel that takes questions."""
    change(bridge, event, questions=QUESTIONS, participation=True)
    return event


def only(bridge: Any, event: Event) -> Any:
    [kept] = everybody(bridge, event)
    return kept


def everybody(bridge: Any, event: Event) -> list[Any]:
    with bridge.db.reading() as connection:
        return registrations.list_for_event(connection, event.id)


def form_of(visit: Any, event: Event, language: str = "de") -> Any:
    return visit(language).open(f"/e/{event.slug}/register")


# --- the form ---------------------------------------------------------------------------------------------------


def test_without_questions_three_fields_are_required(event: Event, visit: Any) -> None:
    page = form_of(visit, event)

    assert page.html.count(" required") == 3
    assert "Was brauchen Sie, um gut teilnehmen zu können? (freiwillig)" in page.text
    assert "wir löschen es als Erstes" in page.text
    assert "Podium fragen" not in page.text
    assert "Fragen der Veranstalter" not in page.text


def test_what_somebody_answers_needs_and_asks_is_kept(bridge: Any, asking: Event, visit: Any) -> None:
    page = form_of(visit, asking).submit(
        "first_name", **THREE, needs="Untertitel,\r\nbitte", asks="Was kostet das?",
        **{"answer-town": "Celle", "answer-way": "Netz", "answer-topics": ["Kinder", "Wohnen"], "answer-photo": "yes"},
    )  # fmt: skip

    assert page.path.endswith("/registered")
    kept = only(bridge, asking)
    assert (kept.needs, kept.asks) == ("Untertitel,\nbitte", "Was kostet das?")
    assert kept.answers == (
        Answer("town", "Aus welchem Ort kommen Sie?", ("Celle",)),
        Answer("way", "Woher kennen Sie uns?", ("Netz",)),
        Answer("topics", "Was interessiert Sie?", ("Wohnen", "Kinder")),
        Answer("photo", "Ich bin mit Fotos einverstanden.", ("Ja",)),
    )


def test_what_is_asked_in_one_language_only_says_so_on_a_page_in_the_other(asking: Event, visit: Any) -> None:
    page = form_of(visit, asking, "en")

    assert "Which town are you from? (optional)" in page.text
    assert '<span lang="de">Was interessiert Sie?</span>' in page.html
    assert '<span lang="de">Wohnen</span>' in page.html


def test_missing_answers_are_named_above_the_form_and_nothing_typed_is_lost(
    bridge: Any, asking: Event, visit: Any
) -> None:
    page = form_of(visit, asking).submit(
        "first_name", **THREE, needs="Untertitel", asks="Warum?", **{"answer-town": "Celle", "answer-way": "Netz"}
    )

    assert page.status == 422
    assert "Bitte prüfen Sie 2 Angaben" in page.text
    assert page.links("Was interessiert Sie: Bitte wählen Sie mindestens eine der Antworten.") == [
        "#answer-topics"
    ]
    assert page.links("Ich bin mit Fotos einverstanden: Bitte setzen Sie hier das Häkchen.") == ["#answer-photo"]
    for anchor in ("answer-topics", "answer-photo"):
        assert f'id="{anchor}"' in page.html
    fields = dict(page.form("first_name").fields)
    assert (fields["needs"], fields["asks"]) == ("Untertitel", "Warum?")
    assert (fields["answer-town"], fields["answer-way"]) == ("Celle", "Netz")
    assert everybody(bridge, asking) == []


def test_forged_choices_and_endless_texts_are_refused(bridge: Any, asking: Event, visit: Any) -> None:
    page = form_of(visit, asking).submit(
        "first_name", **THREE, needs="x" * 1001,
        **{"answer-way": "Television", "answer-topics": ["Wohnen", "Geld"], "answer-photo": "yes"},
    )  # fmt: skip

    assert page.status == 422
    assert page.links("Bitte wählen Sie eine der Antworten.") == ["#answer-way"]
    assert page.links("Bitte wählen Sie nur aus den angebotenen Antworten.") == ["#answer-topics"]
    assert page.links("Bitte kürzen Sie auf 1.000 Zeichen") == ["#needs"]
    assert everybody(bridge, asking) == []


def test_a_question_to_the_panel_that_was_never_asked_for_is_not_kept(
    bridge: Any, event: Event, visit: Any
) -> None:
    form_of(visit, event).submit("first_name", **THREE, asks="Warum?", **{"answer-town": "Celle"})

    kept = only(bridge, event)
    assert (kept.asks, kept.answers) == ("", ())


def test_a_changed_question_changes_the_form_at_once(bridge: Any, asking: Event, visit: Any) -> None:
    before = form_of(visit, asking).text
    change(bridge, asking, questions=(Question("new", QuestionKind.TEXT, "Ganz neu?"),))

    after = form_of(visit, asking).text

    assert "Was interessiert Sie?" in before
    assert "Was interessiert Sie?" not in after
    assert "Ganz neu?" in after


def test_the_form_names_the_version_of_the_privacy_notice_as_it_is_now(
    bridge: Any, event: Event, visit: Any
) -> None:
    first = form_of(visit, event).text
    informing.write_notice(bridge.db, NoticeKind.PRIVACY, "de", "Neue Hinweise", bridge.clock())

    assert "Datenschutzhinweise lesen (Fassung 1)" in first
    assert "Datenschutzhinweise lesen (Fassung 2)" in form_of(visit, event).text


def test_when_the_last_seat_went_meanwhile_nothing_typed_is_lost(bridge: Any, event: Event, visit: Any) -> None:
    change(bridge, event, capacity=1)
    page = form_of(visit, event)
    registering.register(bridge.db, event.slug, BEN, bridge.clock())
    [ben] = everybody(bridge, event)
    registering.confirm(bridge.db, ben.key, bridge.clock())

    full = page.submit("first_name", **THREE, needs="Untertitel")

    assert full.status == 409
    assert "Alle Plätze sind vergeben" in full.text
    assert "Was Sie eingetragen haben, ist noch da." in full.text
    assert dict(full.form("first_name").fields)["needs"] == "Untertitel"


def test_too_often_keeps_what_was_typed_as_well(event: Event, visit: Any) -> None:
    for _ in range(6):
        page = form_of(visit, event).submit("first_name", **THREE, needs="Untertitel")

    assert page.status == 429
    assert dict(page.form("first_name").fields)["needs"] == "Untertitel"


def test_a_form_for_an_event_that_is_not_there_is_as_unknown_as_its_page(
    bridge: Any, event: Event, visit: Any
) -> None:
    draft = hosting.create_event(bridge.db, a_draft(title_de="Geheim"), bridge.clock())
    form = form_of(visit, event).form("first_name")

    for slug in (draft.slug, "nowhere"):
        assert visit().open(f"/e/{slug}/register").status == 404
        page = visit().open(f"/e/{event.slug}/register")
        assert page.visitor.post(f"/e/{slug}/register", page.form("first_name").filled(THREE, None)).status == 404
    assert form


# --- send me my link again --------------------------------------------------------------------------------------


def ask(visit: Any, event: Event, email: str) -> Any:
    return visit().open(f"/e/{event.slug}/link").submit("email", email=email)


def letters(bridge: Any, event: Event) -> list[str]:
    with bridge.db.reading() as connection:
        return [message.kind for message in outbox.list_some(connection, range(1, 100))]


def test_who_is_registered_gets_the_confirmation_with_the_link_again(
    bridge: Any, event: Event, visit: Any, clock: Any
) -> None:
    registering.register(bridge.db, event.slug, ANNA, clock())
    registering.confirm(bridge.db, only(bridge, event).key, clock())
    clock.advance(minutes=5)

    page = ask(visit, event, "ANNA@example.org")

    assert page.path == f"/e/{event.slug}/link/sent"
    assert "Wenn Sie mit dieser Adresse angemeldet sind, haben wir Ihnen gerade geschrieben." in page.text
    assert letters(bridge, event) == ["please_confirm", "confirmation", "confirmation"]


def test_who_has_not_confirmed_is_asked_again_and_has_their_time_again(
    bridge: Any, event: Event, visit: Any, clock: Any
) -> None:
    registering.register(bridge.db, event.slug, ANNA, clock())
    clock.advance(hours=70)

    ask(visit, event, ANNA.email)

    assert letters(bridge, event) == ["please_confirm", "please_confirm"]
    assert only(bridge, event).confirm_by == clock() + timedelta(hours=72)


def test_nobody_goes_to_zoom_by_their_own_name_because_other_names_are_no_longer_offered(
    bridge: Any, event: Event, visit: Any
) -> None:
    change(bridge, event, pseudonyms=True)
    form = form_of(visit, event)
    change(bridge, event, pseudonyms=False)

    asked = form.submit("email", **THREE, zoom_name="Die mit dem Hut")

    assert (asked.status, everybody(bridge, event)) == (422, [])
    assert "Unter einem anderen Namen teilzunehmen ist hier nicht mehr möglich." in asked.text
    assert asked.submit("email").status == 200
    assert only(bridge, event).zoom_name == ""


def test_who_cancelled_is_shown_the_way_back_and_who_was_taken_off_hears_nothing(
    bridge: Any, event: Event, visit: Any, clock: Any
) -> None:
    for person in (ANNA, BEN):
        registering.register(bridge.db, event.slug, person, clock())
    anna, ben = everybody(bridge, event)
    for one in (anna, ben):
        registering.confirm(bridge.db, one.key, clock())
    registering.cancel(bridge.db, anna.key, clock())
    registering.cancel_by_organiser(bridge.db, ben.id, clock())
    clock.advance(minutes=5)
    before = letters(bridge, event)

    ask(visit, event, ANNA.email)
    ask(visit, event, BEN.email)

    assert letters(bridge, event)[len(before) :] == ["goodbye"]
    assert not only_named(bridge, event, "Anna").active, "asking for a link registers nobody"


def only_named(bridge: Any, event: Event, first_name: str) -> Any:
    return next(one for one in everybody(bridge, event) if one.first_name == first_name)


def test_nobody_learns_who_is_registered(bridge: Any, event: Event, visit: Any, clock: Any) -> None:
    registering.register(bridge.db, event.slug, ANNA, clock())
    clock.advance(minutes=5)

    known, unknown = ask(visit, event, ANNA.email), ask(visit, event, "nobody@example.org")

    assert (known.status, known.path, known.html) == (unknown.status, unknown.path, unknown.html)
    assert [one.email for one in everybody(bridge, event)] == [ANNA.email]
    assert len(letters(bridge, event)) == 2


def test_asking_for_the_link_spends_the_same_allowance_as_registering(event: Event, visit: Any) -> None:
    answers = [form_of(visit, event).submit("first_name", **THREE).status for _ in range(3)]
    answers += [ask(visit, event, ANNA.email).status for _ in range(3)]

    assert answers == [200] * 5 + [429]


def test_an_unknown_address_is_limited_like_a_known_one(event: Event, visit: Any) -> None:
    pages = [ask(visit, event, "nobody@example.org") for _ in range(6)]

    assert [page.status for page in pages] == [200] * 5 + [429]
    assert dict(pages[-1].form("email").fields)["email"] == "nobody@example.org"


def test_a_slip_in_the_address_is_explained_and_kept(event: Event, visit: Any) -> None:
    page = ask(visit, event, "anna@")

    assert page.status == 422
    assert page.links("Nach dem @ fehlt der Name des Anbieters.") == ["#email"]
    assert dict(page.form("email").fields)["email"] == "anna@"


def test_links_are_sent_as_long_as_there_is_something_to_come_to(
    bridge: Any, event: Event, visit: Any, clock: Any
) -> None:
    change(bridge, event, closes_at=clock())
    assert visit().open(f"/e/{event.slug}/link").status == 200

    clock.set(event.ends_at)
    over = visit().open(f"/e/{event.slug}/link")

    assert over.status == 409
    assert "Diese Veranstaltung ist vorbei" in over.text


def test_the_form_and_the_page_after_it_lead_to_the_link(event: Event, visit: Any) -> None:
    for path in ("register", "registered"):
        page = visit().open(f"/e/{event.slug}/{path}")

        [address] = page.links("Zugangslink noch einmal schicken")
        assert visit().open(address).status == 200


def test_drafts_send_no_links(bridge: Any, event: Event, visit: Any) -> None:
    with bridge.db.reading() as connection:
        assert events.find(connection, event.id)
    draft = hosting.create_event(bridge.db, a_draft(title_de="Geheim"), bridge.clock())

    assert visit().open(f"/e/{draft.slug}/link").status == 404
