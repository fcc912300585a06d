"""What was typed and not saved: kept for whom it belongs to, offered again, and gone once it is saved."""

import pytest

from tests.cast import OLGA_EMAIL
from zoom_bridge.flows import drafting, welcoming
from zoom_bridge.store import events, organisers, unsaved_forms

NEW = "/organiser/events/new"
KEEP = "/organiser/unsaved"
FILLED_IN = {
    "title_de": "Sprechstunde",
    "starts_day": "2026-09-14",
    "starts_clock": "10:00",
    "ends_clock": "11:30",
}


def typed(page):
    return dict(page.form("title_de").fields)


def autosave(page, about="new", **values):
    """What the script does."""
    fields = page.form("title_de").filled(values, None)
    return page.visitor.post(f"{KEEP}/{about}", fields, follow_redirects=False)


def find(bridge, about="new", email=OLGA_EMAIL):
    with bridge.db.reading() as connection:
        return unsaved_forms.find(connection, organisers.find_by_email(connection, email).id, about)


def edit(event):
    return f"/organiser/events/{event.id}/edit"


def colleague(bridge, visit):
    visitor = visit()
    link = welcoming.invite(bridge.db, bridge.links, "ben@example.org", "Ben Brandt", "de", bridge.clock())
    visitor.open(link).submit("/sign-in/")
    return visitor


def test_the_form_says_where_to_keep_it_and_the_policy_lets_the_script(olga, event):
    for address, about in ((NEW, "new"), (edit(event), event.id)):
        page = olga.open(address)

        assert f'data-autosave="{KEEP}/{about}"' in page.html
        assert "connect-src 'self'" in page.response.headers["Content-Security-Policy"]


def test_what_is_typed_is_kept_and_the_answer_says_when(olga, bridge, clock):
    answer = autosave(olga.open(NEW), title_de="Halb fertig", starts_day="bald")

    assert (answer.status, answer.response.get_data(as_text=True)) == (200, "Entwurf gesichert um 10.00\xa0Uhr")
    unsaved = find(bridge)
    assert dict(unsaved.fields)["title_de"] == "Halb fertig"
    assert "csrf_token" not in dict(unsaved.fields)
    assert unsaved.saved_at == clock()


def test_the_form_is_offered_again_and_goes_on_as_it_was(olga):
    half = {"title_de": "Halb fertig", "panelists-0-name": "Petra Podium", "starts_day": "bald"}
    autosave(olga.open(NEW), **half)

    offered = olga.open(NEW)
    again = olga.open(offered.links("Weitermachen")[0])

    assert "Halb fertig" in offered.text
    assert "01.09.2026, 10.00 Uhr" in offered.text
    assert {name: typed(again)[name] for name in half} == half


def test_looking_at_the_offer_throws_nothing_away(olga, bridge):
    autosave(olga.open(NEW), title_de="Halb fertig")

    for _ in range(2):
        olga.open(NEW)

    assert find(bridge)


def test_discarded_is_gone_and_the_form_is_empty(olga, bridge):
    autosave(olga.open(NEW), title_de="Halb fertig")

    page = olga.open(NEW).submit("/discard")

    assert (page.path, typed(page)["title_de"]) == (NEW, "")
    assert find(bridge) is None


def test_saving_clears_it(olga, bridge):
    page = olga.open(NEW)
    autosave(page, title_de="Halb fertig")

    page.submit("title_de", button="Als Entwurf speichern", **FILLED_IN)

    assert find(bridge) is None
    assert typed(olga.open(NEW))["title_de"] == ""


def test_a_form_that_is_wrong_is_not_saved_and_stays_kept(olga, bridge):
    page = olga.open(NEW)
    autosave(page, title_de="Halb fertig")

    page.submit("title_de", button="Als Entwurf speichern", title_de="Halb fertig")

    assert find(bridge)


def test_a_new_event_and_each_other_one_are_kept_apart(olga, bridge, event):
    autosave(olga.open(NEW), title_de="Neue")
    autosave(olga.open(edit(event)), event.id, title_de="Andere")

    assert dict(find(bridge, "new").fields)["title_de"] == "Neue"
    assert dict(find(bridge, str(event.id)).fields)["title_de"] == "Andere"
    offered = olga.open(edit(event))
    page = offered.submit("/discard")
    assert typed(page)["title_de"] == event.title_de
    assert find(bridge, "new")


def test_what_somebody_typed_is_theirs_alone(olga, bridge, visit):
    autosave(olga.open(NEW), title_de="Noch geheim")
    ben = colleague(bridge, visit)

    page = ben.open(NEW)

    assert typed(page)["title_de"] == ""
    assert "Noch geheim" not in page.html


def test_a_colleagues_change_meanwhile_is_noticed_when_the_unsaved_form_is_saved(olga, bridge, visit, event):
    autosave(olga.open(edit(event)), event.id, subtitle_de="Von Olga")
    colleague(bridge, visit).open(edit(event)).submit("title_de", button="save", subtitle_de="Von Ben")

    page = olga.open(f"{edit(event)}?unsaved=1").submit("title_de", button="save")

    assert page.status == 409
    with bridge.db.reading() as connection:
        assert events.find(connection, event.id).subtitle_de == "Von Ben"
    assert typed(page)["subtitle_de"] == "Von Olga"


def test_without_a_session_nothing_is_kept_and_the_script_can_tell(olga, bridge):
    page = olga.open(NEW)
    olga.open("/organiser/").submit("/sign-out")

    answer = autosave(page, title_de="Mallory")

    assert answer.status in (303, 403)
    assert find(bridge) is None


def test_a_token_that_does_not_fit_keeps_nothing(olga, bridge):
    answer = olga.post(f"{KEEP}/new", [("csrf_token", "stale"), ("title_de", "Mallory")])

    assert answer.status == 403
    assert find(bridge) is None


@pytest.mark.parametrize("about", ["999999", "0", "-1", "007", "neu", "9" * 30, "1e3", "²"])
def test_about_nothing_that_there_is_nothing_is_kept(olga, event, about):
    answer = autosave(olga.open(NEW), about, title_de="Mallory")

    assert answer.status == 404


@pytest.mark.parametrize("rubbish", [{"title_de": "\x00"}, {"change": "x", "panelists-" + "9" * 400 + "-name": "x"}, {"timezone": "Mars"}])  # fmt: skip
def test_rubbish_that_was_kept_can_be_opened(olga, rubbish):
    autosave(olga.open(NEW), **rubbish)

    assert olga.open(NEW).status == 200
    assert olga.open(f"{NEW}?unsaved=1").status == 200


def test_unsaved_forms_are_kept_and_removed_on_both_databases(bridge, clock, postgres_db):
    for db in (bridge.db, postgres_db):
        with db.transaction() as connection:
            organiser_id = organisers.add(connection, "chiara@example.org", "Chiara", "de", clock())
        for text in ("erst", "dann \x00\N{SNOWMAN}"):
            drafting.keep_unsaved(db, organiser_id, "new", (("title_de", text),), clock())

        with db.reading() as connection:
            assert unsaved_forms.find(connection, organiser_id, "new").fields == (
                ("title_de", "dann \x00\N{SNOWMAN}"),
            )

        drafting.discard(db, organiser_id, "new")
        with db.reading() as connection:
            assert unsaved_forms.find(connection, organiser_id, "new") is None
