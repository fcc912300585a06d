"""Short links: Olga puts them up, Anna comes by one and registers."""

from collections.abc import Callable
from datetime import date

import pytest

from tests.builders import a_draft
from tests.cast import ANNA
from tests.flows.test_signposting import brought, put_up
from tests.visitor import Visitor
from zoom_bridge.bridge import Bridge
from zoom_bridge.domain.event import Event
from zoom_bridge.domain.recurrence import Start
from zoom_bridge.domain.series import Registering
from zoom_bridge.flows import hosting, serial

TYPED = {"first_name": "Anna", "last_name": "Albers", "email": ANNA.email}
Visit = Callable[..., Visitor]


def test_olga_makes_a_link_sees_its_code_and_takes_it_down_after_a_question(olga: Visitor, event: Event) -> None:
    desk = olga.open(f"/organiser/events/{event.id}").links("Zu den Kurzlinks")[0]

    empty = olga.open(desk).submit("name")
    assert empty.status == 422
    assert "wo der Link steht" in empty.text
    page = empty.submit("name", name="Aushang in der <b>Bücherei</b>")
    assert "Aushang in der <b>Bücherei</b>" in page.text
    assert "0 Anmeldungen" in page.text
    assert page.html.count('class="segno"') == 1
    assert "https://events.example.org/l/" in page.text

    drawing = olga.client.get(page.links("herunterladen")[0], base_url=olga.base_url)
    assert (drawing.mimetype, b"<svg" in drawing.data) == ("image/svg+xml", True)
    asking = olga.open(page.links("Löschen")[0])
    assert "auch von einem Aushang, der schon hängt" in asking.text
    assert "Noch keine Kurzlinks" in asking.submit("/delete").text


def test_who_comes_by_a_link_is_counted_when_the_form_is_sent_and_not_before(
    bridge: Bridge, event: Event, visit: Visit
) -> None:
    key = put_up(bridge, event)

    page = visit().open(f"/l/{key.upper()}")
    assert page.path == f"/e/{event.slug}"
    form = page.visitor.open(page.links("Zur Anmeldung")[0])
    wrong = form.submit("first_name", first_name="")
    in_english = wrong.visitor.open(form.links("English")[0])
    assert brought(bridge, event) == [0]
    assert page.visitor.client.get_cookie("session") is None

    for sent in (wrong, in_english):
        assert sent.submit("first_name", **TYPED).path.endswith("/registered")

    assert brought(bridge, event) == [1]


def test_it_leads_through_the_form_of_a_series_as_well(bridge: Bridge, event: Event, visit: Visit) -> None:
    serial.make_series(bridge.db, event.id, [Start(date(2026, 9, 14))], Registering.ONCE, bridge.clock())
    key = put_up(bridge, event)

    page = visit().open(f"/l/{key}")
    page.visitor.open(page.links("Zur Anmeldung")[0]).submit("first_name", **TYPED)

    assert brought(bridge, event) == [1]


@pytest.mark.parametrize("key", ["zzzzzz", "a", "../..", "abc%00de", "ABCDEFGHJKLM"])
def test_other_addresses_lead_nowhere(event: Event, visit: Visit, key: str) -> None:
    assert visit().open(f"/l/{key}").status == 404


def test_a_link_to_a_draft_leads_nobody_but_the_team(bridge: Bridge, olga: Visitor, visit: Visit) -> None:
    draft = hosting.create_event(bridge.db, a_draft(title_de="Geheimer Entwurf"), bridge.clock())
    key = put_up(bridge, draft)

    stranger = visit().open(f"/l/{key}")

    assert (stranger.status, "geheimer" in str(stranger.response.request.url)) == (404, False)
    assert olga.open(f"/l/{key}").path == f"/e/{draft.slug}"


@pytest.mark.parametrize("from_", ["'><script>", "zzzzzzz", "%00"])
def test_what_could_not_be_a_key_is_not_carried_on(event: Event, visit: Visit, from_: str) -> None:
    page = visit().open(f"/e/{event.slug}", query_string={"from": from_})

    assert page.links("Zur Anmeldung")[0] == f"/e/{event.slug}/register"
