"""The trial's events: said in both languages, shown with pictures that any program can read."""

import io
from typing import Any

import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from tests.builders import a_draft
from zoom_bridge import drawing, playbill
from zoom_bridge.domain.event import EventDraft, lines_of
from zoom_bridge.domain.trailer import trailer_of
from zoom_bridge.i18n import speech
from zoom_bridge.web.forms import EventForm

DRAWN = playbill.Drawings("a" * 64, "b" * 64)
EVENTS: dict[str, dict[str, Any]] = {
    "open": playbill.good_neighbours(DRAWN),
    "full": playbill.getting_to_know_zoom(DRAWN),
    "running": playbill.open_hour(),
    "over": playbill.finding_rooms(DRAWN),
}


@pytest.mark.parametrize("texts", EVENTS.values(), ids=EVENTS)
def test_what_is_said_in_german_is_said_in_english(texts: dict[str, Any]) -> None:
    german = {name.removesuffix("_de"): text for name, text in texts.items() if name.endswith("_de")}
    english = {name.removesuffix("_en"): text for name, text in texts.items() if name.endswith("_en")}

    assert set(german) == set(english)
    assert all(text.strip() for text in (*german.values(), *english.values()))
    for listed in {"themes", "programme"} & set(german):
        assert len(lines_of(german[listed])) == len(lines_of(english[listed])) > 1


@pytest.mark.parametrize("texts", EVENTS.values(), ids=EVENTS)
def test_answers_keep_their_question_when_the_event_is_saved_once_more(texts: dict[str, Any]) -> None:
    questions = texts.get("questions", ())
    submitted = {f"questions-{n}-key": question.key for n, question in enumerate(questions)}

    form = EventForm(speech("de"), MultiDict(submitted))

    assert [row.key.data for row in form.rows["questions"][: len(questions)]] == [q.key for q in questions]


def test_the_first_event_shows_all_that_an_announcement_can() -> None:
    draft = EventDraft(**{name: getattr(a_draft(), name) for name in ("starts_wall", "ends_wall", "starts_at", "ends_at")}, **EVENTS["open"])  # fmt: skip
    wording = draft.wording("de")

    assert len(wording.themes) == 3
    assert {"Olaf Lies"} < {panelist.name for panelist in draft.panelists}
    assert all((wording.subtitle, wording.programme, draft.trailer_picture, draft.participation, draft.questions))
    assert (draft.help_phone, draft.captions, draft.sign_language) == ("0511 701 07 09", True, True)


def test_the_trailer_can_be_played_and_says_that_it_does_not_exist() -> None:
    texts = EVENTS["open"]
    trailer = trailer_of(texts["trailer_url"])

    assert trailer
    assert trailer.origin == "https://example.org"
    assert "Dies ist eine Probe" in texts["trailer_text_de"]
    assert "This is a trial" in texts["trailer_text_en"]


@pytest.mark.parametrize("canvas", [drawing.street(), drawing.water_tower()], ids=["street", "water tower"])
def test_the_drawings_are_pictures(canvas: drawing.Canvas) -> None:
    with Image.open(io.BytesIO(canvas.png())) as image:
        image.load()

        assert (image.format, image.size) == ("PNG", (canvas.width, canvas.height))
        colours = image.getcolors(100)
    assert colours is not None
    assert len(colours) > 4
