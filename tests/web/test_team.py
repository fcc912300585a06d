"""The team's pages, and everybody's own: who is in, what they may do, in which language they read."""

from typing import Any

import pytest
from flask import Flask

from tests.cast import ANNA, OLGA_EMAIL
from zoom_bridge.domain.account import Role
from zoom_bridge.flows import welcoming
from zoom_bridge.store import organisers

TEAM = "/organiser/team"
ME = "/organiser/me"


pytestmark = pytest.mark.either_database


def join(bridge: Any, visit: Any, role: Role, language: str = "de", name: str = "Chiara Conti") -> Any:
    """Somebody of that role, signed in."""
    visitor = visit(language)
    email = f"{role}@example.org"
    visitor.open(welcoming.invite(bridge.db, bridge.links, email, name, language, bridge.clock(), role)).submit(
        "/sign-in/"
    )
    return visitor


def found(bridge: Any, email: str) -> Any:
    with bridge.db.reading() as connection:
        return organisers.find_by_email(connection, email)


def test_who_is_alone_is_told_to_invite_somebody(olga: Any) -> None:
    page = olga.open(TEAM)

    assert "Noch sind Sie allein." in page.text
    assert "Olga Osterkamp Sie" in page.text
    assert "Leitung" in page.text


def test_an_invited_colleague_gets_a_letter_and_in(
    olga: Any, bridge: Any, mailbox: Any, work: Any, visit: Any
) -> None:
    form = olga.open(TEAM).visitor.open(f"{TEAM}/invite")
    page = form.submit(
        "/team/invite", name="Anna Albers", email=" Anna@Example.org ", role="reception", language="en"
    )
    work()

    letter = mailbox.last(ANNA.email)
    anna = visit("en").open(letter.link("/sign-in/")).submit("/sign-in/")
    assert page.path == TEAM
    assert "Anna Albers ist eingeladen." in page.text
    assert "Noch sind Sie allein." not in page.text
    assert letter.subject == "You are invited: online events at events.example.org"
    assert anna.path == "/organiser/"
    assert not anna.links("Team")
    assert not anna.links("Settings")


@pytest.mark.parametrize(
    ("typed", "field_id", "sentence"),
    [
        ({"name": ""}, "name", "Bitte tragen Sie einen Namen ein."),
        ({"email": ""}, "email", "Bitte tragen Sie die E‑Mail-Adresse ein."),
        ({"email": "anna@"}, "email", "Nach dem @ fehlt der Name des Anbieters."),
        ({"email": OLGA_EMAIL.upper()}, "email", "Diese Adresse gehört schon jemandem im Team."),
        ({"role": "king"}, "role", "Bitte wählen Sie eine der Antworten."),
        ({"language": "fr"}, "language", "Bitte wählen Sie eine der Antworten."),
    ],
)
def test_a_wrong_invitation_comes_back_whole(
    olga: Any, bridge: Any, typed: dict[str, str], field_id: str, sentence: str
) -> None:
    whole = {"name": "Anna Albers", "email": ANNA.email, "role": "editor", "language": "en"}

    page = olga.open(f"{TEAM}/invite").submit("/team/invite", **(whole | typed))

    kept = dict(page.form("/team/invite").fields)
    assert page.status == 422
    assert page.html.startswith("<!doctype html>")
    assert "<title>Fehler: " in page.html
    assert sentence in page.text
    assert f'href="#{field_id}"' in page.html
    assert {name: kept[name] for name in whole if name not in typed} == {
        name: value for name, value in whole.items() if name not in typed
    }
    assert found(bridge, ANNA.email) is None


def test_an_invitation_that_was_open_too_long_comes_back_whole(olga: Any, bridge: Any) -> None:
    page = olga.post(f"{TEAM}/invite", [("csrf_token", "stale"), ("name", "Anna Albers"), ("email", ANNA.email)])

    assert page.status == 403
    assert dict(page.form("/team/invite").fields)["email"] == ANNA.email
    assert found(bridge, ANNA.email) is None


def test_a_changed_role_holds_with_the_next_click(olga: Any, bridge: Any, visit: Any) -> None:
    chiara = join(bridge, visit, Role.RECEPTION)
    before = chiara.open("/organiser/events/new").status

    page = olga.open(olga.open(TEAM).links("Chiara Conti")[0]).submit("role", role="editor")

    assert before == 403
    assert "Chiara Conti hat jetzt die Rolle: Redaktion." in page.text
    assert chiara.open("/organiser/events/new").status == 200


def test_signing_a_colleague_out_ends_their_sessions_only(olga: Any, bridge: Any, visit: Any) -> None:
    chiara = join(bridge, visit, Role.EDITOR)
    before = chiara.open("/organiser/").path
    colleague = olga.open(olga.open(TEAM).links("Chiara Conti")[0])

    page = colleague.submit(f"{colleague.path}/sign-out")

    assert before == "/organiser/"
    assert "Chiara Conti ist überall abgemeldet." in page.text
    assert chiara.open("/organiser/").path == "/sign-in"
    assert olga.open(TEAM).path == TEAM


def test_taking_somebody_out_asks_first(olga: Any, bridge: Any, visit: Any) -> None:
    chiara = join(bridge, visit, Role.OWNER)
    colleague = olga.open(olga.open(TEAM).links("Chiara Conti")[0])
    asked = olga.open(colleague.links("Aus dem Team nehmen")[0])
    there = found(bridge, "owner@example.org")

    page = asked.submit("/remove")

    assert there is not None
    assert "Chiara Conti aus dem Team nehmen?" in asked.text
    assert page.path == TEAM
    assert "Chiara Conti gehört nicht mehr zum Team." in page.text
    assert found(bridge, "owner@example.org") is None
    assert chiara.open("/organiser/").path == "/sign-in"


