"""Olga writes to a group: she writes, looks, tries, is asked, sends, watches, and can stop it."""

from datetime import timedelta

import pytest

from tests.builders import a_draft
from tests.cast import ANNA, BEN, CHIARA, OLGA_EMAIL
from tests.clock import NOW
from tests.web.test_organiser import seat
from zoom_bridge.domain.forecast import Basis, Forecast
from zoom_bridge.flows import circulating, hosting
from zoom_bridge.i18n import speech
from zoom_bridge.store import circulars
from zoom_bridge.web.circular_in_words import forecast_in_words

CIRCULARS = "/organiser/events/{}/circulars"
GERMAN = {"subject_de": "Bitte mitbringen: {Titel}", "body_de": "Guten Tag {Name},\r\n\r\nbringen Sie Fragen mit."}


@pytest.fixture
def db(sqlite_db):
    """What is kept is tested in tests/flows, on both databases."""
    return sqlite_db


def form(olga, event):
    return olga.open(CIRCULARS.format(event.id) + "/new")


def write(olga, event, **typed):
    return form(olga, event).submit("subject_de", **(GERMAN | typed))


def follow(page, words):
    return page.visitor.open(page.links(words)[0])


def kept(bridge, event):
    with bridge.db.reading() as connection:
        return circulars.list_for_event(connection, event.id)


def test_from_the_form_by_way_of_the_draft_and_a_question_to_the_letters(
    olga, event, bridge, work, mailbox, clock
):
    seat(bridge, event, ANNA, BEN)
    work()
    mailbox.empty()

    empty = follow(olga.open(f"/organiser/events/{event.id}/letters"), "Schreiben und die bisherigen ansehen")
    draft = follow(empty, "Mitteilung schreiben").submit("subject_de", **GERMAN)
    assert "Noch keine Mitteilung" in empty.text
    assert "Entwurf, nicht verschickt" in draft.text
    assert "Alle Angemeldeten: 2 Menschen" in draft.text
    assert "dauert es ungefähr 1 Minute" in draft.text
    assert "Geschätzt" in draft.text
    assert "Guten Tag Olga Osterkamp," in draft.text
    asked = follow(draft, "Senden …")
    work()
    assert mailbox.letters == [], "nobody has said yes yet"

    sent = asked.submit("/send")
    assert "2 warten." in sent.text
    work()

    done = olga.open(sent.path)
    assert "2 an den Mailserver übergeben." in done.text
    assert "Hinausgegangen" in done.text
    assert [letter.subject for letter in mailbox.to(BEN.email)] == ["Bitte mitbringen: Gute Nachbarschaft"]
    everything = olga.open(CIRCULARS.format(event.id))
    assert "Bitte mitbringen: Gute Nachbarschaft" in everything.text
    plan = olga.open(f"/organiser/events/{event.id}/letters")
    assert "10.00 Uhr: Bitte mitbringen: Gute Nachbarschaft" in plan.text
    assert "Alle Angemeldeten. 2 an den Mailserver übergeben." in plan.text
    assert done.path in plan.links()
    person = olga.open(f"/organiser/events/{event.id}/people")
    assert "Mitteilung der Veranstalter" in person.text


def test_as_a_certain_person_of_the_group_would_get_it_in_their_language(olga, event, bridge):
    seat(bridge, event, ANNA, BEN)
    draft = write(olga, event, subject_en="Please bring", body_en="Dear {Name},\r\n\r\nbring questions.")

    ben = draft.submit("who", who="brandt")
    nobody = draft.submit("who", who="conti")
    framed = olga.open(f"{draft.path}/html?who=anna")

    assert "Dear Ben Brandt," in ben.text
    assert "So bekäme sie Ben Brandt." in ben.text
    assert "wird so niemand gefunden" in nobody.text
    assert "<bdi>Anna Albers</bdi>" in framed.html


def test_a_test_reaches_olga_alone_and_the_draft_stays_one(olga, event, bridge, work, mailbox):
    seat(bridge, event, ANNA)
    work()
    mailbox.empty()

    page = write(olga, event).submit("/test")
    work()

    assert "Die Test‑E‑Mail" in page.text or "unterwegs" in page.text
    assert [(one.recipient, one.subject) for one in mailbox.letters] == [
        (OLGA_EMAIL, "[Test] Bitte mitbringen: Gute Nachbarschaft")
    ]
    assert "Entwurf, nicht verschickt" in olga.open(page.path).text


