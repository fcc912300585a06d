"""Whose house it is, on every page: name, logo, colour; and the settings' page where that is written."""

import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import event as sqlalchemy_event

from zoom_bridge.domain.instance import Instance
from zoom_bridge.flows import informing
from zoom_bridge.store import instances
from zoom_bridge.store.database import DatabaseUnavailable

US = "/organiser/settings/us"
GREEN = "#2f6b1f"


pytestmark = pytest.mark.either_database


def kept(bridge: Any) -> Instance:
    with bridge.db.reading() as connection:
        return instances.get(connection)


def a_logo(colour: str = "red") -> tuple[io.BytesIO, str]:
    file = io.BytesIO()
    Image.new("RGB", (300, 100), colour).save(file, "PNG")
    file.seek(0)
    return file, "logo.png"


def upload(visitor: Any, file: tuple[io.BytesIO, str], **typed: str) -> Any:
    """The browser's form with a file in it."""
    from tests.visitor import Page

    fields = dict(visitor.open(US).form("house_logo").fields) | typed
    answer = visitor.client.post(
        US,
        base_url=visitor.base_url,
        headers=visitor.headers | {"Origin": visitor.base_url},
        data=fields | {"house_logofile": file},
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    return Page(visitor, answer)


def test_before_anybody_wrote_it_pages_name_no_house(visit: Any) -> None:
    page = visit().open("/")

    assert "Online-Veranstaltungen" in page.text.replace("‑", "-")
    assert "/look-" not in page.html


def test_the_name_stands_on_every_page_at_once_and_leads_home(olga: Any, bridge: Any, visit: Any) -> None:
    visit().open("/")

    page = olga.open(US).submit("house_logo", name="Landesamt für Nachbarschaft", url="amt.example.org")

    assert "Gespeichert." in page.text
    assert kept(bridge) == Instance(name="Landesamt für Nachbarschaft", url="https://amt.example.org")
    for path in ("/", "/imprint", "/sign-in", "/no-such-page"):
        public = visit().open(path)
        assert "Landesamt für Nachbarschaft" in public.text, path
        assert "https://amt.example.org" in public.links("Landesamt"), path
    assert "Landesamt für Nachbarschaft" in olga.open("/organiser/").text


def test_other_processes_notice_within_seconds(bridge: Any, visit: Any, clock: Any) -> None:
    reader = visit()
    reader.open("/")
    informing.describe_house(bridge.db, name="Landesamt")

    clock.advance(seconds=6)

    assert "Landesamt" in reader.open("/").text


def test_what_is_known_of_the_house_costs_pages_no_statement(bridge: Any, visit: Any, event: Any) -> None:
    reader, said = visit(), []
    reader.open("/imprint")
    sqlalchemy_event.listen(
        bridge.db.engine, "before_cursor_execute", lambda *args: said.append(args[2]), named=False
    )

    reader.open("/imprint")

    assert said
    assert not [statement for statement in said if "FROM instance" in statement]


def test_the_page_that_says_the_database_is_away_still_has_a_head(bridge: Any, visit: Any, app: Any) -> None:
    reader = visit()
    reader.open("/")
    asked = []

    class Away:
        def reading(self) -> Any:
            asked.append(1)
            raise DatabaseUnavailable("away")

    app.extensions["bridge"] = type("Bridge", (), {**vars(bridge), "db": Away(), "clock": bridge.clock})
    app.extensions.pop("branding")
    page = reader.open("/")

    assert page.status == 503
    assert "Online" in page.text
    assert len(asked) == 1


def test_a_logo_is_drawn_anew_and_shown_on_every_page(olga: Any, bridge: Any, visit: Any) -> None:
    page = upload(olga, a_logo(), name="Landesamt")

    digest = kept(bridge).logo
    home = visit().open("/")
    assert "Gespeichert." in page.text
    assert f'src="/pictures/{digest}"' in home.html
    assert home.visitor.open(f"/pictures/{digest}").status == 200


def test_the_logo_stays_when_something_else_is_saved_and_goes_by_its_button(olga: Any, bridge: Any) -> None:
    upload(olga, a_logo(), name="Landesamt")
    digest = kept(bridge).logo

    page = olga.open(US).submit("house_logo", name="Amt")
    stayed = kept(bridge)
    (form,) = [form for form in page.forms if ("part", "no-logo") in form.fields]
    olga.post(US, form.fields)

    assert (stayed.name, stayed.logo) == ("Amt", digest)
    assert kept(bridge) == Instance(name="Amt")


def test_a_file_that_is_no_picture_is_refused_and_the_rest_kept(olga: Any, bridge: Any) -> None:
    page = upload(olga, (io.BytesIO(b"<svg onload=alert(1)>"), "logo.svg"), name="Landesamt")

    assert page.status == 422
    assert "Wir können diese Datei nicht als Bild lesen." in page.text
    assert dict(page.form("house_logo").fields)["name"] == "Landesamt"
    assert kept(bridge) == Instance()


@pytest.mark.parametrize(
    ("part", "typed", "sentence"),
    [
        ("house_logo", {"url": "javascript:alert(1)"}, "https://"),
        ("house_logo", {"name": "x" * 201}, "Bitte kürzen Sie"),
        ("help_name", {"help_phone": "keine"}, "nur mit Ziffern"),
        ("help_name", {"help_email": "hilfe"}, "@"),
        ("shown", {"accent": "blau"}, "Bitte schreiben Sie die Farbe"),
    ],
)
def test_what_does_not_do_comes_back_with_a_sentence(
    olga: Any, bridge: Any, part: str, typed: dict[str, str], sentence: str
) -> None:
    page = olga.open(US).submit(part, **typed)

    (name, value) = next(iter(typed.items()))
    assert page.status == 422
    assert "<title>Fehler: " in page.html
    assert sentence in page.text
    assert dict(page.form(part).fields)[name] == value
    assert kept(bridge) == Instance()


def test_a_new_event_begins_with_the_help_line(olga: Any) -> None:
    olga.open(US).submit("help_name", help_name="Servicestelle", help_phone="0511 701 07 09")

    form = dict(olga.open("/organiser/events/new").form("help_name").fields)

    assert (form["help_name"], form["help_phone"]) == ("Servicestelle", "0511 701 07 09")


def test_the_colour_is_a_stylesheet_of_its_own_that_browsers_keep(
    olga: Any, bridge: Any, visit: Any, event: Any
) -> None:
    olga.open(US).submit("shown", accent="2F6B1F")

    page = visit().open(f"/e/{event.slug}")
    (address,) = [part.partition('"')[0] for part in page.html.split('href="') if part.startswith("/look-")]
    answer = page.visitor.client.get(address, base_url=page.visitor.base_url)
    assert kept(bridge).accent == GREEN
    assert address.startswith("/look-2f6b1f.css?v=")
    assert answer.mimetype == "text/css"
    assert f"--accent: {GREEN};" in answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("name", ["red", "2F6B1F", "fff", "2f6b1", "2f6b1f;}", "٢٢٢٢٢٢"])
def test_there_are_no_other_stylesheets(visit: Any, name: str) -> None:
    assert visit().open(f"/look-{name}.css").status == 404


def test_a_colour_can_be_looked_at_before_it_is_saved(olga: Any, bridge: Any) -> None:
    page = olga.open(US).submit("shown", accent="#ffcc00", button="Nur zeigen")

    assert page.status == 200
    assert "Diese Farbe ist zu hell für weiße Schrift" in page.text
    assert "Kontrast von 1,5 zu 1" in page.text
    assert "Noch ist nichts gespeichert." in page.text
    assert page.html.count('<svg class="look"') == 2
    assert kept(bridge).accent == ""


def test_the_colour_field_counts_when_it_was_changed_and_the_text_was_not(olga: Any, bridge: Any) -> None:
    page = olga.open(US).submit("shown", picked="#5b2a86")
    by_eye = kept(bridge).accent
    page = page.submit("shown")
    unchanged = kept(bridge).accent
    page = page.submit("shown", accent=GREEN)
    by_text = kept(bridge).accent
    page.submit("shown", accent="")

    assert (by_eye, unchanged, by_text, kept(bridge).accent) == ("#5b2a86", "#5b2a86", GREEN, "")


def test_a_wrong_colour_sent_again_stays_wrong(olga: Any, bridge: Any) -> None:
    page = olga.open(US).submit("shown", accent="blau").submit("shown")

    assert page.status == 422
    assert kept(bridge).accent == ""


def test_one_button_leads_back_to_our_own_colour(olga: Any, bridge: Any) -> None:
    page = olga.open(US).submit("shown", accent=GREEN)
    (form,) = [form for form in page.forms if ("part", "house-colour") in form.fields]

    page = olga.post(US, form.fields)

    assert "Gespeichert." in page.text
    assert kept(bridge).accent == ""
    assert "/look-" not in page.html


def test_a_form_that_was_open_too_long_comes_back_with_what_was_typed(olga: Any, bridge: Any) -> None:
    page = olga.post(US, [("csrf_token", "stale"), ("part", "who"), ("name", "Landesamt"), ("url", "")])

    assert page.status == 403
    assert dict(page.form("house_logo").fields)["name"] == "Landesamt"
    assert kept(bridge) == Instance()


def test_a_part_that_does_not_exist_changes_nothing(olga: Any, bridge: Any) -> None:
    token = dict(olga.open(US).form("house_logo").fields)["csrf_token"]

    assert olga.post(US, [("csrf_token", token), ("part", "king"), ("name", "x")]).status == 422
    assert kept(bridge) == Instance()
