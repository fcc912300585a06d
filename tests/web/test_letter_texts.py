"""Olga writes her own words for an event's letters: they are shown first, kept then, and go out with the letters."""

import pytest
from sqlalchemy import delete

from tests.builders import a_draft
from tests.cast import ANNA, BEN
from tests.web.test_organiser import seat
from zoom_bridge.domain.message import Kind
from zoom_bridge.flows import hosting, wording
from zoom_bridge.store import letter_texts, tables

WORDING = "/organiser/events/{}/letters/{}/wording"


pytestmark = pytest.mark.either_database


def form(olga, event, kind=Kind.CONFIRMATION, language="de"):
    return olga.open(WORDING.format(event.id, kind) + f"?language={language}")


def write(olga, event, action="save", kind=Kind.CONFIRMATION, language="de", **typed):
    return form(olga, event, kind, language).submit("opening", button=action, **typed)


def kept(bridge, event, kind=Kind.CONFIRMATION, language="de"):
    with bridge.db.reading() as connection:
        text = letter_texts.find(connection, event.id, kind, language)
    return (text.subject, text.opening) if text else None


def test_the_form_begins_with_our_words_as_they_can_be_changed(olga, event):
    fields = dict(form(olga, event).form("opening").fields)

    assert fields["subject"] == "Ihr Zugang: {Titel} am {Datum}"
    assert fields["opening"] == "Guten Tag {Name},\n\nSie sind angemeldet: Ihr Platz ist sicher."
    assert (
        dict(form(olga, event, language="en").form("opening").fields)["subject"]
        == "Your access: {Title} on {Date}"
    )


@pytest.mark.parametrize("kind", ["please_confirm", "day_before", "join_link", "moved", "cancelled", "goodbye"])
@pytest.mark.parametrize("language", ["de", "en"])
def test_our_words_saved_unchanged_stay_ours(olga, event, bridge, kind, language):
    page = write(olga, event, kind=kind, language=language)

    assert page.status == 200
    assert "Nichts geändert." in page.text or "nichts geändert" in page.text.casefold()
    assert kept(bridge, event, kind, language) is None


def test_own_words_go_out_with_the_letter_in_their_language_only(olga, event, bridge, work, mailbox):
    page = write(
        olga,
        event,
        subject="Schön, dass Sie kommen: {Titel}",
        opening="Liebe Nachbarin {Name},\r\n\r\nbis {Datum}.",
    )
    seat(bridge, event, ANNA, BEN)
    work()

    assert (page.status, page.path) == (200, f"/organiser/events/{event.id}/letters/confirmation")
    assert "Gespeichert." in page.text
    assert kept(bridge, event) == ("Schön, dass Sie kommen: {Titel}", "Liebe Nachbarin {Name},\n\nbis {Datum}.")
    anna, ben = mailbox.last(ANNA.email), mailbox.last(BEN.email)
    assert anna.subject == "Schön, dass Sie kommen: Gute Nachbarschaft"
    assert anna.text.startswith("Liebe Nachbarin Anna Albers,\r\n\r\nbis Montag, 7.\xa0September 2026.")
    assert "<bdi>Anna Albers</bdi>" in anna.html
    assert ben.subject.startswith("Your access: Good neighbours")


def test_the_letter_that_leaves_next_has_the_newest_words(olga, event, bridge, work, mailbox):
    """The post office keeps prepared letters: they must not outlive the words they were prepared with."""
    subjects = []
    for number, subject in enumerate(("Eins", "Zwei", "")):
        write(olga, event, subject=subject, opening="")
        seat(bridge, event, type(ANNA)("Anna", "Albers", f"anna{number}@example.org", "de"))
        work()
        subjects.append(mailbox.letters[-1].subject)

    assert subjects == ["Eins", "Zwei", "Ihr Zugang: Gute Nachbarschaft am Montag, 7. September 2026"]
    assert kept(bridge, event) is None


def test_a_preview_shows_and_keeps_nothing(olga, event, bridge):
    page = write(olga, event, "preview", subject="Bis bald, {Titel}", opening="Hallo {Name},\n\num {Beginn}!")

    assert page.status == 200
    assert "Noch nicht gespeichert" in page.text
    assert "Bis bald, Gute Nachbarschaft" in page.text
    assert "Hallo Olga Osterkamp, um 10.00 Uhr!" in page.text
    assert dict(page.form("opening").fields)["opening"] == "Hallo {Name},\n\num {Beginn}!"
    assert kept(bridge, event) is None


def test_back_to_our_words_asks_to_save_and_then_they_are_ours_again(olga, event, bridge):
    write(olga, event, subject="Eigen", opening="Eigen.")
    page = form(olga, event).submit("opening", button="ours")
    still = kept(bridge, event)

    saved = page.submit("opening", button="save")

    assert "Unser Text steht wieder in den Feldern" in page.text
    assert dict(page.form("opening").fields)["subject"] == "Ihr Zugang: {Titel} am {Datum}"
    assert still == ("Eigen", "Eigen.")
    assert saved.status == 200
    assert kept(bridge, event) is None