def test_stopped_it_says_how_many_got_it_and_its_words_can_be_used_again(olga, event, bridge, work, mailbox):
    seat(bridge, event, ANNA, BEN, CHIARA)
    work()
    page = follow(write(olga, event), "Senden …").submit("/send")

    stopped = page.submit("/stop")
    mailbox.empty()
    work()

    assert mailbox.letters == []
    assert "3 nicht verschickt: 3 × jemand aus dem Team hat die Mitteilung angehalten." in stopped.text
    again = follow(stopped, "Text für eine neue Mitteilung nehmen")
    assert dict(again.form("subject_de").fields)["subject_de"] == GERMAN["subject_de"]


def test_a_draft_is_changed_and_discarded_but_what_is_sent_stays(olga, event, bridge, clock):
    seat(bridge, event, ANNA)
    draft = write(olga, event)
    changed = follow(draft, "Ändern").submit("subject_de", subject_de="Anders")
    (one,) = kept(bridge, event)
    circulating.send_circular(bridge.db, event.id, one.id, clock())

    late = changed.submit("/discard")
    edit = olga.open(f"{changed.path}/edit")

    assert one.subject_de == "Anders"
    assert (late.status, edit.status) == (409, 409)
    assert len(kept(bridge, event)) == 1


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"subject_de": ""}, "subject_de", "Bitte schreiben Sie einen Betreff."),
        ({"subject_de": "Für {Name}"}, "subject_de", "{Name} kann nur in der Mitteilung stehen"),
        ({"subject_de": "x" * 201}, "subject_de", "Bitte kürzen Sie"),
        ({"body_de": "Guten Tag {Name},"}, "body_de", "Bitte schreiben Sie die Mitteilung."),
        ({"body_de": "Liebe {Vorname}"}, "body_de", "Den Platzhalter {Vorname} gibt es nicht."),
        ({"subject_en": "Only a subject"}, "body_en", "Bitte schreiben Sie die Mitteilung."),
        ({"subject_de": "", "body_de": ""}, "body_de", "Bitte schreiben Sie die Mitteilung."),
    ],
)
def test_what_makes_no_sense_comes_back_with_a_sentence_and_all_that_was_typed(
    olga, event, bridge, typed, field, sentence
):
    page = write(olga, event, **typed)

    assert page.status == 422
    assert sentence in page.text
    assert f'id="{field}-error"' in page.html
    fields = dict(page.form("subject_de").fields)
    assert {name: fields[name] for name in typed} == typed
    assert kept(bridge, event) == []


def test_a_group_that_there_is_not_is_refused_and_nobody_in_it_is_said(olga, event, bridge, clock):
    empty = form(olga, event)
    typed = [(name, text) for name, text in empty.form("subject_de").filled(GERMAN, None) if name != "group"]
    page = olga.post(empty.path, [*typed, ("group", "absent")])
    draft = write(olga, event)

    asked = olga.open(f"{draft.path}/send")

    assert page.status == 422
    assert "Bitte wählen Sie, wer die Mitteilung bekommt." in page.text
    assert "In dieser Gruppe ist zurzeit niemand" in draft.text
    assert asked.path == draft.path, "there is nothing to ask"


def test_a_circular_of_another_event_is_unknown(olga, event, bridge, clock):
    other = hosting.create_event(bridge.db, a_draft(), clock())
    draft = write(olga, event)
    (one,) = kept(bridge, event)

    for page in ("", "/edit", "/send", "/html"):
        assert olga.open(f"{CIRCULARS.format(other.id)}/{one.id}{page}").status == 404
    assert olga.open(f"{CIRCULARS.format(other.id)}/new?from={one.id}").status == 404
    assert draft.status == 200


def test_nobodys_name_is_taken_for_markup_in_a_message(olga, event, bridge, work, mailbox):
    seat(bridge, event, ANNA)
    draft = write(olga, event, subject_de="<b>fett</b>", body_de="<script>alert(1)</script> {Name}")
    follow(draft, "Senden …").submit("/send")
    work()

    assert "<script>alert(1)" not in olga.open(f"{draft.path}/html").html
    assert "<script>alert(1)" not in mailbox.last(ANNA.email).html
    assert "<b>fett</b>" not in olga.open(draft.path).html


def test_a_forecast_says_how_long_why_and_whether_that_is_soon_enough():
    takes = Forecast(timedelta(hours=3), Basis.LIMIT)

    said = forecast_in_words(takes, 500, NOW + timedelta(hours=2), NOW, "Europe/Berlin", speech("de"))

    assert [sentence.replace("\xa0", " ") for sentence in said] == [
        "Bis alle hinausgegangen sind, dauert es ungefähr 3 Stunden, also bis zum 01.09.2026, 13.00 Uhr.",
        "Der Mailserver nimmt von uns 500 E‑Mails in der Stunde an.",
        "Das ist zu lang: Ab dem 01.09.2026, 12.00 Uhr geht keine mehr hinaus.",
    ]