def test_nobody_takes_themselves_out(olga: Any, bridge: Any) -> None:
    me = found(bridge, OLGA_EMAIL)
    token = dict(olga.open(TEAM).form("/sign-out").fields)["csrf_token"]

    for path, more in (("/remove", []), ("", [("role", "editor")])):
        page = olga.post(f"{TEAM}/{me.id}{path}", [("csrf_token", token), *more])
        assert page.status == 403

    assert found(bridge, OLGA_EMAIL) == me
    assert olga.open(f"{TEAM}/{me.id}").path == ME


def test_a_colleague_who_does_not_exist_is_not_found(olga: Any) -> None:
    assert olga.open(f"{TEAM}/4711").status == 404


def test_everybody_changes_their_own_name_and_language(bridge: Any, visit: Any) -> None:
    chiara = join(bridge, visit, Role.RECEPTION)

    page = chiara.open(ME).submit("name", name="Chiara  Contini", language="en")

    assert "Saved." in page.text
    assert "Signed in: Chiara Contini" in page.text
    assert "Reception: Find people" in page.text
    assert found(bridge, "reception@example.org").language == "en"


def test_a_language_that_was_asked_for_in_the_address_gives_way_to_the_chosen_one(olga: Any) -> None:
    page = olga.open(f"{ME}?lang=en").submit("name", language="de")

    assert "Gespeichert." in page.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 201])
def test_a_name_that_does_not_do_comes_back(olga: Any, bridge: Any, name: str) -> None:
    page = olga.open(ME).submit("name", name=name)

    assert page.status == 422
    assert found(bridge, OLGA_EMAIL).name == "Olga Osterkamp"


def test_signing_out_everywhere_ends_my_other_sessions_too(olga: Any, bridge: Any, visit: Any) -> None:
    elsewhere = visit()
    elsewhere.open(welcoming.invite(bridge.db, bridge.links, OLGA_EMAIL, "", "de", bridge.clock())).submit(
        "/sign-in/"
    )
    before = elsewhere.open("/organiser/").path

    olga.open(ME).submit("/me/sign-out-everywhere")

    assert before == "/organiser/"
    assert olga.open("/organiser/").path == "/sign-in"
    assert elsewhere.open("/organiser/").path == "/sign-in"


def test_who_may_not_is_told_who_may(olga: Any, bridge: Any, visit: Any) -> None:
    chiara = join(bridge, visit, Role.RECEPTION)

    page = chiara.open(TEAM)

    assert page.status == 403
    assert "Das darf nur die Leitung." in page.text
    assert "Olga Osterkamp" in page.text
    assert f"mailto:{OLGA_EMAIL}" in page.html
    assert "Chiara Conti reception@" not in page.text


@pytest.mark.parametrize("role", list(Role))
def test_pages_show_only_what_the_reader_may_press(
    app: Flask, bridge: Any, visit: Any, event: Any, role: Role
) -> None:
    """From the dashboard along every link: nothing that is offered is refused."""
    reader = join(bridge, visit, role)
    to_see, seen, refused = ["/organiser/"], set(), []

    while to_see:
        path = to_see.pop()
        if path in seen or len(seen) > 150:
            continue
        seen.add(path)
        page = reader.open(path)
        if page.status == 403:
            refused.append(path)
        offered = [*page.links(), *(form.action for form in page.forms if form.method == "post")]
        gets = {link.partition("#")[0] for link in page.links() if link.startswith("/organiser/")}
        to_see += [link for link in gets if "lang=" not in link]
        refused += [f"{path} → {address}" for address in offered if _closed(app, address, role)]

    assert len(seen) >= 8
    assert not refused


def _closed(app: Flask, address: str, role: Role) -> bool:
    """Whether a view of the organisers behind this address, asked for in any way, is not for that role."""
    from zoom_bridge.web import backstage

    path = address.partition("?")[0].partition("#")[0]
    if not path.startswith("/organiser/"):
        return False
    adapter = app.url_map.bind("events.example.org", url_scheme="https")
    with app.app_context():
        needs = [
            backstage.needed_for(adapter.match(path, method=method)[0])
            for method in ("GET", "POST")
            if adapter.test(path, method=method)
        ]
    assert needs, f"{address} leads nowhere"
    return not all(needed and role.may(needed) for needed in needs)


def test_organisers_switch_the_language_on_every_page_and_keep_it(olga: Any) -> None:
    page = olga.open(olga.open(TEAM).links("English")[0])

    assert "Who organises here" in page.text
    assert olga.open(page.links("Events")[0]).html.startswith('<!doctype html>\n<html lang="en">')


def test_the_answer_to_a_form_leads_to_its_page_in_the_other_language(olga: Any) -> None:
    page = olga.post(
        "/organiser/settings/imprint",
        [
            ("csrf_token", dict(olga.open("/organiser/settings").form("/settings/imprint").fields)["csrf_token"]),
            ("text_de", "x" * 30_001),
        ],
        headers={"Referer": "https://events.example.org/organiser/settings?lang=de"},
    )

    assert page.status == 422
    assert page.links("English") == ["/organiser/settings?lang=en"]
