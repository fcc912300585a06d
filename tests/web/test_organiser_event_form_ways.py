"""Ways through the event form: from the sign-in link to a published event, preview, copy, what is filled in already."""

from dataclasses import replace

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, OLGA_EMAIL, OLGA_NAME
from zoom_bridge.domain.instance import Instance
from zoom_bridge.domain.message import Kind
from zoom_bridge.domain.question import Answer
from zoom_bridge.flows import hosting, informing, registering, welcoming, wording
from zoom_bridge.store import events, instances, letter_texts, registrations
from zoom_bridge.web.form_sections import SECTIONS

NEW = "/organiser/events/new"
LEAST = {
    "title_de": "Sprechstunde",
    "starts_day": "2026-09-14",
    "starts_clock": "10:00",
    "ends_clock": "11:30",
}
NASTY = "<script>alert('Mallory')</script>"


def all_events(bridge):
    with bridge.db.reading() as connection:
        return events.list_all(connection)


def typed(page):
    return dict(page.form("title_de").fields)


def edit(event):
    return f"/organiser/events/{event.id}/edit"


@pytest.fixture
def notices(bridge, clock):
    for kind in ("imprint", "privacy"):
        informing.write_notice(bridge.db, kind, "de", "Text", clock())


def test_from_the_sign_in_link_to_a_published_event_in_one_form_and_three_clicks(bridge, visit, notices):
    link = welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, OLGA_NAME, "de", bridge.clock())
    letter_opened = visit().open(link)

    signed_in = letter_opened.submit("/sign-in/")  # 1
    form = signed_in.visitor.open(signed_in.links("Neue Veranstaltung")[0])  # 2
    done = form.submit("title_de", button="Speichern und veröffentlichen", **LEAST)  # 3

    (event,) = all_events(bridge)
    assert event.public
    assert bridge.links.event(event.slug) in done.text
    assert done.visitor.open(f"/e/{event.slug}").status == 200


def test_what_the_house_knows_is_filled_in(olga, bridge):
    with bridge.db.transaction() as connection:
        instances.keep(connection, Instance(name="Umweltministerium", help_phone="0511 701 07 09"))

    page = olga.open(NEW)

    assert (typed(page)["hosted_by"], typed(page)["help_phone"]) == ("Umweltministerium", "0511 701 07 09")
    assert typed(page)["zoom_host"] == "webinar-1@example.org"


def test_what_the_latest_event_knew_is_filled_in(olga, event):
    assert typed(olga.open(NEW))["help_phone"] == event.help_phone


def test_sections_are_linked_at_the_top_and_say_where_something_is_wrong(olga):
    page = olga.open(NEW)
    wrong = page.submit("title_de", button="save", **LEAST | {"capacity": "viele", "help_email": "x", "help_phone": "x"})  # fmt: skip

    assert "#registration" in page.links("Anmeldung")
    assert "Anmeldung 1 Fehler Hilfestelle 2 Fehler E‑Mails" in wrong.text


def test_the_preview_shows_the_page_and_saves_nothing(olga, bridge):
    page = olga.open(NEW).submit("title_de", button="preview", **LEAST, programme_de=f"Grußwort\n{NASTY}")

    assert page.status == 200
    assert "Vorschau Nichts davon ist gespeichert." in page.text
    assert "Montag, 14. September 2026" in page.text
    assert "Grußwort" in page.text
    assert "<script>alert" not in page.html
    assert not all_events(bridge)
    assert not [href for href in page.links() if "/preview" in href]


def test_the_preview_is_had_in_the_other_language(olga):
    page = olga.open(NEW).submit("title_de", button="preview", **LEAST, title_en="Office hour")
    fields = page.form("title_de").filled({}, None)

    english = olga.post(f"{NEW}?lang=en", fields)

    assert "<h1>Office hour</h1>" in english.html
    assert "Nothing of this is saved." in english.text


def test_for_a_preview_of_something_wrong_the_form_comes_back(olga, bridge):
    page = olga.open(NEW).submit("title_de", button="preview", **LEAST | {"ends_clock": "09:00"})

    assert page.status == 422
    assert typed(page)["title_de"] == "Sprechstunde"
    assert not all_events(bridge)


