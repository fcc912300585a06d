"""Pictures in the event form: kept at once, shown, taken away, and refused with a sentence beside their field."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from tests.clock import NOW
from zoom_bridge.flows import picturing
from zoom_bridge.store import events, pictures
from zoom_bridge.web.uploads import LOGO, picture_of

NEW = "/organiser/events/new"
FILLED_IN = {
    "title_de": "Sprechstunde",
    "starts_day": "2026-09-14",
    "starts_clock": "10:00",
    "ends_clock": "11:30",
}
LOGO_FIELD, PORTRAIT_FIELD = "hosted_by_logofile", "panelists-0-portraitfile"


def png(colour="teal", size=(300, 200)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def send(page, files, button="Als Entwurf speichern", **values):
    """The form with files chosen: field → (name, content)."""
    form = page.form("title_de")
    fields = form.filled(FILLED_IN | values, button)
    chosen = [(name, (io.BytesIO(content), called)) for name, (called, content) in files.items()]
    answer = page.visitor.post(form.action, fields + chosen, content_type="multipart/form-data")
    for response in (answer.response, *answer.response.history):
        response.request.environ["wsgi.input"].close()  # the client put a large form into a file
    return answer


def typed(page):
    return dict(page.form("title_de").fields)


def all_events(bridge):
    with bridge.db.reading() as connection:
        return events.list_all(connection)


def kept(bridge, digest):
    with bridge.db.reading() as connection:
        return pictures.find(connection, digest)


def test_a_picture_that_is_chosen_is_saved_with_the_event(olga, bridge):
    files = {LOGO_FIELD: ("logo.png", png()), PORTRAIT_FIELD: ("petra.png", png("brown", (600, 800)))}

    page = send(olga.open(NEW), files, **{"panelists-0-name": "Petra Podium"})

    (event,) = all_events(bridge)
    assert page.path == f"/organiser/events/{event.id}"
    assert kept(bridge, event.hosted_by_logo).width == 300
    portrait = kept(bridge, event.panelists[0].portrait)
    assert (portrait.width, portrait.height) == (384, 384)


def test_a_picture_need_not_be_chosen_again_when_something_else_is_wrong(olga, bridge):
    wrong = send(olga.open(NEW), {LOGO_FIELD: ("logo.png", png())}, title_de="")

    digest = typed(wrong)["hosted_by_logo"]
    assert wrong.status == 422
    assert kept(bridge, digest)
    assert f"/pictures/{digest}" in wrong.html
    wrong.submit("title_de", button="Als Entwurf speichern", title_de="Nun mit Titel")
    assert all_events(bridge)[0].hosted_by_logo == digest


def test_a_row_takes_its_picture_along(olga):
    first = {"panelists-0-name": "Petra Podium", "panelists-1-name": ""}
    page = send(olga.open(NEW), {PORTRAIT_FIELD: ("petra.png", png())}, "Weiteren Podiumsgast hinzufügen", **first)
    digest = typed(page)["panelists-0-portrait"]

    moved = page.submit("title_de", button="panelists up 1", **{"panelists-1-name": "Paul Publikum"})

    assert typed(moved)["panelists-0-name"] == "Paul Publikum"
    assert typed(moved)["panelists-1-portrait"] == digest
    assert "panelists-0-portrait" not in typed(moved)


def test_a_picture_is_taken_away_by_its_button(olga, bridge):
    page = send(olga.open(NEW), {LOGO_FIELD: ("logo.png", png())}, "Weiteren Partner hinzufügen")

    without = page.submit("title_de", button="drop hosted_by_logo")

    assert "hosted_by_logo" in typed(page)
    assert "hosted_by_logo" not in typed(without)
    assert typed(without)["title_de"] == "Sprechstunde"
    without.submit("title_de", button="Als Entwurf speichern")
    assert all_events(bridge)[0].hosted_by_logo == ""


def test_another_picture_takes_the_place_of_the_first(olga, bridge):
    page = send(olga.open(NEW), {LOGO_FIELD: ("logo.png", png())}, "Weiteren Partner hinzufügen")

    send(page, {LOGO_FIELD: ("new.png", png("red"))})

    (event,) = all_events(bridge)
    assert event.hosted_by_logo != typed(page)["hosted_by_logo"]
    assert kept(bridge, event.hosted_by_logo)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Diese Datei ist leer."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Wir können diese Datei nicht als Bild lesen."),
        (png()[:60], "Wir können diese Datei nicht als Bild lesen."),
        (b"x" * (8 * 1024 * 1024 + 1), "Diese Datei ist größer als 8 MB."),
    ],
)
def test_a_file_that_is_no_picture_is_refused_beside_its_field(olga, bridge, content, sentence):
    row = {"panelists-0-name": "Petra Podium"}

    page = send(olga.open(NEW), {PORTRAIT_FIELD: ("petra.png", content)}, **row)

    assert page.status == 422
    assert f"Fehler: {sentence}" in page.text
    assert f"#{PORTRAIT_FIELD}" in page.links("Podiumsgast 1: Porträt:")
    assert typed(page)["panelists-0-name"] == "Petra Podium"
    assert not all_events(bridge)


def test_a_file_that_is_no_picture_is_noticed_also_when_only_a_row_is_added(olga):
    row = {"panelists-0-name": "Petra Podium"}

    page = send(
        olga.open(NEW), {PORTRAIT_FIELD: ("petra.svg", b"<svg/>")}, "Weiteren Podiumsgast hinzufügen", **row
    )

    assert page.status == 200
    assert "Fehler: Wir können diese Datei nicht als Bild lesen." in page.text
    assert page.html.count("autofocus") == 1
    assert "panelists-1-name" in typed(page)


def test_a_file_for_a_field_that_takes_none_is_ignored(olga, bridge):
    page = send(olga.open(NEW), {"titlefile": ("x.png", png()), "partners-0-urlfile": ("x.png", png())})

    assert page.status == 200
    assert len(all_events(bridge)) == 1


def test_a_form_is_larger_than_other_pages_and_has_its_end(olga):
    """Three pictures of 4 MB come through; what is larger than 32 MB gets an answer, too."""
    page = olga.open(NEW)
    many = dict.fromkeys((LOGO_FIELD, PORTRAIT_FIELD, "trailer_picturefile"), ("x.png", b"x" * 4000000))

    assert send(page, many).status == 422
    too_much = {f"partners-{n}-logofile": ("x.png", b"x" * 4_000_000) for n in range(9)}
    answer = send(page, too_much)
    assert answer.status == 413
    assert "weniger Text oder kleinere Bilder" in answer.text


def test_elsewhere_as_little_is_taken_as_before(olga):
    answer = olga.post("/organiser/settings/imprint", [("text_de", "x" * 1_100_000)])

    assert answer.status == 413


def test_every_row_that_there_may_be_fits_into_the_form(olga, bridge):
    rows = {f"panelists-{n}-name": f"Gast {n}" for n in range(30)} | {f"partners-{n}-name": f"Partner {n}" for n in range(30)}  # fmt: skip
    rows |= {f"questions-{n}-labelde": f"Frage {n}?" for n in range(30)}

    half = send(olga.open(NEW), {LOGO_FIELD: ("logo.png", png())}, "Weitere Frage hinzufügen", **rows)
    send(half, {LOGO_FIELD: ("logo.png", png())})

    (event,) = all_events(bridge)
    assert (len(event.panelists), len(event.partners), len(event.questions)) == (30, 30, 30)


def test_a_picture_that_has_been_tidied_away_is_asked_for_again(olga, bridge, clock):
    page = send(olga.open(NEW), {LOGO_FIELD: ("logo.png", png())}, "Weiteren Partner hinzufügen")
    with bridge.db.transaction() as connection:
        assert pictures.delete_unused(connection, clock() + timedelta(seconds=1)) == 1

    again = page.submit("title_de", button="Als Entwurf speichern")

    assert again.status == 422
    assert "Dieses Bild ist nicht mehr da. Bitte wählen Sie es noch einmal aus." in again.text
    assert "hosted_by_logo" not in typed(again)


def test_strangers_and_forgers_leave_no_picture_behind(olga, visit, bridge):
    """Without a session, and with a token that does not fit, nothing is kept."""
    picture = picture_of(png(), LOGO, NOW)
    page = olga.open(NEW)
    form = page.form("title_de")
    stale = [field for field in form.filled(FILLED_IN, "save") if field[0] != "csrf_token"]

    def files():
        return [(LOGO_FIELD, (io.BytesIO(png()), "logo.png"))]

    forged = olga.post(NEW, [*stale, ("csrf_token", "stale"), *files()])
    stranger = visit().post(NEW, [*stale, *files()])

    assert forged.status == 403
    assert "Bitte wählen Sie dieses Bild noch einmal aus." in forged.text
    assert typed(forged)["title_de"] == "Sprechstunde"
    assert stranger.path == "/sign-in"
    assert kept(bridge, picture.digest) is None


def test_the_same_picture_is_kept_once_and_is_young_again(bridge):
    picture = picture_of(png(), LOGO, NOW)
    later = picture_of(png(), LOGO, NOW + timedelta(days=20))

    picturing.keep(bridge.db, [picture, later])

    assert kept(bridge, picture.digest).created_at == NOW + timedelta(days=20)