def test_one_text_can_be_ours_and_the_other_ones_own(olga, event, bridge):
    write(olga, event, opening="Nur die Einleitung.")

    assert kept(bridge, event) == ("", "Nur die Einleitung.")
    assert dict(form(olga, event).form("opening").fields)["subject"] == "Ihr Zugang: {Titel} am {Datum}"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"opening": "Liebe {Vorname}"}, "Den Platzhalter {Vorname} gibt es nicht. Es gibt: {Name}, {Titel}, {Datum}, {Beginn}, {Ende}, {Gastgeber}, {Hilfe-Telefon}."),
        ({"opening": "{{ config }}"}, "Den Platzhalter { config } gibt es nicht."),
        ({"opening": "Liebe {Name"}, "Zu einer geschweiften Klammer fehlt die andere."),
        ({"opening": "Liebe Name}"}, "Zu einer geschweiften Klammer fehlt die andere."),
        ({"subject": "Für {Name}"}, "{Name} kann nur in der Einleitung stehen"),
        ({"subject": "x" * 201}, "Bitte kürzen Sie"),
        ({"opening": "x" * 3001}, "Bitte kürzen Sie"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_comes_back_with_a_sentence_and_all_that_was_typed(
    olga, event, bridge, typed, sentence
):
    typed = {"subject": "Mein Betreff", "opening": "Mein Anfang."} | typed

    page = write(olga, event, **typed)

    assert page.status == 422
    assert page.html.count("Fehler:") >= 2, "in the title and beside the field"
    assert sentence in page.text
    fields = dict(page.form("opening").fields)
    assert {name: fields[name] for name in typed} == typed
    assert kept(bridge, event) is None


def test_a_placeholder_for_what_the_event_does_not_have_is_refused(olga, bridge, clock):
    bare = hosting.create_event(bridge.db, a_draft(help_phone="", hosted_by=""), clock())

    for placeholder in ("{Hilfe-Telefon}", "{Gastgeber}"):
        page = write(olga, bare, opening=f"Rufen Sie {placeholder} an.")
        assert page.status == 422
        assert f"{placeholder} bliebe leer" in page.text


def test_markup_is_text_on_the_page_and_in_the_letter(olga, event, bridge, work, mailbox):
    page = write(olga, event, subject="<b>Betreff</b>", opening="<script>alert(1)</script>")
    seat(bridge, event, ANNA)
    work()

    assert "<script>alert" not in page.html
    assert "<script>alert" not in form(olga, event).html
    letter = mailbox.last(ANNA.email)
    assert letter.subject == "<b>Betreff</b>"
    assert "<script>" not in letter.html
    assert "<script>alert(1)</script>" in letter.text


def test_an_expired_form_comes_back_with_what_was_typed(olga, event, bridge):
    page = olga.post(
        WORDING.format(event.id, "moved"),
        [("csrf_token", "old"), ("language", "de"), ("subject", "Mein Betreff"), ("opening", "Mein Anfang.")],
    )

    assert page.status == 403
    assert dict(page.form("opening").fields)["opening"] == "Mein Anfang."
    assert kept(bridge, event, "moved") is None


def test_the_plan_says_which_letters_have_words_of_their_own(olga, event):
    write(olga, event, opening="Eigen.")
    write(olga, event, opening="Own.", language="en")

    page = olga.open(f"/organiser/events/{event.id}/letters")

    assert "Bestätigung eigener Text auf Deutsch eigener Text auf Englisch" in page.text


def test_words_belong_to_one_event(olga, event, bridge, clock):
    other = hosting.create_event(bridge.db, a_draft(title_de="Andere"), clock())
    write(olga, event, opening="Eigen.")

    assert kept(bridge, other) is None
    assert olga.open(WORDING.format(999_999, "moved")).status == 404
    assert olga.open(WORDING.format(event.id, "sign_in")).status == 404


def test_words_go_with_their_event(event, bridge, clock):
    wording.word_letter(bridge.db, event.id, Kind.MOVED, "de", "x", "", clock())

    with bridge.db.transaction() as connection:
        connection.execute(delete(tables.webinars))
        connection.execute(delete(tables.events))

    assert kept(bridge, event, Kind.MOVED) is None


def test_a_test_letter_has_the_own_words(olga, event, work, mailbox):
    page = write(olga, event, subject="Eigen", opening="Ganz eigen, {Name}.")
    page.submit("/test")
    work()

    (letter,) = mailbox.letters
    assert letter.subject == "[Test] Eigen"
    assert letter.text.startswith("Ganz eigen, Olga Osterkamp.")