def test_the_preview_of_an_event_leaves_it_as_it_is_and_writes_to_nobody(olga, bridge, event):
    registering.register(bridge.db, event.slug, ANNA, bridge.clock())
    with bridge.db.reading() as connection:
        (anna,) = registrations.list_for_event(connection, event.id)
    registering.confirm(bridge.db, anna.key, bridge.clock())

    page = olga.open(edit(event)).submit("title_de", button="preview", starts_day="2026-09-08", title_de="Neu")

    assert "Dienstag, 8. September 2026" in page.text
    assert "Vorschau" in page.text
    assert all_events(bridge) == [event]


def test_a_copy_is_filled_in_but_for_the_date_and_saved_only_when_it_is_saved(olga, bridge, event):
    page = olga.open(f"{NEW}?from={event.id}")

    assert typed(page)["title_de"] == event.title_de
    assert typed(page)["panelists-0-name"] == "Petra Podium"
    assert (typed(page)["starts_day"], typed(page)["starts_clock"]) == ("", "10:00")
    assert all_events(bridge) == [event]

    page.submit("title_de", button="Als Entwurf speichern", starts_day="2027-01-11")

    copy = next(one for one in all_events(bridge) if one.id != event.id)
    assert copy.slug != event.slug
    assert not copy.public
    assert copy.panelists == event.panelists


def test_the_letters_of_a_copy_have_the_same_words_of_their_own(olga, bridge, event):
    own = (Kind.CONFIRMATION, "de", "Bis bald: {Titel}", "Guten Tag {Name},\n\nschön, dass Sie kommen.")
    wording.word_letter(bridge.db, event.id, *own, bridge.clock())
    page = olga.open(f"{NEW}?from={event.id}")
    page.submit("title_de", button="Als Entwurf speichern", starts_day="2027-01-11")
    olga.open(NEW).submit("title_de", button="save", **LEAST)

    copy = next(one for one in all_events(bridge) if one.id != event.id and one.title_de == event.title_de)
    new = next(one for one in all_events(bridge) if one.title_de == LEAST["title_de"])

    with bridge.db.reading() as connection:
        assert [
            (t.kind, t.language, t.subject, t.opening) for t in letter_texts.list_for_event(connection, copy.id)
        ] == [own]
        assert letter_texts.list_for_event(connection, new.id) == []


def test_a_copy_that_was_typed_and_not_saved_is_still_a_copy(olga, bridge, event):
    wording.word_letter(bridge.db, event.id, Kind.CONFIRMATION, "de", "Bis bald", "", bridge.clock())
    page = olga.open(f"{NEW}?from={event.id}")
    olga.post("/organiser/unsaved/new", page.form("title_de").filled({"starts_day": "2027-01-11"}, None))

    olga.open(f"{NEW}?unsaved=").submit("title_de", button="save")

    copy = next(one for one in all_events(bridge) if one.id != event.id)
    with bridge.db.reading() as connection:
        assert [text.subject for text in letter_texts.list_for_event(connection, copy.id)] == ["Bis bald"]


def test_the_event_page_leads_to_its_copy(olga, event):
    page = olga.open(f"/organiser/events/{event.id}")

    assert f"{NEW}?from={event.id}" in [href.replace("&amp;", "&") for href in page.links()]


def test_a_cancelled_event_can_be_copied(olga, bridge, event):
    hosting.cancel_event(bridge.db, event.id, bridge.clock())

    assert typed(olga.open(f"{NEW}?from={event.id}"))["title_de"] == event.title_de


@pytest.mark.parametrize(
    ("asked", "status"), [("999999", 404), ("0", 200), ("x", 200), ("9" * 40, 200), ("-1", 200)]
)
def test_a_copy_of_nothing(olga, event, asked, status):
    assert olga.open(f"{NEW}?from={asked}").status == status


def test_discarding_what_was_typed_leads_on_to_the_copy(olga, event):
    page = olga.open(NEW)
    olga.post("/organiser/unsaved/new", page.form("title_de").filled({"title_de": "Halb fertig"}, None))

    copy = olga.open(f"{NEW}?from={event.id}").submit("/discard")

    assert typed(copy)["title_de"] == event.title_de


def test_a_question_keeps_its_key_when_its_words_change(olga, bridge):
    asked = {"questions-0-labelde": "Woher kommen Sie?"}
    olga.open(NEW).submit("title_de", button="save", **LEAST, **asked)
    (before,) = all_events(bridge)

    olga.open(edit(before)).submit("title_de", button="save", **{"questions-0-labelde": "Aus welchem Ort?"})

    (after,) = all_events(bridge)
    assert after.questions[0].label_de == "Aus welchem Ort?"
    assert after.questions[0].key == before.questions[0].key


def test_nobody_is_taken_to_agree_to_words_that_they_never_read(olga, bridge, notices, visit):
    consent = {"questions-0-kind": "consent", "questions-0-labelde": "Mein Vorname darf genannt werden."}
    olga.open(NEW).submit("title_de", button="publish", **LEAST, **consent)
    (event,) = all_events(bridge)
    (question,) = event.questions
    agreed = replace(ANNA, answers=(Answer(question.key, question.label_de, ("Ja",)),))
    registering.register(bridge.db, event.slug, agreed, bridge.clock())
    with bridge.db.reading() as connection:
        (anna,) = registrations.list_for_event(connection, event.id)
    registering.confirm(bridge.db, anna.key, bridge.clock())

    opened = olga.open(edit(event))
    pages = [
        opened.submit("title_de", button="save", **{"questions-0-labelde": "Mein Bild darf gezeigt werden."})
        for _ in range(2)
    ]

    assert [page.status for page in pages] == [200, 200]
    form = visit().open(f"{bridge.links.personal(anna.key)}/edit")
    assert "Mein Bild darf gezeigt werden." in form.text
    assert 'value="yes" checked' not in form.html
    wishes, people = (olga.open(f"/organiser/events/{event.id}/{page}") for page in ("wishes", "people.csv"))
    assert "0 Menschen haben geantwortet" in wishes.text
    head, line = people.response.get_data(as_text=True).splitlines()
    assert head.endswith("Mein Bild darf gezeigt werden.;Mein Vorname darf genannt werden.")
    assert line.endswith(";;Ja")


def test_a_form_with_a_new_question_that_is_sent_twice_is_no_colleague(olga, bridge, event):
    opened = olga.open(edit(event))

    pages = [opened.submit("title_de", button="save", **{"questions-0-labelde": "Woher?"}) for _ in range(2)]

    assert [page.status for page in pages] == [200, 200]
    assert len(all_events(bridge)[0].questions) == 1


def test_a_question_that_is_removed_disappears_from_the_event(olga, bridge, event):
    olga.open(edit(event)).submit("title_de", button="save", **{"questions-0-labelde": "Woher?"})

    page = olga.open(edit(event)).submit("title_de", button="questions remove 0")
    page.submit("title_de", button="save")

    assert all_events(bridge)[0].questions == ()


def test_everything_about_an_event_comes_back_from_its_form(olga, bridge):
    draft = a_draft(
        zoom_host="webinar-1@example.org",
        themes_title_de="Fragen", themes_de="Wo?\nWie?", programme_de="Filme", thanks_de="Danke", trailer_text_de="Hof",
        themes_title_en="Questions", themes_en="Where?", programme_en="Films", thanks_en="Thanks", trailer_text_en="Yard",
        trailer_url="https://video.example.org/1", recording_url="https://video.example.org/2",
        captions=True, plain_language=True, participation=True,
    )  # fmt: skip
    before = hosting.create_event(bridge.db, draft, bridge.clock())

    olga.open(edit(before)).submit("title_de", button="Als Entwurf speichern")

    (after,) = all_events(bridge)
    texts = set(before.__dataclass_fields__) - {"revision"}
    assert {name: getattr(after, name) for name in texts} == {name: getattr(before, name) for name in texts}


def test_every_section_that_is_linked_is_on_the_page_once(olga, event):
    page = olga.open(edit(event))

    for section in SECTIONS:
        assert page.html.count(f'id="{section.anchor}"') == 1
        assert f"#{section.anchor}" in page.links()
